"""Articles that are nearly the same: reprints, updates, agency copy under two names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.shingles import stream_words
from stance.corpus.similarity import similar_groups
from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

# Half of all runs of four words in common: an article reprinted with another lead and ending
# counts, two reports on one event do not.
THRESHOLD = 0.5
SHINGLE = 4


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
