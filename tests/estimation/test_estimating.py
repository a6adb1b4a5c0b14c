"""Estimates from a coded sample: what they are, what is refused, what readers are told."""

import json
import re

import pandas as pd
import pyarrow as pa
import pytest

import stance
from stance.errors import ConfigError, CorpusError
from tests.estimation.coded_archives import LABELS, archive, held_out, sample, true_label

ROWS = archive()
CODED = sample(ROWS)
SHARES = {
    label: sum(true_label(n) == label for n in range(len(ROWS))) / len(ROWS) for label in LABELS
}


def warned(found, text):
    """Return the warnings that a pattern matches."""
    return [one for one in found.warnings if re.search(text, one)]


def refused(error, match, *given, **options):
    with pytest.raises(error, match=match):
        stance.estimate_shares(*given, **options)


def changed(rows, place, **values):
    return [{**row, **(values if n == place else {})} for n, row in enumerate(rows)]


def test_the_shares_are_near_the_true_ones_and_add_up():
    found = stance.estimate_shares(ROWS, CODED)
    assert set(found.labels) == set(LABELS)
    for share in found.overall.shares:
        assert share.low <= SHARES[share.label] <= share.high
        assert share.high - share.low <= 1.02 * (share.hand_high - share.hand_low)
    assert sum(share.estimate for share in found.overall.shares) == pytest.approx(1)
    counted = {label: sum(row["label"] == label for row in ROWS) / 600 for label in LABELS}
    assert {one.label: one.naive for one in found.overall.shares} == pytest.approx(counted)
    assert (found.overall.n, found.overall.n_coded, found.method) == (
        600,
        150,
        "prediction-powered",
    )
    assert len(found.assumptions) == 5
    assert len(warned(found, "no design file")) == len(found.warnings) == 1


def test_tables_files_and_mappings_give_the_same(tmp_path):
    expected = stance.estimate_shares(ROWS, CODED, by="outlet")
    flat = [
        {
            **{name: value for name, value in row.items() if name != "probabilities"},
            **{f"probabilities.{label}": row["probabilities"][label] for label in LABELS},
        }
        for row in ROWS
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS[::-1])
    (tmp_path / "labels.jsonl").write_text(lines, "utf-8")
    pd.DataFrame(CODED).to_csv(tmp_path / "coded.csv", index=False)
    for labels, coded in (
        (pd.DataFrame(flat), pd.DataFrame(CODED)),
        (pa.Table.from_pylist(flat), pa.Table.from_pylist(CODED)),
        (tmp_path / "labels.jsonl", str(tmp_path / "coded.csv")),
        ([tmp_path / "labels.jsonl"], stance.Source((str(tmp_path / "coded.csv"),))),
    ):
        found = stance.estimate_shares(labels, coded, by="outlet")
        assert found.labels == expected.labels
        assert {group.value for group in found.groups} == {group.value for group in expected.groups}
        for one, other in zip(found.overall.shares, expected.overall.shares, strict=True):
            assert one.estimate == pytest.approx(other.estimate)
            assert one.low == pytest.approx(other.low)


def test_labels_without_probabilities_will_do():
    bare = [{"id": row["id"], "label": row["label"]} for row in ROWS]
    found = stance.estimate_shares(bare, CODED)
    by_hand = found.overall.share(LABELS[0])
    assert by_hand.low <= SHARES[LABELS[0]] <= by_hand.high
    assert by_hand.high - by_hand.low < by_hand.hand_high - by_hand.hand_low


def test_groups_differences_and_trends():
    found = stance.estimate_shares(
        archive(years=("2017", "2018", "2019")),
        CODED,
        by="year",
        contrasts=["label=مؤيد,2019-2017", ("معارض ", "2018", "2017")],
        margin=0.05,
    )
    assert [group.value for group in found.groups] == ["2017", "2018", "2019"]
    assert sum(group.n for group in found.groups) == 600
    kinds = [(one.kind, one.label, one.group, one.reference) for one in found.contrasts]
    assert kinds[:2] == [
        ("difference", "مؤيد", "2019", "2017"),
        ("difference", "معارض", "2018", "2017"),
    ]
    assert [kind for kind, *_ in kinds[2:]] == ["trend"] * 3
    assert {one.value for one in found.plan.sizes} == {None, "2017", "2018", "2019"}
    by_outlet = stance.estimate_shares(ROWS[:590], sample(ROWS[:590]), by="outlet")
    assert [group.n for group in by_outlet.groups] == [50] * 2 + [49] * 10
    assert not by_outlet.contrasts


