"""`stance config`: every setting with its default, as TOML."""

from __future__ import annotations

import typer

from stance.cli.options import ConfigOption, SetOption


def config_command(config: ConfigOption = None, override: SetOption = None) -> None:
    """Write every setting with its default, as TOML for --config."""
    from stance.model.config import load_config, to_toml

    typer.echo(to_toml(load_config(config, override or [])), nl=False)
