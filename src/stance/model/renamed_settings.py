"""Old names of settings, still accepted in files, in --set and in saved models."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from stance.errors import RenamedSettingWarning

RENAMED = {"classifier.steadiness": "classifier.outlet_shrinkage"}


def with_current_names(data: Any, *, tell: bool) -> Any:
    """Replace old names of settings with the current ones, which take precedence."""
    if not isinstance(data, Mapping):
        return data
    found = dict(data)
    for old, new in RENAMED.items():
        section, _, old_key = old.partition(".")
        values, new_key = found.get(section), new.partition(".")[2]
        if isinstance(values, dict) and old_key in values and new_key not in values:
            found[section] = {new_key if key == old_key else key: v for key, v in values.items()}
            if tell:
                _warn_renamed(old)
    return found


def current_name(key: str) -> str:
    """Return the current name of a setting, and warn if an old one was given."""
    if key in RENAMED:
        _warn_renamed(key)
    return RENAMED.get(key, key)


def _warn_renamed(old: str) -> None:
    warnings.warn(
        f"The setting {old} is now called {RENAMED[old]}; the old name is still read.",
        RenamedSettingWarning,
        stacklevel=4,
    )
