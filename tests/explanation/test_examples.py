"""Examples are the surest articles of each label, and those nearest to its border."""

from stance.corpus.article import Article
from stance.explanation.examples import Example, choose_examples
from stance.model.prediction import Prediction


def prediction(number, **probabilities):
    label = max(probabilities, key=probabilities.get)
    return Prediction(Article(f"{number}", "نص"), label, probabilities[label], probabilities)


PREDICTIONS = [
    prediction(0, a=0.9, b=0.1, c=0.0),
    prediction(1, a=0.6, b=0.2, c=0.2),
    prediction(2, a=0.51, b=0.49, c=0.0),
    prediction(3, a=0.3, b=0.7, c=0.0),
    prediction(4, a=0.05, b=0.95, c=0.0),
    prediction(5, a=0.95, b=0.05, c=0.0),
]


def test_labels_have_their_surest_right_and_wrong_article_and_the_border():
    found = choose_examples(PREDICTIONS, ["a", "b", "b", "b", "a", "b"], 1)
    assert found == [
        Example(0, ("right",)),
        Example(5, ("wrong",)),
        Example(2, ("border",)),
        Example(3, ("right", "border")),
        Example(4, ("wrong",)),
    ]


def test_without_true_labels_it_is_the_surest():
    found = choose_examples(PREDICTIONS, [None] * 6, 1)
    assert found == [
        Example(5, ("sure",)),
        Example(2, ("border",)),
        Example(4, ("sure",)),
        Example(3, ("border",)),
    ]


def test_more_are_asked_for_than_there_are_and_none():
    found = choose_examples(PREDICTIONS, [None] * 6, 9)
    assert sorted(one.number for one in found) == list(range(6))
    assert {one.kinds for one in found} == {("sure", "border")}
    assert choose_examples(PREDICTIONS, [None] * 6, 0) == []
    assert choose_examples([], [], 3) == []


def test_equal_articles_are_taken_in_their_order():
    same = [prediction(n, a=0.6, b=0.4) for n in range(5)]
    assert choose_examples(same, [None] * 5, 2) == [
        Example(0, ("sure", "border")),
        Example(1, ("sure", "border")),
    ]
