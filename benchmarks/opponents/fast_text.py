"""fastText, supervised, with word bigrams.

python fast_text.py fit LABELLED MODEL LABEL_FIELD
python fast_text.py predict MODEL ARTICLES LABELS          normalisation counted in
python fast_text.py predict-raw MODEL ARTICLES LABELS      text as it comes

It learns from the articles in the order of the file, so they must not be sorted.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import fasttext
from normalise import normalise

PREFIX = "__label__"
# What the tutorial of fastText 0.9 ends with for a corpus of 12,000 short texts, after saying that
# its defaults are too few passages there (https://fasttext.cc/docs/en/supervised-tutorial.html,
# "more epochs and larger learning rate", "word n-grams"). One thread is what its FAQ prescribes
# for results that can be reproduced (https://fasttext.cc/docs/en/faqs.html).
SETTINGS = {"lr": 1.0, "epoch": 25, "wordNgrams": 2, "thread": 1}


def text_of(row: dict[str, str]) -> str:
    """Return headline and body on one line."""
    return f"{row.get('title') or ''} {row['text']}".replace("\n", " ")


def fit(labelled: str, model: str, field: str) -> None:
    """Train on labelled articles."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        with Path(labelled).open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                file.write(f"{PREFIX}{row[field].replace(' ', '_')} {normalise(text_of(row))}\n")
        file.flush()
        fasttext.train_supervised(file.name, verbose=0, **SETTINGS).save_model(model)


def predict(model: str, articles: str, labels: str, *, raw: bool = False) -> None:
    """Label a file."""
    made = fasttext.load_model(model)
    prepare = str if raw else normalise
    with Path(articles).open(encoding="utf-8") as lines, Path(labels).open("w") as file:
        for row in map(json.loads, lines):
            # The binding beneath `predict`, which NumPy 2 broke.
            found = made.f.predict(prepare(text_of(row)) + "\n", -1, 0.0, "strict")
            probabilities = {name.removeprefix(PREFIX): round(p, 6) for p, name in found}
            best = found[0][1].removeprefix(PREFIX)
            written = {"id": row["id"], "label": best, "probabilities": probabilities}
            file.write(json.dumps(written, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "fit":
        fit(*arguments)
    else:
        predict(*arguments, raw=command == "predict-raw")
