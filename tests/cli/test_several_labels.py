"""Cells with several labels, in every command that takes labelled articles."""

import csv
import json

import pytest

from tests.cli.test_cli import stance

CELLS = ("sdf#gov", "sdf#opp", "['sdf', 'gov']", '{"choices": ["sdf", "gov"]}')


@pytest.fixture
def corpora(tmp_path):
    """Return a corpus as a plain table, and as doccano and Label Studio write it."""
    rows = [[f"a{n}", f"نص الخبر رقم {n}", "ABC"[n % 3], ("sdf", "gov")[n % 2]] for n in range(6)]
    rows += [[f"m{n}", f"نص آخر {n}", "A", cell] for n, cell in enumerate(CELLS)]

    def put(name, header, change):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *map(change, rows)])
        return path

    names = ["id", "text", "outlet", "label"]
    listed = [dict(zip(names, row, strict=True)) for row in rows]
    path = tmp_path / "list.jsonl"
    lines = (json.dumps({**row, "label": row["label"].split("#")}) for row in listed)
    path.write_text("\n".join(lines), "utf-8")
    return [
        put("plain.csv", names, list),
        put("doccano.csv", [*names, "Comments"], lambda row: [*row, ""]),
        put(
            "label_studio.csv",
            ["annotation_id", "annotator", "lead_time", *names],
            lambda row: [1, 1, "", *row],
        ),
        path,
    ]


@pytest.mark.parametrize("command", [("train", "-o", "model"), ("crossval",), ("evaluate",)])
def test_they_are_refused_with_the_ways_to_go_on(corpora, tmp_path, command):
    name, *options = command
    options = [tmp_path / one if one == "model" else one for one in options]
    for corpus in corpora:
        error = stance(name, corpus, *options, code=1)[1]
        assert "Got 4 rows that cannot be used" in error, corpus.name
        assert "not one: keep one, or have 'stance annotate import' choose" in error, corpus.name
        assert all(way in error for way in ("--several first", "split", "drop")), corpus.name


def test_estimate_refuses_them_in_the_coded_sample(tmp_path):
    archive, coded = tmp_path / "labels.csv", tmp_path / "coded.csv"
    ids = [f"a{n}" for n in range(6)]
    archive.write_text("id,label\n" + "".join(f"{one},sdf\n" for one in ids), "utf-8")
    for cell in CELLS:
        quoted = '"' + cell.replace('"', '""') + '"'
        rows = [f"{one},{'sdf' if n else quoted},0.5\n" for n, one in enumerate(ids)]
        coded.write_text("id,label,inclusion_probability\n" + "".join(rows), "utf-8")
        error = stance("estimate", archive, "--coded", coded, code=1)[1]
        assert "--several first" in error
