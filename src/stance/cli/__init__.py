"""The command line: parse, call, print, exit code.

Each command imports what it needs inside its body, so that help and shell
completion are fast.
"""

from stance.cli.app import app, main

__all__ = ["app", "main"]
