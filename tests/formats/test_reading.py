import datetime as dt
import io
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.errors import ConfigError, CorpusError, RejectedRowsWarning
from stance.formats.reading import read_articles
from tests.formats.tables import (
    ARTICLES,
    COMPRESSIONS,
    GOOD,
    PACKED,
    as_jsonl,
    as_parquet,
    as_table,
    read,
)

# Every format, every compression


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("file_format", PACKED)
def test_every_format_and_compression_gives_the_same_articles(put, file_format, compression):
    assert read(put(f"a.{file_format}{compression}", PACKED[file_format])) == ARTICLES


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_text_file_is_one_article_named_after_it(put, compression):
    text = f"  سطر أول\nسطر ثان {GOOD}\n"
    path = put(f"خبر.txt{compression}", text)
    assert read(path) == [Article(path.name, text)]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_folder_of_texts_is_read_in_the_order_of_names(put, tmp_path, compression):
    for article in reversed(ARTICLES):
        put(f"texts/{article.id}.txt{compression}", article.text)
    put("texts/README.md", "not an article")
    found = read(tmp_path / "texts")
    assert [(a.id, a.text, a.label) for a in found] == [
        (f"{a.id}.txt{compression}", a.text, None) for a in ARTICLES
    ]


@pytest.mark.parametrize("key", ["id", "file"])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_labels_beside_the_texts_are_joined_by_file_name(put, tmp_path, compression, key):
    for article in ARTICLES:
        put(f"texts/{article.id}.txt{compression}", article.text)
    rows = [f"{a.id}.txt{compression},{a.label or ''},{a.outlet or ''}" for a in ARTICLES[::-1]]
    put("texts/labels.csv", "\n".join([f"{key},label,outlet", *rows]))
    found = read(tmp_path / "texts")
    assert [(a.text, a.label, a.outlet) for a in found] == [
        (a.text, a.label, a.outlet) for a in ARTICLES
    ]


@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "a.txt.gz", "sub/a.txt", "3. تقرير.txt"])
def test_labels_may_name_a_file_without_its_ending(put, tmp_path, name):
    put(f"texts/{name}", GOOD)
    bare = name.removesuffix(".gz").removesuffix(".txt").removesuffix(".TXT")
    put("texts/labels.csv", f"id,label\n{bare},محايد\n")
    assert [(a.text, a.label) for a in read(tmp_path / "texts")] == [(GOOD, "محايد")]


@pytest.mark.parametrize("name", ["2019.03.23 خبر.txt", "3. تقرير.txt", "report.v2.txt.gz"])
def test_a_text_with_dots_in_its_name_is_part_of_the_folder(put, tmp_path, name):
    put(f"texts/{name}", GOOD)
    put("texts/other.txt", GOOD)
    assert name in [article.id for article in read(tmp_path / "texts")]


@pytest.mark.parametrize(
    "name", ["a.txt.bak", ".a.txt.swp", "a.txt.csv", "a.txt.zip", "a.txt.gz.1"]
)
def test_a_file_that_only_has_txt_within_its_name_is_no_text(put, tmp_path, name):
    put(f"texts/{name}", GOOD)
    put("texts/other.txt", GOOD)
    assert [article.id for article in read(tmp_path / "texts")] == ["other.txt"]


