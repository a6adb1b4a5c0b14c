"""Which encoding a file is in: right where it is said, and asked for where it is not sure."""

import codecs
import gzip
import json

import fsspec
import pytest

from stance.corpus.article import Article, RejectedRow
from stance.errors import ConfigError, CorpusError, DamagedFileError
from stance.formats import encodings
from stance.formats.encodings import check_encoding, find_encoding, normal_name, with_byte_order
from stance.formats.inputs import plan_inputs
from stance.formats.reading import read_articles
from stance.formats.source import Source
from tests.formats.tables import read

TEXTS = [
    "أعلنت البلدية فتح الطريق الساحلي بعد انتهاء أعمال الصيانة، وشكرت السكان على صبرهم.",
    "قال المتحدث إن المفاوضات ستستأنف يوم الأحد في العاصمة؛ ولم يذكر أسماء المشاركين فيها.",
    "وصلت قافلة المساعدات إلى المخيم مساء أمس، وهل تكفي لثلاثة أشهر؟ لا أحد يعرف الجواب.",
]
PAGES = {"cp1256": "windows-1256", "iso8859_6": "ISO 8859-6", "mac_arabic": "Mac Arabic"}
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def names(path, **options):
    return [name for p in plan_inputs(Source((str(path),), **options)) for name in p.peculiarities]


def in_page(text, page):
    """Encode, with ASCII as it is.

    Python writes Mac Arabic with the right-to-left twins that it has of blanks
    and punctuation; other programs do not, and both must be read.
    """
    if page != "mac_arabic":
        return text.encode(page)
    return b"".join(s.encode() if s.isascii() else s.encode(page) for s in text)


def written(file_format):
    rows = [{"id": str(n), "text": text} for n, text in enumerate(TEXTS)]
    if file_format == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if file_format == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    d = {"csv": ",", "tsv": "\t"}[file_format]
    return "".join(f'{a}{d}"{b}"\n' for a, b in [("id", "text"), *(r.values() for r in rows)])


def collect(path, found):
    """Read into a list, which keeps what came before an error."""
    found.extend(article.text for article in read_articles([path]))


# Every format, every encoding


@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
@pytest.mark.parametrize("file_format", ["jsonl", "json", "csv", "tsv"])
@pytest.mark.parametrize("encoding", [*PAGES, *UNICODE])
def test_articles_are_the_same_in_every_encoding(put, encoding, file_format, compression):
    path = put(f"a.{file_format}{compression}", in_page(written(file_format), encoding))
    assert [(a.id, a.text) for a in read(path)] == [(str(n), t) for n, t in enumerate(TEXTS)]


@pytest.mark.parametrize("encoding", [*PAGES, *UNICODE])
def test_texts_are_the_same_in_every_encoding_by_file_folder_pipe_and_address(
    put, tmp_path, stdin, encoding
):
    data = in_page(TEXTS[0], encoding)
    path = put("t/a.txt", data)
    put("t/b.txt.gz", data)
    assert [a.text for a in read(path)] == TEXTS[:1]
    assert [a.text for a in read(tmp_path / "t")] == TEXTS[:1] * 2
    stdin(data)
    assert [a.text for a in read("-", input_format="txt")] == TEXTS[:1]
    fsspec.filesystem("memory").store.clear()
    with fsspec.open("memory://e/a.txt", "wb") as file:
        file.write(data)
    assert [a.text for a in read("memory://e/a.txt")] == TEXTS[:1]


@pytest.mark.parametrize("file_format", ["csv", "tsv", "json"])
@pytest.mark.parametrize("encoding", ["cp1256", "utf-16"])
def test_rows_by_standard_input_and_at_an_address_are_recognised(stdin, encoding, file_format):
    data = written(file_format).encode(encoding)
    fsspec.filesystem("memory").store.clear()
    with fsspec.open(f"memory://e/a.{file_format}", "wb") as file:
        file.write(data)
    assert [a.text for a in read(f"memory://e/a.{file_format}")] == TEXTS
    stdin(data)
    assert [a.text for a in read("-", input_format=file_format)] == TEXTS


