"""The toolkit's distribution name on the package index, and installed versions.

The import package and the command are called ``stance``. On the Python package
index that name belongs to another project, so the distribution that `pip`
installs is called `DISTRIBUTION`. Only this module knows both names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

DISTRIBUTION = "arabic-stance"
# Manifests, receipts and benchmark results record the toolkit's version under this key.
TOOLKIT = "stance"


def toolkit_version() -> str:
    """Return the version of the toolkit that is installed.

    Raises
    ------
    ConfigError
        If the code runs from a folder and was never installed, or was installed
        under a different name.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError as error:
        raise ConfigError(
            f"Got a copy of stance that is not installed, but expected the package {DISTRIBUTION}, "
            "which records the version. Run 'pip install -c constraints.txt .' in its folder."
        ) from error


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of the given packages, as far as they are installed.

    Parameters
    ----------
    packages : iterable of str
        Names as `pip` knows them; `TOOLKIT` means the toolkit itself.

    Returns
    -------
    dict of str to str
        Versions by the given names; a package that is not installed is left out.
    """
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for package in packages:
        try:
            found[package] = version(DISTRIBUTION if package == TOOLKIT else package)
        except PackageNotFoundError:
            continue
    return found


def install_command(extra: str) -> str:
    """Return the command that installs an optional part of the toolkit.

    Parameters
    ----------
    extra : str
        The name of the part in ``pyproject.toml``.

    Examples
    --------
    >>> print(install_command("dask"))
    pip install 'arabic-stance[dask]'
    """
    return f"pip install '{DISTRIBUTION}[{extra}]'"
