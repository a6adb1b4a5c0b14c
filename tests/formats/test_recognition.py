"""How files are stored, as their first bytes tell it."""

import csv
import io
import json

import pytest

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.formats.inputs import plan_inputs
from stance.formats.recognition import DELIMITERS
from stance.formats.source import Source
from tests.formats.tables import BOM, GOOD, read

# Each holds every delimiter, quotation marks, and several lines.
LONG = [
    f'قال: "نعم"، ثم مضى;\tوأضاف | «{n}», ولم يزد.\n\nالفقرة الثانية, "الأخيرة"; من الخبر رقم {n}\n'
    for n in range(30)
]
ROWS = [{"id": f"ق-{n}", "text": text, "label": "محايد"} for n, text in enumerate(LONG)]


def planned(path, **options):
    (found,) = plan_inputs(Source((str(path),), **options))
    return found


def table(delimiter, rows=ROWS, quoting=csv.QUOTE_MINIMAL, **options):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, quoting=quoting, **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def spark(value):
    """Write a value as Spark does, by its library's CsvWriter.

    One with a quotation mark, a delimiter or a line's end is quoted, and only
    within the quotation marks are those and backslashes escaped.
    """
    if not any(sign in value for sign in '",\n\r'):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spark_table(rows):
    lines = [rows[0].keys(), *(row.values() for row in rows)]
    return "".join(",".join(map(spark, line)) + "\n" for line in lines)


# Delimiters


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_delimiter_is_found_among_articles_that_hold_them_all(put, name, delimiter, quoting):
    path = put(name, table(delimiter, quoting=quoting))
    assert [a.text for a in read(path)] == LONG
    usual = {"a.csv": ",", "a.tsv": "\t"}[name]
    said = [] if delimiter == usual else [f"columns separated by {_named(delimiter)}"]
    assert planned(path).peculiarities == said


def _named(delimiter):
    return "tabs" if delimiter == "\t" else f"'{delimiter}'"


@pytest.mark.parametrize("bom", [b"", BOM])
@pytest.mark.parametrize("line", ["sep=;\n", '"sep=;"\n', "SEP=;\r\n", '"sep=;"\r\n'])
def test_a_line_that_names_the_delimiter_is_believed_and_is_no_row(put, line, bom):
    path = put("a.csv", bom + (line + table(";")).encode())
    assert [a.text for a in read(path)] == LONG
    assert planned(path).file.delimiter == ";"


