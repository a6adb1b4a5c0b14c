"""Everything that is wrong in a file is told at once, by line and key, in plain words."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.codebook import Codebook
from stance.description.starters import lexicon_starter
from stance.errors import ConfigError, CorpusError
from stance.features.lexicon import Lexicon, LexiconFile
from stance.model.config import TrainingConfig, load_config
from stance.toml_files.positions import Positions
from stance.toml_files.reading import read_model, read_toml
from stance.toml_files.syntax import line_feeds, parse
from tests.conftest import ROOT

FILES = [
    *sorted((ROOT / "seeds").rglob("*.toml")),
    *sorted((ROOT / "benchmarks").glob("*.toml")),
    ROOT / "pyproject.toml",
]

ODD = r'''
a."b.c".'d' = 1
"\u0639" = """two
[lines] = "of text" """
e = [[1, 2], [
  3], "a]#", { f = { g = 1.5, h = [ ] } }] # [no.header]
i = 2024-12-08 07:00:00Z
[j . "k l"]
m = QUOTESxQUOTES
[[n]]
o = {}
[[n]]
[n.p]
q = """a"""""
[[n.r]]
s = true
[[n.r]]
'''.replace("QUOTES", "'" * 3)

# Eighteen errors that people make.
BROKEN = """format = 1
family = “names”
[spellings]
سوريا = ["سورية"]
[categories.army]
description = "adds "Kurdish" words"
naming = True
actor = army
terms = [
  { term = "قسد", note = "x", },
  { term = "جيش" note = "x" },
  { term = "قوات" }
  { term = "فصائل", نوع = "x" },
  { term = "فصائل"، note = "x" },
  { term = "مجلس",
    note = "x" },
  { term = "لواء", from = 2024-13-01 },
  { term = "كتيبة", notes = "x" },
  { term = 7 },
]
[categories.navy]
terms = "قوارب"
"""
FAULTS = [
    (None, "", "the key description is missing"),
    (2, "family", "got the quotation mark “, but expected a straight one"),
    (4, "spellings.سوريا", 'other letters than a-z need quotation marks: "سوريا"'),
    (6, "categories.army.description", 'Quotation marks inside a text are written \\"'),
    (7, "categories.army.naming", "got True, but expected true"),
    (8, "categories.army.actor", "a text needs quotation marks"),
    (10, "categories.army.terms", "got a comma before }"),
    (11, "categories.army.terms", "expected a comma at the end of this entry"),
    (12, "categories.army.terms", "expected a comma at the end of this entry"),
    (13, "categories.army.terms", 'need quotation marks: "نوع"'),
    (13, "categories.army.terms, entry 3, نوع", "unknown key. Expected one of"),
    (14, "categories.army.terms", "got ،, but expected the comma ,"),
    (15, "categories.army.terms", "must be closed, and be on one line"),
    (17, "categories.army.terms", "got a date that is none"),
    (18, "categories.army.terms, entry 5, notes", "Did you mean note?"),
    (19, "categories.army.terms, entry 6, term", "got 7, but expected a text"),
    (21, "categories.navy", "the key description is missing"),
    (22, "categories.navy.terms", 'got "قوارب", but expected a list in brackets'),
]


def test_all_errors_of_a_file_are_told_at_once(tmp_path):
    path = tmp_path / "names.toml"
    path.write_text(BROKEN, "utf-8")
    faults = read_model(path, LexiconFile).faults
    assert [(one.line, one.key) for one in faults] == [place[:2] for place in FAULTS]
    for one, (_, _, told) in zip(faults, FAULTS, strict=True):
        assert told in one.message
    with pytest.raises(
        CorpusError, match=r"names\.toml with 18 errors:\n  the key description is missing"
    ):
        Lexicon.read(path)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('a = "x\nb = 1', 1, "does not end in its line"),
        ("a = 'x\nb = 1\nc = 2", 1, "does not end in its line"),
        ("a = [\n  'x,\n]\nb = 'y'\n", 2, "does not end in its line"),
        ("a = [\n  1,\n[b]\nc = 1", 1, "the list is not closed"),
        ('a = [\n  "x",\nb = 1', 1, "the list is not closed"),
        ("a = { b = 1\nc = 2", 1, "must be closed"),
        ('a = """x\n\nb = 1', 1, "three quotation marks"),
        ("[a]\n[b]\n[a]\n", 3, "the section [a] is there a second time"),
        ("[a\nb = 1", 1, "brackets on both sides"),
        ("[a]\nb = 1\nc.d]\nb = 2\n", 3, "brackets on both sides"),
        ("[a]\nb = 1\n=c.d] # e\nb = 2\n[e]\n", 3, "brackets on both sides"),
        ("a = 1\n]\nb = 1", 2, "got ], but expected a key"),
        ("a = 1\n}\nb = 1", 2, "got }, but expected a key"),
        ("[a b]\n", 1, "got b in the name of a section"),
        ("two words = 1", 1, "a key of several words"),
        ("كلمتان اثنتان = 1", 1, "need quotation marks"),
        ("a = 1, 2", 1, "must be in brackets"),
        ('a = "C:\\x"', 1, "expected it twice"),
        ('{"a": 1}', 1, "expected a key with its value"),
        ("a = 2024-02-31", 1, "a date such as"),
        ("a\n", 1, "expected a value after the key: a ="),
        ("a = { b = 1, b = 2 }", 1, "the key b has a value already"),
    ],
)
def test_a_syntax_error_is_told_in_plain_words(text, line, told):
    (fault,) = parse(text).faults
    assert told in fault.message
    assert text.count("\n", 0, fault.offset) + 1 == line


