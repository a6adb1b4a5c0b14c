"""`stance config`: every setting with its default, as TOML; or the project file of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from stance.cli.console import note
from stance.cli.options import (
    FIELDS,
    ConfigOption,
    ForceOption,
    SetOption,
    with_corpus_options,
)
from stance.cli.project import PROJECT_FILE, to_toml
from stance.cli.reports import STDOUT
from stance.errors import ConfigError
from stance.formats.source import Source


@with_corpus_options
def config_command(
    config: ConfigOption = None,
    override: SetOption = None,
    project: Annotated[
        bool,
        typer.Option(
            "--project",
            help=f"Write {PROJECT_FILE} with the field names and reading options given here; "
            "all commands use it for files in the same folder.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="File for the settings, or for the project file with --project.  [default: "
            f"standard output; {PROJECT_FILE} with --project]",
        ),
    ] = None,
    force: ForceOption = False,
    *,
    reading: Source,
) -> None:
    """Write every setting with its default, as TOML for --config.

    With --project, write a project file beside the data instead: it stores
    options such as --text-field for all commands.
    """
    if project:
        _write_project(output or Path(PROJECT_FILE), reading, force=force)
    else:
        _write_settings(output, config, override or [], force=force)


def _write_settings(
    output: Path | None, config: Path | None, override: Sequence[str], *, force: bool
) -> None:
    from stance.model.config import load_config
    from stance.model.config_toml import to_toml as settings_to_toml
    from stance.replacing import replacing_file

    text = settings_to_toml(load_config(config, override))
    if output is None or str(output) == STDOUT:
        typer.echo(text, nl=False)
        return
    with replacing_file(str(output), force=force) as file:
        file.write(text.encode())
    note(f"Written to {output}.")


def _write_project(output: Path, reading: Source, *, force: bool) -> None:
    from stance.formats.source import check_source
    from stance.replacing import replacing_file

    check_source(reading)
    if output.name != PROJECT_FILE:
        raise ConfigError(f"Got -o {output}, but expected the name {PROJECT_FILE} beside the data.")
    names = {f"{name}_field": getattr(reading.fields, name) for name in FIELDS}
    options = {key: name for key, name in names.items() if name != key.removesuffix("_field")}
    stored = ("input_format", "encoding", "delimiter", "sheet", "date_order")
    options |= {name: getattr(reading, name) for name in stored}
    with replacing_file(str(output), force=force) as file:
        file.write(to_toml(options).encode())
    note(f"Written to {output}.")