def test_a_delimiter_that_only_its_own_line_tells_is_believed(put):
    assert [a.text for a in read(put("a.csv", "sep=~\nid~text\n1~نص, ثم; نص\n"))] == ["نص, ثم; نص"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("column", ["sep=", "sep"])
def test_a_column_of_that_name_is_a_column(put, column, end):
    found = read(put("a.csv", f"{column}{end}نص{end}"), fields=FieldMapping(text=column))
    assert [a.text for a in found] == ["نص"]


def test_a_file_in_utf16_may_name_its_delimiter(put):
    path = put("a.csv", ("sep=;\n" + table(";")).encode("utf-16"))
    assert [a.text for a in read(path)] == LONG


def test_the_delimiter_asked_for_is_believed(put):
    path = put("a.csv", "id;text|label\n1;نص|محايد\n")
    assert planned(path, delimiter=";").file.delimiter == ";"
    fields = FieldMapping(text="text|label")
    assert [a.text for a in read(path, delimiter=";", fields=fields)] == ["نص|محايد"]


def test_a_file_of_one_column_has_no_delimiter(put):
    path = put("a.csv", 'text\n"نص; ثم | نص"\nنص\n')
    assert [a.text for a in read(path)] == ["نص; ثم | نص", "نص"]
    assert planned(path).peculiarities == []


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("blank", ["", " ", "\u00a0"])
def test_a_header_alone_tells_the_delimiter(put, delimiter, blank):
    path = put("a.csv", blank + f"{blank}{delimiter}{blank}".join(["id", "text", "label"]) + "\n")
    assert planned(path).file.separator == delimiter
    assert read(path) == []


def test_blanks_around_column_names_are_none_of_them(put):
    assert read(put("a.csv", "id ; text; label \n1;نص;محايد\n")) == [Article("1", "نص", "محايد")]


@pytest.mark.parametrize("broken", [1, 4])
def test_ragged_rows_do_not_hide_the_delimiter(put, broken):
    text = "id;text;label\n" + f"1;{GOOD};محايد\n" * 5 + f"2;{GOOD};محايد;زائد\n" * broken
    found = read(put("a.csv", text))
    assert [isinstance(row, Article) for row in found] == [True] * 5 + [False] * broken


def test_a_first_article_of_53_000_letters_does_not_hide_the_delimiter(put):
    rows = [{**ROWS[0], "text": "خبر; طويل، " * 30_000}, *ROWS]
    path = put("a.csv", table(";", rows))
    assert [a.text for a in read(path)] == [row["text"] for row in rows]


# Backslashes


TRICKY = [
    'قال "نعم"',
    '"نعم", قال',
    "C:\\أخبار",
    'C:\\أخبار, "ملف"',
    "ينتهي, بشرطة\\",
    "ينتهي بشرطة\\",
    'شرطة قبل علامة \\" هنا',
    'سطر "أول"\nثم \\"ثان\\"\n',
    "شرطتان \\\\ هنا",
    "شرطتان \\\\, هنا",
]


def test_what_spark_writes_is_read(put):
    rows = [{"id": f"{n}", "text": text, "label": "محايد"} for n, text in enumerate(TRICKY)]
    path = put("a.csv", spark_table(rows))
    assert [(a.id, a.text) for a in read(path)] == [(r["id"], r["text"]) for r in rows]
    assert planned(path).peculiarities == ['quotation marks escaped as \\"']


def test_the_one_row_that_tells_of_escapes_may_come_late(put):
    rows = [{"id": f"{n}", "text": GOOD} for n in range(500)]
    rows[450]["text"] = TRICKY[0]
    assert [a.text for a in read(put("a.csv", spark_table(rows)))] == [r["text"] for r in rows]


def test_backslashes_in_a_table_that_doubles_its_quotation_marks_are_text(put):
    rows = [{"id": f"{n}", "text": text} for n, text in enumerate(TRICKY)]
    for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
        path = put("a.csv", table(",", rows, quoting))
        assert [a.text for a in read(path)] == TRICKY
        assert planned(path).file.escape == ""


# A table saved as text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1256"])
def test_what_excel_saves_as_unicode_text_is_a_table(put, encoding):
    path = put("a.txt", table("\t").encode(encoding))
    assert [a.text for a in read(path)] == LONG
    assert "a table with tabs" in planned(path).peculiarities


@pytest.mark.parametrize(
    "text",
    [
        "دمشق\tالأحد\nأعلنت البلدية فتح الطريق.\n",
        "دمشق\tالأحد\nأعلنت البلدية\tفتح الطريق.\n",
        "\tأعلنت البلدية فتح الطريق.\n\tوشكرت السكان.\n\tوانتهى الخبر.\n",
        "دمشق\tالأحد\n",
        "أعلنت\tالبلدية\nفتح\nالطريق\tاليوم\n",
        f"{GOOD * 10}\tدمشق\n{GOOD}\tدمشق\n{GOOD}\tدمشق\n",
    ],
)
def test_an_article_with_tabs_stays_one_article(put, text):
    assert [a.text for a in read(put("a.txt", text))] == [text]


def test_a_table_of_one_row_is_known_by_the_name_of_its_text(put):
    assert read(put("a.txt", "id\ttext\n1\tنص\n")) == [Article("1", "نص")]
    fields = FieldMapping(text="المتن")
    assert [a.text for a in read(put("b.txt", "م\tالمتن\n1\tنص\n"), fields=fields)] == ["نص"]


def test_a_folder_of_texts_holds_articles_whatever_is_in_them(put, tmp_path):
    put("t/a.txt", table("\t"))
    assert [a.text for a in read(tmp_path / "t")] == [table("\t").replace("\r\n", "\r\n")]


# JSON of either kind under either name


def as_lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


DOCUMENTS = {
    "array": json.dumps(ROWS, ensure_ascii=False),
    "printed array": json.dumps(ROWS, indent=2),
    "an object a line": "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
    "two objects a line, and one": "[\n" + ",\n".join(map(json.dumps, ROWS[:2])) + "\n]",
    "commas in front": "[\n" + "\n,".join(map(json.dumps, ROWS)) + "\n]\n",
    "lines with commas": ",\n".join(map(json.dumps, ROWS)) + "\n",
    "concatenated": "".join(map(json.dumps, ROWS)),
    "printed objects": "\n".join(json.dumps(row, indent=2) for row in ROWS),
    "objects that hold lists of objects": "\n".join(
        json.dumps({**row, "tags": [{"a": 1}, {"b": 2}]}, indent=0) for row in ROWS
    ),
    "list within an object": json.dumps({"status": "ok", "n": 30, "articles": ROWS, "next": None}),
    "printed list within an object": json.dumps({"articles": ROWS, "next": [1]}, indent=1),
    "by columns": json.dumps({k: {str(n): r[k] for n, r in enumerate(ROWS)} for k in ROWS[0]}),
    "lines": as_lines(ROWS),
}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.json.gz"])
@pytest.mark.parametrize("bom", [b"", BOM])
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_json_of_every_kind_is_read_under_every_name(put, kind, bom, name):
    if kind in {"list within an object", "by columns"} and name == "a.jsonl":
        pytest.skip("one line of JSON is a row where a file promises lines")
    n = 2 if kind.startswith("two") else len(ROWS)
    path = put(name, bom + DOCUMENTS[kind].encode())
    assert [(a.id, a.text) for a in read(path)] == [(r["id"], r["text"]) for r in ROWS[:n]]


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029"])
def test_a_separator_of_lines_within_a_string_ends_no_row(put, separator):
    first, last = (
        json.dumps({"id": key, "text": "خبر"}, ensure_ascii=False) for key in (separator, "2")
    )
    found = read(put("a.jsonl", f"{first}\n{{\n{last}\n".encode()))
    assert [isinstance(one, Article) for one in found] == [True, False, True]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["array", "printed objects", "printed list within an object"])
