"""Marks in Arabic text, in a real browser: letters stay joined, boxes stay within their line."""

import re

import pytest

from stance import read_articles
from stance.corpus.article import Article
from stance.explanation.evidence import evidence
from stance.explanation.explaining import explain
from stance.explanation.records import Explanation, Place, Rest, WordContribution
from stance.reporting.html.explanation import page
from stance.reporting.html.render import render
from stance.reporting.html.strings import LANGUAGES
from tests.browser.chromium import EXECUTABLE, printed_text
from tests.browser.test_pages import WIDTHS, browser  # noqa: F401
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed"),
]
SAMPLES = ROOT / "seeds" / "samples.jsonl"
# Words that marks divide at every letter: joined ones, lam with alef, marks, digits and Latin.
DIVIDED = "المقاتلون السلام لأنهم مُسلَّحون بالقلم كَتَبَت و12قتيلا الـSDF"

BIDI_MARKS = "\u202a\u202b\u202c\u200e\u200f"

# How far the width of each paragraph with marks is from that of its text alone, in one line.
MOVED = """
(() => {
    const widths = [...document.querySelectorAll(".published p")].map(one => {
        one.style.whiteSpace = "pre";
        one.style.inlineSize = one.style.maxInlineSize = "max-content";
        const marked = one.getBoundingClientRect().width;
        one.textContent = one.textContent;
        return Math.abs(marked - one.getBoundingClientRect().width);
    });
    return [widths.length, Math.max(...widths)];
})()
"""
# Boxes of marks that reach over their line, or over the edge of their paragraph.
OUTSIDE = """
[...document.querySelectorAll(".published mark")].flatMap(one => {
    const paragraph = one.closest("p").getBoundingClientRect();
    const line = parseFloat(getComputedStyle(one.closest("p")).lineHeight);
    return [...one.getClientRects()].filter(box => box.height > line || box.width < 1
        || box.top < paragraph.top - 1 || box.bottom > paragraph.bottom + 1
        || box.left < paragraph.left - 1 || box.right > paragraph.right + 1);
}).length
"""
# How far the first line of each Arabic paragraph begins from the right edge.
FROM_RIGHT = """
[...document.querySelectorAll(".published p[lang=ar]")].map(one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const lines = [...range.getClientRects()].map(box => box.right);
    return one.getBoundingClientRect().right - Math.max(...lines);
})
"""
LINES = """
[...document.querySelectorAll("mark")].map(one => {
    const style = getComputedStyle(one);
    return one.classList[0] + " " + style.textDecorationStyle;
})
"""


def divided():
    """Return an explanation in which every other letter is evidence of its own."""
    words = [
        WordContribution(DIVIDED[n], (-1) ** n * 0.5, "own", [Place("text", n, n + 1)])
        for n in range(0, len(DIVIDED), 2)
    ]
    return Explanation(
        Article("1", DIVIDED),
        "a",
        "b",
        {"a": 0.6, "b": 0.4},
        0.4,
        0.1,
        [],
        Rest(0, 0.0),
        words,
        {"word": 0.3},
        {"own": 0.3},
    )


@pytest.fixture(scope="module")
def files(fast_model, tmp_path_factory):
    """Return the page of written articles, and that of divided words, in each language."""
    folder = tmp_path_factory.mktemp("evidence")
    found = list(explain(fast_model, read_articles([SAMPLES]), changes=True))
    written = {}
    for name, explanations in (("samples", found), ("divided", [divided()])):
        for language in LANGUAGES:
            written[name, language] = folder / f"{name}-{language}.html"
            written[name, language].write_text(render(page(explanations), language), "utf-8")
    return written


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["samples", "divided"])
def test_marks_keep_letters_joined_and_lie_in_their_line(browser, files, name, language, width):  # noqa: F811
    file = files[name, language]
    browser.open(file, width)
    assert browser.requests == [file.as_uri()]
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value("document.querySelectorAll('.published mark').length") > 10
    assert browser.value(OUTSIDE) == 0
    assert all(abs(gap) < 1 for gap in browser.value(FROM_RIGHT))
    n, moved = browser.value(MOVED)
    assert n
    assert moved < 0.5


@pytest.mark.parametrize("broken", ["paddingInline = '1px'", "display = 'inline-block'"])
def test_a_mark_that_breaks_words_is_noticed(browser, files, broken):  # noqa: F811
    browser.open(files["divided", "ar"], 1200)
    browser.value(f"document.querySelectorAll('.published mark').forEach(m => m.style.{broken})")
    assert browser.value(MOVED)[1] > 2


def test_no_part_of_a_ligature_is_left_unmarked(browser, files):  # noqa: F811
    ((_, parts),) = evidence(divided())
    assert any(part.text.startswith("لا") and part.contribution for part in parts)
    browser.open(files["divided", "en"], 1200)
    texts = browser.value("[...document.querySelectorAll('.published mark')].map(m => m.innerText)")
    assert texts == [part.text for part in parts if part.contribution]


def test_the_sides_differ_in_their_lines_and_not_in_colour_alone(browser, files):  # noqa: F811
    browser.open(files["divided", "en"], 1200)
    assert set(browser.value(LINES)) == {"for solid", "against dotted"}


def test_a_sentence_copied_from_the_printed_page_is_the_sentence(browser, files, tmp_path):  # noqa: F811
    copied = printed_text(browser, files["samples", "ar"], tmp_path)
    text = " ".join("".join(c for c in copied if c not in BIDI_MARKS).split())
    # Chromium tears marks of letters off, and may put a number on the other side of a sign.
    sentences = [
        " ".join(sentence.split())
        for article in read_articles([SAMPLES])
        for sentence in re.split("[.،:\n«»]", article.text)
        if re.fullmatch("[ء-غف-ي ]{15,}", sentence)
    ]
    assert len(sentences) > 40
    assert [sentence for sentence in sentences if sentence not in text] == []
