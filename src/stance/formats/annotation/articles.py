"""Articles of any file as annotations: what goes out to be annotated, and tables that came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow
from stance.corpus.keys import canonical
from stance.errors import CorpusError
from stance.formats.annotation.records import Annotation
from stance.formats.reading import read_located
from stance.formats.values import NoTextError, text_of, text_or_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from stance.formats.annotation.records import Origin
    from stance.formats.inputs import PlannedInput
    from stance.formats.reading import LocatedArticle
    from stance.formats.source import Source

# Fields that begin so are for this toolkit alone; coders are not shown them.
HIDDEN = "stance_"
# One for each near-duplicate that gets the label of the article.
SAME_AS = f"{HIDDEN}same_as_"

MODEL, UNKNOWN = "model", "unknown"

# Columns of the neutral table that are not fields of the article.
COLUMNS = (
    *("annotator", "confidence", "time", "origin", "skipped", "comment"),
    *("inclusion_probability", "stratum", "same_as", "spans"),
)
# What a model said; coders who see it agree with it too often.
PREDICTION_FIELDS = ("predicted_label", "probability", "suggested_label", "given_probability")
_PROBABILITIES = "probabilities"


@dataclass(frozen=True)
class AnnotatedArticles:
    """The articles of some files, with what was said of them.

    Parameters
    ----------
    annotations : list of Annotation
        Those of one article follow each other; an article without one is there as itself.
    rejected : list of RejectedRow
    n_duplicates : int
        Near-duplicates that travel with the article that they name in ``same_as``.
    """

    annotations: list[Annotation]
    rejected: list[RejectedRow] = field(default_factory=list)
    n_duplicates: int = 0


def read_annotated(
    source: Source,
    *,
    show_predictions: bool = True,
    on_input: Callable[[PlannedInput], object] = lambda planned: None,
) -> AnnotatedArticles:
    """Read articles with the labels that they have.

    Parameters
    ----------
    source : Source
        A row is an article, or one annotator's label of it (``annotator``). A label
        beside a probability is that of a model; another one without an annotator is by
        `UNKNOWN`.
    show_predictions : bool
        Whether to keep what models said.
    on_input : callable
        Called with each input before it is read.

    Raises
    ------
    CorpusError
        If an id has two texts, or occurs twice without annotators.
    """
    rejected: list[RejectedRow] = []
    articles: dict[str, _Article] = {}
    for found in read_located(source, on_input=on_input):
        if isinstance(found, RejectedRow):
            rejected.append(found)
            continue
        one = _article(found, source, show_predictions=show_predictions)
        key = canonical(one.bare.id)
        if key in articles:
            articles[key].add(one)
        else:
            articles[key] = one
    duplicates = _attach_duplicates(articles)
    kept = [one for key, one in articles.items() if key not in duplicates]
    return AnnotatedArticles([a for one in kept for a in one.all()], rejected, len(duplicates))


@dataclass
class _Article:
    bare: Annotation
    given: list[Annotation]
    same_as: str
    where: str

    def add(self, other: _Article) -> None:
        """Add another annotator's row of the same article."""
        if not self.given or not other.given or self.bare.text != other.bare.text:
            raise CorpusError(
                f"Got {other.where}, with the id {other.bare.id!r} of {self.where} again, but "
                "expected one row for each article, or rows of the same text with different names "
                "in 'annotator'. Correct the ids."
            )
        self.given.extend(other.given)

    def all(self) -> list[Annotation]:
        """Return the annotations, each with the fields of the article."""
        return [replace(one, fields=self.bare.fields) for one in self.given or [self.bare]]


def _article(found: LocatedArticle, source: Source, *, show_predictions: bool) -> _Article:
    values = dict(found.row.values)
    where = f"{found.row.source}, row {found.row.number}"
    fields = source.fields
    label = values.pop(fields.label, None)
    bare = Annotation(
        found.article.id,
        found.article.text,
        inclusion_probability=_share(values, "inclusion_probability", where),
        stratum=_text(values, "stratum"),
        fields=_kept_fields(values, source, show_predictions=show_predictions),
    )
    given = [*_given(bare, label, values, where), *_predicted(bare, values, where)]
    if not show_predictions:
        given = [one for one in given if one.origin != "model"]
    return _Article(bare, given, _text(values, "same_as") or "", where)


def _given(
    bare: Annotation, label: Any, values: Mapping[str, Any], where: str
) -> Iterator[Annotation]:
    """Yield the annotation of a row, if it has one."""
    labels = labels_in(label)
    annotator = _text(values, "annotator")
    skipped = _text(values, "skipped") in {"true", "True", "TRUE", "1"}
    if not (labels or annotator or skipped):
        return
    confidence = _share(values, "confidence", where)
    is_predicted = _text(values, "origin") == MODEL or (
        annotator is None and any(map(_is_probability, values))
    )
    origin: Origin = "model" if is_predicted else "human"
    if is_predicted and confidence is None:
        confidence = _share(values, "probability", where)
    yield replace(
        bare,
        annotator=annotator or (MODEL if is_predicted else UNKNOWN),
        labels=labels,
        confidence=confidence,
        time=_text(values, "time"),
        origin=origin,
        skipped=skipped,
        comment=_text(values, "comment"),
    )