def test_json_documents_far_longer_than_the_sample_are_read(put, kind):
    many = [{**ROWS[n % 30], "id": str(n)} for n in range(3000)]
    text = {
        "array": json.dumps(many),
        "printed objects": "\n".join(json.dumps(row, indent=2) for row in many),
        "printed list within an object": json.dumps({"total": 3000, "articles": many}, indent=1),
    }[kind]
    assert [a.id for a in read(put("a.json", text))] == [str(n) for n in range(3000)]


@pytest.mark.parametrize(
    "first",
    ["{broken", '{"id": "1", "text": "لا نهاية', "[", "x", '["x"]', "{'a': 1}", '{"a": 1}}'],
)
@pytest.mark.parametrize("n", [1, 3])
def test_json_lines_whose_first_lines_are_broken_stay_json_lines(put, first, n):
    path = put("a.jsonl", f"{first}\n" * n + as_lines(ROWS))
    assert planned(path).file.format == "jsonl"
    found = read(path)
    assert [isinstance(row, RejectedRow) for row in found] == [True] * n + [False] * len(ROWS)


def test_an_object_that_is_an_article_keeps_its_lists(put):
    row = {"id": "1", "text": GOOD, "entities": [{"name": "a"}, {"name": "b"}]}
    path = put("a.json", json.dumps(row, indent=1))
    assert [(a.id, a.text) for a in read(path)] == [("1", GOOD)]


def test_json_comes_by_standard_input(stdin):
    for data in (DOCUMENTS["printed array"], DOCUMENTS["printed objects"], DOCUMENTS["lines"]):
        stdin(data.encode())
        assert [a.id for a in read("-")] == [row["id"] for row in ROWS]
