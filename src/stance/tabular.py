"""Rows of results as Arrow tables, which every data frame library reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


def arrow_table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, type]) -> Any:
    """Return rows as an Arrow table.

    Parameters
    ----------
    rows : iterable of mapping
    columns : mapping of str to type
        The type of each column: str, int, float, bool, or list for lists of
        strings. A column that a row does not have is null in it.

    Returns
    -------
    pyarrow.Table
        ``pandas.DataFrame.from_arrow`` and ``polars.from_arrow`` read it.

    Examples
    --------
    >>> arrow_table([{"label": "محايد", "n": 2}, {"n": 3}], {"label": str, "n": int}).to_pylist()
    [{'label': 'محايد', 'n': 2}, {'label': None, 'n': 3}]
    """
    import pyarrow as pa

    kinds = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        list: pa.list_(pa.string()),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    return pa.Table.from_pylist([flatten(row) for row in rows], schema=schema)


def arrow_schema(
    columns: Sequence[str], numbers: Collection[str], flags: Collection[str] = ()
) -> Any:
    """Return the Arrow schema of result rows: numbers, flags, and text for the rest."""
    import pyarrow as pa

    kinds = {**dict.fromkeys(numbers, pa.float64()), **dict.fromkeys(flags, pa.bool_())}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in columns])


def flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten a nested mapping to one with dotted keys.

    Examples
    --------
    >>> flatten({"id": "1", "probabilities": {"a": 0.5}})
    {'id': '1', 'probabilities.a': 0.5}
    """
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": nested for inner, nested in value.items()})
        else:
            flat[name] = value
    return flat
