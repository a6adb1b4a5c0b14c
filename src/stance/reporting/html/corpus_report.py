"""The page of `stance report`: a model, a corpus, and what the one makes of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stance.reporting.html.audit import page as audit_page
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.evaluation import page as evaluation_page
from stance.reporting.html.explanation import article_section
from stance.reporting.html.model import page as model_page
from stance.reporting.html.numbers import count, figure, percent
from stance.reporting.html.page import (
    Advice,
    Facts,
    Listed,
    Name,
    Page,
    Paragraph,
    Table,
    names,
    part,
    phrase,
    phrases,
    section,
)

if TYPE_CHECKING:
    from stance.evaluation.auditing import Audit
    from stance.evaluation.metrics import Evaluation
    from stance.evaluation.predicted_labels import PredictedLabels
    from stance.explanation.examples import Kind
    from stance.explanation.records import Explanation
    from stance.model.persistence import StoredModel
    from stance.reporting.html.page import Block, Section, Text

N_FEATURES = 8


@dataclass(frozen=True)
class ExplainedExample:
    """The explanation of an article that was chosen, and why it was."""

    explanation: Explanation
    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class CorpusReport:
    """All findings about a corpus with a model.

    Parameters
    ----------
    stored : StoredModel
    folder : str
        The folder of the model.
    inputs : tuple of str
        The names of the corpus.
    audit : Audit
    evaluation : Evaluation, optional
        Of the articles whose labels the model knows, if there are any.
    was_trained_on : bool
        Whether the model was trained on this very corpus.
    unknown_labels : tuple of str
        Labels of the corpus that the model does not know.
    predicted : PredictedLabels, optional
        Of all articles, if some could not be evaluated.
    examples : tuple of ExplainedExample
    """

    stored: StoredModel
    folder: str
    inputs: tuple[str, ...]
    audit: Audit
    evaluation: Evaluation | None
    was_trained_on: bool
    unknown_labels: tuple[str, ...]
    predicted: PredictedLabels | None
    examples: tuple[ExplainedExample, ...]


def page(found: CorpusReport) -> Page:
    """Return all findings as a page."""
    return Page(
        phrase("report"),
        "stance report",
        (
            _overview(found),
            *part("report.model", model_page(found.stored, N_FEATURES, found.folder).sections),
            *part("audit", audit_page(found.audit).sections),
            *_scores(found),
            *_predicted(found.predicted),
            *_examples(found),
        ),
    )


def _overview(found: CorpusReport) -> Section:
    articles = found.audit.articles
    facts = Facts(
        (
            (phrase("report.corpus"), names(found.inputs)),
            (phrase("model.folder"), Name(found.folder)),
            (phrase("articles"), count(len(articles))),
            (phrase("report.labelled"), count(sum(one.label is not None for one in articles))),
            (phrase("unit.outlet"), count(len(found.audit.counts("outlet")))),
            (phrase("audit.rejected"), count(len(found.audit.rejected))),
        )
    )
    unknown = phrase("report.unknown_labels", labels=names(found.unknown_labels))
    return section("report.overview", facts, Advice(unknown) if found.unknown_labels else None)


def _scores(found: CorpusReport) -> tuple[Section, ...]:
    if found.evaluation is None:
        return ()
    blocks = (Advice(phrase("report.trained_on")),) if found.was_trained_on else ()
    return part("evaluation", evaluation_page(found.evaluation).sections, *blocks)


def _predicted(found: PredictedLabels | None) -> tuple[Section, ...]:
    """Return the shares of predicted labels, and how many articles are out of domain."""
    if found is None:
        return ()
    bars = tuple(
        Bar(Name(one.label), one.n / found.n, percent(one.n / found.n)) for one in found.labels
    )
    rows = tuple(
        (
            Name(one.label),
            count(one.n),
            bar.shown,
            figure(one.mean_probability),
            count(one.n_out_of_domain) if found.has_domain else figure(None),
        )
        for one, bar in zip(found.labels, bars, strict=True)
    )
    columns = phrases("label", "articles", "audit.share", "mean_probability", "slices.outside")
    table = Table(phrase("predicted.table"), columns, rows)
    return (
        section(
            "predicted",
            Advice(phrase("predicted.advice")),
            Bars(phrase("predicted.chart"), bars, table),
            *_domain(found),
        ),
    )


def _domain(found: PredictedLabels) -> tuple[Block, ...]:
    if not found.has_domain:
        return (Paragraph(phrase("predicted.no_domain")),)
    n = found.n_out_of_domain
    said = phrase("predicted.domain", n=count(n), share=percent(n / found.n))
    if not n:
        return (Paragraph(said),)
    rows = tuple(
        (phrase(f"outside.{reason}"), count(n_of)) for reason, n_of in found.reasons.most_common()
    )
    table = Table(phrase("predicted.reasons"), phrases("reason", "articles"), rows)
    return (Paragraph(said), table)


def _examples(found: CorpusReport) -> tuple[Section, ...]:
    if not found.examples:
        return ()
    sections = (article_section(one.explanation, _about(one)) for one in found.examples)
    return part("report.examples", sections, Paragraph(phrase("report.chosen")))


def _about(one: ExplainedExample) -> tuple[tuple[Text, Text], ...]:
    kinds = Listed(phrases(*(f"example.{kind}" for kind in one.kinds)))
    label = one.explanation.article.label
    true = () if label is None else ((phrase("example.label"), Name(label)),)
    return ((phrase("example.why"), kinds), *true)
