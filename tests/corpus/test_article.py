import dataclasses

import pytest

from stance.corpus.article import Article, FieldMapping, RejectedRow

MAPPED = FieldMapping(text="المتن", label="framing")


def test_only_id_and_text_are_needed():
    article = Article("1", "عاد الأهالي إلى القرية")
    optional = set(dataclasses.asdict(article)) - {"id", "text"}
    assert optional == {"label", "outlet", "event", "published", "title", "target"}
    assert all(getattr(article, name) is None for name in optional)


def test_an_article_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Article("1", "نص").label = "x"


def test_the_mapping_covers_every_field_of_an_article():
    fields = [field.name for field in dataclasses.fields(Article)]
    assert FieldMapping().items() == [(name, name) for name in fields]


def test_renamed_tells_only_what_the_caller_changed():
    assert MAPPED.renamed() == [("text", "المتن"), ("label", "framing")]
    assert FieldMapping().renamed() == []


def test_a_rejected_row_says_where_and_why():
    row = RejectedRow("أخبار.csv", 7, "'text' is empty", {"id": "7"}, 99)
    assert str(row) == "أخبار.csv, row 7: 'text' is empty"
    assert row.to_row() == {
        "source": "أخبار.csv",
        "row": 7,
        "byte_offset": 99,
        "reason": "'text' is empty",
        "raw": {"id": "7"},
    }


def test_what_a_rejected_row_held_does_not_count_when_two_are_compared():
    assert RejectedRow("a", 1, "bad", "x") == RejectedRow("a", 1, "bad", "y")
    assert RejectedRow("a", 1, "bad") != RejectedRow("a", 2, "bad")
