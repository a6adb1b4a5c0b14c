"""What an estimate assumes, and what a reader must know about it, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.estimation.quantification import em_shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.estimation.archive import LabelledArchive
    from stance.estimation.archive_cells import SummedArchive
    from stance.estimation.compared_groups import Groups
    from stance.estimation.error_rates import ErrorRates
    from stance.estimation.population import CodedSample, Population
    from stance.estimation.resampled_shares import ShareBootstrap
    from stance.estimation.share_question import ShareQuestion
    from stance.estimation.share_records import ShareEstimates

FEW_CODED = 50
FEW_CODED_OF_GROUP = 10
FEW_CODED_OF_LABEL = 5
FEW_OUTLETS = 10
FEW_OUTLETS_OF_LABEL = 3
LARGE_WEIGHT = 20
# From this number of intervals on, some are expected to miss the share.
MANY_INTERVALS = 20
FEWEST_TO_COMPARE = 30
# Of the share that EMQ finds among the held-out articles from the true one.
BAD_CALIBRATION = 0.05
CHECK_TOLERANCE = 1e-4
# How far predicted labels are from those that the shares would give: less is not told, and so
# much over the root of the number of held-out articles of a label occurs by chance.
SMALL_MISFIT = 0.03
MISFIT = {"ACC": 0.8, "PACC": 0.45, "EMQ": 1.0}
NAMED = 5


def assumptions_of_sample(found: ShareEstimates) -> tuple[str, ...]:
    """Return what an estimate from a random sample assumes."""
    claim = (
        f"The claim is about the {found.overall.n:,} articles of this archive, not about others."
        if found.population == "articles"
        else "The claim is about outlets like these, as if the outlets of the archive were drawn "
        "at random from them."
    )
    return (
        "The coded articles are a random sample of the archive, drawn with the inclusion "
        "probabilities of the file.",
        claim,
        "The hand labels are right: errors of the coders are not corrected.",
        "The coders did not see the predicted labels.",
        "The model was not trained on the coded articles. Apart from that, its predictions may be "
        "wrong in any way: that makes intervals wider, but does not move the estimate.",
    )


def assumptions_of_rates(found: ShareEstimates, bootstrap: ShareBootstrap) -> tuple[str, ...]:
    """Return what an estimate from held-out predictions assumes."""
    sides = [
        f"{'outlets' if is_by_outlet else 'articles'} of the {name}"
        for name, is_by_outlet in (
            ("training corpus", bootstrap.rates.is_by_outlet),
            ("archive", bootstrap.is_by_outlet),
        )
    ]
    calibrated = (
        ("The probabilities are calibrated, in the archive as in the training corpus.",)
        if found.method == "EMQ"
        else ()
    )
    return (
        "No random sample of the archive was coded: within each label, its articles are assumed "
        "to be like those of the training corpus, so that the model makes the same errors in both.",
        "The archive differs from the training corpus in the shares of the labels alone. Where it "
        "also differs in outlets, subjects or time, shares can be far off, and not even be in "
        "their intervals.",
        "The archive was labelled by a model of the same settings, trained on the corpus whose "
        "held-out predictions these are, with whole outlets held out.",
        *calibrated,
        f"Intervals are from resamples of {sides[0]} and {sides[1]}.",
    )


def warnings_of_archive(
    archive: LabelledArchive, summed: SummedArchive, groups: Groups, asked: ShareQuestion
) -> Iterator[str]:
    """Yield warnings about rows of the archive."""
    by = asked.by
    if archive.n_rejected:
        rows = "1 row" if archive.n_rejected == 1 else f"{archive.n_rejected:,} rows"
        yield (
            f"{rows} of the archive cannot be used and are not counted (the first: "
            f"{archive.rejected[0]})."
        )
    if groups.n_without:
        yield f"{groups.n_without:,} articles have no {by}: they are in no group."
    if summed.outlets and (n := summed.n_without_outlet) and not asked.is_about_articles:
        yield f"{n:,} articles have no {asked.outlet_field}: they count as one outlet."


def warnings_of_sample(
    found: ShareEstimates, coded: CodedSample, added: Sequence[str]
) -> Iterator[str]:
    """Yield warnings about an estimate from a random sample."""
    n = len(coded)
    if n < FEW_CODED:
        yield (
            f"Only {n} articles are coded: under {FEW_CODED}, intervals are rough. Code more of "
            "them."
        )
    if found.population == "outlets" and found.n_outlets < FEW_OUTLETS:
        yield _few_outlets(found.n_outlets)
    weights = 1 / coded.inclusion_probability
    ratio = float(weights.max() / np.median(weights))
    if ratio > LARGE_WEIGHT:
        yield (
            f"A coded article counts {ratio:.0f} times as much as the median one, so a single "
            "label can move the estimate. Draw samples with a smaller spread of inclusion "
            "probabilities."
        )
    yield from _labels_coded(found, coded, added)
    if n >= FEWEST_TO_COMPARE and (coded.predicted.argmax(axis=1) == coded.y).all():
        yield (
            "All hand labels are those that the model predicted. If the coders saw them, the "
            "estimate repeats the model's errors."
        )
    yield from _groups_coded(found)


def single_outlets(found: ShareEstimates, population: Population) -> Iterator[str]:
    """Yield a warning about groups of one outlet, where the claim is about outlets."""
    if found.population != "outlets":
        return
    single = [
        str(group.value)
        for number, group in enumerate(found.groups)
        if len(np.unique(population.outlet[population.group == number])) == 1
    ]
    if single:
        yield (
            f"{_of(len(single), found)} the articles of a single outlet: there the claim is about "
            f"its articles, not about other outlets: {_named(single)}."
        )


def _few_outlets(n: int) -> str:
    return (
        f"The archive has only {n} outlets: under {FEW_OUTLETS}, what other outlets are like is "
        "hardly known, and intervals are rough."
    )


def _labels_coded(found: ShareEstimates, coded: CodedSample, added: Sequence[str]) -> Iterator[str]:
    from stance.estimation.label_numbers import suggestion

    times = np.bincount(coded.y, minlength=len(found.labels)).tolist()
    for label, n in zip(found.labels, times, strict=True):
        share = found.overall.share(label).naive
        if label in added:
            known = [one for one in found.labels if one not in added]
            yield (
                f"The label {label!r} was coded {_times(n)}, but the archive never has it: its "
                f"share rests on the hand labels alone.{suggestion(label, known)}"
            )
        elif n == 0:
            yield (
                f"No coded article has the label {label!r}, which {100 * share:.1f} % of the "
                "archive was given: its interval says how large the share may still be."
            )
        elif n < FEW_CODED_OF_LABEL:
            yield f"The label {label!r} was coded {_times(n)} only: its share is rough."


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def _groups_coded(found: ShareEstimates) -> Iterator[str]:
    none = [str(group.value) for group in found.groups if group.n_coded == 0]
    few = [str(group.value) for group in found.groups if 0 < group.n_coded < FEW_CODED_OF_GROUP]
    if none:
        yield (
            f"{_of(len(none), found)} no coded article, so nothing is known of their errors: "
            f"{_named(none)}. Draw the sample with --by {found.field}."
        )
    if few:
        yield (
            f"{_of(len(few), found)} fewer than {FEW_CODED_OF_GROUP} coded articles: {_named(few)}."
        )


def _of(n: int, found: ShareEstimates) -> str:
    return f"{n} of {len(found.groups)} values of {found.field} {'has' if n == 1 else 'have'}"


def _named(values: Sequence[str]) -> str:
    more = f" and {len(values) - NAMED} more" if len(values) > NAMED else ""
    return ", ".join(values[:NAMED]) + more


def many_intervals(found: ShareEstimates) -> Iterator[str]:
    """Yield a warning if some of the intervals that are shown are expected to miss."""
    n = len(found.labels) * (1 + len(found.groups)) + len(found.contrasts)
    if not found.simultaneous and n >= MANY_INTERVALS:
        yield (
            f"Of {n} intervals, {(1 - found.confidence) * n:.0f} or so are expected to miss: do "
            "not pick out the most striking one. With --simultaneous those of shares hold together."
        )


def missing_contrasts(
    found: ShareEstimates, asked: Sequence[tuple[str, str, str]]
) -> Iterator[str]:
    """Yield a warning for each difference that could not be estimated."""
    there = {(one.label, one.group, one.reference) for one in found.contrasts}
    for label, group, reference in asked:
        if (label, group, reference) not in there:
            yield (
                f"The difference of {label!r} between {group} and {reference} is unknown, since "
                "one of them has no coded article."
            )


def warnings_of_rates(found: ShareEstimates, bootstrap: ShareBootstrap) -> Iterator[str]:
    """Yield warnings about an estimate from held-out predictions."""
    rates = bootstrap.rates
    for n, is_by_outlet, name in (
        (rates.n_units, rates.is_by_outlet, "The training corpus"),
        (bootstrap.n_outlets, bootstrap.is_by_outlet, "The archive"),
    ):
        if not is_by_outlet:
            yield (
                f"{name} does not name two outlets: its articles were resampled as if they were "
                "independent, and intervals are too narrow if outlets differ in their errors."
            )
        elif n < FEW_OUTLETS:
            yield f"{name} has only {n} outlets: under {FEW_OUTLETS}, intervals are too narrow."
    if bootstrap.is_by_outlet and (n_single := bootstrap.n_single):
        which = "Each" if n_single == len(found.groups) else f"{n_single} of {len(found.groups)}"
        yield (
            f"{which} of the values of {found.field} has the articles of a single outlet: the "
            "interval does not show how far the model's errors in it differ from those elsewhere."
        )
    for label, n_outlets, n in zip(
        rates.labels, rates.outlets_of_label, rates.n_by_label.tolist(), strict=True
    ):
        if rates.is_by_outlet and n_outlets < FEW_OUTLETS_OF_LABEL:
            outlets = "1 outlet" if n_outlets == 1 else f"{n_outlets} outlets"
            yield (
                f"The label {label!r} is in {outlets} of the training corpus: its errors elsewhere "
                "are hardly known."
            )
        elif n < FEW_CODED_OF_GROUP:
            yield f"Only {n:.0f} held-out articles have the label {label!r}: its errors are rough."
    yield from _misfit(found, bootstrap)
    yield from _calibration(found, rates)
    part = bootstrap.posteriors
    if found.method == "EMQ" and part is not None and len(part.group) < found.overall.n:
        yield f"EMQ was computed from {len(part.group):,} articles of the archive, drawn at random."


def _misfit(found: ShareEstimates, bootstrap: ShareBootstrap) -> Iterator[str]:
    """Yield a warning if no shares explain the predicted labels.

    If the model errs as in the training corpus, shares differ from them by chance alone:
    in simulations by more than this in one of a hundred archives.
    """
    shares = [share.estimate for share in found.overall.shares]
    if any(share is None for share in shares):
        return
    misfit = bootstrap.misfit(np.array(shares, np.float64))
    by_chance = MISFIT[found.method] / float(bootstrap.rates.n_by_label.min()) ** 0.5
    if misfit > max(SMALL_MISFIT, by_chance):
        yield (
            "No shares of the labels explain the predicted labels: the nearest ones differ from "
            f"them by {100 * misfit:.0f} points. The model errs here in other ways than in the "
            "training corpus, or another model labelled the archive: do not use these shares."
        )


def _calibration(found: ShareEstimates, rates: ErrorRates) -> Iterator[str]:
    """Yield a warning if EMQ does not find the shares of the held-out articles themselves."""
    if found.method != "EMQ" or rates.probabilities is None:
        return
    shares = rates.n_by_label / rates.n_articles
    found_shares = em_shares(rates.probabilities, shares[None], tolerance=CHECK_TOLERANCE)[0]
    worst = int(np.abs(found_shares - shares).argmax())
    if abs(found_shares[worst] - shares[worst]) > BAD_CALIBRATION:
        yield (
            f"EMQ takes {100 * found_shares[worst]:.0f} % of the held-out articles for "
            f"{rates.labels[worst]!r}, but {100 * shares[worst]:.0f} % of them are: the "
            "probabilities are not calibrated, as EMQ assumes. Use --method pacc, which corrects "
            "for it."
        )
