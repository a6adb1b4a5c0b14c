"""The archive of the worked example in docs/estimation.md, and its coder."""

import csv

import orjson

from tests.conftest import SEEDS

HEADLINES = SEEDS.with_name("headlines.jsonl")
FIRST_YEAR, LAST_YEAR, WORDS = 2016, 2021, 5


def headlines():
    """Yield headlines of six years: of one label more in each year, and of another fewer."""
    seen, n = {}, 0
    for line in HEADLINES.read_bytes().splitlines():
        row = orjson.loads(line)
        year = int(row["published"][:4])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            continue
        number = seen[year, row["label"]] = seen.get((year, row["label"]), -1) + 1
        step = {
            "damascus_aligned": year - FIRST_YEAR,
            "opposition_aligned": LAST_YEAR - year,
        }.get(row["label"])
        if step is None or number % (LAST_YEAR - FIRST_YEAR + 1) <= step:
            n += 1
            # The ids of the corpus name the label.
            yield {**row, "id": f"h{n:03}"}


def write_archive(path):
    """Write the headlines without their labels, cut to their first words."""
    with path.open("wb") as file:
        for row in headlines():
            text = " ".join(row["text"].split()[:WORDS])
            kept = {key: row[key] for key in ("id", "outlet", "published")}
            file.write(orjson.dumps({**kept, "text": text}) + b"\n")


def code(path, labels=None):
    """Fill in the labels of the coder, who knows them: by default those of the headlines."""
    labels = labels or {row["id"]: row["label"] for row in headlines()}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    for row in rows:
        if not row["same_as"]:
            row["label"] = labels[row["id"]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames)
        writer.writeheader()
        writer.writerows(rows)
