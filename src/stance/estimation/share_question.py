"""What is asked of an archive: by which groups, about which articles, how surely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from stance.errors import ConfigError, CorpusError
from stance.formats.source import Source, SourceOptions
from stance.formats.tables import TableInput, is_table

if TYPE_CHECKING:
    from stance.estimation.label_numbers import LabelNumbering
    from stance.estimation.share_records import ShareEstimates

METHODS = ("ppi", "acc", "pacc", "emq")
POPULATIONS = ("articles", "outlets")
DEFAULT_OUTLET_FIELD = "outlet"


@dataclass(frozen=True)
class ShareQuestion:
    """The parameters of `stance.estimate_shares` that are about the result.

    Parameters
    ----------
    by, groups, population, contrasts, only, confidence, simultaneous, margin
        As for `stance.estimate_shares`.
    is_from_sample : bool
        Whether a random sample was coded; without one, outlets are resampled.
    """

    by: str | None
    groups: str | None
    population: Literal["articles", "outlets"]
    contrasts: tuple[str | tuple[str, str, str], ...]
    only: tuple[str, ...]
    confidence: float
    simultaneous: bool
    margin: float | None
    is_from_sample: bool = True

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if self.population not in POPULATIONS:
            raise ConfigError(
                f"Got the population {self.population!r}, but expected articles (those of this "
                "archive) or outlets (articles of outlets like these)."
            )
        if not 0.5 <= self.confidence < 1:
            raise ConfigError(
                f"Got the confidence {self.confidence:g}, but expected a number from 0.5 to below "
                "1, such as 0.95."
            )
        if self.margin is not None and not 0 < self.margin < 0.5:
            raise ConfigError(
                f"Got the margin {self.margin:g} to plan for, but expected half the width of an "
                "interval, above 0 and below 0.5, such as 0.03 for 3 points on each side."
            )

    @property
    def outlet_field(self) -> str:
        """The field that names the outlets."""
        return self.groups or DEFAULT_OUTLET_FIELD

    @property
    def is_about_articles(self) -> bool:
        """Whether intervals rest on articles, whatever their outlets."""
        return self.is_from_sample and self.population == "articles"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the archive that are needed."""
        return (self.outlet_field, *((self.by,) if self.by else ()))

    def check_outlets(self, n_outlets: int) -> None:
        """Refuse a claim about outlets if the archive does not have two.

        Raises
        ------
        CorpusError
        """
        if self.population == "outlets" and n_outlets < 2:
            raise CorpusError(
                f"Got an archive with {'one outlet' if n_outlets else 'no outlet'}, but a claim "
                "about outlets needs two, "
                "and better 20. Keep the field with 'stance predict --keep outlet', name it with "
                "--groups, or ask about the articles of the archive (--population articles)."
            )

    def restricted(self, found: ShareEstimates, numbering: LabelNumbering) -> ShareEstimates:
        """Leave out the labels that were not asked for, but no difference that was."""
        if not self.only:
            return found
        numbers = sorted({numbering.number(label, "--label") for label in self.only})
        labels = tuple(numbering.labels[number] for number in numbers)
        parts = [
            replace(part, shares=tuple(map(part.share, labels)))
            for part in (found.overall, *found.groups)
        ]
        plan = found.plan
        if plan is not None:
            plan = replace(plan, sizes=tuple(one for one in plan.sizes if one.label in labels))
        return replace(
            found,
            labels=labels,
            overall=parts[0],
            groups=tuple(parts[1:]),
            contrasts=tuple(
                one for one in found.contrasts if one.kind == "difference" or one.label in labels
            ),
            plan=plan,
        )


def chosen_method(method: str | None, *, is_coded: bool, is_held_out: bool) -> str | None:
    """Return the method; None where it depends on whether there are probabilities.

    Raises
    ------
    ConfigError
        If it is unknown, or the data for it are missing.
    """
    if method is not None and method not in METHODS:
        raise ConfigError(f"Got the method {method!r}, but expected {', '.join(METHODS)}.")
    if is_coded and is_held_out:
        raise ConfigError(
            "Got --coded and --held-out, but an estimate rests on one of them: on a random sample "
            "of the archive, coded by hand, which is better, or on held-out predictions of the "
            "training corpus. Leave one out."
        )
    if is_coded:
        if method not in {None, "ppi"}:
            raise ConfigError(
                f"Got --coded with the method {method}, which uses held-out predictions instead. "
                "Leave out --method, or give --held-out FILE instead of --coded."
            )
        return "ppi"
    if is_held_out:
        if method == "ppi":
            raise ConfigError(
                "Got --held-out with the method ppi, which needs a random sample of the archive, "
                "coded by hand. Give it with --coded, or choose acc, pacc or emq."
            )
        return method
    raise ConfigError(
        "Got neither --coded nor --held-out, but predicted labels alone give wrong shares. Draw "
        "a random sample with 'stance sample', code it by hand, and give it with --coded FILE. "
        "Where that is impossible, --held-out FILE takes the held-out predictions of the training "
        "corpus ('stance crossval --held-out')."
    )


def opened(inputs: Any, options: SourceOptions) -> tuple[Source, TableInput | None]:
    """Return the source of rows, and the table if they are in one.

    Parameters
    ----------
    inputs : Source, table, sequence of mapping, path, or iterable of path
    options : SourceOptions
    """
    if is_table(inputs):
        return Source.of((), options), TableInput(inputs)
    if isinstance(inputs, str | Path):
        inputs = (inputs,)
    if isinstance(inputs, Sequence) and not inputs:
        raise CorpusError("Got no rows and no file, but expected one or more. Give a file.")
    if not isinstance(inputs, Source | Iterable):
        raise CorpusError(
            f"Got {type(inputs).__name__}, but expected names of files, a table, or a sequence of "
            "mappings with 'id' and 'label'."
        )
    return Source.of(inputs, options), None
