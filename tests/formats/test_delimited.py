import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.corpus.article import RejectedRow, Row
from stance.formats import delimited
from stance.formats.input_file import InputFile, identify
from stance.formats.rows import read_rows

anything = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def rows(path):
    return list(read_rows(identify(str(path))))


@anything
@given(table=st.lists(st.tuples(CELLS, CELLS), max_size=10), end=st.sampled_from(["\n", "\r\n"]))
def test_what_csv_wrote_is_read_with_its_places(put, table, end):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *table])
    data = text.getvalue().encode()
    found = rows(put("t.csv", data))
    assert [(row.values["a"], row.values["b"]) for row in found] == table
    assert all(data[row.offset :].startswith(row.raw) for row in found)
    assert b"".join(row.raw for row in found) == data[data.index(end.encode()) + len(end) :]


def as_spark(value):
    """Write a value as Spark does: backslashes are escaped within quotation marks alone."""
    if not any(sign in value for sign in '",\n\r') and value:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@anything
@given(
    table=st.lists(
        st.tuples(*[st.text('ab\\"\n,\r نص', max_size=8) | CELLS] * 2), min_size=1, max_size=8
    )
)
def test_what_spark_wrote_is_read_with_its_places(put, table):
    lines = "".join(",".join(map(as_spark, row)) + "\n" for row in table)
    path = put("t.csv", ("a,b\n" + lines).encode())
    found = list(read_rows(InputFile(str(path), "csv", escape="\\")))
    assert [(row.values["a"], row.values["b"]) for row in found] == table
    assert "".join(row.raw.decode() for row in found) == lines


@anything
@given(
    table=st.lists(st.sampled_from(["1,x\n", '2,"y\nz"\n', '"3\n', '4,"a"b\n', "5\n"]), max_size=12)
)
def test_every_byte_stands_in_one_row(put, table):
    data = ("a,b\n" + "".join(table)).encode()
    found = rows(put("t.csv", data))
    assert b"".join(row.raw for row in found) == data[4:]
    assert [row.offset for row in found] == sorted(row.offset for row in found)
    number = [row.number if isinstance(row, Row) else row.row for row in found]
    assert number == list(range(2, len(found) + 2))


def test_good_rows_around_an_open_quote_are_read(put):
    data = 'a,b\n1,x\n2,"open\n3,"y\ny"\n4,z\n'
    found = rows(put("t.csv", data))
    good = [row.values for row in found if isinstance(row, Row)]
    assert {"a": "1", "b": "x"} in good
    assert {"a": "4", "b": "z"} in good
    assert any(isinstance(row, RejectedRow) and row.raw == b'2,"open\n' for row in found)


@pytest.mark.parametrize("limit", [50, 200])
def test_an_open_quote_is_given_up_at_the_longest_row(put, monkeypatch, limit):
    monkeypatch.setattr(delimited, "LONGEST_ROW", limit)
    found = rows(put("t.csv", 'a,b\n0,"open\n' + "1,x\n" * 100))
    (rejected,) = [row for row in found if isinstance(row, RejectedRow)]
    assert f"within {limit} bytes" in rejected.reason
    assert len(found) == 101
