"""Whether models know which articles are none of theirs.

    python benchmarks/domain.py [NAME ...]

Trains a model on the written articles of seeds/ and the real articles and headlines on the Syrian
war ("syria"), and one on a part of each of two other corpora, beside the shipped one; scores
articles of their own kind that they have not seen, and others: sections of a newspaper and their
headlines alone, tweets, and benchmarks/out_of_domain.jsonl (other languages, verse, recipes,
chatter, junk). Prints for each the share that is flagged, by length too, and the area under the
ROC curve against the own kind, and writes benchmarks/results/domain.json.

Articles and headlines of "syria" are scored by models without their outlet: the outlets are divided
into five folds. Not all pages of these outlets are about the war, so the share is also given for
those that name Syria, its places or its actors at least three times and once in 100 words
(headlines: once). The texts of outlets without a bloc are only scored.
"""

from __future__ import annotations

import json
import random
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

import stance
from stance.datasets.records import outlet_blocs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "domain.json"
WRITTEN = ROOT / "benchmarks" / "out_of_domain.jsonl"
SETTINGS = ROOT / "seeds" / "model.toml"
SEED = 2018
MOST = 800
FOLDS = 5

SECTIONS = ("middleEast", "internationalNews", "economy", "culture", "technology", "sport")
BLOCS = ("pro_sdf", "opposition_aligned", "damascus_aligned", "neutral_wire")
SHORTEST = 350  # characters; below are captions and broken pages
LENGTHS = (4, 8, 21, 41, 81, 161, 321)  # words

PLACES = "حلب|دمشق|[إا]دلب|حمص|حماة|درعا|الرقة|الغوطة|عفرين|حميميم|دير الزور|الأسد|داعش|قسد"
SYRIAN = re.compile(rf"\b[وبلكف]?(?:ال)?سوري(?:ا|ة|ين|ون|تين|ي)?\b|\b[وبلكف]?(?:{PLACES})\b")

Articles = list[stance.Article]


class Kind(NamedTuple):
    """Texts of one kind and a model that scores them; ``own`` is the model's own kind."""

    name: str
    model: stance.Model
    articles: Articles
    own: bool = False


def main() -> None:
    """Score the models and write the result."""
    sources = {"shipped": shipped, "syria": syria, "ant middleEast": middle_east, "mawqif": tweets}
    wanted = sys.argv[1:] or list(sources)
    result = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() and sys.argv[1:] else {}
    for name in wanted:
        result[name] = report(name, sources[name])
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def shipped() -> Iterator[Kind]:
    """Score everything by the shipped model, which may have learned from some of it."""
    model = stance.load_model(ROOT / "models" / "syria-framing")
    yield Kind("its own kind", model, read("dataset:syria-outlets-4"), own=True)
    yield Kind("real headlines", model, headlines())
    yield from others(model)


def syria() -> Iterator[Kind]:
    """Train on all that the shipped model is to learn from, and without each fold of outlets."""
    config = stance.load_config(SETTINGS, ["calibration.enabled=false"])
    files = [path for path in sorted((ROOT / "seeds").glob("*.jsonl")) if path.stem != "samples"]
    written, _ = stance.read_corpus(files)
    real, _ = stance.read_corpus(["dataset:syria-outlets-4"])
    labelled = [article for article in headlines() if article.label in BLOCS]
    outlets = sorted({str(article.outlet) for article in [*real, *labelled]})
    random.Random(SEED).shuffle(outlets)
    for number in range(FOLDS):
        left_out = set(outlets[number::FOLDS])
        known = [a for a in [*real, *labelled] if a.outlet not in left_out]
        model = stance.train([*written, *known], config)
        yield Kind("its own kind", model, [a for a in real if a.outlet in left_out], own=True)
        new = [a for a in labelled if a.outlet in left_out]
        yield Kind("real headlines", model, new)
    model = stance.train([*written, *real, *labelled], config)
    rest = [article for article in headlines() if article.label not in BLOCS]
    yield Kind("headlines of two other blocs", model, rest)
    for kind, articles in unlisted().items():
        yield Kind(kind, model, articles)
    yield from others(model)


def middle_east() -> Iterator[Kind]:
    """Train on one section of a newspaper, by outlet."""
    fields = stance.FieldMapping(label="outlet")
    news, _ = stance.read_corpus(["dataset:ant"], fields=fields, where={"section": "middleEast"})
    random.Random(SEED).shuffle(news)
    model = stance.train(news[:2000])
    yield Kind("its own kind", model, news[2000 : 2000 + MOST], own=True)
    yield from others(model, known="ant middleEast")


def tweets() -> Iterator[Kind]:
    """Train on tweets."""
    known, _ = stance.read_corpus(["dataset:mawqif/train"])
    new, _ = stance.read_corpus(["dataset:mawqif/test"])
    model = stance.train(known)
    yield Kind("its own kind", model, new, own=True)
    yield from others(model, known="mawqif")


