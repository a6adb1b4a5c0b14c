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
from stance.model.resolve_auto import resolve_auto_of_each
from stance.processes import joblib_workers

if TYPE_CHECKING:
    from stance.benchmarking.preparing import Prepared, Protocol, Trial
    from stance.benchmarking.suite import Suite
    from stance.corpus.article import Article

Tell = Callable[[int, int], None]

WORKER_ENDED = "its process ended, alone too. Most likely memory ran out: use fewer articles"

# With one, joblib would run the trial in this process.
TWO_PROCESSES = 2


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
    ours: dict[str, dict[str, Any]] = {OURS: {}, **task.variants}
    configs = [suite.settings(task, changes) for changes in ours.values()]
    resolved = resolve_auto_of_each(LabelledCorpus(known), configs)
    found: dict[str, Contender] = {
        name: OurModel(one, prepared.auxiliary) for name, one in zip(ours, resolved, strict=True)
    }
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
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    while waiting:
        done = 0
        try:
            for answer in _in_parallel(prepared, waiting, jobs):
                yield waiting[done], answer
                done += 1
        except TerminatedWorkerError:
            # Any of the trials that were running may have ended its process. So the first of them
            # is repeated alone, and only if that ends its process too is its contender the cause.
            first = waiting[done]
            try:
                (answer,) = _in_parallel(prepared, [first], TWO_PROCESSES)
                tried = [(first, answer)]
            except TerminatedWorkerError:
                cause = first.key.identity
                ended = [one for one in waiting[done:] if one.key.identity == cause]
                tried = [(one, Answer(error=WORKER_ENDED)) for one in ended]
            yield from tried
            keys = {one.key for one, _ in tried}
            waiting = [one for one in waiting[done:] if one.key not in keys]
        else:
            return


def _in_parallel(
    prepared: Prepared, trials: Sequence[ContenderTrial], jobs: int
) -> Iterator[Answer]:
    from joblib import Parallel, delayed

    calls = (
        delayed(_try)(
            one.contender, _at(prepared, one.trial.known), _at(prepared, one.trial.unknown)
        )
        for one in trials
    )
    with joblib_workers():
        yield from Parallel(n_jobs=jobs, return_as="generator")(calls)


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
