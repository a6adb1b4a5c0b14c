"""Files and models that speed is measured with, each made when it is first wanted."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from shutil import copyfile, copytree, which
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file

from timing import Contender, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).parents[1]
OPPONENTS = ROOT / "benchmarks" / "opponents"
SEEDS = ROOT / "seeds"
CALL = ("-c", "from stance.cli import main; main()")
STANCE = (sys.executable, *CALL)

# What scikit-learn's script learns from, so that both solve the same problem.
SETTINGS = (
    "features.lexicon.enabled=false",
    "features.passages=0",
    "features.word.min_df=2",
    "features.word.min_outlets=1",
    "features.word.binary=false",
    "features.char.enabled=true",
    "features.char.surface=false",
    "features.char.min_n=2",
    "features.char.max_n=5",
    "features.char.min_df=2",
    "features.char.min_outlets=1",
    "classifier.outlet_shrinkage=0",
    "classifier.balance_outlets=none",
    "classifier.logistic.C=10",
    "calibration.enabled=false",
)
# Words alone, as the model that ships has them beside its lexicon.
WORDS = ("features.char.enabled=false", "classifier.logistic.C=1")
WITH_LEXICON = (*WORDS, "features.lexicon.enabled=true")

SCORE = """
import json, sys, time
from stance import load_model, read_articles
model, path = sys.argv[1:]
model = load_model(model)
articles = list(read_articles([path]))
model.scores(articles[:8])
start, processor = time.perf_counter(), time.process_time()
for first in range(0, len(articles), 1024):
    model.scores(articles[first : first + 1024])
told = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor}
print(json.dumps(told))
"""

EVERY = 10  # articles, of which one is held out
SEED = 14
SHORT_ARTICLE = (
    "قصفت طائرات حربية أحياء سكنية في ريف حلب، وقال «الدفاع المدني» إن عدداً من المدنيين أصيبوا."
)
# Words that normalisation leaves as they are, so that no two terms are the same.
ENOUGH_TERMS = 3  # times as many as are drawn
PLAIN_WORD = re.compile("[بتثجحخدذرزسشصضطظعغفقكلمنهوي]{3,}")


class Workshop:
    """Makes files and models in a folder when they are first wanted, and keeps them there.

    Parameters
    ----------
    folder : Path
    labelled : Path
        What the models learn from that label.
    articles : Path
        What is labelled, and, but for every tenth, what is learned from in training.
    python : str
        The opponents' interpreter.
    before : str, optional
        An interpreter with the build that this one is compared with.
    """

    def __init__(
        self, folder: Path, labelled: Path, articles: Path, python: str, before: str | None = None
    ) -> None:
        self.folder, self.labelled, self.articles = folder, labelled, articles
        self.python, self.before = python, before
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def stance_before(self) -> tuple[str, ...]:
        """The command of the build before; nothing of this checkout is in its way."""
        return ("env", "-u", "PYTHONPATH", str(self.before), *CALL)

    @cached_property
    def shipped(self) -> Path:
        """The model that ships with the build before."""
        ask = "from stance.resources import DEFAULT_MODEL; print(DEFAULT_MODEL)"
        command = [*self.stance_before[:-1], ask]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return Path(said.strip())

    def made(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the path of something that is made unless it is there, whole."""
        path, partial = self.folder / name, self.folder / f"partial-{name}"
        if not path.exists():
            make(partial)
            partial.rename(path)
        return path

    def model(self) -> Path:
        """Return a model of the labelled articles, by outlet."""
        return self.made("stance", lambda path: run(train(self.labelled, path)))

    def model_of(self, n_labels: int, n_articles: int = 2_000, *, lexicon: bool = False) -> Path:
        """Return a model of so many made-up labels; what it costs is what matters."""

        def write(path: Path) -> None:
            rows = list(islice(read(self.labelled), n_articles))
            lines = [{**row, "outlet": f"{i % n_labels:03}"} for i, row in enumerate(rows)]
            path.write_text("".join(map(line, lines)), encoding="utf-8")

        labelled = self.made(f"labels-{n_labels}.jsonl", write)
        more = WITH_LEXICON if lexicon else ("classifier.logistic.C=1",)
        name = f"lexicon-{n_labels}" if lexicon else f"stance-{n_labels}"
        return self.made(name, lambda path: run(train(labelled, path, *more)))

    def model_of_words(self, *settings: str, name: str, n_articles: int = 2_000) -> Path:
        """Return a model of words alone, with more settings; the first articles are enough."""

        def write(path: Path) -> None:
            rows = islice(read(self.labelled), n_articles)
            path.write_text("".join(map(line, rows)), encoding="utf-8")

        labelled = self.made("first-labelled.jsonl", write)
        return self.made(name, lambda path: run(train(labelled, path, *WORDS, *settings)))

    def model_with_terms(self, n: int) -> Path:
        """Return a model with a lexicon of so many terms, drawn from the articles' own words."""
        lexicon = self.made(f"terms-{n}.toml", lambda path: write_lexicon(path, self.articles, n))
        settings = ("features.lexicon.enabled=true", f"features.lexicon.path={lexicon}")
        return self.model_of_words(*settings, name=f"terms-{n}")

    def seed_model(self, *, lexicon: bool) -> Path:
        """Return a model of the seed corpus, trained as the one that ships, or without lexicon."""
        settings = () if lexicon else ("--set", "features.lexicon.enabled=false")
        command = [*STANCE, "train", str(SEEDS / "articles.jsonl"), *settings]
        command += ["--config", str(SEEDS / "model.toml"), "--force", "--output"]
        name = "seeds-lexicon" if lexicon else "seeds-words"
        return self.made(name, lambda path: run([*command, str(path)]))

    def parts(self) -> tuple[Path, Path]:
        """Return all articles but every tenth, and every tenth."""

        def write(path: Path, *, held_out: bool) -> None:
            with path.open("w", encoding="utf-8") as file:
                for number, row in enumerate(read(self.articles)):
                    if (number % EVERY == 0) == held_out:
                        file.write(line(row))

        return (
            self.made("learned.jsonl", lambda path: write(path, held_out=False)),
            self.made("held-out.jsonl", lambda path: write(path, held_out=True)),
        )

    def drawn(self, n: int) -> Path:
        """Return a file of so many articles, drawn by lot; a longer one holds a shorter one's."""

        def write(path: Path) -> None:
            lines = self.articles.read_bytes().splitlines(keepends=True)
            random.Random(SEED).shuffle(lines)
            path.write_bytes(b"".join(lines[:n]))

        return self.made(f"drawn-{n}.jsonl", write)

    def repeated(self, times: int) -> Path:
        """Return a file that holds all articles so many times."""

        def write(path: Path) -> None:
            with path.open("wb") as file:
                for _ in range(times):
                    file.write(self.articles.read_bytes())

        return self.made(f"times-{times}.jsonl", write)

    def first(self, n: int) -> Path:
        """Return a file of so many articles, the first again where they do not suffice."""

        def write(path: Path) -> None:
            with path.open("w", encoding="utf-8") as file:
                left = n
                while left > 0:
                    for row in islice(read(self.articles), left):
                        file.write(line(row))
                        left -= 1

        return self.made(f"first-{n}.jsonl", write)

    def short_article(self) -> Path:
        """Return a file of one short article."""
        row = {"id": "1", "text": SHORT_ARTICLE}
        return self.made("one.jsonl", lambda path: path.write_text(line(row), encoding="utf-8"))

    def demo(self) -> Path:
        """Return a folder with what `make demo` reads."""

        def copy(path: Path) -> None:
            copytree(SEEDS, path / "seeds")
            for name in ("Makefile", "pyproject.toml", "constraints.txt"):
                copyfile(ROOT / name, path / name)

        return self.made("demo", copy)

    def pipeline(self) -> Path:
        """Return the same model as a pipeline of scikit-learn: same terms, idf and weights."""

        def write(path: Path) -> None:
            parts = self.made("parts", lambda folder: hand_over(self.model(), folder))
            run([self.python, str(OPPONENTS / "scikit_learn.py"), "adopt", str(parts), str(path)])

        return self.made("scikit_learn", write)

    def opponent(self, script: str) -> list[str] | None:
        """Return an opponent's model and how to call it; None where it is not installed."""
        command = [self.python, str(OPPONENTS / f"{script}.py")]
        fit = [*command, "fit", str(self.labelled)]
        try:
            model = self.made(script, lambda path: run([*fit, str(path), "outlet"]))
        except subprocess.CalledProcessError as error:
            last = (error.stderr.strip().splitlines() or ["no message"])[-1]
            print(f"{script} takes no part: {last}", file=sys.stderr)
            return None
        return [*command, str(model)]


