"""`stance info`: what a model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import console, isolated, table
from stance.cli.corpus import write_json
from stance.cli.models import model_folder
from stance.cli.options import ForceOption, JsonOption, ModelOption

if TYPE_CHECKING:
    from stance.model.persistence import StoredModel
    from stance.model.record import Domain


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
            for label, strongest in stored.model.strongest_features(n_features).items()
        },
    }


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
        facts.add_row("macro-F1", f"{record.scores['macro_f1']:.3f}, {record.scores['protocol']}")
    facts.add_row("versions", ", ".join(f"{k} {v}" for k, v in manifest.versions.items()))
    screen.print(facts)
    for remark in record.notes:
        screen.print(f"Note: {remark}")
    strongest = model.strongest_features(n_features)
    for label in model.labels:
        screen.print(f"\n{label}: {record.label_counts.get(label, 0):,} articles")
        entry = model.codebook.labels.get(label) if model.codebook else None
        if entry:
            screen.print(f"  {entry.title}. {entry.definition}")
        rows = table("feature", "weight", numbers=["weight"])
        for name, weight in strongest[label]:
            kind, _, term = name.partition(":")
            rows.add_row(f"  {kind}: {isolated(_visible(term), 50)}", f"{weight:.3f}")
        if n_features:
            screen.print(rows)


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
