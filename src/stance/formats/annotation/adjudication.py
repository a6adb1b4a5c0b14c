"""From several annotators to one label: what is decided, by whom, and what is left to decide."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stance.corpus.article import RejectedRow
from stance.corpus.keys import canonical, tidy
from stance.corpus.label_cells import one_label, several_labels, with_choice
from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.articles import by_article
from stance.formats.inputs import plan_inputs
from stance.formats.values import NoTextError, text_of, text_or_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from stance.corpus.article import Row
    from stance.formats.annotation.records import Annotation
    from stance.formats.source import Source

# The annotator of a label that was decided.
ADJUDICATED, MAJORITY = "adjudicated", "majority"


@dataclass(frozen=True)
class Resolved:
    """One annotation for each article.

    Parameters
    ----------
    annotations : tuple of Annotation
        One for each article, in their order.
    left_out : tuple of str
        Ids of the articles whose annotators differ and that nobody decided: they have
        no label.
    n_adjudicated, n_agreed, n_majority : int
        Labels that were adjudicated, that all annotators of an article gave, and that
        the majority gave.
    """

    annotations: tuple[Annotation, ...]
    left_out: tuple[str, ...]
    n_adjudicated: int
    n_agreed: int
    n_majority: int


def read_decisions(source: Source) -> dict[str, str]:
    """Read adjudicated labels by the canonical ids of their articles; empty ones are left out.

    Raises
    ------
    CorpusError
        If a row cannot be read, has no id or several labels, an article has two
        labels, or nothing was decided.
    """
    found: dict[str, str] = {}
    name = ", ".join(source.files)
    id_field, label_field = source.fields.id, source.fields.label
    for row in _rows(source):
        where = f"{row.source}, row {row.number}"
        missing = [field for field in (id_field, label_field) if field not in row.values]
        identifier = text_or_json(row.values.get(id_field)) or ""
        if missing or not canonical(identifier):
            raise CorpusError(
                f"Got {where}, without {(missing or [id_field])[0]!r}, but expected the id of an "
                "article and the label that was decided. Restore the columns that 'stance "
                "agreement --adjudicate' wrote."
            )
        label = _label(row, label_field, where)
        if label is None:
            continue
        before = found.setdefault(canonical(identifier), label)
        if canonical(before) != canonical(label):
            raise CorpusError(
                f"Got {where}, where {identifier!r} is {label!r} after {before!r} in another row, "
                "but expected one label for each article. Remove one of the two."
            )
    known = {canonical(label) for label in found.values()}
    for label in found.values():
        if reason := several_labels(label, known):
            raise CorpusError(f"Got {name}, where the label {reason}.")
    if not found:
        raise CorpusError(
            f"Got {name} without a label in {label_field!r}, but expected some that were decided. "
            "Fill in that column."
        )
    return found


def _rows(source: Source) -> Iterable[Row]:
    for planned in plan_inputs(source):
        for row in planned.rows(source):
            if isinstance(row, RejectedRow):
                raise CorpusError(f"Got a decision that cannot be read: {row}. Correct it.")
            yield row


def _label(row: Row, field: str, where: str) -> str | None:
    try:
        text = text_of(row.values.get(field))
    except NoTextError as error:
        raise CorpusError(
            f"Got {where}, whose {field!r} {with_choice(str(error))}. Correct the row."
        ) from error
    return tidy(one_label(text)) or None if text else None


def resolve(
    annotations: Sequence[Annotation],
    decisions: Mapping[str, str] | None = None,
    *,
    majority: bool = False,
) -> Resolved:
    """Choose one label for each article.

    An adjudicated label wins. Otherwise a label holds if all people who labelled the
    article gave it, or, if asked for, more than half of them. Other articles have no
    label. Models have no vote.

    Parameters
    ----------
    annotations : sequence of Annotation
        With one label each at most.
    decisions : mapping of str to str, optional
        As `read_decisions` returns them.
    majority : bool

    Raises
    ------
    ConfigError
        If an article that was decided is not among the annotations, or an annotation
        has several labels.

    Examples
    --------
    >>> from stance.formats.annotation.records import Annotation
    >>> rows = [Annotation("7", "نص", name, (label,)) for name, label in (("أ", "x"), ("ب", "y"))]
    >>> resolve(rows).left_out
    ('7',)
    >>> resolve(rows, {"7": "y"}).annotations[0].labels
    ('y',)
    """
    decisions = decisions or {}
    several = next((one for one in annotations if len(one.labels) > 1), None)
    if several is not None:
        raise ConfigError(
            f"Got several labels for {several.id!r} by one annotator, but expected one to choose "
            "from. Give --several first or --several drop."
        )
    articles = by_article(annotations)
    unknown = [key for key in decisions if key not in articles]
    if unknown:
        raise ConfigError(
            f"Got {len(unknown):,} adjudicated articles that are in none of the files, such as "
            f"{unknown[0]!r}, but expected ids of annotated ones. Give all files of the coders."
        )
    kept, left_out, counts = [], [], Counter[str]()
    for key, given in articles.items():
        chosen, how = _choose(given, decisions.get(key), majority=majority)
        counts[how] += 1
        if chosen is None:
            left_out.append(given[0].id)
        kept.append(chosen or given[0].article)
    return Resolved(
        tuple(kept), tuple(left_out), counts[ADJUDICATED], counts["agreed"], counts[MAJORITY]
    )


def _choose(
    given: Sequence[Annotation], decided: str | None, *, majority: bool
) -> tuple[Annotation | None, str]:
    """Return the annotation that holds, or None, and how it was chosen."""
    coded = [one for one in given if one.labels and one.origin == "human"]
    if decided is not None:
        return _with_label(given, coded, decided, ADJUDICATED), ADJUDICATED
    if not coded:
        return given[0], "none"
    votes = Counter(canonical(one.labels[0]) for one in coded)
    label, n = votes.most_common(1)[0]
    first = next(one for one in coded if canonical(one.labels[0]) == label)
    if len(votes) == 1:
        return first, "agreed"
    if majority and 2 * n > len(coded):
        return _with_label(given, coded, first.labels[0], MAJORITY), MAJORITY
    return None, "disputed"


def _with_label(
    given: Sequence[Annotation], coded: Sequence[Annotation], label: str, by: str
) -> Annotation:
    """Return an annotation with a label, in the spelling that an annotator gave it."""
    spelled = next(
        (one.labels[0] for one in coded if canonical(one.labels[0]) == canonical(label)), label
    )
    return replace(given[0].article, annotator=by, labels=(spelled,))
