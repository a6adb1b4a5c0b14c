import dataclasses
import os
import time
from pathlib import Path

import orjson
import pytest

from stance.benchmarking.contenders import MajorityBaseline
from stance.benchmarking.kept_predictions import KeptPredictions
from stance.benchmarking.preparing import prepare
from stance.benchmarking.running import WORKER_ENDED, contenders, plan, run
from tests.benchmarking.conftest import FAST_TABLE, row
from tests.benchmarking.opponent import TABLE, write_opponent


def guesses_of(suite, **options):
    prepared = prepare(suite, "small")
    return prepared, run(plan(suite, prepared), **options)


@pytest.mark.slow
def test_every_article_is_tested_once_and_labels_stand_in_its_place(write_suite):
    suite = write_suite('by = "outlet"\nnaive = true\nopponents = ["majority"]')
    prepared, found = guesses_of(suite)
    assert [p.name for p in prepared.protocols] == ["outlet", "random"]
    assert "leave one outlet out (8 outlets)" in prepared.protocols[0].description
    assert prepared.group_name == "outlet"
    for protocol in prepared.protocols:
        assert protocol.tested == list(range(64))
    truth = [article.label for article in prepared.articles]
    ours = next(one for one in found if one.contender == "stance")
    assert ours.labels == truth
    assert [one.contender for one in found] == ["stance", "majority"] * 2


@pytest.mark.slow
def test_workers_and_progress(write_suite):
    suite = write_suite(
        'by = "outlet"\nfolds = 4\nvariants = { pairs = { features.word.max_n = 2 } }'
    )
    told = []
    _, alone = guesses_of(suite, progress=lambda done, total: told.append((done, total)))
    _, together = guesses_of(suite, jobs=2)
    assert [one.labels for one in alone] == [one.labels for one in together]
    assert told == [(done, 8) for done in range(9)]


def test_a_test_set_is_labelled_by_one_model_and_learned_by_none(write_suite):
    suite = write_suite('test = ["test.jsonl"]')
    prepared, found = guesses_of(suite)
    (trial,) = prepared.protocols[0].trials
    assert prepared.n_known == 64
    assert sorted(trial.known) == list(range(64))
    assert sorted(trial.unknown) == list(range(64, 96))
    assert found[0].labels == [article.label for article in prepared.articles[64:]]


def test_auxiliary_articles_are_learned_from_but_none_that_repeats_one(write_suite, desk):
    rows = [row(number) for number in range(60, 200)]
    lines = [orjson.dumps({**one, "framing": one["framing"] * 2}) + b"\n" for one in rows]
    (desk / "other.jsonl").write_bytes(b"".join(lines))
    suite = write_suite(
        'test = ["test.jsonl"]\nwhere = { target = "north" }\nauxiliary = ["other.jsonl"]'
    )
    prepared, found = guesses_of(suite)
    own = {article.id for article in prepared.articles}
    others = {article.id for article in prepared.auxiliary}
    assert others == {one["id"] for one in rows} - own
    assert {one["target"] for one in rows if one["id"] in others} == {"north", "south"}
    assert {article.label for article in prepared.auxiliary} == {"aa", "bb"}
    assert contenders(suite, prepared)["stance"].auxiliary == prepared.auxiliary
    assert set(found[0].labels) == {"a", "b"}


FAILS_ON_ONE = 'assert all(row["id"] != "n20" for row in rows), "no n20 please"'


@pytest.fixture
def with_opponent(write_suite, desk):
    """Return a function that writes a suite with an opponent that always says its first label."""

    def write(before_predict="pass", config=FAST_TABLE):
        write_opponent(desk, before_predict=before_predict)
        task = 'by = "outlet"\nfolds = 2\nopponents = ["first", "majority"]'
        return write_suite(task, TABLE, config)

    return write


def fits(desk):
    return (desk / "fits.txt").read_text().splitlines()


def test_an_opponent_that_is_not_installed_takes_no_part_and_the_others_do(write_suite):
    opponents = '[opponents.gone]\nfit = ["x"]\npredict = ["x"]\nrequires = ["no_such_module"]'
    suite = write_suite('by = "outlet"\nfolds = 2\nopponents = ["gone", "majority"]', opponents)
    _, (ours, gone, majority) = guesses_of(suite)
    assert gone.labels is None
    assert (gone.absence, gone.error) == ("no_such_module is not installed", "")
    assert ours.labels
    assert majority.labels


@pytest.mark.slow
def test_a_contender_that_fails_in_one_fold_has_an_error_and_the_others_go_on(with_opponent, desk):
    _, (ours, first, majority) = guesses_of(with_opponent(before_predict=FAILS_ON_ONE))
    assert first.labels is None
    assert first.absence == ""
    assert first.error.endswith("AssertionError: no n20 please")
    assert len(fits(desk)) == 2
    assert ours.labels
    assert majority.labels


@pytest.mark.slow
def test_a_bug_in_one_contender_costs_the_others_nothing(with_opponent, monkeypatch):
    def broken(self, known, unknown):
        raise ZeroDivisionError("once a year")

    monkeypatch.setattr(MajorityBaseline, "label", broken)
    _, (ours, first, majority) = guesses_of(with_opponent())
    assert majority.error == "ZeroDivisionError: once a year"
    assert ours.labels
    assert first.labels


@dataclasses.dataclass(frozen=True)
class EndsItsProcess:
    identity: str = "ends its process"

    def label(self, known, unknown):
        os._exit(9)


