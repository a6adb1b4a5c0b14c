"""Learning curves: the score by the number of training articles, and what more would bring.

All sizes are tested on the same articles of the same folds. The articles that
are learned from are drawn several times from the training side of each fold;
each draw is a part of the next larger one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from stance.corpus.fold_plan import FoldPlan, choose_protocol, plan_folds
from stance.corpus.splitting import DEFAULT_FOLDS
from stance.errors import ConfigError, CorpusError
from stance.evaluation.curve_bootstrap import CurveScores, HeldOutArticles
from stance.evaluation.curve_fits import compare_draws, curve_points, trend_of
from stance.evaluation.curve_predictions import CurveData, check_fit, extrapolate
from stance.evaluation.fold_fitting import fit_and_predict
from stance.evaluation.fold_workers import LocalWorkers, SharedCorpus
from stance.evaluation.learning_curve_records import LearningCurve
from stance.evaluation.sampling_units import FEW_UNITS, Units
from stance.evaluation.training_draws import (
    DEFAULT_SIZES,
    Unit,
    draw_order,
    geometric_sizes,
    smallest_size,
)
from stance.model.config import TrainingConfig, lowerable_settings
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import ResolvedConfig, resolve_auto, resolve_auto_by_outlets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.corpus.splitting import By, Fold
    from stance.evaluation.fold_workers import FoldWorkers

DEFAULT_DRAWS = 3
FEWEST_DRAWS = 2
# A power law has three parameters.
FEWEST_SIZES = 3
# Folds with less than this share of the largest training part would shorten the curve.
SHORT = 0.5
# Draws by outlet and by article are compared at sizes in this range of the largest one: below it
# both have few articles of each outlet, above it nearly the same articles.
COMPARED = (0.2, 0.8)


def learning_curve(
    articles: Sequence[Article],
    config: TrainingConfig | None = None,
    *,
    by: By | None = None,
    folds: int | Literal["each"] | None = None,
    sizes: Sequence[int] | None = None,
    draws: int = DEFAULT_DRAWS,
    more: Sequence[int] | None = None,
    seed: int | None = None,
    jobs: int = 1,
    workers: FoldWorkers | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> LearningCurve:
    """Measure how the score grows with the number of training articles.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label.
    config : TrainingConfig, optional
        Settings that are "auto" are resolved for each draw, as if a model were trained
        on it alone; only whether a block suits the texts is decided once.
    by : {"outlet", "event", "time", "random"}, optional
        What training and test articles may not share; by default the strictest
        protocol that the corpus allows.
    folds : int or "each", optional
        By default five, or one for each outlet or event if there are fewer.
    sizes : sequence of int, optional
        Numbers of training articles, at least three; by default eight with equal
        ratios, up to the training part of the smallest fold.
    draws : int
        How often articles of each size are drawn; at least two.
    more : sequence of int, optional
        Predict the score with these numbers of articles more than there are; by
        default with a quarter, a half and all of their number more.
    seed : int, optional
        Seed of folds, draws and intervals; that of `config` by default.
    jobs : int
        Number of processes; -1 for one per core.
    workers : FoldWorkers, optional
        Other workers to train on, such as a cluster; the result is the same.
    progress : callable, optional
        Called with the number of trained models and the total.

    Returns
    -------
    LearningCurve

    Raises
    ------
    CorpusError
        If there are too few articles.
    ConfigError
        If sizes or draws are out of their range.
    """
    config = config or TrainingConfig()
    chosen_seed = config.seed if seed is None else seed
    _check_numbers(draws, more)
    corpus = LabelledCorpus.with_auxiliary(articles, ())
    design = _Design.of(corpus, by, folds, draws, chosen_seed)
    of_articles = design.checked_sizes(sizes)
    of_outlets = design.outlet_sizes(of_articles)
    fits = _Fits(corpus, design, _Settings.of(corpus, config))
    fits.add("article", of_articles)
    fits.add("outlet", of_outlets)
    fits.run(workers or LocalWorkers(jobs), jobs, progress)
    return _curve(corpus, design, fits, (of_articles, of_outlets), more)


def _check_numbers(draws: int, more: Sequence[int] | None) -> None:
    if draws < FEWEST_DRAWS:
        raise ConfigError(
            f"Got draws={draws}, but expected at least {FEWEST_DRAWS}: one draw does not tell how "
            "draws differ."
        )
    wrong = [n for n in more or () if n < 1]
    if wrong:
        raise ConfigError(f"Got more={wrong[0]}, but expected a number of articles from 1 on.")


@dataclass(frozen=True)
class _Design:
    """The folds that are tested, and the orders in which their training articles are drawn."""

    corpus: LabelledCorpus
    plan: FoldPlan
    folds: tuple[Fold, ...]
    n_draws: int
    seed: int

    @classmethod
    def of(
        cls,
        corpus: LabelledCorpus,
        by: By | None,
        folds: int | Literal["each"] | None,
        draws: int,
        seed: int,
    ) -> _Design:
        choice = choose_protocol(corpus.articles, by)
        if folds is None and choice.held_out:
            groups = choice.held_out
            # One outlet gives the error that two are expected.
            folds = max(min(DEFAULT_FOLDS, groups.n_groups + groups.n_unnamed), 2)
        plan = plan_folds(corpus.articles, choice, folds, seed=seed, duplicates=corpus.duplicates)
        most = max(len(fold.train) for fold in plan.folds)
        kept = tuple(fold for fold in plan.folds if len(fold.train) >= SHORT * most)
        return cls(corpus, plan, kept, draws, seed)

    @property
    def largest(self) -> int:
        """The largest size that every fold has."""
        return min(len(fold.train) for fold in self.folds)

    def checked_sizes(self, asked: Sequence[int] | None) -> tuple[int, ...]:
        """Return the sizes, ascending."""
        smallest, largest = smallest_size(len(self.corpus.labels)), self.largest
        if asked is None:
            if largest < 2 * smallest:
                raise CorpusError(
                    f"Got {len(self.corpus.articles)} articles, of which each fold can learn from "
                    f"{largest}, but expected at least {2 * smallest} for a curve over "
                    f"{len(self.corpus.labels)} labels. Label more articles."
                )
            return geometric_sizes(smallest, largest, DEFAULT_SIZES)
        sizes = tuple(sorted(set(asked)))
        if len(sizes) < FEWEST_SIZES:
            raise ConfigError(
                f"Got {len(sizes)} different sizes, but expected at least {FEWEST_SIZES} for a "
                "curve."
            )
        wrong = [size for size in sizes if not smallest <= size <= largest]
        if wrong:
            raise ConfigError(
                f"Got the size {wrong[0]}, but expected sizes from {smallest}, which hold two "
                f"articles of each label, to {largest}, which each fold can learn from when its "
                "test articles are held out."
            )
        return sizes

    def outlet_sizes(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Return the sizes at which outlets are drawn; none if they are too few."""
        coverage = self.plan.choice.outlets
        if self.plan.choice.by != "outlet" or not coverage.is_mostly_known:
            return ()
        if min(self._n_outlets(fold) for fold in self.folds) < FEW_UNITS:
            return ()
        first, last = (share * self.largest for share in COMPARED)
        return tuple(size for size in sizes if first <= size <= last)

    def _n_outlets(self, fold: Fold) -> int:
        return len({self.corpus.articles[i].outlet for i in fold.train.tolist()} - {None})

    @cached_property
    def outlets(self) -> NDArray[np.int64]:
        """The outlet of each article; an article without one is an outlet of its own."""
        units = Units.of(len(self.corpus.articles), [a.outlet for a in self.corpus.articles])
        return units.numbers

    def orders(self, drawn_by: Unit) -> list[list[NDArray[np.int64]]]:
        """Return the training articles of each fold in the order of each draw."""
        y_true, duplicates = self.corpus.y_true, self.corpus.duplicates
        found = []
        for number, fold in enumerate(self.folds):
            outlets = self.outlets[fold.train] if drawn_by == "outlet" else None
            of_fold = []
            for draw in range(self.n_draws):
                random = np.random.default_rng([self.seed, number, draw, drawn_by == "outlet"])
                order = draw_order(y_true[fold.train], duplicates[fold.train], outlets, random)
                of_fold.append(fold.train[order])
            found.append(of_fold)
        return found


