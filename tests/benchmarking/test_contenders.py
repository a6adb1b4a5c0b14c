import sys

import pytest

from stance.benchmarking.contenders import (
    Command,
    ContenderError,
    MajorityBaseline,
    OurModel,
    UnavailableError,
)
from stance.benchmarking.suite import Opponent
from stance.corpus.article import Article
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto
from tests.benchmarking.conftest import row

COPYCAT = """
import json, pathlib, sys
command, *paths = sys.argv[1:]
if command == "fit":
    train, model = map(pathlib.Path, paths)
    rows = [json.loads(line) for line in train.read_text("utf-8").splitlines()]
    model.write_text(json.dumps({row["text"].split()[5]: row["label"] for row in rows}))
else:
    model, articles, labels = map(pathlib.Path, paths)
    known = json.loads(model.read_text())
    rows = [json.loads(line) for line in articles.read_text("utf-8").splitlines()]
    assert all(set(row) <= {"id", "title", "text", "target"} for row in rows), rows[0]
    found = [{"id": row["id"], "label": known[row["text"].split()[5]]} for row in rows[{skip}:]]
    labels.write_text("\\n".join(map(json.dumps, found)))
"""


def articles(numbers):
    rows = [row(number) for number in numbers]
    return [Article(label=one.pop("framing"), **one) for one in rows]


@pytest.fixture
def opponent(tmp_path):
    def make(skip=0, **changes):
        (tmp_path / "copycat.py").write_text(COPYCAT.replace("{skip}", str(skip)), "utf-8")
        command = ["{python}", "copycat.py"]
        settings = {
            "fit": [*command, "fit", "{train}", "{model}"],
            "predict": [*command, "predict", "{model}", "{articles}", "{labels}"],
        }
        return Command(Opponent(**{**settings, **changes}), tmp_path, seed=13)

    return make


def test_the_majority_is_that_of_the_known_articles():
    known = articles(range(24))
    assert MajorityBaseline().label(known, articles(range(24, 27))) == ["a"] * 3
    equal = [Article("1", "x", "b"), Article("2", "y", "a")]
    assert MajorityBaseline().label(equal, equal) == ["a", "a"]


@pytest.mark.slow
def test_our_model_learns(fast_config):
    known, unknown = articles(range(48)), articles(range(48, 64))
    resolved = resolve_auto(LabelledCorpus(known), fast_config)
    assert OurModel(resolved).label(known, unknown) == [a.label for a in unknown]


@pytest.mark.slow
def test_a_command_learns_and_sees_no_label_of_what_it_is_to_label(opponent):
    unknown = articles(range(48, 64))
    assert opponent().label(articles(range(48)), unknown) == [a.label for a in unknown]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"fit": ["no-such-program"]}, "no-such-program cannot be run"),
        ({"fit": [sys.executable, "-c", "raise SystemExit('no luck')"]}, "ended with 1: no luck"),
        ({"predict": [sys.executable, "-c", ""]}, "labels cannot be read"),
        ({"skip": 2}, "left 2 of 16"),
    ],
)
def test_who_fails_says_why(opponent, changes, complaint):
    with pytest.raises(ContenderError, match=complaint):
        opponent(**changes).label(articles(range(48)), articles(range(48, 64)))


def test_who_is_not_installed_is_unavailable(opponent):
    missing = opponent(requires=["no_such_module"])
    with pytest.raises(UnavailableError, match="no_such_module is not installed"):
        missing.label(articles(range(48)), articles(range(48, 64)))


@pytest.mark.slow
def test_labels_come_back_by_id_in_any_order(opponent, tmp_path):
    script = tmp_path / "backwards.py"
    script.write_text(
        "import json, sys\n"
        "rows = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]\n"
        "with open(sys.argv[2], 'w') as file:\n"
        "    for row in reversed(rows):\n"
        "        print(json.dumps({'id': row['id'], 'label': row['id']}), file=file)\n",
        "utf-8",
    )
    command = opponent(predict=["{python}", "backwards.py", "{articles}", "{labels}"])
    assert command.label(articles(range(48)), articles([50, 49])) == ["n50", "n49"]
