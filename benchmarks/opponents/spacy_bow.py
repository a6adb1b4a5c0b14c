"""spaCy's bag-of-words text categoriser on a blank Arabic pipeline.

python spacy_bow.py fit LABELLED MODEL LABEL_FIELD
python spacy_bow.py predict MODEL ARTICLES LABELS
"""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.training import Example

if TYPE_CHECKING:
    from collections.abc import Iterator

# One pass over a part of the corpus: enough for a model whose speed is measured, not its quality.
TRAINED_ON = 1_000
BATCH = 64
CONFIG = {
    "model": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "no_output_layer": False,
        "length": 262_144,
    }
}


def read(path: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a JSON Lines file."""
    with Path(path).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def fit(labelled: str, model: str, field: str) -> None:
    """Train on the first labelled articles."""
    rows = list(islice(read(labelled), TRAINED_ON))
    nlp = spacy.blank("ar")
    categories = nlp.add_pipe("textcat", config=CONFIG)
    for label in sorted({row[field] for row in rows}):
        categories.add_label(label)
    examples = [
        Example.from_dict(
            nlp.make_doc(row["text"]),
            {"cats": {label: float(label == row[field]) for label in categories.labels}},
        )
        for row in rows
    ]
    nlp.initialize(lambda: examples)
    for first in range(0, len(examples), BATCH):
        nlp.update(examples[first : first + BATCH])
    nlp.to_disk(model)


def predict(model: str, articles: str, labels: str) -> None:
    """Label a file."""
    nlp = spacy.load(model)
    pairs = ((f"{row.get('title') or ''}\n{row['text']}", row["id"]) for row in read(articles))
    with Path(labels).open("w", encoding="utf-8") as file:
        for doc, name in nlp.pipe(pairs, as_tuples=True, batch_size=BATCH):
            best = max(doc.cats, key=doc.cats.__getitem__)
            written = {"id": name, "label": best, "probabilities": doc.cats}
            file.write(json.dumps(written, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    {"fit": fit, "predict": predict}[sys.argv[1]](*sys.argv[2:])
