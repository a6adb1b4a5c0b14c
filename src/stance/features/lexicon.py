"""Lexicons: who is named how, and in whose voice.

A lexicon sorts terms into categories. It is read from TOML, and a model keeps
its own copy as JSON.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import CorpusError, ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Term(_Strict):
    """One term of a category, with its other spellings and inflections."""

    term: str = Field(min_length=1)
    variants: list[str] = []
    note: str = ""
    actor: str | None = None
    side: str | None = None

    @property
    def spellings(self) -> list[str]:
        """The term and its variants."""
        return [self.term, *self.variants]


class Category(_Strict):
    """Terms that do the same work: name an actor in one colouring, report, doubt.

    Parameters
    ----------
    description : str
    actor : str, optional
        Whom the terms name or concern.
    side : str, optional
        The label whose press tends to use them.
    naming : bool
        Whether the terms are mentions of the actor, and so count towards
        naming shares.
    plain : bool
        Whether everybody says these terms, whoever they side with: the usual
        name of an actor, verbs of reporting. They tell what an article is
        about, so neither their rate nor their share is a feature; as mentions
        they still count towards the shares of the actor's other names, and
        between scare quotes they are as telling as any.
    terms : list of Term
    """

    description: str
    actor: str | None = None
    side: str | None = None
    naming: bool = False
    plain: bool = False
    terms: list[Term]


class LexiconFile(_Strict):
    """One family of categories, as a TOML file holds it.

    Parameters
    ----------
    format : int
        The number of the file format, 1.
    family, description : str
    spellings : dict of str to list of str
        A word and its other spellings; they are taken for one word in the
        terms of all families and in the texts.
    categories : dict of str to Category
    """

    format: Literal[1]
    family: str
    description: str
    spellings: dict[str, list[str]] = {}
    categories: dict[str, Category] = {}


class Lexicon:
    """Categories of terms, from one or more families.

    Parameters
    ----------
    families : iterable of LexiconFile

    Raises
    ------
    CorpusError
        If a category stands in two families.
    """

    def __init__(self, families: Iterable[LexiconFile]) -> None:
        self.families = tuple(families)
        self.categories: dict[str, Category] = {}
        for family in self.families:
            for name, category in family.categories.items():
                if name in self.categories:
                    raise CorpusError(
                        f"Got the category {name!r} in {family.family!r} and in another family, "
                        "but expected it once. Rename one of the two."
                    )
                self.categories[name] = category

    @property
    def sides(self) -> list[str]:
        """The sides that own terms, sorted."""
        found = {c.side for c in self.categories.values()}
        found |= {term.side for c in self.categories.values() for term in c.terms}
        return sorted(side for side in found if side)

    @property
    def spellings(self) -> dict[str, str]:
        """Each other spelling of a word, and the word."""
        return {
            other: word
            for family in self.families
            for word, others in family.spellings.items()
            for other in others
        }

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a TOML file, or every TOML file of a folder.

        Raises
        ------
        CorpusError
            If there is none, or one is not a lexicon.
        """
        files = lexicon_files(path)
        if not files:
            raise CorpusError(f"Got the folder {path}, but expected TOML files of terms in it.")
        return cls(map(_read_family, files))

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the families as plain JSON values."""
        return [family.model_dump(exclude_defaults=True) for family in self.families]

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Build a lexicon from what `to_dict` returned.

        Raises
        ------
        ModelError
            If the data has another shape.
        """
        try:
            return cls(map(LexiconFile.model_validate, _list_of_families(data)))
        except (TypeError, ValidationError) as error:
            raise ModelError(
                f"Got a lexicon of an unknown shape ({_first_fault(error)}). The model is damaged: "
                "copy it again from its source."
            ) from error


def lexicon_files(path: str | Path) -> list[Path]:
    """Return the file that a path names, or the TOML files of the folder, sorted."""
    path = Path(path)
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _list_of_families(data: object) -> list[object]:
    if not isinstance(data, list):
        raise TypeError(f"{type(data).__name__} instead of a list of families")
    return data


def _read_family(path: Path) -> LexiconFile:
    try:
        with path.open("rb") as file:
            return LexiconFile.model_validate(tomllib.load(file))
    except OSError as error:
        raise CorpusError(f"Got the lexicon {path}, which cannot be read: {error}.") from error
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        RecursionError,
        ValidationError,
    ) as error:
        raise CorpusError(
            f"Got the lexicon {path}, which is not one: {_first_fault(error)}."
        ) from error


def _first_fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors()[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
