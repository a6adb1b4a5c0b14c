import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.corpus.date_forms import HIJRI, TWO_MONTHS, read_date
from stance.corpus.dates import ask_for_order, parse_date, resolve_dates
from stance.corpus.month_names import MONTH_NAMES, fold_date
from stance.corpus.partial_date import PartialDate
from stance.errors import AmbiguousDateError, CorpusError, DateError

LEVANT = [
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول",
    "تشرين الأول", "تشرين الثاني", "كانون الأول",
]  # fmt: skip
EGYPT = [
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر",
    "نوفمبر", "ديسمبر",
]  # fmt: skip
ALGERIA = [
    "جانفي", "فيفري", "مارس", "أفريل", "ماي", "جوان", "جويلية", "أوت", "سبتمبر", "أكتوبر",
    "نوفمبر", "ديسمبر",
]  # fmt: skip
MOROCCO = [
    "يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر",
    "نونبر", "دجنبر",
]  # fmt: skip
ENGLISH = [dt.date(2000, month, 1).strftime("%B") for month in range(1, 13)]
FRENCH = [
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
]  # fmt: skip
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def read(value, order=None):
    return parse_date(value, order=order).isoformat()


def refused(value, order=None):
    with pytest.raises(DateError) as error:
        parse_date(value, order=order)
    assert isinstance(error.value, CorpusError)
    return error.value


# Forms


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-06-07", "2021-06-07"),
        ("2021-06-07T23:30:00Z", "2021-06-07"),
        ("2021-06-07T23:30:00.125-11:00", "2021-06-07"),
        ("2021-06-07 00:10+03:00", "2021-06-07"),
        ("2021-06-07+03:00", "2021-06-07"),
        ("2021/6/7", "2021-06-07"),
        ("20210607", "2021-06-07"),
        ("20210607.0", "2021-06-07"),
        ("20210607T101500Z", "2021-06-07"),
        ("20210607101500", "2021-06-07"),
        ("202106071015", "2021-06-07"),
        ("2021-W23-1", "2021-06-07"),
        ("27.6.2021", "2021-06-27"),
        ("27-06-2021", "2021-06-27"),
        ("27/06/2021 10:15", "2021-06-27"),
        ("06/27/2021, 10:15 PM", "2021-06-27"),
        ("7/7/2021", "2021-07-07"),
        ("10:15 - 27/06/2021", "2021-06-27"),
        ("Mon, 07 Jun 2021 10:15:00 +0300", "2021-06-07"),
        ("Mon Jun 07 10:15:00 +0000 2021", "2021-06-07"),
        ("Monday, June 7th, 2021 at 10:15", "2021-06-07"),
        ("7 Jun. 2021", "2021-06-07"),
        ("7-Jun-2021", "2021-06-07"),
        ("lundi 7 juin 2021", "2021-06-07"),
        ("mar. 8 juin 2021", "2021-06-08"),
        ("1er août 2021", "2021-08-01"),
        ("2021 June 7", "2021-06-07"),
        ("1623060900", "2021-06-07"),
        ("1623060900.0", "2021-06-07"),
        ("1623060900250", "2021-06-07"),
        ("44354", "2021-06-07"),
        ("44354.0", "2021-06-07"),
        ("44354.99", "2021-06-07"),
        ("2021-06", "2021-06"),
        ("06/2021", "2021-06"),
        ("June 2021", "2021-06"),
        ("2021", "2021"),
        ("2021.0", "2021"),
        ("٢٠٢١", "2021"),
    ],
)
def test_numeric_english_and_french_forms(value, expected):
    assert read(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("الاثنين 7 حزيران 2021", "2021-06-07"),
        ("الإثنين، ٧ يونيو/حزيران ٢٠٢١", "2021-06-07"),
        ("يوم الاثنين 7 يونيو (حزيران) 2021 - 10:15 ص", "2021-06-07"),
        ("7 حزيران - يونيو 2021", "2021-06-07"),
        ("7 حُزَيران 2021م", "2021-06-07"),
        ("7 حزيـــران 2021", "2021-06-07"),
        ("7 من حزيران عام 2021", "2021-06-07"),
        ("نشر في 7 يونيه 2021", "2021-06-07"),
        ("حزيران 7، 2021", "2021-06-07"),
        ("3 اذار 2021", "2021-03-03"),
        ("3 إبريل 2021", "2021-04-03"),
        ("3 اغسطس 2021", "2021-08-03"),
        ("3 تشرين  الثاني 2021", "2021-11-03"),
        ("3 تشرين ثاني 2021", "2021-11-03"),
        ("\u200f٢٧\u200f/٠٦/٢٠٢١\u200f", "2021-06-27"),
        ("\u202b٢٧/٠٦/٢٠٢١\u202c", "2021-06-27"),
        ("۲۰۲۱/۰۶/۰۷", "2021-06-07"),
        ("٧ ﺣﺰﻳﺮﺍﻥ ٢٠٢١", "2021-06-07"),
        ("تموز 2021", "2021-07"),
        ("عام 2021", "2021"),
        ("26 شوال 1442هـ - 7 حزيران 2021م", "2021-06-07"),
        ("26 شوال 1442 الموافق 27/06/2021", "2021-06-27"),
        ("7 حزيران 2021 الموافق 26 شوال 1442", "2021-06-07"),
    ],
)
def test_arabic_forms(value, expected):
    assert read(value) == expected