@pytest.mark.parametrize("page", PAGES)
def test_the_code_page_is_told(put, page):
    path = put("a.csv", written("csv").encode(page))
    assert names(path) == [f"encoding {PAGES[page]}"]
    assert [a.text for a in read(path)] == TEXTS
    assert names(put("b.csv", written("csv"))) == []


# Where the evidence is small, or of both kinds


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "headline",
    [
        "مجلس الأمن يعقد جلسة طارئة لبحث التطورات في المنطقة الشمالية",
        "ارتفاع أسعار الوقود يدفع النقابات إلى الإضراب في ثلاث مدن",
        "النتيجة ممتازة يا جماعة الخير ههههههههههههههههههههههههههههههههههه",
    ],
)
def test_a_short_headline_is_recognised(page, headline):
    assert find_encoding(headline.encode(page), "a.txt") == page


@pytest.mark.parametrize("data", ["سوق البلدة".encode("cp1256"), "كلمة هنا".encode("iso8859_6")])
def test_a_word_or_two_are_no_evidence(data):
    with pytest.raises(CorpusError, match=r"a\.csv.*not certain.*--encoding"):
        find_encoding(data, "a.csv")


@pytest.mark.parametrize("page", PAGES)
def test_letters_that_two_pages_have_in_the_same_place_are_asked_for(page):
    text = "استراحة تجارة بحارة دراسات حرارة ثابتة خارج ساحات السباحة"
    with pytest.raises(CorpusError, match="not certain"):
        find_encoding(in_page(text, page), "a.csv")


def test_quotation_marks_tell_mac_arabic_from_iso_8859_6():
    assert find_encoding(in_page(f"«{TEXTS[0]}»", "mac_arabic"), "a.csv") == "mac_arabic"


def test_a_table_of_one_row_is_in_its_code_page(put):
    assert [a.text for a in read(put("a.csv", f"text\n{TEXTS[0]}\n".encode("cp1256")))] == TEXTS[:1]


def test_a_table_with_more_lines_in_ascii_is_in_its_code_page(put):
    table = "id,text\n" + "1,a line in English\n" * 60 + f"2,{TEXTS[0]}\n" * 30
    found = read(put("a.csv", table.encode("cp1256")))
    assert [a.text for a in found if isinstance(a, Article)][-1] == TEXTS[0]
    assert len(found) == 90


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl"])
@pytest.mark.parametrize("arabic", [1, 30, 3000])
def test_a_file_that_turns_arabic_after_300_kb_of_ascii_is_recognised(put, name, arabic):
    rows = [*["a line in English"] * 20_000, *[TEXTS[1]] * arabic]
    if name == "a.jsonl":
        text = "".join(json.dumps({"text": row}, ensure_ascii=False) + "\n" for row in rows)
    else:
        text = "text\n" + "".join(f"{row}\n" for row in rows)
    assert len(text.encode("cp1256")) > 300_000
    found = read(put(name, text.encode("cp1256")))
    assert [a.text for a in found[-arabic:]] == [TEXTS[1]] * arabic


def test_a_later_piece_may_begin_within_a_character():
    for place in range(1, 4):
        piece = "🍇 بعد".encode()[place:]
        assert find_encoding(b"a" * 10, "a.csv", lambda piece=piece: [piece]) == "utf-8"


@pytest.mark.parametrize("data", [b"", b"id,text\n1,plain\n", b'{"text": "\\u0646\\u0635"}\n'])
def test_ascii_is_utf8(data):
    assert find_encoding(data, "a.csv") == "utf-8"


# Other languages' code pages


