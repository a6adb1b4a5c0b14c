"""Typical words of each outlet as pycorpdiff 0.1 finds them.

python keyness_pycorpdiff.py ARTICLES

Compares the words and pairs of each outlet with those of the rest, by G2 with four cells. There
are no near-duplicates, no ranks without outlets and no Arabic spellings here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pycorpdiff
from pycorpdiff.tokenize import NgramTokenizer

TOP = 20


def main(articles: str) -> None:
    """Print the typical words of each outlet."""
    with Path(articles).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = [f"{row.get('title') or ''}\n{row['text']}" for row in rows]
    table = pd.DataFrame({"text": texts, "outlet": [row["outlet"] for row in rows]})
    tokenizer = NgramTokenizer(n=2, include_lower=True)
    for outlet in sorted(table["outlet"].unique()):
        parts = (table[table["outlet"] == outlet], table[table["outlet"] != outlet])
        corpora = [
            pycorpdiff.from_dataframe(part.reset_index(drop=True), tokenizer=tokenizer)
            for part in parts
        ]
        found = pycorpdiff.compare(*corpora).keyness(formula="dunning")
        print(outlet, found.to_df().head(TOP), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
