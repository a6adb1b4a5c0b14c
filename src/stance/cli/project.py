"""The project file `stance.toml` beside the data: field names and reading options.

It supplies options that are not given on the command line.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from stance.corpus.article import FieldMapping
from stance.errors import ConfigError
from stance.formats.addresses import as_local, is_address
from stance.formats.input_file import STDIN

PROJECT_FILE = "stance.toml"

# Options by their names in the file, and the parameter names of the commands.
DEFAULTS = {
    "input-format": "input_format",
    "encoding": "encoding",
    "delimiter": "delimiter",
    "sheet": "sheet",
    "date-order": "date_order",
}


@dataclass(frozen=True)
class Project:
    """The content of a project file.

    Parameters
    ----------
    path : Path
    options : dict of str to str
        Values by the parameter names of the commands, such as ``text_field``.
    """

    path: Path
    options: Mapping[str, str] = field(default_factory=dict)

    def not_given(self, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Return the options that were not given on the command line."""
        return {name: value for name, value in self.options.items() if chosen.get(name) is None}


def find_project(inputs: Sequence[str]) -> Project | None:
    """Read the project file beside the first input, or in the current folder for a pipe.

    Parameters
    ----------
    inputs : sequence of str
        As a command takes them. If they are in several folders, the project
        file of the first one's folder is used for all. For a folder it is the
        file inside, for a glob the one beside its first match. Public data
        sets, which have their own field names, and addresses have no project
        file.

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
    except OSError:  # the name is too long; opening it reports the error
        return Path()


def read_project(path: Path) -> Project:
    """Read a project file; see `find_project`."""
    from stance.toml_files.faults import listed
    from stance.toml_files.reading import read_toml

    try:
        file = read_toml(path)
    except OSError as error:
        raise ConfigError(f"Got {path}, which cannot be read: {error.strerror}.") from error
    if file.faults:
        raise ConfigError(listed("the project file", str(path), file.faults))
    known = {
        "fields": {name.name: f"{name.name}_field" for name in fields(FieldMapping)},
        "defaults": DEFAULTS,
    }
    options: dict[str, str] = {}
    for section, values in file.data.items():
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
    """Format options as a project file; options that are None are omitted."""
    names = {f"{name.name}_field": name.name for name in fields(FieldMapping)}
    lines = ["# Read by every command of 'stance' for files in this folder.", "[fields]"]
    lines += [f"{names[key]} = {_quoted(v)}" for key, v in options.items() if key in names and v]
    lines += ["", "[defaults]"]
    lines += [f"{name} = {_quoted(v)}" for name, key in DEFAULTS.items() if (v := options.get(key))]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Quote a text for TOML, which uses the escapes of JSON and one more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
