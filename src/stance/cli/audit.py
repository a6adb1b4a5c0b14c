"""`stance audit`: what in a corpus could fool a model, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stance.cli.console import status
from stance.cli.corpus import tell
from stance.cli.options import CorpusArgument, with_corpus_options
from stance.cli.reports import ReportTarget, with_report_options
from stance.errors import CorpusError
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow
    from stance.formats.inputs import PlannedInput


@with_corpus_options
@with_report_options
def audit_command(
    corpus: CorpusArgument,
    *,
    report: ReportTarget,
    reading: Source,
) -> None:
    """Look for leaks and shortcuts in a corpus, and say what to do about each.

    Near-duplicates, reused agency copy and what was changed in it, site
    boilerplate, phrases that give the label away, and how far the outlet
    decides the label. Several inputs are taken as splits that should share no
    article.
    """
    from stance.evaluation.auditing import audit
    from stance.reporting.audit import report as audit_report

    articles, rejected, inputs = _read(corpus, reading)
    with status("Auditing") as tell:
        found = audit(articles, rejected=rejected, inputs=inputs, progress=tell)
    report.write(audit_report(found), found.to_dict())


def _read(
    corpus: Iterable[str], reading: Source
) -> tuple[list[Article], list[RejectedRow], list[str]]:
    """Read all articles, labelled or not, with the input that each comes from."""
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
    tell(storage_lines(planned))
    rows, spellings = in_one_spelling(rows, reading)
    tell(spelling_lines(spellings))
    rows, dates = dated(rows, reading)
    tell(date_lines(dates))
    return [row.article for row in rows], rejected, inputs
