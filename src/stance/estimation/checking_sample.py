"""Articles of a labelled corpus whose label may be wrong, to be checked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from stance.corpus.keys import by_canonical, canonical
from stance.errors import ConfigError, CorpusError
from stance.estimation.archive import LabelledArchive
from stance.estimation.label_errors import find_label_errors
from stance.estimation.sample_texts import SHOWN, column_of
from stance.formats.input_file import STDIN
from stance.formats.labelled import read_labelled
from stance.formats.source import Source, SourceOptions
from stance.formats.values import text_or_json
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from stance.corpus.article import RejectedRow
    from stance.estimation.label_errors import LabelErrors
    from stance.formats.inputs import PlannedInput
    from stance.formats.reading import LocatedArticle

LAST = ("text", "given_label", "label")
PREDICTED = ("suggested_label", "given_probability", "suggested_probability")
NUMBERS = {"rank": int, "given_probability": float, "suggested_probability": float}
# Models that learned from an article give its label nearly always.
TOO_GOOD = 0.99


@dataclass(frozen=True)
class LabelConfusion:
    """How many articles with a given label are estimated to have another one.

    Parameters
    ----------
    given, true : str
    n_suspected : int
        Articles for which this is the suspected error.
    estimated : float
    """

    given: str
    true: str
    n_suspected: int
    estimated: float


@dataclass(frozen=True)
class CheckingSample:
    """Articles whose given label is to be checked, the most suspect first.

    Parameters
    ----------
    columns : dict of str to type
        The columns of the rows, in order.
    articles : list of dict
        A row for each article: `rank`, `id`, kept fields, `text`, `given_label` and an
        empty `label` for the right one.
    n_corpus : int
        Articles of the corpus with held-out probabilities.
    n_without : int
        Articles that have none, and are not checked.
    n_suspected : int
    estimated_errors : float
        The estimated number of wrong labels.
    confusions : tuple of LabelConfusion
        The most frequent first.
    accuracy : float
        How often the most probable label is the given one, in [0, 1].
    rejected : tuple of RejectedRow
        Rows of the corpus that cannot be used.
    """

    columns: dict[str, type]
    articles: list[dict[str, Any]]
    n_corpus: int
    n_without: int
    n_suspected: int
    estimated_errors: float
    confusions: tuple[LabelConfusion, ...]
    accuracy: float
    rejected: tuple[RejectedRow, ...]

    @property
    def is_too_good(self) -> bool:
        """Whether the probabilities are hardly those of models that did not learn the labels."""
        return self.accuracy >= TOO_GOOD

    @property
    def n_rejected(self) -> int:
        """Number of rows of the corpus that cannot be used."""
        return len(self.rejected)

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table."""
        return arrow_table(self.articles, self.columns)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "n": len(self.articles),
            "n_corpus": self.n_corpus,
            "n_without": self.n_without,
            "n_suspected": self.n_suspected,
            "estimated_errors": self.estimated_errors,
            "accuracy": self.accuracy,
            "confusions": [vars(one) for one in self.confusions],
        }


