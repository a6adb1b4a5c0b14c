import time

import pytest

from stance.benchmarking import speed
from stance.benchmarking.preparing import prepare


@pytest.fixture
def timed(write_suite):
    suite = write_suite(rest='speed = { task = "small", articles = 40, rounds = 3 }')
    return lambda: speed.measure_speed(suite, prepare(suite, "small"), suite.speed)


@pytest.mark.slow
def test_speed_is_told_in_multiples_of_counting_words(timed):
    found = timed()
    assert (found.task, found.articles, found.rounds) == ("small", 40, 3)
    assert found.train > found.label > 0
    assert found.reference_seconds > 0


@pytest.mark.slow
def test_more_work_in_training_is_seen_and_the_reference_is_not_to_blame(timed, monkeypatch):
    before = timed()
    train = speed.train

    def slow(articles, config):
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        return train(articles, config)

    monkeypatch.setattr(speed, "train", slow)
    after = timed()
    assert after.train > 3 * before.train
    assert after.label < 3 * before.label