@pytest.mark.parametrize("names", [LEVANT, EGYPT, ALGERIA, MOROCCO, ENGLISH, FRENCH])
def test_every_month_of_a_region(names):
    found = [read(f"9 {name} 2021") for name in names]
    assert found == [f"2021-{month:02}-09" for month in range(1, 13)]


def test_no_name_is_of_two_months():
    names = [fold_date(name) for group in MONTH_NAMES for name in set(map(fold_date, group))]
    assert len(names) == len(set(names))


def test_dates_of_python_are_read_as_they_are_written():
    assert read(dt.date(2021, 6, 7)) == "2021-06-07"
    assert read(dt.datetime(2021, 6, 7, 23, 59)) == "2021-06-07"


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
TAILS = st.sampled_from(["", "T10:15:00Z", " 23:59", ", 10:15", " - 10:15"])
DIGITS = st.sampled_from([{}, ARABIC_DIGITS, PERSIAN_DIGITS])


@given(DAYS, TAILS, DIGITS)
def test_any_iso_day_comes_back(day, tail, digits):
    assert read(f"{day.isoformat()}{tail}".translate(digits)) == day.isoformat()


@given(DAYS, st.sampled_from("/-."), st.booleans(), DIGITS)
def test_any_day_comes_back_by_its_order(day, mark, padded, digits):
    numbers = [f"{n:02}" if padded else str(n) for n in (day.day, day.month)]
    dmy = mark.join([*numbers, str(day.year)]).translate(digits)
    mdy = mark.join([*numbers[::-1], str(day.year)]).translate(digits)
    assert read(dmy, "dmy") == read(mdy, "mdy") == day.isoformat()
    if day.day > 12 or day.day == day.month:
        assert read(dmy) == read(mdy) == day.isoformat()
    else:
        assert isinstance(refused(dmy), AmbiguousDateError)


@given(
    DAYS,
    st.sampled_from([LEVANT, EGYPT, ALGERIA, MOROCCO, ENGLISH, FRENCH]),
    st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "السبت، {d} {m} {y}", "{d}-{m}-{y}"]),
    TAILS,
    DIGITS,
)
def test_any_day_with_a_month_by_name_comes_back(day, names, form, tail, digits):
    value = form.format(d=day.day, m=names[day.month - 1], y=day.year) + tail
    assert read(value.translate(digits)) == day.isoformat()


@given(
    DAYS,
    st.sampled_from(["{}/{}", "{} ({})", "{} - {}"]),
    st.permutations([LEVANT, EGYPT, MOROCCO]),
    st.integers(1, 12),
)
def test_a_pair_of_names_is_read_only_where_they_agree(day, form, regions, other):
    one, two = (names[m - 1] for names, m in zip(regions, (day.month, other), strict=False))
    value = f"{day.day} {form.format(one, two)} {day.year}"
    if day.month == other:
        assert read(value) == day.isoformat()
    else:
        assert TWO_MONTHS in str(refused(value))


@given(DAYS, st.integers(0, 86399))
def test_any_time_stamp_gives_its_day_in_utc(day, second):
    stamp = int(dt.datetime(*day.timetuple()[:3], tzinfo=dt.UTC).timestamp()) + second
    if stamp >= 10**9:
        assert read(str(stamp)) == read(f"{stamp}999") == day.isoformat()
    else:
        assert not isinstance(refused(str(stamp)), AmbiguousDateError)


@given(DAYS, st.floats(0, 0.999))
def test_any_serial_of_excel_gives_its_day(day, fraction):
    # Serial 61 is 1 March 1900: after the 29 February that Excel counts and no calendar has.
    serial = 61 + (day - dt.date(1900, 3, 1)).days
    assert read(str(serial)) == read(f"{serial + fraction:.5f}") == day.isoformat()


