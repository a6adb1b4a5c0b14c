"""`stance audit`: leaks and shortcuts in a corpus, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stance.cli.console import status
from stance.cli.corpus import note_all
from stance.cli.options import CorpusArgument, with_corpus_options
from stance.cli.reports import ReportTarget, with_chart_options
from stance.errors import CorpusError
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow
    from stance.formats.inputs import PlannedInput


@with_corpus_options
@with_chart_options
def audit_command(
    corpus: CorpusArgument,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Find leaks and shortcuts in a corpus, with advice on each.

    Reports near-duplicates, reused agency copy and the edits in it, site
    boilerplate, phrases that reveal the label, and the association of outlet
    and label. Several inputs are treated as splits that should not share
    articles.
    """
    from stance.evaluation.auditing import audit
    from stance.reporting.audit import report as audit_report
    from stance.reporting.html.audit import page

    articles, rejected, inputs = _read(corpus, reading)
    with status("Auditing") as update:
        found = audit(articles, rejected=rejected, inputs=inputs, progress=update)
    report.write(audit_report(found), found.to_dict(), lambda: page(found))


def _read(
    corpus: Iterable[str], reading: Source
) -> tuple[list[Article], list[RejectedRow], list[str]]:
    """Read all articles, labelled or not, each with its input."""
    from stance.corpus.article import RejectedRow
    from stance.formats.labelled import dated, in_one_spelling
    from stance.formats.reading import read_located
    from stance.reporting.reading import (
        date_lines,
        nothing_usable,
        spelling_lines,
        storage_lines,
    )

    rows, rejected, inputs = [], [], []
    planned: list[PlannedInput] = []
    for name in corpus:
        for item in read_located(reading.reading([name]), on_input=planned.append):
            if isinstance(item, RejectedRow):
                rejected.append(item)
            else:
                rows.append(item)
                inputs.append(name)
    if not rows:
        raise CorpusError(nothing_usable(planned, reading.reading(corpus), rejected, ("text",)))
    note_all(storage_lines(planned))
    rows, spellings = in_one_spelling(rows, reading)
    note_all(spelling_lines(spellings))
    rows, dates = dated(rows, reading)
    note_all(date_lines(dates))
    return [row.article for row in rows], rejected, inputs
