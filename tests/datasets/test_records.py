"""The records of the public data sets, and names such as dataset:mawqif/train."""

import re

import pytest

from stance.datasets.records import dataset_names, find_dataset, outlet_blocs, parse_dataset_name
from stance.errors import ConfigError
from stance.formats.reading import read_articles


@pytest.mark.parametrize("name", dataset_names())
def test_every_record_is_complete(name):
    dataset = find_dataset(name)
    assert dataset.title
    assert dataset.licence
    assert dataset.citation
    assert dataset.metric
    assert {"id", "text"} <= set(dataset.fields)
    assert dataset.files or find_dataset(dataset.derived_from).files
    for file in dataset.files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert re.fullmatch(
            r"https://raw\.githubusercontent\.com/[^/]+/[^/]+/[0-9a-f]{40}/.+", file.url
        )


def test_a_name_with_and_without_a_split():
    assert parse_dataset_name("dataset:ans/dev").split == "dev"
    assert parse_dataset_name("dataset:ans").split is None


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(ConfigError, match=r"'mawqef'.*Did you mean 'mawqif'"):
        find_dataset("mawqef")


def test_an_unknown_split_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"'dev' of mawqif.*train, test"):
        parse_dataset_name("dataset:mawqif/dev")
    with pytest.raises(ConfigError, match="it has no splits"):
        parse_dataset_name("dataset:ant/train")


def test_the_reader_of_articles_knows_the_names():
    with pytest.raises(ConfigError, match="nobody-knows"):
        list(read_articles(["dataset:nobody-knows"]))


def test_blocs_are_known_by_host():
    assert outlet_blocs()["enabbaladi.net"] == "opposition_aligned"