def test_months_hold_minus_signs_and_steps_are_months():
    found = stance.estimate_shares(
        ROWS, CODED, by="month", contrasts=["label=neutral_wire,2019-03-2018-03"]
    )
    assert [group.value for group in found.groups[:2]] == ["2018-01", "2018-02"]
    difference = found.contrasts[0]
    assert (difference.group, difference.reference) == ("2019-03", "2018-03")


def test_labels_of_interest_alone():
    found = stance.estimate_shares(
        ROWS,
        CODED,
        by="year",
        only=["neutral_wire"],
        contrasts=["label=مؤيد,2019-2018"],
        margin=0.05,
    )
    assert found.labels == ("neutral_wire",)
    assert [share.label for share in found.groups[1].shares] == ["neutral_wire"]
    assert [(one.kind, one.label) for one in found.contrasts] == [("difference", "مؤيد")]
    assert {one.label for one in found.plan.sizes} == {"neutral_wire"}


@pytest.mark.parametrize(
    ("contrast", "said"),
    [
        ("label=مؤيد,2019-2016", r"The values of year are: 2018, 2019\."),
        ("label=neutral_wir,2019-2018", "nobody coded and no article has.*'neutral_wire'"),
        ("مؤيد,2019-2018", "expected label=NAME,GROUP-REFERENCE such as label="),
        (("مؤيد", "2019", "2081"), "'2081', which is no value of year.*Perhaps '2019'"),
        (("supporting", "2019", "2018"), "a label that nobody coded and no article has"),
    ],
)
def test_contrasts_that_name_nothing_are_refused(contrast, said):
    refused(ConfigError, said, ROWS, CODED, by="year", contrasts=[contrast])


def test_names_with_commas_and_minus_signs_are_found_in_contrasts():
    rows = [{**row, "side": ("a-b", "b", "c,d")[n % 3]} for n, row in enumerate(ROWS)]
    rows = [{**row, "label": "x,y" if row["label"] == "مؤيد" else row["label"]} for row in rows]
    for row in rows:
        del row["probabilities"]
    coded = [{**row, "label": row["label"].replace("مؤيد", "x,y")} for row in CODED]
    found = stance.estimate_shares(
        rows, coded, by="side", contrasts=["label=x,y,a-b-b", "label=x,y,b-c,d"]
    )
    assert [(one.group, one.reference) for one in found.contrasts] == [("a-b", "b"), ("b", "c,d")]
    rows = [{**row, "side": ("a", "a-b", "b-c", "c")[n % 4]} for n, row in enumerate(rows)]
    refused(ConfigError, "in 2 ways", rows, coded, by="side", contrasts=["label=معارض,a-b-c"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"contrasts": ["label=مؤيد,2019-2018"]}, "--contrast without --by"),
        ({"only": ["neutral"]}, "--label 'neutral'.*Perhaps 'neutral_wire' is meant"),
        ({"population": "newspapers"}, "expected articles"),
        ({"confidence": 95}, r"Got the confidence 95, but expected a number from 0\.5"),
        ({"margin": 3}, "Got the margin 3 to plan for"),
        ({"method": "acc"}, "--coded with the method acc"),
        ({"method": "cc"}, "expected ppi, acc, pacc, emq"),
        ({"held_out": held_out()}, "Got --coded and --held-out"),
    ],
)
def test_unfit_options_are_refused(options, said):
    refused(ConfigError, said, ROWS, CODED, **options)


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ((ROWS,), {}, "Got neither --coded nor --held-out.*stance sample"),
        ((ROWS,), {"held_out": held_out(), "method": "ppi"}, "needs a random sample"),
        ((ROWS,), {"held_out": held_out(), "margin": 0.03}, "--held-out with --plan"),
        ((ROWS,), {"held_out": held_out(), "design": "x.json"}, "--held-out with --design"),
    ],
)
def test_missing_and_contradicting_data_are_refused(given, options, said):
    refused(ConfigError, said, *given, **options)


