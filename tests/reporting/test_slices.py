"""The scores of slices, as a report shows them."""

import io
from dataclasses import replace

import numpy as np
import pytest

from stance.evaluation.metrics import evaluate
from stance.evaluation.scored import Scored
from stance.evaluation.slices import slice_scores
from stance.reporting import terminal
from stance.reporting.document import Document
from stance.reporting.scores import score_sections
from stance.reporting.slices import SLICES_DETAILED, SURE

N = 160


@pytest.fixture
def scored():
    random = np.random.default_rng(0)
    y_true = np.arange(N) % 2
    confidence = random.uniform(0.5, 1.0, N)
    y_pred = np.where(random.random(N) < confidence, y_true, 1 - y_true)
    probabilities = np.repeat(1 - confidence[:, None], 2, axis=1)
    probabilities[np.arange(N), y_pred] = confidence
    labels = ("damascus_aligned", "opposition_aligned")
    return Scored(labels, y_true, probabilities, None, np.arange(N) % 4 == 0)


def shown(scored, n_values, name="article, 2015-10-10 to 2024-12-0{}"):
    values = [name.format(n % n_values) for n in range(len(scored))]
    found = evaluate(scored, protocol="test corpus")
    found = replace(found, slices=slice_scores(scored, {"kind:period": values}))
    text = io.StringIO()
    sections = score_sections(found)
    terminal.render(Document("", sections, command=""), terminal.screen(width=80, file=text))
    return text.getvalue()


def test_a_few_slices_are_shown_in_full_on_any_screen(scored):
    text = shown(scored, 2)
    details = text.split("By kind:period and label")[1]
    coverage = details.split("below a probability are left out:")[1]
    assert "how far probabilities can be trusted" in details
    assert SURE in details
    for line in coverage.splitlines()[2:4]:
        assert line.startswith("article, 2015-10-10 to 2024-12-0")
        assert line.count(" % ") == 4
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.slow
def test_of_many_slices_the_details_are_in_json_alone(scored):
    assert "and label" in shown(scored, SLICES_DETAILED, "{}")
    assert "and label" not in shown(scored, SLICES_DETAILED + 1, "{}")


def test_the_whole_says_what_is_sure_and_what_is_out_of_domain(scored):
    text = " ".join(shown(scored, 1, "x").split())
    assert "25 % of the articles are out of domain: accuracy 0." in text
    assert f"Labels are {SURE} from a probability of 0." in text
    wrong = replace(scored, y_true=1 - scored.y_pred, out_of_domain=None)
    text = " ".join(shown(wrong, 1, "x").split())
    assert f"No probability is high enough for labels that are {SURE}." in text
    assert "out of domain:" not in text
