import csv
import io
import json
import os
import resource
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.corpus.keys import tidy, whole
from stance.errors import ConfigError, OutputError
from stance.formats.reading import read_articles
from stance.formats.writing import ResultWriter, output_format
from stance.replacing import refuse_existing, replacing_file, replacing_folder
from stance.tabular import flatten
from tests.samples import SAMPLES

COLUMNS = list(asdict(Article("", "")))
ROW = {
    "id": "ق-1",
    "label": "محايد",
    "probability": 0.75,
    "probabilities": {"محايد": 0.75, "منحاز": 0.25},
}
RESULT_COLUMNS = ["id", "label", "probability", "probabilities.محايد", "probabilities.منحاز"]
BOM = b"\xef\xbb\xbf"
FAILURES = [
    (RuntimeError, RuntimeError),
    (KeyboardInterrupt, KeyboardInterrupt),
    (OSError(28, "No space left on device"), OutputError),
]


def write(file_format, rows, columns=COLUMNS, **options):
    file = io.BytesIO()
    with ResultWriter(file, file_format, columns, **options) as writer:
        writer.write(rows)
    return file.getvalue()


def entries(folder):
    return sorted(path.name for path in folder.iterdir())


# A file in place of another


def test_a_file_stands_under_its_name_only_when_it_is_complete(tmp_path):
    target = tmp_path / "نتائج.jsonl"
    with replacing_file(target) as file:
        file.write("نصف".encode())
        file.flush()
        assert not target.exists()
    assert target.read_text("utf-8") == "نصف"
    assert entries(tmp_path) == ["نتائج.jsonl"]


def test_an_old_file_is_replaced_by_force(tmp_path):
    target = tmp_path / "a"
    target.write_text("old")
    with replacing_file(str(target), force=True) as file:
        file.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert entries(tmp_path) == ["a"]


def write_and_fail(target, failure, **options):
    with replacing_file(target, **options) as file:
        file.write(b"half")
        raise failure


@pytest.mark.parametrize(("failure", "told"), FAILURES)
def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path, failure, told):
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(told):
        write_and_fail(target, failure, force=True)
    assert target.read_text() == "old"
    assert entries(tmp_path) == ["a"]


@pytest.mark.parametrize(("failure", "told"), FAILURES)
def test_a_failure_leaves_no_new_file(tmp_path, failure, told):
    with pytest.raises(told):
        write_and_fail(tmp_path / "a", failure)
    assert entries(tmp_path) == []


@pytest.mark.parametrize("replacing", [replacing_file, replacing_folder])
@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_what_exists_is_not_replaced_without_force(tmp_path, replacing, kind):
    target = tmp_path / "a"
    make = {
        "file": lambda: target.write_text("old"),
        "folder": target.mkdir,
        "dangling link": lambda: target.symlink_to(tmp_path / "nowhere"),
    }
    make[kind]()
    with pytest.raises(OutputError, match=r"already exists.*--force"), replacing(target):
        pytest.fail("the body must not run")
    assert entries(tmp_path) == ["a"]
    with pytest.raises(OutputError):
        refuse_existing(target, force=False)
    refuse_existing(target, force=True)


def test_a_file_that_came_in_the_meantime_is_not_replaced_without_force(tmp_path):
    target = tmp_path / "a"
    with pytest.raises(OutputError, match="already exists"), replacing_file(target):
        target.write_text("theirs")
    assert target.read_text() == "theirs"
    assert entries(tmp_path) == ["a"]


def test_a_file_never_replaces_a_folder(tmp_path):
    with (
        pytest.raises(OutputError, match="is a folder"),
        replacing_file(tmp_path, force=True),
    ):
        pytest.fail("the body must not run")


def test_a_file_never_replaces_a_pipe_or_device(tmp_path):
    target = tmp_path / "pipe"
    os.mkfifo(target)
    with pytest.raises(OutputError), replacing_file(target, force=True):
        pytest.fail("the body must not run")
    assert target.is_fifo()


def test_a_file_in_a_folder_that_cannot_be_written_is_refused(tmp_path):
    below_a_file = tmp_path / "a"
    below_a_file.write_text("")
    for target in (below_a_file / "b", tmp_path / "nowhere" / "b"):
        with pytest.raises(OutputError, match="does not exist"), replacing_file(target):
            pytest.fail("the body must not run")


