"""How fast `stance` labels text, beside others, on the same articles in the same hour.

    python benchmarks/speed.py LABELLED ARTICLES [--opponents PYTHON] [--rounds 3]
    python benchmarks/speed.py --short

LABELLED trains every contender (its `outlet` is the label), ARTICLES is what they label, both
JSON Lines as `benchmarks/prepare.py ant` writes them. The contenders run in turn, round by
round, each in a process of its own. PYTHON is an interpreter that has scikit-learn and
camel-tools, and fastText and spaCy if they are to take part. The table is written as Markdown and
JSON into benchmarks/results/. Ends with 1 where a ratio misses its bar. `--short` makes its own
text, and leaves fastText and spaCy out: for CI.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).parent
OPPONENTS = HERE / "opponents"
RESULTS = HERE / "results"
STANCE = (sys.executable, "-c", "from stance.cli import main; main()")

SETTINGS = (
    "features.lexicon.enabled=false",
    "features.word.min_df=2",
    "features.char.enabled=true",
    "features.char.surface=false",
    "features.char.min_n=2",
    "features.char.max_n=5",
    "features.char.min_df=2",
    "features.char.min_outlets=1",
    "features.word.min_outlets=1",
    "classifier.logistic.C=10",
    "calibration.enabled=false",
)

SCORE = """
import json, sys, time
from stance import load_model, read_articles
model, path = sys.argv[1:]
model = load_model(model)
articles = list(read_articles([path]))
model.scores(articles[:8])
start = time.perf_counter()
for first in range(0, len(articles), 1024):
    model.scores(articles[first : first + 1024])
print(json.dumps({"seconds": time.perf_counter() - start}))
"""


@dataclass
class Measured:
    """What one contender took, round by round."""

    name: str
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of the wall times, in seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Bar:
    """A ratio, or a figure, that must not be worse than so much."""

    what: str
    value: float
    bar: float
    higher_is_better: bool = True

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.value >= self.bar if self.higher_is_better else self.value <= self.bar


@dataclass(frozen=True)
class Contender:
    """A command to be timed."""

    name: str
    command: Sequence[str]
    # Told by the command itself, for what happens in memory.
    tells_seconds: bool = False


def main() -> None:
    """Measure, write the table, and fail below a bar."""
    chosen = arguments()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        labelled, articles = chosen.labelled, chosen.articles
        if chosen.short:
            labelled, articles = work / "labelled.jsonl", work / "articles.jsonl"
            write_generated(labelled, n=600, seed=1)
            write_generated(articles, n=6_000, seed=2)
        contenders = prepare(work, labelled, articles, chosen.opponents, short=chosen.short)
        found = measure(contenders, chosen.rounds)
    bars = judge(found, short=chosen.short)
    report(found, bars, articles_mb(chosen), chosen.name or ("short" if chosen.short else "speed"))
    if not all(bar.met for bar in bars):
        sys.exit(1)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labelled", type=Path, nargs="?")
    parser.add_argument("articles", type=Path, nargs="?")
    parser.add_argument("--opponents", default=sys.executable, help="their Python")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--name", help="of the results")
    chosen = parser.parse_args()
    if not chosen.short and not (chosen.labelled and chosen.articles):
        parser.error("give LABELLED and ARTICLES, or --short")
    return chosen


def articles_mb(chosen: argparse.Namespace) -> float | None:
    """Return the size of the articles, unless they were made for the occasion."""
    return None if chosen.short else chosen.articles.stat().st_size / 1e6


def write_generated(path: Path, *, n: int, seed: int) -> None:
    """Write articles of made-up words, as unevenly frequent as in life."""
    shared = random.Random(0)
    letters = "ابتجحدرسشصضطعفقكلمنهوي"
    words = ["".join(shared.choices(letters, k=shared.randint(2, 8))) for _ in range(40_000)]
    frequency = [1 / rank for rank in range(1, len(words) + 1)]
    outlets = {name: shared.sample(words, 400) for name in ("ألف", "باء", "جيم", "دال", "هاء")}
    drawn = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(n):
            outlet = drawn.choice(list(outlets))
            body = drawn.choices(words, frequency, k=220) + drawn.choices(outlets[outlet], k=30)
            drawn.shuffle(body)
            row = {"id": str(number), "outlet": outlet, "text": " ".join(body) + "."}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def prepare(
    work: Path, labelled: Path, articles: Path, python: str, *, short: bool
) -> list[Contender]:
    """Train every contender, and return what is to be timed."""
    model, out = work / "stance", work / "labels.jsonl"
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    fields = ("--label-field", "outlet")
    run([*STANCE, "train", str(labelled), *fields, *settings, "--output", str(model)])
    one = work / "one.jsonl"
    with articles.open(encoding="utf-8") as file:
        one.write_text(file.readline(), encoding="utf-8")
    predict = [*STANCE, "predict", "--model", str(model), "--output", str(out), "--force"]
    run([*predict, str(one)])  # compiles, where nobody has yet
    found = [
        Contender("stance predict", [*predict, str(articles)]),
        Contender("stance, one article", [*predict, str(one)]),
        Contender("stance --help", [*STANCE, "--help"]),
        Contender(
            "stance in memory", [sys.executable, "-c", SCORE, str(model), str(articles)], True
        ),
    ]
    if counter := shutil.which("wc"):
        found.append(Contender("wc -w", [counter, "-w", str(articles)]))
    scripts = ["scikit_learn.py"] if short else ["scikit_learn.py", "fast_text.py", "spacy_bow.py"]
    for script in scripts:
        found += opponent(work, script, labelled, articles, python)
    return found


def opponent(
    work: Path, script: str, labelled: Path, articles: Path, python: str
) -> Iterator[Contender]:
    """Train an opponent and yield its commands; none where it is not installed."""
    name = script.removesuffix(".py")
    command, model = [python, str(OPPONENTS / script)], str(work / name)
    try:
        run([*command, "fit", str(labelled), model, "outlet"])
    except subprocess.CalledProcessError as error:
        print(f"{name} takes no part: {error.stderr.splitlines()[-1]}", file=sys.stderr)
        return
    out = str(work / f"{name}.jsonl")
    yield Contender(name, [*command, "predict", model, str(articles), out])
    if name == "scikit_learn":
        yield Contender(f"{name} in memory", [*command, "score", model, str(articles)], True)
    if name == "fast_text":
        yield Contender(f"{name}, text as is", [*command, "predict-raw", model, str(articles), out])


def environment() -> dict[str, str]:
    """Return the environment of all contenders: words are counted in UTF-8."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def run(command: Sequence[str]) -> None:
    """Run a command that is not timed."""
    subprocess.run(command, check=True, capture_output=True, text=True, env=environment())


