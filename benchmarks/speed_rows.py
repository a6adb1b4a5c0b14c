"""What `speed.py` measures: the contenders of each row, and what they need beforehand."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file
from sklearn.metrics import f1_score

from timing import Contender, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPPONENTS = Path(__file__).parent / "opponents"
STANCE = (sys.executable, "-c", "from stance.cli import main; main()")

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
    """

    def __init__(self, folder: Path, labelled: Path, articles: Path, python: str) -> None:
        self.folder, self.labelled, self.articles, self.python = folder, labelled, articles, python
        folder.mkdir(parents=True, exist_ok=True)

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

    def model_of(self, n_labels: int, n_articles: int = 2_000) -> Path:
        """Return a model of so many made-up labels; what it costs is what matters."""

        def write(path: Path) -> None:
            rows = list(islice(read(self.labelled), n_articles))
            lines = [{**row, "outlet": f"{i % n_labels:03}"} for i, row in enumerate(rows)]
            path.write_text("".join(map(line, lines)), encoding="utf-8")

        labelled = self.made(f"labels-{n_labels}.jsonl", write)
        settings = ("classifier.logistic.C=1",)
        return self.made(f"stance-{n_labels}", lambda path: run(train(labelled, path, *settings)))

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


def train(labelled: Path, model: Path, *settings: str) -> list[str]:
    """Return the command that learns outlets."""
    options = [part for setting in (*SETTINGS, *settings) for part in ("--set", setting)]
    fields = ("--label-field", "outlet")
    return [*STANCE, "train", str(labelled), *fields, *options, "--output", str(model), "--force"]


def predict(model: Path, articles: Path, labels: Path) -> list[str]:
    """Return the command that labels articles."""
    options = ("--model", str(model), "--output", str(labels), "--force")
    return [*STANCE, "predict", str(articles), *options]


def in_memory(name: str, model: Path, articles: Path) -> Contender:
    """Return the contender that scores texts in memory, in one thread."""
    return Contender(name, [sys.executable, "-c", SCORE, str(model), str(articles)], tells=True)


def memory(shop: Workshop) -> Iterator[Contender]:
    """Vectorise and score in memory, one thread."""
    yield in_memory("stance in memory", shop.model(), shop.articles)
    script = str(OPPONENTS / "scikit_learn.py")
    command = [shop.python, script, "score", str(shop.pipeline()), str(shop.articles)]
    yield Contender("scikit-learn in memory", command, tells=True)


def whole(shop: Workshop) -> Iterator[Contender]:
    """Label a file, the whole command; and count its words."""
    yield Contender(
        "stance predict", predict(shop.model(), shop.articles, shop.folder / "stance.jsonl")
    )
    if counter := which("wc"):
        yield Contender("wc -w", [counter, "-w", str(shop.articles)])


def scikit_learn(shop: Workshop) -> Iterator[Contender]:
    """Label the same file with scikit-learn's script."""
    shop.pipeline()
    yield from _labels(shop, "scikit-learn", "scikit_learn", "predict")


def fast_text(shop: Workshop) -> Iterator[Contender]:
    """Label the same file with fastText's script, normalising and not."""
    if shop.opponent("fast_text"):
        yield from _labels(shop, "fastText", "fast_text", "predict")
        yield from _labels(shop, "fastText, text as is", "fast_text", "predict-raw")


def spacy(shop: Workshop) -> Iterator[Contender]:
    """Label the same file with spaCy's script."""
    if shop.opponent("spacy_bow"):
        yield from _labels(shop, "spaCy", "spacy_bow", "predict")


def _labels(shop: Workshop, name: str, script: str, command: str) -> Iterator[Contender]:
    model, labels = shop.folder / script, shop.folder / f"{script}.jsonl"
    called = [shop.python, str(OPPONENTS / f"{script}.py"), command, str(model)]
    yield Contender(name, [*called, str(shop.articles), str(labels)])


def training(shop: Workshop) -> Iterator[Contender]:
    """Train on all articles but every tenth, outlet as the label."""
    learned, _ = shop.parts()
    yield Contender("stance train", train(learned, shop.folder / "learned"))


def scikit_learn_training(shop: Workshop) -> Iterator[Contender]:
    """Train scikit-learn's script on the same."""
    command = [shop.python, str(OPPONENTS / "scikit_learn.py"), "fit", str(shop.parts()[0])]
    model = str(shop.folder / "scikit_learn-learned")
    yield Contender("scikit-learn train", [*command, model, "outlet"])


def length(shop: Workshop) -> Iterator[Contender]:
    """Label a file ten times as long."""
    labels = shop.folder / "ten.jsonl"
    yield Contender("stance predict, ten times", predict(shop.model(), shop.repeated(10), labels))


def labels(shop: Workshop) -> Iterator[Contender]:
    """Score with fifty labels and with five, in memory."""
    for n in (5, 50):
        yield in_memory(f"stance in memory, {n} labels", shop.model_of(n), shop.articles)


def start(shop: Workshop) -> Iterator[Contender]:
    """Start up: with the model that ships, as one would type it, and with the one trained here."""
    one, out = str(shop.first(1)), shop.folder / "one-label.jsonl"
    command = [*STANCE, "predict", one, "--output", str(out), "--force"]
    run(command)  # compiles, where nobody has yet
    yield Contender("stance, one article", command)
    large = predict(shop.model(), shop.first(1), out)
    yield Contender("stance, one article, the model of ANT", large)
    yield Contender("stance --help", [*STANCE, "--help"])


ROWS: dict[str, Callable[[Workshop], Iterator[Contender]]] = {
    "start": start,
    "memory": memory,
    "labels": labels,
    "predict": whole,
    "length": length,
    "scikit-learn": scikit_learn,
    "fasttext": fast_text,
    "spacy": spacy,
    "train": training,
    "train-scikit-learn": scikit_learn_training,
}


def figures(shop: Workshop) -> Iterator[tuple[str, float]]:
    """Yield what the contenders' outputs tell, as far as they are there."""
    ours, theirs = shop.folder / "stance.jsonl", shop.folder / "scikit_learn.jsonl"
    if ours.exists() and theirs.exists():
        pairs = zip(_label_column(ours), _label_column(theirs), strict=True)
        yield "share of labels equal", float(np.mean([a == b for a, b in pairs]))
    truth = [row["outlet"] for row in read(shop.parts()[1])] if _learned(shop) else []
    for name, command in _learned(shop).items():
        out = shop.folder / "guess.jsonl"
        run([*command, str(out)] if name == "scikit-learn" else predict(*command, out))
        score = f1_score(truth, _label_column(out), average="macro")
        yield f"macro-F1, {name}", float(score)


def _learned(shop: Workshop) -> dict[str, list[str]]:
    """Return the commands that label held-out articles, of the trainings that were timed."""
    held_out = shop.folder / "held-out.jsonl"
    found = {}
    if (shop.folder / "learned").exists():
        found["stance"] = [shop.folder / "learned", held_out]
    if (model := shop.folder / "scikit_learn-learned").exists():
        script = str(OPPONENTS / "scikit_learn.py")
        found["scikit-learn"] = [shop.python, script, "predict", str(model), str(held_out)]
    return found


def _label_column(path: Path) -> list[str]:
    return [row["label"] for row in read(path)]


def read(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def line(row: dict[str, str]) -> str:
    """Return a row as a line of JSON."""
    return json.dumps(row, ensure_ascii=False) + "\n"