def test_a_folder_below_a_file_is_refused(tmp_path):
    below_a_file = tmp_path / "a"
    below_a_file.write_text("")
    with (
        pytest.raises(OutputError, match="cannot be written"),
        replacing_folder(below_a_file / "b"),
    ):
        pytest.fail("the body must not run")


@pytest.fixture
def full_disk():
    """Let no file grow beyond 64 kB."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_disk_without_room_is_told_of_and_leaves_the_old_file(tmp_path, full_disk):
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(OutputError, match="not full"), replacing_file(target, force=True) as file:
        file.write(b"x" * 200_000)
    assert target.read_text() == "old"
    assert entries(tmp_path) == ["a"]


@pytest.mark.parametrize("replacing", [replacing_file, replacing_folder])
def test_an_error_about_another_file_is_not_blamed_on_the_output(tmp_path, replacing):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a"):
        (tmp_path / "corpus.csv").read_bytes()


def test_an_error_without_a_system_message_is_still_told(tmp_path):
    with pytest.raises(OutputError, match="zstd gave up"), replacing_file(tmp_path / "a"):
        raise OSError("zstd gave up")


def test_a_name_as_long_as_the_file_system_allows_is_written(tmp_path):
    name = "تقرير" * 25 + ".csv"
    with replacing_file(tmp_path / name) as file:
        file.write(b"x")
    assert entries(tmp_path) == [name]


@pytest.mark.parametrize(
    ("mask", "file_mode", "folder_mode"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700)]
)
def test_what_is_written_has_the_rights_that_the_user_grants(
    tmp_path, mask, file_mode, folder_mode
):
    before = os.umask(mask)
    try:
        with replacing_file(tmp_path / "file"), replacing_folder(tmp_path / "folder"):
            pass
    finally:
        assert os.umask(before) == mask
    assert (tmp_path / "file").stat().st_mode & 0o777 == file_mode
    assert (tmp_path / "folder").stat().st_mode & 0o777 == folder_mode


# A folder in place of another


def fill(folder, content):
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "file").write_text(content)


def content_of(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()
    }


def test_a_folder_stands_under_its_name_only_when_it_is_complete(tmp_path):
    target = tmp_path / "new" / "نموذج"
    with replacing_folder(target) as folder:
        assert entries(folder) == []
        fill(folder, "new")
        assert not target.exists()
    assert content_of(target) == {"sub/file": "new"}
    assert entries(target.parent) == ["نموذج"]


def test_an_old_folder_is_replaced_whole_by_force(tmp_path):
    target = tmp_path / "a"
    fill(target, "old")
    (target / "only in the old one").write_text("old")
    with replacing_folder(str(target), force=True) as folder:
        fill(folder, "new")
        assert content_of(target)["sub/file"] == "old"
    assert content_of(target) == {"sub/file": "new"}
    assert entries(tmp_path) == ["a"]


def fill_and_fail(target, failure, **options):
    with replacing_folder(target, **options) as folder:
        fill(folder, "half")
        raise failure


@pytest.mark.parametrize(("failure", "told"), FAILURES)
def test_a_failure_leaves_the_old_folder_and_no_litter(tmp_path, failure, told):
    target = tmp_path / "a"
    fill(target, "old")
    with pytest.raises(told):
        fill_and_fail(target, failure, force=True)
    assert content_of(target) == {"sub/file": "old"}
    assert entries(tmp_path) == ["a"]


@pytest.mark.parametrize(("failure", "told"), FAILURES)
def test_a_failure_leaves_no_new_folder(tmp_path, failure, told):
    with pytest.raises(told):
        fill_and_fail(tmp_path / "a", failure)
    assert entries(tmp_path) == []


@pytest.mark.parametrize(("failure", "told"), FAILURES)
def test_a_failure_at_the_moment_of_change_leaves_the_old_folder(
    tmp_path, monkeypatch, failure, told
):
    target = tmp_path / "a"
    fill(target, "old")
    rename = Path.rename

    def failing(path, to):
        if Path(to) == target and (path / "sub" / "file").read_text() == "new":
            raise failure
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(told), replacing_folder(target, force=True) as folder:
        fill(folder, "new")
    assert content_of(target) == {"sub/file": "old"}
    assert entries(tmp_path) == ["a"]


def test_a_folder_that_cannot_be_moved_away_leaves_no_litter(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    with pytest.raises(OutputError), replacing_folder(".", force=True) as folder:
        fill(folder, "new")
    assert entries(tmp_path) == ["work"]
    assert entries(tmp_path / "work") == []


def test_a_link_is_replaced_and_not_what_it_points_to(tmp_path):
    fill(tmp_path / "real", "old")
    (tmp_path / "a").symlink_to(tmp_path / "real")
    with replacing_folder(tmp_path / "a", force=True) as folder:
        fill(folder, "new")
    assert content_of(tmp_path / "a") == {"sub/file": "new"}
    assert content_of(tmp_path / "real") == {"sub/file": "old"}


# Formats


@pytest.mark.parametrize(
    ("name", "chosen", "found"),
    [
        ("a.jsonl", None, "jsonl"),
        ("a.ndjson", None, "jsonl"),
        ("a.CSV", None, "csv"),
        ("نتائج 2019.03.parquet", None, "parquet"),
        ("a.csv", "jsonl", "jsonl"),
        ("a", "parquet", "parquet"),
        (None, None, "jsonl"),
        (None, "csv", "csv"),
    ],
)
def test_the_format_asked_for_or_else_the_ending_decides(name, chosen, found):
    assert output_format(name and Path(name), chosen) == found


@pytest.mark.parametrize("name", ["a", "a.txt", "a.csv.gz", "a.xlsx", ".csv"])
def test_an_ending_that_says_nothing_needs_a_format(name):
    with pytest.raises(ConfigError, match=r"extension is not that.*--format"):
        output_format(Path(name), None)


def test_an_unknown_format_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(ConfigError, match="csv, jsonl, parquet"):
        output_format(Path("a.csv"), "excel")


def test_json_lines_keep_nesting_and_write_arabic_as_it_is():
    data = write("jsonl", [ROW, ROW])
    assert [json.loads(line) for line in data.splitlines()] == [ROW, ROW]
    assert "محايد".encode() in data


def test_csv_has_the_columns_in_their_order_and_leaves_out_what_is_none():
    data = write("csv", [ROW, {"id": "2", "label": None}], RESULT_COLUMNS).decode()
    assert list(csv.reader(data.splitlines())) == [
        RESULT_COLUMNS,
        ["ق-1", "محايد", "0.75", "0.75", "0.25"],
        ["2", "", "", "", ""],
    ]


def test_csv_begins_with_a_byte_order_mark_only_on_request():
    assert write("csv", [ROW], RESULT_COLUMNS, bom=True) == BOM + write(
        "csv", [ROW], RESULT_COLUMNS
    )
    assert not write("csv", [ROW], RESULT_COLUMNS).startswith(BOM)


def test_csv_begins_with_one_byte_order_mark_however_often_rows_are_written():
    file = io.BytesIO()
    with ResultWriter(file, "csv", ["id"], bom=True) as writer:
        writer.write([{"id": "1"}])
        writer.write([{"id": "2"}])
    assert file.getvalue().split() == [BOM + b"id", b"1", b"2"]


def test_csv_of_a_value_without_a_column_is_an_error():
    with pytest.raises(ValueError, match="outlet"):
        write("csv", [{"id": "1", "outlet": "صوت"}], ["id"])


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_the_file_below_stays_open(file_format):
    file = io.BytesIO()
    with ResultWriter(file, file_format, ["id"]) as writer:
        writer.write([{"id": "1"}])
    assert not file.closed


def test_parquet_holds_numbers_as_numbers_and_the_rest_as_text():
    numbers = RESULT_COLUMNS[2:]
    rows = [ROW, {"id": "2", "label": None, "probability": None}]
    table = pq.read_table(io.BytesIO(write("parquet", rows, RESULT_COLUMNS, numbers=numbers)))
    assert [str(kind) for kind in table.schema.types] == ["string", "string", *["double"] * 3]
    assert table.column_names == RESULT_COLUMNS
    assert table.to_pylist() == [flatten(ROW), dict.fromkeys(RESULT_COLUMNS) | {"id": "2"}]


def test_parquet_holds_what_is_true_or_false_as_such():
    rows = [{"id": "1", "sure": True}, {"id": "2", "sure": False}, {"id": "3", "sure": None}]
    data = write("parquet", rows, ["id", "sure"], flags=["sure"])
    table = pq.read_table(io.BytesIO(data))
    assert str(table.schema.field("sure").type) == "bool"
    assert table.column("sure").to_pylist() == [True, False, None]


@pytest.mark.slow
def test_small_batches_do_not_make_small_row_groups_of_parquet():
    file = io.BytesIO()
    with ResultWriter(file, "parquet", ["id"]) as writer:
        for first in range(0, 101_000, 1_000):
            writer.write([{"id": str(n)} for n in range(first, first + 1_000)])
    found = pq.ParquetFile(io.BytesIO(file.getvalue()))
    groups = [found.metadata.row_group(n).num_rows for n in range(found.num_row_groups)]
    assert groups == [50_000, 50_000, 1_000]
    assert found.read()["id"].to_pylist() == [str(n) for n in range(101_000)]


@pytest.mark.slow
def test_a_large_batch_is_divided_into_row_groups_of_parquet():
    found = pq.ParquetFile(
        io.BytesIO(write("parquet", [{"id": str(n)} for n in range(100_001)], ["id"]))
    )
    groups = [found.metadata.row_group(n).num_rows for n in range(found.num_row_groups)]
    assert groups == [50_000, 50_000, 1]


def test_no_rows_make_a_file_that_can_be_read():
    assert write("jsonl", []) == b""
    assert write("csv", [], ["id", "label"]).split() == [b"id,label"]
    assert pq.read_table(io.BytesIO(write("parquet", [], ["id"]))).column_names == ["id"]


@pytest.mark.parametrize(
    ("row", "flat"),
    [
        ({}, {}),
        ({"a": 1, "b": None}, {"a": 1, "b": None}),
        ({"a": {"b": 1, "c": "ج"}, "d": 2}, {"a.b": 1, "a.c": "ج", "d": 2}),
        ({"a": {}}, {}),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}),
    ],
)
def test_flatten_gives_every_nested_value_a_column(row, flat):
    before = repr(row)
    assert flatten(row) == flat
    assert list(flatten(row)) == list(flat)
    assert repr(row) == before


# Out and in again

WORDS = st.text(st.characters(codec="utf-8"), min_size=1) | st.sampled_from(
    [text for name, text in SAMPLES.items() if text and "surrogates" not in name]
)
ARTICLES = st.lists(
    st.builds(
        Article,
        WORDS,
        WORDS.filter(lambda text: any(map(str.isalpha, text))),  # numbers alone are no text
        **{name: st.none() | WORDS for name in COLUMNS if name not in {"id", "text"}},
    ),
    min_size=1,
    max_size=5,
)


def as_read(article):
    """Return an article whose keys are tidied, as reading does; texts, titles and ids stay."""
    keys = ("label", "outlet", "event", "published", "target")
    tidied = {key: tidy(getattr(article, key) or "") or None for key in keys}
    return replace(article, id=whole(article.id), **tidied)


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(articles=ARTICLES)
@example(articles=[Article("1", "قبل\rبعد"), Article("2", "قبل\nبعد"), Article("3", "قبل\r\nبعد")])
@example(articles=[Article("1", "\ufeffقبل"), Article("\ufeff", "نص"), Article("3", "قبل\0بعد")])
@example(articles=[Article("'=1", "'- قال", title="'قول'", target="=")])
@example(articles=[Article("1", '"قبل" بعد'), Article("2", "أ,ب;\tج"), Article("3", ",")])
def test_articles_written_are_read_again_unchanged(tmp_path, file_format, articles):
    path = tmp_path / f"a.{file_format}"
    path.write_bytes(write(file_format, [asdict(article) for article in articles]))
    assert list(read_articles([path])) == [as_read(article) for article in articles]
