"""Folds with articles that are always in training and never tested.

They keep the promise of the protocol: in a fold none is of the outlet or event
that is held out, none is of a later day than the test, and none is a
near-duplicate of a test article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from stance.corpus.splitting import Fold, dates_of, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.corpus.splitting import By


def split_with_always_train(
    articles: Sequence[Article],
    always_train: NDArray[np.bool_],
    by: By,
    folds: int | Literal["each"] | None = None,
    *,
    seed: int,
    duplicates: Sequence[int] | NDArray[np.int64] | None = None,
) -> list[Fold]:
    """Divide articles into folds, some of them always in training.

    The tested articles are divided as if there were no others.

    Parameters
    ----------
    articles : sequence of Article
    always_train : ndarray of bool, shape (n_articles,)
        Which articles are always in training.
    by, folds, seed, duplicates
        As `stance.corpus.splitting.split` takes them.

    Returns
    -------
    list of Fold

    Raises
    ------
    CorpusError, ConfigError
        As `stance.corpus.splitting.split`.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> articles = [Article(str(n), "نص", "أ", outlet) for n, outlet in enumerate("سصسع")]
    >>> mask = np.array([False, False, True, True])
    >>> folds = split_with_always_train(articles, mask, "outlet", seed=0)
    >>> [(fold.name, fold.train.tolist(), fold.test.tolist()) for fold in folds]
    [('س', [1, 3], [0]), ('ص', [0, 2, 3], [1])]
    """
    groups = None if duplicates is None else np.asarray(duplicates)
    tested, always = np.flatnonzero(~always_train), np.flatnonzero(always_train)
    found = split(
        [articles[place] for place in tested.tolist()],
        by,
        folds,
        seed=seed,
        duplicates=None if groups is None else groups[tested],
    )
    extended = []
    for fold in found:
        test = tested[fold.test]
        added = always[_may_train(articles, always, test, by)]
        train = np.sort(np.concatenate([tested[fold.train], added]))
        whole = Fold(fold.name, train, test)
        extended.append(whole if groups is None else whole.without_repeats(groups))
    return extended


def _may_train(
    articles: Sequence[Article],
    always: NDArray[np.int64],
    test: NDArray[np.int64],
    by: By,
) -> NDArray[np.bool_]:
    """Return a mask of the articles that a fold may learn from without breaking its protocol."""
    if by == "random" or not len(always):
        return np.ones(len(always), dtype=bool)
    if by == "time":
        tested = dates_of([articles[place] for place in test.tolist()])
        begin = min(date.first_day for date in tested)
        dates = dates_of([articles[place] for place in always.tolist()])
        return np.array([date.last_day < begin for date in dates])
    held_out = {getattr(articles[place], by) for place in test.tolist()} - {None, ""}
    return np.array([getattr(articles[place], by) not in held_out for place in always.tolist()])