@dataclass(frozen=True)
class _Settings:
    """Settings of which "auto" is resolved for each draw.

    Whether a block suits the texts is decided once for the corpus, because that
    takes long and uses no labels.
    """

    asked: TrainingConfig
    of_corpus: TrainingConfig

    @classmethod
    def of(cls, corpus: LabelledCorpus, config: TrainingConfig) -> _Settings:
        return cls(config, resolve_auto(corpus, config).config)

    def resolved(self, training: LabelledCorpus) -> ResolvedConfig:
        outlets = training.outlet_coverage
        config = resolve_auto_by_outlets(
            self.asked,
            labels_are_outlets=outlets.labels_are_groups,
            n_outlets=outlets.n_groups if outlets.is_mostly_known else 0,
        )
        features = self.of_corpus.features
        undecided = {
            name: features.block(name).enabled is True for name in config.features.undecided()
        }
        config = config.with_blocks(undecided) if undecided else config
        return ResolvedConfig(config, lowerable_settings(self.asked))


class _Fits:
    """The models of all sizes, draws and folds; equal ones are fitted once.

    Parameters
    ----------
    corpus : LabelledCorpus
    design : _Design
    settings : _Settings
    """

    def __init__(self, corpus: LabelledCorpus, design: _Design, settings: _Settings) -> None:
        self._corpus, self._design, self._settings = corpus, design, settings
        self._tasks: dict[tuple[int, bytes], NDArray[np.int64]] = {}
        self._asked: dict[Unit, list[list[list[tuple[int, bytes]]]]] = {}
        self._found: dict[tuple[int, bytes], NDArray[np.int64]] = {}

    def add(self, drawn_by: Unit, sizes: Sequence[int]) -> None:
        """Ask for the draws of some sizes."""
        orders = self._design.orders(drawn_by) if sizes else []
        self._asked[drawn_by] = [
            [
                [self._task(number, of_fold[draw][:size]) for number, of_fold in enumerate(orders)]
                for draw in range(self._design.n_draws)
            ]
            for size in sizes
        ]

    def _task(self, fold: int, drawn: NDArray[np.int64]) -> tuple[int, bytes]:
        places = np.sort(drawn)
        key = (fold, places.tobytes())
        self._tasks[key] = places
        return key

    def run(self, workers: FoldWorkers, jobs: int, progress: Callable[[int, int], None]) -> None:
        """Fit all models."""
        from joblib import Parallel, delayed

        shared, folds = SharedCorpus(self._corpus), self._design.folds
        calls = (
            delayed(_predict_labels)(shared, places, folds[number].test, self._settings)
            for (number, _), places in self._tasks.items()
        )
        progress(0, len(self._tasks))
        with workers.joblib(shared):
            results = Parallel(n_jobs=jobs, return_as="generator")(calls)
            for key, y_pred in zip(self._tasks, results, strict=True):
                self._found[key] = y_pred
                progress(len(self._found), len(self._tasks))

    def y_preds(self, drawn_by: Unit) -> NDArray[np.int64]:
        """Return the predicted labels, shape (n_sizes, n_draws, n_tested)."""
        return np.array(
            [
                [np.concatenate([self._found[key] for key in keys]) for keys in of_size]
                for of_size in self._asked[drawn_by]
            ]
        )

    def n_outlets(self, drawn_by: Unit) -> list[float]:
        """Return the mean number of outlets in the draws of each size."""
        outlets = self._design.outlets
        return [
            float(np.mean([len(set(outlets[self._tasks[key]])) for keys in one for key in keys]))
            for one in self._asked[drawn_by]
        ]


