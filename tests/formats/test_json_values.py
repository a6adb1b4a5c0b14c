"""The values of JSON documents, cut out of a stream: what ``json.loads`` makes of the whole."""

import io
import json

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.corpus.article import RejectedRow, Row
from stance.errors import DamagedFileError
from stance.formats import json_values
from stance.formats.cursor import Cursor
from stance.formats.input_file import InputFile, identify
from stance.formats.json_values import JsonValues
from stance.formats.recognition import recognise
from stance.formats.rows import read_rows
from stance.formats.source import Source
from tests.formats.tables import BOM, GOOD, read

relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "\\", '\\"', "[{", "}]", ",", "\\\\", "\n", "نص", "🍇"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=3)
BLANKS = st.text(" \n\t\r", max_size=3)


class Dripping(io.RawIOBase):
    """Gives out a few bytes at a time."""

    def __init__(self, data, size):
        self._stream = io.BytesIO(data)
        self._size = size

    def read1(self, size=-1):
        return self._stream.read(self._size)


def cut(data, size=7, **options):
    return list(JsonValues(Dripping(data, size), "a.json", **options))


def loaded(data, size=7, **options):
    return [json.loads(value.data) for value in cut(data, size, **options)]


@pytest.mark.slow
@relaxed
@given(
    values=st.lists(VALUES, max_size=5),
    size=st.integers(1, 7),
    indent=st.none() | st.integers(0, 2),
    ascii_only=st.booleans(),
    bom=st.booleans(),
)
def test_the_elements_of_an_array_are_those_of_json(values, size, indent, ascii_only, bom):
    data = BOM * bom + json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    found = cut(data, size)
    assert [json.loads(value.data) for value in found] == values
    for value in found:
        assert data[value.offset : value.offset + value.size] == value.data


@pytest.mark.slow
@relaxed
@given(
    values=st.lists(OBJECTS, max_size=5),
    between=st.sampled_from(["", "\n", ",", " ,\n"]),
    size=st.integers(1, 7),
    indent=st.none() | st.integers(0, 2),
)
def test_objects_one_behind_the_other_are_each_read(values, between, size, indent):
    data = between.join(json.dumps(value, indent=indent) for value in values).encode()
    assert loaded(data, size) == values


@pytest.mark.slow
@relaxed
@given(groups=st.lists(st.lists(OBJECTS, max_size=3), max_size=3), blanks=BLANKS)
def test_arrays_one_behind_the_other_are_read_as_one(groups, blanks):
    data = blanks.join(f"{blanks}{json.dumps(group)}" for group in groups).encode()
    assert loaded(data) == [value for group in groups for value in group]


@pytest.mark.slow
@relaxed
@given(
    before=st.dictionaries(TEXTS, SCALARS | st.lists(SCALARS, max_size=2), max_size=2),
    values=st.lists(OBJECTS, min_size=1, max_size=4),
    after=st.dictionaries(TEXTS, VALUES, max_size=2),
    size=st.integers(1, 7),
    indent=st.none() | st.just(1),
)
def test_the_list_within_an_object_is_read_alone(before, values, after, size, indent):
    inner = [json.dumps(part, indent=indent)[1:-1] for part in (before, after)]
    parts = [inner[0], f'"قائمة": {json.dumps(values, indent=indent)}', inner[1]]
    data = ("{" + ", ".join(part for part in parts if part.strip()) + "}\n").encode()
    json.loads(data)
    assert loaded(data, size, is_wrapped=True) == values


@relaxed
@given(
    pieces=st.lists(
        st.sampled_from(['{"a": 1}', "x", "]", "}", "[", ",", '"s"', "null", "{bad}", " ", "[1]"]),
        max_size=10,
    ),
    size=st.integers(1, 7),
)
def test_reading_goes_on_from_behind_any_value_whatever_stands_between(pieces, size):
    data = "".join(pieces).encode()
    values = JsonValues(Dripping(data, size), "a.json")
    seen = []
    try:
        for value in values:
            assert data[value.offset : value.offset + value.size] == value.data
            seen.append((value, values.within_array))
        is_damaged = False
    except DamagedFileError:
        is_damaged = True
    for n, (value, within) in enumerate(seen):
        end = value.offset + value.size
        rest = JsonValues(Dripping(data[end:], size), "a.json", end, within_array=within)
        found = []
        try:
            found.extend(rest)
            assert not is_damaged
        except DamagedFileError:
            assert is_damaged
        assert found == [value for value, _ in seen[n + 1 :]] or is_damaged


def rows(path, **options):
    return list(read_rows(InputFile(str(path), "json", **options)))


def said(found):
    return [row.values if isinstance(row, Row) else row.reason for row in found]


def test_what_is_no_object_is_set_aside_by_itself(put):
    data = '[{"a": 1}, "نص, ونص", null, 3.5, [{"a": 2}], {"a": 3}, {bad}, {"a": 4}]'
    assert said(rows(put("a.json", data))) == [
        {"a": 1},
        "a JSON str, not an object",
        "a JSON NoneType, not an object",
        "a JSON float, not an object",
        "a JSON list, not an object with the names of its fields",
        {"a": 3},
        *said(rows(put("b.json", "[{bad}]"))),
        {"a": 4},
    ]


def test_a_brace_too_many_does_not_end_an_array(put):
    found = said(rows(put("a.json", '[{"a": 1}}, [{"a": 2}], {"a": 3}]')))
    assert (found[0], found[-2:]) == (
        {"a": 1},
        ["a JSON list, not an object with the names of its fields", {"a": 3}],
    )
    assert len(found) == 4


