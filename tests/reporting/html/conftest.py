import pytest

from tests.reporting.html.sample_pages import explanations
from tests.reporting.html.sample_pages import pages as every_page


@pytest.fixture(scope="session")
def explained(seed_articles):
    """Return explanations whose labels, ids and texts are hostile."""
    return explanations(seed_articles)


@pytest.fixture(scope="session")
def pages(seed_articles, fast_model, fast_config, explained, tmp_path_factory):
    """Return a page of every report, by its name."""
    folder = tmp_path_factory.mktemp("models")
    return every_page(seed_articles, fast_model, fast_config, explained, folder)
