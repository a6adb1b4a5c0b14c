import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.benchmarking import kept_predictions
from stance.benchmarking.contenders import Command, MajorityBaseline, OurModel
from stance.benchmarking.kept_predictions import (
    KeptPredictions,
    TrialKey,
    hash_of_articles,
    identify,
)
from stance.benchmarking.preparing import Protocol, Trial, prepare
from stance.benchmarking.suite import Opponent
from stance.errors import OutputError
from stance.model.resolve_auto import ResolvedConfig

ROWS = [(TrialKey("one", 0), ["مؤيد", "b"]), (TrialKey("one", 1), []), (TrialKey("two", 0), ["b"])]
BY_OUTLET = Protocol("outlet", "by outlet", [Trial([0, 1], [2])])


@given(st.integers(0, 400), st.binary(max_size=20))
def test_a_file_cut_anywhere_holds_the_rows_before_the_cut(tmp_path_factory, cut, rubbish):
    path = tmp_path_factory.mktemp("kept") / "kept"
    kept = KeptPredictions(path)
    for key, labels in ROWS:
        kept.add(key, labels)
    whole = path.read_bytes()
    path.write_bytes(whole[:cut] + rubbish.replace(b"\n", b" "))

    n_whole = whole[:cut].count(b"\n")
    resumed = KeptPredictions(path)
    assert resumed.labels == dict(ROWS[:n_whole])
    for key, labels in ROWS[n_whole:]:
        resumed.add(key, labels)
    assert path.read_bytes() == whole


def test_without_a_file_predictions_are_kept_in_memory(tmp_path):
    kept = KeptPredictions()
    kept.add(*ROWS[0])
    assert kept.labels == dict(ROWS[:1])
    kept.discard()
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told_in_words(tmp_path):
    with pytest.raises(OutputError, match="nowhere"):
        KeptPredictions(tmp_path / "nowhere" / "kept").add(*ROWS[0])


def test_articles_are_known_by_every_field(write_suite, desk):
    hashes = set()
    path = desk / "corpus.jsonl"
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    for changes in ({}, {"text": "غيره"}, {"id": "x"}, {"framing": "b"}, {"target": "east"}):
        changed = [{**rows[0], **changes}, *rows[1:]]
        path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in changed))
        hashes.add(hash_of_articles(prepare(write_suite('by = "random"'), "small")))
    assert len(hashes) == 5


def test_settings_and_the_lexicon_that_they_name_are_part_of_a_models_identity(
    fast_config, tmp_path
):
    lexicon = tmp_path / "words.toml"
    lexicon.write_text("format = 1")
    named = fast_config.features.model_dump() | {
        "lexicon": {**fast_config.features.model_dump()["lexicon"], "path": str(lexicon)}
    }
    with_lexicon = fast_config.model_validate({**fast_config.model_dump(), "features": named})
    before = OurModel(ResolvedConfig(with_lexicon)).identity
    assert before == OurModel(ResolvedConfig(with_lexicon)).identity
    assert before != OurModel(ResolvedConfig(fast_config)).identity
    lexicon.write_text("format = 2")
    assert before != OurModel(ResolvedConfig(with_lexicon)).identity


def test_an_opponents_identity_holds_its_programs_and_no_other_files(tmp_path):
    (tmp_path / "program.py").write_text("1")
    opponent = Opponent(fit=["{python}", "program.py"], predict=["x"])
    identities = [Command(opponent, tmp_path, 1).identity]
    (tmp_path / "results.json").write_text("{}")
    assert Command(opponent, tmp_path, 1).identity == identities[0]
    (tmp_path / "imported.py").write_text("2")
    identities.append(Command(opponent, tmp_path, 1).identity)
    identities.append(Command(opponent, tmp_path, 2).identity)
    more = opponent.model_copy(update={"predict": ["y"]})
    identities.append(Command(more, tmp_path, 1).identity)
    assert len(set(identities)) == 4


def test_other_code_versions_or_divisions_have_another_identity(monkeypatch):
    majority = MajorityBaseline()
    other_division = Protocol("outlet", "by outlet", [Trial([0, 2], [1])])
    found = {identify("articles", one, majority) for one in (BY_OUTLET, other_division)}
    found.add(identify("others", BY_OUTLET, majority))
    with monkeypatch.context() as changed:
        changed.setattr(kept_predictions, "versions", lambda: {"numpy": "0"})
        found.add(identify("articles", BY_OUTLET, majority))
    with monkeypatch.context() as changed:
        changed.setattr(kept_predictions, "_code_hash", lambda: "changed")
        found.add(identify("articles", BY_OUTLET, majority))
    assert len(found) == 5
    assert identify("articles", BY_OUTLET, majority) in found
