"""The fold plan in sentences: what is held out, why, and what is not tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.phrases import counted, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.fold_plan import FoldPlan, NotTested
    from stance.corpus.protocol_choice import GroupCoverage
    from stance.evaluation.metrics import Evaluation
    from stance.evaluation.protocol import LoweredSetting

LABELS_SHOWN = 5
MOST_LABELS = 10  # maximum length of a list of labels


def plan_lines(plan: FoldPlan) -> list[str]:
    """Explain the fold plan of a corpus, with numbers.

    Returns no lines if outlets are held out, every article names one and every
    label is tested.
    """
    choice, lines = plan.choice, []
    if not choice.asked and choice.by != "outlet":
        instead = "events are held out" if choice.by == "event" else "folds are random"
        lines.append(f"Outlets are not held out, {instead}: {why_not(choice.outlets)}.")
    if (groups := choice.held_out) and groups.n_unnamed:
        lines.append(_unnamed(groups))
    shown = plan.not_tested[:LABELS_SHOWN]
    lines += [_not_tested(part, choice.by) for part in shown]
    if left := plan.not_tested[LABELS_SHOWN:]:
        n = sum(part.n_articles for part in left)
        others = counted(len(left), "other label")
        lines.append(f"{counted(n, 'article')} of {others} cannot be tested either.")
    if plan.not_tested:
        lines.append(f"Tested: {plan.n_tested:,} of {plan.n_articles:,} articles.")
    return lines


def why_not(outlets: GroupCoverage) -> str:
    """Return why no outlet can be held out."""
    n = outlets.n_articles
    if outlets.obstacle == "none_named":
        return f"none of the {n:,} articles names one"
    if outlets.obstacle == "labels_are_groups":
        return (
            f"each of the {outlets.n_labels:,} labels is one outlet, so that without an outlet its "
            "label cannot be learned"
        )
    if outlets.obstacle == "one_group":
        named = n - outlets.n_unnamed
        rest = f", {outlets.n_unnamed:,} name none" if outlets.n_unnamed else ""
        return f"{named:,} of {counted(n, 'article')} name an outlet, all the same one{rest}"
    lone = outlets.lone_labels
    shown = "; ".join(
        f"label {quoted(one.label)} is in one outlet only"
        + (f" ({quoted(one.group)}, {counted(one.n_articles, 'article')})" if one.group else "")
        for one in lone[:LABELS_SHOWN]
    )
    more = f"; so are {len(lone) - LABELS_SHOWN:,} more" if len(lone) > LABELS_SHOWN else ""
    several = outlets.n_labels - len(lone)
    left = "only one other label is" if several == 1 else "no label is"
    return f"{shown}{more}; {left} in several, and a test requires two"


def advice(plan: FoldPlan) -> str:
    """Say what a score on random folds means, and how to get one for new outlets."""
    outlets, known = plan.choice.outlets, "In random folds the model has seen every outlet before"
    if outlets.obstacle == "labels_are_groups":
        return f"{known}, which is unavoidable: the labels are the outlets."
    little = f"{known}, so this figure says little about new outlets."
    if outlets.obstacle is None:
        return f"{little} Omit --by random to hold out outlets."
    if outlets.obstacle == "none_named":
        return f"{little} To learn more, name the outlet of each article (--outlet-field)."
    if outlets.obstacle == "one_group":
        return f"{little} To learn more, add articles of other outlets."
    return f"{little} To learn more, add articles of these labels from other outlets."


def lowered_line(lowered: Sequence[LoweredSetting]) -> str | None:
    """Say that settings that depend on the corpus were lowered in some folds."""
    if not lowered:
        return None
    folds = len({part.fold for part in lowered})
    first = lowered[0]
    return (
        f"In {counted(folds, 'fold')} fewer outlets are left than the whole corpus has: there "
        f"{first.setting} and the like are lower (in fold {quoted(first.fold)} {first.after} "
        f"instead of {first.before})."
    )


def macro_line(result: Evaluation, whose: str) -> str | None:
    """Name the labels over which macro-F1 is averaged; None if all labels are.

    Parameters
    ----------
    result : Evaluation
    whose : str
        Such as "the model's".
    """
    got = dict(zip(result.labels, map(sum, zip(*result.confusion, strict=True)), strict=True))
    taken = list(result.per_class)
    without = [
        label
        for label in result.labels
        if label not in result.per_class or not result.per_class[label].support
    ]
    if not without:
        return None
    n = len(result.labels)
    over = f"{len(taken)} of {whose} {n}" if len(taken) < n else f"all {n} of {whose}"
    said = f"Macro-F1 over {over} labels: {listed(taken, MOST_LABELS)}. No tested article has "
    counted_in = [label for label in without if label in result.per_class]
    if not counted_in:
        return f"{said}{listed(without, MOST_LABELS)}."
    given = counted(sum(got[label] for label in counted_in), "article")
    return (
        f"{said}{listed(without, MOST_LABELS)}; {given} got {listed(counted_in, MOST_LABELS)} all "
        "the same, whose F1 counts as 0."
    )


def _unnamed(groups: GroupCoverage) -> str:
    said = (
        f"{groups.n_unnamed:,} of {groups.n_articles:,} articles name no {groups.by}: each is held "
        "out by itself"
    )
    if 2 * groups.n_unnamed > groups.n_articles:
        said += f", so that most of the figure says nothing of a new {groups.by}"
    return f"{said}."


def _not_tested(part: NotTested, by: str) -> str:
    n, its = part.n_articles, counted(part.n_articles, "article")
    label = quoted(part.label)
    where = f"on an unseen {by}" if by in {"outlet", "event"} else "on other articles"
    if part.why == "one_article":
        return f"Label {label} has one article only: it cannot be tested; the others are."
    if part.why == "one_group":
        return (
            f"Label {label} is in one {by} only ({quoted(str(part.group))}): its {its} cannot "
            f"be tested {where}; the others are."
        )
    if part.why == "one_label_left":
        return f"{its} of label {label} cannot be tested: without their fold one label is left."
    rest = " of it" if n == 1 else " of them"
    return (
        f"{its} of label {label} cannot be tested {where}: all other articles of the label "
        f"are in the same fold or near-duplicates{rest}."
    )
