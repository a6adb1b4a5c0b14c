"""The page of `stance info`: the description of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, figure
from stance.reporting.html.page import (
    English,
    Facts,
    Listed,
    Name,
    Number,
    Page,
    Paragraph,
    Table,
    names,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.protocols import protocol
from stance.reporting.model import (
    LEARNED_FROM_ALL,
    lexicon_terms,
    visible_term,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.model.persistence import StoredModel
    from stance.model.record import StrongFeature
    from stance.reporting.html.page import Block, Section, Text


def page(stored: StoredModel, n_features: int, folder: str) -> Page:
    """Return the description of a model, with the strongest features of each label, as a page."""
    strongest = stored.model.strongest_features(n_features)
    return Page(
        phrase("model", name=Name(folder)),
        "stance info",
        (
            section("model.facts", _facts(stored, folder), *_notes(stored)),
            *_scores(stored),
            _labels(stored),
            *(
                section(phrase("model.features", label=Name(label)), _features(stored, found))
                for label, found in strongest.items()
                if found
            ),
        ),
    )


def _facts(stored: StoredModel, folder: str) -> Facts:
    model, manifest = stored.model, stored.manifest
    record, domain = manifest.record, manifest.domain
    facts: list[tuple[Text, Text]] = [
        (phrase("model.folder"), Name(folder)),
        (phrase("model.classifier"), English(model.config.classifier.kind)),
        (phrase("model.n_features"), count(model.features.n_features)),
        *(
            (phrase("model.block", name=English(part.name)), count(len(part.scale)))
            for part in model.features.blocks
        ),
        (phrase("model.size"), Number(f"{stored.size / 1e6:.1f} MB")),
        (phrase("model.format"), count(manifest.format)),
        (phrase("model.temperature"), Number(f"{manifest.temperature:.2f}")),
        (phrase("model.articles"), count(record.n_articles)),
        (phrase("unit.outlet"), count(record.n_outlets)),
        (phrase("unit.event"), count(record.n_events)),
        (phrase("model.domain"), figure(domain.threshold if domain else None)),
        (phrase("model.fingerprint"), Name(record.fingerprint)),
        (phrase("model.sha256"), Name(stored.sha256)),
        (
            phrase("model.versions"),
            English(", ".join(f"{name} {version}" for name, version in manifest.versions.items())),
        ),
    ]
    if model.periods:
        facts.append((phrase("model.periods"), names(tuple(model.periods))))
    return Facts(tuple(facts))


def _notes(stored: StoredModel) -> tuple[Block, ...]:
    return tuple(Paragraph(English(note)) for note in stored.manifest.record.notes)


def _scores(stored: StoredModel) -> tuple[Section, ...]:
    """Return the held-out scores that training measured, if it did."""
    scores = stored.manifest.record.scores
    if not scores:
        return ()
    names_of = ("accuracy", "macro_f1")
    shown = tuple((phrase(name), float(scores[name])) for name in names_of)
    bars = tuple(Bar(name, value, figure(value)) for name, value in shown)
    rows: list[tuple[Text, ...]] = [(phrase("model.this"), *(figure(value) for _, value in shown))]
    # Models of earlier versions were stored without a baseline.
    if given := scores.get("baseline"):
        labels = names(tuple(given["labels"]))
        values = (figure(given[name]) for name in names_of)
        rows.append((phrase("baseline.training", labels=labels), *values))
    described = str(scores["protocol"])
    how = Facts(((phrase("protocol"), protocol(described.removesuffix(LEARNED_FROM_ALL))),))
    optimistic = (
        Paragraph(phrase("model.optimistic")) if described.endswith(LEARNED_FROM_ALL) else None
    )
    columns = phrases("model.who", *names_of)
    table = Table(phrase("model.held_out"), columns, tuple(rows))
    chart = Bars(phrase("model.chart"), bars, table)
    return (section("scores.heading", how, optimistic, chart),)


def _labels(stored: StoredModel) -> Section:
    model, record = stored.model, stored.manifest.record
    entries = model.codebook.labels if model.codebook else {}
    rows = tuple(
        (
            Name(label),
            count(record.label_counts.get(label, 0)),
            Name(f"{entries[label].title}. {entries[label].definition}")
            if label in entries
            else Listed(()),
        )
        for label in model.labels
    )
    columns = phrases("label", "articles", "model.definition")
    return section("model.labels", Table(phrase("model.labels"), columns, rows))


def _features(stored: StoredModel, strongest: Sequence[StrongFeature]) -> Table:
    rows = tuple(
        (
            Name(visible_term(name.split(":", 1)[1])),
            English(name.split(":", 1)[0]),
            figure(weight),
            names(tuple(lexicon_terms(stored.model, name))),
        )
        for name, weight in strongest
    )
    columns = phrases("feature", "feature.block", "feature.weight", "feature.terms")
    return Table(phrase("model.strongest"), columns, rows)
