"""The receipt of a run, and verifying an output against it."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from stance.corpus.article import as_json
from stance.datasets.records import is_dataset_name
from stance.distribution import installed_versions
from stance.errors import OutputError
from stance.formats.addresses import as_local, is_address, open_at, writing_at
from stance.formats.cursor import BLOCK
from stance.formats.input_file import STDIN, is_folder
from stance.labelling.target import RECEIPT, exists
from stance.replacing import replacing_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.formats.inputs import PlannedInput
    from stance.labelling.entries import InputEnd
    from stance.labelling.output import DurableOutput
    from stance.labelling.plan import RunPlan
    from stance.labelling.run_counts import RunCounts

FORMAT = 1
PACKAGES = ("stance", "numpy", "numba", "orjson", "pyarrow")


class FileRecord(BaseModel):
    """An output file; ``kind`` is ``rows`` or ``rejects``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: str
    name: str
    rows: int
    size: int
    sha256: str


class InputEntry(BaseModel):
    """An input in the receipt.

    Its size and hash, the damage if there is any, the number of rows labelled
    and rejected, and in words how it is stored, if that was detected.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    size: int
    sha256: str
    damage: str | None
    labelled: int | None = None
    rejected: int | None = None
    stored_as: str = ""

    @property
    def is_useless(self) -> bool:
        """Whether all its rows were rejected."""
        return self.labelled == 0 and bool(self.rejected)


def input_entry(planned: PlannedInput, ended: InputEnd, run_counts: RunCounts) -> InputEntry:
    """Return the receipt entry of a finished input, and remove its counts from `run_counts`."""
    labelled, rejected = run_counts.end_input(ended.n_input)
    return InputEntry(
        name=as_json(planned.name),
        size=ended.n_bytes,
        sha256=ended.sha256,
        damage=ended.damage.reason if ended.damage else None,
        labelled=labelled,
        rejected=rejected,
        stored_as="; ".join(planned.peculiarities),
    )


class Receipt(BaseModel):
    """The record of a run: command, model, options, inputs, outputs and counts.

    ``counts`` are numbers of rows: read, labelled, rejected and filtered out;
    labelled rows without a label and out of domain; rows by label, and rejected
    rows by reason. ``seconds`` is the working time over all sessions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    receipt: int
    command: list[str]
    started: str
    ended: str
    seconds: float
    sessions: int
    rows_per_second: float
    counts: dict[str, Any]
    files: list[FileRecord]
    model: dict[str, Any]
    settings: dict[str, Any]
    inputs: list[InputEntry]
    versions: dict[str, str]

    @property
    def damaged(self) -> list[InputEntry]:
        """The damaged inputs, which were read only in part."""
        return [entry for entry in self.inputs if entry.damage]


def make_receipt(plan: RunPlan, output: DurableOutput, ended: str) -> Receipt:
    """Return the receipt of a finished run."""
    seconds = output.seconds
    counts = output.run_counts.to_dict()
    return Receipt(
        receipt=FORMAT,
        command=plan.command,
        started=plan.started,
        ended=ended,
        seconds=round(seconds, 3),
        sessions=output.sessions,
        rows_per_second=round(counts["rows"] / max(seconds, 1e-3), 1),
        counts=counts,
        files=[
            FileRecord(**{name: record[name] for name in FileRecord.model_fields})
            for record in output.files
        ],
        model=plan.model,
        settings=plan.settings,
        inputs=[InputEntry(**entry) for entry in output.inputs],
        versions={"python": platform.python_version(), **installed_versions(PACKAGES)},
    )


