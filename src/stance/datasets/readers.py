"""Reading the public data sets: each layout to rows with the field names of an article.

Labels are those of the files; ``None`` is an ordinary label. Other fields keep
their own names.
"""

from __future__ import annotations

import csv
import email.utils
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stance.corpus.article import Row
from stance.datasets.files import archived_articles, verified_folder
from stance.datasets.records import outlet_blocs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stance.datasets.records import Dataset, DatasetName

Values = dict[str, Any]

SYRIA_BLOCS = ("damascus_aligned", "opposition_aligned", "neutral_wire")
SYRIA_FOUR_BLOCS = (*SYRIA_BLOCS, "pro_sdf")
SYRIA_SHORTEST = 350  # characters; below stand captions and broken pages

_DATED = re.compile(r"(\d{4})(\d{2})(\d{2})\.txt$")


def read_dataset(named: DatasetName) -> Iterator[Row]:
    """Read the rows of a data set, or of one of its splits.

    Raises
    ------
    CorpusError
        If its files are missing, or their hashes differ.
    """
    dataset = named.dataset
    folder = verified_folder(dataset)
    source = f"dataset:{dataset.name}" + (f"/{named.split}" if named.split else "")
    rows = _READERS[dataset.name](dataset, folder, named.split)
    for number, values in enumerate(rows, start=1):
        yield Row(source, number, values)


def _chosen(dataset: Dataset, split: str | None) -> tuple[str, ...]:
    return (split,) if split else dataset.splits


def _mawqif(dataset: Dataset, folder: Path, split: str | None) -> Iterator[Values]:
    for part in _chosen(dataset, split):
        for row in _csv_rows(folder / f"Mawqif_AllTargets_{part.title()}.csv"):
            named = {"id": row.pop("ID"), "label": row.pop("stance"), "split": part}
            yield {**named, "published": row.pop("datetime")[:10], **row}


def _ans(dataset: Dataset, folder: Path, split: str | None) -> Iterator[Values]:
    for part in _chosen(dataset, split):
        for number, row in enumerate(_csv_rows(folder / f"{part}.csv"), start=1):
            text = f"{row['s1']}\n{row['s2']}"
            named = {"id": f"{part}-{number}", "text": text, "label": row.pop("stance")}
            yield {**named, "split": part, **row}


def _csv_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _arabicstancex(dataset: Dataset, folder: Path, split: str | None) -> Iterator[Values]:
    for part in _chosen(dataset, split):
        for path in sorted((folder / "Stance_task" / part).glob("*/*.json")):
            columns = json.loads(path.read_text("utf-8"))
            for key, text in columns["text"].items():
                yield {
                    "id": f"{path.stem}-{key}",
                    "text": text,
                    "label": columns["stance"][key],
                    "target": path.stem,
                    "domain": path.parent.name,
                    "split": part,
                }


def _unifiedfc(dataset: Dataset, folder: Path, split: str | None) -> Iterator[Values]:
    folds = _folds(folder / "train_test_splits.txt")
    wanted = _chosen(dataset, split)
    for claim in _claims(folder):
        if folds[claim["id"]] not in wanted:
            continue
        pairs = zip(claim["article"], claim["url"], claim["stance"], strict=True)
        for number, (text, url, label) in enumerate(pairs, start=1):
            yield {
                "id": f"{claim['id']}-{number}",
                "text": text,
                "label": label,
                "target": claim["claim"],
                "event": claim["id"],
                "outlet": _host(url),
                "url": url,
                "claim": claim["claim"],
                "fact": claim["fact"],
                "fold": folds[claim["id"]],
            }


def _folds(path: Path) -> dict[str, str]:
    """Return the fold of each claim, from lines such as ``Fold_1: V-479 V-249``."""
    folds = {}
    for line in path.read_text("utf-8").splitlines():
        name, _, claims = line.partition(":")
        folds.update(dict.fromkeys(claims.split(), name.strip().lower().replace("_", "-")))
    return folds


def _claims(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / "dataset").glob("*.json")):
        yield json.loads(path.read_text("utf-8"))


def _host(url: str) -> str:
    return re.sub(r"^(www\.|m\.)", "", urlsplit(url).netloc.lower())


def _syria_outlets(_: Dataset, folder: Path, __: str | None) -> Iterator[Values]:
    return _articles_by_bloc(folder, SYRIA_BLOCS)


def _syria_outlets_4(_: Dataset, folder: Path, __: str | None) -> Iterator[Values]:
    return _articles_by_bloc(folder, SYRIA_FOUR_BLOCS)


def _articles_by_bloc(folder: Path, wanted: tuple[str, ...]) -> Iterator[Values]:
    """Read the articles whose outlet is in one of these blocs, one for each address."""
    blocs = outlet_blocs()
    seen: set[str] = set()
    for claim in _claims(folder):
        for text, url in zip(claim["article"], claim["url"], strict=True):
            outlet = _host(url)
            label = blocs.get(outlet)
            if label in wanted and len(text) >= SYRIA_SHORTEST and url not in seen:
                seen.add(url)
                named = {"id": url, "outlet": outlet, "label": label, "text": text}
                yield {**named, "claim": claim["id"]}


def _syria_headlines(dataset: Dataset, folder: Path, _: str | None) -> Iterator[Values]:
    for row in _csv_rows(folder / dataset.files[0].path):
        named = {"id": row["id"], "outlet": row["outlet"], "label": row["bloc"]}
        kept = {name: row[name] for name in ("event_date", "truncated")}
        # The nearest known date: a headline is printed on the day of the incident or soon after.
        yield {**named, "text": row["headline"], "published": row["event_date"], **kept}


def _ant(dataset: Dataset, folder: Path, _: str | None) -> Iterator[Values]:
    """Read the articles sorted by name; files without text are skipped."""
    fetched = dataset.archive and folder / dataset.archive.path
    packed = fetched if fetched and fetched.is_file() else folder / dataset.files[0].path
    for name, content in sorted(archived_articles(packed)):
        outlet, section, file_name = name.split("/")
        page = content.decode("utf-8", "replace")
        if text := _element(page, "TEXT"):
            yield {
                "id": Path(file_name).stem,
                "outlet": outlet,
                "section": section,
                "published": _ant_date(page, file_name),
                "title": _element(page, "TITLE"),
                "text": text,
            }


def _element(page: str, name: str) -> str:
    """Return the content of an element of a page by its tag name."""
    found = re.search(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
    return found.group(1).strip() if found else ""


def _ant_date(page: str, file_name: str) -> str | None:
    """Return the date in the page, or else the one at the end of the file name."""
    try:
        return email.utils.parsedate_to_datetime(_element(page, "TIME")).date().isoformat()
    except (TypeError, ValueError):
        found = _DATED.search(file_name)
        return "-".join(found.groups()) if found else None


_READERS: dict[str, Callable[[Dataset, Path, str | None], Iterator[Values]]] = {
    "ans": _ans,
    "ant": _ant,
    "arabicstancex": _arabicstancex,
    "mawqif": _mawqif,
    "syria-headlines": _syria_headlines,
    "syria-outlets": _syria_outlets,
    "syria-outlets-4": _syria_outlets_4,
    "unifiedfc": _unifiedfc,
}
