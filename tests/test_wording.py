"""Names and phrases that were replaced by plain ones stay out of the sources and the docs."""

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
DOCS = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]

# Not even as a part of an identifier.
WORDS = frozenset(
    {
        "leg",
        "legs",
        "stretch",
        "stretches",
        "baggage",
        "settle",
        "settling",
        "steadiness",
        "sighting",
        "sightings",
        "truth",
        "truths",
        "guess",
        "guesses",
    }
)
# Not as an identifier; as a part of one, as in `unseen_outlets`, they may be the field's term.
IDENTIFIERS = frozenset({"passed", "Span", "tally", "Tally", "unseen"})

PHRASES = (
    "from which it can go on",
    "for having been chosen by",
    "must occur in so many",
    "must occur in articles of so many",
    "cannot tell from none",
    "unlike anything that the model",
    "no business with",
    "slip of the pen",
    "told apart",
)


def replaced_words(identifier):
    """Return the words of an identifier, in snake or camel case, that were replaced."""
    parts = {part.casefold() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)}
    return (parts & WORDS) | ({identifier.strip("_")} & IDENTIFIERS)


def identifiers(code):
    """Return the identifiers of code with their lines; neither strings nor comments."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [(token.string, token.start[0]) for token in tokens if token.type == tokenize.NAME]


def running(text):
    """Return prose in one line, without the marks of comments and of split strings."""
    unquoted = re.sub(r'"\s*\n\s*f?"|\n\s*#', " ", text)
    return " ".join(unquoted.split()).casefold()


@pytest.mark.parametrize(
    ("identifier", "found"),
    [
        ("Leg", {"leg"}),
        ("_PartitionStretch", {"stretch"}),
        ("y_guess", {"guess"}),
        ("_passed", {"passed"}),
        ("unseen", {"unseen"}),
        ("unseen_outlets", set()),
        ("Span", {"Span"}),
        ("span", set()),
        ("legend", set()),
        ("settled", set()),
    ],
)
def test_a_replaced_word_is_found_in_an_identifier(identifier, found):
    assert replaced_words(identifier) == found


def test_strings_and_comments_hold_no_identifiers():
    code = 'x = "steadiness"  # the truth\ny.truth = 1\n'
    assert identifiers(code) == [("x", 1), ("y", 2), ("truth", 2)]


@pytest.mark.slow
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_replaced_name_is_an_identifier(path):
    # model/renamed_settings.py has the old name of a setting as a string, to read it.
    code = path.read_text("utf-8")
    assert not replaced_words(path.stem)
    # Annotation tools and their papers call a labelled part of a text a span.
    known = {"Span"} if "formats/annotation/" in path.as_posix() else set()
    assert [found for found in identifiers(code) if replaced_words(found[0]) - known] == []


def test_a_phrase_is_found_over_lines_of_a_comment_and_of_a_string():
    assert "slip of the pen" in running("# it is a slip\n    # of the pen\n")
    assert "slip of the pen" in running('"it is a slip "\n    "of the pen"')


@pytest.mark.parametrize("path", [*SOURCES, *DOCS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_replaced_phrase_is_used(path):
    text = running(path.read_text("utf-8"))
    assert [phrase for phrase in PHRASES if phrase in text] == []
