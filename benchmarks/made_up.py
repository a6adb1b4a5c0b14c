"""Articles of made-up words, for a machine that has no corpus.

Like news they quote: speech of some length and single words, in marks of two
kinds, some nested and one in fifty never closed. And they use terms of the
lexicon that ships with the package, in quotations and out of them.
"""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path

LEXICONS = Path(__file__).parents[1] / "seeds" / "lexicons"
# Shares of words: of terms of the lexicon, and of beginnings of a quotation.
TERMS, QUOTATIONS = 0.06, 0.02
NESTED, UNCLOSED = 0.1, 0.02
SENTENCE, PARAGRAPH = 25, 3  # words, and sentences
MARKS = (("«", "»"), ('"', '"'))
LETTERS = "ابتجحدرسشصضطعفقكلمنهوي"
OUTLETS = ("ألف", "باء", "جيم", "دال", "هاء")


def write_articles(path: Path, *, n: int, seed: int) -> None:
    """Write articles of words as unevenly frequent as in life; each outlet favours some."""
    shared = random.Random(0)
    words = ["".join(shared.choices(LETTERS, k=shared.randint(2, 8))) for _ in range(40_000)]
    frequency = [1 / rank for rank in range(1, len(words) + 1)]
    favoured = {name: shared.sample(words, 400) for name in OUTLETS}
    drawn, terms = random.Random(seed), lexicon_terms()
    with path.open("w", encoding="utf-8") as file:
        for number in range(n):
            outlet = drawn.choice(OUTLETS)
            body = drawn.choices(words, frequency, k=220) + drawn.choices(favoured[outlet], k=30)
            drawn.shuffle(body)
            body = [drawn.choice(terms) if drawn.random() < TERMS else word for word in body]
            row = {"id": f"{seed}-{number}", "outlet": outlet, "text": as_news(body, drawn)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def lexicon_terms() -> list[str]:
    """Return the terms of the lexicon that ships with the package."""
    files = [tomllib.loads(path.read_text("utf-8")) for path in sorted(LEXICONS.glob("*.toml"))]
    categories = [one for file in files for one in file.get("categories", {}).values()]
    return [term["term"] for category in categories for term in category["terms"]]


def as_news(words: list[str], drawn: random.Random) -> str:
    """Return words as paragraphs of sentences, some of them in quotation marks."""
    sentences = [words[n : n + SENTENCE] for n in range(0, len(words), SENTENCE)]
    lines = [" ".join(quoting(sentence, drawn)) + "." for sentence in sentences]
    paragraphs = [lines[n : n + PARAGRAPH] for n in range(0, len(lines), PARAGRAPH)]
    return "\n".join(" ".join(paragraph) for paragraph in paragraphs)


def quoting(words: list[str], drawn: random.Random) -> list[str]:
    """Return the words of a sentence, one stretch or another of them in quotation marks."""
    found, place = [], 0
    while place < len(words):
        if drawn.random() >= QUOTATIONS:
            found.append(words[place])
            place += 1
            continue
        quoted = words[place : place + drawn.choice((1, 2, 3, 8, 15))]
        place += len(quoted)
        opening, closing = drawn.choice(MARKS)
        if len(quoted) > 3 and drawn.random() < NESTED:
            quoted[1] = f"“{quoted[1]}”"
        if len(quoted) > 3:
            found.append("وقال:")
        quoted[0] = opening + quoted[0]
        quoted[-1] += "" if drawn.random() < UNCLOSED else closing
        found += quoted
    return found
