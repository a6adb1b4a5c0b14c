"""Pages in a real browser: nothing overflows, nothing is loaded, Arabic is on the right."""

import pytest

from stance.reporting.html.strings import LANGUAGES
from tests.browser.chromium import EXECUTABLE, printed_text, tab
from tests.reporting.html.sample_pages import NAMES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed"),
]
WIDTHS = (400, 1200)
# A4 without the margins of the style sheet, in CSS pixels.
PAPER = 672

# Elements that reach over the edge of the window, outside of what scrolls by itself.
OVER_THE_EDGE = """
[...document.body.querySelectorAll("*")].filter(one => {
    const box = one.getBoundingClientRect();
    return !one.closest(".scroll") && (box.left < -1 || box.right > innerWidth + 1);
}).map(one => one.outerHTML.slice(0, 90))
"""
# Labels of bars that lie over their bar, and bars that do not begin where the axis does.
BARS = """
[...document.querySelectorAll(".rows")].flatMap(rows => {
    const right = getComputedStyle(rows).direction === "rtl";
    const ofBars = [...rows.querySelectorAll("svg")].filter(svg => svg.querySelector(".bar"));
    return ofBars.map(svg => {
        const bar = svg.querySelector(".bar").getBoundingClientRect();
        const track = svg.querySelector(".track").getBoundingClientRect();
        const label = svg.previousElementSibling.getBoundingClientRect();
        const apart = label.bottom <= track.top + 1
            || (right ? label.left >= track.right - 1 : label.right <= track.left + 1);
        return Math.abs(right ? bar.right - track.right : bar.left - track.left) < 1 && apart;
    });
})
"""
SIDES = """
(() => {
    const box = one => document.querySelector(one).getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(document.querySelector("h1"));
    const text = range.getBoundingClientRect(), body = box("h1");
    return [text.left - body.left, body.right - text.right];
})()
"""


@pytest.fixture(scope="module")
def browser():
    with tab() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(pages, rendered, tmp_path_factory):
    """Return the file of each page in each language."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name in pages:
        for language in LANGUAGES:
            found[name, language] = folder / f"{name}-{language}.html"
            found[name, language].write_text(rendered(name, language), "utf-8")
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_its_window_and_asks_for_nothing(browser, files, name, language, width):
    file = files[name, language]
    browser.open(file, width)
    assert browser.requests == [file.as_uri()]
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value(OVER_THE_EDGE) == []
    assert all(browser.value(BARS))
    from_left, from_right = browser.value(SIDES)
    assert (from_right if language == "ar" else from_left) < 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_printed_page_fits_the_paper(browser, files, name, language):
    # Where something is wider, Chromium makes the whole page smaller.
    browser.open(files[name, language], PAPER, media="print")
    assert browser.value("document.documentElement.scrollWidth") <= PAPER


@pytest.mark.parametrize("name", NAMES)
def test_the_style_sheet_is_allowed_by_the_policy(browser, files, name):
    # The browser itself decides whether the hash in the policy fits.
    browser.open(files[name, "ar"], 1200)
    assert browser.value("getComputedStyle(document.querySelector('caption')).fontWeight") == "600"


def test_dark_pages_have_light_text(browser, files):
    brightness = "getComputedStyle(document.body).color.match(/[0-9]+/g).map(Number)[0]"
    browser.open(files["evaluate", "en"], 1200)
    assert browser.value(brightness) < 60
    browser.open(files["evaluate", "en"], 1200, dark=True)
    assert browser.value(brightness) > 200


def test_links_and_wide_tables_are_reached_by_keyboard(browser, files):
    browser.open(files["evaluate", "ar"], 400)
    reached = []
    for _ in range(browser.value("document.querySelectorAll('a, .scroll').length")):
        browser.press("Tab")
        reached.append(browser.value("document.activeElement.className || 'link'"))
    assert set(reached) == {"link", "scroll"}
    assert reached.count("scroll") == browser.value("document.querySelectorAll('.scroll').length")


def test_a_printed_page_can_be_copied_from(browser, files, tmp_path):
    text = printed_text(browser, files["compare", "ar"], tmp_path)
    plain = " ".join("".join(c for c in text if c not in "\u202a\u202b\u202c\u200e\u200f").split())
    assert "مقارنة مجموعتي تصنيفات" in plain
    assert "مقالات المصدر الواحد متشابهة" in plain


# How far apart the first lines of the cells of a row begin, names and other texts.
STEPS = """
[...document.querySelectorAll("tbody tr")].map(row => {
    const tops = [...row.cells].map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const boxes = [...range.getClientRects()].filter(box => box.width > 0);
        return boxes.length ? Math.min(...boxes.map(box => box.top)) : null;
    }).filter(top => top !== null);
    return Math.max(...tops) - Math.min(...tops);
})
"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cells_of_a_row_begin_on_one_line(browser, files, language, width):
    browser.open(files["audit", language], width)
    assert max(browser.value(STEPS)) < 4
