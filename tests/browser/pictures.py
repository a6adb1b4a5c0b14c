"""Making the pictures of docs/reports.md and docs/evaluation.md again: `make pictures`.

They show written texts only. The model learned from three quarters of the events of the seed
corpus and is tested on the rest, so the figures say nothing about real news.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import orjson

from tests.archive_example import code, write_archive
from tests.browser.chromium import tab
from tests.conftest import ROOT, SEEDS

WIDTH, HEIGHT = 860, 980
SUITE = """
title = "Framing in the seed corpus"
[tasks.framing]
corpus = ["held-out.jsonl"]
by = "event"
folds = 4
opponents = ["majority"]
"""


class Picture(NamedTuple):
    """A picture of a page: its name, the command, the language, and where it begins."""

    name: str
    command: tuple[str, ...]
    language: str = "en"
    begins: str = "body"
    height: int = HEIGHT
    option: str = "--html"


EXPLAIN = ("explain", "samples.jsonl", "-m", "model")
REPORT = ("report", "held-out.jsonl", "-m", "model")
CONCORDANCE = ("concordance", "held-out.jsonl", "قسد", "--sort", "before")
ESTIMATE = ("estimate", "labels.jsonl", "--coded", "to-code.csv", "--by", "year")
ANNOTATORS = ("--annotator", "amal", "--annotator", "nour", "--annotator", "huda")
CURVE = ("curve", "held-out.jsonl", "--by", "event", "--sizes", "20,40,80,150")
PICTURES = (
    Picture("explain", EXPLAIN, begins="#s3", height=600),
    Picture("explain-ar", EXPLAIN, "ar", "#s3", height=600),
    Picture("report", REPORT, option="-o"),
    Picture("report-ar", REPORT, "ar", option="-o"),
    Picture("concordance", CONCORDANCE, height=590),
    Picture("evaluate", ("evaluate", "held-out.jsonl", "-m", "model")),
    Picture("crossval", ("crossval", "held-out.jsonl", "--by", "event", "--folds", "4")),
    Picture("curve", CURVE, height=925),
    Picture("compare", ("compare", "model", "words", "held-out.jsonl")),
    Picture("audit", ("audit", "held-out.jsonl")),
    Picture("naming", ("naming", "held-out.jsonl", "--by", "label"), begins="#s2", height=640),
    Picture("estimate", ESTIMATE, begins="#s2", height=700),
    Picture("estimate-ar", ESTIMATE, "ar", "#s3", height=430),
    Picture("info", ("info", "-m", "model")),
    Picture("agreement", ("agreement", "coded.csv", *ANNOTATORS)),
    Picture("benchmark", ("benchmark", "suite.toml", "--json", "results.json"), height=620),
)
# Figures of `crossval` that docs/evaluation.md shows, by language.
FIGURES = {"figure-crossval-confusion": "en", "figure-crossval-gap-ar": "ar"}


def make_pictures(target):
    """Write every picture into a folder."""
    with tempfile.TemporaryDirectory() as name, tab() as browser:
        folder = Path(name)
        prepare(folder)
        for picture in PICTURES:
            page = folder / f"{picture.name}.html"
            written = (picture.option, page.name, "--language", picture.language)
            stance(folder, *picture.command, *written, "--force", "--quiet")
            browser.open(page, WIDTH)
            top = browser.value(
                f"document.querySelector('{picture.begins}').getBoundingClientRect().top"
            )
            clip = {"x": 0, "y": top, "width": WIDTH, "height": picture.height, "scale": 1}
            browser.screenshot(target / f"{picture.name}.png", clip)
    make_figures(target)


def make_figures(target):
    """Write the figures of a cross-validation that are shown, as the command draws them."""
    crossval = ("crossval", str(SEEDS), "--by", "event", "--folds", "4", "--quiet")
    with tempfile.TemporaryDirectory() as name:
        for figure, language in FIGURES.items():
            stance(Path(name), *crossval, "--figures", language, "--language", language)
            drawn = figure.removeprefix("figure-").removesuffix("-ar")
            shutil.copyfile(Path(name) / language / f"{drawn}.png", target / f"{figure}.png")


def prepare(folder):
    """Write the corpora, the models and the files that the commands read."""
    rows = [orjson.loads(line) for line in SEEDS.read_bytes().splitlines()]
    held_out = set(sorted({row["event"] for row in rows})[::4])
    for name, is_held_out in (("training", False), ("held-out", True)):
        chosen = [row for row in rows if (row["event"] in held_out) == is_held_out]
        lines = b"".join(orjson.dumps(row) + b"\n" for row in chosen)
        (folder / f"{name}.jsonl").write_bytes(lines)
    (folder / "samples.jsonl").write_bytes((ROOT / "seeds" / "samples.jsonl").read_bytes())
    (folder / "suite.toml").write_text(SUITE, "utf-8")
    write_ratings(folder / "coded.csv", [row for row in rows if row["event"] in held_out])
    write_sample(folder)
    codebook = str(ROOT / "seeds" / "codebook.toml")
    stance(folder, "train", "training.jsonl", "-o", "model", "--codebook", codebook, "--quiet")
    settings = ("--set", "features.lexicon.enabled=false")
    stance(folder, "train", "training.jsonl", "-o", "words", *settings, "--quiet")


def write_sample(folder):
    """Label the archive of docs/estimation.md, and draw and code a sample of it."""
    write_archive(folder / "archive.jsonl")
    kept = ("--keep", "outlet", "--keep", "published")
    stance(folder, "predict", "archive.jsonl", "-o", "labels.jsonl", *kept, "--quiet")
    drawn = ("--articles", "archive.jsonl", "-n", "240", "--by", "year", "-o", "to-code.csv")
    stance(folder, "sample", "labels.jsonl", *drawn, "--quiet")
    code(folder / "to-code.csv")


def write_ratings(path, rows):
    """Write labels of three made-up annotators, who err at fixed places."""
    labels = sorted({row["label"] for row in rows})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "amal", "nour", "huda"])
        for n, row in enumerate(rows):
            other = labels[n % len(labels)]
            rated = [other if n % every == 0 else row["label"] for every in (9, 6, 4)]
            writer.writerow([row["id"], *rated])


def stance(folder, *words):
    """Run a command in a folder."""
    command = [sys.executable, "-m", "stance", *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=os.environ)


if __name__ == "__main__":
    make_pictures(Path(sys.argv[1]).absolute())
