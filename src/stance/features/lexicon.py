"""Lexicons: who is named how, and in whose voice.

A lexicon sorts terms into categories. A term is found as whole words: its
first word also behind the attached particles و ف ب ك ل, every word also with
the article ال, and whatever the case ending (مقاتلون, مقاتلين). At each place
the longest term wins; one pass over the words finds them all, however many
there are.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import CorpusError, ModelError
from stance.features.matrices import compact
from stance.text.quotation import Voice
from stance.text.tokenization import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.tokens import TokenBatch
    from stance.text.normalization_table import NormalizationTable

LEXICON_FORMAT = 1

PER_WORDS = 1000.0

# How a column's name begins that is not the rate of a category.
SIDE_KINDS = ("side", "sideshare")
COLUMN_KINDS = ("scare", "share", *SIDE_KINDS)

SideColumns = Literal["log", "rate"]
ARTICLE = "ال"
CONJUNCTIONS = ("و", "ف")
PREPOSITIONS = ("ب", "ك", "ل")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Term(_Strict):
    """One term of a category, with its other spellings and inflections."""

    term: str = Field(min_length=1)
    variants: list[str] = []
    note: str = ""
    actor: str | None = None
    side: str | None = None

    @property
    def spellings(self) -> list[str]:
        """The term and its variants."""
        return [self.term, *self.variants]


class Category(_Strict):
    """Terms that do the same work: name an actor in one colouring, report, doubt.

    Parameters
    ----------
    description : str
    actor : str, optional
        Whom the terms name or concern.
    side : str, optional
        The label whose press tends to use them.
    naming : bool
        Whether the terms are mentions of the actor, and so count towards
        naming shares.
    plain : bool
        Whether everybody says these terms, whoever they side with: the usual
        name of an actor, verbs of reporting. They tell what an article is
        about, so neither their rate nor their share is a feature; as mentions
        they still count towards the shares of the actor's other names, and
        between scare quotes they are as telling as any.
    terms : list of Term
    """

    description: str
    actor: str | None = None
    side: str | None = None
    naming: bool = False
    plain: bool = False
    terms: list[Term]


class LexiconFile(_Strict):
    """One family of categories, as a TOML file holds it.

    Parameters
    ----------
    format : int
        The number of the file format, 1.
    family, description : str
    spellings : dict of str to list of str
        A word and its other spellings; they are taken for one word in the
        terms of all families and in the texts.
    categories : dict of str to Category
    """

    format: Literal[1]
    family: str
    description: str
    spellings: dict[str, list[str]] = {}
    categories: dict[str, Category] = {}


class Lexicon:
    """Categories of terms, from one or more families.

    Parameters
    ----------
    families : iterable of LexiconFile

    Raises
    ------
    CorpusError
        If a category stands in two families.
    """

    def __init__(self, families: Iterable[LexiconFile]) -> None:
        self.families = tuple(families)
        self.categories: dict[str, Category] = {}
        for family in self.families:
            for name, category in family.categories.items():
                if name in self.categories:
                    raise CorpusError(
                        f"Got the category {name!r} in {family.family!r} and in another family, "
                        "but expected it once. Rename one of the two."
                    )
                self.categories[name] = category

    @property
    def sides(self) -> list[str]:
        """The sides that own terms, sorted."""
        found = {c.side for c in self.categories.values()}
        found |= {term.side for c in self.categories.values() for term in c.terms}
        return sorted(side for side in found if side)

    @property
    def spellings(self) -> dict[str, str]:
        """Each other spelling of a word, and the word."""
        return {
            other: word
            for family in self.families
            for word, others in family.spellings.items()
            for other in others
        }

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a TOML file, or every TOML file of a folder.

        Raises
        ------
        CorpusError
            If there is none, or one is not a lexicon.
        """
        files = lexicon_files(path)
        if not files:
            raise CorpusError(f"Got the folder {path}, but expected TOML files of terms in it.")
        return cls(map(_read_family, files))

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the families as plain JSON values."""
        return [family.model_dump(exclude_defaults=True) for family in self.families]

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Build a lexicon from what `to_dict` returned.

        Raises
        ------
        ModelError
            If the data has another shape.
        """
        try:
            return cls(map(LexiconFile.model_validate, _list_of_families(data)))
        except (TypeError, ValidationError) as error:
            raise ModelError(
                f"Got a lexicon of an unknown shape ({_first_fault(error)}). The model is damaged: "
                "copy it again from its source."
            ) from error


def lexicon_files(path: str | Path) -> list[Path]:
    """Return the file that a path names, or the TOML files of the folder, sorted."""
    path = Path(path)
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _list_of_families(data: object) -> list[object]:
    if not isinstance(data, list):
        raise TypeError(f"{type(data).__name__} instead of a list of families")
    return data


