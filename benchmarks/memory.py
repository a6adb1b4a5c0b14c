"""The memory that commands take with files that hold far more than their bytes.

    python benchmarks/memory.py [--rows N]

Makes small files that expand when they are read: one sentence, again and again, as one value or as
many, in each format and compression, beside articles of the seed corpus. Runs predict, audit,
evaluate and train on each in a process of its own, and takes its greatest resident memory beyond
that of the same command on the articles alone. Writes benchmarks/results/memory.json and .md, and
ends with 1 if any command takes more than the limit. The files are removed again.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import itertools
import json
import lzma
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds" / "articles.jsonl"
RESULTS = ROOT / "benchmarks" / "results"

LIMIT = 500  # MB beyond the same command on ordinary articles
HUGE = 128 * 1024 * 1024  # bytes of a value that no row may have
LARGE = 4 * 1024 * 1024  # bytes of one that a row may have
SENTENCE = "قال شهود عيان إن الطريق بين المدينتين مقطوع منذ الصباح. "

FIELDS = ("id", "text", "label", "outlet", "event")


def articles() -> list[dict[str, str]]:
    """Return the articles of the seed corpus."""
    rows = [json.loads(line) for line in SEEDS.read_text("utf-8").splitlines()]
    return [{name: row[name] for name in FIELDS} for row in rows]


def pieces(size: int) -> Iterator[bytes]:
    """Yield a repeated sentence, of that many bytes altogether."""
    piece = (SENTENCE * 10_000).encode()
    for _ in range(size // len(piece)):
        yield piece


def as_lines(rows: list[dict[str, str]]) -> bytes:
    """Return articles as JSON Lines."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def write_json(file: IO[bytes], rows: list[dict[str, str]], *, array: bool) -> None:
    """Write articles with one that is huge in the middle."""
    half = len(rows) // 2
    mark = b"," if array else b""
    file.write(b"[" if array else b"")
    for row in rows[:half]:
        file.write(json.dumps(row, ensure_ascii=False).encode() + mark + b"\n")
    file.write(b'{"id": "huge", "label": "x", "text": "')
    for piece in pieces(HUGE):
        file.write(piece)
    file.write(b'"}')
    for row in rows[half:]:
        file.write(mark + b"\n" + json.dumps(row, ensure_ascii=False).encode())
    file.write(b"]" if array else b"\n")


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """Write articles with one huge cell in the middle."""

    def line(row: dict[str, str]) -> bytes:
        cells = ('"' + row[name].replace('"', '""') + '"' for name in FIELDS)
        return ",".join(cells).encode() + b"\r\n"

    half = len(rows) // 2
    with path.open("wb") as file:
        file.write(",".join(FIELDS).encode() + b"\r\n" + b"".join(map(line, rows[:half])))
        file.write(b'"huge","')
        for piece in pieces(HUGE):
            file.write(piece)
        file.write(b'","x","o","e"\r\n' + b"".join(map(line, rows[half:])))


def columns(rows: list[dict[str, str]]) -> dict[str, Any]:
    """Return articles as columns."""
    return {name: [row[name] for row in rows] for name in FIELDS}


def write_parquet(path: Path, rows: list[dict[str, str]], kind: str) -> None:
    """Write Parquet whose last column is a long text, in many rows."""
    text = SENTENCE * (LARGE // len(SENTENCE.encode()))
    few = {"dictionary": 1000, "nested": 1000, "plain": 64, "one page": 64}[kind]
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * few, pa.int32()), pa.array([text]))
    if kind == "nested":
        shared = pa.ListArray.from_arrays(pa.array(range(few + 1), pa.int32()), shared)
    many = pa.table({**columns(list(itertools.islice(itertools.cycle(rows), few))), "note": shared})
    # A page ends where so many rows have been written, or at its size.
    batch = 1024 if kind in {"dictionary", "nested", "one page"} else 1
    pq.write_table(
        many,
        path,
        compression="zstd",
        use_dictionary=kind in {"dictionary", "nested"},
        write_batch_size=batch,
        data_page_size=1 << 30 if kind == "one page" else 1 << 20,
        dictionary_pagesize_limit=1 << 30,
    )


def write_honest(path: Path, rows: list[dict[str, str]], n_rows: int) -> None:
    """Write so many articles that are all different into one row group."""
    words = " ".join(row["text"] for row in rows).split()
    made = [
        {**row, "id": f"{n}", "text": " ".join(words[n % 50_000 :][:330]) + f" {n}"}
        for n, row in enumerate(itertools.islice(itertools.cycle(rows), n_rows))
    ]
    pq.write_table(pa.table(columns(made)), path, row_group_size=n_rows)


