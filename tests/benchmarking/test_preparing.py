import pytest

from stance.benchmarking.preparing import prepare
from stance.errors import CorpusError


@pytest.mark.parametrize("task", ['test = ["test.jsonl"]', 'by = "random"\nfolds = 4'])
def test_one_model_for_each_target(write_suite, task):
    suite = write_suite(f'each = "target"\n{task}')
    prepared = prepare(suite, "small")
    (protocol,) = prepared.protocols
    assert "one model for each target" in protocol.description
    assert len(set(protocol.tested)) == len(protocol.tested) == (32 if "test" in task else 64)
    for trial in protocol.trials:
        targets = {prepared.articles[place].target for place in [*trial.known, *trial.unknown]}
        assert len(targets) == 1


def test_a_sample_is_drawn_by_the_seed(write_suite):
    drawn = [
        [a.id for a in prepare(write_suite("sample = 30", rest=f"seed = {seed}"), "small").articles]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 30


def test_rows_that_cannot_be_used_stop_the_task(write_suite, desk):
    with (desk / "corpus.jsonl").open("ab") as file:
        file.write(b'{"id": "bare", "text": "\xd9\x86\xd8\xb5"}\n')
    with pytest.raises(CorpusError, match=r"1 rows .*'small'.*no label"):
        prepare(write_suite(), "small")


def test_nothing_to_learn_from_is_told(write_suite):
    with pytest.raises(CorpusError, match="no articles for the task 'small'"):
        prepare(write_suite('where = { target = "west" }'), "small")


def test_a_target_of_which_nothing_is_known_is_told(write_suite, desk):
    lines = (desk / "test.jsonl").read_bytes().replace(b'"north"', b'"west"')
    (desk / "test.jsonl").write_bytes(lines)
    with pytest.raises(CorpusError, match="'west'"):
        prepare(write_suite('each = "target"\ntest = ["test.jsonl"]'), "small")
