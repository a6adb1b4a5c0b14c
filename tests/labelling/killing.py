"""Kills labelling runs at random moments and resumes each: a program of its own, since it forks.

A moment is so many batches after the beginning, and in half of the runs up to a few milliseconds
more, so that the speed of the machine does not decide how many runs are killed at all.

Usage: python killing.py MODEL INPUT FOLDER TIMES
"""

import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

from stance.features.model_input import text_inputs
from stance.formats.source import Source
from stance.labelling import output
from stance.labelling.engine import LocalEngine
from stance.labelling.plan import plan_labelling
from stance.labelling.run import label_to_target
from stance.labelling.target import choose_target
from stance.model.persistence import read_model

FORMATS = ("jsonl", "csv.gz", "parquet")

# Many checkpoints, so that many are interrupted.
output.EVERY, output.SHARE = 0.005, 0


def in_child(label):
    """Start a run in a process of its own."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            label()
            code = 0
        finally:
            os._exit(code)
    return child


def kill_after(seconds):
    """Kill this process, at once or while it goes on."""

    def kill():
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=kill).start() if seconds else os.kill(os.getpid(), signal.SIGKILL)


def main(model, source, folder, times):
    stored = read_model(model)
    stored.model.scorer.scores(text_inputs(["كلمة"]))

    def labelling(name, *, resume=False, report=lambda progress: None):
        target = choose_target(str(folder / name), None)
        options = {"output_format": target.format, "part_rows": 300}
        task = plan_labelling(stored, str(model), Source((str(source),)), **options)
        options = {"engine": LocalEngine(jobs=2, batch_size=50), "resume": resume}
        return lambda: label_to_target(task, target, report=report, **options)

    reading, writing = os.pipe()
    for ending in FORMATS:
        label = labelling(f"whole.{ending}", report=lambda progress: os.write(writing, b"."))
        assert os.waitpid(in_child(label), 0)[1] == 0
    n_batches = len(os.read(reading, 1 << 16)) // len(FORMATS)
    moments = random.Random(5)
    n_killed = 0
    for n in range(times):
        ending = FORMATS[n % len(FORMATS)]
        resume = False
        # Now and then the resumed run is killed too.
        for turn in range(1 + n % 2):
            left = [moments.randrange(1, n_batches)]
            later = moments.uniform(0, 0.01) if (n + turn) % 2 else 0

            def report(progress, left=left, later=later):
                left[0] -= 1
                if not left[0]:
                    kill_after(later)

            child = in_child(labelling(f"{n}.{ending}", resume=resume, report=report))
            n_killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
            resume = True
        assert os.waitpid(in_child(labelling(f"{n}.{ending}", resume=True)), 0)[1] == 0
        for end in (ending, f"{ending}.rejects.jsonl"):
            found, expected = (folder / f"{name}.{end}" for name in (n, "whole"))
            assert found.read_bytes() == expected.read_bytes(), f"{found}, killed"
    print(n_killed)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
