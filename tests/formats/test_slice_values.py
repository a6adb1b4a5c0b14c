import pytest

from stance.corpus.article import FieldMapping
from stance.corpus.meaning_periods import MeaningPeriods
from stance.errors import ConfigError, CorpusError
from stance.formats.labelled import read_labelled
from stance.formats.slice_values import field_values
from stance.formats.source import Source


def rows_of(put, content):
    source = Source((str(put("a.csv", content)),), fields=FieldMapping(outlet="source"))
    return read_labelled(source).rows


def test_rows_keep_the_fields_that_an_article_has_not(put):
    rows = rows_of(
        put, "text,label,source,section,published\nنص,أ,سانا,2,2018-04-01\nنص,ب,,,2019\n"
    )
    assert field_values(rows, "outlet") == ["سانا", None]
    assert field_values(rows, "source") == ["سانا", None]
    assert field_values(rows, "section") == ["2", None]
    assert field_values(rows, "year") == ["2018", "2019"]
    assert field_values(rows, "label") == ["أ", "ب"]


def test_a_year_of_the_file_itself_comes_before_that_of_the_date(put):
    rows = rows_of(put, "text,label,source,year,published\nنص,أ,س,١٩٩٩,2018-04-01\n")
    assert field_values(rows, "year") == ["١٩٩٩"]


@pytest.mark.parametrize(
    "published",
    ["2018-04", "16/01/2018", "05/06/2018", "٥ نيسان ٢٠١٨", "1523000000", '"Apr 6, 2018"', "2018"],
)
def test_the_year_is_that_of_a_date_of_any_form(put, published):
    rows = rows_of(put, f"text,label,source,published\nنص,أ,س,{published}\nنص,أ,س,أمس\n")
    assert field_values(rows, "year") == ["2018", None]


def test_the_month_is_that_of_a_date_that_has_one(put):
    dates = ("2018-04", "16/01/2018", "٥ نيسان ٢٠١٨", "2018", "")
    lines = "".join(f"نص,أ,س,{published}\n" for published in dates)
    rows = rows_of(put, f"text,label,source,published\n{lines}")
    assert field_values(rows, "month") == ["2018-04", "2018-01", "2018-04", None, None]
    rows = rows_of(put, "text,label,source,published\nنص,أ,س,05/06/2018\n")
    with pytest.raises(CorpusError, match="--date-order dmy"):
        field_values(rows, "month")
    rows = rows_of(put, "text,label,source,published\nنص,أ,س,2018\n")
    with pytest.raises(CorpusError, match="to take the month from"):
        field_values(rows, "month")


@pytest.mark.parametrize(
    ("published", "expected"),
    [("أمس", "'أمس' is not a date"), ("3 رجب 1440", "Hijri"), ("5/6/18", "--date-order dmy")],
)
def test_a_year_that_no_date_gives_is_told_with_the_reason(put, published, expected):
    rows = rows_of(put, f"text,label,source,published\nنص,أ,س,{published}\nنص,أ,س,\n")
    with pytest.raises(CorpusError, match=rf"1 of 2 articles.*a\.csv:2.*{expected}") as error:
        field_values(rows, "year")
    assert "--published-field" not in str(error.value)


def test_a_field_that_no_article_has_is_told(put):
    rows = rows_of(put, "text,label,source,published\nنص,أ,سانا,\n")
    with pytest.raises(CorpusError, match=r"'sectoin'.*outlet.*source"):
        field_values(rows, "sectoin")
    with pytest.raises(CorpusError, match="--published-field"):
        field_values(rows, "year")
    with pytest.raises(CorpusError, match="'target'"):
        field_values(rows, "target")


LONG = " ".join(["كلمة"] * 21)


def test_a_headline_has_at_most_20_words_of_title_and_text(put):
    rows = rows_of(
        put,
        "text,label,source,title\n"
        f"{LONG},أ,س,\n"
        f"{LONG.removesuffix(' كلمة')},أ,س,\n"
        f"{LONG.removesuffix(' كلمة')},أ,س,واحدة\n",
    )
    assert field_values(rows, "kind") == ["article", "headline", "article"]


def test_a_kind_of_the_file_itself_comes_first(put):
    rows = rows_of(put, "text,label,source,kind\nنص,أ,س,تغريدة\n")
    assert field_values(rows, "kind") == ["تغريدة"]


PERIODS = MeaningPeriods.of_days(["2024-12-08"])


def test_a_period_is_that_of_the_whole_date(put):
    days = ["2024-12-07", "2024-12-08", "2024-12", "2024-11", "2025", ""]
    rows = rows_of(put, "\n".join(["text,label,source,published", *(f"نص,أ,س,{d}" for d in days)]))
    before, after = PERIODS.names
    assert field_values(rows, "period", PERIODS) == [before, after, None, before, after, None]


def test_a_period_without_its_first_day_is_an_error_that_says_how_to_give_it(put):
    rows = rows_of(put, "text,label,source,published\nنص,أ,س,2024\n")
    with pytest.raises(ConfigError, match=r"--period-start 2024-12-08.*crossval --codebook"):
        field_values(rows, "period")


def test_a_period_without_dates_is_an_error(put):
    rows = rows_of(put, "text,label,source,published\nنص,أ,س,\n")
    with pytest.raises(CorpusError, match=r"take the period from.*--published-field"):
        field_values(rows, "period", PERIODS)


def test_two_fields_are_crossed(put):
    rows = rows_of(
        put, f"text,label,source,published\n{LONG},أ,س,2024\nنص,أ,س,2025-01-01\nنص,أ,س,2023\n"
    )
    assert field_values(rows, "kind:period", PERIODS) == [
        "article, (none)",
        "headline, from 2024-12-08",
        "headline, until 2024-12-07",
    ]
    assert field_values(rows, "source:kind") == ["س, article", "س, headline", "س, headline"]
    with pytest.raises(CorpusError, match="'sectoin'"):
        field_values(rows, "kind:sectoin")
