"""The card of a model: written by `stance train`, filled by `stance info --card`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from stance.cli.console import note
from stance.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.formats.source import Source
    from stance.model.description import CorpusFile, ModelDescription
    from stance.model.persistence import StoredModel
    from stance.reporting.document import Document

Use = Literal["corpus", "always_train", "auxiliary"]


def corpus_description(
    files: dict[Use, Sequence[str] | None],
    reading: Source,
    author: str | None,
    licence: str | None,
    notes: Sequence[str] | None,
) -> ModelDescription:
    """Return the description of a model that is about to be trained."""
    from stance.model.description import CorpusFile, ModelDescription

    named: list[CorpusFile] = [
        CorpusFile(name=_bare_name(name), use=use)
        for use, names in files.items()
        for name in names or ()
    ]
    described = ModelDescription(files=named, where=reading.describe_where())
    return described.with_texts(author, licence, notes or ())


def _bare_name(name: str) -> str:
    """Return the name of an input without folders, which belong to one machine."""
    from stance.datasets.records import is_dataset_name
    from stance.formats.input_file import STDIN

    if name == STDIN:
        return "standard input"
    bare = name if is_dataset_name(name) else PurePosixPath(name.partition("?")[0]).name
    return (bare or name).encode("utf-8", "replace").decode()


def own_text(folder: Path) -> str:
    """Return what people wrote below the card in a folder; refuse a card edited elsewhere."""
    from stance.model.manifest import CARD
    from stance.reporting.card_text import kept_text

    return kept_text(folder / CARD)


def card_file(stored: StoredModel, own: str) -> str:
    """Return the text of a card file."""
    from stance.reporting.card import card_markdown
    from stance.reporting.card_text import compose

    return compose(card_markdown(stored), own)


def fill_card(
    folder: Path,
    stored: StoredModel,
    author: str | None,
    licence: str | None,
    notes: Sequence[str],
    results: Sequence[Path],
) -> StoredModel:
    """Add to the description of a model, and write its card again.

    Raises
    ------
    CorpusError
        If results are of another corpus or another model.
    OutputError
        If the card was edited by hand, or the folder cannot be written.
    """
    from stance.model.describing import check_results, write_description
    from stance.model.description import ModelDescription
    from stance.model.manifest import CARD
    from stance.model.reported_results import read_results
    from stance.replacing import replacing_file

    found = [read_results(path) for path in results]
    check_results(found, stored)
    described = stored.manifest.description or ModelDescription()
    described = described.with_texts(author, licence, notes).with_results(found)
    own = own_text(folder)
    manifest = stored.manifest.model_copy(update={"description": described})
    filled = replace(stored, manifest=manifest)
    write_description(folder, described)
    with replacing_file(folder / CARD, force=True) as file:
        file.write(card_file(filled, own).encode())
    note(f"Written to {folder / CARD}.")
    return filled


def shown_card(folder: Path, stored: StoredModel) -> Document:
    """Return the card of a model, with what people wrote below it."""
    from stance.model.manifest import CARD
    from stance.reporting.card import card, with_own_text
    from stance.reporting.card_text import read_card

    path = folder / CARD
    found = read_card(path)
    if not path.exists():
        note(f"{path} does not exist: --author, --licence, --note or --results writes it.")
    elif found.is_edited:
        note(f"{path} was edited by hand. This is the card as stance would write it.")
    return with_own_text(card(stored), found.own)


def refuse_without_card(given: dict[str, object]) -> None:
    """Refuse options that add to a card where no card is asked for."""
    for option, value in given.items():
        if value:
            raise ConfigError(f"Got {option} without --card, but only the card has it. Give both.")


def refuse_without_model(model: Path | None) -> None:
    """Refuse to change the model that ships with the package by mistake."""
    if model is None:
        raise ConfigError(
            "Got an addition to a card without --model, but the model that ships with stance is "
            "changed only if it is named. Give the folder of your model with -m."
        )