def without(rows, field):
    return [{name: value for name, value in row.items() if name != field} for row in rows]


REFUSED = {
    "no probabilities of inclusion": (
        without(CODED, "inclusion_probability"),
        "without inclusion probabilities.*'stance sample'.*--held-out FILE",
    ),
    "one without": (
        changed(CODED, 3, inclusion_probability=""),
        "row 4, without an inclusion probability",
    ),
    "zero": (changed(CODED, 0, inclusion_probability=0), "the inclusion probability 0, but"),
    "a word": (changed(CODED, 0, inclusion_probability="half"), "the inclusion probability half"),
    "no label": (without(CODED, "label"), "without 'label'"),
    "no id": (without(CODED, "id"), "without 'id'"),
    "an empty id": (changed(CODED, 4, id=" "), "row 5, without an 'id'"),
    "a list": (changed(CODED, 4, label=["a", "b"]), "row 5, whose 'label' is a list of 2 values"),
    "another archive": (
        changed(changed(CODED, 4, id="x1"), 5, id="x2"),
        r"2 of 150 ids that are in no row of the archive \(the first is 'x1'\)",
    ),
    "coded twice": (
        [*changed(CODED, 0, label="معارض"), {**CODED[0], "label": "neutral_wire"}],
        "'م[0-9]+' is coded twice, as 'معارض' and as 'neutral_wire'",
    ),
    "not coded": ([{**row, "label": ""} for row in CODED], "with 0 of 150 articles coded"),
    "a part of the rows": (CODED[:60], r"those of a sample of 240 articles, but the archive has"),
    "a duplicate of nothing": (
        changed(CODED, 0, same_as="م999"),
        "is said to be the same as 'م999'.*which is not in the file",
    ),
    "a circle": (
        changed(changed(CODED, 0, same_as=CODED[1]["id"]), 1, same_as=CODED[0]["id"]),
        "leads back to itself",
    ),
}


@pytest.mark.parametrize(("coded", "said"), REFUSED.values(), ids=REFUSED)
def test_coded_rows_that_do_not_fit_are_refused(coded, said):
    refused(CorpusError, said, ROWS, coded)


def test_a_claim_about_outlets_needs_outlets():
    refused(
        CorpusError,
        "Got an archive with no outlet",
        without(ROWS, "outlet"),
        CODED,
        population="outlets",
    )
    refused(CorpusError, "the field 'paper', which no article has", ROWS, CODED, groups="paper")
    found = stance.estimate_shares(archive(n_outlets=6), CODED, population="outlets")
    assert found.n_outlets == 6
    assert warned(found, "has only 6 outlets: under 10")
    assert "outlets like these" in found.assumptions[1]
    assert not warned(stance.estimate_shares(ROWS, CODED, population="outlets"), "outlets: under")


def test_articles_without_an_outlet_count_as_one_outlet():
    rows = [{**row, "outlet": row["outlet"] if n % 4 else None} for n, row in enumerate(ROWS)]
    found = stance.estimate_shares(rows, CODED, population="outlets")
    assert warned(found, "150 articles have no outlet: they count as one outlet")
    assert found.n_outlets == 10
    assert warned(stance.estimate_shares(rows, held_out=held_out()), "150 articles have no outlet")
    assert not warned(stance.estimate_shares(rows, CODED), "no outlet")


def test_what_is_no_rows_is_refused():
    refused(CorpusError, "Got int, but expected names of files", 5, CODED)
    refused(CorpusError, "Got no rows and no file", ROWS, [])
    refused(CorpusError, "Got int at place 1", [ROWS[0], 5], CODED)


