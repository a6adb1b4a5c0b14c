"""Reading a TOML file into a model, with every error by line and key."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from stance.toml_files.faults import Fault, in_words
from stance.toml_files.positions import Place, Positions
from stance.toml_files.schema import schema_faults
from stance.toml_files.syntax import Parsed, line_feeds, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from stance.toml_files.schema import SchemaFault

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class TomlFile:
    """A TOML file, as far as it can be read.

    Parameters
    ----------
    name : str
    data : dict
    faults : list of Fault
        Its syntax errors.
    """

    name: str
    data: dict[str, Any]
    faults: list[Fault]
    _parsed: Parsed = field(repr=False)
    _original: str = field(repr=False)

    @property
    def dropped(self) -> set[str]:
        """Keys that have errors, and are not in the data."""
        return self._parsed.dropped

    def place(self, path: Iterable[str | int]) -> Place:
        """Return the place of a path, or of the innermost table or list around it."""
        return self._positions.of(tuple(path))

    @cached_property
    def _positions(self) -> Positions:
        return Positions(self._parsed.text, self._original)

    def has(self, path: Iterable[str | int]) -> bool:
        """Return whether a key or an entry is in the file."""
        return tuple(path) in self._positions.offsets

    def located(self, faults: Iterable[SchemaFault]) -> list[Fault]:
        """Return errors of values with their places."""
        positions, found = self._positions, []
        for path, message, _ in faults:
            place = positions.of(path)
            written = [self._parsed.renamed.get(str(part), part) for part in path]
            words = [part if isinstance(part, int) else str(part) for part in written]
            line, column = place if path else (None, None)
            found.append(Fault(self.name, line, column, in_words(words), message))
        return sorted(found, key=_line)


class Read(NamedTuple, Generic[Model]):
    """What was read from a file: a value, or everything that is wrong.

    Parameters
    ----------
    value : BaseModel, optional
    faults : tuple of Fault
    """

    value: Model | None
    faults: tuple[Fault, ...]


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file as far as possible.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    content = path.read_bytes()
    name = str(path)
    try:
        text = line_feeds(content.decode())
        parsed = parse(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        told = "the file is not in UTF-8. Save it as UTF-8"
        return _nothing(name, Fault(name, line, None, "", told))
    except RecursionError:
        return _nothing(name, Fault(name, None, None, "", "lists are nested too deep"))
    positions = Positions("", text)
    places = [(positions.at(offset), key, told) for offset, key, told in parsed.faults]
    faults = [Fault(name, *place, key, told) for place, key, told in places]
    return TomlFile(name, parsed.data, faults, parsed, text)


def read_model(
    path: Path, model: type[Model], others: Mapping[str, str] = MappingProxyType({})
) -> Read[Model]:
    """Read a file into a model.

    Parameters
    ----------
    path : Path
    model : type of BaseModel
    others : mapping of str to str
        Sections of other kinds of files, and what to say of a file that has one.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    file = read_toml(path)
    for section, told in others.items():
        if section in file.data:
            return Read(None, (Fault(file.name, file.place([section]).line, None, section, told),))
    if file.faults and not file.data:
        return Read(None, tuple(file.faults))
    try:
        value = model.model_validate(file.data)
    except ValidationError as error:
        wrong = schema_faults(error, model, file.data, file.dropped)
        return Read(None, tuple(sorted([*file.faults, *file.located(wrong)], key=_line)))
    return Read(None if file.faults else value, tuple(file.faults))


def _line(fault: Fault) -> int:
    return fault.line or 0


def _nothing(name: str, fault: Fault) -> TomlFile:
    return TomlFile(name, {}, [fault], Parsed(""), "")
