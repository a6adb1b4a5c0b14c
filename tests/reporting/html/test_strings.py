"""Every string of the interface is there in every language, and every one is used."""

import ast
import re

import pytest

from stance.reporting.html.page import Listed, Name, Number, phrase
from stance.reporting.html.strings import LANGUAGES, TEMPLATES, fields, parts, plain, table

SOURCES = sorted(TEMPLATES.parent.glob("*.py"))
CALLS = {"phrase", "phrases", "section", "_counts"}


def keys():
    """Return the keys in calls: whole ones, and the beginnings of those that are put together."""
    whole, beginnings = set(), set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(node.values[0].value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
    return whole, beginnings


def called():
    """Return the keys that are given to a call as they are."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
                given = node.args if node.func.id == "phrases" else node.args[:1]
                found |= {one.value for one in given if isinstance(one, ast.Constant)}
    return found


@pytest.mark.parametrize("key", sorted(table()))
def test_a_string_has_every_language_and_the_same_values(key):
    found = table()[key]
    assert set(found) == set(LANGUAGES)
    assert all(text.strip() == text and text for text in found.values())
    assert len({frozenset(fields(text)) for text in found.values()}) == 1


def test_arabic_strings_are_arabic():
    # Names of measures and hashes are the same in both.
    same = {"f1", "model.sha256"}
    assert {key for key, found in table().items() if found["en"] == found["ar"]} == same
    assert all(
        re.search("[\u0621-\u064a]", found["ar"])
        for key, found in table().items()
        if key not in same
    )


def test_every_key_that_is_asked_for_exists():
    assert called() - table().keys() == set()


def test_every_string_is_used():
    whole, beginnings = keys()
    put_together = tuple(one for one in beginnings if one.endswith("."))
    unused = {key for key in table() if key not in whole and not key.startswith(put_together)}
    assert unused == set()


def test_values_stand_in_the_order_of_the_language():
    found = phrase("articles")
    assert plain(found, "en") == "articles"
    said = phrase("audit.cut", shown=Number("5"), n=Number("9"))
    assert plain(said, "en") == "Shown: 5 of 9; --json has all."
    assert plain(said, "ar") == "المعروض: 5 من 9، والباقي في --json."


def test_a_list_has_the_comma_of_the_language():
    found = Listed((Name("a"), Name("ب\x00")))
    assert plain(found, "en") == "a, ب\\x00"
    assert plain(found, "ar") == "a، ب\\x00"


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError, match="shown"):
        list(parts(phrase("audit.cut"), "en"))
