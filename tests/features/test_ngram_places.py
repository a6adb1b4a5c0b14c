"""Places of n-grams, beside a search that looks at every word."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features.batches import InputBatch
from stance.features.model_input import text_inputs
from stance.features.ngram_places import WordPlaces
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from tests.samples import unhurried

TABLE = arabic_normalization()
WORDS = st.sampled_from(["قسد", "قوات", "سوريا", "في"])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=4)


def searched(terms, batch):
    """Return the column, start and end of each n-gram, by start and then by length."""
    found = []
    for first, last in pairwise(batch.offsets.tolist()):
        words = [batch.types[token] for token in batch.tokens[first:last].tolist()]
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                gram = " ".join(words[start:end])
                if gram in terms:
                    found.append((terms.index(gram), first + start, first + end))
    return found


@unhurried
@given(TEXTS, st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1))
def test_word_ngrams_are_found_in_their_places(texts, drawn):
    terms, batch = sorted(set(drawn)), tokenize(texts, TABLE)
    found = WordPlaces(terms).find(batch)
    assert list(zip(*(one.tolist() for one in found[:3]), strict=True)) == searched(terms, batch)


@pytest.mark.parametrize("analyzer", ["word", "char", "surface"])
def test_values_and_places_are_those_of_two_readings(analyzer):
    texts = ["قسد: قوات سوريا", "", "قوات في قسد، قسد"]
    options = TfidfOptions(analyzer, min_n=1, max_n=3)
    batch = InputBatch(text_inputs(texts), TABLE, by_voice=True)
    block, _ = fit_tfidf(options.tokens_of(batch), options)
    values, places = block.values_and_occurrences(batch)
    assert (values != block.linear_values(batch)).nnz == 0
    row_of = options.tokens_of(batch).text_of_token[places.starts].tolist()
    counts = block.ngrams and {}
    for cell in zip(row_of, places.columns.tolist(), strict=True):
        counts[cell] = counts.get(cell, 0) + 1
    assert set(counts) == set(zip(*(one.tolist() for one in values.nonzero()), strict=True))