def write_workbook(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a workbook with one huge text in a cell."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(FIELDS))
    for row in rows:
        sheet.append([row[name] for name in FIELDS])
    plain = path.with_suffix(".plain.xlsx")
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            with new.open(name, "w") as file:
                if not name.startswith("xl/worksheets/sheet"):
                    file.write(data)
                    continue
                head, _, end = data.rpartition(b"</row>")
                file.write(head + b'<c r="H2" t="inlineStr"><is><t>')
                for piece in pieces(HUGE):
                    file.write(piece)
                file.write(b"</t></is></c></row>" + end)
    plain.unlink()


def write_zstd(path: Path, rows: list[dict[str, str]]) -> None:
    """Write JSON Lines with a huge line, compressed with Zstandard."""
    with pa.CompressedOutputStream(pa.OSFile(str(path), "wb"), "zstd") as stream:
        write_json(stream, rows, array=False)


def files(folder: Path, n_honest: int) -> dict[str, Path]:
    """Make the files; return them by what they hold."""
    rows = articles()
    made: dict[str, Path] = {}

    def make(what: str, name: str, write: Callable[[Path], Any]) -> None:
        made[what] = folder / name
        write(made[what])

    make("the articles alone", "seeds.jsonl", lambda p: p.write_bytes(as_lines(rows)))
    for kind, what in (
        ("dictionary", "Parquet, 1,000 rows sharing a text of 4 MiB"),
        ("nested", "Parquet, 1,000 lists of it"),
        ("plain", "Parquet, 64 texts of 4 MiB, a page each"),
        ("one page", "Parquet, the same in one page"),
    ):
        make(what, f"{kind.replace(' ', '-')}.parquet", lambda p, k=kind: write_parquet(p, rows, k))
    for ending, opened in ((".gz", gzip.open), (".bz2", bz2.open), (".xz", lzma.open)):

        def packed(path: Path, opened: Any = opened) -> None:
            with opened(path, "wb") as file:
                write_json(file, rows, array=False)

        make(f"JSON Lines, a line of 128 MiB, {ending}", f"line.jsonl{ending}", packed)
    make("JSON Lines, a line of 128 MiB, .zst", "line.jsonl.zst", lambda p: write_zstd(p, rows))

    def array(path: Path) -> None:
        with path.open("wb") as file:
            write_json(file, rows, array=True)

    make("JSON, a value of 128 MiB", "array.json", array)
    make("CSV, a cell of 128 MiB", "cell.csv", lambda p: write_csv(p, rows))
    make("Excel, a text of 128 MiB", "text.xlsx", lambda p: write_workbook(p, rows))
    make(
        f"Parquet, {n_honest:,} articles in one row group",
        "honest.parquet",
        lambda p: write_honest(p, rows, n_honest),
    )
    return made


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the command lines, with FILE where the file goes."""
    model, out = str(folder / "model"), str(folder / "out")
    return {
        "predict": ["predict", "FILE", "-m", model, "-o", out + ".jsonl", "--force", "--quiet"],
        "audit": ["audit", "FILE"],
        "evaluate": ["evaluate", "FILE", "-m", model, "--skip-rejected"],
        "train": ["train", "FILE", "-o", out, "--force", "--skip-rejected"],
    }


# On Linux a process begins with the greatest memory of the one that started it, so that a small
# one stands between the two.
LAUNCH = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss, flush=True)
os._exit(0)
"""


def peak(arguments: list[str]) -> tuple[int, int]:
    """Run a command; return its exit code and its greatest resident memory in bytes."""
    command = [sys.executable, "-c", LAUNCH, sys.executable, "-m", "stance", *arguments]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    code, used = map(int, said.split())
    return code, used * (1 if sys.platform == "darwin" else 1024)


def measure(folder: Path, n_honest: int) -> list[dict[str, Any]]:
    """Return what each command takes with each file; the articles alone come first."""
    made = files(folder, n_honest)
    seeds = made["the articles alone"]
    code, _ = peak(["train", str(seeds), "-o", str(folder / "model")])
    if code:
        raise SystemExit("the articles alone could not be learned from")
    found: list[dict[str, Any]] = []
    for name, words in commands(folder).items():
        for what, path in made.items():
            if "one row group" in what and name != "predict":
                continue
            code, used = peak([str(path) if word == "FILE" else word for word in words])
            ordinary = next((row["peak"] for row in found if row["command"] == name), used)
            found.append(
                {
                    "file": what,
                    "on_disk": path.stat().st_size,
                    "command": name,
                    "code": code,
                    "peak": used,
                    "beyond": used - ordinary,
                }
            )
            print(f"{what}: {name} ends with {code}, {(used - ordinary) / 1e6:+.0f} MB", flush=True)
    return found


def as_markdown(found: list[dict[str, Any]]) -> str:
    """Return the figures as a table."""
    names = list(commands(Path()))
    lines = [
        "# Memory",
        "",
        "Made by `benchmarks/memory.py`: the greatest resident memory of a command, in MB; for the "
        "files below the first, beyond that of the same command on the articles alone. In brackets "
        "the exit code where it is not 0.",
        "",
        "| file | on the disk, kB | " + " | ".join(names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for what in dict.fromkeys(row["file"] for row in found):
        own = {row["command"]: row for row in found if row["file"] == what}
        cells = [_cell(own.get(name), what == found[0]["file"]) for name in names]
        size = next(iter(own.values()))["on_disk"] / 1000
        lines.append(f"| {what} | {size:,.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: dict[str, Any] | None, is_first: bool) -> str:
    if row is None:
        return ""
    size = f"{row['peak'] / 1e6:.0f}" if is_first else f"{row['beyond'] / 1e6:+.0f}"
    return f"{size} ({row['code']})" if row["code"] else size


def main() -> int:
    """Measure, and write down what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="articles of the honest file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), options.rows)
    record = {"python": platform.python_version(), "pyarrow": pa.__version__, "rows": found}
    (RESULTS / "memory.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    (RESULTS / "memory.md").write_text(as_markdown(found), "utf-8")
    return int(any(row["beyond"] > LIMIT * 1e6 for row in found))


if __name__ == "__main__":
    sys.exit(main())
