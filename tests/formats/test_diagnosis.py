"""What a file is said to hold when nothing in it can be used, and what is proposed."""

import shlex
import subprocess

import pytest

from stance.corpus.article import FieldMapping
from stance.formats.diagnosis import COLUMNS_SHOWN, Columns, describe, likely_field, no_such_field
from stance.formats.inputs import PlannedInput, plan_inputs
from stance.formats.source import Source

FIELDS = ("id", "text", "label", "outlet", "published", "title")
VALUES = {
    "id": [str(n) for n in range(6)],
    "text": [f"أقر المجلس في جلسته رقم {n} موازنة العام المقبل" for n in range(6)],
    "label": ["مؤيد", "معارض"] * 3,
    "outlet": ["سانا", "عنب"] * 3,
    "published": [f"2019-01-0{n}" for n in range(1, 7)],
    "title": [f"الموازنة أمام المجلس {n}" for n in range(6)],
    "": [f"https://example.org/{n}" for n in range(6)],
}

HEADERS = [
    {"رقم": "id", "النص": "text", "الموقف": "label", "المصدر": "outlet", "التاريخ": "published"},
    {"م": "id", "عنوان الخبر": "title", "نص الخبر": "text", "اسم الصحيفة": "outlet"},
    {"تاريخ النشر": "published", "التصنيف": "label", "المتن": "text", "رابط": ""},
    {"المعرف": "id", "المقال": "text", "الإطار": "label", "الوسيلة": "outlet"},
    {"الخبر": "text", "ترميز الباحث": "label", "الموقع الإلكتروني": "outlet"},
    {"article_id": "id", "headline": "title", "body": "text", "framing": "label", "url": ""},
    {"ID": "id", "Title": "title", "Article Text": "text", "News Source": "outlet"},
    {"_id": "id", "maintext": "text", "hostname": "outlet", "date_publish": "published", "url": ""},
    {"Publication Date": "published", "Content": "text", "Stance": "label"},
    {"tweet": "text", "coder_1": "label", "url": ""},
    {"doc_id": "id", "content": "text", "gold": "label"},
    {"identifiant": "id", "titre de l'article": "title", "texte de l'article": "text"},
    {"journal": "outlet", "texte complet": "text", "cadrage": "label"},
    {"Numéro": "id", "Texte": "text", "Média": "outlet", "Étiquette": "label", "Date": "published"},
]  # fmt: skip


def rows(header):
    return [{name: VALUES[field][n] for name, field in header.items()} for n in range(6)]


def proposal(header, wanted=FIELDS, **fields):
    return Columns(rows(header)).options(wanted, FieldMapping(**fields))


def as_words(options):
    """Return what a shell makes of options."""
    done = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {options}"], capture_output=True, check=True, text=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: next(iter(header)))
def test_the_right_columns_are_proposed(header):
    words = as_words(proposal(header))
    expected = {f"--{field}-field": name for name, field in header.items() if field}
    assert dict(zip(words[::2], words[1::2], strict=True)) == expected


@pytest.mark.parametrize(
    "name",
    ["نص الخبر", "texte de l'article", "text (full)", "text; rm -rf $HOME", "نص/خبر", "`id`"],
)
def test_a_proposal_can_be_pasted_into_a_shell(name):
    assert as_words(proposal({name: "text"}, ["text"])) == ["--text-field", name]
    assert shlex.split(proposal({name: "text"}, ["text"])) == ["--text-field", name]


def test_what_is_there_is_not_proposed():
    assert proposal({"id": "id", "text": "text", "label": "label"}) == ""
    assert proposal({"key": "id", "text": "text"}, ["id"]) == "--id-field key"
    assert proposal({"نص": "text", "الموقف": "label"}, text="نص") == "--label-field الموقف"


def test_a_column_that_is_empty_or_holds_numbers_is_no_text():
    numbers = Columns([{"text": n, "body": text} for n, text in enumerate(VALUES["text"])])
    assert numbers.options(["text"], FieldMapping()) == "--text-field body"
    alone = Columns([{"text": "1" * 30}, {"text": "2" * 30}])
    assert alone.options(["text"], FieldMapping()) == ""
    empty = Columns([{"text": " ", "body": text} for text in VALUES["text"]])
    assert empty.options(["text"], FieldMapping()) == "--text-field body"
    labels = Columns([{"label": "", "framing": label} for label in VALUES["label"]])
    assert labels.options(["label"], FieldMapping()) == "--label-field framing"
    assert Columns([{"label": "", "text": "x"}]).options(["label"], FieldMapping()) == ""


