"""How much memory reading a column of a row group takes, estimated from its page headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from stance.formats.parquet_pages import pages

if TYPE_CHECKING:
    from stance.formats.parquet_pages import Page

# Dictionary texts up to this length are copied for each row, which is faster; rows share one copy
# of longer ones.
LONG_TEXT = 64 * 1024

# A dictionary smaller than this cannot hold a text that is long enough to matter.
SMALL_DICTIONARY = 8 * 1024

# A number, or the offset of a text.
_NUMBER = 8


@dataclass
class ColumnPlan:
    """How a column of a row group is read.

    Parameters
    ----------
    path : str
    is_nested : bool
        Whether a row may hold many values.
    is_inner : bool
        Whether its values are parts of nested values.
    is_text : bool
    dictionary : int
        Size of the dictionary in bytes.
    longest : int
        Length of its longest text in bytes, or an upper bound.
    data : list of Page
        The data pages.
    """

    path: str
    is_nested: bool
    is_inner: bool
    is_text: bool
    dictionary: int = 0
    longest: int = 0
    data: list[Page] = field(default_factory=list)

    @property
    def is_coded(self) -> bool:
        """Whether rows share one copy of a text in the dictionary."""
        return (
            self.is_text and bool(self.dictionary) and (self.is_inner or self.longest > LONG_TEXT)
        )

    @property
    def is_unsure(self) -> bool:
        """Whether the length of the longest dictionary text should be measured."""
        return self.is_text and not self.is_inner and self.dictionary > SMALL_DICTIONARY

    @property
    def held(self) -> int:
        """Minimum of bytes that reading takes, even if few rows are read at once."""
        if self.is_nested:
            # The first row may have all the values of the page.
            return self.dictionary + sum(
                page.n_bytes + _NUMBER * page.n_values for page in self.data
            )
        return self.dictionary + max((page.n_bytes for page in self.data), default=0)

    def cost(self, n_rows: int) -> int:
        """Return an upper bound of the decoded bytes of consecutive rows."""
        if self.is_nested:
            return 0
        worst = total = rows = begin = 0
        for n, page in enumerate(self.data):
            total += self._page_cost(page, n_rows)
            rows += page.n_values
            # The rows may span several pages, with as little as one row in the first and the last.
            while begin < n and rows - self.data[begin].n_values - page.n_values > n_rows - 2:
                total -= self._page_cost(self.data[begin], n_rows)
                rows -= self.data[begin].n_values
                begin += 1
            worst = max(worst, total)
        return worst

    def _page_cost(self, page: Page, n_rows: int) -> int:
        n = min(n_rows, page.n_values)
        if page.is_plain:
            return page.n_bytes + _NUMBER * n
        value = page.n_bytes if page.shares_beginnings else self.longest
        return n * (_NUMBER if self.is_coded else max(value, _NUMBER))


def plan_column(file: IO[bytes], column: Any, schema: Any) -> ColumnPlan:
    """Plan the reading of a column of a row group from its page headers.

    Parameters
    ----------
    file : binary file
    column : pyarrow.parquet.ColumnChunkMetaData
    schema : pyarrow.parquet.ColumnSchema

    Raises
    ------
    BadPageError
        If the pages cannot be found.
    """
    plan = ColumnPlan(
        column.path_in_schema,
        schema.max_repetition_level > 0,
        "." in column.path_in_schema,
        column.physical_type == "BYTE_ARRAY" and schema.logical_type.type != "DECIMAL",
    )
    for page in pages(file, column):
        if page.is_dictionary:
            plan.dictionary += page.n_bytes
        else:
            plan.data.append(page)
    plan.longest = _longest_value(column, schema, plan.dictionary)
    return plan


def _longest_value(column: Any, schema: Any, dictionary: int) -> int:
    if column.physical_type == "BYTE_ARRAY":
        return dictionary
    if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return int(schema.length)
    return _NUMBER
