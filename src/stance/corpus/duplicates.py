"""Near-duplicate articles: reprints, updates, agency copy under two names."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.shingles import stream_words
from stance.corpus.similarity import similar_groups
from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.corpus.shingles import WordStream

# Half of the shingles in common: a reprint with another lead and ending counts as a near-duplicate,
# two reports on one event do not.
THRESHOLD = 0.5
SHINGLE = 4

# Minimum number and share of an outlet's articles with a line of its site. Fewer articles may share
# a line by chance or as updates of one story.
FEWEST, SHARE = 10, 0.05


def near_duplicates(
    texts: Iterable[str], *, threshold: float = THRESHOLD, shingle: int = SHINGLE
) -> NDArray[np.int64]:
    """Group near-duplicate texts.

    Parameters
    ----------
    texts : iterable of str
    threshold : float
        Minimum Jaccard similarity of two texts: the share of the shingles of
        either that both have, in (0, 1].
    shingle : int
        Words in a shingle.

    Returns
    -------
    ndarray of int64, shape (n_texts,)
        The group of each text, given as the index of its first member. A text
        without a near-duplicate is a group of its own. Groups are transitive:
        a and c are in one group if both are similar to b.

    Raises
    ------
    ConfigError
        If a setting is out of its range.

    Examples
    --------
    >>> first = "أعلنت البلدية فتح الطريق الدولي أمام حركة الشاحنات صباح الأحد"
    >>> again = "أَعلنت البلديّة فتح الطريق الدولي أمام حركة الشاحنات، صباح الأحد (خاص)"
    >>> near_duplicates([first, "وصل الوفد إلى المدينة ظهر اليوم", again]).tolist()
    [0, 1, 0]
    """
    if shingle < 1:
        raise ConfigError(f"Got shingle={shingle}, but expected one word or more.")
    return similar_groups(stream_words(texts).shingles(shingle), threshold)


def near_duplicate_articles(
    articles: Sequence[Article], *, stream: Callable[[Iterable[str]], WordStream] = stream_words
) -> NDArray[np.int64]:
    """Group near-duplicate articles, ignoring menus and notices.

    A line that occurs verbatim in at least ten articles and a twentieth of all
    articles of an outlet belongs to the site, not to the article: on pages
    saved with their menus such lines can be most of the text. If nothing else
    is left, the whole text is compared.

    Parameters
    ----------
    articles : sequence of Article
    stream : callable
        Normalises texts and hashes their words.

    Returns
    -------
    ndarray of int64, shape (n_articles,)
        As `near_duplicates` returns.
    """
    of_site = _site_lines(articles)
    texts = (_without(a.text, of_site.get(a.outlet, set())) for a in articles)
    return similar_groups(stream(texts).shingles(SHINGLE), THRESHOLD)


def without_repeats(articles: Sequence[Article], known: Sequence[Article]) -> list[Article]:
    """Return the articles that are not near-duplicates of known ones.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> known = [Article("1", "أعلنت البلدية فتح الطريق الدولي أمام حركة الشاحنات صباح الأحد")]
    >>> again = Article("2", "أعلنت البلدية فتح الطريق الدولي أمام حركة الشاحنات، صباح الأحد")
    >>> [a.id for a in without_repeats([again, Article("3", "وصل الوفد ظهر اليوم")], known)]
    ['3']
    """
    if not articles:
        return []
    groups = near_duplicate_articles([*known, *articles])
    repeated = np.isin(groups[len(known) :], groups[: len(known)])
    return [article for article, again in zip(articles, repeated, strict=True) if not again]


def _site_lines(articles: Iterable[Article]) -> dict[str | None, set[str]]:
    totals: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        if article.outlet is not None:
            totals[article.outlet] += 1
            counts[article.outlet].update({line.strip() for line in article.text.splitlines()})
    return {
        outlet: {line for line, n in lines.items() if n >= max(FEWEST, SHARE * totals[outlet])}
        for outlet, lines in counts.items()
    }


def _without(text: str, lines: set[str]) -> str:
    """Return a text without some lines; the same text if it has none of them, or nothing else."""
    every = text.splitlines() if lines else []
    kept = [line for line in every if line.strip() not in lines]
    left = "\n".join(kept)
    return left if len(kept) < len(every) and left.strip() else text


def members(groups: Sequence[int] | NDArray[np.int64]) -> list[list[int]]:
    """Return the indices of the members of each group of two or more, in order.

    Examples
    --------
    >>> members([0, 1, 0, 3])
    [[0, 2]]
    """
    found: dict[int, list[int]] = {}
    for place, group in enumerate(np.asarray(groups).tolist()):
        found.setdefault(group, []).append(place)
    return [places for places in found.values() if len(places) > 1]