FOREIGN = {
    "Le président a déclaré à la télévision que l'élection serait reportée à l'été. ": (
        "cp1252",
        "mac_roman",
        "cp850",
    ),
    "Президент заявил по телевидению, что выборы переносятся на следующее лето. ": (
        "cp1251",
        "koi8_r",
        "cp866",
        "iso8859_5",
        "mac_cyrillic",
    ),
    "Seçimlerin gelecek yaza ertelendiğini söyledi; göç eden aileler kışı bekliyor. ": (
        "cp1254",
        "iso8859_9",
    ),
    "Ο πρόεδρος δήλωσε ότι οι εκλογές θα αναβληθούν για το επόμενο καλοκαίρι. ": ("cp1253",),
    "הנשיא הודיע אמש בטלוויזיה כי הבחירות יידחו לקיץ הבא לאחר ישיבת ממשלה. ": ("cp1255",),
    "大統領は昨夜テレビで選挙を来年の夏に延期すると発表した。": ("shift_jis", "euc_jp"),
}


@pytest.mark.parametrize("times", [1, 40])
@pytest.mark.parametrize(
    ("text", "page"), [(text, page) for text, pages in FOREIGN.items() for page in pages]
)
def test_the_code_page_of_another_language_is_asked_for(put, text, page, times):
    table = "id,text\n" + f'1,"{text}"\n' * times
    path = put("a.csv", table.encode(page))
    with pytest.raises(CorpusError, match=r"a\.csv.*not in UTF-8.*reads «.*--encoding"):
        read(path)
    assert [a.text for a in read(path, encoding=page)] == [text] * times


# What is broken


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_a_few_broken_bytes_in_utf8_cost_their_rows_alone(put, file_format):
    data = written(file_format).encode()
    broken = data.replace("المتحدث".encode(), b"\xd8\xff")
    found = read(put(f"a.{file_format}", broken))
    assert [type(row).__name__ for row in found] == ["Article", "RejectedRow", "Article"]
    assert "UTF-8" in found[1].reason


def test_rows_of_a_code_page_among_more_of_utf8_are_set_aside(put):
    data = b"text\n" + f"{TEXTS[0]}\n".encode() * 20 + f"{TEXTS[1]}\n".encode("cp1256")
    found = read(put("a.csv", data))
    assert [isinstance(row, Article) for row in found] == [True] * 20 + [False]


def test_a_hundredth_of_broken_lines_in_ascii_is_no_reason_to_ask(put):
    data = b"text\n" + (b"plain\n" * 99 + b"caf\xe9\n") * 5
    assert sum(isinstance(row, RejectedRow) for row in read(put("a.csv", data))) == 5
    with pytest.raises(CorpusError, match="not certain"):
        read(put("b.csv", b"text\n" + (b"plain\n" * 2 + b"caf\xe9\n") * 50))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("broken", [b"\xb9", b"\xdb\xa1", b"\xf9\xf9"])
