"""Files with settings: reading them, and listing what is wrong by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.errors import ConfigError
from stance.toml_files.faults import listed
from stance.toml_files.reading import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from stance.toml_files.reading import TomlFile
    from stance.toml_files.schema import SchemaFault

# Sections of other files that people write, and the option that takes such a file.
_OTHERS = {
    "labels": ("codebook", "--codebook {}"),
    "categories": ("lexicon", "--set features.lexicon.path={}"),
    "spellings": ("lexicon", "--set features.lexicon.path={}"),
}


def read_config_file(path: Path) -> TomlFile:
    """Read a file of settings, not yet checked.

    Raises
    ------
    ConfigError
        If it cannot be opened, is not TOML, or is a lexicon or a codebook.
    """
    try:
        file = read_toml(path)
    except OSError as error:
        raise ConfigError(f"Got config {path}, which cannot be read: {error}.") from error
    for section, (kind, option) in _OTHERS.items():
        if section in file.data:
            raise ConfigError(
                f"Got config {path}, which is a {kind}. Give it with {option.format(path)}"
            )
    if file.faults:
        raise ConfigError(listed("config", str(path), file.faults))
    return file


def refuse_config_file(
    file: TomlFile,
    wrong: Sequence[SchemaFault],
    overrides: Iterable[str],
    explain_unknown: Callable[[str], str],
) -> None:
    """Refuse a file with wrong settings, unless they come from ``--set`` alone.

    Parameters
    ----------
    file : TomlFile
    wrong : sequence of SchemaFault
        What is wrong in the settings of the file and in the overrides.
    overrides : iterable of str
        ``KEY=VALUE``.
    explain_unknown : callable
        Returns a message on an unknown key.

    Raises
    ------
    ConfigError
    """
    overridden = {override.partition("=")[0].strip() for override in overrides}
    own = []
    for fault in wrong:
        key = ".".join(map(str, fault.path))
        if key not in overridden and file.has(fault.path):
            told = explain_unknown(key) if fault.is_unknown else fault.message
            own.append(fault._replace(message=told[0].lower() + told[1:]))
    if own:
        raise ConfigError(listed("config", file.name, file.located(own)))
