"""Writing of a configuration as TOML, with a description of each setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from stance.model.config import TrainingConfig


def to_toml(config: TrainingConfig) -> str:
    """Return every setting as TOML, with its description as a comment.

    Examples
    --------
    >>> import tomllib
    >>> from stance.model.config import TrainingConfig, parse_config
    >>> parse_config(tomllib.loads(to_toml(TrainingConfig()))) == TrainingConfig()
    True
    """
    return "\n".join(_section_lines(config, "")).strip() + "\n"


def _section_lines(section: BaseModel, path: str) -> list[str]:
    fields = type(section).model_fields
    values = {name: getattr(section, name) for name in fields}
    lines = []
    plain = {n: v for n, v in values.items() if not isinstance(v, BaseModel)}
    if plain:
        doc = (type(section).__doc__ or "").splitlines()[0]
        lines += ["", f"# {doc}"] + ([f"[{path}]"] if path else [])
    for name, value in plain.items():
        setting = f"{name} = {_toml_value(value)}"
        lines.append(f"{setting:<28}# {fields[name].description}")
    for name, value in values.items():
        if isinstance(value, BaseModel):
            lines += _section_lines(value, f"{path}.{name}".lstrip("."))
    return lines


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inner = ", ".join(f"{_toml_value(key)} = {_toml_value(v)}" for key, v in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)
