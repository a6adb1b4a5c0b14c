"""The limitations on a model's card that follow from its data and its results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.slices import FEW_ARTICLES
from stance.model.resolve_auto import ENOUGH_OUTLETS
from stance.reporting.phrases import counted, figure, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.model.description import ModelDescription
    from stance.model.persistence import StoredModel
    from stance.model.record import TrainingRecord
    from stance.model.reported_results import ReportedResults

RANDOM_FOLDS = "random folds"


def limitations(stored: StoredModel, described: ModelDescription) -> Iterator[str]:
    """Yield the limitations, each as a sentence or two."""
    record = stored.manifest.record
    yield from _of_outlets(record)
    yield from _of_labels(record)
    yield from _of_dates(record)
    yield from _of_results(described.results, record)
    yield from _of_settings(stored)


def _of_outlets(record: TrainingRecord) -> Iterator[str]:
    if not record.n_outlets:
        yield (
            "The corpus names no outlets. Whether the model learned the labels or the outlets "
            "cannot be measured, and scores on the corpus may be far too high for other outlets."
        )
    elif record.n_outlets == 1:
        yield (
            "All articles are of one outlet. The model has seen no other: scores for other "
            "outlets cannot be measured on this corpus."
        )
    elif record.n_outlets < ENOUGH_OUTLETS:
        yield (
            f"The corpus has only {record.n_outlets} outlets. The model may know their style, and "
            "scores on other outlets are uncertain."
        )


def _of_labels(record: TrainingRecord) -> Iterator[str]:
    rare = [(label, n) for label, n in record.label_counts.items() if n < FEW_ARTICLES]
    if rare:
        named = ", ".join(f"{quoted(label)} ({n:,})" for label, n in rare)
        yield f"Labels with fewer than {FEW_ARTICLES} articles are hardly learned: {named}."
    if record.n_outlets < 2 or record.corpus is None:
        return
    outlets = record.corpus.label_outlets
    lone = [label for label, n in outlets.items() if n == 1]
    if lone:
        yield (
            "Labels of a single outlet, whose style the model may have learned instead of the "
            f"label: {', '.join(map(quoted, lone))}."
        )


def _of_dates(record: TrainingRecord) -> Iterator[str]:
    known = record.corpus
    if known is None:
        yield (
            "The model was trained by an earlier version of stance, which recorded no dates and "
            "no kinds of texts."
        )
    elif not known.n_dated:
        yield "No article has a date, so it is unknown for which time the model is."
    else:
        yield (
            f"The articles are of {known.first_date} to {known.last_date}. Names and words change "
            "their meaning: scores on other times are unknown."
        )


def _of_results(results: Sequence[ReportedResults], record: TrainingRecord) -> Iterator[str]:
    if not results:
        measured = (
            "The only held-out figures are those of training, which are slightly optimistic"
            if record.scores
            else "There are no held-out figures"
        )
        yield (
            f"{measured}: no cross-validation and no evaluation is recorded. Run 'stance "
            "crossval --json FILE' on the corpus and 'stance info --card --results FILE'."
        )
        return
    divided = [one for one in results if one.is_crossval]
    if divided and all(RANDOM_FOLDS in one.protocol for one in divided):
        yield (
            "The cross-validation has random folds, in which a model has seen every outlet: "
            "scores on unseen outlets are lower."
        )
    for one in results:
        best = max((baseline.macro_f1.score for baseline in one.baselines), default=None)
        if best is not None and one.macro_f1 is not None and one.macro_f1 <= best:
            yield (
                f"In {one.file} the macro-F1 of {figure(one.macro_f1)} is no better than always "
                f"giving the most frequent label ({figure(best)})."
            )


def _of_settings(stored: StoredModel) -> Iterator[str]:
    if not stored.model.config.calibration.enabled:
        yield "Probabilities are not calibrated: do not read them as shares of correct labels."
    if stored.manifest.domain is None:
        yield "No article is flagged as out of domain, however unlike the corpus it is."
    if not stored.model.codebook:
        yield "The meaning of the labels is not recorded: the model has no codebook."
    if stored.model.features.periods:
        n = len(stored.model.features.periods)
        yield (
            f"The lexicon divides time into {counted(n, 'period')}. An article without a date "
            "gets the period of its words, or else an assumed date, and may get the wrong one."
        )
