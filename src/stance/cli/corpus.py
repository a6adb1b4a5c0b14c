"""Reading a command's articles, and what becomes of the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stance.cli.console import counted, note
from stance.cli.options import CorpusOptions

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow

SHOWN = 5


def read_labelled(
    inputs: Iterable[str], reading: CorpusOptions, *, skip_rejected: bool
) -> list[Article]:
    """Read a whole labelled corpus.

    Raises
    ------
    CorpusError
        If rows cannot be used and nobody said to go on without them.
    """
    from stance.corpus.labelled import read_corpus
    from stance.errors import CorpusError

    articles, rejected = read_corpus(
        inputs, fields=reading.fields, where=reading.where, input_format=reading.input_format
    )
    if rejected and not skip_rejected:
        raise CorpusError(
            f"Got {counted(len(rejected), 'row')} that cannot be used beside {len(articles):,} "
            "that can:\n"
            f"{listing(rejected)}\n"
            "Mend them, or give --skip-rejected to go on without them."
        )
    if rejected:
        note(f"Skipped {counted(len(rejected), 'row')} that cannot be used:\n{listing(rejected)}")
    return articles


def listing(rejected: list[RejectedRow]) -> str:
    """List the first rejected rows, a line each."""
    lines = [f"  {row}" for row in rejected[:SHOWN]]
    if len(rejected) > SHOWN:
        lines.append(f"  and {len(rejected) - SHOWN} more")
    return "\n".join(lines)


def write_json(path: object, data: object, *, force: bool) -> None:
    """Write a result as indented JSON."""
    import orjson

    from stance.corpus.writing import replacing_file

    with replacing_file(str(path), force=force) as file:
        file.write(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
