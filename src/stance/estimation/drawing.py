"""Drawing articles to code by hand out of a labelled archive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.estimation.allocation import ALLOCATIONS
from stance.estimation.archive_columns import id_hashes, random_numbers
from stance.estimation.coded_file import CodedFile
from stance.estimation.sample_design import design_path, read_design
from stance.estimation.sample_texts import (
    PREDICTED,
    DrawnArticle,
    articles_at,
    column_of,
    kept_columns,
    kept_fields,
    same_articles,
)
from stance.estimation.sampling_frame import read_frame
from stance.estimation.strata import design_of, extended
from stance.formats.source import Source, SourceOptions
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from stance.corpus.article import RejectedRow
    from stance.estimation.allocation import Allocation
    from stance.estimation.sample_design import SampleDesign
    from stance.estimation.sampling_frame import SamplingFrame
    from stance.formats.inputs import PlannedInput

LAST = ("text", "label", "stratum", "inclusion_probability", "same_as")
FEWEST = 2


@dataclass(frozen=True)
class DrawnSample:
    """Articles to code by hand.

    Parameters
    ----------
    design : SampleDesign
    columns : dict of str to type
        The columns of the rows, in order.
    articles : list of dict
        A row for each article, in random order: `id`, kept fields, `text`, an empty
        `label`, `stratum`, `inclusion_probability` and `same_as`.
    n_rejected : int
        Rows of the archive that are not part of the frame, because they have no id or
        no label.
    rejected : tuple of RejectedRow
        The first of them.
    margins : dict of str to float
        For each label the expected half width of a 95 % interval of its share with
        predictions and hand labels together, if the probabilities are right; empty
        where there are none.
    margin_by_hand : float
        The largest half width that hand labels alone would give, for any label.
    n_new : int
        Articles that were not in the sample that is extended.
    """

    design: SampleDesign
    columns: dict[str, type]
    articles: list[dict[str, Any]]
    n_rejected: int
    rejected: tuple[RejectedRow, ...]
    margins: dict[str, float]
    margin_by_hand: float
    n_new: int

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table."""
        return arrow_table(self.articles, self.columns)

    @property
    def n_to_code(self) -> int:
        """Number of articles without those that are coded by their near-duplicate."""
        return sum(not row["same_as"] for row in self.articles)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: the design, and what to expect of it."""
        return {
            **self.design.to_dict(),
            "n_to_code": self.n_to_code,
            "n_new": self.n_new,
            "n_rejected": self.n_rejected,
            "margins": self.margins,
            "margin_by_hand": self.margin_by_hand,
        }


def draw_sample(
    labels: Source | Iterable[str | Path],
    n: int,
    *,
    by: Sequence[str] = (),
    articles: Iterable[str | Path] = (),
    keep: Sequence[str] = (),
    allocation: Allocation | None = None,
    min_per_stratum: int = 2,
    seed: int = 0,
    ignore_duplicates: bool = False,
    show_predictions: bool = False,
    extend: str | Path | None = None,
    design_file: str | Path | None = None,
    texts: bool = True,
    on_input: Callable[[PlannedInput], object] = lambda planned: None,
    **options: Unpack[SourceOptions],
) -> DrawnSample:
    """Draw a stratified random sample of a labelled archive, to code it by hand.

    Parameters
    ----------
    labels : Source, or iterable of str or Path
        Predicted labels: rows of ``stance predict``, or of any program that writes an id
        and a label. They are read twice.
    n : int
        Articles to draw; with `extend`, old and new ones together.
    by : sequence of str
        Fields by which articles are divided into strata, besides the predicted label:
        outlet, month, year or any field of the rows.
    articles : iterable of str or Path
        Files with the texts, if the rows of the labels have none.
    keep : sequence of str
        Fields of the rows to copy; title, outlet and date are copied anyway.
    allocation : {"neyman", "proportional"}, optional
        How strata share the sample: by their size times what the probabilities leave
        unexplained (the default where there are probabilities), or by their size.
    min_per_stratum : int
        Articles to draw of each stratum, at least 2. Strata with fewer articles, and the
        smallest where a sample cannot serve all, are merged within a predicted label.
    seed : int
        The same seed draws the same articles, in whatever order and files they are.
    ignore_duplicates : bool
        Code near-duplicates like any other articles, instead of once.
    show_predictions : bool
        Add `predicted_label` and `probability`, which coders should not see.
    extend : str or Path, optional
        A file to code from an earlier call. Its rows keep their labels.
    design_file : str or Path, optional
        Its design file, if it is not beside it.
    texts : bool
        Whether each drawn article must have a text. Without texts, near-duplicates are
        not known.
    on_input : callable
        Called with each input before it is read.
    **options
        As for `stance.read_articles`.

    Returns
    -------
    DrawnSample

    Raises
    ------
    ConfigError
        If the sample is larger than the archive or too small for its labels.
    CorpusError
        If the archive cannot be used, a drawn article has no text, or the sample to
        extend is of another archive.
    """
    source = Source.of(labels, options)
    _check_options(n, allocation, min_per_stratum)
    design = None if extend is None else read_design(design_file or design_path(extend))
    if design is not None:
        by, seed = design.fields, design.seed
    frame = read_frame(source, by, seed, on_input)
    _check_size(n, frame)
    if design is not None:
        found, stratum = extended(design, frame, n)
    else:
        chosen = allocation or ("neyman" if frame.archive.has_probabilities else "proportional")
        found, stratum = design_of(
            frame, n, by, seed=seed, allocation=chosen, minimum=min_per_stratum
        )
    of_article = stratum[frame.cell]
    places = _drawn(frame, of_article, found)
    drawn = articles_at(frame.archive, places, [*map(str, articles)], keep, on_input, texts=texts)
    before = CodedFile.read(extend) if extend is not None else CodedFile((), {})
    drawn = _in_order(drawn, before, seed)
    if texts and not ignore_duplicates:
        outlet = source.fields.outlet
        known = before.duplicates
        found = replace(found, duplicates=same_articles(drawn, outlet, known, len(before.rows)))
    rows = [
        _row(one, found, int(of_article[one.place]), before, show_predictions=show_predictions)
        for one in drawn
    ]
    return DrawnSample(
        found,
        _columns(drawn, kept_fields(source, keep), before, show_predictions=show_predictions),
        rows,
        frame.archive.n_rejected,
        tuple(frame.archive.rejected),
        *_margins(frame, found, stratum),
        n_new=n - len(before.rows),
    )


def _check_options(
    n: int,
    allocation: str | None,
    minimum: int,
) -> None:
    if n < FEWEST:
        raise ConfigError(f"Got a sample of {n}, but expected {FEWEST} articles or more.")
    if minimum < FEWEST:
        raise ConfigError(
            f"Got min_per_stratum={minimum}, but expected {FEWEST} or more: one article does not "
            "tell how much the articles of a stratum differ."
        )
    if allocation not in {None, *ALLOCATIONS}:
        raise ConfigError(
            f"Got the allocation {allocation!r}, but expected {' or '.join(ALLOCATIONS)}."
        )


def _check_size(n: int, frame: SamplingFrame) -> None:
    if n > len(frame.cell):
        raise ConfigError(
            f"Got a sample of {n:,}, but the archive has {len(frame.cell):,} articles with an id "
            "and a label. Draw fewer, or code all of them."
        )
    if len(frame.labels) == 1:
        raise CorpusError(
            f"Got an archive with one predicted label, {frame.labels[0]!r}, but expected two or "
            "more. Check that --label-field names the predicted labels."
        )


def _drawn(
    frame: SamplingFrame, stratum: NDArray[np.int64], design: SampleDesign
) -> NDArray[np.int64]:
    """Return the articles with the smallest random numbers of each stratum."""
    order = np.lexsort((frame.random, stratum))
    begin = np.concatenate([[0], np.cumsum([one.n for one in design.strata])[:-1]])
    return np.concatenate(
        [
            order[first : first + one.n_drawn]
            for first, one in zip(begin.tolist(), design.strata, strict=True)
        ]
    )


def _in_order(drawn: list[DrawnArticle], before: CodedFile, seed: int) -> list[DrawnArticle]:
    """Return earlier articles in the order of their file, and then new ones in random order."""
    by_key = {one.key: one for one in drawn}
    strange = next((key for key in before.rows if key not in by_key), None)
    if strange is not None:
        raise CorpusError(
            f"Got the id {strange!r} in the file to extend, but it is not in the sample that its "
            "design describes. Remove rows that were added by hand; they have no inclusion "
            "probability."
        )
    new = [one for one in drawn if one.key not in before.rows]
    order = np.argsort(random_numbers(id_hashes([one.key for one in new]), f"order {seed}"))
    return [*(by_key[key] for key in before.rows), *(new[place] for place in order.tolist())]


def _row(
    one: DrawnArticle,
    design: SampleDesign,
    stratum: int,
    before: CodedFile,
    *,
    show_predictions: bool,
) -> dict[str, Any]:
    drawn_from = design.strata[stratum]
    own = {
        "id": one.id,
        **{column_of(name): value for name, value in one.values.items()},
        "text": one.text,
        "label": None,
        # What coders wrote takes precedence, in whatever columns.
        **before.rows.get(one.key, {}),
        "stratum": drawn_from.number,
        "inclusion_probability": drawn_from.inclusion_probability,
        "same_as": design.duplicates.get(one.id),
    }
    if show_predictions:
        own |= {"predicted_label": drawn_from.label, "probability": one.probability}
    return own


def _columns(
    drawn: Sequence[DrawnArticle],
    fields: Sequence[str],
    before: CodedFile,
    *,
    show_predictions: bool,
) -> dict[str, type]:
    kept = kept_columns(drawn, fields)
    names = ["id", *kept, *LAST, *(PREDICTED if show_predictions else ()), *before.columns]
    kinds = {"stratum": int, "inclusion_probability": float, "probability": float}
    return {name: kinds.get(name, str) for name in dict.fromkeys(names)}


def _margins(
    frame: SamplingFrame, design: SampleDesign, stratum: NDArray[np.int64]
) -> tuple[dict[str, float], float]:
    """Return the expected half widths of 95 % intervals, in [0, 1].

    Of each label with predictions, whose errors have the variance ``p * (1 - p)`` if the
    probabilities are right; and by hand alone for a label with a share of one half in
    each stratum, the largest that there can be.
    """
    sizes, drawn = (
        np.array([getattr(one, name) for one in design.strata]) for name in ("n", "n_drawn")
    )
    factor = (sizes / sizes.sum()) ** 2 * (1 - drawn / sizes) / drawn
    by_hand = 1.96 * float(np.sqrt((factor / 4).sum()))
    if not frame.archive.has_probabilities:
        return {}, by_hand
    labels = sorted(frame.archive.labels)
    errors = np.zeros((len(sizes), len(labels)))
    np.add.at(errors, stratum, np.array([cell.errors for cell in frame.cells]))
    widths = 1.96 * np.sqrt((factor[:, None] * errors / sizes[:, None]).sum(axis=0))
    return dict(zip(labels, widths.tolist(), strict=True)), by_hand
