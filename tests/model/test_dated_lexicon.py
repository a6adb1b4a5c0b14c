"""Models whose lexicon has dates: what they learn, store, read and say."""

from dataclasses import replace

import numpy as np
import orjson
import pytest

from stance.corpus.article import Article
from stance.errors import ConfigError, ModelError
from stance.features.lexicon import Lexicon
from stance.features.scoring import Scorer
from stance.model.config import load_config
from stance.model.learning_corpus import LabelledCorpus
from stance.model.persistence import load_model, save_model
from stance.model.prediction import predict, row_columns
from stance.model.resolve_auto import resolve_auto
from stance.model.training import fit_features, train
from stance.tabular import flatten

LEXICON = """
format = 2
family = "names"
description = "Who is named how"

[categories.old_government]
description = "The first government, by its press"
side = "government"
until = 2024-12-07
terms = [{ term = "القيادة" }, { term = "الحزب" }]

[categories.new_government]
description = "The next one, by its press"
side = "opposition"
from = 2024-12-08
terms = [{ term = "القيادة" }, { term = "العهد" }]

[categories.plain]
description = "What both have"
actor = "town"
naming = true
terms = [{ term = "المدينة" }]
"""
OLD, NEW = "/2024-12-07", "2024-12-08/"
SETTINGS = (
    *("features.word.enabled=false", "features.char.enabled=false", "features.passages=0"),
    *("features.lexicon.enabled=true", "features.lexicon.min_outlets=1"),
    *("calibration.enabled=false", "features.lexicon.side_weight=2.0"),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("lexicon") / "names.toml"
    file.write_text(LEXICON, "utf-8")
    return file


def config(path, *overrides):
    return load_config(overrides=[f"features.lexicon.path={path}", *SETTINGS, *overrides])


def corpus():
    """Both sides say the same word, each in its time, and more often before the change."""
    articles = []
    for n in range(12):
        old = n % 3 < 2
        date = f"2023-{n + 1:02d}" if old else f"{n + 1}/1/2025"
        for label, is_said in (("government", old), ("opposition", not old)):
            said = "أعلنت القيادة ذلك" if is_said else "أعلنت جهات ذلك"
            text = f"{said} في المدينة {'اليوم ' * n}"
            articles.append(Article(f"{n}-{label}", text, label, published=date))
    return articles


@pytest.fixture(scope="module")
def model(path):
    return train(corpus(), config(path))


@pytest.fixture(scope="module")
def undated_model(tmp_path_factory):
    """Train with a lexicon that has no dates, so that each spelling is in it once."""
    lines = [line for line in LEXICON.splitlines() if not line.startswith(("from =", "until ="))]
    file = tmp_path_factory.mktemp("undated") / "names.toml"
    file.write_text(
        "\n".join(lines).replace(
            '[{ term = "القيادة" }, { term = "العهد" }]', '[{ term = "العهد" }]'
        ),
        "utf-8",
    )
    return train(corpus(), config(file))


def rows_of(model, *articles):
    return [one.to_row() for one in predict(model, articles)]


TEXT = "أعلنت القيادة ذلك في المدينة"


def test_one_sentence_has_the_label_of_its_time(model):
    rows = rows_of(
        model,
        Article("old", TEXT, published="2024-12-07"),
        Article("new", TEXT, published="2024-12-08"),
        Article("old word", f"{TEXT} الحزب"),
        Article("new word", f"{TEXT} «العهد»", published="2024"),
    )
    assert [row["label"] for row in rows] == ["government", "opposition"] * 2
    assert [row["period"] for row in rows] == [OLD, NEW] * 2
    assert [row["period_source"] for row in rows] == ["published", "published", "words", "words"]


def test_the_most_frequent_period_of_training_is_assumed_and_stored(model, path, tmp_path):
    assert model.config.features.lexicon.assumed_date == "2024-12-07"
    (row,) = rows_of(model, Article("1", TEXT))
    assert (row["period"], row["period_source"]) == (OLD, "assumed")
    undated = [replace(article, published=None) for article in corpus()]
    last = train(undated, config(path))
    assert last.config.features.lexicon.assumed_date == "2024-12-08"
    given = train(corpus(), config(path, "features.lexicon.assumed_date=2030-01-01"))
    assert given.config.features.lexicon.assumed_date == "2024-12-08"
    for one in (last, given):
        save_model(one, tmp_path / "model", force=True)
        (row,) = rows_of(load_model(tmp_path / "model"), Article("1", TEXT))
        assert (row["period"], row["period_source"]) == (NEW, "assumed")


@pytest.mark.parametrize("value", ["yesterday", "2024-13-01", "2024", "2024-12-08T10:00:00"])
def test_an_assumed_date_that_is_none_is_refused(path, value):
    with pytest.raises(ConfigError, match=rf"assumed_date.*{value[:4]}.*2024-12-08"):
        config(path, f"features.lexicon.assumed_date={value}")


def test_a_model_folder_keeps_the_dates(model, tmp_path):
    save_model(model, tmp_path / "model")
    families = orjson.loads((tmp_path / "model" / "lexicon.json").read_bytes())
    assert families[0]["categories"]["old_government"]["until"] == "2024-12-07"
    loaded = load_model(tmp_path / "model")
    articles = [*corpus(), Article("undated", TEXT), Article("words", f"{TEXT} العهد")]
    assert rows_of(loaded, *articles) == rows_of(model, *articles)
    assert loaded.periods == model.periods == [OLD, NEW]


def test_a_damaged_date_in_a_model_is_refused(model, tmp_path):
    save_model(model, tmp_path / "model")
    path = tmp_path / "model" / "lexicon.json"
    damaged = orjson.loads(path.read_bytes().replace(b"2024-12-07", b"2024-12-77"))
    with pytest.raises(ModelError, match=r"old_government\.until: Got '2024-12-77'.*damaged"):
        Lexicon.from_dict(damaged)


def test_rows_have_the_columns_of_periods_only_if_the_model_has_periods(model, undated_model):
    for one, has_periods in ((model, True), (undated_model, False)):
        columns = row_columns(one)
        (row,) = rows_of(one, Article("1", TEXT, published="2020"))
        assert list(flatten(row)) == columns.names
        assert ("period" in row) is ("period_source" in row) is has_periods
        assert bool(one.periods) is has_periods
        assert not {"period", "period_source"} & {*columns.numbers, *columns.flags}
    table = predict(model, [Article("1", TEXT, published="2020")]).to_arrow()
    assert table.to_pylist()[0]["period"] == OLD


def test_a_model_without_dates_ignores_dates(undated_model):
    dated = [replace(article, published="2025-01-01") for article in corpus()]
    undated = [replace(article, published=None) for article in corpus()]
    assert rows_of(undated_model, *dated) == rows_of(undated_model, *undated)


def test_scores_do_not_depend_on_the_batch_or_the_thread(model):
    texts = [TEXT, f"{TEXT} العهد", f"{TEXT} الحزب", "لا شيء"]
    dates = [None, "2020", "2025", "2024-12", "08/12/2024"]
    articles = [
        Article(f"{n}-{m}", text, published=date)
        for n, text in enumerate(texts)
        for m, date in enumerate(dates)
    ]
    expected = rows_of(model, *articles)
    assert [row for one in articles for row in rows_of(model, one)] == expected
    threads = predict(model, articles, batch_size=3, jobs=2)
    assert [one.to_row() for one in threads] == expected


@pytest.mark.parametrize("passages", [0, 4])
def test_a_part_of_a_dated_corpus_has_the_features_of_its_articles_alone(path, passages):
    articles = corpus()
    places = np.array([n for n in range(len(articles)) if n % 5])
    settings = config(path, f"features.passages={passages}")
    alone = LabelledCorpus([articles[n] for n in places.tolist()])
    resolved = resolve_auto(alone, settings).config
    expected = fit_features(alone, resolved)
    found = fit_features(LabelledCorpus(articles).part(places), resolved)
    assert found.config == expected.config
    for name in ("articles", "passages"):
        ours, theirs = getattr(found.matrix, name), getattr(expected.matrix, name)
        np.testing.assert_array_equal(ours.toarray(), theirs.toarray())


def test_training_and_labelling_read_the_same_values(path):
    resolved = resolve_auto(LabelledCorpus(corpus()), config(path)).config
    fitted = fit_features(LabelledCorpus(corpus()), resolved)
    weights = np.eye(fitted.features.n_features, dtype=np.float32)
    found = Scorer(fitted.features, weights).scores(resolved.inputs(corpus()))
    np.testing.assert_allclose(found, fitted.matrix.articles.toarray(), atol=1e-6)
