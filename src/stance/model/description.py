"""The description of a model: what people and commands add to it after or beside training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict

from stance.corpus.keys import tidy
from stance.errors import ConfigError
from stance.model.reported_results import ReportedResults

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LINE = 200
LONGEST_NOTE = 4_000


class CorpusFile(BaseModel):
    """A file that a model was trained on: its name without folders, and its use."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    use: Literal["corpus", "always_train", "auxiliary"]


class ModelDescription(BaseModel):
    """What a card shows besides the model.

    Parameters
    ----------
    files : list of CorpusFile
    where : str
        Which rows of the files were used; empty for all.
    author, licence : str
        Empty if not stated.
    notes : list of str
    results : list of ReportedResults
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    files: list[CorpusFile] = []
    where: str = ""
    author: str = ""
    licence: str = ""
    notes: list[str] = []
    results: list[ReportedResults] = []

    def with_texts(self, author: str | None, licence: str | None, notes: Sequence[str]) -> Self:
        """Return the description with another author and licence, if given, and more notes.

        Raises
        ------
        ConfigError
            If one of them is empty or too long.
        """
        changed = {
            name: checked(f"--{name}", value, LONGEST_LINE)
            for name, value in (("author", author), ("licence", licence))
            if value is not None
        }
        added = [checked("--note", text, LONGEST_NOTE) for text in notes]
        kept = [*self.notes, *added]
        return self.model_copy(update={**changed, "notes": list(dict.fromkeys(kept))})

    def with_results(self, results: Sequence[ReportedResults]) -> Self:
        """Return the description with more results; a newer one of the same test replaces one."""
        kept = list(self.results)
        for one in results:
            if any(map(one.replaces, kept)):
                kept = [one if one.replaces(other) else other for other in kept]
            else:
                kept.append(one)
        return self.model_copy(update={"results": kept})


def checked(option: str, text: str, longest: int) -> str:
    """Return a text for a card in one line, or refuse it.

    Raises
    ------
    ConfigError
        If it is empty or too long.
    """
    line = tidy(text).encode("utf-8", "replace").decode()
    if not line:
        raise ConfigError(f"Got an empty {option}, but expected a text. Leave the option out.")
    if len(line) > longest:
        raise ConfigError(
            f"Got {option} of {len(line):,} characters, but expected at most {longest:,}. Write "
            "longer texts below the last line of card.md, where they are kept."
        )
    return line
