"""Checking a lexicon: its errors, what may not be meant, and its hits in a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.article import check_articles
from stance.corpus.keys import canonical
from stance.description.lexicon_records import LexiconCheck, TermHits
from stance.description.lexicon_remarks import ambiguities, category_remarks, repetitions
from stance.description.lexicon_usage import UsageCounter
from stance.features.lexicon import located, read_lexicon
from stance.features.lexicon_matching import LexiconMatcher, term_faults
from stance.text.normalization import arabic_normalization
from stance.toml_files.reading import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from stance.corpus.article import Article
    from stance.description.lexicon_usage import TermCounts
    from stance.features.lexicon import Lexicon

SAMPLE = 2
SEED = 13


def check_lexicon(
    path: str | Path,
    articles: Iterable[Article] | None = None,
    *,
    sample: int = SAMPLE,
    seed: int = SEED,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> LexiconCheck:
    """Check a lexicon, and count its terms in a corpus.

    Parameters
    ----------
    path : path
        A TOML file, or a folder of them.
    articles : iterable of Article, optional
    sample : int
        Number of hits of each category to return with their contexts.
    seed : int
        Of the choice of these hits.
    progress : callable
        Receives the number of counted articles, and of all.

    Returns
    -------
    LexiconCheck
        With all errors, and without counts if there are any.

    Raises
    ------
    CorpusError
        If there is no TOML file, or one cannot be opened.
    """
    lexicon, faults = read_lexicon(path)
    if lexicon is None:
        return LexiconCheck(str(path), tuple(faults))
    table = arabic_normalization()
    if wrong := term_faults(lexicon, table):
        return LexiconCheck(str(path), tuple(located(lexicon, wrong)))
    found = None if articles is None else check_articles(articles)
    labels = {canonical(one.label) for one in found or () if one.label is not None}
    matcher = LexiconMatcher(lexicon, table)
    counter = UsageCounter(lexicon, matcher, table, found or (), sample=sample, seed=seed)
    if found is not None:
        counter.count(progress)
    counts = counter.terms() if found is not None else counter.spellings()
    repeated = repetitions(lexicon, table)
    return LexiconCheck(
        str(path),
        (),
        tuple(located(lexicon, [*category_remarks(lexicon, labels), *repeated.at_once])),
        tuple(located(lexicon, repeated.on_other_days)),
        tuple(ambiguities(lexicon, matcher, table)),
        tuple(_terms(lexicon, counts)),
        None if found is None else counter.usage(),
    )


def _terms(lexicon: Lexicon, counts: Sequence[TermCounts]) -> Iterable[TermHits]:
    """Yield the terms with their counts, in the order of the lexicon."""
    files = {path: read_toml(path) for path in set(lexicon.files.values())}
    numbers = iter(counts)
    for name, category in lexicon.categories.items():
        file = files[lexicon.files["categories", name]]
        for place, term in enumerate(category.terms):
            found = next(numbers)
            first, last = category.validity(term)
            yield TermHits(
                name,
                term.term,
                term.actor or category.actor,
                term.side or category.side,
                category.naming,
                category.plain,
                first.isoformat() if first else None,
                last.isoformat() if last else None,
                file.name,
                file.place(("categories", name, "terms", place)).line,
                *found,
            )
