"""Keyness: the words and pairs of words that are typical of one part of a corpus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, get_args

import numpy as np

from stance.corpus.article import Article, check_articles
from stance.corpus.duplicates import near_duplicate_articles
from stance.corpus.keys import Spellings, canonical
from stance.description.article_words import VOICES, read_texts
from stance.description.key_terms import Settings, compare_parts
from stance.description.keyness_records import Comparison, Keyness, Measure
from stance.description.outlet_counts import OutletCounts
from stance.description.published_spellings import published_spellings
from stance.description.term_counts import count_terms
from stance.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from stance.description.article_words import ArticleWords

# Comparisons of every value with the rest; more are a field of another kind, such as an id.
MOST_VALUES = 50
NAMED_VALUES = 10
LONGEST_VALUE = 40


def keyness(
    articles: Iterable[Article],
    by: str = "label",
    *,
    values: Sequence[str | None] | None = None,
    target: str | None = None,
    reference: str | None = None,
    measure: Measure = "log-odds",
    top: int = 20,
    min_articles: int = 5,
    pairs: bool = True,
    voice: str = "all",
    ignore_duplicates: bool = False,
    prior: float = 0.01,
    n_resamples: int = 499,
    progress: Callable[[str], object] = lambda step: None,
) -> Keyness:
    """Find the words and pairs that are typical of one part of a corpus against another.

    Parameters
    ----------
    articles : iterable of Article
    by : str
        The field whose values are the parts: of an article, or the name of `values`.
    values : sequence of str or None, optional
        The value of each article, of a field that articles do not have.
    target : str, optional
        The value whose terms are found; without it, each value in turn.
    reference : str, optional
        The value that it is compared with; without it, all others.
    measure : {"log-odds", "log-ratio", "g2"}
        What terms are ranked by: the z-score of the log-odds ratio, the conservative bound of the
        log ratio, or G2.
    top : int
        Number of terms of each comparison; 0 for all that are more frequent in the target.
    min_articles : int
        Minimum document frequency of a term in the two parts together.
    pairs : bool
        Whether to compare pairs of adjacent words too.
    voice : {"all", "own", "quoted", "speech", "scare"}
        The voices whose words are compared; `quoted` is speech and words in scare quotes.
    ignore_duplicates : bool
        Whether to count every near-duplicate. By default, those of one part count once.
    prior : float
        Size of the prior of the log-odds as a share of the words of both parts, above zero.
    n_resamples : int
        Number of resamples of the bootstrap over outlets; 0 for no bounds.
    progress : callable
        Called with the name of each step.

    Returns
    -------
    Keyness

    Raises
    ------
    ConfigError
        If an option is out of its range or a value does not exist.
    CorpusError
        If there is nothing to compare.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> texts = {"a": "دخلت القوات المدينة", "b": "زار الوفد المدينة"}
    >>> articles = [Article(f"{v}{n}", t, v) for n in range(9) for v, t in texts.items()]
    >>> found = keyness(articles, target="a", top=1, pairs=False, ignore_duplicates=True)
    >>> [(one.spelling, one.target_count) for one in found.comparisons[0].terms]
    [('القوات', 9)]
    """
    _check(measure, voice, top=top, min_articles=min_articles, prior=prior, resamples=n_resamples)
    read = _read(
        articles,
        partial(_chosen, by=by, values=values, target=target, reference=reference),
        voice=voice,
        ignore_duplicates=ignore_duplicates,
        progress=progress,
    )
    del articles
    progress("counts")
    counts = count_terms(read.words, min_articles=min_articles, pairs=pairs)
    if not counts.terms:
        raise CorpusError(
            f"Got {read.words.n_articles:,} articles, but no word that occurs in {min_articles:,} "
            "of them or more. Give more articles, or a smaller min_articles."
        )
    parts, outlets = read.parts, read.outlets
    by_outlet = OutletCounts.of(counts, read.values, outlets.numbers, len(parts.names))
    settings = Settings(measure, top, min_articles, prior, n_resamples, outlets.are_named)
    silent = _silent(by_outlet, parts, voice, is_target_given=target is not None)
    comparisons = []
    for value, others in parts.compared:
        if value in silent:
            continue
        progress(parts.names[value])
        sides = by_outlet.sides([value], [other for other in others if other not in silent])
        names = (parts.names[value], reference and parts.names[others[0]])
        comparisons.append(compare_parts(sides, names, counts.terms, settings))
    return Keyness(
        by=by,
        measure=measure,
        voice=voice,
        pairs=pairs,
        min_articles=min_articles,
        prior=prior,
        n_resamples=n_resamples,
        n_articles=read.n_articles,
        n_duplicates=read.n_articles - read.words.n_articles,
        n_without_value=parts.n_without_value,
        n_without_outlet=outlets.n_unnamed,
        silent=tuple(parts.names[value] for value in silent),
        comparisons=_spelled(comparisons, read.words),
    )


@dataclass(frozen=True)
class _Parts:
    """The values that are compared.

    Parameters
    ----------
    names : list of str
        All values of the field.
    compared : list of (int, list of int)
        The target of each comparison and the values of its reference.
    n_without_value : int
    """

    names: list[str]
    compared: list[tuple[int, list[int]]]
    n_without_value: int

    @property
    def wanted(self) -> set[int]:
        """The values of any comparison; one comparison has those of all."""
        return {self.compared[0][0], *self.compared[0][1]}


class _Chosen(NamedTuple):
    """The articles that are compared, and the number of the value of each."""

    articles: list[Article]
    values: NDArray[np.int64]
    parts: _Parts


class _Outlets(NamedTuple):
    """The number of the outlet of each article; those without one have the same number."""

    numbers: NDArray[np.int64]
    are_named: bool
    n_unnamed: int


class _Read(NamedTuple):
    """The words of the articles that count, with their values and outlets, without their texts."""

    words: ArticleWords
    values: NDArray[np.int64]
    outlets: _Outlets
    parts: _Parts
    n_articles: int


def _read(
    articles: Iterable[Article],
    choose: Callable[[list[Article]], _Chosen],
    *,
    voice: str,
    ignore_duplicates: bool,
    progress: Callable[[str], object],
) -> _Read:
    """Read the words of the articles that are compared, near-duplicates once."""
    found, values, parts = choose(list(check_articles(articles)))
    progress("words")
    texts = read_texts(found, by_voice=voice != "all")
    kept = np.arange(len(found))
    if not ignore_duplicates:
        progress("near-duplicates")
        groups = near_duplicate_articles(found, stream=texts.stream)
        _, first = np.unique(groups * len(parts.names) + values, return_index=True)
        kept = np.sort(first)
    outlets = _outlets([found[place].outlet for place in kept.tolist()])
    return _Read(texts.words(kept, voice), values[kept], outlets, parts, len(found))


def _outlets(names: Sequence[str | None]) -> _Outlets:
    numbers: dict[str | None, int] = {}
    found = [
        numbers.setdefault(None if name is None else canonical(name), len(numbers))
        for name in names
    ]
    are_named = any(name is not None for name in numbers)
    n_unnamed = sum(name is None for name in names) if are_named else 0
    return _Outlets(np.array(found, dtype=np.int64), are_named, n_unnamed)


def _check(
    measure: str, voice: str, *, top: int, min_articles: int, prior: float, resamples: int
) -> None:
    """Refuse options that are out of their range."""
    for name, value, known in (
        ("measure", measure, get_args(Measure)),
        ("voice", voice, tuple(VOICES)),
    ):
        if value not in known:
            raise ConfigError(f"Got {name} {value!r}, but expected one of {', '.join(known)}.")
    if top < 0 or resamples < 0 or min_articles < 1 or not 0 < prior < np.inf:
        raise ConfigError(
            f"Got top={top}, n_resamples={resamples}, min_articles={min_articles} and "
            f"prior={prior}, but expected no negative number, one article or more, and a prior "
            "above zero, such as 0.01."
        )


def _values(
    articles: Sequence[Article], by: str, values: Sequence[str | None] | None
) -> list[str | None]:
    """Return the value of each article in one spelling."""
    if values is None:
        if by not in Article.__dataclass_fields__:
            fields = ", ".join(Article.__dataclass_fields__)
            raise ConfigError(
                f"Got by={by!r}, which is no field of an article, but expected one of {fields}. "
                "Pass the values of another field with values=."
            )
        values = [getattr(article, by) for article in articles]
    elif len(values) != len(articles):
        raise ConfigError(
            f"Got {len(values):,} values for {len(articles):,} articles, but expected one for each."
        )
    shown = Spellings.of(values).display()
    return [None if value is None else shown.get(canonical(value)) for value in values]


def _chosen(
    articles: list[Article],
    *,
    by: str,
    values: Sequence[str | None] | None,
    target: str | None,
    reference: str | None,
) -> _Chosen:
    """Choose the values that are compared, and their articles."""
    found = _values(articles, by, values)
    names = sorted({value for value in found if value is not None})
    if not names:
        raise CorpusError(
            f"Got {len(articles):,} articles, none of which has {by!r}, but expected two values "
            "or more to compare. Choose another field."
        )
    compared = _compared(by, names, target, reference)
    if not compared[0][1]:
        raise CorpusError(
            f"Got {by!r} with one value alone, {names[0]!r}, so there is nothing to compare it "
            "with, but expected two or more. Choose another field, or add articles."
        )
    parts = _Parts(names, compared, sum(value is None for value in found))
    numbers = {name: number for number, name in enumerate(names) if number in parts.wanted}
    kept = [place for place, value in enumerate(found) if value in numbers]
    chosen = [numbers[str(found[place])] for place in kept]
    return _Chosen([articles[place] for place in kept], np.array(chosen, dtype=np.int64), parts)


def _compared(
    by: str, names: Sequence[str], target: str | None, reference: str | None
) -> list[tuple[int, list[int]]]:
    """Return the value of each target, and the values that it is compared with."""
    if target is None:
        return _each_value(by, names, reference)
    first = _place(by, names, target, "target")
    if reference is None:
        return [(first, [number for number in range(len(names)) if number != first])]
    second = _place(by, names, reference, "reference")
    if second == first:
        raise ConfigError(
            f"Got {target!r} as target and as reference, but expected two values of {by!r}."
        )
    return [(first, [second])]


def _each_value(
    by: str, names: Sequence[str], reference: str | None
) -> list[tuple[int, list[int]]]:
    if reference is not None:
        raise ConfigError(
            f"Got the reference {reference!r} without a target, but expected both, or a target "
            "alone."
        )
    if len(names) > MOST_VALUES:
        raise ConfigError(
            f"Got {by!r}, which has {len(names):,} values, but expected at most {MOST_VALUES} to "
            f"compare each with the rest ({_listed(names)}). Choose a target, or another field."
        )
    every = range(len(names))
    return [(value, [other for other in every if other != value]) for value in every]


def _place(by: str, names: Sequence[str], value: str, role: str) -> int:
    """Return the number of a value.

    Raises
    ------
    ConfigError
        If there is no such value; the message suggests similar ones.
    """
    from difflib import get_close_matches

    known = {canonical(name): number for number, name in enumerate(names)}
    if (found := known.get(canonical(value))) is not None:
        return found
    folded = {name.casefold(): name for name in names}
    near = [folded[one] for one in get_close_matches(value.casefold(), folded, n=3)]
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ConfigError(
        f"Got {value!r} as {role}, which no article has as {by!r}, but expected one of "
        f"{_listed(names)}.{hint}"
    )


def _listed(names: Sequence[str]) -> str:
    shortened = (n if len(n) <= LONGEST_VALUE else f"{n[:LONGEST_VALUE]}…" for n in names)
    named = ", ".join(map(repr, islice(shortened, NAMED_VALUES)))
    more = len(names) - NAMED_VALUES
    return f"{named} and {more:,} more" if more > 0 else named


def _silent(
    by_outlet: OutletCounts, parts: _Parts, voice: str, *, is_target_given: bool
) -> list[int]:
    """Return the values without a word in the voice.

    Raises
    ------
    CorpusError
        If no two values are left, or a target was given that is one of them.
    """
    n_words = by_outlet.sizes[:, 0].reshape(len(by_outlet.n_articles), -1).sum(axis=1)
    silent = [value for value in sorted(parts.wanted) if n_words[value] == 0]
    is_target_silent = is_target_given and parts.compared[0][0] in silent
    if is_target_silent or len(parts.wanted) - len(silent) < 2:
        raise CorpusError(
            f"Got no word in the voice {voice!r} in {_listed([parts.names[v] for v in silent])}, "
            "but expected some in both parts of a comparison. Choose another voice or value."
        )
    return silent


def _spelled(comparisons: Sequence[Comparison], words: ArticleWords) -> tuple[Comparison, ...]:
    """Give each term its most frequent published spelling."""
    wanted = {one.term for comparison in comparisons for one in comparison.terms}
    spelled = published_spellings(words, wanted)
    return tuple(
        replace(
            comparison,
            terms=tuple(replace(one, spelling=spelled[one.term]) for one in comparison.terms),
        )
        for comparison in comparisons
    )