@pytest.mark.parametrize("junk", ["junk", "} ", '"open', "]]", "<html>", "\0"])
def test_junk_between_values_is_set_aside(put, junk):
    if junk == '"open':
        junk += '"'
    found = rows(put("a.json", f'{{"a": 1}} {junk} {{"a": 2}}'))
    assert [row.values for row in found if isinstance(row, Row)] == [{"a": 1}, {"a": 2}]
    (rejected,) = [row for row in found if isinstance(row, RejectedRow)]
    assert rejected.raw == junk.strip().encode()


@pytest.mark.parametrize("end", [1, 20, 45])
@pytest.mark.parametrize("begin", ["[", ""])
def test_rows_before_the_end_of_a_cut_document_are_read_and_the_damage_is_told(put, begin, end):
    whole = begin + ", ".join(f'{{"id": {n}, "text": "{GOOD}]"}}' for n in range(3))
    data = whole.encode()
    path = put("a.json", data[: len(data) - end])
    found = []
    with pytest.raises(DamagedFileError, match=r"a\.json.*ends within a JSON value.*byte"):
        found.extend(read_rows(InputFile(str(path), "json")))
    assert [row.values["id"] for row in found] == [0, 1]


def test_a_value_that_is_too_long_is_set_aside_and_the_next_is_read(put, monkeypatch):
    monkeypatch.setattr(json_values, "LONGEST_ROW", 200)
    monkeypatch.setattr(json_values, "BLOCK", 64)
    monkeypatch.setattr(json_values, "SHOWN", 10)
    long = '{"text": "' + 'x\\"[' * 300 + '"}'
    data = f'[{{"a": 1}}, {long}, {{"a": 2}}, "{"y" * 900}", {{"a": 3}}]'
    path = put("a.json", data)
    cursor = Cursor()
    found = list(read_rows(InputFile(str(path), "json"), cursor))
    assert [row.values for row in found if isinstance(row, Row)] == [{"a": n} for n in (1, 2, 3)]
    first, second = [row for row in found if isinstance(row, RejectedRow)]
    assert f"{len(long):,} bytes" in first.reason
    assert (first.offset, first.raw) == (data.index('{"text'), b'{"text": "')
    assert second.offset == data.index('"yyy')


@pytest.mark.parametrize("blank", [" ", "\n", ",\n"])
def test_blanks_without_end_between_values_are_no_value(monkeypatch, blank):
    monkeypatch.setattr(json_values, "LONGEST_ROW", 100)
    data = f'[{{"a": 1}},{blank * 1000}{{"a": 2}}]'.encode()
    assert loaded(data, 64) == [{"a": 1}, {"a": 2}]
    (junk,) = [
        v for v in cut(data.replace(b"2}", b"2}" + b" " * 900 + b"junk"), 64) if b"junk" in v.data
    ]
    assert junk.data.strip() == b"junk"


def test_a_value_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(json_values, "LONGEST_ROW", 100)
    monkeypatch.setattr(json_values, "LONGEST_SKIP", 1000)
    with pytest.raises(DamagedFileError, match="does not end within 1,000 bytes"):
        cut(b'[{"a": "' + b"x" * 5000, 64)


def test_nan_and_infinity_are_nothing_and_half_an_emoji_is_no_text(put):
    path = put("a.json", '[{"a": NaN, "b": -Infinity}, {"a": NaN, "text": "\\ud83c"}]')
    first, second = rows(path)
    assert (first.values, first.suspect) == ({"a": None, "b": None}, True)
    assert second.suspect
    assert chr(0xD83C) in second.values["text"]


def test_half_an_emoji_that_came_with_nan_is_set_aside_in_words_that_can_be_written(put):
    path = put("a.json", '{"id": {"0": NaN, "1": 2}, "text": {"0": "\\ud83c", "1": "نص"}}')
    rejected, article = read(path)
    assert article.text == "نص"
    assert orjson.dumps(rejected.to_row())


# A table by columns


def columns(n):
    return {"id": {str(i): f"ق-{i}" for i in range(n)}, "text": {str(i): GOOD for i in range(n)}}


@pytest.mark.parametrize("n", [2, 9000])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_table_by_columns_of_any_size_is_read_by_rows(put, n, indent):
    path = put("a.json", json.dumps(columns(n), ensure_ascii=False, indent=indent))
    file = recognise(identify(str(path)), Source())
    found = list(read_rows(file))
    assert [row.values["id"] for row in found] == [f"ق-{i}" for i in range(n)]
    assert [row.number for row in found] == list(range(1, n + 1))


def test_a_table_by_columns_that_cannot_be_read_is_a_damaged_file(put):
    path = put("a.json", '{"id": {"0": 1}, "text": {"0": ')
    with pytest.raises(DamagedFileError, match="cut short"):
        list(read_rows(InputFile(str(path), "json", layout="columns of pandas")))


def test_a_table_by_columns_that_fills_memory_is_refused_with_what_to_do(put, monkeypatch):
    from stance.formats import rows as module

    monkeypatch.setattr(module, "LONGEST_DOCUMENT", 100)
    path = put("a.json", json.dumps(columns(50)))
    with pytest.raises(DamagedFileError, match=r"over 100 bytes.*lines=True"):
        list(read_rows(InputFile(str(path), "json", layout="columns of pandas")))
