"""The gate: comparing a run with a committed baseline, to fail a build on a regression.

Predictions of `stance` are compared with those of the baseline on the same
articles. A task fails only if the loss is beyond the margin at the requested
confidence, so noise does not fail a build; an inconclusive loss is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stance.benchmarking.results import unpack
from stance.benchmarking.scoring import HeldOut
from stance.benchmarking.suite import OURS
from stance.errors import RegressionError
from stance.evaluation.comparison import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.benchmarking.preparing import Prepared
    from stance.benchmarking.results import Division, Results, SpeedResult, TaskResult
    from stance.benchmarking.suite import GateOptions, Suite

Grade = Literal["better", "held", "unclear", "worse", "new", "missing", "other data", "failed"]
FAILING: tuple[Grade, ...] = ("worse", "missing", "other data", "failed")

_GRADES: dict[str, Grade] = {
    "superior": "better",
    "non-inferior": "held",
    "undecided": "unclear",
    "inferior": "worse",
}


@dataclass(frozen=True)
class Verdict:
    """The change of a task's score, or of the speed, since the baseline.

    Parameters
    ----------
    subject : str
        Such as ``syria-outlets: macro-F1``.
    grade : str
        "better", "held" (not worse by the margin), "unclear" (inconclusive),
        "worse" (by more than the margin), "new" (not in the baseline),
        "missing" (in the baseline alone), "other data", "failed" (no
        predictions).
    message : str
        An explanation in a sentence.
    """

    subject: str
    grade: Grade
    message: str

    @property
    def fails(self) -> bool:
        """Whether this verdict fails a build."""
        return self.grade in FAILING


def judge(
    suite: Suite,
    prepared: Mapping[str, Prepared],
    current: Results,
    baseline: Results,
) -> list[Verdict]:
    """Compare a run with a baseline.

    Parameters
    ----------
    suite : Suite
        The whole suite: a task that is only in the baseline is "missing".
    prepared : dict of str to Prepared
        The tasks that were run.
    current, baseline : Results

    Returns
    -------
    list of Verdict
    """
    verdicts = []
    for name, result in current.tasks.items():
        before = baseline.tasks.get(name)
        if before is None:
            message = "not in the baseline: make a new one to hold later runs against it"
            verdicts.append(Verdict(name, "new", message))
        else:
            verdicts.append(_judge_task(suite, prepared[name], result, before))
    verdicts += [
        Verdict(name, "missing", "in the baseline, but not in the suite: make a new baseline")
        for name in baseline.tasks
        if name not in suite.tasks
    ]
    if current.speed and baseline.speed and current.speed.task == baseline.speed.task:
        verdicts += judge_speed(current.speed, baseline.speed, suite.gate)
    return verdicts


def _judge_task(suite: Suite, prepared: Prepared, now: TaskResult, before: TaskResult) -> Verdict:
    task = prepared.task
    name, metric = task.main_metric, task.metrics[task.main_metric]
    subject = f"{prepared.name}: {name}"
    if failure := _failure(now):
        return Verdict(subject, "failed", failure)
    new, old = now.divisions[0], before.by(now.divisions[0].protocol)
    if old is None or old.fingerprint != new.fingerprint:
        return Verdict(
            subject,
            "other data",
            "the articles tested are not those of the baseline: make a new baseline, after "
            "looking at why they changed",
        )
    tested = HeldOut.of(prepared, prepared.protocols[0])
    found = tested.difference(_ours(new, now), _ours(old, before), metric)
    margin = task.margin or suite.gate.margin
    decision = decide(found, margin=margin, confidence=suite.gate.confidence)
    low, high = decision.bounds
    return Verdict(
        subject,
        _GRADES[decision.verdict],
        f"{found.first:.3f}, in the baseline {found.second:.3f}; the difference is between "
        f"{low:+.3f} and {high:+.3f} (each bound at {suite.gate.confidence:.0%}), the margin "
        f"{margin:g}",
    )


def _failure(now: TaskResult) -> str:
    """Return how our own model failed, or the whole task, if it did."""
    if now.error:
        return now.error
    ours = now.divisions[0].of(OURS)
    return ours.error if ours else ""


def _ours(division: Division, result: TaskResult) -> list[str]:
    found = division.of(OURS)
    return unpack(found.y_pred if found else "", result.labels)


def check(verdicts: Sequence[Verdict]) -> None:
    """Raise an error if a verdict fails.

    Raises
    ------
    RegressionError
        If a verdict fails.
    """
    failing = [verdict for verdict in verdicts if verdict.fails]
    if failing:
        listed = "\n".join(f"  {v.subject}: {v.grade}: {v.message}" for v in failing)
        raise RegressionError(
            f"Got a run that does not hold the baseline:\n{listed}\nMend what changed, or, if "
            "the change is wanted, commit these results as the new baseline."
        )


def judge_speed(now: SpeedResult, before: SpeedResult, gate: GateOptions) -> list[Verdict]:
    """Compare the relative time of training and labelling with that of a baseline."""
    verdicts = []
    for what in ("train", "label"):
        new, old = getattr(now, what), getattr(before, what)
        grade: Grade = "worse" if new > old * (1 + gate.slower) else "held"
        verdicts.append(
            Verdict(
                f"speed: {what}",
                grade,
                f"{new:.2f} times the reference workload, in the baseline {old:.2f}; at most "
                f"{1 + gate.slower:g} times as long is allowed",
            )
        )
    return verdicts
