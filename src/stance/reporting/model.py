"""The reports of `stance info` and `stance train`: the description of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stance.evaluation.baseline import Baseline, Improvement
from stance.evaluation.intervals import share_interval
from stance.features.preparation import QUOTED
from stance.reporting.baselines import always, baseline_paragraph
from stance.reporting.document import (
    Column,
    Document,
    Facts,
    Paragraph,
    Section,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.phrases import figure, isolated, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.model.persistence import StoredModel
    from stance.model.record import Domain, Model, StrongFeature

FEATURE_WIDTH = 42
TERMS = 3  # of a lexical feature
LEARNED_FROM_ALL = ", features learned from all"
EXPLANATION = (
    "lexicon: frequency of the terms of a category (or of a side); share: their share among all "
    "names of that actor; sideshare: their share among the terms of all sides; scare: frequency "
    "of the terms in scare quotes."
)


def training_report(model: Model, output: str) -> Document:
    """Return the number of articles by label, the held-out scores, and the model's folder."""
    record = model.record
    columns = (Column("label", "name"), *numbers("articles"))
    counts = tuple((label, f"{n:,}") for label, n in record.label_counts.items())
    written = f"Model with {model.features.n_features:,} features written to {output}."
    return Document(
        "Training",
        (
            section(Table(columns, counts)),
            *([_held_out(record.scores)] if record.scores else []),
            section(Paragraph(written)),
        ),
        command="stance train",
    )


def _held_out(scores: dict[str, Any]) -> Section:
    """Return the held-out scores of the model and of its baseline."""
    baseline = held_out_baseline(scores)
    accuracy, macro_f1 = baseline.accuracy, baseline.macro_f1
    figures = Table(
        (Column("on held-out articles", "name"), *numbers("accuracy", "macro-F1")),
        (
            ("this model", figure(accuracy.model), figure(macro_f1.model)),
            (always(baseline), figure(accuracy.baseline), figure(macro_f1.baseline)),
        ),
    )
    protocol = held_out_words(scores["protocol"])
    return section(
        figures,
        baseline_paragraph([baseline]),
        Paragraph(f"Held out: {protocol}. For a paper, run 'stance crossval'."),
    )


def held_out_baseline(scores: dict[str, Any]) -> Baseline:
    """Return the baseline that always gives one label, compared with held-out scores.

    The model's accuracy has a Wilson interval. Its macro-F1 has no interval
    here, so that only the figures are compared.
    """
    given, n = scores["baseline"], scores["n"]
    low, high = (
        end - given["accuracy"] for end in share_interval(round(scores["accuracy"] * n), n)
    )
    gain = scores["macro_f1"] - given["macro_f1"]
    return Baseline(
        source="training",
        labels=tuple(given["labels"]),
        accuracy=Improvement(scores["accuracy"], given["accuracy"], (low, high)),
        macro_f1=Improvement(scores["macro_f1"], given["macro_f1"], (gain, gain)),
        interval_unit="article",
    )


def held_out_words(protocol: str) -> str:
    """Say in plain words how the scores printed after training were measured."""
    if not protocol.endswith(LEARNED_FROM_ALL):
        return protocol
    return (
        f"{protocol.removesuffix(LEARNED_FROM_ALL)}; slightly optimistic, because the vocabulary "
        "was learned from all articles"
    )


def report(stored: StoredModel, n_features: int, folder: str) -> Document:
    """Return the description of a model, with the strongest features of each label."""
    model, record = stored.model, stored.manifest.record
    strongest = model.strongest_features(n_features)
    notes = paragraphs(*(f"Note: {remark}" for remark in record.notes))
    is_lexical = any(
        lexicon_terms(model, name) for found in strongest.values() for name, _ in found
    )
    return Document(
        f"Model {folder}",
        (
            section(Facts(tuple(_facts(stored, folder))), *notes),
            *(_label(stored, label, strongest[label]) for label in model.labels),
            *([section(Paragraph(EXPLANATION))] if is_lexical else []),
        ),
        command="stance info",
    )


