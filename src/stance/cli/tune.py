"""`stance tune`: settings that do well on held-out articles, within a budget of time."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.cli.console import console, counted, say, status, table
from stance.cli.corpus import read_auxiliary, read_labelled, write_json
from stance.cli.engines import (
    LOCAL,
    EngineOption,
    SchedulerOption,
    check_engine,
    fold_workers,
)
from stance.cli.fold_plan import plan_lines
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
from stance.distribution import install_command
from stance.errors import ConfigError
from stance.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.tuning import Trial, Tuning

SHOWN = 10
NEEDS = f"Needs Optuna: {install_command('tune')}"
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


@with_corpus_options
def tune_command(
    corpus: CorpusArgument,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File for the settings, as --config takes it.")
    ],
    budget: Annotated[
        str, typer.Option("--budget", metavar="TIME", help="How long it may take: 90s, 10m, 1h30m.")
    ] = "10m",
    by: ByOption = None,
    folds: Annotated[int, typer.Option("--folds", min=2, help="Folds for each trial.")] = 5,
    trials: Annotated[
        int | None,
        typer.Option("--trials", min=1, help="Stop after this many, even if there is time left."),
    ] = None,
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
    """Search for settings that do well on held-out articles; write them as TOML.

    What --config or --set give stays as it is; the rest is searched.
    """
    from stance.evaluation.tuning import tune
    from stance.model.config import load_config
    from stance.replacing import check_file_target

    check_engine(engine, scheduler)
    deadline = time.monotonic() + parse_duration(budget)
    protocol = parse_by(by)
    for path in filter(None, (output, json)):
        check_file_target(path, force=force)
    settings = load_config(config, override or [])
    articles = read_labelled(corpus, reading, skip_rejected=skip_rejected)
    others = read_auxiliary(auxiliary, reading, skip_rejected=skip_rejected)
    with fold_workers(engine, scheduler, jobs) as workers, status("Tuning") as tell:
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
            progress=lambda tried, left: tell(_so_far(tried, left)),
        )
    _write(result, output, force=force)
    if json:
        write_json(json, result.to_dict(), force=force)
    _show(result, output)


def parse_duration(text: str) -> float:
    """Return the seconds that a duration such as 90s, 10m or 1h30m means.

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


def _so_far(trials: Sequence[Trial], left: float) -> str:
    best = max(trial.macro_f1 for trial in trials)
    return f"{counted(len(trials), 'trial')}, best {best:.3f}, {max(left, 0) / 60:.1f} min left"


def _write(result: Tuning, output: Path, *, force: bool) -> None:
    from stance.model.config_toml import to_toml
    from stance.replacing import replacing_file

    heading = (
        f"# Chosen by 'stance tune' from {counted(len(result.trials), 'trial')} on "
        f"{result.n_folds} folds by {result.by}: macro-F1 {result.chosen.macro_f1:.3f}.\n"
        "# That figure is too optimistic, because these settings were picked for it: test on\n"
        "# other articles.\n\n"
    )
    with replacing_file(output, force=force) as file:
        file.write((heading + to_toml(result.config)).encode())


def _show(result: Tuning, output: Path) -> None:
    first, best = result.trials[0], result.chosen
    ranked = sorted(result.trials, key=lambda trial: (-trial.macro_f1, trial.number))
    tried = table("trial", "macro-F1", "settings", numbers=["trial", "macro-F1"], last_wraps=True)
    for place, trial in enumerate(ranked):
        if place < SHOWN or trial in (best, first):
            mark = " (chosen)" if trial is best else ""
            tried.add_row(str(trial.number), f"{trial.macro_f1:.3f}", _told(trial) + mark)
    screen = console()
    for line in plan_lines(result.plan):
        say(line)
    say(f"{counted(len(ranked), 'trial')} on {result.n_folds} folds by {result.by}, best first:")
    screen.print(tried)
    say()
    if best is first:
        say("No other settings were clearly better than those it began with.")
    say(f"Settings written to {output}; train with 'stance train --config {output}'.")
    say(
        f"{best.macro_f1:.3f} is too optimistic, because these settings were picked for it: test "
        "on other articles."
    )


def _told(trial: Trial) -> str:
    if trial.number == 0:
        return "where it began"
    return ", ".join(f"{key}={_plain(value)}" for key, value in trial.settings.items())


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
