import json
import os

import fsspec
import pytest

from stance.corpus.article import Row
from stance.errors import CorpusError
from stance.formats.cursor import Cursor
from stance.formats.inputs import plan_inputs
from stance.formats.reading import read_articles
from stance.formats.source import Source
from tests.formats.tables import ARTICLES, GOOD, as_jsonl, as_table


def names(*given):
    return [planned.name for planned in plan_inputs(Source(tuple(map(str, given))))]


def test_names_stand_for_what_they_are(put, tmp_path, stdin):
    stdin(b"{}\n")
    put("t/a.txt", GOOD)
    put("b/2.csv", "text\n")
    put("b/1.jsonl", "{}\n")
    found = plan_inputs(
        Source((f"{tmp_path}/t", f"{tmp_path}/b", "-", f"file://{tmp_path}/b/2.csv"))
    )
    assert [(p.kind, p.name.removeprefix(str(tmp_path))) for p in found] == [
        ("texts", "/t"),
        ("file", "/b/1.jsonl"),
        ("file", "/b/2.csv"),
        ("file", "-"),
        ("file", "/b/2.csv"),
    ]
    assert [p.prefix for p in found[1:]] == ["1.jsonl", "2.csv", "-", f"{tmp_path}/b/2.csv"]


def test_a_folder_at_an_address_is_its_files(put):
    fsspec.filesystem("memory").store.clear()
    for n, name in enumerate(["memory://c/b.jsonl", "memory://c/a.jsonl"]):
        with fsspec.open(name, "wb") as file:
            file.write(as_jsonl(ARTICLES[n : n + 1]))
    assert [a.id for a in read_articles(["memory://c/"])] == ["ق-2", "ق-1"]
    with fsspec.open("memory://d/x.txt", "wb") as file:
        file.write(GOOD.encode())
    assert [(a.id, a.text) for a in read_articles(["memory://d"])] == [("x.txt", GOOD)]


@pytest.mark.parametrize("name", ["memory://no/such.jsonl", "memory://no/*.jsonl"])
def test_an_address_where_nothing_is_is_refused(name):
    with pytest.raises(CorpusError, match="no"):
        plan_inputs(Source((name,)))


def test_hidden_files_of_a_folder_are_passed_over(put, tmp_path):
    for name in ("d/a.jsonl", "d/.b.jsonl", "d/.stance-run-1/c.jsonl", "d/_d.jsonl"):
        put(name, "{}\n")
    assert names(tmp_path / "d") == [f"{tmp_path}/d/a.jsonl"]