def others(model: stance.Model, known: str = "") -> Iterator[Kind]:
    """Yield the texts that are of another kind than a model's own."""
    for section in SECTIONS:
        articles = read("dataset:ant", section=section)
        titles = [replace(a, title=None, text=str(a.title)) for a in articles if a.title]
        yield Kind(f"ant {section}", model, articles)
        yield Kind(f"ant {section}, headlines", model, titles)
    for name in ("mawqif", "arabicstancex"):
        yield Kind(name, model, read(f"dataset:{name}"))
    for kind in dict.fromkeys(row["kind"] for row in json_lines(WRITTEN)):
        yield Kind(kind, model, read(WRITTEN, kind=kind))


def headlines() -> Articles:
    """Read all real headlines."""
    return list(stance.read_articles(["dataset:syria-headlines"]))


def unlisted() -> dict[str, Articles]:
    """Read the articles of unifiedfc whose outlet has no bloc; one that fits its claim is news."""
    blocs = outlet_blocs()
    found: dict[str, Articles] = {"unlisted outlets": [], "unlisted outlets, search results": []}
    texts = set()
    for a in stance.read_articles(["dataset:unifiedfc"], on_rejected=lambda row: None):
        if a.outlet not in blocs and len(a.text) >= SHORTEST and a.text not in texts:
            texts.add(a.text)
            kind = "unlisted outlets" + (", search results" * (a.label == "unrelated"))
            found[kind].append(a)
    return found


def read(source: str | Path, **where: str) -> Articles:
    """Read the articles of a source, or as many as will do, drawn at random."""
    found = list(stance.read_articles([source], where=where, on_rejected=lambda row: None))
    return random.Random(SEED).sample(found, min(len(found), MOST))


def json_lines(path: Path) -> list[dict[str, Any]]:
    """Read the rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def report(name: str, source: Callable[[], Iterator[Kind]]) -> dict[str, Any]:
    """Print and return what a model flags."""
    looks: dict[str, Look] = {}
    own, domain = "", None
    for kind in source():
        domain = kind.model.domain
        if domain is None:
            raise SystemExit(f"The model {name} knows no domain.")
        looks[kind.name] = looks.get(kind.name, Look()).and_of(kind)
        own = kind.name if kind.own else own
    print(f"\n{name}: {domain}")
    rows = {kind: found.row(looks[own]) for kind, found in looks.items()}
    for kind, row in rows.items():
        numbers = "".join(f"{row[key]:>8.3f}" for key in ("flagged", "roc_auc"))
        by_length = " ".join(
            f"{first}+:{part['flagged']:.2f}" for first, part in row["by_length"].items()
        )
        on_war = f"{row['on_the_war']['flagged']:>8.3f}" if row["on_the_war"]["n"] >= 20 else ""
        print(f"  {kind:<34}{row['n']:>5}{numbers}{on_war:>8}  {by_length}")
    return {"domain": domain and domain.model_dump(), "kinds": rows}


class Look(NamedTuple):
    """What a model says of some texts: scores, reasons, and what they are."""

    scores: tuple[float, ...] = ()
    reasons: tuple[str | None, ...] = ()
    n_words: tuple[int, ...] = ()
    on_the_war: tuple[bool, ...] = ()

    def and_of(self, kind: Kind) -> Look:
        """Return this with what a model says of more texts."""
        found = list(stance.predict(kind.model, kind.articles))
        texts = [f"{a.title or ''}\n{a.text}" for a in kind.articles]
        return Look(
            self.scores + tuple(p.domain_score or 0.0 for p in found),
            self.reasons + tuple(p.out_of_domain_reason for p in found),
            self.n_words + tuple(len(text.split()) for text in texts),
            self.on_the_war + tuple(map(on_the_war, texts)),
        )

    def row(self, own: Look) -> dict[str, Any]:
        """Return the shares that are flagged: of all, by reason, by length, of texts on the war."""
        classes = np.searchsorted(LENGTHS, self.n_words, side="right")
        starts = (0, *LENGTHS)
        y_true = np.repeat([1, 0], [len(own.scores), len(self.scores)])
        given = sorted({found for found in self.reasons if found})
        return {
            **self.flagged(np.ones(len(self.scores), dtype=bool)),
            "reasons": {name: self.reasons.count(name) for name in given},
            "by_length": {
                starts[number]: self.flagged(classes == number)
                for number in np.unique(classes).tolist()
            },
            "on_the_war": self.flagged(np.array(self.on_the_war, dtype=bool)),
            "roc_auc": float(roc_auc_score(y_true, own.scores + self.scores)),
        }

    def flagged(self, places: np.ndarray) -> dict[str, Any]:
        """Return how many texts there are, and the share of them that is flagged."""
        flags = [found is not None for found in np.array(self.reasons, dtype=object)[places]]
        return {"n": len(flags), "flagged": round(float(np.mean(flags or [0.0])), 4)}


def on_the_war(text: str) -> bool:
    """Return whether a text names Syria, its places or its actors often enough."""
    n_words, n_names = len(text.split()), len(SYRIAN.findall(text))
    return n_names >= (3 if n_words >= LENGTHS[2] else 1) and 100 * n_names >= n_words


if __name__ == "__main__":
    main()
