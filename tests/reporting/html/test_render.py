"""Pages load nothing, run nothing, escape everything, and say the same in both languages."""

import base64
import functools
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from stance.reporting import phrases
from stance.reporting.html.explanation import page as explanation_page
from stance.reporting.html.render import render
from stance.reporting.html.strings import DIRECTIONS, LANGUAGES, TEMPLATES
from tests.reporting.html.sample_pages import HOSTILE, NAMES

VOID = {"meta", "rect", "circle", "path", "polyline", "br"}
# What may name an address, or run code.
NEVER = {"src", "srcset", "data", "action", "formaction", "poster", "style", "xlink:href"}
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section"),
    *("h1", "h2", "p", "a", "ul", "li", "div", "span", "bdi", "strong", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"),
    *("svg", "rect", "circle", "path", "polyline", "mark", "h3"),
}


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its texts with what is around them."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.texts.append((data, tuple(self.open)))

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag, css=None):
        return [
            text
            for text, around in self.texts
            if around and around[-1][0] == tag and css in {None, around[-1][1].get("class")}
        ]


@pytest.fixture(scope="module")
def parsed(rendered):
    """Return a function that gives the elements and texts of a page, which no test changes."""
    return functools.cache(lambda name, language: Parsed(rendered(name, language)))


def is_published(attributes):
    """Return whether an element holds a text as published, with marks instead of isolates."""
    kind = attributes.get("class") or ""
    return kind.startswith("published") or kind in {"before", "hit", "after"}


# Which of the hostile names a page has; the labels of the model are those of the seed corpus.
SHOWN = {
    "evaluate": (0, 1, 2, 3),
    "crossval": (0, 1, 2, 3),
    "audit": (0, 1, 2, 3),
    "compare": (0, 3),
    "agreement": (0,),
    "benchmark": (0, 1, 2),
    "naming": (0, 1, 2),
    "estimate": (0, 1, 2, 3),
    "explain": (0, 2, 3),
    "concordance": (0, 1, 2, 3),
    "report": (0, 1, 2, 3),
}
# Pages without a chart: the model of this test has no held-out scores.
WITHOUT_CHARTS = {"info", "explain"}

every_page = pytest.mark.parametrize("name", NAMES)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.mark.slow
@every_page
@every_language
def test_nothing_is_loaded_and_nothing_runs(parsed, name, language):
    page = parsed(name, language)
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    for _, attributes in page.elements:
        assert not attributes.keys() & NEVER
        assert not any(key.startswith("on") for key in attributes)
        assert attributes.get("href", "#").startswith("#")
    (style,) = page.text_of("style")
    assert "url(" not in style
    assert "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [one for one in page.of("meta") if "http-equiv" in one]
    assert [one["content"] for one in policies] == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]


@pytest.mark.slow
@every_page
@every_language
def test_a_page_says_its_language_and_direction(parsed, name, language):
    page = parsed(name, language)
    assert page.of("html") == [{"lang": language, "dir": DIRECTIONS[language]}]
    assert all("dir" in one for one in page.of("bdi"))
    assert all({"lang", "dir"} <= one.keys() for one in page.of("bdi") if "name" in one.values())


@every_page
def test_latin_words_and_numbers_of_an_arabic_page_are_isolated(parsed, name):
    for text, around in parsed(name, "ar").texts:
        tags = {tag for tag, _ in around}
        if not tags & {"title", "style", "bdi"} and not any(
            attributes.get("aria-hidden") or is_published(attributes) for _, attributes in around
        ):
            assert not re.search("[A-Za-z0-9]", text), text


@every_page
def test_a_page_names_its_command(pages, name):
    # Names of figures begin with it, and --figures looks for them before there is a page.
    assert pages[name].command == f"stance {name}"


@every_page
@every_language
def test_names_are_text(rendered, parsed, name, language):
    html, page = rendered(name, language), parsed(name, language)
    shown = page.text_of("bdi", "name")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]", html)
    for place in SHOWN.get(name, ()):
        whole = HOSTILE[place].replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
        assert any(whole in text for text in shown), whole


@every_page
@every_language
def test_the_same_page_gives_the_same_bytes(pages, rendered, name, language):
    assert render(pages[name], language) == rendered(name, language)


@every_page
def test_both_languages_have_the_same_numbers_and_names(parsed, name):
    english, arabic = (parsed(name, language) for language in LANGUAGES)
    for css in ("number", "name"):
        assert sorted(english.text_of("bdi", css)) == sorted(arabic.text_of("bdi", css))
        assert english.text_of("bdi", css)
    assert [tag for tag, _ in english.elements if tag in {"table", "svg", "rect", "td"}] == [
        tag for tag, _ in arabic.elements if tag in {"table", "svg", "rect", "td"}
    ]


