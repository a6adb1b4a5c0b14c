import os

import fsspec
import pytest

from stance.corpus.cursor import Cursor
from stance.corpus.inputs import plan_inputs
from stance.corpus.reading import read_articles
from stance.corpus.source import Source
from stance.errors import CorpusError
from tests.corpus.tables import ARTICLES, GOOD, as_jsonl, as_table


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
