"""How fast `stance` is: beside the build before it and beside others, on the same articles.

    python benchmarks/speed.py ARTICLES --labelled LABELLED --before PYTHON [--opponents PYTHON]
    python benchmarks/speed.py ARTICLES --labelled LABELLED --work FOLDER --only memory predict
    python benchmarks/speed.py ARTICLES --labelled LABELLED --work FOLDER --growth features
    python benchmarks/speed.py --short

LABELLED is what the models learn from that label, its `outlet` the label; ARTICLES is what they
label, both JSON Lines as `benchmarks/prepare.py` writes them. The training that is timed is on
ARTICLES but for every tenth, and its macro-F1 that of the tenths. A row is a few contenders that
are compared with each other: they run in turn, round by round, each in a process of its own.

`--before` names an interpreter with the build that this one is compared with (docs/benchmarks.md
says how to make one); the model that ships with it is given to both. `--opponents` names one that
has scikit-learn and camel-tools, and fastText and spaCy if they are to take part.

`--only` and `--growth` measure some rows or curves, and leave the others of the result as they
were; `--work` keeps models and files from one such run to the next. Tables and curves go into
benchmarks/results/, as Markdown, JSON and SVG, and are written after every row: one that fails
costs the others nothing. Ends with 1 where a figure misses its bar or a row failed.
`--short` makes its own text, and leaves fastText, spaCy and the build before out: for CI. It
compares processor times, the least of each, since other programs may be running.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bars import FULL, SHORT
from growth import CURVES, grow, plot
from made_up import write_articles
from speed_report import Result, write
from speed_rows import ROWS
from timing import machine, measure
from workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bars import Bar

RESULTS = Path(__file__).parent / "results"
FAULTS = (subprocess.CalledProcessError, RuntimeError, OSError, ValueError, KeyError, ImportError)


def main() -> None:
    """Measure, write the table, and fail below a bar."""
    chosen = arguments()
    path = chosen.results / f"{chosen.name}.json"
    path.parent.mkdir(exist_ok=True)
    part = chosen.only or chosen.growth
    earlier = json.loads(path.read_text(encoding="utf-8")) if part and path.exists() else {}
    result = Result.of(earlier)
    with tempfile.TemporaryDirectory() as temporary:
        shop = workshop(chosen, Path(temporary))
        size = round(shop.articles.stat().st_size / 1e6, 1)
        result.machine = {**machine(chosen.opponents), "articles_mb": size}
        for what in (*rows(chosen), *(f"growth {against}" for against in chosen.growth)):
            attempt(what, result, shop, chosen.rounds, path)
            bars = list(judge(result, short=chosen.short))
            write(result, bars, path)
    print(path.with_suffix(".md").read_text(encoding="utf-8"))
    if result.failures or not all(bar.met for bar in bars):
        sys.exit(1)


def attempt(what: str, result: Result, shop: Workshop, rounds: int, path: Path) -> None:
    """Measure a row or a curve; a fault in it is noted and does not stop the next."""
    result.failures.pop(what, None)
    try:
        if what.startswith("growth "):
            against = what.removeprefix("growth ")
            result.curves[against] = grow(against, shop, rounds)
            plot(result.curves[against], path.with_name(f"{path.stem}-{against}.svg"))
            return
        row = ROWS[what]
        result.rows[what] = measure(list(row.contenders(shop)), rounds)
        result.figures |= dict(row.figures(shop))
    except FAULTS as error:
        # What a command said at last tells more than its name.
        said = (getattr(error, "stderr", None) or "").strip().splitlines()
        result.failures[what] = said[-1] if said else f"{type(error).__name__}: {error}"
        print(f"{what} failed: {result.failures[what]}", file=sys.stderr)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, nargs="?")
    parser.add_argument("--labelled", type=Path)
    parser.add_argument("--before", metavar="PYTHON", help="with the build to compare with")
    parser.add_argument("--opponents", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=[], metavar="ROW")
    parser.add_argument("--growth", nargs="+", choices=CURVES, default=[], metavar="CURVE")
    parser.add_argument("--work", type=Path, help="a folder for models and files, kept")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--name", help="of the results")
    parser.add_argument("--results", type=Path, default=RESULTS, help="their folder")
    chosen = parser.parse_args()
    chosen.name = chosen.name or ("speed-short" if chosen.short else "speed")
    if not chosen.short and not (chosen.labelled and chosen.articles):
        parser.error(f"give ARTICLES and --labelled, or --short; rows are {', '.join(ROWS)}")
    if not chosen.before and any(ROWS[row].against_before for row in rows(chosen)):
        parser.error("give --before, an interpreter with the build to compare with")
    return chosen


def workshop(chosen: argparse.Namespace, temporary: Path) -> Workshop:
    """Return the files and models to measure with."""
    folder = chosen.work or temporary / "work"
    labelled, articles = chosen.labelled, chosen.articles
    if chosen.short:
        labelled, articles = temporary / "labelled.jsonl", temporary / "articles.jsonl"
        write_articles(labelled, n=400, seed=1)
        write_articles(articles, n=2_000, seed=2)
    # Some contenders run in folders of their own.
    paths = [path.resolve() for path in (folder, labelled, articles)]
    return Workshop(*paths, chosen.opponents, chosen.before)


def rows(chosen: argparse.Namespace) -> list[str]:
    """Return the rows to measure: those asked for, all, or none where curves are asked for."""
    if chosen.only or chosen.growth:
        return list(chosen.only)
    return [name for name, row in ROWS.items() if row.in_short or not chosen.short]


def judge(result: Result, *, short: bool) -> Iterator[Bar]:
    """Hold what was measured against the bars, and pass over what was not measured."""
    for wanted in SHORT if short else FULL:
        if wanted.row in result.rows and wanted.row not in result.failures:
            try:
                yield wanted.judge(result.rows, result.figures)
            except KeyError as missing:
                print(f"not judged, {missing} was not measured: {wanted.what}", file=sys.stderr)


if __name__ == "__main__":
    main()
