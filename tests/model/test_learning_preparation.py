import dataclasses

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.features.model_input import text_inputs
from stance.features.preparation import QUOTED
from stance.model.config import load_config
from stance.model.learning_corpus import LabelledCorpus
from stance.model.learning_preparation import learn_preparation
from stance.model.persistence import load_model, save_model
from stance.model.training import train
from stance.text.normalization import arabic_normalization
from tests.conftest import FAST

TABLE = arabic_normalization()
DROPPING = ("text.boilerplate=drop", "text.bylines=mask")


def signed(articles):
    """Give every second outlet a menu line and a byline."""
    return [
        dataclasses.replace(a, text=f"مراسلنا {a.outlet}\n{a.text}\nتابعونا على {a.outlet} الآن")
        if len(a.outlet) % 2
        else a
        for a in articles
    ]


def learned(articles, *overrides):
    return learn_preparation(LabelledCorpus(articles), load_config(overrides=overrides), TABLE)


def test_by_default_everything_is_read(seed_articles):
    assert learned(seed_articles) is None


@pytest.mark.slow
def test_lines_of_an_outlet_are_learned(seed_articles):
    articles = signed(seed_articles)
    prepare = learned(articles, "text.boilerplate=drop")
    assert prepare is not None
    changed = next(a for a in articles if a.text.startswith("مراسلنا"))
    assert "تابعونا" not in prepare(changed.text)
    assert not prepare.phrases


def test_bylines_that_tell_the_outlet_are_learned():
    articles = [
        Article(
            f"{o}-{n}",
            f"مراسل{o} {' '.join(f'و{o}{n}{i}' for i in range(30))}",
            "ab"[o % 2],
            f"o{o}",
        )
        for o in range(4)
        for n in range(12)
    ]
    prepare = learned(articles, "text.bylines=mask")
    assert prepare.phrases == {(f"مراسل{o}",) for o in range(4)}


def test_without_outlets_nothing_tells_them(seed_articles):
    bare = [dataclasses.replace(a, outlet=None) for a in signed(seed_articles)]
    assert learned(bare, "text.boilerplate=drop", "text.bylines=mask") is None


@pytest.mark.slow
@pytest.mark.parametrize("quotations", ["drop", "apart"])
def test_a_stored_model_reads_articles_as_it_did(seed_articles, tmp_path, quotations):
    # Without dates, as texts alone have none.
    articles = [dataclasses.replace(a, published=None) for a in signed(seed_articles)[::5]]
    config = load_config(
        overrides=[*FAST[:1], *FAST[2:], *DROPPING, f"text.quotations={quotations}"]
    )
    model = train(articles, config)
    assert model.features.preparation is not None
    spoken = any(QUOTED in name for name in model.features.names())
    assert spoken is (quotations == "apart")
    save_model(model, tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert again.features.preparation == dataclasses.replace(
        model.features.preparation, table=again.features.table
    )
    together = model.scores(articles)
    np.testing.assert_array_equal(again.scores(articles), together)
    alone = np.concatenate([again.scores([article]) for article in articles[:20]])
    np.testing.assert_array_equal(alone, together[:20])
    texts = [f"{a.title}\n{a.text}" if a.title else a.text for a in articles]
    plain = again.linear.scores(again.features.transform(text_inputs(texts)))
    np.testing.assert_allclose(plain, together, atol=1e-5)
