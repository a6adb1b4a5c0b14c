"""The probabilities of labels in rows of predictions, as arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Row
    from stance.estimation.archive_columns import LabelNumbers

NESTED = "probabilities"
FLAT = "probabilities."

# How far the probabilities of an article may be from adding up to one: programs round them.
TOLERANCE = 0.02


class ProbabilityRows:
    """Reads ``probabilities`` as an object or as columns ``probabilities.LABEL``.

    Parameters
    ----------
    labels : LabelNumbers
        Gets the labels that the probabilities name.

    Attributes
    ----------
    are_given : bool or None
        Whether rows have probabilities; None before the first row.
    """

    def __init__(self, labels: LabelNumbers) -> None:
        self.are_given: bool | None = None
        self._labels = labels
        self._flat_names: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}

    def most_probable(self, values: Mapping[str, Any]) -> str | None:
        """Return the most probable label of a row whose label was withheld."""
        found = {label: _number(value) for label, value in self._found(values).items()}
        known = {label: value for label, value in found.items() if not math.isnan(value)}
        return max(known, key=known.__getitem__) if any(known.values()) else None

    def of(self, rows: Sequence[Row]) -> tuple[NDArray[np.float64] | None, dict[int, str]]:
        """Return the probabilities of rows, and what is wrong with some of them by index.

        Raises
        ------
        CorpusError
            If some rows have probabilities and others do not.
        """
        found = [self._found(row.values) for row in rows]
        if self.are_given is None and found:
            self.are_given = bool(found[0])
        for row, one in zip(rows, found, strict=True):
            if bool(one) is not self.are_given:
                raise CorpusError(
                    f"Got {row.source}, row {row.number}, {'with' if one else 'without'} "
                    f"probabilities, but rows before {'without' if one else 'with'} them. Give "
                    "rows that all have them, or remove them from all."
                )
        if not self.are_given:
            return None, {}
        table = self._table(found)
        total = table.sum(axis=1)
        good = (table >= 0).all(axis=1) & (abs(total - 1) <= TOLERANCE)
        return table, {place: _fault(table[place]) for place in np.flatnonzero(~good).tolist()}

    def _found(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        nested = values.get(NESTED)
        if type(nested) is dict:
            return nested
        header = tuple(values)
        names = self._flat_names.get(header)
        if names is None:
            names = tuple(
                (name, name.removeprefix(FLAT)) for name in header if name.startswith(FLAT)
            )
            self._flat_names[header] = names
        if not names:
            return {}
        found = {label: values[name] for name, label in names}
        if values[names[0][0]] not in (None, ""):
            return found
        return found if any(value not in (None, "") for value in found.values()) else {}

    def _table(self, found: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
        first = tuple(found[0])
        if all(tuple(one) == first for one in found):
            columns = [self._labels.of(name) for name in first]
            values = self._plain([list(one.values()) for one in found])
            table = np.zeros((len(found), len(self._labels)))
            table[:, columns] = values
            return table
        for one in found:
            for name in one:
                self._labels.of(name)
        table = np.zeros((len(found), len(self._labels)))
        for place, one in enumerate(found):
            for name, value in one.items():
                table[place, self._labels.of(name)] = _number(value)
        return table

    def _plain(self, rows: list[list[Any]]) -> NDArray[np.float64]:
        """Return numbers, also those that a table has as text; an empty cell is zero."""
        try:
            found = np.array(rows, np.float64)
        except (TypeError, ValueError):
            found = np.array([[math.nan]])
        if np.isnan(found).any():
            found = np.array([list(map(_number, row)) for row in rows], np.float64)
        return found


def _number(value: Any) -> float:
    """Return a probability; zero for none, nan for what is not a number."""
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _fault(values: NDArray[np.float64]) -> str:
    if np.isfinite(values).all() and (values >= 0).all():
        return f"the probabilities add up to {values.sum():.3g}, not 1"
    return "'probabilities' are not numbers from 0 to 1"
