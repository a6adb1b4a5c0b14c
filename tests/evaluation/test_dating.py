"""Dates that cannot be read or cannot be true are told, and others are not."""

import datetime as dt

import orjson
import pytest

from stance.corpus.article import Article
from stance.evaluation.dating import audit_dates

TODAY = dt.date(2022, 5, 1)


def kinds(dates):
    articles = [Article(f"ق-{n}", "نص", published=date) for n, date in enumerate(dates)]
    found = audit_dates(articles, today=TODAY)
    return {one.kind: (one.articles, one.id) for one in found.findings}


def daily(n, first=dt.date(2020, 6, 1)):
    return [str(first + dt.timedelta(k)) for k in range(n)]


def test_plain_dates_are_left_in_peace():
    assert kinds(daily(600)) == {}
    assert kinds(["2020-05", "2019", None, "", *daily(30)]) == {}
    assert kinds([]) == {}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("أمس", "unreadable"),
        ("3 رجب 1441", "unreadable"),
        ("05/06/2020", "ambiguous"),
        ("2022-05-02", "future"),
        ("2022-06", "future"),
        ("2023", "future"),
        ("1989-12-31", "early"),
        ("1989", "early"),
        ("1970-01-01", "early"),
    ],
)
def test_each_kind_is_told_with_its_first_article(value, kind):
    assert kinds([*daily(20), value, value, None]) == {kind: (2, "ق-20")} or value == "1970-01-01"
    assert kinds([*daily(20), value, None])[kind] == (1, "ق-20")


@pytest.mark.parametrize("value", ["2022-05-01", "2022-05", "2022", "1990", "1990-01-01"])
def test_the_borders_are_still_plausible(value):
    assert kinds([*daily(20), value]) == {}


@pytest.mark.parametrize(("on_new_year", "told"), [(5, False), (6, True)])
def test_more_than_a_twentieth_on_1_january_is_told(on_new_year, told):
    rest = daily(100 - on_new_year)
    found = kinds([*rest, *["2019-01-01"] * on_new_year])
    assert found == ({"new_year": (6, "ق-94")} if told else {})


def test_fallbacks_to_1_january_of_several_years_are_counted_together():
    years = [f"{year}-01-01" for year in (2016, 2017, 2018, 2019) for _ in range(2)]
    assert kinds([*daily(92), *years]) == {"new_year": (8, "ق-92")}


def test_years_alone_and_dates_by_the_month_are_no_sign_of_a_fallback():
    assert kinds([*daily(20), *["2019"] * 20]) == {}
    assert kinds([f"{year}-{month:02}-01" for year in (2018, 2019) for month in range(1, 13)]) == {}
    assert kinds(["2019-01-01", "2019-05-07"]) == {}


def test_the_order_of_the_column_settles_its_ambiguous_dates():
    assert kinds(["05/06/2020", "27/06/2020"]) == {}


def test_the_result_is_plain_json():
    articles = [Article("ق", "نص", published="05/06/2020"), Article("ك", "نص", published="أمس")]
    found = orjson.loads(orjson.dumps(audit_dates(articles, today=TODAY).to_dict()))
    assert found["ambiguous"] == found["unreadable"] == 1
    unreadable, ambiguous = found["findings"]
    assert unreadable["id"] == "ك"
    assert "is not a date" in unreadable["detail"]
    assert "--date-order" in ambiguous["detail"]
