"""A file to code that has been drawn before, and may hold labels by now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stance.corpus.article import RejectedRow
from stance.corpus.keys import canonical
from stance.errors import CorpusError
from stance.formats.input_file import identify
from stance.formats.recognition import recognise
from stance.formats.rows import read_rows
from stance.formats.source import Source
from stance.formats.values import text_or_json

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("id", "label", "stratum", "inclusion_probability")


@dataclass(frozen=True)
class CodedFile:
    """The rows of a file to code.

    Parameters
    ----------
    columns : tuple of str
        The names of all columns, in order.
    rows : dict of str to dict
        The values as text, by the canonical form of the id, in the order of the file.
    """

    columns: tuple[str, ...]
    rows: dict[str, dict[str, str | None]]

    @classmethod
    def read(cls, path: str | Path) -> CodedFile:
        """Read a file to code, in any format that articles are read in.

        Raises
        ------
        CorpusError
            If a row cannot be read, has no id or the id of another row, or a column of a
            sample is missing.
        """
        columns: dict[str, None] = {}
        rows: dict[str, dict[str, str | None]] = {}
        for row in read_rows(recognise(identify(str(path)), Source())):
            if isinstance(row, RejectedRow):
                raise CorpusError(f"Got a row that cannot be read: {row}. Correct it.")
            values = {name: text_or_json(value) for name, value in row.values.items()}
            columns.update(dict.fromkeys(values))
            missing = [name for name in NEEDED if name not in columns]
            if missing:
                raise CorpusError(
                    f"Got {path} without a column {missing[0]!r}, but expected those of a file "
                    f"that 'stance sample' wrote. Its columns are: {', '.join(columns)}."
                )
            key = canonical(values.get("id") or "")
            if not key or key in rows:
                raise CorpusError(
                    f"Got {path}, row {row.number}, with "
                    f"{'the id of an earlier row' if key else 'no id'}, but expected each article "
                    "once. Correct the row."
                )
            rows[key] = values
        return cls(tuple(columns), rows)

    @property
    def duplicates(self) -> dict[str, str]:
        """The id of the article that is coded instead, by the id of its near-duplicate."""
        pairs = ((row["id"], row.get("same_as")) for row in self.rows.values())
        return {str(one): other for one, other in pairs if other}
