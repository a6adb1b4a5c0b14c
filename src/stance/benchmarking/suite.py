"""The definition of a benchmark suite, read from TOML.

A suite defines tasks (a corpus, a protocol, a configuration, metrics),
opponents and published figures. `docs/benchmarks.md` describes the format.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stance.corpus.article import Article, FieldMapping
from stance.corpus.splitting import By
from stance.errors import ConfigError
from stance.evaluation.confusion import Metric, MetricName
from stance.model.config import TrainingConfig, load_config, parse_config
from stance.toml_files.faults import listed
from stance.toml_files.reading import read_toml
from stance.toml_files.schema import schema_faults

if TYPE_CHECKING:
    from collections.abc import Mapping

OURS = "stance"
MAJORITY = "majority"
# Placeholders in an opponent's commands.
PLACES = ("python", "model", "train", "articles", "labels")

_DOCS = "docs/benchmarks.md"

_FIELDS = tuple(Article.__dataclass_fields__)
_Points = Annotated[float, Field(ge=0, le=1)]


def _check_field(setting: str, name: str) -> None:
    if name and name not in _FIELDS:
        raise ValueError(f"{setting} names {name!r}, but an article has {', '.join(_FIELDS)}")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TaskMetric(_Section):
    """A metric of a task.

    ``labels`` restricts macro-F1 to some labels; ``over`` names a field of an
    article, over whose values the score is averaged.
    """

    score: MetricName = "macro_f1"
    labels: list[str] = []
    over: str = ""
    bar: _Points | None = None
    aim: _Points | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_field("over", self.over)
        self.metric()
        return self

    def metric(self) -> Metric:
        """Return the metric for `stance.evaluation`."""
        try:
            return Metric(self.score, tuple(self.labels))
        except ConfigError as error:
            raise ValueError(str(error)) from error


class Published(_Section):
    """Published scores, by the name of the task's metric."""

    what: str
    scores: dict[str, _Points]
    source: str


