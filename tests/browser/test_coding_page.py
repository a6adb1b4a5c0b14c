"""The coding page in a real browser, by keyboard alone: two coders, and a reload in the middle."""

import json

import pytest

from stance.formats.annotation import coding_page
from stance.formats.annotation.records import Annotation
from tests.browser.chromium import EXECUTABLE, tab
from tests.browser.test_pages import OVER_THE_EDGE
from tests.formats.annotation.tables import IDS, LABELS, TASK, TEXTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed"),
]
N = 50
SHORT = 6
RELOADED_AT = 20
TITLE = "عنوان رقم {} </script><b>"

# Contrast of the text and the background of every element that shows text, as WCAG 2 defines it.
LOW_CONTRAST = """
(() => {
    const channels = colour => (colour.match(/[0-9.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(one => one / 255)
        .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
    const behind = one => {
        for (; one; one = one.parentElement) {
            const found = channels(getComputedStyle(one).backgroundColor);
            if (found.length === 3 || found[3] === 1) return found;
        }
        return [255, 255, 255];
    };
    return [...document.body.querySelectorAll("*")].filter(one => {
        const shown = one.checkVisibility() && [...one.childNodes].some(
            node => node.nodeType === 3 && node.data.trim());
        if (!shown) return false;
        const [a, b] = [channels(getComputedStyle(one).color), behind(one)].map(light);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
    }).map(one => one.outerHTML.slice(0, 90));
})()
"""
UNNAMED = """
[...document.querySelectorAll("button, input, select, textarea")].filter(one =>
    one.checkVisibility() && !one.textContent.trim() && !(one.labels && one.labels.length)
).map(one => one.outerHTML)
"""


@pytest.fixture(scope="module")
def browser():
    with tab() as opened:
        yield opened


def articles(n):
    return [
        Annotation(
            IDS[place] if place < len(IDS) else f"{place:05d}",
            TEXTS[place % len(TEXTS)] or "نص",
            inclusion_probability=1 / (place + 2),
            stratum="طبقة",
            fields={"title": TITLE.format(place), "outlet": "وكالة", "خفي": "لا يظهر"},
        )
        for place in range(n)
    ]


def page_of(table, path):
    with path.open("wb") as file:
        coding_page.write(table, TASK, file)
    return path


@pytest.fixture
def page(tmp_path, browser):
    """Return the file of a short page that nobody has begun."""
    path = page_of(articles(SHORT), tmp_path / "page.html")
    browser.open(path, 1100)
    browser.value("localStorage.clear()")
    browser.open(path, 1100)
    return path


@pytest.fixture(scope="module")
def long_page(tmp_path_factory):
    return page_of(articles(N), tmp_path_factory.mktemp("long") / "page.html")


def begin(browser, name):
    browser.value("document.getElementById('coder').select()")
    browser.type(name)
    browser.press("Enter")


def text_of(browser, selector):
    return browser.value(f"document.querySelector('{selector}').textContent")


def saved(browser, folder, name):
    """Press W, and return the file that the page downloads."""
    return browser.download(folder / name, lambda: browser.press("w"))


def code(browser, first, last, label_of):
    for place in range(first, last):
        assert text_of(browser, "#headline") == TITLE.format(place)
        label = label_of(place)
        browser.press("s" if label is None else str(label + 1))
        if place % 10 == 3:
            browser.press("f")
            browser.press("c")
            browser.type("تعليق =1+1 \"'<")
            browser.press("Escape")
        browser.press("Enter")


def amal(place):
    return None if place == 7 else place % 4


def nour(place):
    return 0 if place % 5 == 0 else place % 4


@pytest.fixture(scope="module")
def results(browser, long_page, tmp_path_factory):
    """Return the files of two coders, each coding 50 articles by keyboard."""
    folder = tmp_path_factory.mktemp("results")
    browser.open(long_page, 1100)
    browser.value("localStorage.clear()")
    browser.open(long_page, 1100)
    begin(browser, "أمل")
    code(browser, 0, RELOADED_AT, amal)
    browser.open(long_page, 1100)
    browser.press("Enter")
    code(browser, RELOADED_AT, N, amal)
    files = [saved(browser, folder, "amal")]
    browser.open(long_page, 1100)
    begin(browser, "Nour K.")
    code(browser, 0, N, nour)
    assert browser.requests == [long_page.as_uri()]
    return [*files, saved(browser, folder, "nour")]


