"""What annotators are asked: labels, definitions and instructions, from a codebook or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stance.corpus.keys import canonical
from stance.errors import ConfigError
from stance.formats.annotation.records import CodingTask, LabelChoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.corpus.codebook import Codebook, LabelEntry
    from stance.formats.annotation.records import Annotation

Language = Literal["ar", "en"]

QUESTIONS: dict[Language, str] = {"ar": "ما تصنيف هذا النص؟", "en": "Which label fits this text?"}
_WORDS: dict[Language, dict[str, str]] = {
    "ar": {
        "steps": "الخطوات",
        "labels": "الفئات",
        "evidence": "دليل",
        "not_evidence": "ليس دليلا",
    },
    "en": {
        "steps": "Steps",
        "labels": "Labels",
        "evidence": "Evidence",
        "not_evidence": "Not evidence",
    },
}


def coding_task(
    labels: Sequence[str],
    codebook: Codebook | None = None,
    *,
    question: str = "",
    language: Language = "ar",
) -> CodingTask:
    """Return a task.

    Parameters
    ----------
    labels : sequence of str
        If empty, those of the codebook.
    codebook : Codebook, optional
        For definitions and instructions.
    question : str
        If empty, a general one in the language.
    language : {"ar", "en"}

    Raises
    ------
    ConfigError
        If there are fewer than two labels, one twice, or one that no tool could store.
    CorpusError
        If the codebook does not define a label.
    """
    names = [*labels] or [*(codebook.labels if codebook else ())]
    if codebook is not None:
        codebook.check(names)
        names = [codebook.spelling(name) for name in names]
    _check(names)
    choices = tuple(LabelChoice(name, _definition(codebook, name, language)) for name in names)
    return CodingTask(
        choices, question or QUESTIONS[language], instructions(codebook, language), language
    )


def _check(names: Sequence[str]) -> None:
    for name in names:
        if not name.isprintable() or name != name.strip() or not name:
            raise ConfigError(
                f"Got the label {name!r}, but expected visible characters without blanks at its "
                "ends: annotation tools change others. Rename it."
            )
    if len({canonical(name) for name in names}) < max(len(names), 2):
        raise ConfigError(
            f"Got the labels {', '.join(map(repr, names)) or '(none)'}, but expected two or more, "
            "each once. Give --label NAME for each, or --codebook FILE."
        )


def _definition(codebook: Codebook | None, name: str, language: Language) -> str:
    return "" if codebook is None else _definition_of(codebook.labels[name], language)


def instructions(codebook: Codebook | None, language: Language) -> str:
    """Return the instructions of a codebook as Markdown; empty without a codebook."""
    if codebook is None:
        return ""
    return "\n".join(_lines(codebook, language))


def _lines(codebook: Codebook, language: Language) -> Iterator[str]:
    words, coding = _WORDS[language], codebook.coding
    yield f"# {codebook.title or codebook.name}"
    yield from _paragraph(codebook.description)
    if coding.steps:
        yield from ("", f"## {words['steps']}", "")
        yield from (f"{n}. {step}" for n, step in enumerate(coding.steps, 1))
    for text in (coding.multiple_framings, coding.quotation, coding.translation_and_reprints):
        yield from _paragraph(text)
    yield from ("", f"## {words['labels']}")
    for name, entry in codebook.labels.items():
        yield from _label_lines(name, entry, language)


def _label_lines(name: str, entry: LabelEntry, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    title = (entry.title_ar if language == "ar" else "") or entry.title
    yield from ("", f"### {name}: {title}" if title != name else f"### {name}")
    yield from _paragraph(_definition_of(entry, language))
    for heading in ("evidence", "not_evidence"):
        if listed := getattr(entry, heading):
            yield from ("", f"{words[heading]}:", "")
            yield from (f"- {one}" for one in listed)
    if entry.boundary_cases:
        yield ""
        yield from (f"- {one.case} → {one.decision}" for one in entry.boundary_cases)


def _definition_of(entry: LabelEntry, language: Language) -> str:
    return (entry.definition_ar if language == "ar" else "") or entry.definition


def _paragraph(text: str) -> Iterator[str]:
    if text:
        yield from ("", text)


def check_labels(annotations: Iterable[Annotation], task: CodingTask) -> None:
    """Refuse labels that are not among those of the task: tools accept them in silence.

    Raises
    ------
    ConfigError
        If there is one, or the text of an article cannot be stored as UTF-8.
    """
    known = {choice.name for choice in task.labels}
    for one in annotations:
        for label in (*one.labels, *(span.label for span in one.spans)):
            if label not in known:
                raise ConfigError(
                    f"Got the article {one.id!r} with the label {label!r}, but the labels to "
                    f"choose from are {', '.join(map(repr, sorted(known)))}. Add --label, or "
                    "correct it."
                )
        for text in (one.id, one.text, one.annotator or "", one.comment or ""):
            if any("\ud800" <= sign <= "\udfff" for sign in text if sign > "\ud7ff"):
                raise ConfigError(
                    f"Got the article {one.id!r} with half of a character (a lone surrogate), "
                    "which no file can store. Correct its text."
                )
