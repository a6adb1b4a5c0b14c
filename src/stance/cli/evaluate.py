"""`stance evaluate`: testing a trained model on labelled articles."""

from __future__ import annotations

from stance.cli.corpus import read_labelled_with_rows, slice_fields
from stance.cli.models import model_folder
from stance.cli.options import (
    CorpusArgument,
    ModelOption,
    PeriodStartOption,
    SkipRejectedOption,
    SliceOption,
    with_corpus_options,
)
from stance.cli.reports import ReportTarget, with_page_options
from stance.formats.source import Source


@with_corpus_options
@with_page_options
def evaluate_command(
    corpus: CorpusArgument,
    model: ModelOption = None,
    slices: SliceOption = None,
    period_start: PeriodStartOption = None,
    skip_rejected: SkipRejectedOption = False,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Test a model on labelled articles that it was not trained on."""
    from stance.evaluation.testing import evaluate_model
    from stance.model.persistence import read_model
    from stance.reporting.evaluation import report as evaluation_report
    from stance.reporting.html.evaluation import page

    stored = read_model(model_folder(model))
    loaded = stored.model
    rows = read_labelled_with_rows(corpus, reading, skip_rejected=skip_rejected)
    fields = slice_fields(rows, slices, period_start, loaded.codebook)
    result = evaluate_model(loaded, [row.article for row in rows], slices=fields)
    figures = {**result.to_dict(), "model": stored.sha256}
    report.write(evaluation_report(result), figures, lambda: page(result))
