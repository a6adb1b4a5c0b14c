"""The command line: parse, call, print, exit code.

Every command imports what it needs in its own body, so that help and shell
completion answer at once.
"""

from stance.cli.app import app, main

__all__ = ["app", "main"]
