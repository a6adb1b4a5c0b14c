"""Samples: known inclusion probabilities, the same draw from any order, extensions."""

import csv
import json

import numpy as np
import pytest

import stance
from stance.errors import ConfigError, CorpusError
from stance.estimation.sample_design import design_path, read_design
from tests.estimation.archives import LABELS, rows_of, write

ROWS = rows_of(240)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return write(tmp_path_factory.mktemp("archive") / "labels.jsonl", ROWS)


def ids(found):
    return {row["id"] for row in found.articles}


def coded_csv(path, found, labels=None, extra=None):
    """Write a sample as a coder would hand it back, with its design beside it."""
    labels = labels or {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*found.columns, *(extra or {})])
        writer.writeheader()
        for row in found.articles:
            writer.writerow({**row, "label": labels.get(row["id"], ""), **(extra or {})})
    design_path(path).write_bytes(found.design.to_json())
    return path


@pytest.mark.parametrize("by", [(), ("outlet",), ("year", "outlet"), ("month",)])
def test_weights_add_up_to_the_archive(archive, by):
    found = stance.draw_sample([archive], 60, by=by)
    assert len(found.articles) == 60
    assert sum(1 / row["inclusion_probability"] for row in found.articles) == pytest.approx(240)
    for one in found.design.strata:
        drawn = [row for row in found.articles if row["stratum"] == one.number]
        assert len(drawn) == one.n_drawn >= 2
        assert {row["inclusion_probability"] for row in drawn} == {one.n_drawn / one.n}


def test_columns_are_in_their_order_and_do_not_show_the_prediction(archive):
    found = stance.draw_sample([archive], 20)
    names = ["id", "outlet", "published", "text", "label", "stratum", "inclusion_probability"]
    assert found.to_arrow().column_names == [*names, "same_as"]
    assert {row["label"] for row in found.articles} == {None}
    shown = stance.draw_sample([archive], 20, show_predictions=True)
    assert shown.to_arrow().column_names[-2:] == ["predicted_label", "probability"]
    by_id = {row["id"]: row for row in ROWS}
    for row in shown.articles:
        assert row["predicted_label"] == by_id[row["id"]]["label"]
        assert row["probability"] == by_id[row["id"]]["probability"]


@pytest.mark.slow
def test_each_article_is_drawn_with_its_probability(archive):
    times = 60
    drawn = dict.fromkeys((row["id"] for row in ROWS), 0)
    for seed in range(times):
        found = stance.draw_sample([archive], 60, seed=seed, texts=False, allocation="proportional")
        for one in ids(found):
            drawn[one] += 1
    counts = np.array([*drawn.values()])
    # A quarter 60 times: 15 expected; chi-squared of some 240 has a standard deviation of 22.
    assert 170 < ((counts - 15) ** 2 / (15 * 0.75)).sum() < 310
    assert counts.min() > 1


def test_order_and_files_do_not_change_the_draw(archive, tmp_path):
    shuffled = [ROWS[place] for place in np.random.default_rng(1).permutation(len(ROWS))]
    files = [
        write(tmp_path / "1.jsonl", shuffled[:100]),
        write(tmp_path / "2.jsonl", shuffled[100:]),
    ]
    one, other = (stance.draw_sample(paths, 50, by=["outlet"]) for paths in ([archive], files))
    assert one.design == other.design
    assert one.margins == other.margins
    assert one.articles == other.articles
    assert ids(stance.draw_sample([archive], 50, by=["outlet"], seed=1)) != ids(one)


def test_uncertain_strata_get_more(tmp_path):
    rows = [
        {
            "id": n,
            "label": "a" if n % 2 else "b",
            "probabilities": {"a": 0.99, "b": 0.01} if n % 2 else {"a": 0.45, "b": 0.55},
        }
        for n in range(400)
    ]
    path = write(tmp_path / "labels.jsonl", rows)
    drawn = {
        name: {one.label: one.n_drawn for one in found.design.strata}
        for name in ("neyman", "proportional")
        if (found := stance.draw_sample([path], 60, allocation=name, texts=False))
    }
    assert drawn["proportional"] == {"a": 30, "b": 30}
    assert drawn["neyman"]["b"] > 1.8 * drawn["neyman"]["a"] > 20
    # Hand labels alone lose by it, predictions and hand labels gain.
    assert found.margins["a"] < found.margin_by_hand


def test_small_strata_are_merged_within_their_label(archive):
    found = stance.draw_sample([archive], 24, by=["outlet", "year"])
    strata = found.design.strata
    assert {one.label for one in strata} == set(LABELS)
    assert sum(min(one.n, 2) for one in strata) <= 12
    assert any(one.values is None for one in strata)
    assert sum(one.n for one in strata) == 240
    numbers = [one.number for one in strata]
    assert sorted(numbers) == [*range(1, len(strata) + 1)]


def test_near_duplicates_are_coded_once(tmp_path):
    rows = [dict(row) for row in ROWS[:40]]
    for first, again in ((3, 7), (3, 8), (20, 21)):
        rows[again]["text"] = rows[first]["text"] + " خاص"
    path = write(tmp_path / "labels.jsonl", rows)
    found = stance.draw_sample([path], 40)
    same = {row["id"]: row["same_as"] for row in found.articles if row["same_as"]}
    assert found.n_to_code == 37
    assert same == found.design.duplicates
    assert {frozenset((one, other)) for one, other in same.items()} & {frozenset(("a20", "a21"))}
    seen = set()
    for row in found.articles:
        assert row["same_as"] is None or row["same_as"] in seen
        seen.add(row["id"])
    every = stance.draw_sample([path], 40, ignore_duplicates=True)
    assert every.n_to_code == 40


