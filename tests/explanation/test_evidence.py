"""The evidence in its text: nothing is lost, nothing moves, no letter is divided."""

from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.explanation.evidence import Part, evidence
from stance.explanation.explaining import explain
from stance.explanation.records import Explanation, Place, Rest, WordContribution
from stance.text.letter_clusters import whole_clusters
from tests.samples import articles, texts, unhurried


def explanation(article, *words):
    listed = [WordContribution("", amount, "own", places) for amount, places in words]
    return Explanation(article, "a", "b", {}, 0.0, 0.0, [], Rest(0, 0.0), listed, {}, {})


def test_words_are_marked_in_the_title_and_in_the_text():
    found = explanation(
        Article("1", "قسد تقدمت", title="عن قسد"),
        (0.5, [Place("title", 3, 6), Place("text", 0, 3)]),
        (-0.2, [Place("text", 4, 9)]),
    )
    assert list(evidence(found)) == [
        ("title", [Part("عن ", 0.0), Part("قسد", 0.5)]),
        ("text", [Part("قسد", 0.5), Part(" ", 0.0), Part("تقدمت", -0.2)]),
    ]


def test_a_mark_that_was_extended_does_not_mark_twice():
    found = explanation(
        Article("1", "السلام"), (0.5, [Place("text", 0, 4)]), (-0.2, [Place("text", 4, 6)])
    )
    assert list(evidence(found)) == [("text", [Part("السلا", 0.5), Part("م", -0.2)])]


@unhurried
@given(texts | articles, st.data())
def test_parts_join_to_the_text_and_divide_no_cluster(text, data):
    words = []
    for _ in range(data.draw(st.integers(0, 4)) if text else 0):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        amount = data.draw(st.sampled_from((-1.0, 0.5)))
        words.append((amount, [Place("text", start, end)]))
    for _, parts in evidence(explanation(Article("1", text), *words)):
        assert "".join(part.text for part in parts) == text
        assert all(part.text for part in parts)
        border = 0
        for part in parts:
            if border > 0:
                assert whole_clusters(text, 0, border) == (0, border)
            border += len(part.text)


def test_the_marks_of_an_explanation_are_its_words(full_model, seed_articles):
    for found in explain(full_model, seed_articles[:20]):
        amounts = {word.contribution for word in found.words}
        marked = {part.contribution for _, parts in evidence(found) for part in parts}
        assert marked - {0.0} == amounts
