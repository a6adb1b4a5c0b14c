import orjson
import pytest

from stance.benchmarking.running import contenders, prepare, run
from stance.errors import CorpusError
from tests.benchmarking.conftest import row


def guesses_of(suite, **options):
    prepared = prepare(suite, "small")
    return prepared, run(suite, prepared, **options)


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


def test_a_sample_is_drawn_by_the_seed(write_suite):
    drawn = [
        [a.id for a in prepare(write_suite("sample = 30", rest=f"seed = {seed}"), "small").articles]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 30


def test_a_contender_that_fails_takes_no_part_and_the_others_do(write_suite):
    opponents = '[opponents.gone]\nfit = ["x"]\npredict = ["x"]\nrequires = ["no_such_module"]'
    suite = write_suite('by = "outlet"\nfolds = 2\nopponents = ["gone", "majority"]', opponents)
    _, (ours, gone, majority) = guesses_of(suite)
    assert gone.labels is None
    assert gone.absence == "no_such_module is not installed"
    assert ours.labels
    assert majority.labels


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
