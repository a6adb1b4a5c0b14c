"""Choosing a few articles whose explanations tell how a model decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.model.prediction import Prediction

# Why an article was chosen: the surest right label, the surest wrong one, the surest of unknown
# correctness, or the smallest margin between the two most probable labels.
Kind = Literal["right", "wrong", "sure", "border"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Example(NamedTuple):
    """An article that was chosen, by its number among the predictions."""

    number: int
    kinds: tuple[Kind, ...]


def choose_examples(
    predictions: Sequence[Prediction], y_true: Sequence[str | None], n: int
) -> list[Example]:
    """Choose articles of each predicted label: the surest ones, and those near the border.

    Parameters
    ----------
    predictions : sequence of Prediction
        Each with a label.
    y_true : sequence of str or None
        The true label of each article, as the model spells it; None if unknown.
    n : int
        Number of articles of each kind and label.

    Returns
    -------
    list of Example
        In the order of labels and kinds, each article once. Articles of equal
        probability are chosen in their own order.
    """
    chosen: dict[int, list[Kind]] = {}
    labels = list(predictions[0].probabilities) if predictions else []
    for label in labels:
        of_label = [i for i, one in enumerate(predictions) if one.label == label]
        by_probability = sorted(of_label, key=lambda i: -predictions[i].probability)
        kinds: dict[Kind, list[int]] = {kind: [] for kind in KINDS}
        for i in by_probability:
            kinds[_kind(label, y_true[i])].append(i)
        kinds["border"] = sorted(of_label, key=lambda i: _margin(predictions[i]))
        for kind, numbers in kinds.items():
            for i in numbers[:n]:
                chosen.setdefault(i, []).append(kind)
    return [Example(i, tuple(kinds)) for i, kinds in chosen.items()]


def _kind(label: str, true: str | None) -> Kind:
    if true is None:
        return "sure"
    return "right" if label == true else "wrong"


def _margin(prediction: Prediction) -> float:
    *_, second, first = sorted([0.0, *prediction.probabilities.values()])
    return first - second