def _facts(stored: StoredModel, folder: str) -> list[tuple[str, str]]:
    model, manifest = stored.model, stored.manifest
    record = manifest.record
    blocks = ", ".join(f"{part.name} {len(part.scale):,}" for part in model.features.blocks)
    facts = [
        ("model", folder),
        ("classifier", model.config.classifier.kind),
        ("features", f"{model.features.n_features:,} ({blocks})"),
        ("size", f"{stored.size / 1e6:.1f} MB, format {manifest.format}"),
        ("temperature", f"{manifest.temperature:.2f}"),
        ("domain", domain_words(manifest.domain)),
        *([("periods", ", ".join(model.periods))] if model.periods else []),
        ("sha256", stored.sha256),
        ("trained on", _corpus(stored)),
        ("corpus hash", record.fingerprint),
    ]
    if record.scores:
        macro_f1, protocol = record.scores["macro_f1"], record.scores["protocol"]
        facts.append(("macro-F1", f"{figure(macro_f1)}, {held_out_words(protocol)}"))
    return [*facts, ("versions", ", ".join(f"{k} {v}" for k, v in manifest.versions.items()))]


def domain_words(domain: Domain | None) -> str:
    """Say from which domain score on articles are in domain."""
    if domain is None:
        return "unknown: no article is flagged"
    thresholds = {domain.threshold, *(bound.threshold for bound in domain.by_length)}
    least = figure(min(thresholds))
    if len(thresholds) > 1:
        least += f" to {figure(max(thresholds))} by length"
    return (
        f"score of at least {least}, usually {figure(domain.usual)} "
        f"({domain.n_held_out:,} articles, {domain.protocol})"
    )


def _corpus(stored: StoredModel) -> str:
    record = stored.manifest.record
    groups = ((record.n_outlets, "outlets"), (record.n_events, "events"))
    counts = (f"{n:,} {what}" for n, what in groups if n)
    return ", ".join([f"{record.n_articles:,} articles", *counts])


def _label(stored: StoredModel, label: str, strongest: Sequence[StrongFeature]) -> Section:
    model, record = stored.model, stored.manifest.record
    entry = model.codebook.labels.get(label) if model.codebook else None
    return section(
        *paragraphs(
            f"{shown(label)}: {record.label_counts.get(label, 0):,} articles",
            f"{entry.title}. {entry.definition}" if entry else None,
        ),
        _features(model, strongest) if strongest else None,
    )


def _features(model: Model, strongest: Sequence[StrongFeature]) -> Table:
    """Return the strongest features of a label; lexical ones with some of their terms."""
    rows = []
    for name, weight in strongest:
        kind, term = name.split(":", 1)
        terms = tuple(lexicon_terms(model, name, 4 * TERMS))
        feature = f"  {kind}: {isolated(visible_term(term), FEATURE_WIDTH)}"
        rows.append((feature, figure(weight), terms))
    columns = (Column("feature"), *numbers("weight"), Column("terms such as", "name"))
    return Table(columns, tuple(rows))


def lexicon_terms(model: Model, feature: str, n: int = TERMS) -> list[str]:
    """Return some Arabic terms of a lexical feature; none for other features."""
    name, _, column = feature.partition(":")
    block = next(part.block for part in model.features.blocks if part.name == name)
    return block.examples(column, n)


def visible_term(term: str) -> str:
    """Mark word boundaries in a character n-gram, and words of quotations."""
    edge = "_"
    inner = term.strip(" ").replace(QUOTED, "«")
    return edge * term.startswith(" ") + inner + edge * term.endswith(" ")


def describe(stored: StoredModel, n_features: int) -> dict[str, object]:
    """Return the description of a model as plain JSON values."""
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
        "description": manifest.description.model_dump() if manifest.description else None,
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