def test_a_group_of_one_outlet_is_not_taken_as_certain():
    found = stance.estimate_shares(
        ROWS, CODED, by="outlet", population="outlets", contrasts=["label=مؤيد,صحيفة 1-صحيفة 0"]
    )
    articles = stance.estimate_shares(ROWS, CODED, by="outlet")
    for group, other in zip(found.groups, articles.groups, strict=True):
        for share, same in zip(group.shares, other.shares, strict=True):
            assert (share.low, share.high) == pytest.approx((same.low, same.high))
            assert share.high - share.low > 0.1
    assert found.contrasts[0].standard_error > 0.03
    assert warned(found, "12 of 12 values of outlet have the articles of a single outlet.* 7 more")
    assert not warned(articles, "single outlet")


def test_a_field_of_a_thousand_values_is_no_group():
    rows = [{**row, "url": f"u{n}"} for n, row in enumerate(archive(1200))]
    refused(CorpusError, "--by url, which has 1,200 values", rows, sample(rows), by="url")


def test_rows_that_are_not_coded_yet():
    some = [{**row, "label": row["label"] if n % 3 else ""} for n, row in enumerate(CODED)]
    found = stance.estimate_shares(ROWS, some)
    assert found.overall.n_coded == 100
    assert warned(found, "50 of 150 drawn articles are not coded.*in their order")
    assert not warned(found, "weights")
    # The same as a smaller sample.
    smaller = [{**row, "inclusion_probability": 100 / 600} for row in some if row["label"]]
    expected = stance.estimate_shares(ROWS, smaller)
    assert [one.estimate for one in found.overall.shares] == pytest.approx(
        [one.estimate for one in expected.overall.shares]
    )


def in_strata(rows):
    """Return coded rows in two strata, of which the first is drawn twice as often."""
    first, second = sample(ROWS[:300], 2), sample(ROWS[300:], 4)
    return [
        *({**row, "stratum": 7} for row in first),
        *({**row, "stratum": 8} for row in second),
        *rows,
    ]


def test_responses_are_weighted_in_each_stratum():
    coded = [
        {**row, "label": row["label"] if n % 3 or row["stratum"] == 7 else ""}
        for n, row in enumerate(in_strata([]))
    ]
    found = stance.estimate_shares(ROWS, coded)
    assert found.overall.n_coded == 200
    hand = {one.label: one.hand_estimate for one in found.overall.shares}
    for label in LABELS:
        parts = [[row for row in coded if row["stratum"] == name] for name in (7, 8)]
        means = [
            sum(row["label"] == label for row in part) / sum(row["label"] != "" for row in part)
            for part in parts
        ]
        assert hand[label] == pytest.approx(sum(means) / 2, abs=0.01)


def test_an_empty_stratum_joins_the_nearest():
    drawn = {row["id"] for row in in_strata([])}
    joined = [place for place in range(600) if f"م{place}" not in drawn][:3]
    none = [
        {**row, "id": f"م{place}", "stratum": 9, "label": "", "inclusion_probability": 0.3}
        for place, row in zip(joined, CODED, strict=False)
    ]
    found = stance.estimate_shares(ROWS, in_strata(none))
    assert warned(found, "1 stratum has no coded article and joined the nearest one")
    assert warned(found, "3 of 228 drawn articles are not coded")


def test_weights_that_do_not_add_up_are_scaled():
    found = stance.estimate_shares(ROWS, CODED[:140])
    assert warned(found, "add up to 560 articles, but the archive has 600: they were scaled")
    expected = stance.estimate_shares(
        ROWS, [{**one, "inclusion_probability": 140 / 600} for one in CODED[:140]]
    )
    assert found.overall == expected.overall


def test_near_duplicates_have_the_label_of_what_they_name():
    coded = [*CODED]
    coded[1] = {**coded[1], "label": "", "same_as": coded[0]["id"]}
    coded[2] = {**coded[2], "label": "سهو", "same_as": coded[1]["id"]}
    found = stance.estimate_shares(ROWS, coded)
    assert found.overall.n_coded == 150
    assert warned(found, rf"1 near-duplicates \(the first: {coded[2]['id']}\)")
    expected = changed(changed(CODED, 1, label=CODED[0]["label"]), 2, label=CODED[0]["label"])
    assert found.overall == stance.estimate_shares(ROWS, expected).overall


