"""The scripts in `benchmarks/` that measure speed, beside what they measure."""

import json
import os
import random
import runpy
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from stance.features.lexicon import Lexicon

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def scripts(monkeypatch):
    """Let the scripts be imported as they import each other."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def shop(scripts, tmp_path):
    from workshop import Workshop

    rows = [
        {"id": f"{n}", "outlet": "ab"[n % 2], "text": f"بيت جبل شجر رصيف{'ب' * (n + 3)} بيت نخل"}
        for n in range(20)
    ]
    articles = tmp_path / "articles.jsonl"
    articles.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return Workshop(tmp_path / "work", articles, articles, sys.executable, sys.executable)


def prints(what):
    return [sys.executable, "-c", f"print({what!r})"]


def speed(arguments, monkeypatch):
    """Run `speed.py`; return its exit code."""
    import speed

    monkeypatch.setattr(sys, "argv", ["speed.py", *map(str, arguments)])
    try:
        speed.main()
    except SystemExit as end:
        return end.code
    return 0


@pytest.fixture
def measuring(shop, tmp_path, monkeypatch):
    """Return a function that measures rows of our own, and reads what is written."""
    import speed
    from speed_rows import Row
    from timing import Contender

    def good(shop):
        yield Contender("one", prints("1"))

    def bad(shop):
        yield Contender("two", [sys.executable, "-c", "raise SystemExit('no luck')"])

    def last(shop):
        assert json.loads(path.read_text())["rows"]["good"]
        yield Contender("three", prints("3"), at_most=1)

    path = tmp_path / "results" / "speed.json"
    made = {"good": Row(good), "bad": Row(bad), "last": Row(last)}
    monkeypatch.setattr(speed, "ROWS", made)
    monkeypatch.setattr(speed, "FULL", ())

    def measure(*more):
        files = (shop.articles, "--labelled", shop.articles, "--results", path.parent)
        code = speed_main([*files, "--rounds", 2, *more])
        return code, json.loads(path.read_text())

    def speed_main(arguments):
        return globals()["speed"](arguments, monkeypatch)

    return measure


@pytest.mark.slow
def test_a_row_that_fails_costs_the_others_nothing(measuring, capsys):
    code, found = measuring()
    assert code == 1
    assert list(found["rows"]) == ["good", "last"]
    assert "no luck" in found["failures"]["bad"]
    assert "- bad failed: " in capsys.readouterr().out
    assert len(found["rows"]["good"][0]["seconds"]) == 2
    assert len(found["rows"]["last"][0]["seconds"]) == 1


@pytest.mark.slow
def test_some_rows_alone_leave_the_others_as_they_were(measuring):
    _, before = measuring()
    code, after = measuring("--only", "last")
    assert code == 1  # the other row has failed and was not mended
    assert after["rows"]["good"] == before["rows"]["good"]
    assert after["failures"] == before["failures"]


@pytest.mark.slow
def test_a_bar_that_is_missed_ends_with_1(measuring, monkeypatch):
    import speed
    from bars import Wanted, seconds

    def of(**bar):
        monkeypatch.setattr(speed, "FULL", (Wanted("good", "time", seconds("good", "one"), **bar),))
        return measuring("--only", "good")

    code, found = of(most=(60, 1))
    assert (code, found["bars"][0]["met"]) == (0, True)
    code, found = of(most=(0.0, 0.0))
    assert (code, found["bars"][0]["met"]) == (1, False)
    code, found = of(least=(60, 100))
    assert (code, found["bars"][0]["met"]) == (1, False)


@pytest.mark.usefixtures("scripts")
def test_every_bar_is_on_a_row_that_its_form_measures():
    from bars import FULL, SHORT
    from speed_rows import ROWS

    assert {wanted.row for wanted in FULL} <= set(ROWS)
    assert {wanted.row for wanted in SHORT} <= {row for row, one in ROWS.items() if one.in_short}
    for wanted in (*FULL, *SHORT):
        assert (wanted.least is None) != (wanted.most is None), wanted.what


@pytest.mark.usefixtures("scripts")
def test_the_bars_of_the_short_form_see_a_slow_lexicon():
    from bars import LEXICON_IN_SHORT, SHORT
    from timing import Measured

    def judged(with_lexicon, many):
        took = {"without lexicon": 1, "with lexicon": with_lexicon, "100 terms": 1}
        took["10,000 terms"] = many
        row = {name: Measured(name, [9.0], [float(t)], [1.0]) for name, t in took.items()}
        rows = {"lexicon-memory": row}
        return [one.judge(rows, {}).met for one in SHORT if one.row == "lexicon-memory"]

    assert judged(LEXICON_IN_SHORT, 1) == [True, True]
    assert judged(LEXICON_IN_SHORT + 0.01, 2.1) == [False, False]


@pytest.mark.usefixtures("scripts")
def test_differences_between_two_builds_are_seen(tmp_path):
    from speed_before import compare

    row = {"id": "1", "label": "a", "probabilities": {"a": 0.75, "b": 0.25}}
    nudged = {**row, "probabilities": {"a": 0.7500001, "b": 0.2499999}}
    more = {**row, "domain_score": 1}

    def against(*rows):
        for name, lines in (("one", [row, row]), ("other", rows)):
            text = "".join(json.dumps(one) + "\n" for one in lines)
            (tmp_path / name).write_text(text)
        return compare(tmp_path / "one", tmp_path / "other")

    assert against(row, row) == (0, 0.0, True)
    assert against(row, more) == (0, 0.0, False)
    assert against(row, {**row, "label": "b"})[0] == 1
    assert against(row, nudged)[1] == pytest.approx(1e-7)
    assert against(row)[0] == 1
    assert against(row)[1] == 0.75


def test_nothing_of_this_checkout_is_in_the_way_of_the_build_before(shop, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    ask = [*shop.stance_before[:-1], "import os; print(os.environ.get('PYTHONPATH'))"]
    assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout == "None\n"


def test_each_first_use_has_an_empty_cache_of_its_own(shop):
    from speed_rows import with_empty_cache

    ask = [sys.executable, "-c", "import os; print(os.environ['NUMBA_CACHE_DIR'])"]
    command = with_empty_cache(ask, shop.folder)
    folders = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)
    ]
    assert folders[0] != folders[1]
    assert all(not os.listdir(folder) for folder in folders)  # noqa: PTH208


def test_a_drawn_lexicon_has_as_many_terms_as_asked_and_can_be_read(shop):
    from workshop import write_lexicon

    path = shop.folder / "terms.toml"
    write_lexicon(path, shop.articles, 12)
    lexicon = Lexicon.read(path)
    terms = [term.term for category in lexicon.categories.values() for term in category.terms]
    assert len(set(terms)) == len(terms) == 12
    assert any(" " in term for term in terms)
    assert {"بيت", "جبل", "شجر", "نخل"} & {word for term in terms for word in term.split()}


def test_longer_draws_of_articles_hold_the_shorter_ones(shop):
    short, long = (shop.drawn(n).read_bytes().splitlines() for n in (5, 15))
    assert long[:5] == short
    assert len(set(long)) == 15
    assert long != shop.articles.read_bytes().splitlines()[:15]


@pytest.mark.slow
@pytest.mark.usefixtures("scripts")
def test_made_up_articles_quote_and_use_terms_of_the_lexicon(tmp_path):
    from made_up import as_news, lexicon_terms, write_articles

    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_articles(tmp_path / name, n=30, seed=seed)
    one, again, other = ((tmp_path / name).read_bytes() for name in ("one", "again", "other"))
    assert one == again != other
    texts = [json.loads(line)["text"] for line in one.splitlines()]
    assert sum("«" in text or '"' in text for text in texts) > 25
    assert any("“" in text for text in texts)
    assert any(text.count("«") > text.count("»") for text in texts)
    assert sum(term in text for text in texts for term in lexicon_terms()) > 200
    words = [f"كلمة{n}" for n in range(100)]
    said = as_news(words, random.Random(0))
    assert all(word in said for word in words)


@pytest.mark.slow
@pytest.mark.parametrize("labels", ["ab", "abc"])
@pytest.mark.parametrize("fit", ["fit", "fit-svc"])
def test_scikit_learns_script_learns_and_labels(tmp_path, labels, fit, monkeypatch):
    words = {"a": "سلام هدنة", "b": "حرب قصف", "c": "مطر ثلج"}
    rows = [
        {"id": str(n), "label": label, "text": f"خبر {words[label]} رقم {n}"}
        for n, label in enumerate(labels * 10)
    ]
    articles, model, out = (str(tmp_path / name) for name in ("articles", "model", "labels"))
    Path(articles).write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    monkeypatch.syspath_prepend(str(BENCHMARKS / "opponents"))
    for command in ((fit, articles, model, "label"), ("predict", model, articles, out)):
        script = str(BENCHMARKS / "opponents" / "scikit_learn.py")
        monkeypatch.setattr(sys, "argv", [script, *command])
        runpy.run_path(script, run_name="__main__")
    found = [orjson.loads(line) for line in Path(out).read_bytes().splitlines()]
    assert [row["label"] for row in found] == [row["label"] for row in rows]
    assert all(set(row["probabilities"]) == set(labels) for row in found)
