"""What `speed.py` measures: the contenders of each row, in turn, and what their outputs tell."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import f1_score

import speed_before
from timing import Contender, run
from workshop import OPPONENTS, ROOT, STANCE, in_memory, predict, read, train, wc

if TYPE_CHECKING:
    from pathlib import Path

    from workshop import Workshop

SECTIONS = (4_000, 8_000, 16_000)
FEW_TERMS, MANY_TERMS = 100, 10_000
SCORED = 10_000  # articles: enough to be timed well where other programs run

Contenders = Callable[["Workshop"], Iterator[Contender]]
Figures = Callable[["Workshop"], Iterator[tuple[str, float]]]


def nothing(shop: Workshop) -> Iterator[tuple[str, float]]:
    """Yield no figures: times are all there is."""
    yield from ()


@dataclass(frozen=True)
class Row:
    """Contenders that are compared with each other, and so timed in turn.

    ``figures`` is asked after that. A row ``in_short`` needs nothing but
    scikit-learn and made-up text; one that is ``against_before`` needs the
    build before.
    """

    contenders: Contenders
    figures: Figures = nothing
    in_short: bool = True
    against_before: bool = False


def whole(shop: Workshop) -> Iterator[Contender]:
    """Label a file, the whole command, with the model of it; and count its words."""
    yield Contender(
        "stance predict", predict(shop.model(), shop.articles, shop.folder / "stance.jsonl")
    )
    yield from wc(shop.articles)


def length(shop: Workshop) -> Iterator[Contender]:
    """Label a file, and one ten times as long."""
    for name, articles in (("once", shop.articles), ("ten times", shop.repeated(10))):
        labels = shop.folder / "length.jsonl"
        yield Contender(name, predict(shop.model(), articles, labels))


def memory(shop: Workshop) -> Iterator[Contender]:
    """Vectorise and score in memory, one thread."""
    yield in_memory("stance", shop.model(), shop.articles)
    script = str(OPPONENTS / "scikit_learn.py")
    command = [shop.python, script, "score", str(shop.pipeline()), str(shop.articles)]
    yield Contender("scikit-learn", command, tells=True, at_most=1)


def labels(shop: Workshop) -> Iterator[Contender]:
    """Score with fifty labels and with five, in memory."""
    for n in (5, 50):
        yield in_memory(f"{n} labels", shop.model_of(n), shop.articles)


def lexicon(shop: Workshop) -> Iterator[Contender]:
    """Label a file with a model of the seeds, with its lexicon and without."""
    for name, enabled in (("without lexicon", False), ("with lexicon", True)):
        model = shop.seed_model(lexicon=enabled)
        yield Contender(name, predict(model, shop.articles, shop.folder / "lexicon.jsonl"))


def explain(shop: Workshop) -> Iterator[Contender]:
    """Label a file with the model that ships, and explain its labels."""
    model, rows = ROOT / "models" / "syria-framing", shop.folder / "explained.json"
    yield Contender("predict", predict(model, shop.articles, shop.folder / "explained.jsonl"))
    words = ("explain", str(shop.articles), "--model", str(model), "--json", str(rows), "--force")
    yield Contender("explain", [*STANCE, *words])


def lexicon_in_memory(shop: Workshop) -> Iterator[Contender]:
    """Score in memory, without a lexicon, with the one that ships, with few and many terms."""
    articles = shop.first(SCORED)
    without = shop.model_of_words("features.lexicon.enabled=false", name="words")
    yield in_memory("without lexicon", without, articles)
    shipped = shop.model_of_words("features.lexicon.enabled=true", name="words-lexicon")
    yield in_memory("with lexicon", shipped, articles)
    for n in (FEW_TERMS, MANY_TERMS):
        yield in_memory(f"{n:,} terms", shop.model_with_terms(n), articles)


def scikit_learn(shop: Workshop) -> Iterator[Contender]:
    """Label the same file with scikit-learn's script."""
    shop.pipeline()
    yield from whole(shop)
    yield from _labels(shop, "scikit-learn", "scikit_learn", "predict", at_most=1)


def explained_in_a_second(shop: Workshop) -> Iterator[tuple[str, float]]:
    """Count the articles, for the rate."""
    with shop.articles.open("rb") as file:
        yield "articles explained", float(sum(1 for _ in file))


def same_labels(shop: Workshop) -> Iterator[tuple[str, float]]:
    """Compare scikit-learn's labels with ours."""
    pairs = zip(
        *(_label_column(shop.folder / f"{name}.jsonl") for name in ("stance", "scikit_learn")),
        strict=True,
    )
    yield "share of labels equal", float(np.mean([ours == theirs for ours, theirs in pairs]))