@pytest.mark.slow
@settings(max_examples=150)
@given(
    st.text(max_size=60)
    | st.text("0123456789٣/-.: TZمه،", max_size=30)
    | st.lists(
        st.sampled_from([*LEVANT, *EGYPT, "رمضان", "23", "2019", "1440", "/", "(", ")", "السبت"])
    ).map(" ".join),
    st.sampled_from([None, "dmy", "mdy"]),
)
def test_anything_is_a_date_or_refused_in_words(value, order):
    with suppress(DateError):
        assert 1800 <= parse_date(value, order=order).year <= 2100


# What is refused


@pytest.mark.parametrize(
    "value",
    [
        "", "أمس", "yesterday", "منذ 3 ساعات", "0", "8", "15", "451", "12345", "31999", "73416",
        "99999", "451234", "1234567", "12345678", "20211301", "123456789", "5000000000",
        "1109386744412295168", "4917612345678", "art-2021-77", "2021-082", "2021-02-30",
        "31/06/2021", "32.1.2021", "13/13/2021", "0/1/2021", "2021-00-07", "2021-07-00", "-44354",
        "44,354", "06.2021", "2021.10", "2021/2022", "10.12.20.19", "1.2.3.2021", "7 حزيران",
        "حزيران", "تشرين 2021", "6-7 حزيران 2021", "6 حزيران - 7 تموز 2021",
        "2021-06-07 to 2021-07-08", "قتل 5 في 7 حزيران 2021", "1799-01-01", "2101", "1899",
        "7 حزيران 2101", "نص " * 100, "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(value):
    for order in (None, "dmy", "mdy"):
        error = refused(value, order)
        assert not isinstance(error, AmbiguousDateError)
        assert "2019-03-23" in str(error)


@pytest.mark.parametrize(
    "value",
    ["26 شوال 1442", "26 شوال 1442 هـ", "شوال 1442", "1442/10/26", "٢٦-١٠-١٤٤٢", "1442", "14421026",
     "رمضان 2021", "5 ذو القعدة 1442هـ", "1400-03-17"],
)  # fmt: skip
def test_hijri_dates_are_recognised(value):
    assert HIJRI in str(refused(value))
    assert "Gregorian" in str(refused(value))


def test_an_ambiguous_date_names_both_readings():
    error = refused("05/06/2021")
    assert isinstance(error, AmbiguousDateError)
    assert "05/06/2021 is 5 June 2021 with --date-order dmy, 6 May 2021 with mdy" in str(error)
    assert read("05/06/2021", "dmy") == "2021-06-05"
    assert read("05/06/2021", "mdy") == "2021-05-06"


def test_an_order_that_a_date_contradicts_is_refused():
    assert "date order mdy" in str(refused("27/06/2021", "mdy"))
    assert "date order dmy" in str(refused("06/27/2021", "dmy"))
    assert read("2021-06-07", "mdy") == "2021-06-07"


@pytest.mark.parametrize("value", ["27/06/21", "06/27/21", "10/11/12", "27-Jun-21"])
def test_years_of_two_digits_need_an_order(value):
    assert isinstance(refused(value), AmbiguousDateError)


@pytest.mark.parametrize(
    ("value", "order", "expected"),
    [
        ("27/06/21", "dmy", "2021-06-27"),
        ("06/27/98", "mdy", "1998-06-27"),
        ("27-Jun-21", "dmy", "2021-06-27"),
        ("1/1/69", "dmy", "1969-01-01"),
        ("1/1/68", "dmy", "2068-01-01"),
    ],
)
def test_years_of_two_digits_with_an_order(value, order, expected):
    assert read(value, order) == expected


# Partial dates


@pytest.mark.parametrize(
    ("date", "precision", "first", "last"),
    [
        (PartialDate(2020, 2, 7), "day", "2020-02-07", "2020-02-07"),
        (PartialDate(2020, 2), "month", "2020-02-01", "2020-02-29"),
        (PartialDate(2020, 12), "month", "2020-12-01", "2020-12-31"),
        (PartialDate(2020), "year", "2020-01-01", "2020-12-31"),
    ],
)
def test_a_partial_date_knows_the_days_that_it_may_mean(date, precision, first, last):
    assert date.precision == precision
    assert (date.first_day.isoformat(), date.last_day.isoformat()) == (first, last)
    assert parse_date(date.isoformat()) == date


@pytest.mark.parametrize("parts", [(2021, 2, 29), (2021, 13), (2021, 0), (2021, None, 3),
                                   (2021, 1, 0)])  # fmt: skip
def test_a_day_that_is_none_is_no_partial_date(parts):
    with pytest.raises(ValueError, match=r"day|month"):
        PartialDate(*parts)


# A column


def isos(found):
    return [date.isoformat() if date else None for date in found.dates]


@pytest.mark.parametrize(
    ("proof", "order", "expected"),
    [("27/06/2021", "dmy", "2021-06-05"), ("06/27/2021", "mdy", "2021-05-06")],
)
def test_a_column_tells_its_order(proof, order, expected):
    found = resolve_dates(["05/06/2021", proof, "2021-06-07"])
    assert isos(found) == [expected, "2021-06-27", "2021-06-07"]
    assert (found.order, found.inferred, found.ambiguous) == (order, True, [])


@pytest.mark.parametrize("others", [[], ["27/06/2021", "06/27/2021"], ["7/7/2021", "7 آب 2021"]])
def test_a_column_that_does_not_tell_its_order_is_left_open(others):
    found = resolve_dates(["05/06/2021", *others])
    assert found.dates[0] is None
    assert all(found.dates[1:])
    assert (found.order, found.inferred) == (None, False)
    assert [one.place for one in found.ambiguous] == [0]
    assert found.years[0] == 2021
    assert ("disagree" in found.ask_for_order()) == (len(others) == 2 and "27" in others[0])


def test_an_order_that_is_given_is_not_inferred_and_finds_what_contradicts_it():
    found = resolve_dates(["05/06/2021", "27/06/2021", "06/27/2021"], "mdy")
    assert isos(found) == ["2021-05-06", None, "2021-06-27"]
    assert (found.order, found.inferred) == ("mdy", False)
    assert [one.place for one in found.unreadable] == [1]
    assert "mdy" in found.unreadable[0].reason


def test_an_inferred_order_does_not_reach_years_of_two_digits():
    found = resolve_dates(["05/06/21", "27/06/2021"])
    assert found.order == "dmy"
    assert isos(found) == [None, "2021-06-27"]
    assert [one.value for one in found.ambiguous] == ["05/06/21"]
    assert found.years[0] is None


def test_years_of_two_digits_tell_no_order():
    found = resolve_dates(["27/06/21", "05/06/2021"])
    assert found.order is None
    assert len(found.ambiguous) == 2


def test_a_column_is_counted():
    values = ["2021", "حزيران 2021", "7 حزيران 2021", None, "", "NaT", "nan", "أمس", "غدا",
              "26 شوال 1442", "قريبا", "05/06/2021"]  # fmt: skip
    found = resolve_dates(values)
    counts = found.to_dict()
    assert counts["values"] == len(values)
    assert counts["read"] == 3
    assert (counts["month_only"], counts["year_only"]) == (1, 1)
    assert counts["missing"] == 4
    assert counts["unreadable"] == 4
    assert [one["value"] for one in counts["unreadable_examples"]] == ["أمس", "غدا", "26 شوال 1442"]
    assert counts["unreadable_examples"][2]["reason"] == HIJRI
    assert counts["ambiguous"] == 1
    assert counts["ambiguous_examples"][0]["place"] == 11
    assert found.years[:3] == [2021, 2021, 2021]


def test_what_is_wrong_with_a_column_is_said_with_its_article():
    ids = ["ق-1", "ق-2", "ق-3"]
    assert resolve_dates(["2021", None, "2022"]).fault(ids) == ""
    unreadable = resolve_dates(["2021", "أمس", "05/06/2021"]).fault(ids)
    assert "1 of 3 articles" in unreadable
    assert "'ق-2': 'أمس' is not a date" in unreadable
    ambiguous = resolve_dates(["2021", "2022", "05/06/2021"]).fault(ids)
    assert "1 of 3 articles" in ambiguous
    assert "'ق-3'" in ambiguous
    assert "--date-order dmy" in ambiguous


@given(st.lists(st.none() | DAYS, max_size=30), st.sampled_from(["dmy", "mdy"]))
def test_a_column_of_one_order_is_never_read_in_the_other(days, order):
    forms = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}
    found = resolve_dates([day and day.strftime(forms[order]) for day in days])
    for day, date in zip(days, found.dates, strict=True):
        assert date is None or date.first_day == day
    if any(day and day.day > 12 for day in days):
        assert [date and date.first_day for date in found.dates] == days
    assert not found.unreadable


def test_the_sentence_says_where_an_order_gives_no_date():
    assert "27/06/21 is 27 June 2021 with --date-order dmy, not a date with mdy" in ask_for_order(
        "27/06/21"
    )


def test_a_long_value_takes_no_time_and_is_shown_short():
    assert read_date("7 حزيران 2021 " + "- " * 10**5).certain is None
    assert len(str(refused("نص" * 10**5))) < 400