def test_a_file_with_a_mark_and_windows_line_ends_is_read(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfseed = 3\r\n[text]\r\ntitle = false\r\n")
    assert load_config(tmp_path / "a.toml").seed == 3


def test_what_is_no_text_has_no_other_errors(tmp_path):
    (tmp_path / "a.toml").write_bytes('format = 1\nfamily = "أسماء"\n'.encode("cp1256"))
    (fault,) = read_model(tmp_path / "a.toml", LexiconFile).faults
    assert (fault.line, fault.message) == (2, "the file is not in UTF-8. Save it as UTF-8")


def test_missing_keys_are_told_together(tmp_path):
    (tmp_path / "a.toml").write_text("[categories.a]\nterms = []\n", "utf-8")
    told = [one.text for one in read_model(tmp_path / "a.toml", LexiconFile).faults]
    assert told == [
        "the keys format, family and description are missing",
        "line 1, categories.a: the key description is missing",
    ]


def test_a_lexicon_as_a_codebook_and_the_other_way_round_is_told():
    with pytest.raises(CorpusError, match=r"line 7, spellings: the file is a lexicon\."):
        Codebook.read(ROOT / "seeds" / "lexicons" / "spellings.toml")
    with pytest.raises(CorpusError, match=r"labels: the file is a codebook\. Check it with"):
        Lexicon.read(ROOT / "seeds" / "codebook.toml")


def test_a_line_of_something_else_is_no_key():
    (fault, *_) = parse('{"id": "1", "text": "' + "خبر " * 30 + '"}\n{"id": "2"}\n').faults
    assert (fault.key, fault.message[:6]) == ("", "got {,")


def test_settings_of_a_file_are_told_by_line_and_those_of_set_are_not(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('seed = -1\n[classifier.logistic]\nC = "x"\n[features.wrod]\nn = 1\n', "utf-8")
    with pytest.raises(ConfigError) as error:
        load_config(path, ["calibration.folds=1"])
    assert str(error.value).splitlines() == [
        f"Got config {path} with 3 errors:",
        "  line 1, seed: got -1, but expected greater than or equal to 0.",
        "  line 3, classifier.logistic.C: got \"x\", but expected a number or 'auto'.",
        "  line 4, features.wrod: got the unknown setting 'features.wrod'. Did you mean "
        "'features.word'?",
    ]
    with pytest.raises(ConfigError, match=r"^Got seed=-2"):
        load_config(None, ["seed=-2"])
    path.write_text("seed = -1\n", "utf-8")
    assert load_config(path, ["seed=2"]).seed == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("format = 1\n[labels.a]\n", r"which is a codebook\. Give it with --codebook"),
        ("[categories.a]\n", r"which is a lexicon\. Give it with --set features\.lexicon\.path="),
    ],
)
def test_another_file_as_settings_is_told_with_its_option(tmp_path, text, told):
    (tmp_path / "a.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=told):
        load_config(tmp_path / "a.toml")


def paths(value, path=()):
    """Yield the path of every key and every entry."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths(inner, (*path, key))


@pytest.mark.parametrize("text", [ODD, *(path.read_text("utf-8") for path in FILES)], ids=len)
def test_every_key_and_entry_has_its_line(text):
    found = Positions(text)
    assert set(found.offsets) == set(paths(tomllib.loads(text)))
    for path, offset in found.offsets.items():
        if isinstance(path[-1], str):
            assert text[offset:].lstrip("\"'").startswith(path[-1]) or path[-1] == "ع"


def test_a_file_without_errors_is_what_it_says(tmp_path):
    for path in FILES:
        assert read_toml(path).data == tomllib.loads(path.read_text("utf-8"))
    assert TrainingConfig() == load_config(None)


PARTS = ["a", " = ", "1", '"', "'", "[", "]", "{", "}", ",", "\n", "#", ".", "قسد", '"""', "\\"]


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_any_text_ends_in_what_can_be_parsed(text):
    found = parse(line_feeds(text))
    assert len(found.text) in {0, len(text)}
    assert bool(found.faults) == (not is_toml(text))
    for offset, _, message in found.faults:
        assert 0 <= offset <= len(text)
        assert message


def is_toml(text):
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


STARTER = lexicon_starter()


@given(
    st.integers(0, len(STARTER) - 1),
    st.integers(0, 3),
    st.sampled_from(["", *PARTS, "}\n", "{ term", "جيش", "،", "«", "True"]),
)
def test_a_typing_error_is_told_near_its_line(tmp_path_factory, place, n_left_out, typed):
    text = STARTER[:place] + typed + STARTER[place + n_left_out :]
    path = tmp_path_factory.mktemp("typed") / "a.toml"
    path.write_text(text, "utf-8")
    found = read_model(path, LexiconFile)
    assert (found.value is None) == bool(found.faults)
    if not is_toml(text):
        # What is not closed is told where it begins: a list may be as long as that.
        nearest = min(abs((one.line or 0) - text.count("\n", 0, place) - 1) for one in found.faults)
        assert nearest <= 8