def test_a_change_of_a_file_or_of_a_text_in_a_folder_is_a_change_of_state(put, tmp_path):
    path = put("a.jsonl", "{}\n")
    put("t/a.txt", GOOD)
    (file, folder) = plan_inputs(Source((str(path), f"{tmp_path}/t")))
    before = file.state(), folder.state()
    assert before[0].size == 3
    os.utime(path, (1, 1))
    put("t/a.txt", GOOD[::-1])
    assert file.state() != before[0]
    assert folder.state() != before[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv.gz", "a.jsonl.zst", "t"])
def test_reading_from_any_row_gives_the_rest(put, tmp_path, name):
    many = [ARTICLES[n % 3] for n in range(40)]
    if name == "t":
        for n, article in enumerate(many):
            put(f"t/{n:02d}.txt", article.text)
        put("t/labels.csv", "id,outlet\n05,صوت\n99,لا\n98,لا\n")
    else:
        delimiter = "\t" if "tsv" in name else ","
        put(name, as_jsonl(many) if "jsonl" in name else as_table(many, delimiter))
    (planned,) = plan_inputs(Source((f"{tmp_path}/{name}",)))
    cursor = Cursor()
    seen = [(row, cursor.place()) for row in planned.rows(Source(), cursor)]
    whole = cursor.mark.sha256
    for n, (_, place) in enumerate(seen):
        again = Cursor(place)
        assert list(planned.rows(Source(), again)) == [row for row, _ in seen[n + 1 :]]
        assert again.mark.sha256 == whole


def stored(name):
    """Forty articles as a file may hold them, one of them or more unusable."""
    many = [ARTICLES[n % 3] for n in range(40)]
    table, lines = as_table(many, ",").decode(), as_jsonl(many).decode()
    rows = [json.loads(line) for line in lines.splitlines()]
    columns = {key: {str(n): row[key] for n, row in enumerate(rows)} for key in rows[0]}
    plain = lines.replace("🍇", "").replace("ﷺ", "").replace("ﻻ", "").replace("کە", "")
    plain = plain.replace("\u202b", "").replace("\u202c", "")
    return {
        "pages.jsonl": (plain + "{broken\n" + plain).encode("cp1256"),
        "pages.jsonl.gz": (plain + "{broken\n" + plain).encode("cp1256"),
        "mac.csv": f"id,text\n{'1,خبر من المدينة,زائد'}\n{'2,خبر من المدينة الكبيرة'}\n".encode(
            "mac_arabic"
        ),
        "wide.csv": ("\ufeff" + table + "1,2,3,4,5\n" + table[table.index("\n") + 1 :]).encode(
            "utf-16"
        ),
        "wide-be.tsv": as_table(many, "\t").decode().encode("utf-16-be"),
        "semicolons.csv": as_table(many, ";") + b"1;2;3;4;5\n" + as_table(many, ";"),
        "named.csv": b"sep=;\r\n" + as_table(many, ";") + b"1;2;3;4;5\n",
        "spark.csv": table.replace('""', '\\"').encode() + b'5,"open\n1,"\\"a\\"",b,c\n',
        "array.json": json.dumps([*rows, "text", [1], None, *rows], indent=1).encode(),
        "array-pages.json": f"[{plain.replace(chr(10), ',')} 5, {{bad}}]".encode("cp1256"),
        "objects.json": "\n".join(json.dumps(row, indent=2) for row in rows).encode() + b" junk {}",
        "arrays.json": json.dumps(rows).encode() * 2,
        "columns.json": json.dumps(columns).encode(),
        "wrapped.json": json.dumps(
            {"n": 1, "articles": [*rows, *rows], "m": {"k": [{}]}}, indent=1
        ).encode(),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        *("pages.jsonl", "pages.jsonl.gz", "mac.csv", "wide.csv", "wide-be.tsv"),
        *("semicolons.csv", "named.csv", "spark.csv", "array.json", "array-pages.json"),
        *("objects.json", "arrays.json", "columns.json", "wrapped.json"),
    ],
)
def test_reading_from_any_row_gives_the_rest_however_it_is_stored(put, tmp_path, name):
    path = put(name, stored(name))
    (planned,) = plan_inputs(Source((str(path),)))
    cursor = Cursor()
    seen = [(row, cursor.place()) for row in planned.rows(Source(), cursor)]
    assert len(seen) > 1
    assert any(isinstance(row, Row) for row, _ in seen)
    assert planned.peculiarities
    for n, (_, place) in enumerate(seen):
        again = Cursor(place)
        assert list(planned.rows(Source(), again)) == [row for row, _ in seen[n + 1 :]]
        assert again.mark.sha256 == cursor.mark.sha256


def test_reading_from_behind_a_broken_row_gives_the_rest(put, tmp_path):
    # As far as the mark that is never closed reaches, a row with too few values is broken too.
    rows = ['a,"لم تغلق,x', f"b,{GOOD},x", f"short,{GOOD}", f"c,{GOOD},x"]
    put("a.csv", "id,text,label\n" + "\n".join(rows) + "\n")
    (planned,) = plan_inputs(Source((f"{tmp_path}/a.csv",)))
    cursor = Cursor()
    seen = [(row, cursor.place()) for row in planned.rows(Source(), cursor)]
    assert [type(row).__name__ for row, _ in seen] == [
        *("RejectedRow", "Row", "RejectedRow", "Row")
    ]
    for n, (_, place) in enumerate(seen):
        again = list(planned.rows(Source(), Cursor(place)))
        assert again == [row for row, _ in seen[n + 1 :]]
