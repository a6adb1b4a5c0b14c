"""A labelled archive is read as arrays, whatever its form, and nothing is lost in silence."""

import csv
import itertools
import json

import numpy as np
import pytest

from stance.corpus.article import FieldMapping
from stance.errors import CorpusError, MissingFieldError
from stance.estimation.archive import LabelledArchive
from stance.estimation.archive_columns import NO_VALUE, id_hashes, random_numbers
from stance.formats.source import Source

ROWS = [
    {
        "id": f"مقال {number}",
        "label": label,
        "probability": 0.75,
        "probabilities": {"محايد": 0.75 if label == "محايد" else 0.25, "مؤيد": 0.5},
        "outlet": outlet,
        "published": published,
    }
    for number, (label, outlet, published) in enumerate(
        [
            ("محايد", "سانا", "2019-03-23T10:00:00Z"),
            ("مؤيد", "سانا ", "2019-04-01"),
            ("محايد", "عنب بلدي", "2018-12-31"),
            ("مؤيد", None, None),
        ]
    )
]
for _row in ROWS:
    _row["probabilities"]["مؤيد"] = 1 - _row["probabilities"]["محايد"]


def written(folder, rows, name="labels.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def read(*paths, fields=(), **options):
    archive = LabelledArchive(Source(tuple(map(str, paths)), **options), fields)
    return archive, list(archive.batches())


def flat(row):
    own = {k: v for k, v in row.items() if k != "probabilities"}
    return own | {f"probabilities.{k}": v for k, v in row["probabilities"].items()}


def test_arrays_hold_ids_labels_and_probabilities(tmp_path):
    archive, (batch,) = read(written(tmp_path, ROWS))
    assert batch.ids == [row["id"] for row in ROWS]
    assert [archive.labels[n] for n in batch.label] == [row["label"] for row in ROWS]
    at = [archive.labels.index(label) for label in ("محايد", "مؤيد")]
    assert batch.probabilities[:, at].tolist() == [[0.75, 0.25], [0.25, 0.75]] * 2
    assert archive.has_probabilities


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_give_the_same_arrays_as_json_lines(tmp_path, form):
    wanted, (expected,) = read(written(tmp_path, ROWS), fields=["outlet"])
    path = tmp_path / f"labels.{form}"
    rows = list(map(flat, ROWS))
    if form == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        pa = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(pa.Table.from_pylist(rows), path)
    archive, (batch,) = read(path, fields=["outlet"])
    assert batch.ids == expected.ids
    assert archive.labels == wanted.labels
    assert batch.probabilities.tolist() == expected.probabilities.tolist()
    assert batch.fields["outlet"].tolist() == expected.fields["outlet"].tolist()
    assert archive.frame.labelled_ids == wanted.frame.labelled_ids


def test_months_years_and_spellings_of_outlets(tmp_path):
    archive, (batch,) = read(written(tmp_path, ROWS), fields=["month", "year", "outlet"])

    def values(field):
        found = archive.grouping(field)
        groups = found.group[batch.fields[field]]
        return [None if group == NO_VALUE else found.values[group] for group in groups]

    assert values("month") == ["2019-03", "2019-04", "2018-12", None]
    assert values("year") == ["2019", "2019", "2018", None]
    assert values("outlet") == ["سانا", "سانا", "عنب بلدي", None]


def test_order_of_day_and_month_is_inferred_or_given(tmp_path):
    rows = [{"id": n, "label": "a", "published": f"0{n}/04/2019"} for n in (1, 2)]
    ambiguous = written(tmp_path, rows, "ambiguous.jsonl")
    archive, _ = read(ambiguous, fields=["month"])
    with pytest.raises(CorpusError, match="--date-order dmy"):
        archive.grouping("month")
    archive, _ = read(ambiguous, fields=["month"], date_order="mdy")
    assert archive.grouping("month").values == ("2019-01", "2019-02")
    rows.append({"id": 3, "label": "a", "published": "23/04/2019"})
    archive, _ = read(written(tmp_path, rows, "inferred.jsonl"), fields=["month"])
    assert archive.grouping("month").values == ("2019-04",)


def test_frame_does_not_depend_on_the_order_or_the_files(tmp_path):
    whole = written(tmp_path, ROWS)
    first = written(tmp_path, ROWS[2:][::-1], "1.jsonl")
    second = written(tmp_path, ROWS[:2], "2.jsonl")
    one, other = (read(*files)[0].frame for files in ([whole], [first, second]))
    assert (one.ids, one.labelled_ids) == (other.ids, other.labelled_ids)
    changed = written(tmp_path, [ROWS[0] | {"label": "مؤيد"}, *ROWS[1:]], "3.jsonl")
    third = read(changed)[0].frame
    assert third.ids == one.ids
    assert third.labelled_ids != one.labelled_ids


def test_labels_that_appear_later_get_columns_later(tmp_path, monkeypatch):
    monkeypatch.setattr("stance.estimation.archive.BATCH", 2)
    third = {"id": "x", "label": "ثالث", "probabilities": {"ثالث": 1.0}}
    archive, batches = read(written(tmp_path, [*ROWS, third]))
    assert [batch.probabilities.shape for batch in batches] == [(2, 2), (2, 2), (1, 3)]
    assert archive.labels[batches[-1].probabilities[0].argmax()] == "ثالث"


def test_withheld_label_is_the_most_probable(tmp_path):
    archive, (batch,) = read(written(tmp_path, [ROWS[0] | {"label": None}, *ROWS[1:]]))
    assert archive.labels[batch.label[0]] == "محايد"


def test_labels_without_probabilities(tmp_path):
    archive, (batch,) = read(written(tmp_path, [{"id": 1, "label": "a"}, {"id": 2, "label": "b"}]))
    assert batch.probabilities is None
    assert not archive.has_probabilities


def test_unusable_rows_are_counted_with_reasons(tmp_path):
    bad = [
        {"label": "محايد", "probabilities": ROWS[0]["probabilities"]},
        {"id": "b", "probabilities": {"محايد": None}},
        {"id": "c", "label": "محايد", "probabilities": {"محايد": 0.5, "مؤيد": 0.1}},
        {"id": "d", "label": "محايد", "probabilities": {"محايد": "much", "مؤيد": 0.1}},
    ]
    archive, batches = read(written(tmp_path, [*ROWS, *bad]))
    assert sum(map(len, batches)) == archive.n == len(ROWS)
    assert archive.n_rejected == len(bad)
    reasons = sorted(row.reason for row in archive.rejected)
    assert [reason[:20] for reason in reasons] == [
        "'probabilities' are ",
        "no id in 'id'",
        "no label in 'label'",
        "the probabilities ad",
    ]


def test_rows_are_read_again_by_their_places(tmp_path, monkeypatch):
    monkeypatch.setattr("stance.estimation.archive.BATCH", 2)
    first = written(tmp_path, [{"label": "no id"}, *ROWS[:3]], "1.jsonl")
    archive, batches = read(first, written(tmp_path, ROWS[3:], "2.jsonl"))
    ids = list(itertools.chain.from_iterable(batch.ids for batch in batches))
    found = {place: row.values["id"] for place, row in archive.rows_at([3, 1])}
    assert found == {1: ids[1], 3: ids[3]}
    written(tmp_path, ROWS[1:], "1.jsonl")
    with pytest.raises(CorpusError, match="changed while it was read"):
        list(archive.rows_at([0]))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*ROWS, ROWS[1]], "twice .*row 2, and .*row 5"),
        ([*ROWS, {"id": "x", "label": "محايد"}], "row 5, without probabilities"),
        ([{"id": "x"}], "no row can be used.*\n.*no label in 'label'"),
    ],
)
def test_archive_that_cannot_be_used(tmp_path, rows, said):
    with pytest.raises(CorpusError, match=f"(?s){said}"):
        read(written(tmp_path, rows))


