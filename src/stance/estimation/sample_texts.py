"""The texts of drawn articles, and near-duplicates among them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stance.corpus.article import Article, RejectedRow
from stance.corpus.duplicates import near_duplicate_articles
from stance.corpus.keys import canonical
from stance.errors import ConfigError, CorpusError
from stance.estimation.archive_columns import LabelNumbers
from stance.estimation.archive_probabilities import ProbabilityRows
from stance.formats.input_file import STDIN
from stance.formats.labelled import ARTICLE_FIELDS
from stance.formats.reading import READ, read_located
from stance.formats.values import text_or_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from stance.estimation.archive import LabelledArchive
    from stance.formats.inputs import PlannedInput
    from stance.formats.source import Source

# Fields of an article that help to code it, and say nothing about the predicted label.
SHOWN = ("title", "outlet", "published")

# Columns of files to code; a kept field of one of these names gets a prefix.
PREDICTED = ("predicted_label", "probability")
RESERVED = frozenset(
    {
        *("id", "text", "label", "stratum", "inclusion_probability", "same_as", *PREDICTED),
        *("arm", "rank", "given_label", "suggested_label", "given_probability"),
    }
)


@dataclass
class DrawnArticle:
    """A drawn article.

    Parameters
    ----------
    place : int
        Index in the archive.
    id : str
        As the archive has it.
    values : dict of str to str
        The kept fields.
    text : str
        Empty until it is found.
    probability : float, optional
        Of the predicted label.
    """

    place: int
    id: str
    values: dict[str, str] = field(default_factory=dict)
    text: str = ""
    probability: float | None = None

    @property
    def key(self) -> str:
        """The canonical form of the id."""
        return canonical(self.id)


def articles_at(
    archive: LabelledArchive,
    places: Collection[int],
    articles: Sequence[str],
    keep: Sequence[str],
    on_input: Callable[[PlannedInput], object] = lambda planned: None,
    *,
    texts: bool = True,
) -> list[DrawnArticle]:
    """Return drawn articles with their texts, in the order of the archive.

    Parameters
    ----------
    archive : LabelledArchive
        Read to its end.
    places : collection of int
    articles : sequence of str
        Files with the texts of articles whose rows have none.
    keep : sequence of str
        Fields of the files; also the title, the outlet and the date where there are any.
    on_input : callable
        Called with each file of texts before it is read.
    texts : bool
        Whether each article must have a text.

    Raises
    ------
    CorpusError
        If an article has no text, or a field is in no row.
    """
    fields = archive.source.fields
    kept = kept_fields(archive.source, keep)
    found = []
    for place, row in archive.rows_at(places):
        own = DrawnArticle(place, text_or_json(row.values.get(archive.id_name)) or "")
        _fill(own, row.values, row.values.get(fields.text), kept)
        table, _ = ProbabilityRows(LabelNumbers()).of([row])
        own.probability = None if table is None else float(table.max())
        found.append(own)
    if articles and texts:
        _join(found, archive.source, articles, kept, on_input)
    if texts:
        _check_texts(found, bool(articles))
    known = {name for one in found for name in one.values}
    for name in keep:
        if name not in known:
            raise ConfigError(
                f"Got --keep {name}, but no drawn article has a value in it. They have: "
                f"{', '.join(sorted(known)) or 'none'}."
            )
    return found


def kept_fields(source: Source, keep: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the fields that are copied from the files, in order."""
    return tuple(dict.fromkeys([*(getattr(source.fields, name) for name in SHOWN), *keep]))


def column_of(name: str) -> str:
    """Return the column of a kept field, as ``stance predict --keep`` names it."""
    return f"input.{name}" if name in RESERVED else name


def kept_columns(articles: Sequence[DrawnArticle], fields: Sequence[str]) -> list[str]:
    """Return the columns of those kept fields that an article has."""
    return [column_of(name) for name in fields if any(name in one.values for one in articles)]


def _fill(
    own: DrawnArticle, values: Mapping[str, object], text: object, kept: Collection[str]
) -> None:
    if not own.text and isinstance(text, str) and not text.isspace():
        own.text = text
    for name in kept:
        if name not in own.values and (value := text_or_json(values.get(name))):
            own.values[name] = value


def _join(
    found: Sequence[DrawnArticle],
    source: Source,
    articles: Sequence[str],
    kept: Collection[str],
    on_input: Callable[[PlannedInput], object],
) -> None:
    """Take texts from files of articles, by their ids."""
    if STDIN in articles and STDIN in source.files:
        raise ConfigError("Got - twice, but standard input can be read only once. Name files.")
    waiting = {one.key: one for one in found if not one.text}
    optional = frozenset(ARTICLE_FIELDS) - {"text"}
    texts = replace(source.reading(articles), where={}, optional=optional)
    for item in read_located(texts, needs=READ, on_input=on_input):
        if not waiting:
            return
        if isinstance(item, RejectedRow):
            continue
        own = waiting.pop(canonical(item.article.id), None)
        if own is not None:
            _fill(own, item.row.values, item.article.text, kept)


def _check_texts(found: Sequence[DrawnArticle], has_articles: bool) -> None:
    without = [one.id for one in found if not one.text]
    if not without:
        return
    advice = (
        "The files of --articles do not have them: name all files that were labelled."
        if has_articles
        else "Name the files that were labelled with --articles, or keep the texts: "
        "'stance predict --keep text'."
    )
    raise CorpusError(
        f"Got no text for {len(without):,} of {len(found):,} drawn articles (the first: "
        f"{without[0]!r}), but expected one for each, to be read by a coder. {advice}"
    )


def same_articles(
    articles: Sequence[DrawnArticle], outlet_field: str, known: Mapping[str, str], n_known: int
) -> dict[str, str]:
    """Return for each near-duplicate of an earlier article the id of that article.

    Parameters
    ----------
    articles : sequence of DrawnArticle
        In the order of the file to code.
    outlet_field : str
    known : mapping of str to str
        The near-duplicates of an earlier draw, by their ids.
    n_known : int
        How many of the articles were drawn earlier: what they are duplicates of stays.
    """
    groups = near_duplicate_articles(
        [Article(one.id, one.text, outlet=one.values.get(outlet_field)) for one in articles]
    )
    found = dict(known)
    for place, first in enumerate(groups.tolist()):
        if place >= n_known and first != place:
            found[articles[place].id] = found.get(articles[first].id, articles[first].id)
    return found
