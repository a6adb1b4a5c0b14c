"""Shares of labels in an archive of any size, from its predictions and what was coded by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np

from stance.corpus.keys import canonical
from stance.errors import ConfigError, CorpusError
from stance.estimation import share_cautions as cautions
from stance.estimation.archive import LabelledArchive
from stance.estimation.archive_cells import MOST_POSTERIORS, SummedArchive, sum_archive
from stance.estimation.coded_rows import CodedRows, read_coded
from stance.estimation.compared_groups import grouped, parsed_contrasts
from stance.estimation.held_out_rows import HeldOutRows
from stance.estimation.label_numbers import LabelNumbering
from stance.estimation.population import CodedSample
from stance.estimation.quantified_shares import quantified_shares
from stance.estimation.resampled_shares import ShareBootstrap
from stance.estimation.response import Response, responses
from stance.estimation.sample_design import SampleDesign, design_path, read_design
from stance.estimation.share_question import ShareQuestion, chosen_method, opened
from stance.estimation.shares import estimated_shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from stance.estimation.compared_groups import Groups
    from stance.estimation.share_records import ShareEstimates
    from stance.formats.source import Source, SourceOptions


def estimate_shares(
    labels: Source | str | Path | Iterable[str | Path] | Sequence[Mapping[str, Any]] | Any,
    coded: Source | str | Path | Sequence[Mapping[str, Any]] | Any | None = None,
    *,
    by: str | None = None,
    groups: str | None = None,
    population: Literal["articles", "outlets"] = "articles",
    contrasts: Sequence[str | tuple[str, str, str]] = (),
    only: Sequence[str] = (),
    simultaneous: bool = False,
    confidence: float = 0.95,
    margin: float | None = None,
    design: str | Path | None = None,
    held_out: Source | str | Path | Sequence[Mapping[str, Any]] | Any | None = None,
    method: Literal["ppi", "acc", "pacc", "emq"] | None = None,
    seed: int = 0,
    **options: Unpack[SourceOptions],
) -> ShareEstimates:
    """Estimate the share of each label in an archive, corrected for errors of its labels.

    Parameters
    ----------
    labels : Source, path, iterable of path, table, or sequence of mapping
        Predictions for all articles: rows of ``stance predict`` or of any program, with
        ``id`` and ``label``, and perhaps ``probabilities``.
    coded : Source, path, table, or sequence of mapping, optional
        A random sample of the same articles as ``stance sample`` writes it, coded by
        hand: ``id``, ``label``, ``inclusion_probability``, ``stratum``, ``same_as``.
    by : str, optional
        Also estimate the shares for each value of a field; ``month`` and ``year`` are
        those of the date of publication.
    groups : str, optional
        The field that names the outlets; ``outlet`` by default, if there is one.
    population : {"articles", "outlets"}
        What the claim is about: the articles of this archive, or outlets like those of
        the archive.
    contrasts : sequence of str or of tuple of str
        Differences to estimate, as ``label=NAME,GROUP-REFERENCE`` or as a tuple of the
        label, the group and the group whose share is subtracted.
    only : sequence of str
        Return these labels alone.
    simultaneous : bool
        Make intervals that hold for all labels and groups together.
    confidence : float
        In [0.5, 1).
    margin : float, optional
        Half width of intervals, in (0, 0.5), for which to plan more coding.
    design : path, optional
        The design file of the sample; by default the one beside the file of `coded`.
    held_out : Source, path, table, or sequence of mapping, optional
        Without a random sample: held-out predictions of the training corpus, as
        ``stance crossval --held-out`` writes them.
    method : {"ppi", "acc", "pacc", "emq"}, optional
        ``ppi`` for a random sample. Without one, ``pacc`` if there are probabilities,
        else ``acc``.
    seed : int
        Of the resamples, without a random sample.
    **options
        How the files of `labels` are read; see `Source`.

    Returns
    -------
    ShareEstimates

    Raises
    ------
    ConfigError
        If a parameter is out of range, or names an unknown label or group.
    CorpusError
        If rows cannot be used, or do not belong together.

    Examples
    --------
    >>> predicted = [{"id": str(n), "label": "مؤيد" if n % 2 else "محايد"} for n in range(400)]
    >>> coded = [{**row, "inclusion_probability": 0.25} for row in predicted[:100]]
    >>> coded[3]["label"] = "محايد"
    >>> share = estimate_shares(predicted, coded).overall.share("مؤيد")
    >>> share.naive, round(share.estimate, 2)
    (0.5, 0.49)

    References
    ----------
    Angelopoulos, Duchi, Zrnic: PPI++: Efficient Prediction-Powered Inference, 2023.
    Egami, Hinck, Stewart, Wei: Using Imperfect Surrogates for Downstream Inference:
    Design-Based Supervised Learning, NeurIPS 2023.
    """
    asked = ShareQuestion(
        by,
        groups,
        population,
        tuple(contrasts),
        tuple(only),
        confidence,
        simultaneous,
        margin,
        is_from_sample=held_out is None,
    )
    chosen = chosen_method(method, is_coded=coded is not None, is_held_out=held_out is not None)
    source, table = opened(labels, options)
    archive = LabelledArchive(source, asked.fields, table=table)
    if chosen == "ppi":
        coded_source, coded_table = opened(coded, {})
        rows = read_coded(coded_table or coded_source)
        return _from_sample(archive, rows, _design(design, coded_source), asked)
    if margin is not None or design is not None:
        raise ConfigError(
            f"Got --held-out with {'--plan' if margin is not None else '--design'}, which is for a "
            "random sample. Leave it out, or give --coded FILE."
        )
    return _from_rates(archive, HeldOutRows(*opened(held_out, {})), asked, chosen, seed)


def _design(path: str | Path | None, coded: Source) -> SampleDesign | None:
    """Read the design file that is named, or that is beside the coded file."""
    if path is not None:
        return read_design(path)
    if len(coded.files) != 1:
        return None
    beside = design_path(coded.files[0])
    return read_design(beside) if beside.is_file() else None


def _from_sample(
    archive: LabelledArchive, rows: CodedRows, design: SampleDesign | None, asked: ShareQuestion
) -> ShareEstimates:
    wanted = {key: number for number, key in enumerate(rows.rows)}
    summed = sum_archive(
        archive, asked.by, asked.outlet_field, wanted, is_outlet_asked=asked.groups is not None
    )
    _check_frame(archive, rows, design)
    _check_ids(rows, summed)
    response = responses(rows, design, archive.n)
    numbering, summed, found_groups, wanted_contrasts = _resolved(summed, response.labels, asked)
    sample = _coded_sample(summed, rows, response, numbering)
    found = estimated_shares(
        summed.population,
        sample,
        numbering.labels,
        found_groups.values,
        field=asked.by,
        claim_about=asked.population,
        confidence=asked.confidence,
        simultaneous=asked.simultaneous,
        contrasts=wanted_contrasts,
        times=found_groups.times,
        margin=asked.margin,
    )
    no_design = (
        "There is no design file beside the coded articles, so it was not checked that they were "
        "drawn from this archive with these predicted labels.",
    )
    warnings = (
        *cautions.warnings_of_sample(found, sample, numbering.added),
        *cautions.single_outlets(found, summed.population),
        *response.warnings,
        *cautions.missing_contrasts(found, wanted_contrasts),
        *cautions.warnings_of_archive(archive, summed, found_groups, asked),
        *(() if design else no_design),
    )
    shown = asked.restricted(found, numbering)
    return replace(
        shown,
        assumptions=cautions.assumptions_of_sample(found),
        warnings=(*warnings, *cautions.many_intervals(shown)),
    )


def _resolved(
    summed: SummedArchive, by_hand: Iterable[str], asked: ShareQuestion
) -> tuple[LabelNumbering, SummedArchive, Groups, list[tuple[str, str, str]]]:
    """Return numbers of labels, the archive by them, its groups, and the differences asked for.

    Raises
    ------
    ConfigError
        If a label, a group or outlets that were asked for are not there.
    """
    numbering, summed = LabelNumbering.of(summed, by_hand)
    groups, summed = grouped(summed, asked.by)
    contrasts = parsed_contrasts(asked.contrasts, numbering, groups, asked.by)
    asked.check_outlets(len(summed.outlets.values) if summed.outlets else 0)
    for label in asked.only:
        numbering.number(label, "--label")
    return numbering, summed, groups, contrasts


def _coded_sample(
    summed: SummedArchive, rows: CodedRows, response: Response, numbering: LabelNumbering
) -> CodedSample:
    """Return the coded articles as arrays, in the order of the response."""
    places = {key: number for number, key in enumerate(rows.rows)}
    order = np.empty(len(places), np.int64)
    order[summed.found.place] = np.arange(len(summed.found.place))
    chosen = order[[places[key] for key in response.keys]]
    return CodedSample(
        np.array([numbering.keys[canonical(label)] for label in response.labels], np.int64),
        summed.found.predicted[chosen],
        response.inclusion_probability,
        response.stratum,
        summed.found.group[chosen],
        summed.found.outlet[chosen],
    )


def _check_frame(archive: LabelledArchive, rows: CodedRows, design: SampleDesign | None) -> None:
    """Refuse another archive than the sample was drawn from, or other labels of it.

    Raises
    ------
    CorpusError
    """
    if design is None:
        return
    frame, found = design.frame, archive.frame
    if frame.ids != found.ids:
        raise CorpusError(
            f"Got an archive of {archive.n:,} articles, but {rows.name} was drawn from another one "
            f"of {frame.n:,}. Give the same files as to 'stance sample', with the same --where."
        )
    if frame.labelled_ids != found.labelled_ids:
        raise CorpusError(
            f"Got predicted labels that differ from those from which {rows.name} was drawn: "
            "perhaps another model labelled the archive. Give the labels that 'stance sample' got."
        )


def _check_ids(rows: CodedRows, summed: SummedArchive) -> None:
    """Refuse coded articles that the archive does not have.

    Raises
    ------
    CorpusError
    """
    if len(summed.found.place) == len(rows.rows):
        return
    there = set(summed.found.place.tolist())
    missing = [row.id for number, row in enumerate(rows.rows.values()) if number not in there]
    raise CorpusError(
        f"Got {rows.name} with {len(missing):,} of {len(rows.rows):,} ids that are in no row of "
        f"the archive (the first is {missing[0]!r}), but expected each of them. Give the archive "
        "from which the sample was drawn, and leave the ids as they are."
    )


def _from_rates(
    archive: LabelledArchive,
    held_out: HeldOutRows,
    asked: ShareQuestion,
    method: str | None,
    seed: int,
) -> ShareEstimates:
    summed = sum_archive(
        archive,
        asked.by,
        asked.outlet_field,
        {},
        is_outlet_asked=asked.groups is not None,
        n_posteriors=MOST_POSTERIORS if method == "emq" else 0,
        seed=seed,
    )
    held_out.check_labels(summed)
    has_probabilities = archive.has_probabilities and held_out.probabilities is not None
    method = (method or ("pacc" if has_probabilities else "acc")).upper()
    if method != "ACC" and not archive.has_probabilities:
        raise CorpusError(
            f"Got an archive without probabilities, but {method} needs those of all labels. "
            "Choose --method acc, which needs labels alone."
        )
    numbering, summed, found_groups, wanted_contrasts = _resolved(summed, held_out.labels, asked)
    rates = held_out.rates(numbering.labels, list(numbering.keys))
    rates.check(method)
    bootstrap = ShareBootstrap(
        summed.population, rates, len(found_groups.values), method, summed.posteriors, seed
    )
    found = quantified_shares(
        bootstrap,
        found_groups.values,
        field=asked.by,
        claim_about=asked.population,
        confidence=asked.confidence,
        simultaneous=asked.simultaneous,
        contrasts=wanted_contrasts,
        times=found_groups.times,
    )
    warnings = (
        *cautions.warnings_of_rates(found, bootstrap),
        *cautions.missing_contrasts(found, wanted_contrasts),
        *cautions.warnings_of_archive(archive, summed, found_groups, asked),
    )
    shown = asked.restricted(found, numbering)
    return replace(
        shown,
        assumptions=cautions.assumptions_of_rates(found, bootstrap),
        warnings=(*warnings, *cautions.many_intervals(shown)),
    )
