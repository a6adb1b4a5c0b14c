from collections import Counter

from stance.labelling.tally import MOST_REASONS, NO_LABEL, OTHER_REASONS, Tally, kind_of


def test_counts_add_up_and_survive_json():
    tally = Tally()
    tally.add(Tally(Counter(a=2), Counter(bad=1), 3, Counter(a=2), 1))
    rest = Counter({"a": 1, "b": 1, NO_LABEL: 2})
    tally.add(Tally(rest, Counter(bad=1), 0, Counter({NO_LABEL: 1}), 4))
    assert (tally.n_labelled, tally.n_rejected, tally.passed, tally.n_rows) == (6, 2, 3, 11)
    assert (tally.n_abstained, tally.out_of_domain) == (2, 3)
    assert tally.outside == {"a": 2, NO_LABEL: 1}
    assert tally.inside == {"a": 1, "b": 1, NO_LABEL: 1}
    assert tally.headlines == 5
    assert Tally.from_dict(tally.to_dict()) == tally


def test_reasons_without_number_fill_no_memory():
    tally = Tally()
    for n in range(1000):
        tally.add(Tally(reasons=Counter({f"reason {chr(0x600 + n)}": 1})))
    assert len(tally.reasons) == MOST_REASONS + 1
    assert tally.reasons[OTHER_REASONS] == 1000 - MOST_REASONS
    assert tally.n_rejected == 1000


def test_a_kind_of_reason_has_nothing_of_one_row():
    assert kind_of("a line of 200,000,001 bytes (the first 1,000 are kept)") == "a line of N bytes"