def test_texts_without_a_row_among_the_labels_have_none(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/b.txt", GOOD)
    put("texts/labels.csv", "file,label\nb.txt,محايد\n")
    assert [a.label for a in read(tmp_path / "texts")] == [None, "محايد"]


def test_labels_that_fit_no_text_still_show_which_columns_there_are(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/labels.csv", "file,framing\nb.txt,محايد\n")
    article, rejected = read(tmp_path / "texts", fields=FieldMapping(label="framing"))
    assert article == Article("a.txt", GOOD)
    assert isinstance(rejected, RejectedRow)


def test_labels_beside_texts_cannot_replace_the_text(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/labels.csv", "file,id,text,label\na.txt,a.txt,آخر,محايد\n")
    assert read(tmp_path / "texts") == [Article("a.txt", GOOD, "محايد")]


def test_a_label_for_a_text_that_is_not_there_is_set_aside(put, tmp_path):
    put("texts/a.txt", GOOD)
    labels = put("texts/labels.csv", "file,label\na.txt,محايد\nb.txt,محايد\n")
    article, rejected = read(tmp_path / "texts")
    assert article.label == "محايد"
    assert rejected.source == str(labels)
    assert "'b.txt'" in rejected.reason


def test_two_labels_for_one_text_are_not_settled_in_silence(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/labels.csv", "file,label\na.txt,محايد\na.txt,منحاز\n")
    with pytest.raises(CorpusError, match=r"a\.txt"):
        read(tmp_path / "texts")


def test_labels_that_name_no_files_are_refused_with_their_columns(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/labels.csv", "name,framing\na.txt,محايد\n")
    with pytest.raises(CorpusError, match="name, framing"):
        read(tmp_path / "texts")


def test_labels_beside_texts_may_have_columns_of_their_own_name(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/labels.csv", "الملف,التأطير\na.txt,محايد\n")
    fields = FieldMapping(id="الملف", label="التأطير")
    assert read(tmp_path / "texts", fields=fields) == [Article("a.txt", GOOD, "محايد")]
    with pytest.raises(CorpusError, match=r"'framing'.*التأطير"):
        read(tmp_path / "texts", fields=FieldMapping(id="الملف", label="framing"))


def test_a_folder_without_articles_is_refused(put, tmp_path):
    put("tables/README.md", "not an article")
    with pytest.raises(CorpusError, match=r"without \.txt files"):
        read(tmp_path / "tables")


def test_a_folder_of_tables_is_read_in_the_order_of_names(put, tmp_path):
    put("tables/2019/b.jsonl.gz", as_jsonl(ARTICLES[1:2]))
    put("tables/a.csv", as_table(ARTICLES[2:3], ","))
    put("tables/z.parquet", as_parquet(ARTICLES[3:]))
    put("tables/.hidden/c.csv", "no table")
    assert read(tmp_path / "tables") == ARTICLES[1:]


def test_a_folder_of_texts_and_files_of_articles_is_not_settled_in_silence(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/b.jsonl", PACKED["jsonl"])
    with pytest.raises(CorpusError, match=r"both texts \(a\.txt\) and files of .*b\.jsonl"):
        read(tmp_path / "texts")


def test_a_glob_stands_for_files_and_folders_in_the_order_of_names(put, tmp_path):
    for name, article in zip(["b/1.jsonl", "a-2.jsonl", "a-1.jsonl"], ARTICLES, strict=False):
        put(name, as_jsonl([article]))
    assert read(tmp_path / "a-*.jsonl") == [ARTICLES[2], ARTICLES[1]]
    assert read(tmp_path / "**/*.jsonl") == [ARTICLES[2], ARTICLES[1], ARTICLES[0]]
    assert read(tmp_path / "?") == [ARTICLES[0]]
    with pytest.raises(CorpusError, match="no file matches it"):
        read(tmp_path / "c-*.jsonl")


def test_a_file_whose_name_has_a_bracket_is_no_glob(put):
    assert read(put("a[1].jsonl", as_jsonl(ARTICLES))) == ARTICLES


def test_a_folder_sets_aside_the_text_that_cannot_be_used_and_names_it(put, tmp_path):
    put("texts/a.txt", GOOD)
    empty = put("texts/b.txt", " \n")
    broken = put("texts/c.txt", GOOD.encode() + b"\xd9")
    put("texts/d.txt", GOOD)
    first, second, third, fourth = read(tmp_path / "texts")
    assert (first.id, fourth.id) == ("a.txt", "d.txt")
    assert second == RejectedRow(str(empty), 2, "'text' is empty")
    assert third == RejectedRow(str(broken), 3, f"invalid UTF-8 at byte {len(GOOD.encode())}")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("b.txt", b"\x93\x94" + GOOD.encode()[1:9]),
        ("b.txt.gz", b"\x1f\x8b\x08\x00"),
        ("b.txt.gz", b"no gzip"),
    ],
)
def test_one_damaged_text_does_not_stop_a_folder(put, tmp_path, name, data):
    put("texts/a.txt", GOOD)
    damaged = put(f"texts/{name}", b"")
    damaged.write_bytes(data)
    put("texts/c.txt", GOOD)
    first, rejected, last = read(tmp_path / "texts")
    assert (first.id, last.id) == ("a.txt", "c.txt")
    assert (rejected.source, rejected.row) == (str(damaged), 2)


def test_several_inputs_are_read_one_after_the_other(put, tmp_path):
    put("texts/a.txt", GOOD)
    found = read(
        put("b.jsonl", as_jsonl(ARTICLES[:1])),
        str(tmp_path / "texts"),
        put("c.csv", as_table(ARTICLES[1:2], ",")),
    )
    assert [a.id for a in found] == ["ق-1", "a.txt", "ق-2"]


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "tsv"])
def test_standard_input_is_read_and_left_open(stdin, file_format):
    stream = stdin(PACKED[file_format])
    assert read("-", input_format=file_format) == ARTICLES
    assert not stream.closed


def test_standard_input_of_text_is_one_article(stdin):
    stdin(GOOD.encode())
    assert [a.text for a in read("-", input_format="txt")] == [GOOD]


def test_standard_input_cannot_hold_parquet(stdin):
    stdin(PACKED["parquet"])
    with pytest.raises(CorpusError, match="Save it to a file"):
        read("-", input_format="parquet")


def test_a_file_is_read_in_the_format_asked_for(put):
    assert read(put("a.dat", PACKED["tsv"]), input_format="tsv") == ARTICLES


@pytest.mark.parametrize("name", ["no.jsonl", "خبر" * 100, "a\0.csv"])
def test_a_name_that_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(CorpusError):
        read(tmp_path / name)


# Fields


@pytest.mark.parametrize("file_format", ["jsonl", "csv"])
def test_fields_are_found_under_the_names_asked_for(put, file_format):
    rows = {
        "jsonl": '{"رقم": 5, "المتن": "نص", "framing": "محايد", "text": "آخر"}\n',
        "csv": "رقم,المتن,framing,text\n5,نص,محايد,آخر\n",
    }
    fields = FieldMapping(id="رقم", text="المتن", label="framing")
    path = put(f"a.{file_format}", rows[file_format])
    assert read(path, fields=fields) == [Article("5", "نص", "محايد")]


@pytest.mark.parametrize("file_format", PACKED)
def test_a_field_asked_for_that_is_nowhere_is_an_error_listing_those_there_are(put, file_format):
    path = put(f"a.{file_format}", PACKED[file_format])
    with pytest.raises(CorpusError, match=r"'framing'.*id, text, label, outlet"):
        read(path, fields=FieldMapping(label="framing"))


def test_a_field_that_only_some_rows_have_is_no_error(put):
    path = put("a.jsonl", '{"text": "نص"}\n{"text": "نص", "framing": "محايد"}\n')
    assert [a.label for a in read(path, fields=FieldMapping(label="framing"))] == [None, "محايد"]


@pytest.mark.parametrize("file_format", PACKED)
def test_where_keeps_only_the_rows_with_that_value(put, file_format):
    path = put(f"a.{file_format}", PACKED[file_format])
    assert [a.id for a in read(path, where={"outlet": "صوت"})] == ["ق-2", "ق-3"]
    assert [a.id for a in read(path, where={"outlet": "صوت", "label": "None"})] == ["ق-2"]
    assert read(path, where={"outlet": "صو"}) == []


@pytest.mark.parametrize("file_format", PACKED)
def test_where_accepts_several_values_of_a_field(put, file_format):
    path = put(f"a.{file_format}", PACKED[file_format])
    ids = [a.id for a in read(path)]
    assert [a.id for a in read(path, where={"id": ids[:2]})] == ids[:2]
    assert [a.id for a in read(path, where={"id": ids[1:], "outlet": ("صوت", "صو")})] == [
        a.id for a in read(path, where={"outlet": "صوت"}) if a.id in ids[1:]
    ]


def test_where_without_an_accepted_value_is_an_error(put):
    with pytest.raises(ConfigError, match="expected one value or more of 'outlet'"):
        read(put("a.csv", PACKED["csv"]), where={"outlet": []})


def test_where_compares_numbers_as_they_are_written(put):
    path = put("a.jsonl", '{"text": "نص", "year": 2019}\n{"text": "نص", "year": 2020}\n')
    assert [a.id for a in read(path, where={"year": "2020"})] == ["a.jsonl:2"]


def test_where_by_a_field_that_is_nowhere_is_an_error(put):
    with pytest.raises(CorpusError, match=r"'year'.*id, text, label, outlet"):
        read(put("a.csv", PACKED["csv"]), where={"year": "2020"})


def test_where_passes_over_rows_that_could_not_be_used(put):
    path = put("a.csv", "id,text,year\n1,,2019\n2,نص,2020\n")
    assert read(path, where={"year": "2020"}) == [Article("2", "نص")]


def test_where_applies_to_the_labels_beside_texts(put, tmp_path):
    put("texts/a.txt", GOOD)
    put("texts/b.txt", GOOD)
    put("texts/labels.csv", "file,year\na.txt,2019\nb.txt,2020\n")
    assert [a.id for a in read(tmp_path / "texts", where={"year": "2020"})] == ["b.txt"]


@pytest.mark.parametrize("label", ["None", "none", "null", "NA", "nan", "0", "False"])
@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_a_label_that_looks_like_nothing_stays_a_label(put, file_format, label):
    articles = [Article("1", GOOD, label)]
    packed = {
        "jsonl": as_jsonl(articles),
        "csv": as_table(articles, ","),
        "parquet": as_parquet(articles),
    }
    assert [a.label for a in read(put(f"a.{file_format}", packed[file_format]))] == [label]


def test_empty_fields_are_no_fields(put):
    path = put("a.csv", "id,text,label,outlet\n,نص,,\n")
    assert read(path) == [Article("a.csv:2", "نص")]


def test_articles_without_an_id_get_a_stable_one_from_file_and_row(put):
    path = put("أخبار.jsonl", '{"text": "أ"}\n\n{"text": "ب", "id": ""}\nx\n{"text": "ج"}\n')
    once, again = read(path), read(str(path))
    assert once == again
    ids = [row.id for row in once if isinstance(row, Article)]
    assert ids == ["أخبار.jsonl:1", "أخبار.jsonl:3", "أخبار.jsonl:5"]


@pytest.mark.parametrize("file_format", ["csv", "tsv"])
def test_ids_that_a_table_made_floats_come_out_whole(put, file_format):
    text = "id\ttext\n17.0\tأ\n20\tب\n1.50\tج\nق10\tد\n"
    found = read(put(f"a.{file_format}", text.replace("\t", "," if file_format == "csv" else "\t")))
    assert [a.id for a in found] == ["17", "20", "1.50", "ق10"]


@pytest.mark.parametrize("file_format", ["csv", "tsv"])
def test_rows_of_a_table_are_counted_with_its_header(put, file_format):
    assert [a.id for a in read(put(f"a.{file_format}", "text\nأ\nب\n"))] == [
        f"a.{file_format}:2",
        f"a.{file_format}:3",
    ]


def test_articles_without_an_id_from_two_files_of_one_name_have_different_ids(put):
    inputs = [put(f"{side}/a.jsonl", '{"text": "نص"}\n') for side in ("شمال", "جنوب")]
    assert len({article.id for article in read(*inputs)}) == 2


@pytest.mark.parametrize("value", [dt.date(2019, 3, 23), dt.datetime(2019, 3, 23, 10, 30)])
def test_a_date_in_parquet_becomes_iso_text(tmp_path, value):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["نص"], "published": [value]}), path)
    (article,) = read(path)
    assert isinstance(article, Article)
    assert dt.datetime.fromisoformat(article.published).date() == dt.date(2019, 3, 23)