def draw_checking_sample(
    corpus: Source | Iterable[str | Path],
    held_out: str | Path,
    n: int,
    *,
    keep: Sequence[str] = (),
    show_predictions: bool = False,
    on_input: Callable[[PlannedInput], object] = lambda planned: None,
    **options: Unpack[SourceOptions],
) -> CheckingSample:
    """Find articles of a labelled corpus whose label may be wrong.

    Parameters
    ----------
    corpus : Source, or iterable of str or Path
        Labelled articles.
    held_out : str or Path
        Probabilities of models that did not learn from the article's outlet: what
        ``stance crossval --held-out`` wrote.
    n : int
        The most articles to return.
    keep, show_predictions, on_input, **options
        As for `stance.draw_sample`.

    Raises
    ------
    CorpusError
        If the held-out rows have no probabilities, or are those of another corpus.
    """
    source = Source.of(corpus, options)
    if n < 1:
        raise ConfigError(f"Got a sample of {n}, but expected one article or more.")
    if STDIN in source.files and str(held_out) == STDIN:
        raise ConfigError("Got - twice, but standard input can be read only once. Name files.")
    probabilities, labels, places = _held_out(held_out)
    found = read_labelled(source, on_input)
    known = [row for row in found.rows if canonical(row.article.id) in places]
    if not known:
        raise CorpusError(
            f"Got {held_out}, whose ids are those of none of {len(found.rows):,} articles of the "
            "corpus. Name the corpus that was cross-validated."
        )
    given = _given(known, labels, held_out)
    p = probabilities[[places[canonical(row.article.id)] for row in known]]
    errors = find_label_errors(given, p)
    chosen = errors.order[:n].tolist()
    kept = [*(getattr(source.fields, name) for name in SHOWN), *keep]
    rows = [
        _row(rank, known[place], kept, _suggestion(errors, p, given, labels, place))
        for rank, place in enumerate(chosen, start=1)
    ]
    fields = [column_of(name) for name in dict.fromkeys(kept)]
    present = [name for name in fields if any(name in row for row in rows)]
    missing = next((name for name in keep if column_of(name) not in present), None)
    if missing is not None:
        raise ConfigError(f"Got --keep {missing}, but no article to check has a value in it.")
    names = ["rank", "id", *present, *LAST, *(PREDICTED if show_predictions else ())]
    return CheckingSample(
        {name: NUMBERS.get(name, str) for name in names},
        [{name: row.get(name) for name in names} for row in rows],
        len(known),
        len(found.rows) - len(known),
        int(errors.is_suspected.sum()),
        errors.estimated_errors,
        _confusions(errors, given, labels),
        float((p.argmax(axis=1) == given).mean()),
        tuple(found.rejected),
    )


def _held_out(path: str | Path) -> tuple[NDArray[np.float64], list[str], dict[str, int]]:
    """Return held-out probabilities, their labels, and the row of each id."""
    archive = LabelledArchive(Source((str(path),)))
    tables, ids = [], []
    for batch in archive.batches():
        if batch.probabilities is None:
            raise CorpusError(
                f"Got {path} without probabilities, but expected them. Write the file with "
                "'stance crossval --held-out'."
            )
        tables.append(batch.probabilities)
        ids += batch.ids
    labels = archive.labels
    padded = [np.pad(table, ((0, 0), (0, len(labels) - table.shape[1]))) for table in tables]
    return np.concatenate(padded), labels, {key: place for place, key in enumerate(ids)}


def _given(
    rows: Sequence[LocatedArticle], labels: Sequence[str], held_out: str | Path
) -> NDArray[np.int64]:
    numbers = {key: labels.index(label) for key, label in by_canonical(labels).items()}
    names = [str(row.article.label) for row in rows]
    strange = next((name for name in names if canonical(name) not in numbers), None)
    if strange is not None:
        raise CorpusError(
            f"Got the label {strange!r} in the corpus, but {held_out} has "
            f"{', '.join(map(repr, labels))}. Name the corpus that was cross-validated."
        )
    return np.array([numbers[canonical(name)] for name in names], np.int64)


def _suggestion(
    errors: LabelErrors,
    p: NDArray[np.float64],
    given: NDArray[np.int64],
    labels: Sequence[str],
    place: int,
) -> dict[str, Any]:
    other = int(errors.suggested[place])
    return {
        "suggested_label": labels[other],
        "given_probability": float(p[place, given[place]]),
        "suggested_probability": float(p[place, other]),
    }


def _row(
    rank: int, one: LocatedArticle, kept: Sequence[str], suggestion: dict[str, Any]
) -> dict[str, Any]:
    texts = {column_of(name): text_or_json(one.row.values.get(name)) for name in kept}
    return {
        "rank": rank,
        "id": one.article.id,
        **{name: value for name, value in texts.items() if value},
        "text": one.article.text,
        "given_label": one.article.label,
        "label": None,
        **suggestion,
    }


def _confusions(
    errors: LabelErrors, given: NDArray[np.int64], labels: Sequence[str]
) -> tuple[LabelConfusion, ...]:
    found = []
    for row, column in np.argwhere(errors.joint > 0).tolist():
        if row != column:
            pair = errors.is_suspected & (given == row) & (errors.suggested == column)
            n, estimated = int(pair.sum()), float(errors.joint[row, column])
            found.append(LabelConfusion(labels[row], labels[column], n, estimated))
    return tuple(sorted(found, key=lambda one: (-one.n_suspected, one.given, one.true)))
