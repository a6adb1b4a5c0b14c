"""`python -m stance`, for systems where the `stance` command is not on the path."""

from stance.cli import main

main()
