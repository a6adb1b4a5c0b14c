"""Descriptions of protocols as phrases."""

import pytest

from stance.reporting.html.page import English
from stance.reporting.html.protocols import protocol, unit
from stance.reporting.html.strings import plain


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ("leave one outlet out (37 outlets)", "each of the outlets held out in turn (37)"),
        ("4 folds of held-out events", "folds of held-out events (4)"),
        ("5 random folds, nested", "random folds (5), settings chosen inside the folds"),
        ("3 periods, each after its training", "periods, each after its training (3)"),
        ("test corpus", "test corpus"),
    ],
)
def test_a_protocol_is_said_in_both_languages(description, said):
    found = protocol(description)
    assert plain(found, "en") == said
    assert plain(found, "ar") != said


def test_a_protocol_that_is_not_known_stays_in_english():
    assert protocol("something else") == English("something else")


def test_a_field_of_the_user_is_a_unit_as_it_is():
    assert plain(unit("author"), "ar") == "author"
