"""`stance info`: what a model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import console, isolated, say, shown, table
from stance.cli.corpus import write_json
from stance.cli.models import model_folder
from stance.cli.options import ForceOption, JsonOption, ModelOption
from stance.cli.scores import held_out_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from stance.model.persistence import StoredModel
    from stance.model.record import Domain, Model, StrongFeature

FEATURE_WIDTH = 42
WEIGHT_COLUMN = 12  # cells of the weight and what is between the columns
NARROWEST = 12
TERMS = 3  # of a lexical feature
EXPLANATION = (
    "lexicon: how often the terms of a category (or of a side) are used; share: how large their "
    "part is among all names of that actor; sideshare: among the terms of all sides; scare: how "
    "often they are between scare quotes."
)


def info_command(
    model: ModelOption = None,
    features: Annotated[
        int, typer.Option("--features", min=0, help="How many features to show for each label.")
    ] = 8,
    json: JsonOption = None,
    force: ForceOption = False,
) -> None:
    """Show a model: labels, corpus, scores, strongest features."""
    from stance.model.persistence import read_model

    stored = read_model(model_folder(model))
    if json:
        write_json(json, describe(stored, features), force=force)
    _show(stored, features, str(model_folder(model)))


def describe(stored: StoredModel, n_features: int) -> dict[str, object]:
    """Return what is shown as plain JSON values."""
    manifest = stored.manifest
    strongest_features = stored.model.strongest_features(n_features)
    return {
        "format": manifest.format,
        "sha256": stored.sha256,
        "size": stored.size,
        "labels": list(stored.model.labels),
        "n_features": stored.model.features.n_features,
        "temperature": manifest.temperature,
        "domain": manifest.domain.model_dump() if manifest.domain else None,
        "record": manifest.record.model_dump(),
        "codebook": stored.model.codebook.to_dict() if stored.model.codebook else None,
        "config": manifest.config,
        "versions": manifest.versions,
        "strongest_features": {
            label: [[name, weight] for name, weight in strongest]
            for label, strongest in strongest_features.items()
        },
        "lexicon_terms": {
            name: terms
            for strongest in strongest_features.values()
            for name, _ in strongest
            if (terms := lexicon_terms(stored.model, name))
        },
    }


def lexicon_terms(model: Model, feature: str, n: int = TERMS) -> list[str]:
    """Return some Arabic terms that a lexical feature counts; none for other features."""
    name, _, column = feature.partition(":")
    block = next(part.block for part in model.features.blocks if part.name == name)
    return block.examples(column, n)


def _show(stored: StoredModel, n_features: int, folder: str) -> None:
    screen, model, manifest = console(), stored.model, stored.manifest
    record = manifest.record
    facts = table("", "", last_wraps=True)
    facts.show_header = False
    facts.add_row("model", folder)
    facts.add_row("classifier", model.config.classifier.kind)
    blocks = ", ".join(f"{name} {len(scale):,}" for name, _, scale in model.features.blocks)
    facts.add_row("features", f"{model.features.n_features:,} ({blocks})")
    facts.add_row("size", f"{stored.size / 1e6:.1f} MB, format {manifest.format}")
    facts.add_row("temperature", f"{manifest.temperature:.2f}")
    facts.add_row("domain", _domain(manifest.domain))
    facts.add_row("sha256", stored.sha256)
    facts.add_row("trained on", _corpus(stored))
    facts.add_row("corpus hash", record.fingerprint)
    if record.scores:
        scores = record.scores
        facts.add_row("macro-F1", f"{scores['macro_f1']:.3f}, {held_out_words(scores['protocol'])}")
    facts.add_row("versions", ", ".join(f"{k} {v}" for k, v in manifest.versions.items()))
    screen.print(facts)
    for remark in record.notes:
        say(f"Note: {remark}")
    strongest = model.strongest_features(n_features)
    for label in model.labels:
        say(f"\n{shown(label)}: {record.label_counts.get(label, 0):,} articles")
        entry = model.codebook.labels.get(label) if model.codebook else None
        if entry:
            say(f"{entry.title}. {entry.definition}")
        if n_features:
            screen.print(_features(model, strongest[label], screen.width))
    if any(lexicon_terms(model, name) for found in strongest.values() for name, _ in found):
        say(f"\n{EXPLANATION}")


def _features(model: Model, strongest: Sequence[StrongFeature], width: int) -> Table:
    """Return the strongest features of a label, lexical ones with terms that they count."""
    from rich.cells import cell_len

    names = [name.split(":", 1) for name, _ in strongest]
    features = [f"  {kind}: {isolated(_visible(term), FEATURE_WIDTH)}" for kind, term in names]
    room = max(width - max(map(cell_len, features), default=0) - WEIGHT_COLUMN, NARROWEST)
    rows = table("feature", "weight", "terms such as", numbers=["weight"])
    for (name, weight), feature in zip(strongest, features, strict=True):
        rows.add_row(
            feature, f"{weight:.3f}", _that_fit(lexicon_terms(model, name, 4 * TERMS), room)
        )
    return rows


def _that_fit(terms: Sequence[str], width: int) -> str:
    """Join a few terms that a cell holds whole; a first one that is too long is cut."""
    from rich.cells import cell_len

    joined, n = terms[0] if terms else "", 1
    for term in terms[1:]:
        longer = f"{joined}، {term}"
        if n < TERMS and cell_len(longer) <= width:
            joined, n = longer, n + 1
    return isolated(joined, width) if joined else ""


def _domain(domain: Domain | None) -> str:
    if domain is None:
        return "unknown: no article is flagged"
    return (
        f"score of at least {domain.threshold:.3f}, usually {domain.usual:.3f} "
        f"({domain.n_held_out:,} articles, {domain.protocol})"
    )


def _corpus(stored: StoredModel) -> str:
    record = stored.manifest.record
    parts = [f"{record.n_articles:,} articles"]
    parts += [f"{n:,} {what}" for n, what in _groups(record.n_outlets, record.n_events) if n]
    return ", ".join(parts)


def _groups(n_outlets: int, n_events: int) -> list[tuple[int, str]]:
    return [(n_outlets, "outlets"), (n_events, "events")]


def _visible(term: str) -> str:
    """Show the edge of a word in a character n-gram, and a quotation's words as such."""
    from stance.features.preparation import QUOTED

    edge = "_"
    inner = term.strip(" ").replace(QUOTED, "«")
    return edge * term.startswith(" ") + inner + edge * term.endswith(" ")
