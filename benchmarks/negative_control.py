"""Whether scores on the seed corpus owe anything to bylines, datelines or the outlet's own name.

    python benchmarks/negative_control.py

Masks all three, cross-validates with and without, and prints the difference. Exits with 1 if it is
0.02 or more.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path

import stance

ROOT = Path(__file__).parents[1]
BAR = 0.02

BYLINE = re.compile(
    r"^.{0,12}(?:كتبت?|بقلم|إعداد|اعداد|تحرير|خاص|خاصّ|آخر تحديث|تقرير|متابعة|مراسلة?)\b.{0,60}$",
    re.MULTILINE,
)
DATELINE = re.compile(r"\A[^.\n:،]{2,60}?\s[–—-]\s")
SITE = re.compile(
    r"^.{0,40}(?:شارك|طباعة|مقالات ذات صلة|الوسوم|زر الذهاب|تابعونا|اقرأ أيضا|إرسال).{0,120}$",
    re.MULTILINE,
)


def main() -> None:
    """Compare."""
    articles, _ = stance.read_corpus([ROOT / "seeds" / "articles.jsonl"])
    config = stance.load_config(ROOT / "seeds" / "model.toml")
    masked = [mask(article) for article in articles]
    changed = sum(a != b for a, b in zip(articles, masked, strict=True))
    print(f"{changed} of {len(articles)} articles had something to mask")
    worst = 0.0
    for by in ("event", "outlet"):
        found = [
            stance.cross_validate(corpus, config, by=by, folds=8, jobs=-1).honest.macro_f1
            for corpus in (articles, masked)
        ]
        print(f"by {by}: {found[0]:.3f} as they are, {found[1]:.3f} masked")
        worst = max(worst, abs(found[0] - found[1]))
    sys.exit(worst >= BAR)


def mask(article: stance.Article) -> stance.Article:
    """Remove the outlet's name, bylines, datelines and leftovers of the site."""
    text = article.text
    for pattern in (BYLINE, SITE, DATELINE):
        text = pattern.sub("", text)
    words = [word for word in (article.outlet or "").split() if len(word) > 2]
    text = text.replace(article.outlet or "\0", "")
    text = re.sub(r"\s+".join(map(re.escape, words)) or "\0", "", text)
    return dataclasses.replace(article, text=text.strip())


if __name__ == "__main__":
    main()
