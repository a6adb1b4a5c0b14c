"""`python -m stance`, for where the folder of commands is not on the path."""

from stance.cli import main

main()
