"""What the public data sets hold, as their papers and this project's documents say."""

from collections import Counter

import pytest

from stance.datasets.readers import read_dataset
from stance.datasets.records import dataset_names, find_dataset, parse_dataset_name
from stance.formats.labelled import read_corpus
from stance.formats.reading import read_articles


def rows(name):
    return [row.values for row in read_dataset(parse_dataset_name(f"dataset:{name}"))]


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
@pytest.mark.parametrize("name", dataset_names())
def test_every_data_set_is_read_whole(name):
    dataset = find_dataset(name)
    found = rows(name)
    assert len(found) == dataset.items
    assert len({row["id"] for row in found}) == dataset.items
    assert set(dataset.fields) <= set(found[0])
    labels = Counter(row["label"] for row in found if "label" in row)
    assert set(labels) == set(dataset.labels)
    rejected = []
    assert len(list(read_articles([f"dataset:{name}"], on_rejected=rejected.append))) == len(found)
    assert not rejected


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("mawqif", [3502, 619]),
        ("arabicstancex", [11_500, 2977]),
        ("ans", [2652, 755, 379]),
        ("unifiedfc", [616, 634, 592, 587, 613]),
    ],
)
def test_splits_divide_a_data_set(name, sizes):
    parts = [rows(f"{name}/{split}") for split in find_dataset(name).splits]
    ids = [row["id"] for part in parts for row in part]
    assert sorted(ids) == sorted(row["id"] for row in rows(name))
    assert [len(part) for part in parts] == sizes


@pytest.mark.usefixtures("public_data")
def test_the_label_none_is_a_label():
    articles, rejected = read_corpus(["dataset:mawqif/test"])
    assert not rejected
    assert Counter(a.label for a in articles) == {"Favor": 380, "Against": 180, "None": 59}


@pytest.mark.usefixtures("public_data")
def test_fields_and_where_work_as_for_a_file():
    articles, _ = read_corpus(["dataset:mawqif/test"], where={"target": "Covid Vaccine"})
    assert len(articles) == 206
    by_sentiment = next(read_articles(["dataset:mawqif"], fields=_labelled_by("sentiment")))
    assert by_sentiment.label in {"Positive", "Negative", "Neutral"}


def _labelled_by(name):
    from stance.corpus.article import FieldMapping

    return FieldMapping(label=name)


@pytest.mark.usefixtures("public_data")
def test_a_pair_of_headlines_is_two_lines():
    row = rows("ans/dev")[0]
    assert row["text"] == f"{row['s1']}\n{row['s2']}"


@pytest.mark.usefixtures("public_data")
def test_syria_outlets_is_the_task_of_the_documents():
    articles, _ = read_corpus(["dataset:syria-outlets"])
    blocs = {"damascus_aligned": 92, "opposition_aligned": 203, "neutral_wire": 206}
    assert Counter(a.label for a in articles) == blocs
    assert len({a.outlet for a in articles}) == 37


@pytest.mark.usefixtures("public_data")
def test_the_task_with_four_labels_has_the_same_articles_and_those_of_pro_sdf_outlets():
    three, _ = read_corpus(["dataset:syria-outlets"])
    four, _ = read_corpus(["dataset:syria-outlets-4"])
    added = [article for article in four if article.label == "pro_sdf"]
    assert [article for article in four if article.label != "pro_sdf"] == three
    assert (len(added), len({article.outlet for article in added})) == (11, 6)


@pytest.mark.usefixtures("public_data")
def test_headlines_are_labelled_by_the_bloc_of_their_outlet():
    articles, rejected = read_corpus(["dataset:syria-headlines"])
    assert not rejected
    assert Counter(article.label for article in articles) == {
        "pro_sdf": 188,
        "opposition_aligned": 2114,
        "damascus_aligned": 22,
        "neutral_wire": 53,
        "turkey_aligned": 121,
        "russian_state": 46,
    }
    assert len({article.outlet for article in articles}) == 16
    assert min(str(article.published) for article in articles) >= "2015"
    assert len({article.id for article in articles}) == len(articles)