def write_receipt(receipt: Receipt, name: str) -> None:
    """Write a receipt to a path or an address, replacing an older one."""
    data = orjson.dumps(
        receipt.model_dump(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    if is_address(name):
        with writing_at(name) as remote:
            remote.write(data)
        return
    with replacing_file(name, force=True) as file:
        file.write(data)


def read_receipt(output: str) -> Receipt:
    """Read the receipt of an output.

    Parameters
    ----------
    output : str
        The path or address of the output, or of the receipt itself.

    Raises
    ------
    OutputError
        If there is none, or it is damaged.
    """
    name = receipt_name(output)
    if not exists(name):
        raise OutputError(
            f"Got {output} without a receipt {name}, but expected one as written by "
            "'stance predict'. Check the spelling."
        )
    try:
        with _opened(name) as file:
            return Receipt.model_validate_json(file.read(), strict=True)
    except ValidationError as error:
        raise OutputError(f"Got {name}, which is not a receipt of 'stance predict'.") from error


def receipt_name(output: str) -> str:
    """Return the path or address of an output's receipt."""
    bare = as_local(output)
    bare = bare.rstrip("/") or bare
    return bare if bare.endswith(RECEIPT) else bare + RECEIPT


@dataclass(frozen=True)
class Verification:
    """The result of verifying an output: the amount checked, and the faults found."""

    receipt: Receipt
    n_files: int
    n_bytes: int
    faults: list[str]


def verify(output: str, *, inputs: bool = False) -> Verification:
    """Verify an output, its parts and its rejects against the receipt.

    Parameters
    ----------
    output : str
        The output's path or address. The receipt and the rejects are expected
        beside it, so they may have been moved together.
    inputs : bool
        Whether to verify the inputs too, at their recorded paths.

    Raises
    ------
    OutputError
        If there is no receipt.
    """
    receipt = read_receipt(output)
    place = receipt_name(output).removesuffix(RECEIPT)
    expected = [(_moved(record, place), record) for record in receipt.files]
    faults = [*_count_faults(receipt)]
    for name, record in expected:
        faults += _faults(name, record.size, record.sha256)
    faults += _unexpected_parts(place, {name for name, _ in expected})
    if inputs:
        files = [entry for entry in receipt.inputs if _is_file(entry.name)]
        faults += [fault for e in files for fault in _faults(e.name, e.size, e.sha256)]
    n_bytes = sum(record.size for record in receipt.files)
    return Verification(receipt, len(expected), n_bytes, faults)


def _count_faults(receipt: Receipt) -> Iterator[str]:
    counts = receipt.counts
    written = {
        kind: sum(record.rows for record in receipt.files if record.kind == kind)
        for kind in ("rows", "rejects")
    }
    if written != {"rows": counts["labelled"], "rejects": counts["rejected"]}:
        yield "the numbers of rows in the files do not match the counts"
    if counts["rows"] != counts["labelled"] + counts["rejected"] + counts["filtered_out"]:
        yield "the counts do not add up"


def _is_file(name: str) -> bool:
    """Return whether an input was a file, which can be verified."""
    return name != STDIN and not is_dataset_name(name) and not is_folder(name)


def _moved(record: FileRecord, place: str) -> str:
    """Return the current path of a file, if output and receipt were moved together."""
    own = record.name.rpartition("/")[2]
    if record.kind == "rows":
        is_part = not place.endswith(own) and own.startswith("part-")
        return f"{place}/{own}" if is_part else place
    beside = f"{place.rpartition('/')[0]}/{own}" if "/" in place else own
    return beside if exists(beside) else record.name


def _faults(name: str, size: int, sha256: str) -> list[str]:
    if not exists(name):
        return [f"{name} is missing"]
    digest, n_bytes = hashlib.sha256(), 0
    with _opened(name) as file:
        while data := file.read(BLOCK):
            digest.update(data)
            n_bytes += len(data)
    if n_bytes != size:
        return [f"{name} has {n_bytes:,} bytes instead of {size:,}"]
    if digest.hexdigest() != sha256:
        return [f"{name} has changed (its sha256 differs)"]
    return []


def _unexpected_parts(place: str, expected: set[str]) -> list[str]:
    if is_address(place) or not Path(place).is_dir():
        return []
    found = sorted(str(path) for path in Path(place).iterdir())
    return [f"{name} is not a part of this output" for name in found if name not in expected]


def _opened(name: str) -> IO[bytes]:
    return open_at(name, "rb") if is_address(name) else Path(name).open("rb")
