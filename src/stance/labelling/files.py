"""Files of articles in, files of labels out: what `stance predict --output` calls."""

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

    Memory does not grow with the inputs. Each row ends in the output or among
    the rejects, and a run that was stopped or killed can be resumed.

    Parameters
    ----------
    inputs : Source, or iterable of str or Path
        As for `stance.read_articles`.
    output : str or Path
        A file, or a folder (ending in ``/``) for parts; an address too.
    model : str or Path, optional
        The model's folder; the model that ships with the package unless given.
    stored : StoredModel, optional
        The same model, where it has been read already.
    output_format : {"jsonl", "csv", "parquet"}, optional
        By the ending of `output` unless given.
    rejects : str, optional
        File for the rows that cannot be used, written even if there are none;
        unless given, `output` with ``.rejects.jsonl`` behind it, if there are
        any.
    keep : sequence of str
        Fields of the input that the output carries; ``@source`` and ``@row``
        tell where a row came from.
    bom : bool
        Begin CSV with a byte-order mark, as Excel needs it.
    escape_formulas : bool, optional
        Write cells of CSV that a spreadsheet would run so that it does not; as
        `bom` unless given.
    part_rows : int
        Rows of a part, where `output` is a folder.
    min_probability : float
        In [0, 1]; an article whose best label has a lower probability gets
        none.
    engine : Engine, optional
        Threads on this machine unless given.
    resume : bool
        Resume a run that was stopped; begin one if there is none.
    force : bool
        Replace what is there, and forget a run that was stopped.
    command : sequence of str
        For the receipt.
    on_planned : callable
        Called with the task before the first row is read.
    report : callable
        Called with the progress after each batch.
    stop : Event, optional
        Once it is set, the batch in flight is finished and the run left as it
        is.
    **options
        As for `stance.read_articles`.

    Returns
    -------
    Outcome
        Its ``receipt`` is None where the run was stopped.

    Raises
    ------
    ConfigError
        If an option is out of its range.
    CorpusError
        If an input cannot be opened or is not what its name says.
    OutputError
        If something is there already, or cannot be written.
    InterruptedRunError
        If the run had to stop; what was labelled is kept.
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
