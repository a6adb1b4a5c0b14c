import lzma
import pickle
import zipfile
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.errors import ConfigError, CorpusError, DamagedFileError
from stance.formats import decompression
from stance.formats.input_file import InputFile, identify
from stance.formats.opening import check_content, open_bytes

COMPRESSIONS = [".gz", ".bz2", ".xz", ".zst"]
LINES = "".join(f"السطر رقم {n} من خبر عن سوق البلدة {n * 7919}\n" for n in range(12_000)).encode()


@pytest.mark.parametrize(
    ("name", "file_format", "compression"),
    [
        ("a.txt", "txt", ""),
        ("a.jsonl", "jsonl", ""),
        ("a.ndjson", "jsonl", ""),
        ("a.csv", "csv", ""),
        ("a.tsv", "tsv", ""),
        ("a.tab", "tsv", ""),
        ("a.parquet", "parquet", ""),
        ("a.pq", "parquet", ""),
        ("أخبار 2019.03.23.csv", "csv", ""),
        ("A.CSV", "csv", ""),
        ("A.JSONL.GZ", "jsonl", ".gz"),
        ("a.txt.bz2", "txt", ".bz2"),
        ("a.tsv.xz", "tsv", ".xz"),
        ("a.csv.zst", "csv", ".zst"),
        ("a.txt.csv", "csv", ""),
        ("a.json", "json", ""),
        ("a.xlsx", "xlsx", ""),
    ],
)
def test_a_name_tells_format_and_compression(put, name, file_format, compression):
    path = put(name, b"")
    assert identify(str(path)) == InputFile(str(path), file_format, compression)


@pytest.mark.parametrize("name", ["a", "a.gz", "a.docx", "a.tar.gz", "a.csv.zip", ".csv"])
def test_an_ending_that_says_nothing_needs_the_format(put, name):
    path = str(put(name, b""))
    with pytest.raises(CorpusError, match=r"extension is not that.*--input-format"):
        identify(path)
    assert identify(path, "csv").format == "csv"


def test_the_format_asked_for_overrides_the_name_and_keeps_the_compression(put):
    path = str(put("a.txt.gz", b""))
    assert identify(path, "csv") == InputFile(path, "csv", ".gz")


def test_an_unknown_format_is_refused_and_the_known_ones_are_listed(put):
    with pytest.raises(ConfigError, match="csv, json, jsonl, parquet, tsv, txt, xlsx"):
        identify(str(put("a.csv", b"")), "excel")


@pytest.mark.parametrize("name", ["لا شيء.csv", "no/such/folder.csv", "", "a\0b.csv"])
def test_a_file_that_is_not_there_is_refused(tmp_path, name):
    with pytest.raises(CorpusError, match="no such file"):
        identify(f"{tmp_path}/{name}")


def test_standard_input_is_json_lines_unless_said_otherwise():
    assert identify("-") == InputFile("-", "jsonl")
    assert identify("-", "csv") == InputFile("-", "csv")


@pytest.mark.slow
@pytest.mark.parametrize("compression", ["", *COMPRESSIONS])
def test_an_opened_file_is_decompressed_by_lines_and_as_a_whole(put, compression):
    source = identify(str(put(f"a.txt{compression}", LINES)))
    with open_bytes(source) as stream:
        assert stream.read() == LINES
    with open_bytes(source) as stream:
        assert list(stream) == LINES.splitlines(keepends=True)


@pytest.mark.slow
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_file_of_several_compressed_parts_is_read_to_its_end(put, pack, compression):
    path = put(f"a.txt{compression}", LINES)
    path.write_bytes(path.read_bytes() + pack(path.name, b"end"))
    with open_bytes(identify(str(path))) as stream:
        assert stream.read() == LINES + b"end"


@pytest.mark.slow
@pytest.mark.parametrize("kept", [0.01, 0.5, 0.99])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_compressed_file_that_was_cut_short_is_told_of(put, compression, kept):
    path = put(f"a.txt{compression}", LINES)
    packed = path.read_bytes()
    path.write_bytes(packed[: int(len(packed) * kept)])
    with (
        pytest.raises(CorpusError, match=r"a\.txt.*(damaged|cut short)"),
        open_bytes(identify(str(path))) as stream,
    ):
        stream.read()


