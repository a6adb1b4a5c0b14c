"""Commands that are killed, terminated or interrupted leave no process and no half a file."""

import os
import shutil
import signal
import sys

import pytest

from tests.cli.test_cli import FAST_SETTINGS
from tests.conftest import SEEDS
from tests.processes import alive, start, wait_until

pytestmark = [
    pytest.mark.kill,
    pytest.mark.skipif(
        sys.platform == "win32" or shutil.which("ps") is None, reason="needs signals, and ps"
    ),
]

JOBS = 2
COMMANDS = {
    "train": ("train", "{corpus}"),
    "crossval": ("crossval", "{corpus}", "--by", "event", "--folds", "8", "--jobs", JOBS),
    "tune": ("tune", "{corpus}", "--budget", "5m", "--jobs", JOBS),
}
# What one process does with a signal is the same in each; workers may outlive a kill.
ENDINGS = [
    ("train", signal.SIGTERM),
    ("train", signal.SIGINT),
    *(("crossval", number) for number in (signal.SIGKILL, signal.SIGINT)),
    *(("tune", number) for number in (signal.SIGKILL, signal.SIGTERM)),
]
CODES = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 143, signal.SIGINT: 130}

# Seconds; what goes on after them would go on for ever.
FOR_EVER = 120

# What runs a command, and says when it has begun to read the corpus: by then signals are handled.
# Whoever runs the tests may ignore Ctrl-C, which their commands would then ignore too.
RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from stance.formats import opening
check = opening.check_content
def reading(file):
    print("reading", flush=True)
    return check(file)
opening.check_content = reading
"""

# Workers say when they have begun to train, which never comes to an end.
ENDLESS = """
import os, time
def train(*arguments, **options):
    os.write(1, b"training\\n")
    while True:
        time.sleep(60)
"""
HOLD = {
    "train": "",
    "crossval": """
import joblib
delayed = joblib.delayed
joblib.delayed = lambda test_fold: delayed(train)
""",
    "tune": """
from joblib.externals.loky.backend import process
class Worker(process.LokyProcess):
    def __init__(self, *, target, args):
        super().__init__(target=work, args=(target, *args))
def work(target, *args):
    from stance.model.learning_corpus import LabelledCorpus
    assert callable(LabelledCorpus.part)
    LabelledCorpus.part = train
    target(*args)
process.LokyProcess = Worker
""",
}
MAIN = """
from stance.cli import main
main()
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("signals") / "corpus.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:96]))
    return path


def begin(command, corpus, output):
    """Start a command and wait until it, or its workers if it has any, are at work."""
    option = "--json" if command == "crossval" else "--output"
    code = RUN + ENDLESS + HOLD[command] + MAIN
    words = [str(word).format(corpus=corpus) for word in COMMANDS[command]]
    process = start("-c", code, *words, option, output)
    wanted = [b"reading\n"] if command == "train" else [b"training\n"] * JOBS
    for line in wanted:
        # A corpus may be read more than once.
        said = next((said for said in process.stdout if said != b"reading\n" or line == said), b"")
        assert said == line, end_all(process)
    return process


def end_all(process):
    """Kill what is left of a command; return what it wrote to standard error."""
    if alive(process.pid):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[1].decode()


@pytest.mark.parametrize(
    ("command", "number"), ENDINGS, ids=[f"{command}-{number.name}" for command, number in ENDINGS]
)
def test_nothing_is_left_behind(command, number, corpus, tmp_path):
    process = begin(command, corpus, tmp_path / "out")
    process.send_signal(number)
    ended = wait_until(lambda: process.poll() is not None, FOR_EVER)
    gone = wait_until(lambda: not alive(process.pid), FOR_EVER if ended else 0)
    code, left = process.poll(), alive(process.pid)
    told = end_all(process)
    assert code == CODES[number], told
    assert gone, left
    assert not list(tmp_path.iterdir()), told


def test_a_signal_that_is_ignored_stays_ignored(corpus, tmp_path):
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + RUN + MAIN
    process = start("-c", code, "train", corpus, "--output", tmp_path / "model", *FAST_SETTINGS)
    try:
        assert process.stdout.readline() == b"reading\n"
        process.send_signal(signal.SIGTERM)
        code = process.wait(FOR_EVER)
    finally:
        told = end_all(process)
    assert code == 0, told
