import orjson
import pytest

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.errors import CorpusError
from stance.formats.labelled import HELD, HELD_BYTES, read_corpus, read_labelled
from stance.formats.source import Source

ROWS = """id,text,label
1,عاد الهدوء إلى السوق,محايد
2,وصل الوفد صباحا,
1,افتتحت المدرسة,منحاز
3,,محايد
4,هطل المطر,None
"""


def test_only_labelled_articles_with_an_id_of_their_own_are_kept(put):
    articles, rejected = read_corpus([put("a.csv", ROWS)])
    assert articles == [
        Article("1", "عاد الهدوء إلى السوق", "محايد"),
        Article("4", "هطل المطر", "None"),
    ]
    assert [row.reason for row in rejected] == [
        "no label in 'label'",
        "duplicate id '1'",
        "'text' is empty",
    ]


def test_rows_set_aside_are_named_by_file_and_row(put):
    path = put("a.csv", ROWS)
    first = put("b.csv", "id,text,label\nب,نص,محايد\n")
    _, rejected = read_corpus([first, path])
    assert [(row.source, row.row) for row in rejected] == [(str(path), n) for n in (3, 4, 5)]


def test_a_row_without_a_label_is_told_the_name_of_the_field(put):
    path = put("a.csv", "id,text,framing\n1,نص,\n2,نص,محايد\n")
    articles, (rejected,) = read_corpus([path], fields=FieldMapping(label="framing"))
    assert [a.label for a in articles] == ["محايد"]
    assert "'framing'" in rejected.reason


def test_an_id_used_in_another_file_is_used_before(put):
    paths = [put(name, "id,text,label\n1,نص,محايد\n") for name in ("a.csv", "b.csv")]
    articles, rejected = read_corpus(paths)
    assert len(articles) == 1
    assert [row.reason for row in rejected] == ["duplicate id '1'"]


def test_the_id_of_a_row_set_aside_may_be_used_after_it(put):
    path = put("a.csv", "id,text,label\n1,نص,\n1,نص,محايد\n")
    articles, rejected = read_corpus([path])
    assert [a.id for a in articles] == ["1"]
    assert len(rejected) == 1


def test_where_and_format_are_handed_on(put):
    path = put("a.dat", "text\tlabel\tyear\nنص\tمحايد\t2019\nنص\tمحايد\t2020\n")
    articles, rejected = read_corpus([path], where={"year": "2020"}, input_format="tsv")
    assert [a.id for a in articles] == ["a.dat:3"]
    assert rejected == []


def test_rows_that_reading_sets_aside_are_passed_on_unchanged(put):
    path = put("a.jsonl", '{"text": 5}\n{"text": "نص", "label": "محايد"}\n')
    articles, rejected = read_corpus([path])
    assert len(articles) == 1
    assert rejected == [RejectedRow(str(path), 1, "'text' is a number, not text")]


def test_a_label_field_that_is_nowhere_is_an_error(put):
    with pytest.raises(CorpusError, match=r"'framing'.*id, text, label"):
        read_corpus([put("a.csv", ROWS)], fields=FieldMapping(label="framing"))


def labels_and_faults(put, content, **options):
    articles, rejected = read_corpus([put("a.csv", content)], **options)
    return [a.label for a in articles], {row.row: row.reason for row in rejected}


@pytest.mark.parametrize(
    "joined", ["sdf#gov", "sdf#turkey", "sdf; gov", "sdf|gov", "gov,sdf", "gov، sdf", "gov؛sdf"]
)
def test_several_labels_in_one_cell_are_refused(put, joined):
    content = f'text,label\nنص,sdf\nنص,gov \nنص,"{joined}"\n'
    labels, faults = labels_and_faults(put, content)
    assert labels == ["sdf", "gov"]
    assert list(faults) == [4]
    assert f"the label {joined!r} is 2 labels" in faults[4]