class Task(_Section):
    """A task: a corpus, a protocol, contenders and metrics.

    Parameters
    ----------
    corpus : list of str
        Files or data sets to train on, and to test on if `test` is empty.
    test : list of str
        Files or data sets to test on: one model, no folds.
    auxiliary : list of str
        Files or data sets labelled for another question, as additional training
        data of our models; near-duplicates of the task's articles are removed.
    fields, where : dict
        As a command's ``--text-field`` and ``--where``.
    sample : int
        Number of articles to draw at random from the corpus; 0 for all.
    by, folds
        As for ``stance crossval``; by default the strictest protocol.
    naive : bool
        Whether to test on random folds too, and report the gap.
    each : str
        A field of an article: one model for each of its values.
    config : str or table
        A TOML file beside the suite, or inline settings.
    metrics : dict
        The first one is used by the gate.
    variants : dict
        Changes to the settings, each a row of the ablation table.
    opponents : list of str
    published : list of Published
    margin : float, optional
        The largest tolerable loss; the suite's by default.
    """

    title: str = ""
    corpus: Annotated[list[str], Field(min_length=1)]
    test: list[str] = []
    auxiliary: list[str] = []
    fields: dict[str, str] = {}
    where: dict[str, str | list[str]] = {}
    sample: int = Field(0, ge=0)
    by: By | None = None
    folds: Annotated[int, Field(ge=2)] | Literal["each"] | None = None
    naive: bool = False
    each: str = ""
    config: str | dict[str, Any] = {}
    metrics: Annotated[dict[str, TaskMetric], Field(min_length=1)] = {"macro-F1": TaskMetric()}
    variants: dict[str, dict[str, Any]] = {}
    opponents: list[str] = []
    published: list[Published] = []
    margin: float | None = Field(None, gt=0, lt=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_field("each", self.each)
        for name in self.fields:
            _check_field("fields", name)
        if self.test and (self.by or self.folds or self.naive or self.sample):
            raise ValueError("a task with a test set has no by, folds, naive or sample")
        if self.naive and self.by == "random":
            raise ValueError("naive = true beside by = 'random' would be the same twice")
        for published in self.published:
            if unknown := set(published.scores) - set(self.metrics):
                raise ValueError(
                    f"the published {published.what!r} has a score {min(unknown)!r}, but the "
                    f"task's metrics are {', '.join(map(repr, self.metrics))}"
                )
        return self

    @property
    def mapping(self) -> FieldMapping:
        """The field mapping of the corpus."""
        return FieldMapping(**self.fields)

    @property
    def main_metric(self) -> str:
        """The name of the metric that the gate uses."""
        return next(iter(self.metrics))


class Opponent(_Section):
    """Another classifier, as two commands that run in the suite's folder.

    In both, ``{python}`` is this interpreter and ``{model}`` a path for the
    opponent's model. ``fit`` trains on ``{train}``, JSON Lines with a label in
    each row; ``predict`` labels ``{articles}`` and writes rows of ``id`` and
    ``label`` to ``{labels}``.
    """

    title: str = ""
    fit: Annotated[list[str], Field(min_length=1)]
    predict: Annotated[list[str], Field(min_length=1)]
    requires: list[str] = Field([], description="Python modules without which it takes no part")

    @model_validator(mode="after")
    def _check(self) -> Self:
        for part in (*self.fit, *self.predict):
            try:
                part.format_map(dict.fromkeys(PLACES, ""))
            except (KeyError, ValueError, IndexError) as error:
                raise ValueError(
                    f"{part!r} is no part of a command with {{{'}, {'.join(PLACES)}}}; write "
                    "braces twice where they stand for themselves"
                ) from error
        return self


class GateOptions(_Section):
    """What counts as a regression."""

    margin: float = Field(0.01, gt=0, lt=1)
    confidence: float = Field(0.95, gt=0.5, lt=1)
    slower: float = Field(0.5, gt=0, description="half as long again would not matter")


class SpeedOptions(_Section):
    """The task whose articles are used to measure speed, and the number of rounds."""

    task: str
    articles: int = Field(2000, ge=1)
    rounds: int = Field(5, ge=1)


class Suite(_Section):
    """A benchmark suite.

    Parameters
    ----------
    title : str
    seed : int
        Seed for samples and folds.
    gate : GateOptions
    speed : SpeedOptions, optional
    opponents : dict of str to Opponent
    tasks : dict of str to Task
    folder : Path
        The suite's folder, to which its paths are relative.
    """

    title: str
    seed: int = Field(13, ge=0)
    gate: GateOptions = GateOptions()
    speed: SpeedOptions | None = None
    opponents: dict[str, Opponent] = {}
    tasks: Annotated[dict[str, Task], Field(min_length=1)]
    folder: Path = Field(Path(), exclude=True)

    @model_validator(mode="after")
    def _check(self) -> Self:
        known = {MAJORITY, *self.opponents}
        for name, task in self.tasks.items():
            if taken := {OURS, *task.opponents} & set(task.variants):
                raise ValueError(
                    f"a variant of the task {name!r} has the name of a contender, {min(taken)!r}"
                )
            if unknown := set(task.opponents) - known:
                raise ValueError(
                    f"the task {name!r} names the opponent {min(unknown)!r}, but known are "
                    f"{', '.join(sorted(known))}"
                )
        if self.speed and self.speed.task not in self.tasks:
            raise ValueError(f"speed.task={self.speed.task!r} is none of the tasks")
        return self

    def only(self, names: list[str]) -> Suite:
        """Return the suite with only the given tasks; with all if none is given.

        Raises
        ------
        ConfigError
            If a task is unknown.
        """
        if unknown := [name for name in names if name not in self.tasks]:
            raise ConfigError(
                f"Got the task {unknown[0]!r}, but expected one of {', '.join(self.tasks)}."
            )
        if not names:
            return self
        tasks = {name: task for name, task in self.tasks.items() if name in names}
        speed = self.speed if self.speed and self.speed.task in tasks else None
        return self.model_copy(update={"tasks": tasks, "speed": speed})

    def settings(self, task: Task, changes: Mapping[str, Any] | None = None) -> TrainingConfig:
        """Return a task's training configuration, with a variant's changes.

        Raises
        ------
        ConfigError
            If it cannot be read or a setting is wrong.
        """
        if isinstance(task.config, str):
            config = load_config(self.folder / task.config)
        else:
            config = parse_config({"seed": self.seed, **task.config})
        if not changes:
            return config
        return parse_config(_merged(config.model_dump(), changes))


def load_suite(path: str | Path) -> Suite:
    """Read a suite, and check all its settings.

    Parameters
    ----------
    path : path
        A TOML file.

    Returns
    -------
    Suite

    Raises
    ------
    ConfigError
        If it cannot be read, or is invalid.
    """
    path = Path(path)
    try:
        file = read_toml(path)
    except OSError as error:
        raise ConfigError(
            f"Got suite {path}, which cannot be read: {error.strerror}. Give the path of a TOML "
            "file such as benchmarks/accuracy.toml."
        ) from error
    if file.faults:
        raise ConfigError(f"{listed('suite', str(path), file.faults)} See {_DOCS}.")
    data = {**file.data, "folder": path.parent}
    try:
        suite = Suite.model_validate(data)
    except ValidationError as error:
        wrong = file.located(schema_faults(error, Suite, data))
        raise ConfigError(f"{listed('suite', str(path), wrong)} See {_DOCS}.") from error
    for task in suite.tasks.values():
        for changes in ({}, *task.variants.values()):
            suite.settings(task, changes)
    return suite


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Merge changes into settings, section by section."""
    merged = dict(base)
    for key, value in changes.items():
        inner = merged.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        merged[key] = _merged(inner or {}, value) if both else value
    return merged
