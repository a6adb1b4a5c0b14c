import hashlib
import pickle
import shutil
from pathlib import Path

import joblib
import numpy as np
import orjson
import pytest
from safetensors.numpy import load_file, save_file

from stance.corpus.article import Article
from stance.errors import ModelError, OutputError
from stance.model.manifest import FORMAT, KNOWN_FILES, MANIFEST
from stance.model.persistence import load_model, read_model, save_model
from stance.model.prediction import predict
from stance.text.tokenization import words

DATA = Path(__file__).parents[1] / "data"


class Bomb:
    """A pickle that leaves a trace when it is opened."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return open, (str(self.trace), "w")


# A row for each number of the format since the set of files is part of it.
FILES_OF_FORMAT = {
    4: {
        *("codebook.json", "normalization.json", "preparation.json", "weights.safetensors"),
        *("word.txt", "char.txt", "lexicon.json"),
    },
    # The same files; the tensors and the manifest may have a classifier of headlines.
    5: {
        *("codebook.json", "normalization.json", "preparation.json", "weights.safetensors"),
        *("word.txt", "char.txt", "lexicon.json"),
    },
    # The same files; the tensors have the number of outlets of each feature.
    6: {
        *("codebook.json", "normalization.json", "preparation.json", "weights.safetensors"),
        *("word.txt", "char.txt", "lexicon.json"),
    },
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory, full_model):
    folder = tmp_path_factory.mktemp("models") / "model"
    save_model(full_model, folder)
    return folder


@pytest.fixture
def folder(stored, tmp_path):
    return shutil.copytree(stored, tmp_path / "model")


def edit_manifest(folder, change):
    path = folder / "manifest.json"
    manifest = orjson.loads(path.read_bytes())
    change(manifest)
    path.write_bytes(orjson.dumps(manifest))


def sign(folder, name):
    """Make the manifest agree with a file, as a careful attacker would."""
    data = (folder / name).read_bytes()

    def change(manifest):
        entry = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        manifest["files"][name] = entry

    edit_manifest(folder, change)


def edit_tensors(folder, change):
    path = folder / "weights.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)
    sign(folder, path.name)


@pytest.mark.slow
def test_a_model_reads_back_with_the_same_probabilities(folder, full_model, seed_articles):
    loaded = load_model(folder)
    assert loaded.labels == full_model.labels
    assert loaded.config == full_model.config
    assert loaded.record == full_model.record
    assert loaded.domain == full_model.domain is not None
    expected = full_model.probabilities(seed_articles)
    assert np.array_equal(loaded.probabilities(seed_articles), expected)


@pytest.mark.slow
def test_a_loaded_model_saves_to_the_same_bytes(folder, tmp_path):
    save_model(load_model(folder), tmp_path / "again")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_nothing_stands_beside_the_model(folder):
    assert {path.name for path in folder.parent.iterdir()} == {"model"}


def test_another_set_of_files_asks_for_a_higher_format_number(folder):
    assert max(FILES_OF_FORMAT) == FORMAT, "add a row to FILES_OF_FORMAT for the new format"
    assert FILES_OF_FORMAT[FORMAT] == KNOWN_FILES, "the set of files has changed: raise FORMAT"
    assert {path.name for path in folder.iterdir()} <= KNOWN_FILES | {MANIFEST}


def test_a_model_of_each_older_format_is_kept():
    for number in range(1, FORMAT):
        assert read_model(DATA / f"model_format_{number}").manifest.format == number


def test_a_newer_format_asks_for_an_upgrade(folder):
    edit_manifest(folder, lambda manifest: manifest.update(format=FORMAT + 1))
    with pytest.raises(ModelError, match=rf"format {FORMAT + 1}.*Upgrade"):
        load_model(folder)


@pytest.mark.parametrize("number", [0, -1, "1", None, 1.0, True])
def test_an_impossible_format_is_refused(folder, number):
    edit_manifest(folder, lambda manifest: manifest.update(format=number))
    with pytest.raises(ModelError, match="format is wrong"):
        load_model(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\x80\x04", b'{"format": 1}'])
def test_a_manifest_that_is_none_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        load_model(folder)


def test_an_unknown_key_in_the_manifest_is_refused(folder):
    edit_manifest(folder, lambda manifest: manifest.update(script="x"))
    with pytest.raises(ModelError, match="script is wrong"):
        load_model(folder)


def test_a_folder_of_format_1_is_read_as_before():
    stored = read_model(DATA / "model_format_1")
    assert stored.manifest.format == 1
    rows = orjson.loads((DATA / "model_format_1.probabilities.json").read_bytes())
    articles = [Article(str(n), row["text"]) for n, row in enumerate(rows)]
    np.testing.assert_allclose(
        stored.model.probabilities(articles), [row["probabilities"] for row in rows], atol=1e-7
    )


def test_a_folder_of_format_2_reads_letters_and_marks_as_before():
    stored = read_model(DATA / "model_format_2")
    assert stored.manifest.format == 2
    assert stored.model.config.normalization.letter_forms is False
    rows = orjson.loads((DATA / "model_format_2.probabilities.json").read_bytes())
    found = [" ".join(words(row["text"], stored.model.features.table)) for row in rows]
    assert found == [row["words"] for row in rows]
    articles = [Article(str(n), row["text"]) for n, row in enumerate(rows)]
    probabilities = stored.model.probabilities(articles)
    np.testing.assert_allclose(probabilities, [row["probabilities"] for row in rows], atol=1e-7)
    flags = [p.out_of_domain for p in predict(stored.model, articles)]
    assert flags == [row["out_of_domain"] for row in rows]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_an_older_model_is_saved_in_the_format_of_today_and_says_the_same(number, tmp_path):
    old = load_model(DATA / f"model_format_{number}")
    save_model(old, tmp_path / "again")
    again = read_model(tmp_path / "again")
    assert again.manifest.format == FORMAT
    assert again.model.config == old.config
    rows = orjson.loads((DATA / f"model_format_{number}.probabilities.json").read_bytes())
    articles = [Article(str(n), row["text"]) for n, row in enumerate(rows)]
    assert np.array_equal(again.model.probabilities(articles), old.probabilities(articles))


@pytest.mark.parametrize("number", [3, 4])
def test_a_folder_of_a_later_format_is_read_as_before(number):
    stored = read_model(DATA / f"model_format_{number}")
    assert stored.manifest.format == number
    assert stored.model.headlines is None
    assert stored.model.codebook is not None
    assert stored.model.features.preparation.quotations == "apart"
    rows = orjson.loads((DATA / f"model_format_{number}.probabilities.json").read_bytes())
    articles = [Article(str(n), row["text"]) for n, row in enumerate(rows)]
    probabilities = stored.model.probabilities(articles)
    np.testing.assert_allclose(probabilities, [row["probabilities"] for row in rows], atol=1e-7)
    flags = [p.out_of_domain for p in predict(stored.model, articles)]
    assert flags == [row["out_of_domain"] for row in rows]


def test_a_folder_of_format_5_is_read_as_before():
    stored = read_model(DATA / "model_format_5")
    assert stored.manifest.format == 5
    assert stored.model.headlines is not None
    assert stored.model.domain.measure == "contrast"
    assert [part.outlets for part in stored.model.features.blocks] == [None] * 3
    rows = orjson.loads((DATA / "model_format_5.probabilities.json").read_bytes())
    articles = [Article(str(n), row["text"]) for n, row in enumerate(rows)]
    probabilities = stored.model.probabilities(articles)
    np.testing.assert_allclose(probabilities, [row["probabilities"] for row in rows], atol=1e-7)
    found = list(predict(stored.model, articles))
    assert [one.out_of_domain for one in found] == [row["out_of_domain"] for row in rows]
    assert [one.period for one in found] == [row["period"] for row in rows]


@pytest.mark.slow
def test_the_outlets_of_features_are_stored(folder, full_model):
    for part, read in zip(
        full_model.features.blocks, load_model(folder).features.blocks, strict=True
    ):
        assert read.outlets.dtype == np.int32
        np.testing.assert_array_equal(read.outlets, part.outlets)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda old: -old, "outlets below 0.*damaged"),
        (lambda old: old.astype(np.int64), "type int64"),
        (lambda old: old[1:], "shape"),
    ],
)
def test_impossible_outlets_are_refused(folder, change, message):
    edit_tensors(folder, lambda ts: ts.update({"word.outlets": change(ts["word.outlets"])}))
    with pytest.raises(ModelError, match=rf"'word\.outlets'.*{message}"):
        load_model(folder)


def test_a_model_of_format_1_knows_no_domain(tmp_path):
    model = load_model(DATA / "model_format_1")
    assert model.domain is None
    familiar, strange = predict(model, [Article("1", "قوات سوريا"), Article("2", "Breaking news")])
    assert familiar.out_of_domain is strange.out_of_domain is None
    assert familiar.domain_score > strange.domain_score == 0
    save_model(model, tmp_path / "again")
    again = read_model(tmp_path / "again")
    assert again.manifest.format == FORMAT
    assert again.model.domain is None


def test_a_folder_of_format_1_says_nothing_of_a_domain(tmp_path):
    folder = shutil.copytree(DATA / "model_format_1", tmp_path / "old")
    edit_manifest(folder, lambda manifest: manifest.update(domain=None))
    with pytest.raises(ModelError, match="domain is wrong"):
        load_model(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("threshold", -0.1), ("threshold", 1.1), ("threshold", None), ("threshold", "0.3")),
        *(("usual", 2.0), ("n_held_out", 0), ("n_held_out", 1.5), ("protocol", None), ("more", 1)),
        *(("measure", "cosine"), ("known_share", -0.1), ("known_share", "1")),
    ],
)
def test_an_impossible_domain_is_refused(folder, key, value):
    edit_manifest(folder, lambda manifest: manifest["domain"].update({key: value}))
    with pytest.raises(ModelError, match=rf"domain\.{key} is wrong"):
        load_model(folder)


@pytest.mark.parametrize(
    ("bounds", "place"),
    [
        ([{"min_words": 4, "threshold": 2.0}], r"by_length\.0\.threshold"),
        ([{"min_words": -4, "threshold": 0.1}], r"by_length\.0\.min_words"),
        ([{"min_words": n, "threshold": 0.1} for n in (8, 4)], "by_length"),
    ],
)
def test_impossible_bounds_are_refused(folder, bounds, place):
    edit_manifest(folder, lambda manifest: manifest["domain"].update(by_length=bounds))
    with pytest.raises(ModelError, match=rf"domain\.{place} is wrong"):
        load_model(folder)


@pytest.mark.slow
def test_a_domain_without_the_contrast_of_words_is_refused(folder):
    edit_tensors(folder, lambda tensors: tensors.pop("domain.contrast"))
    with pytest.raises(ModelError, match=r"without the tensor 'domain\.contrast'"):
        load_model(folder)


@pytest.mark.slow
def test_a_domain_of_before_needs_neither_bounds_nor_contrast(folder, seed_articles):
    def as_before(manifest):
        for name in ("measure", "known_share", "by_length"):
            del manifest["domain"][name]

    edit_manifest(folder, as_before)
    edit_tensors(folder, lambda tensors: tensors.pop("domain.contrast"))
    model = load_model(folder)
    assert model.contrast is None
    assert (model.domain.measure, model.domain.by_length) == ("familiarity", [])
    found = list(predict(model, [*seed_articles[:9], Article("1", "Breaking news of today")]))
    for prediction in found:
        below = prediction.domain_score < model.domain.threshold
        assert prediction.out_of_domain is below
    assert found[-1].out_of_domain_reason == "other_language"


@pytest.mark.slow
def test_a_domain_of_a_model_without_words_is_refused(folder):
    edit_manifest(folder, lambda m: m["config"]["features"]["word"].update(min_n=2))
    with pytest.raises(ModelError, match="without word features"):
        load_model(folder)


FILES = ["weights.safetensors", "word.txt", "char.txt", "lexicon.json", "normalization.json"]


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_refused(folder, name):
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-1])
    with pytest.raises(ModelError, match=rf"{name}.*bytes"):
        load_model(folder)


@pytest.mark.parametrize("name", FILES)
def test_an_altered_file_is_refused(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{name}.*sha256"):
        load_model(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        load_model(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_the_manifest_leaves_out_is_missed(folder, name):
    edit_manifest(folder, lambda manifest: manifest["files"].pop(name))
    with pytest.raises(ModelError, match=name):
        load_model(folder)


@pytest.mark.parametrize("name", FILES)
def test_signed_nonsense_is_refused(folder, name):
    (folder / name).write_bytes(b"\xff nonsense")
    sign(folder, name)
    with pytest.raises(ModelError, match=name.split(".")[0].removesuffix("s")):
        load_model(folder)


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "a/b", "..", "more.bin"])
def test_a_path_that_leaves_the_folder_is_refused(folder, name):
    outside = folder.parent / "outside.txt"
    outside.write_text("secret")
    entry = {"size": 6, "sha256": hashlib.sha256(b"secret").hexdigest()}
    edit_manifest(folder, lambda manifest: manifest["files"].update({name: entry}))
    with pytest.raises(ModelError, match="Do not trust"):
        load_model(folder)


def test_a_link_out_of_the_folder_is_refused(folder):
    outside = folder.parent / "word.txt"
    (folder / "word.txt").rename(outside)
    (folder / "word.txt").symlink_to(outside)
    with pytest.raises(ModelError, match="Do not trust"):
        load_model(folder)


def test_a_manifest_that_is_a_link_is_refused(folder, tmp_path):
    (folder / "manifest.json").rename(tmp_path / "elsewhere.json")
    (folder / "manifest.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ModelError, match="is a link"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("label", ["", "  "])
def test_an_empty_label_is_refused(folder, label):
    edit_manifest(folder, lambda manifest: manifest["labels"].__setitem__(0, label))
    with pytest.raises(ModelError, match="empty label"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["weights", "intercepts"])
def test_finite_weights_that_no_training_gives_are_refused(folder, name):
    edit_tensors(folder, lambda tensors: tensors[name].fill(3e38))
    with pytest.raises(ModelError, match=r"values beyond 1e\+12"):
        load_model(folder)


@pytest.mark.slow
def test_scores_that_overflow_are_refused_and_give_no_label(folder, seed_articles):
    edit_manifest(folder, lambda manifest: manifest.update(temperature=1e-310))
    with pytest.raises(ModelError, match="scores overflow"):
        list(predict(load_model(folder), seed_articles[:2]))


def test_a_tensor_of_the_wrong_shape_is_refused(folder):
    edit_tensors(folder, lambda t: t.update(weights=t["weights"][:-1]))
    with pytest.raises(ModelError, match=r"'weights' of shape"):
        load_model(folder)


@pytest.mark.slow
def test_a_tensor_of_the_wrong_type_is_refused(folder):
    edit_tensors(folder, lambda t: t.update(weights=t["weights"].astype(np.float64)))
    with pytest.raises(ModelError, match=r"'weights' of type float64"):
        load_model(folder)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_tensor_with_no_numbers_is_refused(folder, value):
    def change(tensors):
        tensors["word.idf"][3] = value

    edit_tensors(folder, change)
    with pytest.raises(ModelError, match=r"'word.idf' with values that are not finite"):
        load_model(folder)


@pytest.mark.slow
def test_a_missing_tensor_is_named(folder):
    edit_tensors(folder, lambda t: t.pop("intercepts"))
    with pytest.raises(ModelError, match="without the tensor 'intercepts'"):
        load_model(folder)


@pytest.mark.parametrize("value", [0.0, -1.0, None, "1"])
def test_an_impossible_temperature_is_refused(folder, value):
    edit_manifest(folder, lambda manifest: manifest.update(temperature=value))
    with pytest.raises(ModelError, match="temperature"):
        load_model(folder)


@pytest.mark.slow
def test_labels_that_do_not_fit_are_refused(folder):
    edit_manifest(folder, lambda manifest: manifest["labels"].append("fifth"))
    with pytest.raises(ModelError, match="shape"):
        load_model(folder)


def test_a_repeated_term_is_refused(folder):
    path = folder / "word.txt"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[1], *lines[1:]]), "utf-8")
    sign(folder, "word.txt")
    with pytest.raises(ModelError, match="sorted and unique"):
        load_model(folder)


@pytest.mark.parametrize("dump", [pickle.dump, joblib.dump])
def test_a_pickle_in_a_models_place_is_not_opened(tmp_path, dump):
    trace, target = tmp_path / "trace", tmp_path / "model"
    with target.open("wb") as file:
        dump(Bomb(trace), file)
    with pytest.raises(ModelError, match="can run code"):
        load_model(target)
    assert not trace.exists()


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
@pytest.mark.parametrize("dump", [pickle.dump, joblib.dump])
def test_a_pickle_inside_a_model_is_not_opened(folder, name, dump):
    trace = folder.parent / "trace"
    with (folder / name).open("wb") as file:
        dump(Bomb(trace), file)
    if name != "manifest.json":
        sign(folder, name)
    with pytest.raises(ModelError):
        load_model(folder)
    assert not trace.exists()


def test_the_bomb_would_go_off(tmp_path):
    trace = tmp_path / "trace"
    pickle.loads(pickle.dumps(Bomb(trace))).close()
    assert trace.exists()


def test_no_folder_and_an_empty_folder_are_told_apart(tmp_path):
    with pytest.raises(ModelError, match="does not exist"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"without manifest\.json"):
        load_model(tmp_path)


def test_an_existing_model_is_replaced_only_by_force(folder, fast_model):
    with pytest.raises(OutputError, match="--force"):
        save_model(fast_model, folder)
    save_model(fast_model, folder, force=True)
    assert load_model(folder).config == fast_model.config
    assert {path.name for path in folder.parent.iterdir()} == {"model"}


def test_force_never_removes_what_is_no_model(tmp_path, fast_model):
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not a model"):
        save_model(fast_model, precious, force=True)
    assert (precious / "chapter.txt").read_text() == "years of work"


def test_a_failed_write_leaves_the_old_model(folder, fast_model, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr("stance.model.persistence.Manifest.model_dump", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_model(fast_model, folder, force=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert {path.name for path in folder.parent.iterdir()} == {"model"}


@pytest.mark.slow
def test_size_is_that_of_the_folder(stored):
    assert read_model(stored).size == sum(path.stat().st_size for path in stored.iterdir())
