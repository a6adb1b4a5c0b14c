import pytest

from tests.reporting.html import sample_pages


@pytest.fixture(scope="session")
def hostile_model(seed_articles):
    """Return a model whose labels are hostile names."""
    return sample_pages.hostile_model(seed_articles)


@pytest.fixture(scope="session")
def explained(seed_articles, hostile_model):
    """Return explanations whose labels, ids and texts are hostile."""
    return sample_pages.explanations(seed_articles, hostile_model)


@pytest.fixture(scope="session")
def pages(seed_articles, fast_model, fast_config, hostile_model, explained, tmp_path_factory):
    """Return a page of every report, by its name."""
    folder, models = tmp_path_factory.mktemp("models"), (fast_model, hostile_model)
    return sample_pages.pages(seed_articles, models, fast_config, explained, folder)