def test_of_names_alone_those_that_are_known_are_proposed():
    names = Columns([dict.fromkeys(["رقم", "نص الخبر", "x"])])
    assert names.options(["text", "id"], FieldMapping()) == "--text-field 'نص الخبر' --id-field رقم"


def test_two_columns_that_may_be_labels_are_left_to_the_user():
    header = {"نص": "text", "coder_1": "label", "coder_2": "label"}
    assert proposal(header, ["label"], text="نص") == ""


@pytest.mark.parametrize("sign", ["~", "^", "\x01", "؛", ":", "/"])
def test_a_table_with_one_column_may_have_another_delimiter(sign):
    table = [{f"id{sign}text": f"{n}{sign}نص الخبر"} for n in range(3)]
    words = as_words(Columns(table).options(["text"], FieldMapping()))
    assert words == ["--delimiter", sign]
    assert Columns([{"id-text": "1-نص"}]).options(["text"], FieldMapping()) == ""


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("نص الخبر", "text"),
        ("عنوان المقال", "title"),
        ("article title", "title"),
        ("title of article", "title"),
        ("ARTICLE_TEXT", "text"),
        (" النص\u200f", "text"),
        ("url", None),
        ("", None),
    ],
)
def test_the_field_that_a_name_stands_for(name, field):
    assert likely_field(name) == field


def test_many_columns_are_not_all_listed():
    found = Columns([{f"c{n}": n for n in range(COLUMNS_SHOWN + 12)}]).listed()
    assert found.endswith(f"c{COLUMNS_SHOWN - 1} and 12 more")


@pytest.mark.parametrize(
    ("missing", "fields", "expected"),
    [
        ({"المتن"}, {"text": "المتن"}, "Perhaps: --text-field نص"),
        ({"flag"}, {"text": "نص"}, "Choose one of them"),
        ({"coded"}, {"text": "نص", "label": "coded"}, "Name one of them with --label-field"),
    ],
)
def test_a_field_that_is_nowhere_is_told_with_the_option_that_mends_it(missing, fields, expected):
    error = no_such_field(
        PlannedInput("a.csv", "file"), missing, rows({"نص": "text"}), FieldMapping(**fields)
    )
    assert expected in str(error)
    assert "Its fields are: نص." in str(error)


ARABIC = "رقم;المتن\n1;أقر المجلس موازنة العام المقبل\n2;سقط جرحى في القصف على الحي\n"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", ARABIC, ["CSV", "UTF-8", "separated by ';'", "رقم, المتن", "--text-field المتن"]),
        ("a.csv.gz", ARABIC, ["CSV.gz", "--text-field المتن"]),
        ("a.csv", ARABIC.encode("cp1256"), ["encoding windows-1256", "رقم, المتن"]),
        ("a.tsv", "id\ttext\n", ["TSV", "separated by tabs", "fields are: id, text", "no rows"]),
        ("a.csv", "id,text\n", ["separated by ','", "id, text", "no rows", "--delimiter"]),
        ("a.jsonl", '{"text": 5}\n', ["JSON Lines", "text"]),
        ("a.jsonl", "نص\n", ["JSON Lines", "Row 1: bad JSON", "--input-format"]),
        ("a.json", '[{"x": "نص"}]', ["a JSON document, encoding UTF-8", "fields are: x"]),
        ("a.json", '{"articles": [{"x": 1}]}', ["list within an object", "x"]),
    ],
)
def test_a_file_is_described(put, name, content, expected):
    source = Source((str(put(name, content)),))
    told = describe(plan_inputs(source)[0], source)
    for words in expected:
        assert words in told


def test_a_workbook_is_described(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "ورقة"
    book.active.append(["رقم", "المتن"])
    book.create_sheet("أخرى")
    book.save(tmp_path / "a.xlsx")
    source = Source((str(tmp_path / "a.xlsx"),))
    told = describe(plan_inputs(source)[0], source)
    assert "an Excel workbook, sheet 'ورقة'" in told
    assert "رقم, المتن" in told
    assert "--text-field المتن" in told


def test_a_folder_of_texts_is_described(put, tmp_path):
    put("t/a.txt", " ")
    source = Source((str(tmp_path / "t"),))
    assert "a folder of texts" in describe(plan_inputs(source)[0], source)


def test_a_pipe_is_described_without_being_read(stdin):
    stream = stdin(b'{"x": 1}\n{"x": 2}\n')
    source = Source(("-",))
    (planned,) = plan_inputs(source)
    assert "JSON Lines" in describe(planned, source)
    assert len(list(planned.rows(source))) == 2
    assert stream.read() == b""
