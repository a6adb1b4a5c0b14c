"""Division of a corpus into folds that each have enough labels to train on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.fold_plan import FoldPlan
from stance.corpus.protocol_choice import ProtocolChoice
from stance.corpus.splitting import group_numbers

if TYPE_CHECKING:
    from stance.corpus.splitting import By
    from stance.model.learning_corpus import LabelledCorpus


def plan_corpus_folds(
    corpus: LabelledCorpus, by: By | ProtocolChoice, wanted: int, *, seed: int
) -> FoldPlan:
    """Divide a corpus into folds, with near-duplicates never in both training and test.

    Parameters
    ----------
    corpus : LabelledCorpus
    by : {"outlet", "event", "time", "random"} or ProtocolChoice
    wanted : int
        The maximum number of folds; fewer if there are fewer outlets or events.
    seed : int

    Returns
    -------
    FoldPlan
        Its test articles are those whose label can be learned without them; it
        has no folds if there are none.
    """
    choice = by if isinstance(by, ProtocolChoice) else ProtocolChoice.of(corpus.articles, by)
    if choice.by in {"outlet", "event"}:
        groups, _ = group_numbers(corpus.articles, choice.by)
        wanted = max(min(wanted, int(groups.max()) + 1), 2)
    return FoldPlan.of(corpus.articles, choice, wanted, seed=seed, duplicates=corpus.duplicates)


def usable_folds(
    corpus: LabelledCorpus, by: By | ProtocolChoice, wanted: int, *, seed: int
) -> FoldPlan:
    """Divide a corpus into at least one fold that can be trained on.

    Parameters
    ----------
    corpus, by, wanted, seed
        As for `plan_corpus_folds`.

    Raises
    ------
    CorpusError
        If the corpus cannot be divided this way, or no article can be tested.
    """
    plan = plan_corpus_folds(corpus, by, wanted, seed=seed)
    return plan if plan.folds else plan.check()
