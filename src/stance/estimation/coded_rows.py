"""Reading the file of articles that were drawn at random and coded by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow
from stance.corpus.keys import canonical
from stance.corpus.label_cells import one_label, several_labels, with_choice
from stance.errors import CorpusError
from stance.formats.inputs import plan_inputs
from stance.formats.values import NoTextError, text_of, text_or_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stance.corpus.article import Row
    from stance.formats.source import Source
    from stance.formats.tables import TableInput

PROBABILITY, STRATUM, SAME_AS = "inclusion_probability", "stratum", "same_as"
NO_PROBABILITY = (
    "An estimate needs a random sample, and the probability with which each article was drawn: "
    "draw one with 'stance sample', and code it. Without a random sample, leave out --coded and "
    "give --held-out FILE with the held-out predictions of the training corpus ('stance crossval "
    "--held-out'), which rests on stronger assumptions."
)
# Of decimals in spreadsheets: 0,05 and ٠٫٠٥.
_DECIMAL = str.maketrans({",": ".", "٫": "."})


@dataclass(frozen=True)
class CodedRow:
    """An article that was drawn.

    Parameters
    ----------
    id : str
        As published.
    label : str, optional
        As typed; None if the article is not coded yet.
    stratum : str
    inclusion_probability : float
        In (0, 1].
    same_as : str, optional
        The canonical id of the near-duplicate that is coded instead.
    """

    id: str
    label: str | None
    stratum: str
    inclusion_probability: float
    same_as: str | None


@dataclass(frozen=True)
class CodedRows:
    """The articles that were drawn, each once.

    Parameters
    ----------
    name : str
        The name of the file, for messages.
    rows : dict of str to CodedRow
        By canonical id, with the label of the near-duplicate that is coded instead.
    n_repeated : int
        Rows that repeat another one.
    overruled : tuple of str
        Ids of near-duplicates with a label that differs from the one that counts.
    """

    name: str
    rows: dict[str, CodedRow]
    n_repeated: int
    overruled: tuple[str, ...]


def read_coded(coded: Source | TableInput) -> CodedRows:
    """Read the coded file.

    Parameters
    ----------
    coded : Source or TableInput
        Rows with ``id``, ``label`` (empty until coded), ``inclusion_probability``, and
        perhaps ``stratum`` and ``same_as``.

    Raises
    ------
    CorpusError
        If a row cannot be read, has no id or no inclusion probability, or if an article
        or a cell has two labels.
    """
    rows, name = _rows(coded)
    _require_columns(rows, name)
    found: dict[str, CodedRow] = {}
    n_repeated = 0
    for row in rows:
        one = _coded_row(row)
        key = canonical(one.id)
        before = found.get(key)
        if before is None:
            found[key] = one
            continue
        n_repeated += 1
        if before.label and one.label and canonical(before.label) != canonical(one.label):
            raise CorpusError(
                f"Got {name}, where {one.id!r} is coded twice, as {before.label!r} and as "
                f"{one.label!r} ({row.source}, row {row.number}), but expected one label for each "
                "article. Decide which holds, and remove the other row."
            )
        if not before.label:
            found[key] = one
    _require_single_labels(found, name)
    labelled, overruled = _with_labels_of_duplicates(found, name)
    return CodedRows(name, labelled, n_repeated, overruled)


def _require_single_labels(rows: Mapping[str, CodedRow], name: str) -> None:
    known = {canonical(row.label) for row in rows.values() if row.label}
    for row in rows.values():
        if row.label and (reason := several_labels(row.label, known)):
            raise CorpusError(f"Got {name}, where the label of {row.id!r}, {reason}.")


def _rows(coded: Source | TableInput) -> tuple[list[Row], str]:
    from stance.formats.tables import TableInput

    inputs: Sequence[Any] = [coded] if isinstance(coded, TableInput) else plan_inputs(coded)
    source: Any = coded
    rows = []
    for planned in inputs:
        for row in planned.rows(source):
            if isinstance(row, RejectedRow):
                raise CorpusError(
                    f"Got coded articles with a row that cannot be read: {row}. Correct it."
                )
            rows.append(row)
    name = ", ".join(planned.name for planned in inputs)
    if not rows:
        raise CorpusError(f"Got {name} without a row, but expected the articles that were coded.")
    return rows, name


def _require_columns(rows: Sequence[Row], name: str) -> None:
    names = dict.fromkeys(column for row in rows for column in row.values)
    for needed in ("id", "label"):
        if needed not in names:
            raise CorpusError(
                f"Got {name} without {needed!r}, but expected 'id', 'label' and '{PROBABILITY}' in "
                f"each row. Its fields are: {', '.join(names)}. Name yours so."
            )
    if PROBABILITY not in names:
        raise CorpusError(
            f"Got {name} without inclusion probabilities (the field '{PROBABILITY}'). "
            f"{NO_PROBABILITY}"
        )


def _coded_row(row: Row) -> CodedRow:
    values, where = row.values, f"{row.source}, row {row.number}"
    identifier = text_or_json(values.get("id"))
    if not identifier or not canonical(identifier):
        raise CorpusError(f"Got {where}, without an 'id', but expected one in each row. Add it.")
    same_as = canonical(text_or_json(values.get(SAME_AS)) or "")
    return CodedRow(
        identifier,
        _text(values, "label", where),
        canonical(text_or_json(values.get(STRATUM)) or ""),
        _probability(values.get(PROBABILITY), where),
        same_as or None,
    )


def _text(values: Mapping[str, Any], field: str, where: str) -> str | None:
    try:
        text = text_of(values.get(field))
    except NoTextError as error:
        raise CorpusError(
            f"Got {where}, whose {field!r} {with_choice(str(error))}. Correct the row."
        ) from error
    return one_label(text) if text and canonical(text) else None


def _probability(value: Any, where: str) -> float:
    text = text_or_json(value)
    if text is None or not text.strip():
        raise CorpusError(
            f"Got {where}, without an inclusion probability, but expected one in each row. "
            f"{NO_PROBABILITY}"
        )
    try:
        found = float(text.translate(_DECIMAL))
    except ValueError:
        found = -1.0
    if not 0 < found <= 1:
        raise CorpusError(
            f"Got {where}, with the inclusion probability {text}, but expected a number above 0 "
            "and up to 1. Restore the one that 'stance sample' wrote."
        )
    return found


def _with_labels_of_duplicates(
    found: Mapping[str, CodedRow], name: str
) -> tuple[dict[str, CodedRow], tuple[str, ...]]:
    """Give near-duplicates the label of the article that is coded instead."""
    labelled, overruled = {}, []
    for key, row in found.items():
        label = row.label
        if row.same_as is not None:
            *_, last = _followed(key, found, name)
            label = last.label
            if row.label and canonical(row.label) != canonical(label or ""):
                overruled.append(row.id)
        labelled[key] = CodedRow(row.id, label, row.stratum, row.inclusion_probability, row.same_as)
    return labelled, tuple(overruled)


def _followed(key: str, found: Mapping[str, CodedRow], name: str) -> Iterator[CodedRow]:
    """Yield an article, and the one that is coded instead of each."""
    seen: set[str] = set()
    following: str | None = key
    while following is not None:
        if following not in found:
            raise CorpusError(
                f"Got {name}, where {found[key].id!r} is said to be the same as {following!r} "
                f"('{SAME_AS}'), which is not in the file. Restore its row."
            )
        if following in seen:
            raise CorpusError(
                f"Got {name}, where '{SAME_AS}' of {found[key].id!r} leads back to itself, but "
                "expected the id of an article that is coded. Restore what 'stance sample' wrote."
            )
        seen.add(following)
        yield found[following]
        following = found[following].same_as
