"""Running a task: every contender learns and labels, and none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.benchmarking.contenders import (
    Command,
    Contender,
    MajorityBaseline,
    OurModel,
    UnavailableError,
)
from stance.benchmarking.kept_predictions import (
    KeptPredictions,
    TrialKey,
    hash_of_articles,
    identify,
)
from stance.benchmarking.suite import OURS
from stance.errors import StanceError
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto
from stance.processes import joblib_workers

if TYPE_CHECKING:
    from stance.benchmarking.preparing import Prepared, Protocol, Trial
    from stance.benchmarking.suite import Suite
    from stance.corpus.article import Article

Tell = Callable[[int, int], None]

WORKER_ENDED = (
    "its process, or one beside it, came to an end. Most likely memory ran out: use --jobs 1"
)


@dataclass(frozen=True)
class ContenderPredictions:
    """What one contender made of the tested articles of one protocol.

    ``labels`` is None where it took no part, for the reason in ``absence``, or
    where it failed, as ``error`` says.
    """

    contender: str
    protocol: Protocol
    labels: list[str] | None
    absence: str = ""
    error: str = ""


@dataclass(frozen=True)
class Answer:
    """What one contender made of one trial: labels, or why there are none."""

    labels: list[str] | None = None
    absence: str = ""
    error: str = ""


@dataclass(frozen=True)
class ContenderTrial:
    """One contender, one trial of one protocol, and the key that its labels are kept under."""

    key: TrialKey
    contender: Contender
    trial: Trial


@dataclass(frozen=True)
class ContenderPlan:
    """All trials of one contender by one protocol."""

    contender: str
    protocol: Protocol
    trials: list[ContenderTrial]


@dataclass(frozen=True)
class TaskPlan:
    """Everything that has to be learned and labelled for a task.

    Parameters
    ----------
    prepared : Prepared
    parts : list of ContenderPlan
        In the order of the results.
    """

    prepared: Prepared
    parts: list[ContenderPlan]

    @property
    def trials(self) -> list[ContenderTrial]:
        """All trials, one part after another."""
        return [one for part in self.parts for one in part.trials]


def plan(suite: Suite, prepared: Prepared) -> TaskPlan:
    """Decide who learns from what in a task.

    Raises
    ------
    StanceError
        If the settings of a model do not suit the articles.
    """
    everyone, articles = contenders(suite, prepared), hash_of_articles(prepared)
    parts = []
    for protocol in prepared.protocols:
        for name, contender in everyone.items():
            identity = identify(articles, protocol, contender)
            trials = [
                ContenderTrial(TrialKey(identity, number), contender, trial)
                for number, trial in enumerate(protocol.trials)
            ]
            parts.append(ContenderPlan(name, protocol, trials))
    return TaskPlan(prepared, parts)


def contenders(suite: Suite, prepared: Prepared) -> dict[str, Contender]:
    """Return everyone who takes part in a task, by name."""
    task, known = prepared.task, prepared.articles[: prepared.n_known]
    corpus = LabelledCorpus(known)
    found: dict[str, Contender] = {}
    ours: dict[str, dict[str, Any]] = {OURS: {}, **task.variants}
    for name, changes in ours.items():
        resolved = resolve_auto(corpus, suite.settings(task, changes))
        found[name] = OurModel(resolved, prepared.auxiliary)
    for name in task.opponents:
        command = suite.opponents.get(name)
        found[name] = Command(command, suite.folder, suite.seed) if command else MajorityBaseline()
    return found


def run(
    planned: TaskPlan,
    *,
    jobs: int = 1,
    progress: Tell = lambda done, total: None,
    kept: KeptPredictions | None = None,
) -> list[ContenderPredictions]:
    """Let every contender learn and label, by every protocol.

    Parameters
    ----------
    planned : TaskPlan
    jobs : int
        Processes; -1 for one on each core.
    progress : callable, optional
        Told how many models are made, and of how many.
    kept : KeptPredictions, optional
        Labels of an earlier run, which are not made again; those of this one
        are added as they come.

    Returns
    -------
    list of ContenderPredictions
        `stance` first, then its variants, then opponents; a contender that
        fails or takes no part by one protocol is asked by the others all the
        same.
    """
    kept = kept or KeptPredictions()
    every = planned.trials
    waiting = [one for one in every if one.key not in kept.labels]
    done, answers = len(every) - len(waiting), dict[TrialKey, Answer]()
    progress(done, len(every))
    for one, answer in _answers(planned.prepared, waiting, jobs):
        if answer.labels is not None:
            kept.add(one.key, answer.labels)
        answers[one.key] = answer
        done += 1
        progress(done, len(every))
    for one in every:
        answers.setdefault(one.key, Answer(kept.labels.get(one.key)))
    return [_gather(part, [answers[one.key] for one in part.trials]) for part in planned.parts]


def _answers(
    prepared: Prepared, waiting: list[ContenderTrial], jobs: int
) -> Iterator[tuple[ContenderTrial, Answer]]:
    """Yield the answers to all trials, in their order."""
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    while waiting:
        done, suspect = 0, ""
        calls = (
            delayed(_try)(
                one.contender, _at(prepared, one.trial.known), _at(prepared, one.trial.unknown)
            )
            for one in waiting
        )
        try:
            with joblib_workers():
                for answer in Parallel(n_jobs=jobs, return_as="generator")(calls):
                    yield waiting[done], answer
                    done += 1
        except TerminatedWorkerError:
            # Whose process it was cannot be known; the others are tried again without it.
            suspect = waiting[done].key.identity
            for one in waiting[done:]:
                if one.key.identity == suspect:
                    yield one, Answer(error=WORKER_ENDED)
        waiting = [one for one in waiting[done:] if one.key.identity != suspect]


def _at(prepared: Prepared, places: Sequence[int]) -> list[Article]:
    return [prepared.articles[place] for place in places]


def _try(contender: Contender, known: Sequence[Article], unknown: Sequence[Article]) -> Answer:
    try:
        return Answer(contender.label(known, unknown))
    except UnavailableError as reason:
        return Answer(absence=str(reason))
    except StanceError as error:
        return Answer(error=str(error))
    # Whatever goes wrong in one contender must not cost what the others found in hours.
    except Exception as error:
        return Answer(error=f"{type(error).__name__}: {error}")


def _gather(part: ContenderPlan, answers: Sequence[Answer]) -> ContenderPredictions:
    """Put a contender's labels of all trials in the order of the articles."""
    name, protocol = part.contender, part.protocol
    if error := next((answer.error for answer in answers if answer.error), ""):
        return ContenderPredictions(name, protocol, None, error=error)
    if absence := next((answer.absence for answer in answers if answer.absence), ""):
        return ContenderPredictions(name, protocol, None, absence)
    labels: dict[int, str] = {}
    for trial, answer in zip(protocol.trials, answers, strict=True):
        labels.update(zip(trial.unknown, answer.labels or [], strict=True))
    return ContenderPredictions(name, protocol, [labels[place] for place in protocol.tested])
