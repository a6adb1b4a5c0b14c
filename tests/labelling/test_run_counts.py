from collections import Counter

from stance.labelling.run_counts import MOST_REASONS, NO_LABEL, OTHER_REASONS, RunCounts, kind_of


def test_counts_add_up_and_survive_json():
    run_counts = RunCounts()
    run_counts.add(RunCounts(Counter(a=2), Counter(bad=1), 3, Counter(a=2), 1))
    rest = Counter({"a": 1, "b": 1, NO_LABEL: 2})
    run_counts.add(RunCounts(rest, Counter(bad=1), 0, Counter({NO_LABEL: 1}), 4))
    assert (
        run_counts.n_labelled,
        run_counts.n_rejected,
        run_counts.filtered_out,
        run_counts.n_rows,
    ) == (6, 2, 3, 11)
    assert (run_counts.n_abstained, run_counts.out_of_domain) == (2, 3)
    assert run_counts.outside == {"a": 2, NO_LABEL: 1}
    assert run_counts.inside == {"a": 1, "b": 1, NO_LABEL: 1}
    assert run_counts.headlines == 5
    assert RunCounts.from_dict(run_counts.to_dict()) == run_counts


def test_reasons_without_number_fill_no_memory():
    run_counts = RunCounts()
    for n in range(1000):
        run_counts.add(RunCounts(reasons=Counter({f"reason {chr(0x600 + n)}": 1})))
    assert len(run_counts.reasons) == MOST_REASONS + 1
    assert run_counts.reasons[OTHER_REASONS] == 1000 - MOST_REASONS
    assert run_counts.n_rejected == 1000


def test_a_kind_of_reason_has_nothing_of_one_row():
    assert kind_of("a line of 200,000,001 bytes (the first 1,000 are kept)") == "a line of N bytes"