def _predict_labels(
    shared: SharedCorpus,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    settings: _Settings,
) -> NDArray[np.int64]:
    """Train on some articles; return the numbers of the labels of others."""
    corpus = shared.corpus
    training = corpus.part(train)
    tested = [corpus.articles[place] for place in test.tolist()]
    found = fit_and_predict(training, tested, settings.resolved(training))
    y_pred: NDArray[np.int64] = found.among(corpus.labels).probabilities.argmax(axis=1)
    return y_pred


def _curve(
    corpus: LabelledCorpus,
    design: _Design,
    fits: _Fits,
    sizes: tuple[tuple[int, ...], tuple[int, ...]],
    more: Sequence[int] | None,
) -> LearningCurve:
    """Score the predictions, fit the curve and compare the kinds of draws."""
    places = np.concatenate([fold.test for fold in design.folds])
    units = Units.of(len(places), [corpus.articles[place].outlet for place in places.tolist()])
    tested = HeldOutArticles(tuple(corpus.labels), corpus.y_true[places], units)
    y_preds = fits.y_preds("article")
    scores = CurveScores.of(sizes[0], y_preds, tested, (design.seed, 0))
    n_outlets = fits.n_outlets("article") if corpus.outlets else None
    trend = trend_of(scores, tested)
    n_pool = round(float(np.mean([len(fold.train) for fold in design.folds])))
    data = CurveData(scores, tested, len(corpus.articles), n_pool, design.seed)
    found = extrapolate(data, trend, more)
    result = LearningCurve(
        n_articles=len(corpus.articles),
        n_tested=len(places),
        n_folds=len(design.folds),
        n_short_folds=len(design.plan.folds) - len(design.folds),
        protocol=design.plan.description,
        basis=units.basis,
        points=curve_points("article", scores, y_preds, tested, n_outlets=n_outlets, n_pool=n_pool),
        outlet_points=(),
        trend=trend,
        fit=found.fit,
        predictions=found.predictions,
        fitted=found.fitted,
        check=check_fit(data),
        comparison=None,
        plan=design.plan,
    )
    if not sizes[1]:
        return result
    y_preds, n_outlets = fits.y_preds("outlet"), fits.n_outlets("outlet")
    of_outlets = CurveScores.of(sizes[1], y_preds, tested, (design.seed, 1))
    return replace(
        result,
        outlet_points=curve_points(
            "outlet", of_outlets, y_preds, tested, n_outlets=n_outlets, n_pool=n_pool
        ),
        comparison=compare_draws(scores, of_outlets, tested),
    )
