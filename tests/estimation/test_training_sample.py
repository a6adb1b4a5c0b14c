"""Articles for training: two arms, few of an outlet, no near-duplicates, and different words."""

from collections import Counter

import numpy as np
import pytest

from stance.errors import ConfigError, CorpusError
from stance.estimation.diversity import farthest_first, word_vectors
from stance.estimation.training_sample import draw_training_sample
from tests.estimation.archives import rows_of, write

ROWS = rows_of(200)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return write(tmp_path_factory.mktemp("archive") / "labels.jsonl", ROWS)


def margins(found, arm):
    by_id = {row["id"]: sorted(row["probabilities"].values()) for row in ROWS}
    return [
        by_id[row["id"]][-1] - by_id[row["id"]][-2] for row in found.articles if row["arm"] == arm
    ]


def test_one_arm_is_random_and_one_uncertain(archive):
    found = draw_training_sample([archive], 30)
    assert (found.n_of("random"), found.n_of("uncertain")) == (15, 15)
    columns = ["id", "outlet", "published", "text", "label", "arm"]
    assert found.to_arrow().column_names == columns
    assert len({row["id"] for row in found.articles}) == 30
    everyone = sorted(margins(draw_training_sample([archive], 200, random_share=1), "random"))
    assert max(margins(found, "uncertain")) == pytest.approx(found.margin, abs=1e-6)
    assert found.margin <= everyone[60]
    assert np.mean(margins(found, "random")) > 2 * np.mean(margins(found, "uncertain"))
    again = draw_training_sample([archive], 30)
    assert again.articles == found.articles
    assert draw_training_sample([archive], 30, seed=1).articles != found.articles


@pytest.mark.parametrize(("share", "n_random"), [(0, 0), (0.25, 5), (1, 20)])
def test_share_of_the_random_arm(archive, share, n_random):
    found = draw_training_sample([archive], 20, random_share=share)
    assert (found.n_of("random"), len(found.articles)) == (n_random, 20)


def test_few_uncertain_articles_are_of_one_outlet(archive):
    found = draw_training_sample([archive], 12, random_share=0, max_per_outlet=3)
    counts = Counter(row["outlet"] for row in found.articles)
    assert set(counts.values()) == {3}
    fewer = draw_training_sample([archive], 12, random_share=0, max_per_outlet=2)
    assert (len(fewer.articles), fewer.asked) == (8, 12)


def test_the_whole_archive_and_near_duplicates(tmp_path):
    rows = [dict(row) for row in ROWS[:40]]
    for first, again in ((3, 7), (3, 8), (20, 21)):
        rows[again]["text"] = rows[first]["text"] + " خاص"
    path = write(tmp_path / "labels.jsonl", rows)
    found = draw_training_sample([path], 40, max_per_outlet=40)
    ids = {row["id"] for row in found.articles}
    assert len(ids) == len(found.articles) == 37
    assert len(ids & {"a3", "a7", "a8"}) == len(ids & {"a20", "a21"}) == 1


def test_uncertain_articles_differ_in_their_words():
    texts = ["فتح الطريق الدولي صباح الأحد"] * 3 + ["وصل الوفد مساء", "انقطع التيار الكهربائي"]
    vectors = word_vectors(texts)
    assert vectors[:3] @ vectors[0] == pytest.approx(1, abs=1e-5)
    assert abs(vectors[3] @ vectors[0]) < 0.3
    assert set(farthest_first(vectors, [0], range(1, 5), 2, lambda one: True)) == {3, 4}
    assert farthest_first(vectors, [], range(5), 3, lambda one: one == 1) == [1]
    assert farthest_first(vectors, [0], [], 3, lambda one: True) == []


def test_archives_that_do_not_serve(archive, tmp_path):
    bare = [{"id": row["id"], "label": row["label"], "text": row["text"]} for row in ROWS]
    with pytest.raises(CorpusError, match="without probabilities"):
        draw_training_sample([write(tmp_path / "bare.jsonl", bare)], 20)
    for n, options, said in (
        (201, {}, "archive has 200"),
        (0, {}, "sample of 0"),
        (9, {"random_share": 2}, "random share of 2"),
        (9, {"max_per_outlet": 0}, "max_per_outlet=0"),
    ):
        with pytest.raises(ConfigError, match=said):
            draw_training_sample([archive], n, **options)


def test_outlets_are_not_needed(tmp_path):
    rows = [{name: row[name] for name in ("id", "label", "probabilities", "text")} for row in ROWS]
    found = draw_training_sample([write(tmp_path / "labels.jsonl", rows)], 20)
    assert (len(found.articles), found.max_per_outlet) == (20, None)
    assert [*found.columns] == ["id", "text", "label", "arm"]