@pytest.mark.slow
def test_a_contender_that_takes_its_process_with_it_does_not_take_the_others(with_opponent):
    suite = with_opponent()
    planned = plan(suite, prepare(suite, "small"))
    ours, first, majority = planned.parts
    dying = [dataclasses.replace(one, contender=EndsItsProcess()) for one in first.trials]
    parts = [ours, majority, dataclasses.replace(first, trials=dying)]
    kept = KeptPredictions()
    found = run(dataclasses.replace(planned, parts=parts), jobs=2, kept=kept)
    assert [one.contender for one in found if one.labels] == ["stance", "majority"]
    assert found[2].error == WORKER_ENDED
    assert len(kept.labels) == 4


@dataclasses.dataclass(frozen=True)
class WaitsForTheEnd:
    """Labels only after a process beside it has ended, or after some seconds."""

    folder: Path
    identity: str = "waits"

    def label(self, known, unknown):
        end = time.monotonic() + 20
        while not (self.folder / "ended").exists() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(1)
        return [article.label for article in unknown]


@dataclasses.dataclass(frozen=True)
class EndsAndSaysSo:
    folder: Path
    identity: str = "ends and says so"

    def label(self, known, unknown):
        (self.folder / "ended").touch()
        os._exit(9)


@pytest.mark.slow
def test_a_contender_that_ran_beside_one_that_ended_is_not_blamed(with_opponent, tmp_path):
    suite = with_opponent()
    planned = plan(suite, prepare(suite, "small"))
    ours, first, _ = planned.parts
    waiting = [dataclasses.replace(ours.trials[0], contender=WaitsForTheEnd(tmp_path))]
    dying = [dataclasses.replace(first.trials[0], contender=EndsAndSaysSo(tmp_path))]
    trial = [planned.prepared.protocols[0].trials[0]]
    protocol = dataclasses.replace(planned.prepared.protocols[0], trials=trial)
    parts = [
        dataclasses.replace(ours, trials=waiting, protocol=protocol),
        dataclasses.replace(first, trials=dying, protocol=protocol),
    ]
    kept = KeptPredictions()
    found = run(dataclasses.replace(planned, parts=parts), jobs=2, kept=kept)
    assert [one.error for one in found] == ["", WORKER_ENDED]
    assert list(kept.labels) == [waiting[0].key]


@pytest.mark.slow
def test_opponents_get_the_articles_in_an_order_drawn_by_the_seed(with_opponent, desk):
    planned = plan(suite := with_opponent(), prepare(suite, "small"))
    (first,) = (one for one in planned.parts if one.contender == "first")
    trial = first.trials[0]
    known = [planned.prepared.articles[place] for place in trial.trial.known]
    for seed in (1, 1, 2):
        dataclasses.replace(trial.contender, seed=seed).label(known, known[:1])
    once, again, other = fits(desk)
    in_order = [article.id for article in known]
    assert once == again != other
    assert in_order not in (once.split(), other.split())
    assert sorted(once.split()) == sorted(other.split()) == sorted(in_order)


@pytest.mark.slow
def test_what_is_kept_is_not_made_again_and_failures_are(with_opponent, desk, tmp_path):
    path = tmp_path / "kept"
    _, whole = guesses_of(with_opponent(), kept=KeptPredictions(tmp_path / "undisturbed"))
    (desk / "fits.txt").unlink()
    failing = with_opponent(before_predict=FAILS_ON_ONE)
    _, (_, failed, _) = guesses_of(failing, kept=KeptPredictions(path))
    assert failed.error
    assert len(fits(desk)) == 2

    # The program is another, so that nothing of it is used; all of the others is.
    told = []
    _, mended = guesses_of(
        with_opponent(),
        kept=KeptPredictions(path),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[0] == (4, 6)
    assert told[-1] == (6, 6)
    assert len(fits(desk)) == 4
    assert [one.labels for one in mended] == [one.labels for one in whole]
    guesses_of(with_opponent(), kept=KeptPredictions(path))
    assert len(fits(desk)) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "made_again"),
    [
        ({}, 0),
        ({"articles": True}, 6),
        ({"config": FAST_TABLE.replace("3.0", "4.0")}, 2),
        ({"seed": 14}, 6),
    ],
)
def test_what_another_suite_or_other_data_gave_is_not_used(
    with_opponent, desk, tmp_path, change, made_again
):
    path = tmp_path / "kept"
    guesses_of(with_opponent(), kept=KeptPredictions(path))
    if "articles" in change:
        lines = (desk / "corpus.jsonl").read_bytes().replace("خبر5 ".encode(), "خبر6 ".encode())
        (desk / "corpus.jsonl").write_bytes(lines)
    suite = with_opponent(config=change.get("config", FAST_TABLE))
    suite = suite.model_copy(update={"seed": change.get("seed", 13)})
    kept = KeptPredictions(path)
    before = set(kept.labels)
    guesses_of(suite, kept=kept)
    assert len(set(kept.labels) - before) == made_again


@pytest.mark.slow
def test_what_cannot_be_tested_is_in_no_protocol(write_suite, desk):
    path = desk / "corpus.jsonl"
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    lone = [
        {**rows[0], "id": f"lone{n}", "framing": "another", "text": f"شيء آخر {words}"}
        for n, words in enumerate(["تماما عن الطقس", "لا صلة له بغيره", "من باب الرياضة"])
    ]
    bare = {**rows[0], "id": "bare", "text": "خبر آخر عن مباراة الأمس"}
    del bare["outlet"]
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in [*rows, *lone, bare]))
    prepared, found = guesses_of(write_suite("naive = true"))
    assert [protocol.name for protocol in prepared.protocols] == ["outlet", "random"]
    assert "3 articles not tested" in prepared.protocols[0].description
    for protocol in prepared.protocols:
        assert protocol.tested == [*range(64), 67]
    assert all(len(one.labels) == 65 for one in found)
