"""Labelling files: the function behind `stance predict --output`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from stance import resources
from stance.formats.source import Source, SourceOptions
from stance.labelling.plan import plan_labelling
from stance.labelling.run import label_to_target
from stance.labelling.target import PART_ROWS, choose_target, refuse_unless
from stance.model.persistence import read_model
from stance.model.prediction import check_min_probability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from threading import Event

    from stance.labelling.engine import Engine
    from stance.labelling.plan import Labelling
    from stance.labelling.progress import Report
    from stance.labelling.run import Outcome
    from stance.model.persistence import StoredModel


def label_files(
    inputs: Source | Iterable[str | Path],
    output: str | Path,
    *,
    model: str | Path | None = None,
    stored: StoredModel | None = None,
    output_format: str | None = None,
    rejects: str | None = None,
    keep: Sequence[str] = (),
    bom: bool = False,
    escape_formulas: bool | None = None,
    part_rows: int = PART_ROWS,
    min_probability: float = 0.0,
    engine: Engine | None = None,
    resume: bool = False,
    force: bool = False,
    command: Sequence[str] = (),
    on_planned: Callable[[Labelling], object] = lambda task: None,
    report: Report = lambda progress: None,
    stop: Event | None = None,
    **options: Unpack[SourceOptions],
) -> Outcome:
    """Label files of any size into a file, or a folder of parts, with a receipt.

    Memory does not grow with the inputs. Each row ends up in the output or in
    the rejects, and a run that was stopped or killed can be resumed.

    Parameters
    ----------
    inputs : Source, or iterable of str or Path
        As for `stance.read_articles`.
    output : str or Path
        A file, or a folder (ending in ``/``) for parts; may be an address.
    model : str or Path, optional
        The model's folder; by default the model that ships with the package.
    stored : StoredModel, optional
        The same model, if it is already loaded.
    output_format : {"jsonl", "csv", "parquet"}, optional
        By default from the extension of `output`.
    rejects : str, optional
        File for the rows that cannot be used, written even if there are none.
        By default `output` plus ``.rejects.jsonl``, only if there are any.
    keep : sequence of str
        Fields of the input to copy into the output; ``@source`` and ``@row``
        give the origin of a row.
    bom : bool
        Begin CSV with a byte-order mark, which Excel needs.
    escape_formulas : bool, optional
        Escape CSV cells that a spreadsheet would run as formulas; by default
        the value of `bom`.
    part_rows : int
        Rows of a part, if `output` is a folder.
    min_probability : float
        In [0, 1]; an article whose best label has a lower probability gets
        no label.
    engine : Engine, optional
        By default threads on this machine.
    resume : bool
        Resume a run that was stopped; start one if there is none.
    force : bool
        Replace existing output, and discard a run that was stopped.
    command : sequence of str
        The command line, for the receipt.
    on_planned : callable
        Called with the task before the first row is read.
    report : callable
        Called with the progress after each batch.
    stop : Event, optional
        When it is set, the current batch is finished and the run stops.
    **options
        As for `stance.read_articles`.

    Returns
    -------
    Outcome
        Its ``receipt`` is None if the run was stopped.

    Raises
    ------
    ConfigError
        If an option is out of its range.
    CorpusError
        If an input cannot be opened or does not match its name.
    OutputError
        If the output already exists, or cannot be written.
    InterruptedRunError
        If the run had to stop; its progress is kept.
    """
    check_min_probability(min_probability)
    target = choose_target(str(output), output_format, rejects)
    refuse_unless(target, resume=resume, force=force)
    folder = str(model or resources.DEFAULT_MODEL)
    task = plan_labelling(
        stored or read_model(folder),
        folder,
        Source.of(inputs, options),
        keep=keep,
        output_format=target.format,
        bom=bom,
        escape_formulas=escape_formulas,
        part_rows=part_rows if target.in_parts else None,
        min_probability=min_probability,
    )
    on_planned(task)
    return label_to_target(
        task,
        target,
        engine=engine,
        resume=resume,
        force=force,
        rejects_wanted=rejects is not None,
        command=command,
        report=report,
        stop=stop,
    )