def test_field_that_no_row_has(tmp_path):
    archive, _ = read(written(tmp_path, ROWS), fields=["section"])
    with pytest.raises(CorpusError, match=r"'section'.*outlet, published"):
        archive.grouping("section")
    named = Source((str(written(tmp_path, ROWS, "2.jsonl")),), FieldMapping(published="date"))
    archive = LabelledArchive(named, ["year"])
    list(archive.batches())
    with pytest.raises(CorpusError, match="--keep date"):
        archive.grouping("year")


def test_random_numbers_are_uniform_and_differ_by_seed():
    hashes = id_hashes([str(number) for number in range(20_000)])
    first, second = (random_numbers(hashes, seed) / 2**64 for seed in (0, 1))
    for numbers in (first, second):
        counts = np.histogram(numbers, 20, (0, 1))[0]
        # Chi-squared with 19 degrees of freedom is above 50 in 1 of 7,000 cases.
        assert ((counts - 1000) ** 2 / 1000).sum() < 50
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def test_names_of_the_articles_do_not_hide_those_of_predictions(tmp_path):
    path = written(tmp_path, ROWS)
    fields = FieldMapping(id="nr", label="framing")
    archive, (batch,) = read(path, fields=())
    own = LabelledArchive(Source((str(path),), fields, optional=frozenset({"label"})))
    assert [one.ids for one in own.batches()] == [batch.ids]
    assert own.labels == archive.labels
    with pytest.raises(MissingFieldError, match=r"without a field 'framing'.*label, probability"):
        list(LabelledArchive(Source((str(path),), fields)).batches())
