"""Audit of a corpus: leaks and shortcuts that distort training or scores."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from stance.corpus.article import Article, check_articles
from stance.corpus.boilerplate import Giveaway, RecurringLine, giveaways, recurring_lines
from stance.corpus.duplicates import members, near_duplicate_articles
from stance.corpus.oddities import OddityCount, find_oddities
from stance.corpus.passages import Edit, Passage, edits, reused_passages
from stance.evaluation.confounding import Confounding, Probe, confounding, probe_outlets
from stance.evaluation.dating import DateAudit, audit_dates
from stance.evaluation.result_rows import FINDING_COLUMNS, finding_rows
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stance.corpus.article import RejectedRow


@dataclass(frozen=True)
class Audit:
    """The findings of an audit.

    Parameters
    ----------
    articles : sequence of Article
    rejected : sequence of RejectedRow
    missing : dict of str to int
        Number of articles without a value, for each field.
    oddities : list of OddityCount
        Signs of a wrong encoding, markup and unusual letters.
    garbled : int
        Number of articles that are unreadable because of them.
    duplicate_groups : list of list of int
        Groups of near-duplicates, as indices of articles.
    straddling : dict of str to list of int
        For ``label``, ``outlet`` and ``input``, the indices of the groups with
        several values.
    passages : list of Passage
        Reused passages; `crosses_outlets` is False for those of one outlet.
    edits : list of Edit
        Differences in the passages that cross outlets.
    lines : list of RecurringLine
    giveaways : list of Giveaway
    probe : Probe, optional
        None if there are too few outlets.
    confounding : Confounding, optional
        None if there are fewer than two labels or two outlets.
    dates : DateAudit
    """

    articles: Sequence[Article]
    rejected: Sequence[RejectedRow]
    missing: dict[str, int]
    oddities: list[OddityCount]
    garbled: int
    duplicate_groups: list[list[int]]
    straddling: dict[str, list[int]]
    passages: list[Passage]
    edits: list[Edit]
    lines: list[RecurringLine]
    giveaways: list[Giveaway]
    probe: Probe | None
    confounding: Confounding | None
    dates: DateAudit

    def counts(self, field: str) -> Counter[str]:
        """Count the values of a field."""
        values = (getattr(article, field) for article in self.articles)
        return Counter(value for value in values if value is not None)

    def crosses_outlets(self, passage: Passage) -> bool:
        """Return whether a passage is shared by several outlets."""
        return _crosses_outlets(passage, self.articles)

    def substitutions(self) -> Counter[tuple[str, str]]:
        """Count the substitutions of words, without additions and omissions."""
        return Counter((e.before, e.after) for e in self.edits if e.before and e.after)

    def to_arrow(self) -> Any:
        """Return the findings as an Arrow table."""
        return arrow_table(finding_rows(self), FINDING_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values, articles by their ids."""
        ids = [article.id for article in self.articles]
        return {
            "articles": len(ids),
            "labels": dict(self.counts("label").most_common()),
            "outlets": dict(self.counts("outlet").most_common()),
            "rejected": [row.to_row() for row in self.rejected],
            "missing": self.missing,
            "oddities": {count.name: _oddity_row(count) for count in self.oddities},
            "garbled": self.garbled,
            "near_duplicates": {
                "groups": [[ids[i] for i in group] for group in self.duplicate_groups],
                "straddling": self.straddling,
            },
            "reused_passages": [self._passage_row(passage) for passage in self.passages],
            "edits": [self._edit_row(edit) for edit in self.edits],
            "recurring_lines": [asdict(line) for line in self.lines],
            "giveaways": [asdict(giveaway) for giveaway in self.giveaways],
            "outlet_probe": asdict(self.probe) if self.probe else None,
            "confounding": asdict(self.confounding) if self.confounding else None,
            "dates": self.dates.to_dict(),
        }

    def _passage_row(self, passage: Passage) -> dict[str, Any]:
        places = [
            {"id": self.articles[p.article].id, "start": p.start, "end": p.end, "version": version}
            for p, version in zip(passage.places, passage.versions, strict=True)
        ]
        first = passage.places[0]
        text = self.articles[first.article].text[first.start : first.end]
        return {"text": text, "places": places}

    def _edit_row(self, edit: Edit) -> dict[str, Any]:
        sides = (
            ("before", edit.before, edit.before_place),
            ("after", edit.after, edit.after_place),
        )
        return {
            name: {
                "id": self.articles[place.article].id,
                "text": text,
                "start": place.start,
                "end": place.end,
            }
            for name, text, place in sides
        }


def audit(
    articles: Sequence[Article],
    *,
    rejected: Sequence[RejectedRow] = (),
    inputs: Sequence[str] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> Audit:
    """Find leaks and shortcuts in a corpus.

    Parameters
    ----------
    articles : sequence of Article
        Labels and outlets may be missing.
    rejected : sequence of RejectedRow
        Rows that could not be read.
    inputs : sequence of str, optional
        Where each article comes from, such as its split.
    seed : int
        Random seed of the sample for the outlet probe.
    progress : callable, optional
        Called with the name of each step.

    Returns
    -------
    Audit
    """
    articles = check_articles(articles)
    texts = [article.text for article in articles]
    oddities, garbled = find_oddities(articles)
    progress("near-duplicates")
    duplicates = near_duplicate_articles(articles)
    groups = members(duplicates)
    progress("reused passages")
    passages = reused_passages(texts)
    progress("boilerplate")
    lines = recurring_lines(articles)
    labelled = [(a.text, a.label) for a in articles if a.label is not None]
    phrases = giveaways([text for text, _ in labelled], [label for _, label in labelled])
    progress("outlet probe")
    by_field: dict[str, list[str | None]] = {
        "label": [article.label for article in articles],
        "outlet": [article.outlet for article in articles],
        "input": list(inputs) if inputs else [None] * len(articles),
    }
    return Audit(
        articles=articles,
        rejected=rejected,
        missing={
            field.name: sum(not getattr(article, field.name) for article in articles)
            for field in fields(Article)
        },
        oddities=oddities,
        garbled=garbled,
        duplicate_groups=groups,
        straddling={name: _straddling(groups, values) for name, values in by_field.items()},
        passages=passages,
        edits=[
            edit
            for passage in passages
            if _crosses_outlets(passage, articles)
            for edit in edits(passage, texts)
        ],
        lines=lines,
        giveaways=phrases,
        probe=probe_outlets(articles, seed=seed),
        confounding=confounding(articles),
        dates=audit_dates(articles),
    )


def _oddity_row(count: OddityCount) -> dict[str, Any]:
    return {
        "articles": count.articles,
        "first": count.first,
        "sample": count.sample,
        "characters": dict(count.characters.most_common()),
        "advice": count.advice,
    }


def _crosses_outlets(passage: Passage, articles: Sequence[Article]) -> bool:
    """Return whether several outlets have a passage; an unnamed one counts as different."""
    outlets = {articles[i].outlet for i in passage.articles}
    return len(outlets) > 1 or None in outlets


def _straddling(groups: Sequence[Sequence[int]], values: Sequence[str | None]) -> list[int]:
    return [
        number
        for number, group in enumerate(groups)
        if len({values[i] for i in group if values[i] is not None}) > 1
    ]
