"""Lexicons: terms in categories, by the actor that they name and the side that uses them.

A lexicon is read from TOML files. A model stores its own copy as JSON.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from stance.errors import CorpusError, ModelError
from stance.toml_files.faults import Fault, in_words, listed
from stance.toml_files.reading import read_model, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stance.toml_files.positions import Place
    from stance.toml_files.reading import TomlFile


_OTHERS = {"labels": "the file is a codebook. Check it with 'stance codebook check'"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def as_day(value: object) -> dt.date | None:
    """Return a day, which TOML gives as a date and JSON as text.

    Raises
    ------
    ValueError
        If it is anything else, such as a date with a time.
    """
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"Got {value!r}, but expected a date such as 2024-12-08") from None


Day = Annotated[dt.date | None, BeforeValidator(as_day)]


class Validity(NamedTuple):
    """The days on which a term counts, both inclusive; None if there is no limit."""

    first: dt.date | None
    last: dt.date | None


class _Dated(_Strict):
    """What counts on some days only, if it has dates."""

    valid_from: Day = Field(None, alias="from")
    until: Day = None


class Term(_Dated):
    """One term of a category, with its other spellings and inflections.

    Its ``side``, ``from`` and ``until`` override those of its category.
    """

    term: str = Field(min_length=1)
    variants: list[str] = []
    note: str = ""
    actor: str | None = None
    side: str | None = None

    @property
    def spellings(self) -> list[str]:
        """The term and its variants."""
        return [self.term, *self.variants]


class Category(_Dated):
    """Terms with one function: name an actor with one slant, report, express doubt.

    Parameters
    ----------
    description : str
    actor : str, optional
        The actor that the terms name or concern.
    side : str, optional
        The label of the outlets that tend to use the terms.
    naming : bool
        Whether the terms are mentions of the actor and count towards naming
        shares.
    plain : bool
        Whether all sides use these terms: the usual name of an actor, verbs
        of reporting. They indicate the topic of an article, so their rate and
        their share are not features. As mentions they still count towards the
        shares of the actor's other names, and their rate between scare quotes
        is a feature.
    terms : list of Term
    from, until : date, optional
        The first and the last day on which the terms count.
    """

    description: str
    actor: str | None = None
    side: str | None = None
    naming: bool = False
    plain: bool = False
    terms: list[Term]

    def validity(self, term: Term) -> Validity:
        """Return the days on which one of the terms counts."""
        return Validity(term.valid_from or self.valid_from, term.until or self.until)

    @property
    def has_dates(self) -> bool:
        """Whether the category or one of its terms counts on some days only."""
        return any(one.valid_from or one.until for one in (self, *self.terms))

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        for name, (first, last) in (
            ("the category", Validity(self.valid_from, self.until)),
            *((f"the term {term.term!r}", self.validity(term)) for term in self.terms),
        ):
            if first and last and last < first:
                raise ValueError(
                    f"Got until = {last} and from = {first} for {name}, but expected until not "
                    "before from"
                )
        return self


class LexiconFile(_Strict):
    """One family of categories: the schema of a TOML file.

    Parameters
    ----------
    format : int
        Version of the file format: 2 for files with dates, else 1 or 2.
    family, description : str
    spellings : dict of str to list of str
        A word and its other spellings, which are treated as one word in the
        terms of all families and in the texts.
    categories : dict of str to Category
    """

    format: Literal[1, 2]
    family: str
    description: str
    spellings: dict[str, list[str]] = {}
    categories: dict[str, Category] = {}

    @model_validator(mode="after")
    def _check_format(self) -> Self:
        dated = [name for name, category in self.categories.items() if category.has_dates]
        if dated and self.format == 1:
            raise ValueError(
                f"Got format = 1 and dates in the category {dated[0]!r}, but expected format = 2 "
                "in a file with dates"
            )
        return self


class Lexicon:
    """Categories of terms, from one or more families.

    Parameters
    ----------
    families : iterable of LexiconFile
    files : mapping of (str, str) to Path, optional
        The file of each category, by ``("categories", name)``, and of each word
        with other spellings, by ``("spellings", word)``. Messages name it.
    name : str
        The file, or the folder of files, that it was read from.

    Raises
    ------
    CorpusError
        If a category is in two families.
    """

    def __init__(
        self,
        families: Iterable[LexiconFile],
        files: Mapping[tuple[str, str], Path] | None = None,
        name: str = "",
    ) -> None:
        self.families = tuple(families)
        self.files = dict(files or {})
        self.name = name
        self.categories: dict[str, Category] = {}
        for family in self.families:
            for category_name, category in family.categories.items():
                if category_name in self.categories:
                    raise CorpusError(
                        f"Got the category {category_name!r} in {family.family!r} and in another "
                        "family, but expected it once. Rename one of the two."
                    )
                self.categories[category_name] = category

    @cached_property
    def sides(self) -> list[str]:
        """The sides with terms of their own, sorted."""
        found = {c.side for c in self.categories.values()}
        found |= {term.side for c in self.categories.values() for term in c.terms}
        return sorted(side for side in found if side)

    @property
    def spellings(self) -> dict[str, str]:
        """Map from each other spelling of a word to the word."""
        return {
            other: word
            for family in self.families
            for word, others in family.spellings.items()
            for other in others
        }

    @classmethod
    def read(cls, path: str | Path) -> Lexicon:
        """Read a TOML file, or every TOML file of a folder.

        Raises
        ------
        CorpusError
            If there is no TOML file, or a file is not a lexicon. The message
            lists all errors with their lines.
        """
        found, faults = read_lexicon(path)
        if found is None:
            raise CorpusError(listed("the lexicon", str(path), faults))
        return found

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the families as JSON-serialisable values."""
        return [
            family.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for family in self.families
        ]

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Build a lexicon from the output of `to_dict`.

        Raises
        ------
        ModelError
            If the data is malformed.
        """
        try:
            return cls(map(LexiconFile.model_validate, _list_of_families(data)))
        except (TypeError, ValidationError) as error:
            raise ModelError(
                f"Got a malformed lexicon ({_first_fault(error)}). The model is damaged: "
                "copy it again from its source."
            ) from error


def lexicon_files(path: str | Path) -> list[Path]:
    """Return the file at a path, or the sorted TOML files of the folder at it."""
    path = Path(path)
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _list_of_families(data: object) -> list[object]:
    if not isinstance(data, list):
        raise TypeError(f"{type(data).__name__} instead of a list of families")
    return data


def read_lexicon(path: str | Path) -> tuple[Lexicon | None, list[Fault]]:
    """Read a TOML file, or every TOML file of a folder; list all errors instead of raising one.

    Returns
    -------
    lexicon : Lexicon or None
        None if a file has an error.
    faults : list of Fault

    Raises
    ------
    CorpusError
        If there is no TOML file, or one cannot be opened.
    """
    files = lexicon_files(path)
    if not files:
        raise CorpusError(f"Got the folder {path}, but expected TOML files of terms in it.")
    families: list[LexiconFile] = []
    faults: list[Fault] = []
    homes: dict[tuple[str, str], Path] = {}
    for file in files:
        try:
            read = read_model(file, LexiconFile, _OTHERS)
        except OSError as error:
            raise CorpusError(f"Got the lexicon {file}, which cannot be read: {error}.") from error
        faults += read.faults
        if read.value is not None:
            families.append(read.value)
            faults += _categories_again(read.value, file, homes)
            homes |= {("spellings", word): file for word in read.value.spellings}
    return (None if faults else Lexicon(families, homes, str(path))), faults


def _categories_again(
    family: LexiconFile, file: Path, homes: dict[tuple[str, str], Path]
) -> Iterator[Fault]:
    """Yield an error for each category that an earlier file has; note the others."""
    for name in family.categories:
        key = ("categories", name)
        if homes.setdefault(key, file) == file:
            continue
        own, other = (read_toml(one).place(key) for one in (file, homes[key]))
        message = (
            f"the category {name!r} is in {homes[key]} too, in line {other.line}. Rename one of "
            "the two"
        )
        yield Fault(str(file), *own, in_words(key), message)


class TermFault(NamedTuple):
    """A term or a spelling that a lexicon cannot have.

    Parameters
    ----------
    path : tuple of str or int
        Its keys in its file.
    message : str
    other : tuple of str or int, optional
        The keys of another entry that it contradicts.
    """

    path: tuple[str | int, ...]
    message: str
    other: tuple[str | int, ...] = ()


def located(lexicon: Lexicon, faults: Iterable[TermFault]) -> list[Fault]:
    """Return errors of terms with the files and lines that the lexicon was read from."""
    read: dict[Path, TomlFile] = {}

    def place(path: tuple[str | int, ...]) -> tuple[str, Place | None]:
        file = lexicon.files.get((str(path[0]), str(path[1])))
        if file is None or not file.exists():
            return lexicon.name, None
        found = read.setdefault(file, read[file] if file in read else read_toml(file))
        return str(file), found.place(path)

    found = []
    for path, message, other in faults:
        file, own = place(path)
        there, line = place(other) if other else ("", None)
        if line is not None:
            elsewhere = "" if there == file else f" of {there}"
            message = f"{message}. The other is in line {line.line}{elsewhere}"  # noqa: PLW2901
        number, column = own or (None, None)
        found.append(Fault(file, number, column, in_words(path), message))
    return found


def _first_fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"]))
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