def test_what_two_coders_saved_is_what_they_pressed(results):
    for path, coder, label_of in zip(results, ("أمل", "Nour K."), (amal, nour), strict=True):
        found = list(coding_page.read(path))
        assert coding_page.recognises(path)
        for place, (one, article) in enumerate(zip(found, articles(N), strict=True)):
            label = label_of(place)
            assert one.labels == (() if label is None else (LABELS[label],))
            assert one.skipped == (label is None)
            assert one.annotator == coder
            assert (one.confidence, one.comment) == (
                (0.25, "تعليق =1+1 \"'<") if place % 10 == 3 else (None, None)
            )
            assert (one.id, one.text, one.fields) == (article.id, article.text, article.fields)
            assert one.inclusion_probability == article.inclusion_probability
            assert one.stratum == "طبقة"


def test_a_saved_file_goes_on_where_the_browser_kept_nothing(browser, long_page, results):
    browser.open(long_page, 1100)
    browser.value("localStorage.clear()")
    browser.open(long_page, 1100)
    begin(browser, "أمل")
    assert "0 من 50" in text_of(browser, "#progress")
    browser.choose_file("#file", results[1])
    assert "هذا الملف من" in text_of(browser, "#message")
    browser.choose_file("#file", results[0])
    assert "50 من 50" in text_of(browser, "#progress")
    assert "50" in text_of(browser, "#message")


def test_a_file_of_another_task_is_refused(browser, page, results):
    begin(browser, "أمل")
    browser.choose_file("#file", results[0])
    assert "مهمة أخرى" in text_of(browser, "#message")
    other = page.parent / "other.json"
    other.write_text(json.dumps({"stance_coding_result": 1}), "utf-8")
    browser.choose_file("#file", other)
    assert "ليس نتيجة" in text_of(browser, "#message")
    assert f"0 من {SHORT}" in text_of(browser, "#progress")


def test_texts_are_shown_as_they_are_and_run_nothing(browser, page):
    begin(browser, "أمل")
    for place, one in enumerate(articles(SHORT)):
        assert text_of(browser, "#headline") == TITLE.format(place)
        shown = browser.value("JSON.stringify(document.querySelector('#text').textContent)")
        assert json.loads(shown) == one.text
        browser.press("ArrowLeft")
    assert browser.value("document.scripts.length") == 2
    assert "لا يظهر" not in text_of(browser, "#work")
    assert browser.requests == [page.as_uri()]


def test_keys_of_an_arabic_keyboard_work(browser, page):
    begin(browser, "أمل")
    browser.press("٣")
    pressed = "[...document.querySelectorAll('#labels [aria-pressed=true]')].map(o => o.innerText)"
    assert ["محايد" in one for one in browser.value(pressed)] == [True]
    browser.press("س", code="KeyS")
    assert browser.value(pressed) == []
    assert browser.value("document.querySelector('#skip').ariaPressed") == "true"
    browser.press("Delete")
    assert browser.value("document.querySelector('#skip').ariaPressed") == "false"


def test_the_list_names_what_is_left(browser, page):
    begin(browser, "أمل")
    browser.press("1")
    browser.press("Enter")
    browser.press("l")
    values = "[...document.querySelectorAll('#list li')].map(one => one.value)"
    assert browser.value(values) == [2, 3, 4, 5, 6]
    browser.press("Escape")
    assert browser.value("document.querySelector('#list').hidden")


def test_a_label_that_was_clicked_lets_enter_go_on(browser, page):
    begin(browser, "أمل")
    browser.value("document.querySelector('#labels button').click()")
    browser.press("Enter")
    assert text_of(browser, "#headline") == TITLE.format(1)


def test_the_interface_changes_its_language_and_keeps_the_article_right_to_left(browser, page):
    begin(browser, "أمل")
    browser.value("document.querySelector('#work .language').click()")
    assert "1 of" not in text_of(browser, "#progress")
    assert f"0 of {SHORT} coded" in text_of(browser, "#progress")
    assert browser.value("[document.documentElement.dir, document.documentElement.lang]") == [
        "ltr",
        "en",
    ]
    assert browser.value("getComputedStyle(document.querySelector('#text')).direction") == "rtl"
    assert browser.value(UNNAMED) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1100, 420])
def test_nothing_overflows_and_everything_has_contrast(browser, page, width, dark):
    browser.open(page, width, dark=dark)
    for prepare in ("0", "document.querySelector('form button').click()"):
        browser.value("document.getElementById('coder').value = 'أمل'")
        browser.value(prepare)
        assert browser.value(OVER_THE_EDGE) == []
        assert browser.value(LOW_CONTRAST) == []
        assert browser.value(UNNAMED) == []
    browser.press("1")
    browser.press("l")
    assert browser.value(OVER_THE_EDGE) == []
    assert browser.value(LOW_CONTRAST) == []


def test_the_policy_forbids_every_other_script(browser, page):
    browser.value(
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.ran = 1'}))"
    )
    assert browser.value("window.ran") is None
