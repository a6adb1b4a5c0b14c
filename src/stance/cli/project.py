"""`stance.toml` beside the data: the names of its fields and how its files are stored.

It holds for options that are not given on the command line.
"""

from __future__ import annotations

import glob
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from stance.corpus.article import FieldMapping
from stance.errors import ConfigError
from stance.formats.addresses import as_local, is_address
from stance.formats.input_file import STDIN

PROJECT_FILE = "stance.toml"

# Options of a command by their names in the file, and how the command calls them.
DEFAULTS = {
    "input-format": "input_format",
    "encoding": "encoding",
    "delimiter": "delimiter",
    "sheet": "sheet",
    "date-order": "date_order",
}


@dataclass(frozen=True)
class Project:
    """What a project file says.

    Parameters
    ----------
    path : Path
    options : dict of str to str
        Values by the names of a command's options, such as ``text_field``.
    """

    path: Path
    options: Mapping[str, str] = field(default_factory=dict)

    def unsaid(self, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Return the options that are not given on the command line."""
        return {name: value for name, value in self.options.items() if chosen.get(name) is None}


def find_project(inputs: Sequence[str]) -> Project | None:
    """Read the project file beside the first input, or in the current folder for a pipe.

    Parameters
    ----------
    inputs : sequence of str
        As a command takes them. Where they are in several folders the file of
        the first one's folder counts for all of them; of a folder it is the
        one in it, of a glob the one beside its first file. Beside public data
        sets, whose fields have names of their own, and addresses no file is
        looked for.

    Raises
    ------
    ConfigError
        If it is not TOML, or has an unknown section or option.
    """
    from stance.datasets.records import is_dataset_name

    first = as_local(inputs[0]) if inputs else STDIN
    if is_dataset_name(first) or is_address(first):
        return None
    path = _folder_of(first) / PROJECT_FILE
    return read_project(path) if path.is_file() else None


def _folder_of(name: str) -> Path:
    if name == STDIN:
        return Path()
    try:
        if glob.has_magic(name) and not Path(name).exists():
            name = min(glob.glob(name, recursive=True), default=name)  # noqa: PTH207
        return Path(name) if Path(name).is_dir() else Path(name).parent
    except OSError:  # a name too long to exist: whoever opens it reports it
        return Path()


def read_project(path: Path) -> Project:
    """Read a project file; see `find_project`."""
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"Got {path}, which cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"Got {path}, which is not TOML: {error}.") from error
    known = {
        "fields": {name.name: f"{name.name}_field" for name in fields(FieldMapping)},
        "defaults": DEFAULTS,
    }
    options: dict[str, str] = {}
    for section, values in data.items():
        if section not in known or not isinstance(values, dict):
            raise ConfigError(
                f"Got {path} with {section!r}, but expected the sections [fields] and [defaults]."
            )
        for name, value in values.items():
            if name not in known[section] or not (isinstance(value, str) and value.strip(" ")):
                raise ConfigError(
                    f"Got {path} with {name} = {value!r} in [{section}], but expected a text for "
                    f"one of {', '.join(known[section])}."
                )
            options[known[section][name]] = value
    return Project(path, options)


def to_toml(options: Mapping[str, str | None]) -> str:
    """Write options as a project file has them; those that are None are left out."""
    names = {f"{name.name}_field": name.name for name in fields(FieldMapping)}
    lines = ["# Read by every command of 'stance' that is given files of this folder.", "[fields]"]
    lines += [f"{names[key]} = {_quoted(v)}" for key, v in options.items() if key in names and v]
    lines += ["", "[defaults]"]
    lines += [f"{name} = {_quoted(v)}" for name, key in DEFAULTS.items() if (v := options.get(key))]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a text as TOML has it, whose escapes are those of JSON, and one more sign."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
