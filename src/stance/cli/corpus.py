"""Reading a command's articles, and what becomes of the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from stance.cli.console import counted, note
from stance.cli.options import CorpusOptions

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow
    from stance.corpus.reading import Located

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

    articles, rejected = read_corpus(
        inputs, fields=reading.fields, where=reading.where, input_format=reading.input_format
    )
    _answer_for(rejected, len(articles), skip_rejected=skip_rejected)
    return articles


def read_auxiliary(
    inputs: Iterable[str] | None, reading: CorpusOptions, *, skip_rejected: bool
) -> list[Article]:
    """Read the articles to learn from besides, whichever of the corpus ``--where`` chooses."""
    from stance.errors import CorpusError

    if not inputs:
        return []
    whole = replace(reading, where={})
    articles = read_labelled(inputs, whole, skip_rejected=skip_rejected)
    if not articles:
        raise CorpusError(
            f"Got no articles from --auxiliary {', '.join(inputs)}, but expected labelled ones. "
            "Look at the file, or leave the option out."
        )
    return articles


def read_labelled_with_rows(
    inputs: Iterable[str], reading: CorpusOptions, *, skip_rejected: bool
) -> list[Located]:
    """Read a whole labelled corpus with all fields that its files have.

    Raises
    ------
    CorpusError
        If rows cannot be used and nobody said to go on without them.
    """
    from stance.corpus.labelled import read_labelled_rows

    rows, rejected = read_labelled_rows(
        inputs, fields=reading.fields, where=reading.where, input_format=reading.input_format
    )
    _answer_for(rejected, len(rows), skip_rejected=skip_rejected)
    return rows


def _answer_for(rejected: list[RejectedRow], n_usable: int, *, skip_rejected: bool) -> None:
    """Stop at rows that cannot be used, or say that they were skipped."""
    from stance.errors import CorpusError

    if rejected and not skip_rejected:
        raise CorpusError(
            f"Got {counted(len(rejected), 'row')} that cannot be used beside {n_usable:,} "
            "that can:\n"
            f"{listing(rejected)}\n"
            "Mend them, or give --skip-rejected to go on without them."
        )
    if rejected:
        note(f"Skipped {counted(len(rejected), 'row')} that cannot be used:\n{listing(rejected)}")


def listing(rejected: list[RejectedRow], total: int | None = None) -> str:
    """List the first rejected rows, a line each, and how many more of a total there are."""
    lines = [f"  {row}" for row in rejected[:SHOWN]]
    if (more := (total or len(rejected)) - len(lines)) > 0:
        lines.append(f"  and {more:,} more")
    return "\n".join(lines)


def write_json(path: object, data: object, *, force: bool) -> None:
    """Write a result as indented JSON."""
    import orjson

    from stance.corpus.writing import replacing_file

    with replacing_file(str(path), force=force) as file:
        file.write(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
