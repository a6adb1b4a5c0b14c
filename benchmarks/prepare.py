"""Turn the public data sets of the benchmarks into JSON Lines that every command reads.

    python benchmarks/prepare.py ant DATA OUT
    python benchmarks/prepare.py syria-outlets DATA OUT

DATA is a folder laid out as docs/data.md says; OUT is a folder for the results. Nothing of either
belongs in the repository.
"""

from __future__ import annotations

import argparse
import csv
import email.utils
import json
import random
import re
import tarfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ANT_ARCHIVE = "ant/antcorpus.multisource.data.tar.xz"
ANT_TRAIN, ANT_TEST = 8_000, 4_000
ANT_SEED = 2018

SYRIA_BLOCS = ("damascus_aligned", "opposition_aligned", "neutral_wire")
SYRIA_SHORTEST = 350


def main() -> None:
    """Run one preparation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=["ant", "syria-outlets"])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    {"ant": prepare_ant, "syria-outlets": prepare_syria}[chosen.name](chosen.data, chosen.out)


def prepare_ant(data: Path, out: Path) -> None:
    """Write all articles, and a random split of 8,000 for training and 4,000 for testing."""
    articles = list(read_ant(data / ANT_ARCHIVE))
    write(out / "ant.jsonl", articles)
    drawn = random.Random(ANT_SEED).sample(articles, ANT_TRAIN + ANT_TEST)
    write(out / "ant-train.jsonl", drawn[:ANT_TRAIN])
    write(out / "ant-test.jsonl", drawn[ANT_TRAIN:])


def read_ant(archive: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles of the archive in the order of their names."""
    with tarfile.open(archive) as tar:
        pages = {}
        for member in tar:
            file = tar.extractfile(member) if member.name.endswith(".txt") else None
            if file is not None:
                pages[member.name] = file.read().decode("utf-8", "replace")
    for name in sorted(pages):
        outlet, section, file_name = name.split("/")
        page = pages[name]
        text = element(page, "TEXT")
        if text:
            yield {
                "id": Path(file_name).stem,
                "outlet": outlet,
                "section": section,
                "published": ant_date(page, file_name),
                "title": element(page, "TITLE"),
                "text": text,
            }


def element(page: str, name: str) -> str:
    """Return what stands between a page's tags of one name."""
    found = re.search(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
    return found.group(1).strip() if found else ""


def ant_date(page: str, file_name: str) -> str | None:
    """Return the date in the page, or else the one at the end of the file's name."""
    try:
        return email.utils.parsedate_to_datetime(element(page, "TIME")).date().isoformat()
    except (TypeError, ValueError):
        found = re.search(r"(\d{4})(\d{2})(\d{2})\.txt$", file_name)
        return "-".join(found.groups()) if found else None


def prepare_syria(data: Path, out: Path) -> None:
    """Write the articles of outlets with a known bloc, one for each address."""
    with (data / "outlet_blocs.csv").open(encoding="utf-8", newline="") as file:
        blocs = {row["domain"]: row["bloc"] for row in csv.DictReader(file)}
    articles = list(read_syria(data / "unifiedfc" / "dataset", blocs))
    write(out / "syria-outlets.jsonl", articles)
    print(Counter(a["label"] for a in articles), len({a["outlet"] for a in articles}), "outlets")


def read_syria(folder: Path, blocs: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the articles whose outlet is known, in the order of the claims."""
    seen: set[str] = set()
    for path in sorted(folder.glob("*.json")):
        claim = json.loads(path.read_text("utf-8"))
        for text, url in zip(claim["article"], claim["url"], strict=True):
            host = re.sub(r"^(www\.|m\.)", "", urlsplit(url).netloc.lower())
            known = blocs.get(host) in SYRIA_BLOCS and len(text) >= SYRIA_SHORTEST
            if known and url not in seen:
                seen.add(url)
                yield {"id": url, "outlet": host, "label": blocs[host], "text": text}


def write(path: Path, articles: Iterable[dict[str, Any]]) -> None:
    """Write articles as JSON Lines."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for article in articles:
            file.write(json.dumps(article, ensure_ascii=False) + "\n")
            count += 1
    print(f"{path}: {count:,} articles")


if __name__ == "__main__":
    main()
