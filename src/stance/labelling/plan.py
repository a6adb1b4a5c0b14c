"""What is to be labelled, by which model, into what: all that decides the output's bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from stance.corpus.article import as_json
from stance.errors import CorpusError, OutputError
from stance.formats.cursor import Cursor
from stance.formats.inputs import plan_inputs
from stance.labelling.batches import BatchLabeller
from stance.labelling.encoding import Encoder
from stance.labelling.entries import Selection
from stance.labelling.target import PART_ROWS
from stance.model.prediction import label_batch, row_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.formats.inputs import PlannedInput
    from stance.formats.source import Source
    from stance.model.persistence import StoredModel

SHOWN_DIFFERENCES = 5


@dataclass(frozen=True)
class Labelling:
    """A task: inputs, what of them is wanted, a labeller, and the form of the output.

    Parameters
    ----------
    inputs : sequence of PlannedInput
    selection : Selection
    labeller : BatchLabeller
    model : dict
        ``name``, ``folder``, ``sha256``, ``format``, ``labels`` and ``config``
        of the model, and ``n_articles`` of ``n_outlets`` that it was trained on.
    options : mapping
        What else decides the labels.
    part_rows : int, optional
        Rows of a part, where the output is a folder.
    label_options : mapping
        Those of the options that `stance.model.prediction.label_batch` takes.
    """

    inputs: Sequence[PlannedInput]
    selection: Selection
    labeller: BatchLabeller
    model: dict[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    part_rows: int | None = PART_ROWS
    label_options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether an input is a pipe, whose articles are labelled as they come."""
        return any(planned.is_live for planned in self.inputs)

    def settings(self) -> dict[str, Any]:
        """Return every setting that decides the output's bytes, as JSON has it."""
        encoder, selection = self.labeller.encoder, self.selection
        return {
            "fields": dict(selection.source.fields.items()),
            "where": dict(selection.source.where),
            "keep": list(selection.keep),
            "format": encoder.format,
            "bom": encoder.bom,
            "escape_formulas": encoder.escape_formulas,
            "part_rows": self.part_rows,
            **self.options,
        }


def plan_labelling(
    stored: StoredModel,
    folder: str,
    source: Source,
    *,
    keep: Sequence[str] = (),
    output_format: str = "jsonl",
    bom: bool = False,
    escape_formulas: bool | None = None,
    part_rows: int | None = PART_ROWS,
    **options: Any,
) -> Labelling:
    """Plan a task, and look at every file once before any of them is read.

    Parameters
    ----------
    stored : StoredModel
    folder : str
        Where the model stands, for the receipt.
    source : Source
    keep : sequence of str
        As for `Selection`.
    output_format : {"jsonl", "csv", "parquet"}
    bom : bool
        Begin CSV with a byte-order mark.
    escape_formulas : bool, optional
        Write cells of CSV that a spreadsheet would run so that it does not; as
        `bom` unless given.
    part_rows : int, optional
        Rows of a part, where the output is a folder; None where it is not.
    **options
        Given on to `stance.model.prediction.label_batch`.

    Raises
    ------
    CorpusError
        If an input is not there, or is not what its name says.
    """
    inputs = plan_inputs(source)
    if sum(planned.is_live for planned in inputs) > 1:
        raise CorpusError("Got - twice, but standard input can be read once only. Name it once.")
    columns, numbers, flags = map(tuple, row_columns(stored.model.labels))
    escape = bom if escape_formulas is None else escape_formulas
    encoder = Encoder(output_format, columns, numbers, flags, tuple(keep), bom, escape)
    record = stored.manifest.record
    model = {
        "name": Path(folder).resolve().name,
        "folder": folder,
        "sha256": stored.sha256,
        "format": stored.manifest.format,
        "labels": list(stored.model.labels),
        "n_articles": record.n_articles,
        "n_outlets": record.n_outlets,
        "config": stored.manifest.config,
    }
    label = partial(label_batch, stored.model, **options)
    labeller = BatchLabeller(label, encoder)
    named = {
        name: getattr(source, name) for name in ("input_format", "encoding", "delimiter", "sheet")
    }
    named |= options
    # Their names are in the inputs; a worker needs the rest of it.
    selection = Selection(source.reading(()), keep)
    return Labelling(inputs, selection, labeller, model, named, part_rows, options)


class InputRecord(BaseModel):
    """An input as it was when the run began."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    size: int | None
    version: str


class RunPlan(BaseModel):
    """What a run set out to do; a resumed run must have set out to do the same."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    stance: str
    model: dict[str, Any]
    settings: dict[str, Any]
    output: str
    rejects: str
    inputs: list[InputRecord]
    command: list[str]
    force: bool
    started: str


def input_records(inputs: Sequence[PlannedInput]) -> list[InputRecord]:
    """Return what tells whether each input has changed."""
    return [
        InputRecord(name=as_json(planned.name), **planned.state()._asdict()) for planned in inputs
    ]


def refuse_differences(then: RunPlan, now: RunPlan, unchanged: Sequence[PlannedInput]) -> None:
    """Refuse to go on with a run that set out to do something else.

    Parameters
    ----------
    then, now : RunPlan
    unchanged : sequence of PlannedInput
        Inputs that may have got another time of change, since their content
        was found to be the same.

    Raises
    ------
    OutputError
        If they differ; it says in what.
    """
    found = [*_setting_differences(then, now), *_input_differences(then, now, unchanged)]
    if not found:
        return
    shown = "\n".join(f"  {line}" for line in found[:SHOWN_DIFFERENCES])
    more = len(found) - SHOWN_DIFFERENCES
    raise OutputError(
        f"Got --resume for a run that began otherwise:\n{shown}\n"
        + (f"  and {more} more\n" if more > 0 else "")
        + "Resume it as it began, or give --force to begin anew."
    )


def _setting_differences(then: RunPlan, now: RunPlan) -> list[str]:
    names = sorted({*then.settings, *now.settings})
    pairs = [
        ("version of stance", then.stance, now.stance),
        ("model", then.model["sha256"], now.model["sha256"]),
        ("rejects", then.rejects, now.rejects),
        *((name, then.settings.get(name), now.settings.get(name)) for name in names),
    ]
    return [f"{name}: {old} then, {new} now" for name, old, new in pairs if old != new]


def _input_differences(then: RunPlan, now: RunPlan, unchanged: Sequence[PlannedInput]) -> list[str]:
    old_names, new_names = ([record.name for record in plan.inputs] for plan in (then, now))
    if old_names != new_names:
        gone = [f"input {name}: gone" for name in old_names if name not in set(new_names)]
        came = [f"input {name}: new" for name in new_names if name not in set(old_names)]
        return [*gone, *came] or ["inputs: in another order"]
    same = {as_json(planned.name) for planned in unchanged}
    found = []
    for old, new in zip(then.inputs, now.inputs, strict=True):
        if old.size != new.size:
            found.append(f"input {old.name}: {old.size} bytes then, {new.size} now")
        elif old.version != new.version and old.name not in same:
            found.append(f"input {old.name}: changed since")
    return found


def has_content(planned: PlannedInput, sha256: str) -> bool:
    """Tell whether an input's content has a hash; False where it would have to be fetched."""
    if planned.file is None or planned.file.is_remote or planned.is_live:
        return False
    cursor = Cursor()
    cursor.update_from(planned.file.path)
    return cursor.mark.sha256 == sha256
