"""Labels read again from what `stance predict` writes."""

import pytest

from stance.corpus.article import Article
from stance.errors import CorpusError
from stance.formats.predictions import labels_of, read_predictions
from stance.formats.writing import ResultWriter
from stance.model.prediction import predict, row_columns


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_what_was_written_is_read_again(ending, tmp_path, fast_model, seed_articles):
    predictions = list(predict(fast_model, seed_articles[:20]))
    path = tmp_path / f"labels.{ending}"
    columns, numbers, flags = row_columns(fast_model)
    with (
        path.open("wb") as file,
        ResultWriter(file, ending, columns, numbers=numbers, flags=flags) as writer,
    ):
        writer.write([prediction.to_row() for prediction in predictions])
    labels = read_predictions(path)
    assert labels == {p.article.id: p.label for p in predictions}
    assert labels_of(seed_articles[5:7], labels, "x") == [p.label for p in predictions[5:7]]


def test_a_label_that_was_withheld_is_the_most_probable_one(put):
    path = put("a.jsonl", '{"id": 7, "label": null, "probabilities": {"أ": 0.4, "ب": 0.6}}\n')
    assert read_predictions(path) == {"7": "ب"}
    path = put("a.csv", "id,label,probabilities.أ,probabilities.ب\n7,,0.7,0.3\n")
    assert read_predictions(path) == {"7": "أ"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,label\n1,a\n1,b\n", "two labels for '1' .again in row 3"),
        ("id,label\n1,\n", "row 2, without 'label'"),
        ("key,label\n1,a\n", "without 'id'.*key, label"),
        ("id,label\n1,a,b\n", "cannot be read.*row 2"),
        ("id,label\n", "without a row"),
    ],
)
def test_what_is_no_prediction_is_told(put, content, message):
    with pytest.raises(CorpusError, match=message):
        read_predictions(put("a.csv", content))


def test_an_article_without_a_label_is_named():
    with pytest.raises(CorpusError, match=r"p.csv without a label for 1 of 2 articles .*'ب'"):
        labels_of([Article("أ", "نص"), Article("ب", "نص")], {"أ": "x"}, "p.csv")


@pytest.mark.parametrize("written", ['"1.0"', "1", "1.0", '" 1\\u200f"', '["1"]', '{"$oid": "1"}'])
def test_labels_are_found_by_the_canonical_form_of_an_id(put, written):
    path = put("a.jsonl", f'{{"id": {written}, "label": "أ"}}\n')
    for identifier in ("1", "1.0", "1 "):
        assert labels_of([Article(identifier, "نص")], read_predictions(path), "x") == ["أ"]


def test_one_label_in_two_spellings_is_no_contradiction(put):
    path = put("a.csv", "id,label\n1,1.0\n1.0,1\n2,مؤيد\n2,مؤيد \n")
    assert set(read_predictions(path)) == {"1", "2"}
    with pytest.raises(CorpusError, match=r"two labels for '1\.0'"):
        read_predictions(put("b.csv", "id,label\n1,Gov\n1.0,gov\n"))


def test_labels_of_any_kind(put):
    rows = '{"id": 1, "label": true}\n{"id": 2, "label": ["أ"]}\n{"id": 3, "label": 1.0}\n'
    assert read_predictions(put("a.jsonl", rows)) == {"1": "true", "2": "أ", "3": "1"}
    with pytest.raises(CorpusError, match="row 1, whose 'label' is a list of 2 values"):
        read_predictions(put("b.jsonl", '{"id": 1, "label": ["أ", "ب"]}\n'))