def _predicted(bare: Annotation, values: Mapping[str, Any], where: str) -> Iterator[Annotation]:
    """Yield the prediction that `stance sample --show-predictions` wrote into a row."""
    labels = labels_in(values.get("predicted_label"))
    if labels:
        confidence = _share(values, "probability", where)
        yield replace(bare, annotator=MODEL, labels=labels, confidence=confidence, origin="model")


def _is_probability(name: str) -> bool:
    return name in {"probability", _PROBABILITIES} or name.startswith(f"{_PROBABILITIES}.")


def _kept_fields(
    values: Mapping[str, Any], source: Source, *, show_predictions: bool
) -> dict[str, str]:
    ours = {theirs: name for name, theirs in source.fields.items()}
    left_out = {source.fields.id, source.fields.text, source.fields.label, *COLUMNS}
    kept = {}
    for name, value in values.items():
        hidden = not show_predictions and (name in PREDICTION_FIELDS or _is_probability(name))
        if name in left_out or name.startswith(SAME_AS) or hidden:
            continue
        if (text := text_or_json(value)) is not None:
            kept[ours.get(name, name)] = text
    return kept


def labels_in(value: Any) -> tuple[str, ...]:
    """Return the labels in a value: none, one, or several of a list.

    Examples
    --------
    >>> labels_in(["محايد", "مؤيد"]), labels_in({"choices": ["محايد"]}), labels_in(" ")
    (('محايد', 'مؤيد'), ('محايد',), ())
    """
    if isinstance(value, Mapping) and set(value) == {"choices"}:
        value = value["choices"]
    members = value if isinstance(value, list | tuple) else [value]
    texts = (text_or_json(one) for one in members)
    return tuple(dict.fromkeys(text for text in texts if text and text.strip()))


def _text(values: Mapping[str, Any], name: str) -> str | None:
    text = text_or_json(values.get(name))
    return text if text and text.strip() else None


def _share(values: Mapping[str, Any], name: str, where: str) -> float | None:
    """Return a number in [0, 1].

    Raises
    ------
    CorpusError
        If it is none.
    """
    try:
        text = (text_of(values.get(name)) or "").strip()
        found = float(text) if text else None
    except (NoTextError, ValueError):
        found = -1.0
    if found is not None and not 0 <= found <= 1:
        raise CorpusError(
            f"Got {where}, with the {name.replace('_', ' ')} {values[name]!r}, but expected a "
            "number between 0 and 1. Correct the row."
        )
    return found


def _attach_duplicates(articles: Mapping[str, _Article]) -> set[str]:
    """Store each near-duplicate in the article that is annotated instead; return their keys."""
    duplicates = {key: one for key, one in articles.items() if one.same_as}
    counts: dict[str, int] = {}
    for key, one in duplicates.items():
        last = _followed(key, articles)
        counts[last] = counts.get(last, 0) + 1
        target = articles[last]
        target.bare = replace(
            target.bare,
            fields={**target.bare.fields, f"{SAME_AS}{counts[last]}": _as_json(one)},
        )
    return set(duplicates)


def _followed(key: str, articles: Mapping[str, _Article]) -> str:
    seen = {key}
    while articles[key].same_as:
        following = canonical(articles[key].same_as)
        if following not in articles or following in seen:
            raise CorpusError(
                f"Got {articles[key].where}, whose 'same_as' is {articles[key].same_as!r}, but "
                "expected the id of another article of the file, which is annotated instead. "
                "Restore its row, or empty 'same_as'."
            )
        seen.add(following)
        key = following
    return key


def _as_json(one: _Article) -> str:
    bare = one.bare
    found = {
        "id": bare.id,
        "text": bare.text,
        "same_as": one.same_as,
        "inclusion_probability": bare.inclusion_probability,
        "stratum": bare.stratum,
        "fields": dict(bare.fields),
    }
    return json.dumps(found, ensure_ascii=False)


def duplicates_of(one: Annotation) -> tuple[Annotation, list[tuple[Annotation, str]]]:
    """Return an annotation without its near-duplicates, and these with the same label.

    Returns
    -------
    annotation : Annotation
    duplicates : list of (Annotation, str)
        Each with the id that it named in ``same_as``.

    Raises
    ------
    CorpusError
        If what was stored in the article is damaged.
    """
    hidden = {name: value for name, value in one.fields.items() if name.startswith(SAME_AS)}
    rest = {name: value for name, value in one.fields.items() if name not in hidden}
    found = []
    for name, value in hidden.items():
        try:
            stored = json.loads(value)
            same_as = stored.pop("same_as")
            found.append((replace(one, **stored), str(same_as)))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CorpusError(
                f"Got the article {one.id!r}, whose field {name!r} is damaged, but expected what "
                "'stance annotate export' wrote there. Export it anew."
            ) from error
    return replace(one, fields=rest), found


def by_article(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    """Return annotations by the canonical form of the article's id, in order."""
    found: dict[str, list[Annotation]] = {}
    for one in annotations:
        found.setdefault(canonical(one.id), []).append(one)
    return found
