"""One label for each article: what is decided, agreed, voted, and left out."""

import pytest

from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.adjudication import read_decisions, resolve
from stance.formats.annotation.records import Annotation
from stance.formats.source import Source


def coded(identifier, *labels, **changes):
    return [
        Annotation(identifier, "نص", f"coder {n}", (label,) if label else (), **changes)
        for n, label in enumerate(labels)
    ]


ROWS = [
    *coded("007", "a", "a"),
    *coded("7", "a", "b", stratum="s", inclusion_probability=0.5),
    *coded("8", "a", "b", "b"),
    *coded("9", ""),
    *coded("10", "1", "1.0"),
]


def test_articles_without_a_decision_have_no_label_and_are_told():
    found = resolve(ROWS)
    assert [(one.id, one.labels) for one in found.annotations] == [
        ("007", ("a",)),
        ("7", ()),
        ("8", ()),
        ("9", ()),
        ("10", ("1",)),
    ]
    assert found.left_out == ("7", "8")
    assert (found.n_adjudicated, found.n_agreed, found.n_majority) == (0, 2, 0)


def test_the_majority_only_if_asked_for_and_a_decision_wins():
    found = resolve(ROWS, {"7": "c"}, majority=True)
    chosen = {one.id: one for one in found.annotations}
    assert (chosen["8"].labels, chosen["8"].annotator) == (("b",), "majority")
    assert (chosen["7"].labels, chosen["7"].annotator) == (("c",), "adjudicated")
    assert (chosen["7"].stratum, chosen["7"].inclusion_probability) == ("s", 0.5)
    assert found.left_out == ()
    assert resolve(ROWS, {"007": "b"}).annotations[0].labels == ("b",)


def test_models_have_no_vote():
    model = coded("1", "b", origin="model")
    assert resolve([*coded("1", "a"), *model]).annotations[0].labels == ("a",)


def test_decisions_of_other_articles_are_refused():
    with pytest.raises(ConfigError, match="in none of the files, such as 'x'"):
        resolve(ROWS, {"x": "a"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,label\n7,\n", "without a label in 'label'"),
        ("id,label\n7,a\n7,b\n", "'7' is 'b' after 'a'"),
        ("id,label\n7,a\n8,a#b\n", "is 2 labels, not one"),
        ("id,text\n7,a\n", "without 'label'"),
    ],
)
def test_decisions_that_cannot_be_used(tmp_path, content, message):
    path = tmp_path / "adjudicate.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(CorpusError, match=message):
        read_decisions(Source.of([path], {}))


def test_decisions(tmp_path):
    path = tmp_path / "adjudicate.csv"
    path.write_text("id,label\n007,a\n7, b\u200f\n8,\n", "utf-8-sig")
    assert read_decisions(Source.of([path], {})) == {"007": "a", "7": "b"}
