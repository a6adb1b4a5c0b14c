"""A model beside its annotators: how far below what people reach among themselves."""

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
    """How often two agree, and how far beyond chance.

    Parameters
    ----------
    n : int
        Articles that both labelled.
    agreement : float, optional
        Share of them with one label, in [0, 1]; None where there are none.
    kappa : float, optional
        Cohen's; None where it is not defined.
    """

    n: int
    agreement: float | None
    kappa: float | None


@dataclass(frozen=True)
class Annotator:
    """One annotator beside the others and beside the model.

    Parameters
    ----------
    name : str
    others : Match
        Against the majority of the other annotators.
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
    """What the model reaches, and what people reach.

    Parameters
    ----------
    annotators : tuple of Annotator
    majority : Match
        The model against the majority of all annotators.
    n_tied : int
        Articles without a majority.
    difference : Difference
        Agreement with the majority of the others, the mean over annotators:
        of the model, first, and of the annotators; the interval is over
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
    """Set a model beside its annotators.

    Each annotator is measured against the majority of the others, so that
    nobody is measured against himself; the model against the same majorities.
    Where the others are divided evenly an article is left out.

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
        If no article has a label beside a majority of others.
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
    """Return the label given most often; None where two share the lead or there is none.

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
    """Measure two columns of labels on the articles that both label."""
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
    # The model is measured where the annotator is: on harder articles both would do worse.
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
    """Compare model and annotators against the same majorities, an annotator to a stratum."""
    cases = [
        (y_true, predictions[article], own, annotations.ids[article], annotator)
        for annotator, column, rest in zip(annotations.annotators, given, others, strict=True)
        for article, (own, y_true) in enumerate(zip(column, rest, strict=True))
        if own is not None and y_true is not None
    ]
    if not cases:
        raise CorpusError(
            "Got no article that somebody labelled beside a majority of others, but expected some "
            "to measure people by."
        )
    y_true, model, own, ids, names = (list(column) for column in zip(*cases, strict=True))
    paired = PairedPredictions.of(
        y_true, model, own, groups=ids, group_name="article", strata=names
    )
    return compare(paired, Metric("accuracy"))