@every_page
@every_language
def test_links_and_labels_name_elements_that_exist(parsed, name, language):
    page = parsed(name, language)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [one["aria-labelledby"] for _, one in page.elements if "aria-labelledby" in one]
    links = [one["href"][1:] for one in page.of("a")]
    assert {*named, *links} <= set(ids)
    assert links


@every_page
def test_charts_are_decoration_above_a_table_of_their_numbers(rendered, parsed, name):
    html, page = rendered(name, "en"), parsed(name, "en")
    assert all(one.get("aria-hidden") == "true" for one in page.of("svg"))
    assert page.text_of("svg") == [text for text in page.text_of("svg") if not text.strip()]
    after = re.findall(r"</figure>\s*<(\w+) class=\"(\w+)\"", html)
    assert after == [("div", "scroll")] * len(page.of("figure"))
    assert bool(after) == (name not in WITHOUT_CHARTS)


@every_page
def test_what_scrolls_is_reached_by_keyboard(parsed, name):
    page = parsed(name, "en")
    regions = [one for one in page.of("div") if one.get("class") == "scroll"]
    assert len(regions) == len(page.of("table"))
    assert all(one["tabindex"] == "0" and one["role"] == "region" for one in regions)


@every_language
def test_a_published_text_is_whole_and_marked(parsed, explained, language):
    page = parsed("explain", language)
    texts = [one for one in page.texts if any(is_published(part[1]) for part in one[1])]
    whole = "".join(text for text, _ in texts)
    for found in explained:
        for line in found.article.text.splitlines():
            shown = line.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
            assert shown in whole
    marked = [text for text, around in texts if around[-1][0] == "mark"]
    assert sum(len(word.places) for one in explained for word in one.words) == len(marked)
    paragraphs = [one for one in page.of("p") if "dir" in one]
    assert {(one["lang"], one["dir"]) for one in paragraphs} == {("ar", "rtl"), ("", "auto")}


def test_a_page_has_the_numbers_of_the_json(parsed, explained):
    shown = parsed("explain", "en").text_of("bdi", "number")
    for found in explained:
        numbers = [found.intercept, found.logit_difference, *found.by_block.values()]
        numbers += [one.contribution for one in (*found.contributions, *found.words)]
        numbers += [one.effect for one in found.changes.removals]
        assert {f"{number:+.3f}" for number in numbers if number} <= set(shown)
        assert {phrases.percent(one.probability) for one in found.changes.swaps} <= set(shown)
    assert any(found.changes.swaps for found in explained)
    assert any(term for found in explained for one in found.contributions for term in one.terms)


@pytest.mark.slow
def test_contributions_have_their_number_of_outlets_or_say_that_it_is_not_known(explained):
    counted = Parsed(render(explanation_page(explained)))
    assert "Outlets: how many outlets of the training corpus have the feature." in counted.text_of(
        "p"
    )
    shown = counted.text_of("bdi", "number")
    outlets = {str(one.outlets) for found in explained for one in found.contributions}
    assert len(outlets) > 1
    assert outlets <= set(shown)
    unknown = [
        replace(found, contributions=[one._replace(outlets=None) for one in found.contributions])
        for found in explained
    ]
    without = Parsed(render(explanation_page(unknown)))
    assert "does not know how many training outlets" in " ".join(without.text_of("p"))
    assert len(without.text_of("th")) < len(counted.text_of("th"))


def test_a_mark_touches_nothing_at_its_sides():
    # What takes room at the side of a mark breaks the joining of letters.
    style = (TEMPLATES / "style.css").read_text("utf-8")
    rules = re.findall(r"^(?:mark|\.published mark)[^{]*{([^}]*)}", style, re.MULTILINE)
    assert rules
    assert not re.search("padding|margin|border(?!-radius)|display|isolate", "".join(rules))


def test_the_parts_of_a_report_have_headings_of_two_levels(parsed):
    page = parsed("report", "en")
    assert [text for text in page.text_of("h2") if text != "Contents"] == [
        "Overview",
        "The model",
        "Audit of a corpus",
        "Evaluation of a model",
        "Predicted labels",
        "Why some articles have their labels",
    ]
    linked = [one["href"][1:] for one in page.of("a")]
    assert linked == [one["id"] for one in page.of("section")]
    assert len(page.of("h3")) > 15