def measure(contenders: Sequence[Contender], rounds: int) -> dict[str, Measured]:
    """Time every contender in turn, round by round."""
    found = {contender.name: Measured(contender.name) for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            seconds, processor, peak = timed(contender)
            one = found[contender.name]
            one.seconds.append(seconds)
            one.processor.append(processor)
            one.peak_mb.append(peak)
            print(f"{contender.name}: {seconds:.2f} s, {peak:.0f} MB", file=sys.stderr)
    return found


def timed(contender: Contender) -> tuple[float, float, float]:
    """Return wall seconds, processor seconds, and the peak memory in MB."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            contender.command, stdout=out, stderr=subprocess.DEVNULL, env=environment()
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{contender.name} ended with {process.returncode}")
        if contender.tells_seconds:
            out.seek(0)
            seconds = json.loads(out.read().splitlines()[-1])["seconds"]
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def judge(found: dict[str, Measured], *, short: bool) -> list[Bar]:
    """Hold the medians against the bars; those of a short run are lower, it being all start-up."""

    def ratio(slower: str, faster: str) -> Callable[[], float]:
        return lambda: found[slower].median / found[faster].median

    ours = "stance predict"
    wanted = [
        (
            "in memory, against scikit-learn",
            ratio("scikit_learn in memory", "stance in memory"),
            15 if short else 25,
            True,
        ),
        (
            "whole command, against scikit-learn",
            ratio("scikit_learn", ours),
            2 if short else 25,
            True,
        ),
        ("whole command, against fastText with normalisation", ratio("fast_text", ours), 5, True),
        ("wall time as a multiple of wc -w", ratio(ours, "wc -w"), 100 if short else 4, False),
        ("peak memory, MB", lambda: max(found[ours].peak_mb), 600, False),
        (
            "stance --help, processor seconds",
            lambda: statistics.median(found["stance --help"].processor),
            0.3,
            False,
        ),
        ("one article, wall seconds", lambda: found["stance, one article"].median, 1.2, False),
    ]
    bars = []
    for what, value, bar, higher in wanted:
        try:
            bars.append(Bar(what, value(), bar, higher))
        except KeyError as missing:
            print(f"not judged, since {missing} took no part: {what}", file=sys.stderr)
    return bars


def report(found: dict[str, Measured], bars: list[Bar], size: float | None, name: str) -> None:
    """Print the table, and write it as Markdown and JSON."""
    machine = {
        "processor": processor_name(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "articles_mb": size,
        **{package: version(package) for package in ("stance", "numba", "numpy")},
    }
    lines = ["| what | measured | bar | met |", "|---|---|---|---|"]
    for bar in bars:
        sign = "≥" if bar.higher_is_better else "≤"
        lines.append(
            f"| {bar.what} | {bar.value:.2f} | {sign} {bar.bar} | {'yes' if bar.met else 'no'} |"
        )
    lines += [
        "",
        "| contender | median s | from | to | processor s | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    for one in found.values():
        spread = f"{min(one.seconds):.2f} | {max(one.seconds):.2f}"
        processor = statistics.median(one.processor)
        peak = max(one.peak_mb)
        lines.append(f"| {one.name} | {one.median:.2f} | {spread} | {processor:.2f} | {peak:.0f} |")
    lines += ["", *(f"- {key}: {value}" for key, value in machine.items())]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    result = {
        "machine": machine,
        "bars": [{**asdict(bar), "met": bar.met} for bar in bars],
        "contenders": [asdict(one) for one in found.values()],
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def processor_name() -> str:
    """Return the processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
