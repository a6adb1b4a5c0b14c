"""The rows of `speed.py` that hold this build against the one before."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING

from timing import Contender, run
from workshop import SEEDS, STANCE, predict, wc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workshop import Workshop

BEFORE, NOW = "before", "now"


def builds(shop: Workshop) -> dict[str, tuple[str, ...]]:
    """Return the commands of both builds."""
    return {BEFORE: shop.stance_before, NOW: STANCE}


def shipped(shop: Workshop) -> Iterator[Contender]:
    """Label a file with the model that ships with the build before; and count its words."""
    for name, stance in builds(shop).items():
        labels = shop.folder / f"{name}.jsonl"
        run(predict(shop.shipped, shop.short_article(), labels, stance))  # compiles
        yield Contender(name, predict(shop.shipped, shop.articles, labels, stance))
    yield from wc(shop.articles)


def no_contenders(shop: Workshop) -> Iterator[Contender]:
    """Yield nothing: labels are compared, not times."""
    yield from ()


def differences(shop: Workshop) -> Iterator[tuple[str, float]]:
    """Compare the labels and probabilities of both builds, with the same model."""
    inputs: dict[str, Path | str] = {
        "the articles": shop.articles,
        "syria-outlets": "dataset:syria-outlets",
        "seeds": SEEDS / "articles.jsonl",
    }
    for name, articles in inputs.items():
        files = []
        for build, stance in builds(shop).items():
            files.append(shop.folder / f"equal-{build}.jsonl")
            run(predict(shop.shipped, articles, files[-1], stance))
        labels, probability, same = compare(*files)
        yield f"labels that differ, {name}", float(labels)
        yield f"largest difference of a probability, {name}", probability
        yield f"same bytes, {name}", float(same)


def compare(one: Path, other: Path) -> tuple[int, float, bool]:
    """Return how many labels differ, how far probabilities do, and whether the bytes are equal.

    An article that only one of two files has counts as a label that differs.
    """
    n_different, furthest = 0, 0.0
    with one.open(encoding="utf-8") as first, other.open(encoding="utf-8") as second:
        for pair in zip_longest(first, second, fillvalue="{}"):
            left, right = map(json.loads, pair)
            key = ("id", "label")
            n_different += [left.get(k) for k in key] != [right.get(k) for k in key]
            ours, theirs = left.get("probabilities") or {}, right.get("probabilities") or {}
            for label in ours.keys() | theirs.keys():
                furthest = max(furthest, abs(ours.get(label, 0.0) - theirs.get(label, 0.0)))
    return n_different, furthest, one.read_bytes() == other.read_bytes()


def cross_validation(shop: Workshop) -> Iterator[Contender]:
    """Hold out each outlet of the public corpus in turn."""
    options = ("--by", "outlet", "--folds", "each", "--force", "--json")
    for name, stance in builds(shop).items():
        figures = str(shop.folder / f"crossval-{name}.json")
        command = [*stance, "crossval", "dataset:syria-outlets", *options, figures]
        yield Contender(name, command)


def training(shop: Workshop) -> Iterator[Contender]:
    """Train on the seed corpus with every default."""
    for name, stance in builds(shop).items():
        command = [*stance, "train", str(SEEDS / "articles.jsonl"), "--force", "--output"]
        command.append(str(shop.folder / f"seeds-{name}"))
        run(command)  # compiles
        yield Contender(name, command)