def test_repeated_rows_count_once_and_spellings_are_one():
    coded = [*CODED, CODED[0], {**CODED[1], "label": ""}]
    coded[0] = {**coded[0], "label": f" {CODED[0]['label']}\u200f", "inclusion_probability": "0,25"}
    found = stance.estimate_shares(ROWS, coded)
    assert found.overall == stance.estimate_shares(ROWS, CODED).overall
    assert warned(found, "2 rows of table repeat another one")


def test_few_coded_articles_large_weights_and_rare_labels_are_told():
    few = sample(ROWS, 15)
    found = stance.estimate_shares(ROWS, few)
    assert warned(found, "Only 40 articles are coded: under 50")
    uneven = [{**row, "inclusion_probability": 0.99} for row in sample(ROWS[:594], 1)]
    uneven = [
        *uneven[:60],
        *({**row, "inclusion_probability": 0.01} for row in sample(ROWS[60:], 108)),
    ]
    assert warned(stance.estimate_shares(ROWS, uneven), "counts 99 times as much as the median")
    rare = [
        {**row, "label": "مؤيد" if n > 8 and row["label"] == "neutral_wire" else row["label"]}
        for n, row in enumerate(CODED)
    ]
    assert warned(
        stance.estimate_shares(ROWS, rare), "'neutral_wire' was coded (once|twice|. times) only"
    )


def test_a_label_that_nobody_coded_has_an_interval():
    coded = [row if row["label"] != "neutral_wire" else {**row, "label": "مؤيد"} for row in CODED]
    found = stance.estimate_shares(ROWS, coded)
    assert warned(found, "No coded article has the label 'neutral_wire'")
    share = found.overall.share("neutral_wire")
    assert 0 <= share.low <= share.estimate < share.high < 0.2


def test_a_label_that_the_model_does_not_know_is_new_and_may_be_a_slip():
    found = stance.estimate_shares(ROWS, changed(CODED, 5, label="neutral_wir"))
    assert found.labels[-1] == "neutral_wir"
    assert found.overall.share("neutral_wir").naive == 0
    assert found.overall.share("neutral_wir").estimate > 0
    assert warned(found, "'neutral_wir' was coded once, but the archive never.*'neutral_wire' is")


def test_groups_with_few_coded_articles_are_told():
    coded = [row["id"] for row in CODED]
    uncoded = [row["id"] for row in ROWS if row["id"] not in coded]
    regions = {
        **dict.fromkeys(coded[:6] + uncoded[3:20], "north"),
        **dict.fromkeys(uncoded[:3], "east"),
    }
    rows = [{**row, "region": regions.get(row["id"], "south")} for row in ROWS]
    found = stance.estimate_shares(
        rows, CODED, by="region", contrasts=["label=مؤيد,east-south", "label=مؤيد,north-south"]
    )
    assert [group.value for group in found.groups] == ["south", "north", "east"]
    assert warned(found, "1 of 3 values of region has no coded article.*east.*--by region")
    assert warned(found, "1 of 3 values of region has fewer than 10 coded articles: north")
    assert warned(found, "difference of 'مؤيد' between east and south is unknown")
    assert [one.group for one in found.contrasts] == ["north"]
    bare = [{**row, "region": row["region"] if n <= 500 else None} for n, row in enumerate(rows)]
    found = stance.estimate_shares(bare, CODED, by="region")
    assert warned(found, "99 articles have no region")


def test_hand_labels_equal_to_all_predictions_are_suspicious():
    predicted = {row["id"]: row["label"] for row in ROWS}
    coded = [{**row, "label": predicted[row["id"]]} for row in CODED]
    found = stance.estimate_shares(ROWS, coded)
    assert warned(found, "All hand labels are those that the model predicted")


