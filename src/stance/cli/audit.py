"""`stance audit`: leaks and shortcuts in a corpus, and what to do about them."""

from __future__ import annotations

from stance.cli.console import status
from stance.cli.corpus import read_any
from stance.cli.options import CorpusArgument, with_corpus_options
from stance.cli.reports import ReportTarget, with_chart_options
from stance.formats.source import Source


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

    articles, rejected, inputs = read_any(corpus, reading)
    with status("Auditing") as update:
        found = audit(articles, rejected=rejected, inputs=inputs, progress=update)
    report.write(audit_report(found), found.to_dict(), lambda: page(found))
