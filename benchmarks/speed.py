"""How fast `stance` is, beside others, on the same articles in the same hour.

    python benchmarks/speed.py ARTICLES --labelled LABELLED [--opponents PYTHON] [--rounds 3]
    python benchmarks/speed.py ARTICLES --labelled LABELLED --work FOLDER --only memory predict
    python benchmarks/speed.py ARTICLES --labelled LABELLED --work FOLDER --growth features
    python benchmarks/speed.py --short

LABELLED is what the models learn from that label, its `outlet` the label; ARTICLES is what they
label, both JSON Lines as `benchmarks/prepare.py ant` writes them. The training that is timed is on
ARTICLES but for every tenth, and its macro-F1 that of the tenths. The contenders run in turn, round
by round, each in a process of its own. PYTHON is an interpreter that has scikit-learn and
camel-tools, and fastText and spaCy if they are to take part.

`--only` and `--growth` measure some rows or curves, and leave the others of the result as they
were; `--work` keeps models and files from one such run to the next. Tables and curves go into
benchmarks/results/, as Markdown, JSON and SVG. Ends with 1 where a figure misses its bar.
`--short` makes its own text, and leaves fastText and spaCy out: for CI. It compares processor
times, the least of each, since other programs may be running.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growth import CURVES, Curve, grow, plot
from made_up import write_articles
from speed_rows import ROWS, Workshop, figures
from timing import Measured, machine, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESULTS = Path(__file__).parent / "results"
NOT_IN_SHORT = {"fasttext", "spacy"}


@dataclass(frozen=True)
class Bar:
    """A figure that must not be worse than so much, and what it should be one day."""

    what: str
    value: float
    bar: float
    aim: float
    higher_is_better: bool = True

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.value >= self.bar if self.higher_is_better else self.value <= self.bar


class Result:
    """All that was measured, in this run and in earlier ones of the same name."""

    def __init__(self, earlier: dict[str, Any]) -> None:
        self.contenders = {one["name"]: Measured(**one) for one in earlier.get("contenders", [])}
        self.figures: dict[str, float] = earlier.get("figures", {})
        self.curves = {name: Curve(**one) for name, one in earlier.get("curves", {}).items()}

    def to_dict(self, bars: list[Bar], where: dict[str, object]) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "machine": where,
            "bars": [{**asdict(bar), "met": bar.met} for bar in bars],
            "contenders": [asdict(one) for one in self.contenders.values()],
            "figures": self.figures,
            "curves": {name: asdict(one) for name, one in self.curves.items()},
            "exponents": {name: one.exponent for name, one in self.curves.items()},
        }


def main() -> None:
    """Measure, write the table, and fail below a bar."""
    chosen = arguments()
    name = chosen.name or ("speed-short" if chosen.short else "speed")
    path = chosen.results / f"{name}.json"
    part = chosen.only or chosen.growth
    earlier = json.loads(path.read_text(encoding="utf-8")) if part and path.exists() else {}
    result = Result(earlier)
    with tempfile.TemporaryDirectory() as temporary:
        shop = workshop(chosen, Path(temporary))
        contenders = [one for row in rows(chosen) for one in ROWS[row](shop)]
        result.contenders |= measure(contenders, chosen.rounds)
        result.figures |= dict(figures(shop)) if contenders else {}
        for against in chosen.growth:
            result.curves[against] = grow(against, shop, chosen.rounds)
        size = shop.articles.stat().st_size / 1e6
    bars = list(judge(result, short=chosen.short))
    report(result, bars, {**machine(chosen.opponents), "articles_mb": round(size, 1)}, path)
    if not all(bar.met for bar in bars):
        sys.exit(1)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, nargs="?")
    parser.add_argument("--labelled", type=Path)
    parser.add_argument("--opponents", default=sys.executable, help="their Python")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=[], metavar="ROW")
    parser.add_argument("--growth", nargs="+", choices=CURVES, default=[], metavar="CURVE")
    parser.add_argument("--work", type=Path, help="a folder for models and files, kept")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--name", help="of the results")
    parser.add_argument("--results", type=Path, default=RESULTS, help="their folder")
    chosen = parser.parse_args()
    if not chosen.short and not (chosen.labelled and chosen.articles):
        parser.error(f"give ARTICLES and --labelled, or --short; rows are {', '.join(ROWS)}")
    return chosen


def workshop(chosen: argparse.Namespace, temporary: Path) -> Workshop:
    """Return the files and models to measure with."""
    folder = chosen.work or temporary / "work"
    labelled, articles = chosen.labelled, chosen.articles
    if chosen.short:
        labelled, articles = temporary / "labelled.jsonl", temporary / "articles.jsonl"
        write_articles(labelled, n=400, seed=1)
        write_articles(articles, n=2_000, seed=2)
    return Workshop(folder, labelled, articles, chosen.opponents)


def rows(chosen: argparse.Namespace) -> list[str]:
    """Return the rows to measure: those asked for, all, or none where curves are asked for."""
    if chosen.only or chosen.growth:
        return chosen.only
    return [row for row in ROWS if not (chosen.short and row in NOT_IN_SHORT)]


def judge(result: Result, *, short: bool) -> Iterator[Bar]:
    """Hold what was measured against the bars.

    Those of a short run are lower, it being nearly all start-up, and compare
    the least processor times: a busy machine must not fail it.
    """
    found = result.contenders

    def took(name: str) -> float:
        return found[name].least_processor if short else found[name].median

    def ratio(one: str, other: str) -> Callable[[], float]:
        return lambda: took(one) / took(other)

    def processor(name: str) -> float:
        return min(found[name].processor) if short else statistics.median(found[name].processor)

    def peak(name: str) -> float:
        return max(found[name].peak_mb)

    ours, memory = "stance predict", "stance in memory"
    f1, least, most = "macro-F1, {}".format, True, False
    # What, measured, whether it is the least or the most, then bar and aim, then those if short.
    wanted: list[tuple[str, Callable[[], float], bool, tuple[float, float], float]] = [
        (
            "in memory, one thread, against scikit-learn",
            *(ratio("scikit-learn in memory", memory), least, (25, 50), 8),
        ),
        (
            "whole command, against scikit-learn's script",
            *(ratio("scikit-learn", ours), least, (25, 60), 1.5),
        ),
        (
            "share of labels that are scikit-learn's",
            *(lambda: result.figures["share of labels equal"], least, (1, 1), 1),
        ),
        ("whole command, against fastText's script", ratio("fastText", ours), least, (5, 10), 1),
        ("whole command, as a multiple of wc -w", ratio(ours, "wc -w"), most, (4, 2), 400),
        (
            "training, against scikit-learn's script",
            *(ratio("scikit-learn train", "stance train"), least, (5, 12), 1),
        ),
        (
            "macro-F1 on held-out articles, below scikit-learn's by",
            lambda: result.figures[f1("scikit-learn")] - result.figures[f1("stance")],
            *(most, (0.003, 0), 0.02),
        ),
        ("peak memory, MB", lambda: peak(ours), most, (600, 300), 600),
        (
            "more of it on a file ten times as long, MB",
            lambda: peak(f"{ours}, ten times") - peak(ours),
            *(most, (50, 0), 150),
        ),
        ("stance --help, processor s", lambda: processor("stance --help"), most, (0.3, 0.15), 1),
        ("one article, s", lambda: took("stance, one article"), most, (1.2, 0.6), 5),
        (
            "fifty labels against five, in memory",
            *(ratio(f"{memory}, 50 labels", f"{memory}, 5 labels"), most, (3, 1.5), 5),
        ),
    ]
    for what, value, higher, (bar, aim), lenient in wanted:
        try:
            yield Bar(what, round(value(), 4), *((lenient,) * 2 if short else (bar, aim)), higher)
        except KeyError as missing:
            print(f"not judged, since {missing} was not measured: {what}", file=sys.stderr)


def report(result: Result, bars: list[Bar], where: dict[str, object], path: Path) -> None:
    """Print the table, and write it as Markdown and JSON, and the curves."""
    text = "\n".join(markdown(result, bars, where, path.stem)) + "\n"
    print(text)
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    for against, curve in result.curves.items():
        plot(curve, path.with_name(f"{path.stem}-{against}.svg"))
    written = json.dumps(result.to_dict(bars, where), indent=2, ensure_ascii=False)
    path.write_text(written + "\n", encoding="utf-8")


def markdown(result: Result, bars: list[Bar], where: dict[str, object], name: str) -> Iterator[str]:
    """Yield the lines of the report."""
    yield "| what | measured | bar | aim | met |"
    yield "|---|---|---|---|---|"
    for bar in bars:
        sign = "≥" if bar.higher_is_better else "≤"
        met = "yes" if bar.met else "no"
        yield f"| {bar.what} | {bar.value:.4g} | {sign} {bar.bar} | {bar.aim} | {met} |"
    yield from ("", "| contender | median s | from | to | processor s | peak MB |")
    yield "|---|---|---|---|---|---|"
    for one in result.contenders.values():
        spread = f"{min(one.seconds):.2f} | {max(one.seconds):.2f}"
        processor = statistics.median(one.processor)
        peak = f"{max(one.peak_mb):.0f}"
        yield f"| {one.name} | {one.median:.2f} | {spread} | {processor:.2f} | {peak} |"
    yield ""
    for what, value in result.figures.items():
        yield f"- {what}: {value:.4f}"
    for against, curve in result.curves.items():
        pairs = zip(curve.sizes, curve.medians, strict=True)
        listed = ", ".join(f"{size:,}: {median:.2f} s" for size, median in pairs)
        told = f"power {curve.exponent:.2f} ({name}-{against}.svg)"
        yield f"- time against {against}, {told}: {listed}"
    for key, value in where.items():
        yield f"- {key}: {value}"


if __name__ == "__main__":
    main()