def test_bytes_that_iso_8859_6_has_not_cost_their_row_alone(put, name, broken):
    # b"\xdb\xa1" is a letter of UTF-8, which it must not become.
    file_format = name[2:]
    data = in_page(written(file_format), "iso8859_6").replace("قال".encode("iso8859_6"), broken)
    found = read(put(name, data * 5 if name == "a.jsonl" else data))
    assert [row.text for row in found[:3:2]] == TEXTS[::2]
    assert isinstance(found[1], RejectedRow)
    assert names(put(name, data)) == ["encoding ISO 8859-6"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_a_file_cut_within_a_character_is_damaged_behind_the_rows_before(put, encoding):
    data = ("text\n" + "".join(f"{text}\n" for text in TEXTS)).encode(encoding)
    found = []
    with pytest.raises(DamagedFileError, match=r"a\.csv.*cut or broken"):
        collect(put("a.csv", data[:-1]), found)
    assert found == TEXTS[:2]


def test_what_utf32_cannot_be_is_damage_behind_the_rows_before(put):
    good = f"text\n{TEXTS[0]}\n".encode("utf-32")
    found = []
    with pytest.raises(DamagedFileError, match="cut or broken"):
        collect(put("a.csv", good + b"\xff" * 4 + TEXTS[1].encode("utf-32-le")), found)
    assert found == TEXTS[:1]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("half", [chr(0xD83C), chr(0xDF47)], ids=["first", "second"])
def test_half_of_an_emoji_in_utf16_costs_its_row_alone(put, name, half):
    text = written(name[2:]).replace("قال", half)
    found = read(put(name, text.encode("utf-16", errors="surrogatepass")))
    assert [row.text for row in found[::2]] == TEXTS[::2]
    assert isinstance(found[1], RejectedRow)


def test_a_cut_archive_is_recognised_by_what_stands_before_the_cut(put):
    text = "id,text\n" + "".join(f"{n},{TEXTS[n % 3]} {n * 7919}\n" for n in range(500))
    packed = gzip.compress(text.encode("cp1256"))
    path = put("a.csv.gz", b"")
    path.write_bytes(packed[: len(packed) // 2])
    found = []
    with pytest.raises(DamagedFileError):
        collect(path, found)
    assert found[0] == f"{TEXTS[0]} 0"


def test_a_text_whose_encoding_nobody_knows_does_not_stop_the_others(put, tmp_path):
    put("t/a.txt", TEXTS[0])
    put("t/b.txt", "Президент заявил по телевидению".encode("cp1251"))
    put("t/c.txt", in_page(TEXTS[1], "iso8859_6"))
    first, rejected, last = read(tmp_path / "t")
    assert (first.text, last.text) == (TEXTS[0], TEXTS[1])
    assert "UTF-8" in rejected.reason


# What the user says


def test_the_encoding_given_is_believed_against_the_evidence(put):
    path = put("a.csv", written("csv").encode("cp1256"))
    assert all(isinstance(row, RejectedRow) for row in read(path, encoding="utf-8"))
    assert names(path, encoding="iso-8859-6") == ["encoding ISO 8859-6"]
    plain = put("b.csv", b"text\n" + TEXTS[0].encode())
    assert read(plain, encoding="windows-1256")[0].text == TEXTS[0].encode().decode("cp1256")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("order", ["-le", "-be"])
def test_the_byte_order_is_found_where_only_the_width_is_said(put, encoding, order):
    path = put("a.csv", written("csv").encode(encoding + order))
    assert [a.text for a in read(path, encoding=encoding)] == TEXTS


def test_a_byte_order_that_is_marked_is_left_to_the_mark():
    assert with_byte_order("utf-16", codecs.BOM_UTF16_BE + b"\0a") == "utf-16"
    assert with_byte_order("cp1256", b"") == "cp1256"


@pytest.mark.parametrize(
    "encoding", ["", "klingon", "hex", "rot13", "idna", "punycode", "undefined", "a\0b", "ك"]
)
def test_what_is_no_encoding_of_files_is_refused(put, encoding):
    with pytest.raises(ConfigError, match=r"unknown.*windows-1256"):
        read(put("a.csv", "text\nx\n"), encoding=encoding)


@pytest.mark.parametrize("encoding", [None, "windows-1256", "UTF8", "utf-16", "gb18030", "cp720"])
def test_what_is_one_is_not(encoding):
    check_encoding(encoding)


@pytest.mark.parametrize("encoding", ["UTF-8", "utf8", "utf-8-sig", "ascii", "US-ASCII"])
def test_what_utf8_can_read_is_utf8(encoding):
    assert normal_name(encoding) == "utf-8"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("encoding", ["cp1256", "utf-16", "utf-32", "utf-16-be"])
def test_characters_over_the_borders_of_blocks_are_whole(put, monkeypatch, encoding, size):
    monkeypatch.setattr(encodings, "BLOCK", size)
    path = put("a.csv", f"text\n{TEXTS[0]}\n🍇\n".encode(encoding, errors="replace"))
    assert read(path, encoding=encoding)[0].text == TEXTS[0]
