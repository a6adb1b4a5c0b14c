"""The fold plan of a labelled corpus: the protocol, its reason, and what cannot be tested.

Outlets are held out if the corpus names them. A label that occurs in only one
outlet cannot be tested on an unseen outlet: without that outlet no model can
learn it. Such articles are used for training, are not scored, and are reported.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from stance.corpus.always_train import split_with_always_train
from stance.corpus.protocol_choice import FEWEST_LABELS, ProtocolChoice
from stance.corpus.splitting import By, Fold, holds_out_each
from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article

WhyNotTested = Literal["one_group", "one_article", "not_learned", "one_label_left"]
LABELS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NotTested:
    """Articles of a label that cannot be tested.

    Parameters
    ----------
    label : str
    n_articles : int
    why : {"one_group", "one_article", "not_learned", "one_label_left"}
        All articles of the label are from one outlet or event; the label has
        only one article; all other articles of the label are in the same fold
        or near-duplicates of these; or only one label is left for training.
    group : str or None
        The outlet or event, if it is the only one.
    """

    label: str
    n_articles: int
    why: WhyNotTested
    group: str | None = None


@dataclass(frozen=True)
class FoldPlan:
    """The folds of a corpus, and the articles that cannot be tested.

    Parameters
    ----------
    choice : ProtocolChoice
    all_folds : tuple of Fold
        The folds with at least two labels in training.
    is_testable : ndarray of bool, shape (n_articles,)
        Whether an article is in the test part of a fold whose training part has
        its label. By time, every test article is: in practice, too, a model
        makes errors on a label that is new.
    tested_labels : tuple of str
        Sorted.
    not_tested : tuple of NotTested
    description : str
        What is held out, in words.
    n_always_train : int
        Number of articles that are only trained on.
    """

    choice: ProtocolChoice
    all_folds: tuple[Fold, ...]
    is_testable: NDArray[np.bool_]
    tested_labels: tuple[str, ...]
    not_tested: tuple[NotTested, ...]
    description: str
    n_always_train: int = 0

    @classmethod
    def of(
        cls,
        articles: Sequence[Article],
        choice: ProtocolChoice,
        folds: int | Literal["each"] | None = None,
        *,
        seed: int,
        duplicates: Sequence[int] | NDArray[np.int64] | None = None,
        always_train: NDArray[np.bool_] | None = None,
    ) -> Self:
        """Divide articles, even if too few of them can be tested.

        Parameters
        ----------
        articles : sequence of Article
            Each with a label.
        choice : ProtocolChoice
        folds, seed, duplicates
            As `stance.corpus.splitting.split` takes them.
        always_train : ndarray of bool, shape (n_articles,), optional
            As `stance.corpus.always_train.split_with_always_train` takes it.
        """
        mask = np.zeros(len(articles), dtype=bool) if always_train is None else always_train
        found = split_with_always_train(
            articles, mask, choice.by, folds, seed=seed, duplicates=duplicates
        )
        labels = np.array([str(article.label) for article in articles], dtype=object)
        usable = [fold for fold in found if len(set(labels[fold.train])) >= FEWEST_LABELS]
        is_testable = np.zeros(len(articles), dtype=bool)
        for fold in usable:
            learned = set(labels[fold.train])
            is_testable[fold.test] = [
                choice.by == "time" or label in learned for label in labels[fold.test]
            ]
        return cls(
            choice,
            tuple(usable),
            is_testable,
            tuple(sorted(set(labels[is_testable]))),
            _not_tested(articles, choice, found, usable, is_testable),
            _describe(choice, folds, found, [f for f in usable if is_testable[f.test].any()]),
            int(mask.sum()),
        )

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """The folds with only their testable articles, and without empty folds."""
        parts = (
            Fold(fold.name, fold.train, fold.test[self.is_testable[fold.test]])
            for fold in self.all_folds
        )
        return tuple(fold for fold in parts if len(fold.test))

    @property
    def n_tested(self) -> int:
        """Number of tested articles."""
        return int(self.is_testable.sum())

    @property
    def n_articles(self) -> int:
        """Number of articles that were divided into folds."""
        return len(self.is_testable) - self.n_always_train

    def check(self) -> Self:
        """Return the plan itself if at least two labels can be tested.

        Raises
        ------
        CorpusError
            If fewer can be tested (by time, if none can).
        """
        if len(self.tested_labels) >= (1 if self.choice.by == "time" else FEWEST_LABELS):
            return self
        raise CorpusError(_too_few_labels(self.choice.by, self.tested_labels, self.not_tested))

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        return {
            "by": self.choice.by,
            "asked": self.choice.asked,
            "n_articles": self.n_articles,
            "n_tested": self.n_tested,
            "n_always_train": self.n_always_train,
            "outlets": self.choice.outlets.to_dict(),
            "events": self.choice.events.to_dict(),
            "not_tested": [asdict(part) for part in self.not_tested],
        }


def plan_folds(
    articles: Sequence[Article],
    by: By | ProtocolChoice | None = None,
    folds: int | Literal["each"] | None = None,
    *,
    seed: int,
    duplicates: Sequence[int] | NDArray[np.int64] | None = None,
    always_train: NDArray[np.bool_] | None = None,
) -> FoldPlan:
    """Divide labelled articles so that each tested label occurs in training.

    Parameters
    ----------
    articles : sequence of Article
        Each with a label.
    by : {"outlet", "event", "time", "random"} or ProtocolChoice, optional
        By default the strictest protocol that the corpus allows.
    folds : int or "each", optional
    seed : int
    duplicates : sequence of int, optional
        As `stance.corpus.splitting.split` takes them.
    always_train : ndarray of bool, shape (n_articles,), optional
        Which articles are in every fold's training part and in no test part, as
        far as the protocol allows.

    Returns
    -------
    FoldPlan

    Raises
    ------
    CorpusError
        If the articles cannot be divided this way, or fewer than two labels
        can be tested.
    ConfigError
        If `folds` is out of its range.

    Examples
    --------
    >>> from stance.corpus.article import Article
    >>> rows = [("مؤيد", "أ"), ("مؤيد", "ب"), ("معارض", "أ"), ("معارض", "ب"), ("محايد", "أ")]
    >>> articles = [Article(str(n), "نص", la, outlet) for n, (la, outlet) in enumerate(rows)]
    >>> plan = plan_folds(articles, seed=0)
    >>> plan.description, plan.n_tested
    ('leave one outlet out (2 outlets)', 4)
    >>> plan.not_tested
    (NotTested(label='محايد', n_articles=1, why='one_article', group=None),)
    """
    choice = by if isinstance(by, ProtocolChoice) else choose_protocol(articles, by, always_train)
    plan = FoldPlan.of(
        articles, choice, folds, seed=seed, duplicates=duplicates, always_train=always_train
    )
    return plan.check()


def choose_protocol(
    articles: Sequence[Article],
    asked: By | None = None,
    always_train: NDArray[np.bool_] | None = None,
) -> ProtocolChoice:
    """Return the requested protocol, or the strictest one for the tested articles."""
    if always_train is None:
        return ProtocolChoice.of(articles, asked)
    tested = [articles[place] for place in np.flatnonzero(~always_train).tolist()]
    learned = {str(articles[place].label) for place in np.flatnonzero(always_train).tolist()}
    return ProtocolChoice.of(tested, asked, learned)


def _not_tested(
    articles: Sequence[Article],
    choice: ProtocolChoice,
    found: Sequence[Fold],
    usable: Sequence[Fold],
    is_testable: NDArray[np.bool_],
) -> tuple[NotTested, ...]:
    """Count the articles that are in a fold but cannot be tested, by label and reason."""
    sizes = Counter(str(article.label) for article in articles)
    groups = choice.held_out
    only = {lone.label: lone.group for lone in groups.lone_labels} if groups else {}
    kept = {fold.name for fold in usable}
    counts: Counter[tuple[str, WhyNotTested]] = Counter()
    for fold in found:
        for place in fold.test[~is_testable[fold.test]].tolist():
            label = str(articles[place].label)
            why: WhyNotTested = "not_learned" if fold.name in kept else "one_label_left"
            if sizes[label] == 1:
                why = "one_article"
            elif label in only:
                why = "one_group"
            counts[label, why] += 1
    return tuple(
        NotTested(label, n, why, only[label] if why == "one_group" else None)
        for (label, why), n in sorted(counts.items())
    )


def _describe(
    choice: ProtocolChoice,
    asked: int | Literal["each"] | None,
    found: Sequence[Fold],
    tested: Sequence[Fold],
) -> str:
    n, by, groups = len(tested), choice.by, choice.held_out
    if by == "time":
        return f"{n} periods, each after its training"
    if groups is None:
        return f"{n} random folds"
    if holds_out_each(groups.n_groups, groups.n_unnamed, asked):
        named = {fold.name for fold in found[: groups.n_groups]}
        n_named = sum(fold.name in named for fold in tested)
        return f"leave one {by} out ({n_named} {by}s)"
    return f"{n} folds of held-out {by}s"


def _too_few_labels(by: By, tested: Sequence[str], not_tested: Sequence[NotTested]) -> str:
    """Return why too few labels can be tested, and what to do."""
    shown = [
        f"{part.label!r} ({part.n_articles}" + (f", all of {part.group!r})" if part.group else ")")
        for part in not_tested[:LABELS_SHOWN]
    ]
    if more := len(not_tested) - LABELS_SHOWN:
        shown += [f"{more} more"] if more > 0 else []
    what = f"a held-out {by}" if by in {"outlet", "event"} else "a fold"
    several = f"of two or more {by}s each" if by in {"outlet", "event"} else "of several articles"
    left = f"{tested[0]!r} is left to be tested" if tested else "no label is left to be tested"
    return (
        f"Got articles that cannot be tested {_by_words(by)}: without {what} there is one label "
        f"only to learn from, or a label is missing from training: {', '.join(shown)}; {left}, but "
        f"expected two labels or more {several}. Label more articles, ask for more --folds, or "
        "choose another --by."
    )


def _by_words(by: By) -> str:
    return "in random folds" if by == "random" else f"by {by}"
