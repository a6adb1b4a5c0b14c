from dataclasses import replace

import joblib
import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from stance.errors import OutputError
from stance.model.exporting import export_joblib


@pytest.mark.slow
def test_the_pipeline_gives_the_same_labels_and_probabilities(full_model, seed_articles, tmp_path):
    export_joblib(full_model, tmp_path / "model.joblib")
    pipeline = joblib.load(tmp_path / "model.joblib")
    assert isinstance(pipeline, Pipeline)
    texts = [one.text for one in full_model.config.inputs(seed_articles)]
    # A pipeline is given texts alone, so their words decide the period.
    undated = [replace(article, published=None) for article in seed_articles]
    expected = full_model.probabilities(undated)
    assert np.abs(pipeline.predict_proba(texts) - expected).max() < 1e-4
    labels = [full_model.labels[i] for i in expected.argmax(axis=1)]
    assert pipeline.predict(texts).tolist() == labels


@pytest.mark.slow
def test_the_columns_have_names(full_model, tmp_path):
    export_joblib(full_model, tmp_path / "model.joblib")
    names = joblib.load(tmp_path / "model.joblib")[0].get_feature_names_out()
    assert len(names) == full_model.features.n_features


def test_an_existing_file_is_kept(full_model, tmp_path):
    target = tmp_path / "model.joblib"
    target.write_text("mine")
    with pytest.raises(OutputError, match="--force"):
        export_joblib(full_model, target)
    assert target.read_text() == "mine"
