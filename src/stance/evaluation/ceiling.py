"""Comparison of a model with human agreement."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.errors import CorpusError
from stance.evaluation.agreement import cohen_kappa
from stance.evaluation.comparison import Difference, PairedPredictions, compare
from stance.evaluation.confusion import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.formats.annotations import Annotations


@dataclass(frozen=True)
class Match:
    """Agreement of two columns of labels, raw and chance-corrected.

    Parameters
    ----------
    n : int
        Number of articles that both labelled.
    agreement : float, optional
        Share of them with the same label, in [0, 1]; None if there are none.
    kappa : float, optional
        Cohen's kappa; None if it is undefined.
    """

    n: int
    agreement: float | None
    kappa: float | None


@dataclass(frozen=True)
class Annotator:
    """Agreement of one annotator with the others and with the model.

    Parameters
    ----------
    name : str
    others : Match
        The annotator against the majority of the other annotators.
    model_others : Match
        The model against that majority, on the same articles.
    model : Match
        The model against this annotator.
    """

    name: str
    others: Match
    model_others: Match
    model: Match


@dataclass(frozen=True)
class Ceiling:
    """Agreement of a model with its annotators, and of annotators with each other.

    Parameters
    ----------
    annotators : tuple of Annotator
    majority : Match
        The model against the majority of all annotators.
    n_tied : int
        Number of articles without a majority.
    difference : Difference
        Difference of agreement with the majority of the others, averaged over
        annotators: the model minus the annotators. The interval is over
        articles.
    """

    annotators: tuple[Annotator, ...]
    majority: Match
    n_tied: int
    difference: Difference

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        difference = self.difference.to_dict()
        return {
            "annotators": [asdict(annotator) for annotator in self.annotators],
            "majority": asdict(self.majority),
            "n_tied": self.n_tied,
            "model": difference.pop("first"),
            "human": difference.pop("second"),
            **difference,
        }


def human_ceiling(annotations: Annotations, predictions: Sequence[str]) -> Ceiling:
    """Compare a model with its annotators.

    Each annotator is compared with the majority of the others, which excludes
    the annotator's own labels, and the model with the same majorities. Articles
    on which the others are tied are excluded.

    Parameters
    ----------
    annotations : Annotations
    predictions : sequence of str
        The model's label of each article.

    Returns
    -------
    Ceiling

    Raises
    ------
    CorpusError
        If no article has both a label and a majority of the other annotators.
    """
    votes = [majority(row) for row in annotations.labels]
    others = [
        [majority([*row[:place], *row[place + 1 :]]) for row in annotations.labels]
        for place in range(len(annotations.annotators))
    ]
    given = [[row[place] for row in annotations.labels] for place in range(len(others))]
    return Ceiling(
        annotators=tuple(
            _annotator(name, own, rest, predictions)
            for name, own, rest in zip(annotations.annotators, given, others, strict=True)
        ),
        majority=match(predictions, votes),
        n_tied=votes.count(None),
        difference=_difference(annotations, given, others, predictions),
    )


def majority(labels: Sequence[str | None]) -> str | None:
    """Return the most frequent label; None if there is a tie or no label.

    Examples
    --------
    >>> majority(["مؤيد", None, "مؤيد", "محايد"])
    'مؤيد'
    >>> majority(["مؤيد", "محايد"]) is None
    True
    """
    leading = Counter(label for label in labels if label is not None).most_common(2)
    if not leading or (len(leading) > 1 and leading[0][1] == leading[1][1]):
        return None
    return leading[0][0]


def match(first: Sequence[str | None], second: Sequence[str | None]) -> Match:
    """Measure the agreement of two columns of labels, where both have one."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    if not pairs:
        return Match(0, None, None)
    numbers = {label: n for n, label in enumerate(dict.fromkeys(x for pair in pairs for x in pair))}
    codes = np.array([[numbers[a], numbers[b]] for a, b in pairs])
    agreed = float((codes[:, 0] == codes[:, 1]).mean())
    return Match(len(pairs), agreed, cohen_kappa(codes[:, 0], codes[:, 1]))


def _annotator(
    name: str,
    own: Sequence[str | None],
    others: Sequence[str | None],
    predictions: Sequence[str],
) -> Annotator:
    # Use the same articles for the model, since they differ in difficulty.
    labelled = [
        rest if label is not None else None for rest, label in zip(others, own, strict=True)
    ]
    return Annotator(
        name, match(own, others), match(predictions, labelled), match(predictions, own)
    )


def _difference(
    annotations: Annotations,
    given: Sequence[Sequence[str | None]],
    others: Sequence[Sequence[str | None]],
    predictions: Sequence[str],
) -> Difference:
    """Compare model and annotators by the same majorities, with annotators as strata."""
    cases = [
        (y_true, predictions[article], own, annotations.ids[article], annotator)
        for annotator, column, rest in zip(annotations.annotators, given, others, strict=True)
        for article, (own, y_true) in enumerate(zip(column, rest, strict=True))
        if own is not None and y_true is not None
    ]
    if not cases:
        raise CorpusError(
            "Got no article with a label and a majority of other annotators, but expected some to "
            "measure human agreement."
        )
    y_true, model, own, ids, names = (list(column) for column in zip(*cases, strict=True))
    paired = PairedPredictions.of(
        y_true, model, own, groups=ids, group_name="article", strata=names
    )
    return compare(paired, Metric("accuracy"))
