import fsspec
import pytest

from stance.errors import ConfigError, CorpusError, OutputError
from stance.formats.addresses import (
    as_local,
    exists_at,
    files_below,
    files_like,
    is_address,
    is_folder_at,
    open_at,
    remove_at,
    state_at,
    writing_at,
)


@pytest.mark.parametrize(
    "name", ["s3://b/a.jsonl", "https://x.org/a.csv", "memory://a", "zip://a.csv::s3://b/a.zip"]
)
def test_an_address_has_a_protocol(name):
    assert is_address(name)


@pytest.mark.parametrize(
    "name", ["a.jsonl", "-", "/a/b", "C:/a.csv", "c://a", "dataset:ant", "a//b"]
)
def test_a_path_has_none(name):
    assert not is_address(name)


def test_a_local_address_is_a_path():
    assert as_local("file:///a/ب.jsonl") == "/a/ب.jsonl"
    assert as_local("s3://b/a") == "s3://b/a"


def test_an_unknown_protocol_and_a_missing_package_say_what_to_do():
    with pytest.raises(ConfigError, match="does not know"):
        exists_at("nonsense://a")


def test_a_file_has_a_size_and_a_version_that_changes_with_it():
    fsspec.filesystem("memory").store.clear()
    for data in (b"one", b"three"):
        with open_at("memory://f/a", "wb") as file:
            file.write(data)
        state = state_at("memory://f/a")
        assert state.size == len(data)
    with open_at("memory://f/a", "wb") as file:
        file.write(b"other")
    assert state_at("memory://f/a") != state


def test_what_is_listed_are_addresses_by_name():
    fsspec.filesystem("memory").store.clear()
    for name in ("b", "a", "c/d"):
        with writing_at(f"memory://f/{name}") as file:
            file.write(b"x")
    assert files_below("memory://f") == ["memory:///f/a", "memory:///f/b", "memory:///f/c/d"]
    assert files_like("memory://f/[ab]") == ["memory:///f/a", "memory:///f/b"]
    assert is_folder_at("memory://f/c")
    assert not is_folder_at("memory://f/a")
    remove_at("memory://f/a")
    assert not exists_at("memory://f/a")


def test_trouble_on_the_way_is_told_in_words():
    fsspec.filesystem("memory").store.clear()
    with pytest.raises(CorpusError, match=r"memory://no/where, which cannot be reached"):
        open_at("memory://no/where", "rb")
    with pytest.raises(OutputError, match="cannot be reached: gone"), writing_at("memory://a"):
        raise ConnectionError("gone")