def fast_text(shop: Workshop) -> Iterator[Contender]:
    """Label the same file with fastText's script, normalising and not."""
    if shop.opponent("fast_text"):
        yield from whole(shop)
        yield from _labels(shop, "fastText", "fast_text", "predict")
        yield from _labels(shop, "fastText, text as is", "fast_text", "predict-raw")


def spacy(shop: Workshop) -> Iterator[Contender]:
    """Label the same file with spaCy's script."""
    if shop.opponent("spacy_bow"):
        yield from whole(shop)
        yield from _labels(shop, "spaCy", "spacy_bow", "predict", at_most=1)


def _labels(
    shop: Workshop, name: str, script: str, command: str, at_most: int | None = None
) -> Iterator[Contender]:
    model, labels = shop.folder / script, shop.folder / f"{script}.jsonl"
    called = [shop.python, str(OPPONENTS / f"{script}.py"), command, str(model)]
    yield Contender(name, [*called, str(shop.articles), str(labels)], at_most=at_most)


def training(shop: Workshop) -> Iterator[Contender]:
    """Train on all articles but every tenth, outlet as the label; scikit-learn's script too."""
    learned, _ = shop.parts()
    yield Contender("stance train", train(learned, shop.folder / "learned"))
    command = [shop.python, str(OPPONENTS / "scikit_learn.py"), "fit", str(learned)]
    model = str(shop.folder / "scikit_learn-learned")
    yield Contender("scikit-learn train", [*command, model, "outlet"], at_most=1)


def held_out_scores(shop: Workshop) -> Iterator[tuple[str, float]]:
    """Score both trainings on every tenth article."""
    _, held_out = shop.parts()
    y_true = [row["outlet"] for row in read(held_out)]
    script, theirs = str(OPPONENTS / "scikit_learn.py"), str(shop.folder / "scikit_learn-learned")
    labels = shop.folder / "held-out-labels.jsonl"
    for name, command in (
        ("stance", predict(shop.folder / "learned", held_out, labels)),
        ("scikit-learn", [shop.python, script, "predict", theirs, str(held_out), str(labels)]),
    ):
        run(command)
        yield f"macro-F1, {name}", float(f1_score(y_true, _label_column(labels), average="macro"))


def sections(shop: Workshop) -> Iterator[Contender]:
    """Train on more and more articles, section as the label, with every default."""
    for n in SECTIONS:
        command = [*STANCE, "train", str(shop.drawn(n)), "--label-field", "section", "--force"]
        yield Contender(f"{n:,} articles", [*command, "--output", str(shop.folder / "section")])


def start(shop: Workshop) -> Iterator[Contender]:
    """Start up: one short article as one would type it, warm and with nothing compiled yet."""
    out = ["--output", str(shop.folder / "one-label.jsonl"), "--force"]
    command = [*STANCE, "predict", str(shop.short_article()), *out]
    run(command)  # compiles, where nobody has yet
    yield Contender("one article", command)
    yield Contender("stance --help", [*STANCE, "--help"])
    yield Contender("first use", with_empty_cache(command, shop.folder))


def demo(shop: Workshop) -> Iterator[Contender]:
    """Run the demonstration as the first thing after an installation."""
    # The environment that runs this is the installed one; `-o` keeps make from installing again.
    environment = f"VENV={sys.prefix}"
    command = ["make", "-C", str(shop.demo()), "-o", "install", "demo", environment]
    yield Contender("make demo", with_empty_cache(command, shop.folder))


def with_empty_cache(command: list[str], folder: Path) -> list[str]:
    """Return a command that finds no compiled loops, each time it is called."""
    script = 'NUMBA_CACHE_DIR=$(mktemp -d -p "$0"); export NUMBA_CACHE_DIR; exec "$@"'
    return ["sh", "-c", script, str(folder), *command]


def _label_column(path: Path) -> list[str]:
    return [row["label"] for row in read(path)]


ROWS: dict[str, Row] = {
    "shipped": Row(speed_before.shipped, in_short=False, against_before=True),
    "equal": Row(
        speed_before.no_contenders, speed_before.differences, in_short=False, against_before=True
    ),
    "lexicon": Row(lexicon, in_short=False),
    "lexicon-memory": Row(lexicon_in_memory),
    "predict": Row(whole),
    "length": Row(length),
    "explain": Row(explain, explained_in_a_second, in_short=False),
    "crossval": Row(speed_before.cross_validation, in_short=False, against_before=True),
    "train-seeds": Row(speed_before.training, in_short=False, against_before=True),
    "sections": Row(sections, in_short=False),
    "start": Row(start),
    "demo": Row(demo, in_short=False),
    "memory": Row(memory),
    "labels": Row(labels),
    "scikit-learn": Row(scikit_learn, same_labels),
    "fasttext": Row(fast_text, in_short=False),
    "spacy": Row(spacy, in_short=False),
    "train": Row(training, held_out_scores),
}
