"""Articles of made-up words, for a machine that has no corpus."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = "ابتجحدرسشصضطعفقكلمنهوي"
OUTLETS = ("ألف", "باء", "جيم", "دال", "هاء")


def write_articles(path: Path, *, n: int, seed: int) -> None:
    """Write articles of words as unevenly frequent as in life; each outlet favours some."""
    shared = random.Random(0)
    words = ["".join(shared.choices(LETTERS, k=shared.randint(2, 8))) for _ in range(40_000)]
    frequency = [1 / rank for rank in range(1, len(words) + 1)]
    favoured = {name: shared.sample(words, 400) for name in OUTLETS}
    drawn = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(n):
            outlet = drawn.choice(OUTLETS)
            body = drawn.choices(words, frequency, k=220) + drawn.choices(favoured[outlet], k=30)
            drawn.shuffle(body)
            row = {"id": f"{seed}-{number}", "outlet": outlet, "text": " ".join(body) + "."}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
