"""A small labelled archive, and samples of it that were coded by hand."""

from __future__ import annotations

import random

LABELS = ("مؤيد", "معارض", "neutral_wire")
_RANDOM = random.Random(7)
_TRUE = _RANDOM.choices(range(3), [0.5, 0.3, 0.2], k=1200)
_WRONG = [_RANDOM.random() < 0.25 for _ in _TRUE]


def true_label(place):
    """Return the label of an article."""
    return LABELS[_TRUE[place]]


def archive(n=600, n_outlets=12, years=("2018", "2019"), *, with_probabilities=True):
    """Return predictions that are right for three of four articles, with outlet and date."""
    rows = []
    for place in range(n):
        number = (_TRUE[place] + (1 + place % 2 if _WRONG[place] else 0)) % 3
        row = {
            "id": f"م{place}",
            "label": LABELS[number],
            "outlet": f"صحيفة {place % n_outlets}",
            "published": f"{years[place // 5 % len(years)]}-{1 + place // 50:02d}-05",
        }
        if with_probabilities:
            sure = 0.6 if _WRONG[place] else 0.8
            rest = round((1 - sure) / 2, 4)
            row["probabilities"] = {
                label: sure if label == row["label"] else rest for label in LABELS
            }
        rows.append(row)
    return rows


def sample(rows, every=4):
    """Return a sample of the archive as `stance sample` writes it, coded by hand."""
    drawn = random.Random(3).sample(rows, len(rows) // every)
    return [
        {
            "id": row["id"],
            "text": "نص المقال",
            "label": true_label(int(row["id"][1:])),
            "stratum": "1",
            "inclusion_probability": len(drawn) / len(rows),
            "same_as": "",
        }
        for row in drawn
    ]


def held_out(n=300, n_outlets=12):
    """Return held-out predictions of a training corpus, as `stance crossval` writes them."""
    return [
        {**row, "true_label": true_label(place)} for place, row in enumerate(archive(n, n_outlets))
    ]
