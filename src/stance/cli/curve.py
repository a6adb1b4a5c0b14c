"""`stance curve`: how the score grows with the number of articles, and what more would bring."""

from __future__ import annotations

from typing import Annotated

import typer

from stance.cli.console import progress
from stance.cli.corpus import read_training
from stance.cli.crossval import FoldsOption, parse_folds
from stance.cli.options import (
    ByOption,
    ConfigOption,
    CorpusArgument,
    JobsOption,
    SetOption,
    SkipRejectedOption,
    parse_by,
    with_corpus_options,
)
from stance.cli.row_reports import RowReportTarget, with_row_options
from stance.errors import ConfigError
from stance.formats.source import Source

SizesOption = Annotated[
    str | None,
    typer.Option(
        "--sizes",
        metavar="N,N,...",
        help="Numbers of training articles, at least three.  [default: eight with equal ratios, up "
        "to all that each fold can learn from]",
    ),
]
DrawsOption = Annotated[
    int,
    typer.Option("--draws", metavar="N", min=2, help="How often articles of each size are drawn."),
]
MoreOption = Annotated[
    list[int] | None,
    typer.Option(
        "--more",
        metavar="N",
        min=1,
        help="Predict the score with N articles more than there are. Repeatable.  [default: a "
        "quarter, a half and all of their number]",
    ),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        min=0,
        help="Seed of folds and draws.  [default: the setting seed]",
    ),
]


@with_corpus_options
@with_row_options
def curve_command(
    corpus: CorpusArgument,
    by: ByOption = None,
    folds: FoldsOption = None,
    sizes: SizesOption = None,
    draws: DrawsOption = 3,
    more: MoreOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    override: SetOption = None,
    jobs: JobsOption = -1,
    skip_rejected: SkipRejectedOption = False,
    *,
    report: RowReportTarget,
    reading: Source,
) -> None:
    """Tell how many more articles to label: the score by the number of training articles.

    Every size is tested on the same articles of unseen outlets. Where the score
    rises beyond noise, a power law predicts it for more articles, with an interval.
    """
    from stance.evaluation.learning_curve import learning_curve
    from stance.model.config import load_config
    from stance.reporting.html.learning_curve import page
    from stance.reporting.learning_curve import report as document
    from stance.reporting.learning_curve import summary

    protocol, n_folds, asked = parse_by(by), parse_folds(folds), _parse_sizes(sizes)
    settings = load_config(config, override or [])
    rows, _ = read_training(corpus, None, reading, skip_rejected=skip_rejected)
    with progress("Training models") as update:
        found = learning_curve(
            [row.article for row in rows],
            settings,
            by=protocol,
            folds=n_folds,
            sizes=asked,
            draws=draws,
            more=more or None,
            seed=seed,
            jobs=jobs,
            progress=update,
        )
    report.write(found, lambda: document(found), lambda: summary(found), lambda: page(found))


def _parse_sizes(text: str | None) -> tuple[int, ...] | None:
    """Return the numbers of ``--sizes``; None if it was not given."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise ConfigError(
            f"Got --sizes {text}, but expected numbers of articles with commas between them, such "
            "as 50,100,200,400."
        )
    return tuple(map(int, parts))