# A stream, not a list


class EndlessRows(io.RawIOBase):
    """Rows without end, of which nobody may take more than a megabyte."""

    def __init__(self, header):
        self.pending = header
        self.taken = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        while len(self.pending) < len(buffer):
            self.pending += json.dumps({"text": GOOD * 20}).encode() + b"\n"
        size = len(buffer)
        buffer[:] = self.pending[:size]
        self.pending = self.pending[size:]
        self.taken += size
        assert self.taken < 1_000_000, "the rows were read on and on"
        return size


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "tsv"])
def test_a_pipe_without_end_is_read_only_as_far_as_needed(stdin, file_format):
    stdin(EndlessRows(b"" if file_format == "jsonl" else b"text\n"))
    assert isinstance(next(read_articles(["-"], input_format=file_format)), Article)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv"])
def test_a_row_added_while_a_file_is_read_is_still_seen(put, name):
    row, header = (f'{{"text": "{GOOD}"}}\n', "") if name == "a.jsonl" else (f"{GOOD}\n", "text\n")
    path = put(name, header + row * 20_000)
    articles = read_articles([path])
    assert next(articles).text == GOOD
    with path.open("a") as file:
        file.write(row.replace(GOOD, "أضيف"))
    assert [a.text for a in articles][-1] == "أضيف"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file_format", "compression"), list(zip(["jsonl", "csv"] * 2, COMPRESSIONS[1:], strict=True))
)
def test_the_damaged_end_of_a_long_file_is_met_only_at_the_end(put, file_format, compression):
    texts = [os.urandom(500).hex() for _ in range(2_000)]
    articles = [Article(str(n), text) for n, text in enumerate(texts)]
    packed = {"jsonl": as_jsonl(articles), "csv": as_table(articles, ",")}[file_format]
    path = put(f"a.{file_format}{compression}", packed)
    path.write_bytes(path.read_bytes()[:-100])
    stream = read_articles([path])
    assert next(stream) == articles[0]
    with pytest.raises(CorpusError, match="cut short"):
        list(stream)


