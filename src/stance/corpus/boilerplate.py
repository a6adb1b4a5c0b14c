"""Site boilerplate: menus, bylines, datelines and signatures of an outlet.

None of it is framing, and all of it identifies the outlet. If the label depends
on the outlet, boilerplate reveals the label.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.corpus.article import Article

Phrase = tuple[str, ...]

# A line recurs if at least this number and this share of an outlet's articles contain it.
FEWEST, SHARE = 3, 0.05
# Bylines, datelines and signatures are within this many words of either end of an article.
EDGE = 12
LONGEST = 4  # maximum length of a phrase in words
AT_EDGE = 0.8  # minimum share of the articles with a phrase that have it at an end
PURITY = 0.95
# Minimum expected number of articles of other labels, if the phrase were independent of the label.
EXPECTED = 5.0


@dataclass(frozen=True, slots=True)
class RecurringLine:
    """A line that many articles of one outlet contain.

    Parameters
    ----------
    outlet : str
    line : str
        In its first published form.
    articles : int
        Number of the outlet's articles with the line.
    share : float
        Share of the outlet's articles with the line, in [0, 1].
    """

    outlet: str
    line: str
    articles: int
    share: float


@dataclass(frozen=True, slots=True)
class Giveaway:
    """A phrase at the beginning or end of articles that reveals their label.

    Parameters
    ----------
    phrase : str
        Normalised words.
    label : str
        The label (or another property) that the phrase reveals.
    articles : int
        Number of articles with the phrase.
    purity : float
        Share of these articles that have the label, in [0, 1].
    """

    phrase: str
    label: str
    articles: int
    purity: float


def recurring_lines(
    articles: Iterable[Article], *, fewest: int = FEWEST, share: float = SHARE
) -> list[RecurringLine]:
    """Find the lines that recur within one outlet.

    Parameters
    ----------
    articles : iterable of Article
        Articles without an outlet are ignored.
    fewest : int
        Minimum number of the outlet's articles with the line.
    share : float
        Minimum share of the outlet's articles with the line, in [0, 1].

    Returns
    -------
    list of RecurringLine
        The most frequent first.
    """
    table = arabic_normalization()
    totals: Counter[str] = Counter()
    counts: dict[str, Counter[Phrase]] = defaultdict(Counter)
    shown: dict[tuple[str, Phrase], str] = {}
    for article in articles:
        if article.outlet is None:
            continue
        totals[article.outlet] += 1
        lines = {tuple(words(line, table)): line for line in article.text.splitlines()}
        for key in filter(None, lines):
            counts[article.outlet][key] += 1
            shown.setdefault((article.outlet, key), lines[key].strip())
    found = [
        RecurringLine(outlet, shown[outlet, key], count, count / totals[outlet])
        for outlet, lines_of_outlet in counts.items()
        for key, count in lines_of_outlet.items()
        if count >= max(fewest, share * totals[outlet])
    ]
    return sorted(found, key=lambda line: (-line.articles, line.outlet, line.line))


def giveaways(texts: Sequence[str], labels: Sequence[str]) -> list[Giveaway]:
    """Find phrases at the beginnings and ends of texts that reveal their label.

    A phrase is reported if nearly all texts that contain it have one label, if
    that is not expected by chance given the frequency of the label, and if it
    rarely occurs anywhere but at the beginning or the end: topical words occur
    anywhere.

    Parameters
    ----------
    texts, labels : sequence of str
        Of the same length.

    Returns
    -------
    list of Giveaway
        The most frequent first. If one phrase contains another and both occur
        in the same texts, only the longer one.
    """
    table = arabic_normalization()
    found = [words(text, table) for text in texts]
    by_label: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for text_words, label in zip(found, labels, strict=True):
        for phrase in _edge_phrases(text_words):
            by_label[phrase][label] += 1
    total = Counter(labels)
    revealing = {
        phrase: counts
        for phrase, counts in by_label.items()
        if _reveals_label(counts, total, len(labels))
    }
    anywhere = _count_anywhere(found, revealing)
    kept = {
        phrase: counts
        for phrase, counts in revealing.items()
        if counts.total() >= AT_EDGE * anywhere[phrase]
    }
    result = []
    for phrase in _longest(kept):
        ((label, count),) = kept[phrase].most_common(1)
        n_articles = kept[phrase].total()
        result.append(Giveaway(" ".join(phrase), label, n_articles, count / n_articles))
    return sorted(result, key=lambda found: (-found.articles, found.phrase))


def _edge_phrases(text_words: Sequence[str]) -> set[Phrase]:
    """Return the phrases among the first and the last words of a text."""
    if len(text_words) <= 2 * EDGE:
        return set(_phrases(text_words))
    return {*_phrases(text_words[:EDGE]), *_phrases(text_words[-EDGE:])}


def _phrases(run: Sequence[str]) -> Iterator[Phrase]:
    for size in range(1, LONGEST + 1):
        for first in range(len(run) - size + 1):
            yield tuple(run[first : first + size])


def _reveals_label(counts: Counter[str], total: Counter[str], n_articles: int) -> bool:
    ((label, count),) = counts.most_common(1)
    with_phrase = counts.total()
    expected_others = with_phrase * (1 - total[label] / n_articles)
    return expected_others >= EXPECTED and count >= PURITY * with_phrase


def _count_anywhere(
    found: Iterable[Sequence[str]], phrases: dict[Phrase, Counter[str]]
) -> Counter[Phrase]:
    """Count the texts that contain each phrase anywhere."""
    first_words = {phrase[0] for phrase in phrases}
    anywhere: Counter[Phrase] = Counter()
    for text_words in found:
        here = {
            phrase
            for place, word in enumerate(text_words)
            if word in first_words
            for phrase in _starting(text_words, place)
            if phrase in phrases
        }
        anywhere.update(here)
    return anywhere


def _starting(text_words: Sequence[str], place: int) -> Iterator[Phrase]:
    for size in range(1, min(LONGEST, len(text_words) - place) + 1):
        yield tuple(text_words[place : place + size])


def _longest(kept: dict[Phrase, Counter[str]]) -> Iterator[Phrase]:
    """Drop a phrase if a longer one that contains it occurs in as many texts."""
    covered: set[Phrase] = set()
    for phrase, counts in kept.items():
        parts = (phrase[a:b] for a in range(len(phrase)) for b in range(a + 1, len(phrase) + 1))
        covered.update(p for p in parts if p != phrase and kept.get(p) == counts)
    return (phrase for phrase in kept if phrase not in covered)
