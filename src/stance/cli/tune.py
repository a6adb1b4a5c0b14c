"""`stance tune`: searching for good settings within a time budget."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.console import show_summary, status
from stance.cli.corpus import read_auxiliary, read_labelled
from stance.cli.engines import (
    LOCAL,
    EngineOption,
    SchedulerOption,
    check_engine,
    fold_workers,
)
from stance.cli.options import (
    AuxiliaryOption,
    ByOption,
    ConfigOption,
    CorpusArgument,
    ForceOption,
    JobsOption,
    JsonOption,
    SetOption,
    SkipRejectedOption,
    parse_by,
    with_corpus_options,
)
from stance.cli.reports import STDOUT, check_json_target, write_json
from stance.distribution import install_command
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.evaluation.tuning import Tuning

NEEDS = f"Needs Optuna: {install_command('tune')}"
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}

OutputOption = Annotated[
    Path, typer.Option("--output", "-o", help="File for the settings, for --config.")
]
BudgetOption = Annotated[
    str,
    typer.Option("--budget", metavar="TIME", help="Time budget: 90s, 10m, 1h30m."),
]
FoldsOption = Annotated[int, typer.Option("--folds", min=2, help="Folds for each trial.")]
TrialsOption = Annotated[
    int | None,
    typer.Option("--trials", min=1, help="Maximum number of trials, even if time is left."),
]


@with_corpus_options
def tune_command(
    corpus: CorpusArgument,
    output: OutputOption,
    budget: BudgetOption = "10m",
    by: ByOption = None,
    folds: FoldsOption = 5,
    trials: TrialsOption = None,
    config: ConfigOption = None,
    override: SetOption = None,
    auxiliary: AuxiliaryOption = None,
    json: JsonOption = None,
    jobs: JobsOption = -1,
    engine: EngineOption = LOCAL,
    scheduler: SchedulerOption = None,
    skip_rejected: SkipRejectedOption = False,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Search for the settings with the best score on held-out articles.

    Settings of --config or --set are kept; the others are searched. The best
    settings are written as TOML.
    """
    from stance.evaluation.tuning import tune
    from stance.model.config import load_config
    from stance.replacing import check_file_target
    from stance.reporting.tuning import so_far

    check_engine(engine, scheduler)
    deadline, protocol = time.monotonic() + parse_duration(budget), parse_by(by)
    check_file_target(output, force=force)
    check_json_target(json, force=force)
    settings = load_config(config, override or [])
    articles = read_labelled(corpus, reading, skip_rejected=skip_rejected)
    others = read_auxiliary(auxiliary, reading, skip_rejected=skip_rejected)
    with fold_workers(engine, scheduler, jobs) as workers, status("Tuning") as update:
        result = tune(
            articles,
            settings,
            budget=deadline - time.monotonic(),
            by=protocol,
            folds=folds,
            max_trials=trials,
            auxiliary=others,
            jobs=jobs,
            workers=workers,
            progress=lambda tried, left: update(so_far(tried, left)),
        )
    _write(result, output, json, force=force)


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as 90s, 10m or 1h30m.

    Examples
    --------
    >>> parse_duration("1h30m")
    5400.0
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)([hms])", text)
    seconds = sum(float(number) * UNITS[unit] for number, unit in parts)
    if "".join(map("".join, parts)) != text or seconds <= 0:
        raise ConfigError(f"Got --budget {text}, but expected a time such as 90s, 10m or 1h30m.")
    return seconds


def _write(result: Tuning, output: Path, json: Path | None, *, force: bool) -> None:
    from stance.model.config_toml import to_toml
    from stance.replacing import replacing_file
    from stance.reporting.tuning import report, settings_heading

    with replacing_file(output, force=force) as file:
        file.write((settings_heading(result) + to_toml(result.config)).encode())
    if json:
        write_json(json, result.to_dict(), force=force)
    if str(json) != STDOUT:
        show_summary(report(result, str(output)))