def test_texts_and_titles_come_from_the_archive(tmp_path):
    labels = write(tmp_path / "labels.jsonl", rows_of(30, text=False))
    texts = [{"id": row["id"], "text": row["text"], "title": f"عنوان {row['id']}"} for row in ROWS]
    articles = write(tmp_path / "articles.jsonl", texts[:30][::-1])
    found = stance.draw_sample([labels], 10, articles=[articles])
    by_id = {row["id"]: row for row in texts}
    for row in found.articles:
        assert row["text"] == by_id[row["id"]]["text"]
        assert row["title"] == by_id[row["id"]]["title"]
    assert [*found.columns][:3] == ["id", "title", "outlet"]
    with pytest.raises(CorpusError, match=r"no text for 10 of 10 .*--articles"):
        stance.draw_sample([labels], 10)
    part = write(tmp_path / "part.jsonl", texts[:15])
    with pytest.raises(CorpusError, match="name all files that were labelled"):
        stance.draw_sample([labels], 30, articles=[part])


def test_a_sample_is_extended(archive, tmp_path):
    first = stance.draw_sample([archive], 30, by=["outlet"], seed=4)
    labels = {row["id"]: LABELS[place % 3] for place, row in enumerate(first.articles[:20])}
    path = coded_csv(tmp_path / "to-code.csv", first, labels, {"remark": "حسن"})
    more = stance.draw_sample([archive], 50, extend=path)
    assert (len(more.articles), more.n_new) == (50, 20)
    assert [row["id"] for row in more.articles[:30]] == [row["id"] for row in first.articles]
    assert {row["id"]: row["label"] for row in more.articles if row["label"]} == labels
    assert [row.get("remark") for row in more.articles] == ["حسن"] * 30 + [None] * 20
    strata = {one.number: one for one in more.design.strata}
    for row in more.articles:
        one = strata[row["stratum"]]
        assert row["inclusion_probability"] == one.n_drawn / one.n
    for before, after in zip(first.design.strata, more.design.strata, strict=True):
        assert after.n_drawn >= before.n_drawn
        assert (after.number, after.n) == (before.number, before.n)
    assert more.to_arrow().num_rows == 50


def test_only_the_same_archive_extends_a_sample(archive, tmp_path):
    first = stance.draw_sample([archive], 30)
    path = coded_csv(tmp_path / "to-code.csv", first)
    with pytest.raises(ConfigError, match="30 articles to extend one of 30"):
        stance.draw_sample([archive], 30, extend=path)
    with pytest.raises(CorpusError, match="ids differ"):
        stance.draw_sample([write(tmp_path / "fewer.jsonl", ROWS[1:])], 50, extend=path)
    other = next(label for label in LABELS if label != ROWS[0]["label"])
    changed = write(tmp_path / "changed.jsonl", [ROWS[0] | {"label": other}, *ROWS[1:]])
    with pytest.raises(CorpusError, match="predicted labels differ"):
        stance.draw_sample([changed], 50, extend=path)
    with path.open("a", encoding="utf-8") as file:
        file.write("added" + "," * (len(first.columns) - 1) + "\r\n")
    with pytest.raises(CorpusError, match=r"'added'.*no inclusion\s+probability"):
        stance.draw_sample([archive], 50, extend=path)
    design_path(path).unlink()
    with pytest.raises(CorpusError, match="no design file"):
        stance.draw_sample([archive], 50, extend=path)


@pytest.mark.parametrize(
    ("n", "options", "said"),
    [
        (241, {}, "archive has 240 articles"),
        (1, {}, "expected 2 articles or more"),
        (5, {}, "at least 6: 2 for each of the 3 predicted labels"),
        (20, {"min_per_stratum": 1}, "min_per_stratum=1"),
        (20, {"allocation": "best"}, "'best'.*neyman or proportional"),
        (20, {"by": ["section"]}, "'section', which no article has"),
        (20, {"keep": ["section"]}, "--keep section"),
    ],
)
def test_samples_that_cannot_be_drawn(archive, n, options, said):
    with pytest.raises((ConfigError, CorpusError), match=said):
        stance.draw_sample([archive], n, **options)


def test_archives_that_cannot_be_sampled(tmp_path):
    one = write(tmp_path / "one.jsonl", [row | {"label": "محايد"} for row in ROWS])
    with pytest.raises(CorpusError, match="one predicted label"):
        stance.draw_sample([one], 20)
    with pytest.raises(CorpusError, match="only once"):
        stance.draw_sample(["-"], 20)


def test_a_design_is_read_as_it_was_written(archive, tmp_path):
    found = stance.draw_sample([archive], 30, by=["outlet"])
    path = tmp_path / "a.design.json"
    path.write_bytes(found.design.to_json())
    assert read_design(path) == found.design
    later = json.loads(path.read_text("utf-8")) | {"format": 2}
    path.write_text(json.dumps(later), "utf-8")
    with pytest.raises(CorpusError, match="format 2"):
        read_design(path)
    path.write_text("[]", "utf-8")
    with pytest.raises(CorpusError, match="cannot be read as the design"):
        read_design(path)


@pytest.mark.parametrize("name", ["to-code.csv", "to-code.csv.gz", "to-code.xlsx"])
def test_the_design_is_beside_the_file_to_code(name):
    assert design_path(f"folder/{name}").as_posix() == "folder/to-code.design.json"
