from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features.compiled.string_tables import HASH_MASK
from stance.features.counting import count_batch, ngram_table
from stance.features.ngrams import CharNgrams, WordNgrams
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from tests.features.oracle import plain_ngrams
from tests.samples import corpora, unhurried

sizes = st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda s: (s[0], s[0] + s[1]))
both_analyzers = pytest.mark.parametrize("analyzer", [WordNgrams, CharNgrams])
every_mask = pytest.mark.parametrize("mask", [HASH_MASK, 0b11])


def count(terms, analyzer, texts, *, rarity=None, mask=HASH_MASK):
    rarity = np.zeros(len(terms)) if rarity is None else rarity
    table = ngram_table(terms, analyzer, rarity, mask)
    return count_batch(table, tokenize(texts, arabic_normalization()))


def as_counters(counts, terms):
    return [
        Counter({terms[column]: int(row[column]) for column in np.flatnonzero(row)})
        for row in counts.toarray()
    ]


@pytest.mark.slow
@both_analyzers
@every_mask
@unhurried
@given(texts=corpora, known=corpora, size=sizes, data=st.data())
def test_known_terms_are_counted_and_no_others(analyzer, mask, texts, known, size, data):
    everything = sorted({g for text in known for g in plain_ngrams(analyzer, text, *size)})
    terms = sorted(data.draw(st.sets(st.sampled_from(everything)))) if everything else []
    rarity = np.array([data.draw(st.floats(1, 9)) for _ in terms])
    counts = count(terms, analyzer(*size), texts, rarity=rarity, mask=mask)
    expected = [Counter(g for g in plain_ngrams(analyzer, t, *size) if g in terms) for t in texts]
    assert counts.shape == (len(texts), len(terms))
    assert as_counters(counts, terms) == expected


@both_analyzers
def test_a_table_may_count_again_and_again(analyzer):
    terms = sorted([" ق", "قس", "قسد مسد", "مسد قسد"])
    texts = ["قسد مسد قسد", "مسد", "قسد قسد مسد"]
    whole = count(terms, analyzer(2, 2), texts).toarray()
    assert whole.sum() > 0
    rows = [count(terms, analyzer(2, 2), [text]).toarray() for text in texts]
    np.testing.assert_array_equal(np.vstack(rows), whole)


def test_word_n_grams_do_not_reach_into_the_next_text():
    counts = count(["قسد مسد"], WordNgrams(2, 2), ["قسد", "مسد", "", "قسد مسد"])
    assert counts.toarray().tolist() == [[0], [0], [0], [1]]


def test_counts_beyond_the_first_room_are_all_there():
    texts = [" ".join(f"{a}{b}" for a in "ابتثجحخدذر" for b in "سشصضطظعغ")] * 300
    terms = sorted(set(plain_ngrams(CharNgrams, texts[0], 2, 4)))
    counts = count(terms, CharNgrams(2, 4), texts)
    assert counts.nnz == 300 * len(terms)
    assert (counts.toarray() == counts.toarray()[0]).all()


def test_a_word_of_ten_thousand_letters_has_all_its_n_grams():
    counts = count(["سس", "سسس"], CharNgrams(2, 3), ["س" * 10_000])
    assert counts.toarray().tolist() == [[9_999, 9_998]]