def test_parquet_is_read_a_part_at_a_time(tmp_path):
    path = tmp_path / "a.parquet"
    texts = pa.table({"text": [os.urandom(100).hex() for _ in range(5_000)]})
    pq.write_table(texts, path, row_group_size=1_000, use_dictionary=False)
    last = pq.read_metadata(path).row_group(4).column(0).data_page_offset
    with path.open("r+b") as file:
        file.seek(last)
        file.write(b"\xff" * 100)
    stream = read_articles([path])
    assert next(stream).id == "a.parquet:1"
    with pytest.raises(CorpusError, match="Parquet after row 4000"):
        list(stream)


MIXED = [f'{{"text": "{GOOD}"}}', '{"text": ""}', "{", f'{{"text": "{GOOD}."}}']


def test_bad_rows_go_to_the_callback_of_who_asks_for_them(put):
    rejected = []
    articles = read_articles([put("a.jsonl", "\n".join(MIXED))], on_rejected=rejected.append)
    assert next(articles).text == GOOD
    assert not rejected
    assert [article.text for article in articles] == [f"{GOOD}."]
    assert [row.row for row in rejected] == [2, 3]


def test_bad_rows_are_told_of_once_where_nobody_asks_for_them(put):
    path = put("a.jsonl", "\n".join(MIXED))
    with pytest.warns(RejectedRowsWarning) as told:
        assert [article.text for article in read_articles([path])] == [GOOD, f"{GOOD}."]
    assert len(told) == 1
    assert str(told[0].message) == (
        f"Skipped 2 rows that cannot be used (the first: {path}, row 2: 'text' is empty). "
        "Pass on_rejected= to receive them, for example the append method of a list."
    )


def test_who_stops_reading_is_told_of_bad_rows_so_far(put):
    articles = read_articles([put("a.jsonl", "\n".join([MIXED[1], *MIXED]))])
    next(articles)
    with pytest.warns(RejectedRowsWarning, match="Skipped 1 row "):
        articles.close()
