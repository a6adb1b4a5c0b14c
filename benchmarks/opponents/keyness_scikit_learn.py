"""Typical words of each outlet as a user of scikit-learn would find them.

python keyness_scikit_learn.py ARTICLES             prints the words
python keyness_scikit_learn.py ARTICLES counting    counts in memory; prints seconds as JSON

Counts words and pairs that occur in five articles or more, adds them up by outlet, and ranks them
by G2. There are no near-duplicates, no ranks without outlets and no spellings here.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from normalise import normalise
from sklearn.feature_extraction.text import CountVectorizer

TOP = 20


def g2(f1: np.ndarray, n1: float, f2: np.ndarray, n2: float) -> np.ndarray:
    """Return the signed log-likelihood ratio of each term."""
    share = (f1 + f2) / (n1 + n2)
    cells = ((f1, n1 * share), (f2, n2 * share), (n1 - f1, n1 * (1 - share)))
    total = np.zeros(len(f1))
    for observed, expected in (*cells, (n2 - f2, n2 * (1 - share))):
        seen = observed > 0
        total[seen] += observed[seen] * np.log(observed[seen] / expected[seen])
    return 2 * np.sign(f1 - n1 * share) * total


def main(articles: str, *, counting: bool) -> None:
    """Print the typical words of each outlet, or how long counting takes."""
    with Path(articles).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = [f"{row.get('title') or ''}\n{row['text']}" for row in rows]
    vectorizer = CountVectorizer(
        preprocessor=normalise,
        tokenizer=str.split,
        token_pattern=None,
        ngram_range=(1, 2),
        min_df=5,
    )
    start, processor = time.perf_counter(), time.process_time()
    counts = vectorizer.fit_transform(texts)
    if counting:
        took = time.perf_counter() - start, time.process_time() - processor
        print(json.dumps(dict(zip(("seconds", "processor"), took, strict=True))))
        return
    terms = vectorizer.get_feature_names_out()
    outlets = np.array([row["outlet"] for row in rows])
    whole = np.asarray(counts.sum(axis=0), dtype=float).ravel()
    for outlet in np.unique(outlets):
        own = np.asarray(counts[np.flatnonzero(outlets == outlet)].sum(axis=0), dtype=float).ravel()
        found = g2(own, own.sum(), whole - own, whole.sum() - own.sum())
        best = np.argsort(-found)[:TOP]
        print(outlet, *(f"{terms[i]} {found[i]:.1f}" for i in best), sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1], counting=sys.argv[2:] == ["counting"])
