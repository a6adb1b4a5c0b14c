"""Wrong labels are found by held-out probabilities."""

import json

import numpy as np
import pytest

from stance.errors import ConfigError, CorpusError
from stance.estimation.checking_sample import draw_checking_sample
from stance.estimation.label_errors import find_label_errors
from tests.estimation.archives import LABELS, rows_of, write


def corrupted(n, wrong, seed=0):
    """Return probabilities of true labels, given labels, and which of them are wrong."""
    chance = np.random.default_rng(seed)
    true = chance.integers(0, 3, n)
    p = chance.dirichlet([1, 1, 1], n) * 0.4
    p[np.arange(n), true] += 0.6
    given = true.copy()
    places = chance.choice(n, wrong, replace=False)
    given[places] = (true[places] + chance.integers(1, 3, wrong)) % 3
    return given, p, set(places.tolist())


def test_wrong_labels_come_first_and_are_counted():
    given, p, wrong = corrupted(400, 40)
    found = find_label_errors(given, p)
    assert set(found.order[:40].tolist()) == wrong
    assert found.estimated_errors == pytest.approx(40, abs=8)
    assert found.joint.sum(axis=1).tolist() == pytest.approx(np.bincount(given).tolist())


def test_the_joint_and_the_order_are_those_of_cleanlab():
    chance = np.random.default_rng(5)
    true = chance.integers(0, 3, 300)
    p = chance.dirichlet([1, 1, 1], 300) * 0.6
    p[np.arange(300), true] += 0.4
    given, wrong = true.copy(), chance.choice(300, 45, replace=False)
    given[wrong] = (true[wrong] + chance.integers(1, 3, 45)) % 3
    found = find_label_errors(given, p)
    # cleanlab 2.9.0: find_label_issues(filter_by="confident_learning",
    # return_indices_ranked_by="normalized_margin") and compute_confident_joint.
    assert found.is_suspected.sum() == 36
    assert found.order[:8].tolist() == [263, 245, 136, 192, 17, 243, 45, 58]
    assert found.joint.round().tolist() == [[77, 5, 15], [7, 83, 15], [3, 11, 83]]


def test_a_corpus_without_errors_has_none():
    given, p, _ = corrupted(300, 0)
    found = find_label_errors(given, p)
    assert found.is_suspected.sum() == found.estimated_errors == 0


def test_a_label_that_no_article_has_is_never_suspected():
    given, p, _ = corrupted(100, 10)
    found = find_label_errors(given, np.column_stack([p * 0.5, np.full(100, 0.5)]))
    assert 3 not in found.suggested[found.is_suspected]
    assert np.isfinite(found.joint).all()


@pytest.fixture
def desk(tmp_path):
    """Write a corpus with wrong labels, and what cross-validation held out."""
    given, p, wrong = corrupted(120, 10)
    rows = rows_of(120)
    corpus = [{**row, "label": LABELS[g]} for row, g in zip(rows, given.tolist(), strict=True)]
    held_out = [
        {
            "id": row["id"],
            "label": LABELS[int(one.argmax())],
            "probabilities": dict(zip(LABELS, one.tolist(), strict=True)),
        }
        for row, one in zip(rows, p, strict=True)
    ]
    write(tmp_path / "corpus.jsonl", corpus)
    write(tmp_path / "held-out.jsonl", held_out)
    return tmp_path, corpus, held_out, {f"a{place}" for place in wrong}


def test_articles_to_check(desk):
    folder, corpus, _, wrong = desk
    found = draw_checking_sample([folder / "corpus.jsonl"], folder / "held-out.jsonl", 10)
    assert {row["id"] for row in found.articles} == wrong
    names = ["rank", "id", "outlet", "published", "text", "given_label", "label"]
    assert found.to_arrow().column_names == names
    by_id = {row["id"]: row["label"] for row in corpus}
    assert all(row["given_label"] == by_id[row["id"]] for row in found.articles)
    assert found.n_suspected == sum(one.n_suspected for one in found.confusions)
    shown = draw_checking_sample(
        [folder / "corpus.jsonl"], folder / "held-out.jsonl", 3, show_predictions=True
    )
    first = shown.articles[0]
    assert first["suggested_label"] != first["given_label"]
    assert first["given_probability"] < first["suggested_probability"]
    assert json.dumps(shown.to_dict())


def test_probabilities_of_models_that_learned_the_labels_are_noticed(desk):
    folder, corpus, held_out, _ = desk
    learned = [
        {**one, "probabilities": {label: float(label == row["label"]) for label in LABELS}}
        for row, one in zip(corpus, held_out, strict=True)
    ]
    path = write(folder / "learned.jsonl", learned)
    assert draw_checking_sample([folder / "corpus.jsonl"], path, 5).is_too_good
    honest = draw_checking_sample([folder / "corpus.jsonl"], folder / "held-out.jsonl", 5)
    assert not honest.is_too_good


def test_articles_without_held_out_probabilities_are_counted(desk):
    folder, _, held_out, _ = desk
    part = write(folder / "part.jsonl", held_out[:100])
    found = draw_checking_sample([folder / "corpus.jsonl"], part, 5)
    assert (found.n_corpus, found.n_without) == (100, 20)


def test_files_that_do_not_belong_together(desk):
    folder, corpus, held_out, _ = desk
    bare = [{"id": row["id"], "label": row["label"]} for row in held_out]
    others = [{**row, "id": f"b{row['id']}"} for row in held_out]
    relabelled = [{**row, "label": "آخر"} for row in corpus]
    path, right = folder / "corpus.jsonl", folder / "held-out.jsonl"
    with pytest.raises(CorpusError, match=r"without probabilities.*crossval --held-out"):
        draw_checking_sample([path], write(folder / "bare.jsonl", bare), 5)
    with pytest.raises(CorpusError, match="ids are those of none of 120 articles"):
        draw_checking_sample([path], write(folder / "others.jsonl", others), 5)
    with pytest.raises(CorpusError, match="label 'آخر' in the corpus"):
        draw_checking_sample([write(folder / "other.jsonl", relabelled)], right, 5)
    with pytest.raises(ConfigError, match="sample of 0"):
        draw_checking_sample([path], right, 0)
    with pytest.raises(ConfigError, match="--keep section"):
        draw_checking_sample([path], right, 5, keep=["section"])
