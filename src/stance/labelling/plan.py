"""The plan of a run: inputs, model and options, which determine the output's bytes."""

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
from stance.formats.reading import READ
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

# What a model with periods reads besides the text.
DATED = frozenset({"published"})


@dataclass(frozen=True)
class Labelling:
    """A labelling task: inputs, selection, labeller and output format.

    Parameters
    ----------
    inputs : sequence of PlannedInput
    selection : Selection
    labeller : BatchLabeller
    model : dict
        ``name``, ``folder``, ``sha256``, ``format``, ``labels`` and ``config``
        of the model, and ``n_articles`` and ``n_outlets`` of its training
        corpus.
    options : mapping
        Other options that affect the output.
    part_rows : int, optional
        Rows of a part, if the output is a folder.
    label_options : mapping
        Options for `stance.model.prediction.label_batch`.
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
        """Whether an input is a pipe, whose articles are labelled as they arrive."""
        return any(planned.is_live for planned in self.inputs)

    def settings(self) -> dict[str, Any]:
        """Return every setting that affects the output's bytes, as plain JSON values."""
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
    """Plan a task, and check every file before any of them is read.

    Parameters
    ----------
    stored : StoredModel
    folder : str
        The model's folder, for the receipt.
    source : Source
    keep : sequence of str
        As for `Selection`.
    output_format : {"jsonl", "csv", "parquet"}
    bom : bool
        Begin CSV with a byte-order mark.
    escape_formulas : bool, optional
        Escape CSV cells that a spreadsheet would run as formulas; by default
        the value of `bom`.
    part_rows : int, optional
        Rows of a part, if the output is a folder; else None.
    **options
        Passed to `stance.model.prediction.label_batch`.

    Raises
    ------
    CorpusError
        If an input does not exist, or does not match its name.
    """
    inputs = plan_inputs(source)
    if sum(planned.is_live for planned in inputs) > 1:
        raise CorpusError("Got - twice, but standard input can be read only once. Name it once.")
    columns, numbers, flags = map(tuple, row_columns(stored.model))
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
    named |= {"date_order": source.date_order} if stored.model.periods else {}
    named |= options
    # Without file names, which are in the inputs; a worker needs only the rest.
    takes = READ | DATED if stored.model.periods else READ
    selection = Selection(source.reading(()), keep, takes)
    return Labelling(inputs, selection, labeller, model, named, part_rows, options)


class InputRecord(BaseModel):
    """The state of an input when the run began."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    size: int | None
    version: str


class RunPlan(BaseModel):
    """The plan of a run; a run can be resumed only with the same plan."""

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
    """Return the state of each input, to detect changes."""
    return [
        InputRecord(name=as_json(planned.name), **planned.state()._asdict()) for planned in inputs
    ]


def refuse_differences(then: RunPlan, now: RunPlan, unchanged: Sequence[PlannedInput]) -> None:
    """Refuse to resume a run that has a different plan.

    Parameters
    ----------
    then, now : RunPlan
    unchanged : sequence of PlannedInput
        Inputs whose modification time may differ, because their content was
        found to be the same.

    Raises
    ------
    OutputError
        If the plans differ; the message lists the differences.
    """
    found = [*_setting_differences(then, now), *_input_differences(then, now, unchanged)]
    if not found:
        return
    shown = "\n".join(f"  {line}" for line in found[:SHOWN_DIFFERENCES])
    more = len(found) - SHOWN_DIFFERENCES
    raise OutputError(
        f"Got --resume for a run that was started differently:\n{shown}\n"
        + (f"  and {more} more\n" if more > 0 else "")
        + "Resume it with the same inputs and options, or give --force to start again."
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
    """Return whether an input's content has a hash; False if it would have to be downloaded."""
    if planned.file is None or planned.file.is_remote or planned.is_live:
        return False
    cursor = Cursor()
    cursor.update_from(planned.file.path)
    return cursor.mark.sha256 == sha256
