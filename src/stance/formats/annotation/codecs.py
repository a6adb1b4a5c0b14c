"""The formats of annotation tools: one record for each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from stance.formats.annotation.records import Annotation, CodingTask


class Codec(Protocol):
    """A module that writes and reads the files of one tool."""

    def write(self, annotations: Sequence[Annotation], task: CodingTask, file: BinaryIO) -> None:
        """Write articles to annotate, with the annotations that there are.

        Raises
        ------
        ConfigError
            If a label is not among those of the task, or a value cannot be stored.
        """
        ...

    def recognises(self, path: Path) -> bool:
        """Return whether a file is one that the tool wrote, by its content."""
        ...

    def read(self, path: Path) -> Iterator[Annotation]:
        """Yield the annotations of a file, and an article without one as itself.

        Raises
        ------
        CorpusError
            If the file is damaged, or not of this tool.
        """
        ...


class CodecWithCompanion(Codec, Protocol):
    """A codec that writes a second file, such as a labelling configuration."""

    def companion(self, annotations: Sequence[Annotation], task: CodingTask) -> bytes:
        """Return the content of the second file."""
        ...


@dataclass(frozen=True)
class Tool:
    """An annotation tool.

    Parameters
    ----------
    name : str
        For ``--to``.
    title : str
        As its makers write it.
    suffix : str
        Of the file that it imports.
    module : str
        The module with its codec, imported when it is needed.
    companion_suffix : str
        Of a file that is written beside the other one; empty if there is none.
    companion_use : str
        What that file is for, as a sentence.
    """

    name: str
    title: str
    suffix: str
    module: str
    companion_suffix: str = ""
    companion_use: str = ""

    @property
    def codec(self) -> Codec:
        """The module, as a codec."""
        return cast("Codec", import_module(f"stance.formats.annotation.{self.module}"))

    def targets(self, output: Path) -> tuple[Path, ...]:
        """Return the files to write: the one that is named, and the one beside it."""
        if not self.companion_suffix:
            return (output,)
        return (output, output.with_name(output.name + self.companion_suffix))

    def companions(self, annotations: Sequence[Annotation], task: CodingTask) -> list[bytes]:
        """Return the content of the file beside, if there is one."""
        if not self.companion_suffix:
            return []
        return [cast("CodecWithCompanion", self.codec).companion(annotations, task)]


# The first that recognises a file reads it.
TOOLS: tuple[Tool, ...] = (
    Tool(
        "label-studio",
        "Label Studio",
        ".json",
        "label_studio",
        companion_suffix=".config.xml",
        companion_use="paste it into Settings > Labeling Interface > Code.",
    ),
    Tool("doccano", "doccano", ".jsonl", "doccano"),
    Tool("excel", "Excel", ".xlsx", "excel_sheet"),
    Tool("html", "Coding page", ".html", "coding_page"),
    Tool("inception", "INCEpTION", ".zip", "inception"),
)


def tool(name: str) -> Tool:
    """Return a tool by its name.

    Raises
    ------
    ConfigError
        If there is none.
    """
    found = next((one for one in TOOLS if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in TOOLS)
        raise ConfigError(f"Got --to {name}, but expected one of {names}.")
    return found


def recognise(path: Path, tools: Iterable[Tool] | None = None) -> Tool | None:
    """Return the tool that wrote a file; None for a file of no tool."""
    return next((one for one in tools or TOOLS if one.codec.recognises(path)), None)
