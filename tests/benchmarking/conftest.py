"""A small corpus and a suite of it."""

import orjson
import pytest

from stance.benchmarking.suite import load_suite

WORDS = {"a": "سلام هدنة", "b": "حرب قصف"}
PLACES = ["دمشق", "حلب", "إدلب", "درعا", "حماة", "حمص", "الرقة", "الحسكة"]

FAST_TABLE = """
features.char.enabled = false
features.lexicon.enabled = false
features.word.max_n = 1
features.word.min_df = 1
calibration.enabled = false
classifier.logistic.C = 3.0
"""


def row(number):
    """Write an article of eight outlets, two labels and two targets; outlets have both labels."""
    label = "ab"[number // 8 % 2]
    outlet = number % 8
    text = f"خبر{number} من {PLACES[outlet]} عن {WORDS[label]} رقم{number * 7} في{number * 3}"
    return {
        "id": f"n{number}",
        "text": text,
        "framing": label,
        "outlet": PLACES[outlet],
        "target": ["north", "south"][number // 16 % 2],
    }


@pytest.fixture
def desk(tmp_path):
    return write_articles(tmp_path)


def write_articles(folder):
    """Write 64 articles, and 32 more for a test set."""
    for name, numbers in (("corpus.jsonl", range(64)), ("test.jsonl", range(64, 96))):
        lines = [orjson.dumps(row(number)) + b"\n" for number in numbers]
        (folder / name).write_bytes(b"".join(lines))
    return folder


@pytest.fixture
def write_suite(desk):
    """Return a function that writes a suite of one task and reads it."""
    return suite_writer(desk)


def suite_writer(desk):
    def write(task="", rest="", config=FAST_TABLE):
        text = f"""
title = "Small"
{rest}
[tasks.small]
corpus = ["corpus.jsonl"]
fields = {{ label = "framing" }}
{task}
[tasks.small.config]
{config}
"""
        path = desk / "suite.toml"
        path.write_text(text, "utf-8")
        return load_suite(path)

    return write
