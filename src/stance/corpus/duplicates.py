"""Articles that are nearly the same: reprints, updates, agency copy under two names."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.shingles import stream_words
from stance.corpus.similarity import similar_groups
from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article

# Half of all runs of four words in common: an article reprinted with another lead and ending
# counts, two reports on one event do not.
THRESHOLD = 0.5
SHINGLE = 4

# So many articles of an outlet do not repeat each other by chance or as updates of one story.
FEWEST, SHARE = 10, 0.05


def near_duplicates(
    texts: Iterable[str], *, threshold: float = THRESHOLD, shingle: int = SHINGLE
) -> NDArray[np.int64]:
    """Group texts that are nearly the same.

    Parameters
    ----------
    texts : iterable of str
    threshold : float
        Least share of shingles that two texts have in common, of all that
        either has (Jaccard similarity), in (0, 1].
    shingle : int
        Words in a shingle.

    Returns
    -------
    ndarray of int64, shape (n_texts,)
        The group of each text, named by the place of its first member; a text
        that is like no other is a group of its own. Groups are chains: a and c
        belong together if both are like b.

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


def near_duplicate_articles(articles: Sequence[Article]) -> NDArray[np.int64]:
    """Group articles whose texts are nearly the same, menus and notices aside.

    A line that stands letter for letter in ten articles of an outlet and in a
    twentieth of all that it has is the site's and not the article's: on pages
    saved with their menus such lines can be most of the text. Where nothing
    else is left the whole text counts.

    Parameters
    ----------
    articles : sequence of Article

    Returns
    -------
    ndarray of int64, shape (n_articles,)
        As `near_duplicates` has it.
    """
    of_site = _site_lines(articles)
    return near_duplicates(_without(a.text, of_site.get(a.outlet, set())) for a in articles)


def without_repeats(articles: Sequence[Article], known: Sequence[Article]) -> list[Article]:
    """Return the articles of which none that is known is a near-duplicate.

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
    left = "\n".join(line for line in text.splitlines() if line.strip() not in lines)
    return left if left.strip() else text


def members(groups: Sequence[int] | NDArray[np.int64]) -> list[list[int]]:
    """Return the places of the members of each group of two or more, in order.

    Examples
    --------
    >>> members([0, 1, 0, 3])
    [[0, 2]]
    """
    found: dict[int, list[int]] = {}
    for place, group in enumerate(np.asarray(groups).tolist()):
        found.setdefault(group, []).append(place)
    return [places for places in found.values() if len(places) > 1]
