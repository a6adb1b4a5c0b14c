"""spaCy's bag-of-words text categoriser on a blank Arabic pipeline.

python spacy_bow.py fit LABELLED MODEL LABEL_FIELD
python spacy_bow.py predict MODEL ARTICLES LABELS
"""

from __future__ import annotations

import json
import random
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.training import Example
from spacy.training.batchers import minibatch_by_words
from spacy.util import fix_random_seed
from thinc.api import compounding

if TYPE_CHECKING:
    from collections.abc import Iterator

# A part of the corpus: enough for a model whose speed is measured, not its quality.
TRAINED_ON = 1_000
PASSES = 10
SEED = 13
BATCH = 64
# The rest is what `spacy init config --pipeline textcat --optimize efficiency` of spaCy 3.8 writes
# (spacy/cli/templates/quickstart_training.jinja, spacy/default_config.cfg): a bag of words, batches
# that grow from 100 words to 1,000, a tenth dropped out, articles shuffled before every pass.
WORDS, GROWTH, TOLERANCE, DROPPED = (100, 1_000), 1.001, 0.2, 0.1
CONFIG = {
    "model": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 1,
        "no_output_layer": False,
        "length": 262_144,
    }
}


def read(path: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a JSON Lines file."""
    with Path(path).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def text_of(row: dict[str, str]) -> str:
    """Return headline and body."""
    return f"{row.get('title') or ''}\n{row['text']}"


def fit(labelled: str, model: str, field: str) -> None:
    """Train on the first labelled articles."""
    fix_random_seed(SEED)
    rows = list(islice(read(labelled), TRAINED_ON))
    nlp = spacy.blank("ar")
    categories = nlp.add_pipe("textcat", config=CONFIG)
    for label in sorted({row[field] for row in rows}):
        categories.add_label(label)
    examples = [
        Example.from_dict(
            nlp.make_doc(text_of(row)),
            {"cats": {label: float(label == row[field]) for label in categories.labels}},
        )
        for row in rows
    ]
    nlp.initialize(lambda: examples)
    sizes, order = compounding(*WORDS, GROWTH), random.Random(SEED)
    for _ in range(PASSES):
        order.shuffle(examples)
        for batch in minibatch_by_words(examples, size=sizes, tolerance=TOLERANCE):
            nlp.update(batch, drop=DROPPED)
    nlp.to_disk(model)


def predict(model: str, articles: str, labels: str) -> None:
    """Label a file."""
    nlp = spacy.load(model)
    pairs = ((text_of(row), row["id"]) for row in read(articles))
    with Path(labels).open("w", encoding="utf-8") as file:
        for doc, name in nlp.pipe(pairs, as_tuples=True, batch_size=BATCH):
            best = max(doc.cats, key=doc.cats.__getitem__)
            written = {"id": name, "label": best, "probabilities": doc.cats}
            file.write(json.dumps(written, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    {"fit": fit, "predict": predict}[sys.argv[1]](*sys.argv[2:])