@pytest.mark.parametrize("label", ["ضد الحكومة، مع المعارضة", "C#", "gov;", "topic#1", "a|b"])
def test_a_label_whose_parts_are_no_labels_stays(put, label):
    content = f'text,label\nنص,sdf\nنص,gov\nنص,"{label}"\n'
    assert labels_and_faults(put, content) == (["sdf", "gov", label], {})


def test_keys_that_differ_in_what_nobody_sees_are_one(put):
    import unicodedata

    outlets = ["روناهی", "روناهي", "روناهی\u200f"]
    content = "id,text,label,outlet,event,target\n" + "".join(
        f"{n},نص,{label},{outlet},{event},{target}\n"
        for n, (label, outlet, event, target) in enumerate(
            zip(
                ["gov", "gov ", "gov\u00a0"],
                outlets,
                ["1", "1.0", "1"],
                ["الهيئة", unicodedata.normalize("NFD", "الهيئة"), "الهيئة"],
                strict=True,
            )
        )
    )
    found = read_labelled(Source((str(put("a.csv", content)),)))
    keys = {(a.label, a.outlet, a.event, a.target) for a in found.articles}
    assert keys == {("gov", "روناهی", "1", "الهيئة")}
    assert [len(counts) for counts in found.spellings["outlet"].merged()] == [3]
    assert [dict(counts) for counts in found.spellings["label"].merged()] == [
        {"gov": 1, "gov ": 1, "gov\u00a0": 1}
    ]


def test_case_is_kept_and_told(put):
    content = "text,label\nنص,Gov\nنص,gov\nنص,sdf\n"
    found = read_labelled(Source((str(put("a.csv", content)),)))
    assert [a.label for a in found.articles] == ["Gov", "gov", "sdf"]
    assert found.spellings["label"].differing_in_case() == [("Gov", "gov")]


def test_ids_that_are_one_number_are_one_id(put):
    rows = '{"id": 1, "text": "نص", "label": "أ"}\n{"id": "1.0", "text": "نص", "label": "أ"}\n'
    articles, (rejected,) = read_corpus([put("a.jsonl", rows)])
    assert [a.id for a in articles] == ["1"]
    assert "duplicate id" in rejected.reason


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"flag": "true"}, ["1", "2"]),
        ({"flag": "True"}, ["1", "2"]),
        ({"year": "2019"}, ["1", "3"]),
        ({"year": "2019.0"}, ["1", "3"]),
        ({"place": "حلب "}, ["1"]),
        ({"flag": "true", "year": "2019"}, ["1"]),
        ({"flag": "yes"}, []),
    ],
)
def test_conditions_on_columns_of_any_kind(tmp_path, put, condition, expected):
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "id": ["1", "2", "3"],
        "text": ["نص"] * 3,
        "label": ["أ"] * 3,
        "flag": [True, True, False],
        "year": [2019.0, float("nan"), 2019.0],
        "place": ["حلب\u200f", "حلبا", None],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    table = (
        "id,text,label,flag,year,place\n1,نص,أ,True,2019,حلب\n2,نص,أ,TRUE,,x\n3,نص,أ,0,2019.0,\n"
    )
    for path in (tmp_path / "a.parquet", put("a.csv", table)):
        assert [a.id for a in read_corpus([path], where=condition)[0]] == expected


def test_of_a_long_value_that_is_no_text_of_the_article_the_beginning_is_held(put):
    long = "ملاحظة " * 1_000
    row = {"id": "1", "text": "نص " * 5_000, "label": "أ", "note": long, "tags": ["س" * 20_000]}
    broken = {"id": "2", "text": "نص", "note": long}
    found = read_labelled(Source((str(put("a.jsonl", as_lines([row, broken]))),)))
    (kept,) = found.rows
    assert kept.article.text == row["text"]
    assert kept.row.raw is None
    assert kept.row.values["note"] == long[:HELD]
    assert kept.row.values["tags"] is None
    assert kept.row.values["label"] == "أ"
    (aside,) = found.rejected
    assert len(aside.raw) <= HELD_BYTES


def as_lines(rows):
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)