@pytest.mark.slow
@pytest.mark.parametrize("compression", COMPRESSIONS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0.001, 0.999), flip=st.integers(1, 255))
def test_a_damaged_byte_in_a_compressed_file_is_a_corpus_error_or_harmless(
    tmp_path, pack, compression, place, flip
):
    path = tmp_path / f"a.txt{compression}"
    packed = bytearray(pack(path.name, LINES[:20_000]))
    packed[int(len(packed) * place)] ^= flip
    path.write_bytes(packed)
    with suppress(CorpusError), open_bytes(identify(str(path))) as stream:
        stream.read()


def _spreadsheet(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return path.read_bytes()


@pytest.fixture
def contents(tmp_path, pack):
    """What a misnamed file may hold, by a short name."""
    pq.write_table(pa.table({"text": ["نص"]}), tmp_path / "p")
    table = "id,text\n1,وصل الوفد إلى المدينة\n"
    return {
        "spreadsheet": _spreadsheet(tmp_path / "z"),
        "parquet": (tmp_path / "p").read_bytes(),
        "csv": table.encode(),
        "gzip": pack("x.gz", table.encode()),
        "bzip2": pack("x.bz2", table.encode()),
        "xz": pack("x.xz", table.encode()),
        "zstandard": pack("x.zst", table.encode()),
        "old office": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100,
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "empty": b"",
        **{f"pickle {p}": pickle.dumps({"text": "نص"}, protocol=p) for p in range(2, 6)},
    }


@pytest.mark.parametrize(
    ("what", "name", "message"),
    [
        ("spreadsheet", "a.csv", r"zip archive.*Rename it to end in \.xlsx"),
        ("spreadsheet", "a.txt", "zip archive"),
        ("old office", "a.csv", r"Office document.*Save it as \.xlsx, or as CSV"),
        ("pdf", "a.txt", "PDF"),
        ("gzip", "a.jsonl", r"gzip.*end in \.gz"),
        ("bzip2", "a.csv", r"bzip2.*end in \.bz2"),
        ("xz", "a.tsv", r"xz.*end in \.xz"),
        ("zstandard", "a.txt", r"Zstandard.*end in \.zst"),
        ("zstandard", "a.csv.gz", r"Zstandard.*says \.gz"),
        ("parquet", "a.csv", r"Parquet.*end in \.parquet"),
        ("csv", "a.parquet", r"not that of a \.parquet file"),
        ("csv", "a.csv.gz", r"not that of a \.gz file"),
        ("csv", "a.csv.zst", r"not that of a \.zst file"),
        ("pickle 2", "a.jsonl", "pickle.*never opened"),
        ("pickle 3", "a.jsonl", "pickle.*never opened"),
        ("pickle 4", "a.jsonl", "pickle.*never opened"),
        ("pickle 5", "a.jsonl", "pickle.*never opened"),
        ("empty", "a.csv", "is empty"),
        ("empty", "a.jsonl", "is empty"),
        ("empty", "a.parquet", "is empty"),
        ("empty", "a.csv.gz", "is empty"),
    ],
)
def test_a_file_that_is_not_what_its_ending_says_is_refused(put, contents, what, name, message):
    path = put("x", contents[what]).rename(put(name, b""))
    with pytest.raises(CorpusError, match=message):
        check_content(identify(str(path)))


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", "خبر".encode(), b"P", b"BZ", b"\0"])
def test_plain_text_may_hold_anything_else(put, data):
    source = identify(str(put("a.txt", data)))
    with open_bytes(source) as stream:
        assert stream.read() == data


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(CorpusError, match="cannot be opened"):
        check_content(InputFile(str(tmp_path), "csv"))


@pytest.mark.slow
def test_xz_that_takes_too_much_memory_is_refused(put, monkeypatch):
    path = put("a.txt.xz", LINES)
    # The least preset takes a megabyte, the usual one nine.
    path.write_bytes(lzma.compress(LINES, preset=6))
    monkeypatch.setattr(decompression, "XZ_MEMORY", 2 << 20)
    with (
        pytest.raises(DamagedFileError, match=r"a\.txt\.xz.*2,097,152 bytes of memory.*xz -9"),
        open_bytes(identify(str(path))) as stream,
    ):
        stream.read()
    path.write_bytes(lzma.compress(LINES, preset=0))
    with open_bytes(identify(str(path))) as stream:
        assert stream.read() == LINES


@pytest.mark.slow
@pytest.mark.parametrize("behind", [b"\0" * 8, "ذيل".encode()])
def test_what_follows_the_last_part_of_xz_is_passed_over(put, behind):
    path = put("a.txt.xz", LINES)
    path.write_bytes(lzma.compress(LINES) + behind)
    with open_bytes(identify(str(path))) as stream:
        assert stream.read() == LINES
