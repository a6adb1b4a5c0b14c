import datetime as dt

import pytest

from stance.corpus.codebook import Codebook
from stance.errors import CorpusError

SMALL = """
format = 1
name = "two-sides"

[labels.left]
title = "Left"
definition = "Speaks for the left bank."
stance = { north = "favor" }
stance_changes = [{ from = 2020-01-01, stance = { north = "against" } }]
validity = [
  { until = 2019-12-31, refers_to = "the old council" },
  { from = 2020-01-01, until = 2021-12-31, refers_to = "the new council" },
]

[labels.right]
title = "Right"
definition = "Speaks for the right bank."
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text(SMALL, "utf-8")
    return path


def test_another_codebook_has_the_same_format(small):
    book = Codebook.read(small)
    assert list(book.labels) == ["left", "right"]
    assert book.labels["left"].title == "Left"


@pytest.mark.parametrize(
    ("day", "refers_to", "attitude"),
    [
        (dt.date(2019, 12, 31), "the old council", "favor"),
        (dt.date(2020, 1, 1), "the new council", "against"),
        (dt.date(2022, 1, 1), None, "against"),
    ],
)
def test_both_ends_of_a_period_belong_to_it(small, day, refers_to, attitude):
    label = Codebook.read(small).labels["left"]
    assert label.refers_to(day) == refers_to
    assert label.stance_on(day) == {"north": attitude}


def test_labels_that_are_not_defined_are_refused_with_the_nearest(small):
    book = Codebook.read(small)
    book.check(["left", "right", None])
    with pytest.raises(CorpusError, match=r"'rigth'.*Did you mean 'right'"):
        book.check(["left", "rigth"])
    with pytest.raises(CorpusError, match="Correct the labels"):
        book.check(["zzz"])


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("format = 1", "format = 2", "format"),
        ('name = "two-sides"', "", "name"),
        ('"favor"', '"loves"', r"labels\.left\.stance\.north"),
        ('title = "Left"', 'titel = "Left"', r"labels\.left\.tit"),
        ("2021-12-31", "2019-01-01", "later than"),
        ("format = 1", "format = ", "line 2, format: there is no value"),
    ],
)
def test_what_is_no_codebook_is_told_where(small, old, new, place):
    small.write_text(SMALL.replace(old, new), "utf-8")
    with pytest.raises(CorpusError, match=place):
        Codebook.read(small)


def test_one_label_is_no_codebook(small):
    small.write_text(SMALL.split("[labels.right]", maxsplit=1)[0], "utf-8")
    with pytest.raises(CorpusError, match="labels: got 1, but expected at least 2"):
        Codebook.read(small)


def test_a_missing_codebook_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere\.toml"):
        Codebook.read(tmp_path / "nowhere.toml")


def test_a_codebook_survives_json(small):
    book = Codebook.read(small)
    assert Codebook.model_validate(book.to_dict()) == book
