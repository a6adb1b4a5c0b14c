"""A coding page: one HTML file for coders, which works offline, and the results that it saves."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.corpus.keys import by_canonical, canonical
from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.json_records import (
    check_labels,
    check_time,
    encoded,
    from_object,
    to_object,
)
from stance.formats.annotation.records import Annotation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from stance.formats.annotation.records import CodingTask

FORMAT = 1
_TEMPLATES = Path(__file__).parent / "templates"
_DIRECTIONS = {"ar": "rtl", "en": "ltr"}

# What tells a file: in its first bytes.
_PAGE = b'<meta name="stance-coding-page" content="'
_RESULT = b'"stance_coding_result"'
_LOOKED_AT = 4096

_DATA = '<script type="application/json" id="data">'
_ANSWER = frozenset({"article", "label", "confidence", "comment", "skipped", "time"})


def write(annotations: Sequence[Annotation], task: CodingTask, file: BinaryIO) -> None:
    """Write a page with articles to code.

    An article is on the page once, and without the annotations that there are:
    a coder must not see what a model or another coder said.

    Parameters
    ----------
    annotations : sequence of Annotation
    task : CodingTask
    file : binary file

    Raises
    ------
    ConfigError
        If there is no article, an id has two different articles, or a label is
        not among those of the task.
    """
    check_labels(annotations, task)
    articles = [to_object(one) for one in _articles(annotations)]
    data = {
        "articles": [{"fields": {}} | article for article in articles],
        "labels": [{"name": one.name, "definition": one.definition} for one in task.labels],
        "question": task.question,
        "instructions": task.instructions,
    }
    digest = hashlib.sha256(encoded(data).encode()).hexdigest()
    file.write(_page({"task": digest, "language": task.language, **data}).encode())


def _articles(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the articles, once each.

    Raises
    ------
    ConfigError
        If there is none, or an id has two different articles.
    """
    found: dict[str, Annotation] = {}
    for one in annotations:
        article = Annotation(
            one.id,
            one.text,
            inclusion_probability=one.inclusion_probability,
            stratum=one.stratum,
            fields=dict(one.fields),
        )
        if found.setdefault(one.id, article) != article:
            raise ConfigError(
                f"Got two different articles with the id {one.id!r}, but expected each id once. "
                "Rename one of the two."
            )
    if not found:
        raise ConfigError("Got no article for the coding page, but expected one or more.")
    return list(found.values())


def _page(data: dict[str, Any]) -> str:
    style, script = (
        (_TEMPLATES / f"coding_page.{kind}").read_text("utf-8") for kind in ("css", "js")
    )
    # «<» and «&» never occur in the data, so no text of an article can end the element.
    stored = encoded(data).translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&"})
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = (_TEMPLATES / "coding_page.html").read_text("utf-8")
    language = str(data["language"])
    places = {"language": language, "direction": _DIRECTIONS[language], "policy": policy}
    # The articles come last: what looks like a place within them stays as it is.
    for name, value in {**places, "style": style, "script": script, "data": stored}.items():
        page = page.replace(f"@{name}@", value, 1)
    return page


def _digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def recognises(path: Path) -> bool:
    """Return whether a file is a coding page, or a result that one saved."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(_LOOKED_AT)
    return _PAGE in begin or (begin.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and _RESULT in begin)


def read(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of a saved result; of the page itself, its articles.

    Raises
    ------
    CorpusError
        If the file is damaged, of a newer format, or not of a coding page.
    """
    content = path.read_bytes().decode("utf-8-sig", "replace")
    if content.lstrip().startswith("<"):
        yield from _read_page(path, content)
        return
    result = _parsed(path, content)
    _check_format(path, result.get("stance_coding_result"))
    coder, labels, records = (result.get(name) for name in ("coder", "labels", "records"))
    if not isinstance(coder, str) or not coder.strip():
        raise _damaged(path, "it names no coder")
    if not isinstance(labels, list) or not isinstance(records, list):
        raise _damaged(path, "it has no list of labels, or none of records")
    known = by_canonical(label for label in labels if isinstance(label, str))
    seen: set[str] = set()
    for number, record in enumerate(records, start=1):
        try:
            found = _annotation(record, coder, known)
        except ValueError as error:
            raise _damaged(path, f"record {number} is not as it was saved: {error}") from error
        if found.id in seen:
            raise _damaged(path, f"record {number} has the id {found.id!r} again")
        seen.add(found.id)
        yield found


def _read_page(path: Path, content: str) -> Iterator[Annotation]:
    number = content.partition(_PAGE.decode())[2].partition('"')[0]
    _check_format(path, int(number) if number.isdecimal() else None)
    data = _parsed(path, content.partition(_DATA)[2].partition("</script>")[0])
    articles = data.get("articles")
    if not isinstance(articles, list):
        raise _damaged(path, "it has no list of articles")
    for number_of_article, article in enumerate(articles, start=1):
        try:
            yield from_object(article)
        except ValueError as error:
            raise _damaged(path, f"article {number_of_article}: {error}") from error


def _annotation(record: Any, coder: str, known: dict[str, str]) -> Annotation:
    """Return the annotation of a record.

    Raises
    ------
    ValueError
        If a value is missing or cannot be one.
    """
    if not isinstance(record, dict) or record.keys() != _ANSWER:
        raise ValueError(f"expected the fields {', '.join(sorted(_ANSWER))}")
    article, label, time = record["article"], record["label"], record["time"]
    if time is None:
        if label is not None or record["skipped"]:
            raise ValueError("it has an answer, but no time")
        return from_object(article)
    if not isinstance(article, dict):
        raise ValueError("its 'article' is not an object")  # noqa: TRY004
    if not isinstance(time, str):
        raise ValueError("its 'time' is not a text")  # noqa: TRY004
    check_time(time)
    if label is not None and (not isinstance(label, str) or canonical(label) not in known):
        raise ValueError(f"its label {label!r} is not one of {', '.join(known.values())}")
    answer = {name: record[name] for name in ("confidence", "comment", "skipped", "time")}
    labels = [] if label is None else [known[canonical(label)]]
    return from_object({**article, **answer, "annotator": coder, "labels": labels})


def _parsed(path: Path, content: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"it is not JSON ({error})") from error
    if not isinstance(found, dict):
        raise _damaged(path, "it is not an object")
    return found


def _check_format(path: Path, number: Any) -> None:
    if number != FORMAT or isinstance(number, bool):
        raise CorpusError(
            f"Got {path} of the format {number!r} of coding pages, but this version reads format "
            f"{FORMAT}. Update the toolkit, or export the page again."
        )


def _damaged(path: Path, why: str) -> CorpusError:
    return CorpusError(
        f"Got {path}, which cannot be read as the result of a coding page: {why}. Open the page "
        "again with the same name, and save the result again."
    )