def test_many_intervals_are_told_unless_they_hold_together():
    found = stance.estimate_shares(ROWS, CODED, by="outlet")
    assert warned(found, "Of 39 intervals, 2 or so are expected to miss")
    assert not warned(stance.estimate_shares(ROWS, CODED, by="outlet", only=["مؤيد"]), "miss")
    together = stance.estimate_shares(ROWS, CODED, by="outlet", simultaneous=True)
    assert not warned(together, "expected to miss")
    for one, other in zip(together.overall.shares, found.overall.shares, strict=True):
        assert one.low < other.low
        assert one.high > other.high


def test_rows_of_the_archive_that_cannot_be_used_are_told():
    rows = [*ROWS, {"id": "", "label": "مؤيد", "probabilities": ROWS[0]["probabilities"]}]
    found = stance.estimate_shares(rows, CODED)
    assert warned(found, "1 row of the archive cannot be used.*row 601: no id")
    refused(CorpusError, "where no row can be used", [{"nr": 1}], CODED)


@pytest.mark.parametrize("method", ["acc", "pacc"])
def test_held_out_predictions_of_a_model_with_other_errors_are_noticed(method):
    # The other model takes every second article of one label for another one.
    others = held_out(600)
    fitting = stance.estimate_shares(ROWS, held_out=others, method=method)
    assert not warned(fitting, "No shares of the labels explain")
    for place, row in enumerate(others):
        if row["true_label"] == LABELS[0]:
            label = LABELS[1 + place % 2]
            row |= {"label": label, "probabilities": {one: float(one == label) for one in LABELS}}
    found = stance.estimate_shares(ROWS, held_out=others, method=method)
    assert warned(found, r"No shares of the labels explain .* by \d+ points")


def test_held_out_predictions_give_shares_under_other_assumptions():
    for method, name in ((None, "PACC"), ("acc", "ACC"), ("emq", "EMQ")):
        found = stance.estimate_shares(
            ROWS,
            held_out=held_out(),
            method=method,
            by="year",
            contrasts=["label=مؤيد,2019-2018"],
        )
        assert found.method == name
        for share in found.overall.shares:
            assert share.low < share.high
            if method != "emq":  # these probabilities are not calibrated
                assert share.low <= SHARES[share.label] <= share.high
        assert "No random sample" in found.assumptions[0]
        assert len(found.contrasts) == 1
        assert bool(warned(found, "not calibrated.*pacc")) == (method == "emq")
    assert (
        stance.estimate_shares(without(ROWS, "probabilities"), held_out=held_out()).method == "ACC"
    )


@pytest.mark.parametrize(
    ("rows", "made", "options", "said"),
    [
        (ROWS, without(held_out(), "true_label"), {}, "'stance crossval CORPUS --held-out FILE'"),
        (ROWS, changed(held_out(), 2, true_label=""), {}, "without a true label in each row"),
        (ROWS, changed(held_out(), 2, id=""), {}, "with a row that cannot be used.*row 3: no id"),
        (
            [{**row, "label": "other"} for row in without(ROWS, "probabilities")],
            held_out(),
            {},
            "without the label 'other', which the archive has",
        ),
        (without(ROWS, "probabilities"), held_out(), {"method": "emq"}, "--method acc"),
    ],
)
def test_held_out_predictions_that_do_not_fit_are_refused(rows, made, options, said):
    refused(CorpusError, said, rows, held_out=made, **options)


def test_few_outlets_on_either_side_are_told():
    found = stance.estimate_shares(
        without(ROWS, "outlet"), held_out=held_out(n_outlets=5), method="acc", by="year"
    )
    assert warned(found, "The training corpus has only 5 outlets")
    assert warned(found, "The archive does not name two outlets")
    made = [
        {**row, "outlet": str(n % 2 if row["true_label"] == "neutral_wire" else n % 20)}
        for n, row in enumerate(held_out())
    ]
    found = stance.estimate_shares(ROWS, held_out=made, method="acc", by="outlet")
    assert warned(found, "'neutral_wire' is in 2 outlets of the training corpus")
    assert warned(found, "Each of the values of outlet has the articles of a single outlet")
