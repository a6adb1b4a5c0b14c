"""Small labelled archives for tests of samples."""

import json

import numpy as np

LABELS = ("محايد", "مؤيد", "معارض")


def rows_of(n, seed=0, text=True):
    """Return rows as `stance predict` writes them, with an outlet, a date and a text."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        p = chance.dirichlet([0.4, 0.4, 0.4]).round(4)
        p[0] = 1 - p[1:].sum()
        label = LABELS[int(p.argmax())]
        words = " ".join(f"كلمة{word}" for word in chance.integers(0, 5000, 30))
        rows.append(
            {
                "id": f"a{number}",
                "label": label,
                "probability": float(p.max()),
                "probabilities": dict(zip(LABELS, map(float, p), strict=True)),
                "outlet": f"صحيفة {number % 4}",
                "published": f"20{18 + number % 2}-03-01",
                **({"text": words} if text else {}),
            }
        )
    return rows


def write(path, rows):
    """Write rows as JSON Lines, and return the path."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path
