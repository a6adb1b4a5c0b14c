import datetime as dt

import pytest

from stance.corpus.codebook import Codebook
from stance.corpus.meaning_periods import MeaningPeriods
from stance.corpus.partial_date import PartialDate
from stance.errors import ConfigError
from tests.conftest import SEEDS


def codebook(*validities):
    labels = {
        f"label{n}": {"title": "t", "definition": "d", "validity": validity}
        for n, validity in enumerate(validities)
    }
    return Codebook.model_validate({"format": 1, "name": "c", "labels": labels})


def valid(start=None, until=None):
    return {"from": start, "until": until, "refers_to": "x"}


def test_the_seed_codebook_has_three_periods():
    periods = MeaningPeriods.of_codebook(Codebook.read(SEEDS.with_name("codebook.toml")))
    assert periods.names == (
        "until 2015-10-09",
        "2015-10-10 to 2024-12-07",
        "from 2024-12-08",
    )


def test_the_beginning_of_a_label_is_no_change_of_its_meaning():
    first, second = dt.date(2014, 1, 1), dt.date(2020, 1, 1)
    assert MeaningPeriods.of_codebook(codebook([valid(first)], [])) is None
    found = MeaningPeriods.of_codebook(codebook([valid(first), valid(second)], [valid(first)]))
    assert found.starts == (second,)
    found = MeaningPeriods.of_codebook(codebook([valid(None, first), valid(second)], []))
    assert found.starts == (second,)


def test_a_date_belongs_to_a_period_if_all_its_days_do():
    periods = MeaningPeriods.of_days(["8 December 2024", "2015-10-10"])
    assert periods.names[0] == "until 2015-10-09"
    assert periods.name_of(PartialDate(2015, 10, 9)) == "until 2015-10-09"
    assert periods.name_of(PartialDate(2015, 10, 10)) == "2015-10-10 to 2024-12-07"
    assert periods.name_of(PartialDate(2024)) is None
    assert periods.name_of(PartialDate(2025)) == "from 2024-12-08"


@pytest.mark.parametrize("day", ["2024-12", "2024", "yesterday", ""])
def test_a_period_begins_on_a_day(day):
    with pytest.raises(ConfigError, match="expected a day such as 2024-12-08"):
        MeaningPeriods.of_days([day])


def test_there_is_a_first_day():
    with pytest.raises(ConfigError, match="at least one"):
        MeaningPeriods.of_days([])