def _read_family(path: Path) -> LexiconFile:
    try:
        with path.open("rb") as file:
            return LexiconFile.model_validate(tomllib.load(file))
    except OSError as error:
        raise CorpusError(f"Got the lexicon {path}, which cannot be read: {error}.") from error
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        RecursionError,
        ValidationError,
    ) as error:
        raise CorpusError(
            f"Got the lexicon {path}, which is not one: {_first_fault(error)}."
        ) from error


def _first_fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors()[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"


def bare_forms(word: str) -> list[str]:
    """Return a normalised word, and what is left of it behind attached particles.

    Examples
    --------
    >>> bare_forms("وللميليشيا")
    ['وللميليشيا', 'للميليشيا', 'الميليشيا', 'لميليشيا', 'ميليشيا']
    """
    forms = [word]
    if word.startswith(CONJUNCTIONS):
        forms.append(word[1:])
    for form in tuple(forms):
        if form.startswith("لل"):
            # ل and ال melt into لل.
            forms.append(ARTICLE + form[2:])
        if form.startswith(PREPOSITIONS):
            forms.append(form[1:])
    forms.extend([form[2:] for form in forms if form.startswith(ARTICLE)])
    return [form for form in dict.fromkeys(forms) if form]


class Match(NamedTuple):
    """A term found at ``tokens[start:end]`` of a batch.

    ``category`` and ``side`` are places in the lexicon's ``categories`` and
    ``sides``; a term that no side owns has side -1.
    """

    start: int
    end: int
    category: int
    side: int


class _Entry(NamedTuple):
    """What a term asks for behind its first word, and what it means."""

    rest: tuple[str, ...]
    category: int
    side: int


@dataclass(frozen=True)
class _Begun:
    """The terms that begin with a word, by the word that follows it.

    Names of many words begin alike («قوات» begins a hundred), and few go on as
    the text does.
    """

    alone: _Entry | None
    longer: dict[str, list[tuple[int, _Entry]]]

    @classmethod
    def by(cls, entries: Iterable[_Entry]) -> _Begun:
        """Sort terms by their second word, and rank them: the longest first."""
        alone, longer = None, defaultdict[str, list[tuple[int, _Entry]]](list)
        for rank, entry in enumerate(sorted(entries, key=lambda entry: -len(entry.rest))):
            if entry.rest:
                longer[entry.rest[0]].append((rank, entry))
            else:
                alone = alone or entry
        return cls(alone, dict(longer))

    def going_on(self, plain: str, bare: str) -> list[tuple[int, _Entry]]:
        """Return the terms that go on with a word, or with it without its article, by rank."""
        found = self.longer.get(plain, [])
        if bare == plain or bare not in self.longer:
            return found
        return sorted([*found, *self.longer[bare]])


class LexiconMatcher:
    """Finds a lexicon's terms in batches of words.

    Parameters
    ----------
    lexicon : Lexicon
    table : NormalizationTable
        Terms are normalised with it, as the texts were.

    Raises
    ------
    CorpusError
        If one spelling stands in two categories, or holds no word.
    """

    def __init__(self, lexicon: Lexicon, table: NormalizationTable) -> None:
        self.categories = list(lexicon.categories)
        self._levelling = _Levelling(lexicon, table)
        self._terms = _index_terms(lexicon, table, self._levelling)
        self._known: dict[str, _Begun | None] = {}

    def find(self, batch: TokenBatch) -> Iterator[Match]:
        """Yield the terms in a batch, left to right, none overlapping another."""
        plain = list(map(self._levelling.level, batch.types))
        bare = [self._levelling.level(word.removeprefix(ARTICLE)) for word in batch.types]
        begun = list(map(self._begun_by, batch.types))
        begins = np.fromiter((found is not None for found in begun), np.bool_, len(begun))
        tokens, text_end = batch.tokens, batch.offsets[1:].tolist()
        text_of, stream = batch.text_of_token, tokens.tolist()

        def goes_on(entry: _Entry, start: int) -> bool:
            """Tell whether the words behind the second are those of a term."""
            end = start + 1 + len(entry.rest)
            return end <= text_end[text_of[start]] and all(
                word in (plain[token], bare[token])
                for word, token in zip(entry.rest[1:], stream[start + 2 : end], strict=True)
            )

        free = 0
        for start in np.flatnonzero(begins[tokens]).tolist():
            found = begun[stream[start]]
            if start < free or found is None:
                continue
            entry = found.alone
            if found.longer and start + 1 < len(stream):
                second = stream[start + 1]
                longer = found.going_on(plain[second], bare[second])
                entry = next((other for _, other in longer if goes_on(other, start)), entry)
            if entry is not None:
                free = start + 1 + len(entry.rest)
                yield Match(start, free, entry.category, entry.side)

    def _begun_by(self, word: str) -> _Begun | None:
        """Return the terms that a word begins, if there are any."""
        if word not in self._known:
            if len(self._known) > 200_000:
                self._known = {}
            forms = dict.fromkeys(map(self._levelling.level, bare_forms(word)))
            entries = [entry for form in forms for entry in self._terms.get(form, ())]
            self._known[word] = _Begun.by(entries) if entries else None
        return self._known[word]


class _Levelling:
    """Brings the spellings and the case endings of a word to one form.

    The sound plural ends in ون or ين, and in و or ي before a genitive; which
    one depends on the sentence, not on the outlet.
    """

    ENDINGS = (("ون", "ين"), ("و", "ي"))
    SHORTEST = 5

    def __init__(self, lexicon: Lexicon, table: NormalizationTable) -> None:
        self._word: dict[str, str] = {}
        for spelling, word in lexicon.spellings.items():
            other, one = _single_word(spelling, table), _single_word(word, table)
            self._word.update({other: one, ARTICLE + other: ARTICLE + one})

    def level(self, word: str) -> str:
        found = self._word.get(word, word)
        if len(found) >= self.SHORTEST:
            for ending, other in self.ENDINGS:
                if found.endswith(ending):
                    return found[: -len(ending)] + other
        return found


def _single_word(spelling: str, table: NormalizationTable) -> str:
    found = words(spelling, table)
    if len(found) != 1:
        raise CorpusError(
            f"Got the spelling {spelling!r} of {len(found)} words, but expected one word. "
            "List longer ones as variants of their term."
        )
    return found[0]


def _index_terms(
    lexicon: Lexicon, table: NormalizationTable, levelling: _Levelling
) -> dict[str, list[_Entry]]:
    """Map a term's first word to the terms that begin with it."""
    owner: dict[tuple[str, ...], str] = {}
    index: defaultdict[str, list[_Entry]] = defaultdict(list)
    sides = {side: number for number, side in enumerate(lexicon.sides)}
    for number, (name, category) in enumerate(lexicon.categories.items()):
        for spelling, side in _spellings_and_sides(category, sides):
            parts = tuple(map(levelling.level, words(spelling, table)))
            if not parts:
                raise CorpusError(
                    f"Got the term {spelling!r} in {name!r}, but expected a word in it."
                )
            if parts not in owner:
                owner[parts] = name
                index[parts[0]].append(_Entry(parts[1:], number, side))
            elif owner[parts] != name:
                raise CorpusError(
                    f"Got the term {spelling!r} in {name!r} and in {owner[parts]!r}, but expected "
                    "it in one category. Remove it from one of the two."
                )
    return dict(index)


def _spellings_and_sides(category: Category, sides: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for term in category.terms:
        side = term.side or category.side
        number = sides[side] if side else -1
        for spelling in term.spellings:
            yield spelling, number


@dataclass(frozen=True)
class LexiconBlock:
    """Lexical features of a text.

    The columns are, in order:

    - for each category that is not plain, its rate per 1,000 words in the
      outlet's own voice;
    - for each category, ``scare.CATEGORY``, its rate per 1,000 words between
      scare quotes;
    - for each category that names an actor and is not plain,
      ``share.CATEGORY``: of all mentions of the actor outside quoted speech,
      the part by this category's names, in [0, 1];
    - for each side, ``side.SIDE``, how often all the terms that it tends to
      use occur in the outlet's own voice: ln(1 + rate per 1,000 words), or
      the rate itself. A term that training never saw still counts here;
    - with the logarithm, for each side ``sideshare.SIDE``: of all terms that
      any side owns, the part that this one does, in [0, 1]. A sober article
      names few, and its share is as telling as a pamphlet's.

    Parameters
    ----------
    lexicon : Lexicon
    matcher : LexiconMatcher
    sides : {"log", "rate"}
        What stands in the columns of the sides.
    log_rates : bool
        Whether a category's rate stands as ``ln(1 + rate)``: the first mention
        says more than the tenth.
    """

    lexicon: Lexicon
    matcher: LexiconMatcher
    sides: SideColumns = "log"
    log_rates: bool = False

    @property
    def surface(self) -> bool:
        """Whether `transform` takes a batch of words as published: it does not."""
        return False

    @classmethod
    def of(
        cls,
        lexicon: Lexicon,
        table: NormalizationTable,
        *,
        sides: SideColumns = "log",
        log_rates: bool = False,
    ) -> Self:
        """Prepare a lexicon for texts normalised with a table."""
        return cls(lexicon, LexiconMatcher(lexicon, table), sides, log_rates)

    @property
    def terms(self) -> list[str]:
        """Names of the columns."""
        return [
            *(name for name, category in self.lexicon.categories.items() if not category.plain),
            *(f"scare.{name}" for name in self.lexicon.categories),
            *(f"share.{name}" for name in self._naming if not self.lexicon.categories[name].plain),
            *self.side_terms,
        ]

    @property
    def side_terms(self) -> list[str]:
        """Names of the columns that add up a side's terms; they come last."""
        kinds = SIDE_KINDS if self.sides == "log" else SIDE_KINDS[:1]
        return [f"{kind}.{name}" for kind in kinds for name in self.lexicon.sides]

    def examples(self, column: str, n: int = 3) -> list[str]:
        """Return some of the terms that a column counts, the first of its category or side.

        Parameters
        ----------
        column : str
            One of `terms`.
        n : int
            At most so many.

        Returns
        -------
        list of str
            Of a side, from as many of its categories as there are.
        """
        kind, dot, rest = column.partition(".")
        name = rest if dot and kind in COLUMN_KINDS else column
        if name in self.lexicon.categories and kind not in SIDE_KINDS:
            return [term.term for term in self.lexicon.categories[name].terms[:n]]
        owned = (
            [term.term for term in category.terms if (term.side or category.side) == name]
            for category in self.lexicon.categories.values()
        )
        in_turn = (term for terms in zip_longest(*owned) for term in terms if term is not None)
        return list(islice(in_turn, n))

    @property
    def _telling(self) -> NDArray[np.bool_]:
        """Whether each category's own rate is a feature."""
        return np.array([not c.plain for c in self.lexicon.categories.values()], dtype=np.bool_)

    @property
    def _naming(self) -> list[str]:
        return [name for name, category in self.lexicon.categories.items() if category.naming]

    def names_actors(self, batch: TokenBatch) -> NDArray[np.bool_]:
        """Tell which texts name an actor of the lexicon, shape (n_texts,)."""
        categories = list(self.lexicon.categories.values())
        text_of, found = batch.text_of_token, np.zeros(len(batch), dtype=np.bool_)
        for match in self.matcher.find(batch):
            if categories[match.category].naming:
                found[text_of[match.start]] = True
        return found

    def transform(self, batch: TokenBatch) -> sparse.csr_array:
        """Return rates and shares, CSR float32 of shape (n_texts, n_columns).

        The batch must tell voices apart for quotations to count as such.
        """
        from scipy import sparse

        return compact(sparse.csr_array(self.rates(batch)))

    def rates(self, batch: TokenBatch) -> NDArray[np.float32]:
        """Return what `transform` does, as a plain array."""
        own, scare, sides = self._counts(batch)
        n_words = np.maximum(
            np.bincount(batch.text_of_token[batch.voices != Voice.SPEECH], minlength=len(batch)),
            1,
        )[:, None]
        rates = [counts * PER_WORDS / n_words for counts in (own[:, self._telling], scare)]
        if self.log_rates:
            rates = [np.log1p(rate) for rate in rates]
        shares = self._shares(own + scare)
        dense = np.hstack([*rates, shares, *self._side_columns(sides, sides * PER_WORDS / n_words)])
        return dense.astype(np.float32)

    def _side_columns(
        self, counts: NDArray[np.float64], rates: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], ...]:
        if self.sides == "rate":
            return (rates,)
        return np.log1p(rates), counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def _counts(self, batch: TokenBatch) -> tuple[NDArray[np.float64], ...]:
        """Count categories in own words and between scare quotes, and sides in own words."""
        shape = (len(batch), len(self.lexicon.categories))
        own, scare = np.zeros(shape), np.zeros(shape)
        sides = np.zeros((len(batch), len(self.lexicon.sides)))
        text_of = batch.text_of_token
        quoted = batch.voices.tolist() if batch.voices.any() else None
        for start, end, category, side in self.matcher.find(batch):
            spoken = set(quoted[start:end]) if quoted else {Voice.OWN}
            if Voice.SPEECH in spoken:
                continue
            if Voice.SCARE in spoken:
                scare[text_of[start], category] += 1
                continue
            own[text_of[start], category] += 1
            if side >= 0:
                sides[text_of[start], side] += 1
        return own, scare, sides

    def _shares(self, mentions: NDArray[np.float64]) -> NDArray[np.float64]:
        names = list(self.lexicon.categories)
        columns = [names.index(name) for name in self._naming]
        actors = np.array([self.lexicon.categories[name].actor or "" for name in self._naming])
        named = mentions[:, columns]
        shares = np.zeros_like(named)
        for actor in np.unique(actors):
            of_actor = actors == actor
            total = named[:, of_actor].sum(axis=1, keepdims=True)
            shares[:, of_actor] = named[:, of_actor] / np.maximum(total, 1)
        return shares[:, self._telling[columns]]
