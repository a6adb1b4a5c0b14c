"""The card of a model: what it is, learned from, scores, and is not for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stance.corpus.document_kinds import HEADLINE_WORDS
from stance.datasets.records import PREFIX, dataset_names, find_dataset
from stance.model.config import TrainingConfig, settings
from stance.model.description import ModelDescription
from stance.reporting.card_limits import limitations
from stance.reporting.card_results import TOO_WIDE, result_sections
from stance.reporting.document import (
    Column,
    Document,
    Facts,
    Item,
    Paragraph,
    Section,
    Table,
    Verbatim,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.markdown import render
from stance.reporting.model import domain_words, held_out_words
from stance.reporting.phrases import figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.model.corpus_summary import CorpusSummary, TextsOfKind
    from stance.model.description import CorpusFile
    from stance.model.persistence import StoredModel

COMMAND = "stance info --card"
NOT_STATED = "not stated"
UNKNOWN = "unknown"
SHOWN_VALUE = 80  # characters
OUT_OF_SCOPE = (
    "Judging a person: the framing of an article says nothing about who wrote it, shared it or is "
    "named in it.",
    "Deciding on a single article without a human reader: the model errs, and is sometimes sure "
    "of it.",
    "Outlets, conflicts and times unlike those of the training corpus: the model knows the names "
    "that it has read.",
    "Stating shares of an archive without a random sample of it that people have read.",
    "Finding out what is true: a neutral tone is not accuracy, a partisan one is not falsehood.",
)


def card_markdown(stored: StoredModel) -> str:
    """Return the generated part of a card as Markdown."""
    return render(card(stored))


def with_own_text(document: Document, own: str) -> Document:
    """Return a card with what people wrote below it."""
    added = (section(Verbatim(own)),) if own else ()
    return replace(document, sections=(*document.sections, *added))


def card(stored: StoredModel) -> Document:
    """Return the generated part of a card."""
    described = stored.manifest.description or ModelDescription()
    codebook = stored.model.codebook
    title = f": {codebook.title or codebook.name}" if codebook else ""
    results = [
        found for one in described.results for found in result_sections(one, stored.model.labels)
    ]
    return Document(
        f"Model card{title}",
        (
            _details(stored, described),
            *_labels(stored),
            *_training_data(stored, described),
            *_procedure(stored),
            *_held_out(stored.manifest.record.scores),
            *results,
            section(*_items(limitations(stored, described)), heading="Limitations"),
            section(*map(Item, OUT_OF_SCOPE), heading="Out-of-scope use"),
            *([section(*map(Item, described.notes), heading="Notes")] if described.notes else []),
        ),
        command=COMMAND,
    )


def _items(texts: Iterator[str]) -> Iterator[Item]:
    return map(Item, texts)


def _details(stored: StoredModel, described: ModelDescription) -> Section:
    model, manifest = stored.model, stored.manifest
    blocks = ", ".join(f"{part.name} {len(part.scale):,}" for part in model.features.blocks)
    kinds = "; headlines have a classifier of their own" if model.headlines else ""
    facts = (
        ("author", described.author or NOT_STATED),
        ("licence", described.licence or NOT_STATED),
        ("task", f"gives an Arabic news article one of {len(model.labels)} labels"),
        ("classifier", f"linear, {model.config.classifier.kind}{kinds}"),
        ("features", f"{model.features.n_features:,} ({blocks})"),
        ("sha256", stored.sha256),
        ("format", str(manifest.format)),
        ("versions", ", ".join(f"{k} {v}" for k, v in manifest.versions.items())),
    )
    return section(Facts(facts), heading="Model details")


def _labels(stored: StoredModel) -> Iterator[Section]:
    model = stored.model
    if model.codebook is None:
        texts = (Item(label) for label in model.labels)
        remark = "The model was trained without a codebook: what its labels mean is not recorded."
        yield section(*texts, *paragraphs(remark), heading="Labels")
        return
    entries = model.codebook.labels
    yield section(
        *(Item(f"{name}: {entries[name].definition}") for name in model.labels if name in entries),
        Paragraph("codebook.json has all rules, evidence and boundary cases."),
        heading="Labels",
    )


def _training_data(stored: StoredModel, described: ModelDescription) -> Iterator[Section]:
    record = stored.manifest.record
    known = record.corpus
    facts = [
        ("files", "; ".join(map(_file, described.files)) or UNKNOWN),
        *([("rows", f"only those with {described.where}")] if described.where else []),
        ("articles", f"{record.n_articles:,}"),
    ]
    if known and known.n_always_train:
        facts.append(("never held out", f"{known.n_always_train:,} of these articles"))
    if known and known.n_auxiliary:
        facts.append(("auxiliary", f"{known.n_auxiliary:,} articles with other labels"))
    facts += [
        ("outlets", f"{record.n_outlets:,}" if record.n_outlets else "not named"),
        ("events", f"{record.n_events:,}" if record.n_events else "not named"),
        ("dates", _dates(stored)),
        ("corpus hash", record.fingerprint),
    ]
    yield section(Facts(tuple(facts)), heading="Training data")
    yield section(_label_counts(stored))
    for kinds, caption in _kinds(known):
        yield section(_kind_counts(stored.model.labels, kinds, caption))
    named = {file.name.removeprefix(PREFIX).split("/")[0]: file.name for file in described.files}
    sources = [name for name in named if named[name].startswith(PREFIX) and name in dataset_names()]
    if sources:
        yield section(Paragraph("Public data sets:"), *(Item(_source(name)) for name in sources))


def _file(file: CorpusFile) -> str:
    uses = {"corpus": "", "always_train": " (never held out)", "auxiliary": " (auxiliary)"}
    return file.name + uses[file.use]


def _dates(stored: StoredModel) -> str:
    record = stored.manifest.record
    known = record.corpus
    if known is None:
        return UNKNOWN
    if not known.n_dated:
        return "no article has one"
    share = "" if known.n_dated == record.n_articles else f" ({known.n_dated:,} articles have one)"
    return f"{known.first_date} to {known.last_date}{share}"


def _label_counts(stored: StoredModel) -> Table:
    record = stored.manifest.record
    outlets = record.corpus.label_outlets if record.corpus and record.n_outlets else {}
    columns = (Column("label", "name"), *numbers("articles"))
    if outlets:
        columns += numbers("outlets")
    rows = (
        (label, f"{n:,}", *([f"{outlets[label]:,}"] if label in outlets else []))
        for label, n in record.label_counts.items()
    )
    return Table(columns, tuple(rows))


def _kinds(known: CorpusSummary | None) -> Iterator[tuple[list[TextsOfKind], str]]:
    """Yield the kinds of texts with a caption; those that were never held out apart."""
    if known is None:
        return
    headline = f"a headline is a text of at most {HEADLINE_WORDS} words"
    held_out, others = (
        [part for part in known.kinds if part.always_train is always] for always in (False, True)
    )
    if held_out:
        yield held_out, f"{'Held out in turn' if others else 'Kinds of texts'}; {headline}:"
    if others:
        yield others, f"Never held out; {headline}:"


def _kind_counts(labels: Sequence[str], kinds: Sequence[TextsOfKind], caption: str) -> Table:
    """Return how many texts of each kind and label the model learned from."""
    rows = []
    for part in kinds:
        counts = [part.label_counts.get(label, 0) for label in labels]
        rows.append((f"{part.kind}s", *(f"{n:,}" for n in counts), f"{sum(counts):,}"))
    columns = (Column("texts", "name"), *numbers(*labels, "all"))
    return Table(columns, tuple(rows), caption, if_too_wide=TOO_WIDE)


def _source(name: str) -> str:
    """Name a data set, its licence, its citation and what it says of its labels."""
    found = find_dataset(name)
    licence = found.licence
    if found.derived_from:
        licence += f" ({found.derived_from}: {find_dataset(found.derived_from).licence})"
    caution = f" Beware: {found.caution.strip()}" if found.caution else ""
    return (
        f"{found.name}: {found.title}. Licence: {licence}. Cite: {found.citation.strip()}{caution}"
    )


def _procedure(stored: StoredModel) -> Iterator[Section]:
    model, manifest = stored.model, stored.manifest
    facts = [
        ("temperature", _temperature(stored)),
        ("out of domain", domain_words(manifest.domain)),
        *([("periods", ", ".join(map(_period, model.periods)))] if model.periods else []),
        *(("remark", remark) for remark in manifest.record.notes),
    ]
    yield section(Facts(tuple(facts)), heading="Training procedure")
    default = {key: value for key, value, _ in settings(TrainingConfig())}
    changed = tuple(
        (key, _shown(value))
        for key, value, _ in settings(model.config)
        if value != default.get(key)
    )
    if changed:
        columns = (Column("setting"), Column("value", "prose"))
        yield section(
            Table(
                columns,
                changed,
                caption="Settings that differ from the defaults, or that auto "
                "became; manifest.json has all:",
            )
        )


def _period(period: str) -> str:
    start, _, end = period.partition("/")
    if not (start and end):
        return f"from {start}" if start else f"until {end}"
    return f"{start} to {end}"


def _temperature(stored: StoredModel) -> str:
    own = stored.manifest.headlines
    of_headlines = f", of headlines {own.temperature:.2f}" if own else ""
    return f"{stored.manifest.temperature:.2f}{of_headlines}"


def _shown(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= SHOWN_VALUE else text[: SHOWN_VALUE - 1] + "…"


def _held_out(scores: dict[str, Any]) -> Iterator[Section]:
    """Show what training itself measured on the folds that calibrate."""
    if not scores:
        return
    of_headlines = scores.get("headlines")
    kinds = {"articles": scores, "headlines": of_headlines} if of_headlines else {"all": scores}
    rows = []
    for name, found in kinds.items():
        scores_of = {name: found, f"{name}, always the most frequent label": found.get("baseline")}
        for row, values in scores_of.items():
            if values:  # older records have no baseline
                both = (figure(values.get(key)) for key in ("macro_f1", "accuracy"))
                rows.append((row, f"{found.get('n', 0):,}", *both))
    columns = (Column("texts"), *numbers("n", "macro-F1", "accuracy"))
    yield section(
        Table(columns, tuple(rows)),
        Paragraph(f"Protocol: {held_out_words(scores['protocol'])}."),
        heading="Evaluation during training",
    )
