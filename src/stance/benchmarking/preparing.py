"""A task before anyone learns from it: its articles read, checked and divided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Literal

import numpy as np

from stance.corpus.duplicates import near_duplicate_articles, without_repeats
from stance.corpus.fold_plan import plan_folds
from stance.corpus.protocol_choice import GroupCoverage
from stance.corpus.splitting import groups_of
from stance.datasets.records import is_dataset_name
from stance.errors import CorpusError
from stance.evaluation.protocol import default_protocol
from stance.formats.labelled import read_corpus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from stance.benchmarking.suite import Suite, Task
    from stance.corpus.article import Article
    from stance.corpus.fold_plan import FoldPlan
    from stance.corpus.splitting import By


@dataclass(frozen=True)
class Trial:
    """One model to be made, and the articles that it is tested on, by their places."""

    known: Sequence[int]
    unknown: Sequence[int]


@dataclass(frozen=True)
class Protocol:
    """A way of dividing a task's articles.

    Parameters
    ----------
    name : str
        Such as ``outlet``, ``random`` or ``test``.
    description : str
        In words.
    trials : list of Trial
        No article is tested twice.
    """

    name: str
    description: str
    trials: list[Trial]

    @property
    def tested(self) -> list[int]:
        """The places of the articles that are tested, in order."""
        return sorted(chain.from_iterable(trial.unknown for trial in self.trials))

    def among(self, places: Sequence[int]) -> Protocol:
        """Return the same with no other articles tested, so that the figures can be compared."""
        chosen = set(places)
        kept = [Trial(t.known, [n for n in t.unknown if n in chosen]) for t in self.trials]
        return replace(self, trials=[trial for trial in kept if trial.unknown])


@dataclass(frozen=True)
class Prepared:
    """A task with its articles read and divided.

    Parameters
    ----------
    name : str
    task : Task
    articles : list of Article
        Those to learn from, then those of the test set, if there is one.
    n_known : int
        How many of them may be learned from.
    auxiliary : list of Article
        Labelled for another question, to learn from besides; none repeats one
        of the others.
    protocols : list of Protocol
        The honest one first.
    groups : list of str
        What each article shares with others that are not independent of it.
    group_name : str
    """

    name: str
    task: Task
    articles: list[Article]
    n_known: int
    auxiliary: list[Article]
    protocols: list[Protocol]
    groups: list[str | None]
    group_name: str


def prepare(suite: Suite, name: str) -> Prepared:
    """Read a task's articles and divide them.

    Parameters
    ----------
    suite : Suite
    name : str
        Of the task.

    Returns
    -------
    Prepared

    Raises
    ------
    CorpusError
        If the articles cannot be read or divided.
    """
    task = suite.tasks[name]
    known = _sampled(_read(name, task.corpus, suite, task.where), task.sample, suite.seed)
    tests = _read(name, task.test, suite, task.where) if task.test else []
    articles = known + tests
    repeated = near_duplicate_articles(articles)
    if tests:
        protocols = [_official(task, known, tests)]
    else:
        by = task.by or default_protocol(articles)
        protocols = [_crossed(task, articles, repeated, by, folds=task.folds, seed=suite.seed)]
        if task.naive and by != "random":
            naive = _crossed(task, articles, repeated, "random", folds=None, seed=suite.seed)
            protocols.append(naive if by == "time" else naive.among(protocols[0].tested))
    auxiliary = _read(name, task.auxiliary, suite, {}) if task.auxiliary else []
    group_name, groups = _groups(articles, repeated)
    return Prepared(
        name=name,
        task=task,
        articles=articles,
        n_known=len(known),
        auxiliary=without_repeats(auxiliary, articles),
        protocols=protocols,
        groups=groups,
        group_name=group_name,
    )


def _read(
    name: str, inputs: Sequence[str], suite: Suite, where: Mapping[str, str | list[str]]
) -> list[Article]:
    task = suite.tasks[name]
    places = [one if is_dataset_name(one) else str(suite.folder / one) for one in inputs]
    articles, rejected = read_corpus(places, fields=task.mapping, where=where)
    if rejected:
        raise CorpusError(
            f"Got {len(rejected)} rows that cannot be used in the task {name!r} (the first: "
            f"{rejected[0]}), but a benchmark takes all or none. Mend them."
        )
    if not articles:
        raise CorpusError(
            f"Got no articles for the task {name!r} from {', '.join(inputs)}, but expected "
            "labelled ones. Look at its files and its 'where'."
        )
    return articles


def _sampled(articles: list[Article], n: int, seed: int) -> list[Article]:
    if not 0 < n < len(articles):
        return articles
    drawn = np.random.default_rng(seed).choice(len(articles), n, replace=False)
    return [articles[place] for place in np.sort(drawn).tolist()]


def _parts(task: Task, articles: Sequence[Article]) -> list[list[int]]:
    """Return the places of the articles that one model is made for."""
    if not task.each:
        return [list(range(len(articles)))]
    values = groups_of(articles, task.each)
    parts: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        parts.setdefault(value, []).append(place)
    return [parts[value] for value in sorted(parts)]


def _official(task: Task, known: Sequence[Article], tests: Sequence[Article]) -> Protocol:
    if task.each:
        strange = {getattr(a, task.each) for a in tests} - {getattr(a, task.each) for a in known}
        if strange:
            raise CorpusError(
                f"Got test articles whose {task.each} is {min(map(str, strange))!r}, of "
                "which there is none to learn from. Leave them out with 'where'."
            )
    trials = []
    for part in _parts(task, [*known, *tests]):
        unknown = [place for place in part if place >= len(known)]
        own = [place for place in part if place < len(known)]
        if unknown:
            trials.append(Trial(own, unknown))
    return Protocol("test", f"test set of {len(tests):,}" + _one_each(task), trials)


def _crossed(
    task: Task,
    articles: Sequence[Article],
    repeated: NDArray[np.int64],
    by: By,
    *,
    folds: int | Literal["each"] | None,
    seed: int,
) -> Protocol:
    """Divide each part into folds; no near-duplicate stands on both sides of one."""
    trials, plans = [], []
    for part in _parts(task, articles):
        places = np.array(part)
        chosen = [articles[place] for place in part]
        plan = plan_folds(chosen, by, folds, seed=seed, duplicates=repeated[places])
        plans.append(plan)
        trials += [Trial(places[f.train].tolist(), places[f.test].tolist()) for f in plan.folds]
    left_out = sum(part.n_articles for plan in plans for part in plan.not_tested)
    told = f", {left_out:,} articles not tested" if left_out else ""
    return Protocol(by, _describe(by, plans[0]) + told + _one_each(task), trials)


def _describe(by: By, plan: FoldPlan) -> str:
    if by == "time":
        return f"forward in time, {len(plan.folds)} stretches"
    if by == "random":
        return f"{len(plan.folds)} random folds, near-duplicates together"
    return plan.description


def _one_each(task: Task) -> str:
    return f", one model for each {task.each}" if task.each else ""


def _groups(
    articles: Sequence[Article], repeated: NDArray[np.int64]
) -> tuple[str, list[str | None]]:
    """Return what intervals are taken over: outlets where they are named, else near-duplicates.

    Where the labels are the outlets themselves, a task is about these outlets
    and no others, so that its articles are the units.
    """
    outlets = [article.outlet for article in articles]
    if any(outlets) and not GroupCoverage.of(articles, "outlet").labels_are_groups:
        return "outlet", outlets
    return "near-duplicate group", [str(group) for group in repeated.tolist()]
