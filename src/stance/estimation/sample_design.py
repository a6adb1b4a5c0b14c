"""The design of a sample: its strata and their inclusion probabilities, as a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import CorpusError
from stance.formats.input_file import COMPRESSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Rises when the meaning of the file changes.
FORMAT = 1
ENDING = ".design.json"


@dataclass(frozen=True)
class Frame:
    """The articles that could be drawn.

    Parameters
    ----------
    n : int
    ids : str
        A hash of the ids that does not depend on their order.
    labelled_ids : str
        The same of the ids with their predicted labels.
    """

    n: int
    ids: str
    labelled_ids: str


@dataclass(frozen=True)
class Stratum:
    """Articles of which some are drawn with equal probability.

    Parameters
    ----------
    number : int
        The number in the file to code. It says nothing about the predicted label.
    label : str
        The predicted label.
    values : dict of str to str or None, optional
        The value of each field; None for the articles of a label whose strata were too
        small.
    n : int
        Articles of the archive.
    n_drawn : int
    weight : float
        The weight with which the stratum shares a sample.
    """

    number: int
    label: str
    values: dict[str, str | None] | None
    n: int
    n_drawn: int
    weight: float

    @property
    def inclusion_probability(self) -> float:
        """The probability with which each article of the stratum was drawn."""
        return self.n_drawn / self.n

    def to_row(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "inclusion_probability": self.inclusion_probability}


@dataclass(frozen=True)
class SampleDesign:
    """How a sample was drawn, so that it can be extended and used for estimates.

    Parameters
    ----------
    seed : int
    n : int
        Articles drawn, with near-duplicates.
    frame : Frame
    labels : tuple of str
        The predicted labels.
    fields : tuple of str
        The fields by which articles are divided into strata, besides the predicted label.
    allocation : {"neyman", "proportional"}
    min_per_stratum : int
    strata : tuple of Stratum
    duplicates : dict of str to str
        For each drawn article that is a near-duplicate of an earlier one: the id of the
        article that is coded instead.
    """

    seed: int
    n: int
    frame: Frame
    labels: tuple[str, ...]
    fields: tuple[str, ...]
    allocation: str
    min_per_stratum: int
    strata: tuple[Stratum, ...]
    duplicates: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "format": FORMAT,
            "seed": self.seed,
            "n": self.n,
            "frame": asdict(self.frame),
            "labels": list(self.labels),
            "fields": list(self.fields),
            "allocation": self.allocation,
            "min_per_stratum": self.min_per_stratum,
            "strata": [one.to_row() for one in self.strata],
            "duplicates": dict(self.duplicates),
        }

    def to_json(self) -> bytes:
        """Return the content of the design file."""
        return (json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n").encode()


def design_path(coded: str | Path) -> Path:
    """Return the path of the design file beside a file to code.

    Examples
    --------
    >>> design_path("to-code.csv").name
    'to-code.design.json'
    """
    path = Path(coded)
    for ending in COMPRESSIONS:
        path = path.with_name(path.name.removesuffix(ending))
    return path.with_name(path.stem + ENDING)


def read_design(path: str | Path) -> SampleDesign:
    """Read a design file.

    Raises
    ------
    CorpusError
        If it cannot be read, or is of a later format.
    """
    try:
        found = json.loads(Path(path).read_text("utf-8"))
        if found["format"] != FORMAT:
            raise CorpusError(
                f"Got {path} of format {found['format']}, but expected {FORMAT}. Read it with the "
                "version of stance that wrote it, or a later one."
            )
        strata = tuple(
            Stratum(**{name: one[name] for name in Stratum.__dataclass_fields__})
            for one in found["strata"]
        )
        return SampleDesign(
            seed=found["seed"],
            n=found["n"],
            frame=Frame(**found["frame"]),
            labels=tuple(found["labels"]),
            fields=tuple(found["fields"]),
            allocation=found["allocation"],
            min_per_stratum=found["min_per_stratum"],
            strata=strata,
            duplicates=found["duplicates"],
        )
    except FileNotFoundError as error:
        raise CorpusError(
            f"Got no design file {path}, but expected the one that 'stance sample' wrote beside "
            "the file to code. Put it there, or name it with --design."
        ) from error
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(
            f"Got {path}, which cannot be read as the design of a sample ({error!r}). Take the "
            "file that 'stance sample' wrote."
        ) from error