def hand_over(model: Path, folder: Path) -> None:
    """Write what a model's folder holds as plain arrays and JSON, for those without `stance`."""
    folder.mkdir(exist_ok=True)
    tensors = load_file(model / "weights.safetensors")
    labels = json.loads((model / "manifest.json").read_text(encoding="utf-8"))["labels"]
    terms = {
        block: (model / f"{block}.txt").read_text(encoding="utf-8").split("\n")[:-1]
        for block in ("word", "char")
    }
    (folder / "terms.json").write_text(json.dumps({"labels": labels, **terms}), encoding="utf-8")
    scale = np.concatenate([tensors["word.scale"], tensors["char.scale"]])
    np.savez(
        folder / "weights.npz",
        coefficients=(tensors["weights"] * scale[:, None]).T,
        intercepts=tensors["intercepts"],
        word=tensors["word.idf"],
        char=tensors["char.idf"],
    )


def write_lexicon(path: Path, articles: Path, n: int) -> None:
    """Write a lexicon of words and pairs of words that stand in articles, drawn by lot.

    A category has the terms that begin with one letter: nothing that the
    lexicon takes for the same word can stand in two of them.
    """
    terms = set[str]()
    for row in read(articles):
        found = row["text"].split()
        plain = [word if PLAIN_WORD.fullmatch(word) else "" for word in found]
        terms.update(filter(None, plain))
        terms.update(f"{one} {other}" for one, other in pairwise(plain) if one and other)
        if len(terms) > ENOUGH_TERMS * n:
            break
    categories: dict[str, list[str]] = {}
    for term in random.Random(SEED).sample(sorted(terms), n):
        categories.setdefault(term[0], []).append(term)
    parts = ['format = 1\nfamily = "drawn"\ndescription = "drawn from articles"\n']
    for letter, own in sorted(categories.items()):
        listed = "".join(f'  {{ term = "{term}" }},\n' for term in own)
        head = f'[categories.letter_{ord(letter)}]\ndescription = "{letter}"\nactor = "{letter}"'
        parts.append(f"{head}\nnaming = true\nterms = [\n{listed}]\n")
    path.write_text("\n".join(parts), encoding="utf-8")


def train(labelled: Path, model: Path, *settings: str) -> list[str]:
    """Return the command that learns outlets."""
    options = [part for setting in (*SETTINGS, *settings) for part in ("--set", setting)]
    fields = ("--label-field", "outlet")
    return [*STANCE, "train", str(labelled), *fields, *options, "--output", str(model), "--force"]


def predict(
    model: Path, articles: Path | str, labels: Path, stance: Sequence[str] = STANCE
) -> list[str]:
    """Return the command that labels articles."""
    options = ("--model", str(model), "--output", str(labels), "--force")
    return [*stance, "predict", str(articles), *options]


def in_memory(name: str, model: Path, articles: Path) -> Contender:
    """Return the contender that scores texts in memory, in one thread."""
    return Contender(name, [sys.executable, "-c", SCORE, str(model), str(articles)], tells=True)


def wc(path: Path) -> Iterator[Contender]:
    """Count a file's words, where there is a program for it."""
    if counter := which("wc"):
        yield Contender("wc -w", [counter, "-w", str(path)])


def read(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def line(row: dict[str, str]) -> str:
    """Return a row as a line of JSON."""
    return json.dumps(row, ensure_ascii=False) + "\n"
