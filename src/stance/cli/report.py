"""`stance report`: a page on a model and a corpus, with the explanations of a few articles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import note, status
from stance.cli.corpus import read_any
from stance.cli.models import model_folder
from stance.cli.options import ForceOption, ModelOption, with_corpus_options
from stance.cli.reports import LanguageOption, PageTarget
from stance.formats.source import Source
from stance.reporting.phrases import counted
from stance.reporting.reading import skipped

if TYPE_CHECKING:
    from stance.corpus.article import Article
    from stance.model.persistence import StoredModel
    from stance.model.prediction import Prediction
    from stance.model.record import Model
    from stance.reporting.html.corpus_report import CorpusReport, ExplainedExample


@with_corpus_options
def report_command(
    corpus: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS",
            help="Articles, labelled or not: files, folders of .txt, dataset:NAME[/SPLIT], or - "
            "for standard input.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="HTML file for the report.")
    ],
    model: ModelOption = None,
    language: LanguageOption = None,
    examples: Annotated[
        int,
        typer.Option(
            "--examples",
            metavar="N",
            min=0,
            help="For each label, explain the N articles with the surest right label, with the "
            "surest wrong one, and nearest to the border; 0 for none.",
        ),
    ] = 1,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Write one page on a model and a corpus.

    It describes the model, audits the corpus, tests the model where articles
    have labels, counts its labels where they have none, and explains a few
    articles.
    """
    from stance.model.persistence import read_model
    from stance.reporting.html.corpus_report import page

    target = PageTarget.of(output, language, (), force=force, option="--output")
    folder = model_folder(model)
    stored = read_model(folder)
    found = _findings(stored, str(folder), corpus, reading, examples)
    target.write(lambda: page(found), force=force)
    if found.audit.rejected:
        note(skipped(found.audit.rejected))
    note(
        f"{output}: {counted(len(found.audit.articles), 'article')}, "
        f"{len(found.examples):,} of them explained."
    )


def _findings(
    stored: StoredModel, folder: str, corpus: Sequence[str], reading: Source, n_examples: int
) -> CorpusReport:
    from stance.corpus.keys import by_canonical, canonical
    from stance.evaluation.auditing import audit
    from stance.evaluation.predicted_labels import PredictedLabels
    from stance.evaluation.testing import evaluate_model
    from stance.model.prediction import predict
    from stance.reporting.html.corpus_report import CorpusReport

    model = stored.model
    articles, rejected, inputs = read_any(corpus, reading)
    with status("Auditing") as update:
        audited = audit(articles, rejected=rejected, inputs=inputs, progress=update)
    known = by_canonical(model.labels)
    y_true = [None if one.label is None else known.get(canonical(one.label)) for one in articles]
    testable = [one for one, true in zip(articles, y_true, strict=True) if true is not None]
    unknown = {one.label for one in articles if one.label} - {one.label for one in testable}
    with status("Labelling"):
        evaluation = evaluate_model(model, testable) if testable else None
        predictions = list(predict(model, articles))
    with status("Explaining"):
        explained = _explained(model, predictions, y_true, n_examples)
    return CorpusReport(
        stored,
        folder,
        tuple(corpus),
        audited,
        evaluation,
        _was_trained_on(model, articles),
        tuple(sorted(map(str, unknown))),
        PredictedLabels.of(predictions) if len(testable) < len(articles) else None,
        explained,
    )


def _explained(
    model: Model, predictions: Sequence[Prediction], y_true: Sequence[str | None], n: int
) -> tuple[ExplainedExample, ...]:
    from stance.explanation.examples import choose_examples
    from stance.explanation.explaining import explain
    from stance.reporting.html.corpus_report import ExplainedExample

    chosen = choose_examples(predictions, y_true, n)
    if not chosen:
        return ()
    explanations = explain(model, [predictions[one.number].article for one in chosen], changes=True)
    return tuple(
        ExplainedExample(explanation, one.kinds)
        for explanation, one in zip(explanations, chosen, strict=True)
    )


def _was_trained_on(model: Model, articles: Sequence[Article]) -> bool:
    """Return whether the corpus is the very one that the model was trained on."""
    from stance.model.learning_corpus import LabelledCorpus

    labels = {article.label for article in articles}
    if None in labels or len(labels) == 1:
        return False
    return LabelledCorpus(articles).fingerprint() == model.record.fingerprint
