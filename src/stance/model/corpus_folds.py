"""Division of a corpus into folds that each have enough labels to train on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.fold_plan import FoldPlan, choose_protocol
from stance.corpus.protocol_choice import ProtocolChoice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stance.corpus.splitting import By
    from stance.model.learning_corpus import LabelledCorpus


def plan_corpus_folds(
    corpus: LabelledCorpus,
    by: By | ProtocolChoice,
    wanted: int,
    *,
    seed: int,
    always_train: NDArray[np.bool_] | None = None,
) -> FoldPlan:
    """Divide a corpus into folds, with near-duplicates never in both training and test.

    Parameters
    ----------
    corpus : LabelledCorpus
    by : {"outlet", "event", "time", "random"} or ProtocolChoice
    wanted : int
        The maximum number of folds; fewer if there are fewer outlets or events.
    seed : int
    always_train : ndarray of bool, optional
        As for `stance.corpus.fold_plan.plan_folds`. By default every article is
        tested, also those that the corpus says cross-validation never tests.

    Returns
    -------
    FoldPlan
        Its test articles are those whose label can be learned without them; it
        has no folds if there are none.
    """
    articles = corpus.articles
    choice = by if isinstance(by, ProtocolChoice) else choose_protocol(articles, by, always_train)
    if groups := choice.held_out:
        wanted = max(min(wanted, groups.n_groups + groups.n_unnamed), 2)
    return FoldPlan.of(
        articles,
        choice,
        wanted,
        seed=seed,
        duplicates=corpus.duplicates,
        always_train=always_train,
    )


def usable_folds(
    corpus: LabelledCorpus,
    by: By | ProtocolChoice,
    wanted: int,
    *,
    seed: int,
    always_train: NDArray[np.bool_] | None = None,
) -> FoldPlan:
    """Divide a corpus into at least one fold that can be trained on.

    Parameters
    ----------
    corpus, by, wanted, seed, always_train
        As for `plan_corpus_folds`.

    Raises
    ------
    CorpusError
        If the corpus cannot be divided this way, or no article can be tested.
    """
    plan = plan_corpus_folds(corpus, by, wanted, seed=seed, always_train=always_train)
    return plan if plan.folds else plan.check()
