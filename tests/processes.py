"""Processes of a group, as the system lists them."""

import os
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"


def start(*command):
    """Start Python with a command line, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def alive(group):
    """Return the command lines of a group's processes that have not ended."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 2) for line in listed.stdout.splitlines())
    return [args for pgid, stat, args in rows if pgid == str(group) and stat[0] != "Z"]


def wait_until(happened, seconds):
    """Wait for something; return whether it happened in time."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
