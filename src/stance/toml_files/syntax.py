"""TOML texts parsed as far as possible, with each syntax error in plain words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from itertools import pairwise
from string import ascii_lowercase
from typing import Any, NamedTuple

from stance.toml_files.statements import Statement, open_string, statements
from stance.toml_files.wording import IN_LINE, explain_at, explain_end

# More errors than that are those of a file that is not TOML at all.
MOST = 50
# A longer key is none, but a line of something else.
LONGEST_KEY = 80

# A string that begins with ' does not end.
NO_MARK = 'Expected "\'"'

# Errors inside a value. One at a key or a header comes from the value before, which is not closed.
_IN_VALUES = ("Invalid value", "Unclosed array", "Unclosed inline table")

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SECTION = re.compile(r"\[+\s*([^\n\]]*)")
_OTHER_LETTERS = re.compile(r"[\w-]*[^\W\d_a-zA-Z][\w-]*(?=[ \t]*[=.\]])")
_NEW_KEY = re.compile(r"[\w-]+[ \t]*=")


class SyntaxFault(NamedTuple):
    """A syntax error: its place in the text, the key if it is known, and a message."""

    offset: int
    key: str
    message: str


@dataclass
class Parsed:
    """A text as far as it can be parsed.

    Parameters
    ----------
    text : str
        The text, of the same length as the original; what has errors is repaired
        or blank.
    data : dict
        What it says.
    faults : list of SyntaxFault
        In the order of the text.
    dropped : set of str
        Keys, with their sections, whose statements are blank.
    renamed : dict of str to str
        The key as it was written for each key that stands in its place in
        ``text``.
    """

    text: str
    data: dict[str, Any] = field(default_factory=dict)
    faults: list[SyntaxFault] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)


class _Error(NamedTuple):
    """An error of `tomllib`, and the statement that has it."""

    message: str
    offset: int
    statement: Statement


def parse(text: str) -> Parsed:
    """Parse a TOML text; leave out statements with errors, and list these.

    Parameters
    ----------
    text : str
        With line feeds as line ends.

    Raises
    ------
    RecursionError
        If lists are nested too deep.
    """
    found = Parsed(text)
    while True:
        try:
            found.data = tomllib.loads(found.text)
        except tomllib.TOMLDecodeError as error:
            fault = _located(str(error), found.text)
            whole = fault.statement
            if not found.text[whole.start : whole.end].strip() or len(found.faults) == MOST:
                break
            found.faults.append(_explained(found, fault))
            if not _repair(found, fault):
                _leave_out(found, fault)
        else:
            break
    found.faults.sort()
    return found


def _located(message: str, text: str) -> _Error:
    """Return an error of `tomllib` with its place and its statement."""
    place = _PLACE.search(message)
    message = message[: place.start()] if place else message
    offset = len(text)
    if message == NO_MARK and (end := open_string(text)) is not None:
        # A string with ' that is not closed is looked for up to the end of the text.
        offset, message = end, IN_LINE[0]
    elif place is not None and place[1] is not None:
        ends = [match.end() for match in re.finditer("\n", text)]
        offset = [0, *ends][int(place[1]) - 1] + int(place[2]) - 1
    found = [one for one in statements(text) if one.start <= offset] or [Statement(0, 0)]
    last = found[-1]
    value = text.find("=", last.start, last.end)
    if message in _IN_VALUES and len(found) > 1 and (text[last.start] == "[" or offset <= value):
        return _Error(message, found[-2].end, found[-2])
    return _Error(message, offset, last)


def _explained(found: Parsed, fault: _Error) -> SyntaxFault:
    """Return an error in plain words, with the key of its statement."""
    text, (message, offset, whole) = found.text, fault
    names = _full_key(text, whole).split(".")
    key = ".".join(found.renamed.get(name, name) for name in names)
    key = "" if len(key) > LONGEST_KEY else key
    part = text[whole.start : whole.end]
    if message.startswith(("Cannot ", "Duplicate ")):
        told = _twice(message, _key_of(text, whole))
        return SyntaxFault(whole.start, key, told)
    if _is_header(part) and not part.startswith("["):
        return SyntaxFault(whole.start, key, "a section needs brackets on both sides: [name]")
    if _lacks_comma(text, fault):
        return SyntaxFault(
            len(text[:offset].rstrip()) - 1, key, "expected a comma at the end of this entry"
        )
    if offset >= min(whole.end, len(text)) or text[offset] == "\n":
        is_in_line = message.startswith(IN_LINE) or "key part" in message
        return SyntaxFault(
            min(offset, len(text) - 1) if is_in_line else whole.start,
            key,
            explain_end(message, part),
        )
    return SyntaxFault(offset, key, explain_at(message, text, offset))


def _twice(message: str, key: str) -> str:
    if message.startswith("Cannot declare"):
        return f"the section [{key}] is there a second time. Join the two"
    named = re.search("key '(.*)'", message)
    return f"the key {named[1] if named else key} has a value already. Remove one of the two"


def _key_of(text: str, whole: Statement) -> str:
    """Return the key of a statement as it is written, or the name of a section."""
    part = text[whole.start : whole.end]
    if part.startswith("["):
        found = _SECTION.match(part)
        return found[1].strip() if found else ""
    return part.partition("=")[0].split("\n")[0].strip()


def _is_header(part: str) -> bool:
    """Return whether a statement is a header, even if its first bracket is missing."""
    line = part.split("\n", maxsplit=1)[0].partition("#")[0].rstrip()
    return line.startswith("[") or (line.endswith("]") and "=" not in line[1:] and line[:-1] != "")


def _full_key(text: str, whole: Statement) -> str:
    """Return the key of a statement with its section."""
    before = [one for one in statements(text[: whole.start]) if text[one.start] == "["]
    section = _key_of(text, before[-1]) if before and text[whole.start] != "[" else ""
    return ".".join(filter(None, (section, _key_of(text, whole))))


def _lacks_comma(text: str, fault: _Error) -> bool:
    """Return whether the next entry, or key, begins where a comma was expected."""
    if not fault.message.startswith("Unclosed") or fault.offset >= len(text):
        return False
    is_entry = text[fault.offset] in "\"'{"
    return is_entry or bool(_NEW_KEY.match(text, fault.offset))


def _repair(found: Parsed, fault: _Error) -> bool:
    """Repair an error without changing the length of the text, to find the ones behind it."""
    text, (message, offset, _) = found.text, fault
    if _lacks_comma(text, fault) and text[offset - 1] in " \t":
        found.text = f"{text[: offset - 1]},{text[offset:]}"
        return True
    if text[offset : offset + 1] == "\n" and "key part" in message:
        if text[offset:].lstrip()[:1] in {"{", "]", "[", ""}:
            return False
        found.text = f"{text[:offset]} {text[offset + 1 :]}"
        return True
    key = _OTHER_LETTERS.match(text, offset)
    if key and message in {"Invalid statement", "Invalid initial character for a key part"}:
        name = _placeholder(len(found.renamed), len(key[0]))
        if name and name not in text:
            found.renamed[name] = key[0]
            found.text = f"{text[:offset]}{name}{text[key.end() :]}"
            return True
    return False


def _placeholder(number: int, length: int) -> str:
    """Return a name of small letters of a given length for a number; empty if there is none."""
    letters = []
    for _ in range(length):
        number, letter = divmod(number, len(ascii_lowercase))
        letters.append(ascii_lowercase[-1 - letter])
    return "" if number else "".join(letters)


def _leave_out(found: Parsed, fault: _Error) -> None:
    """Blank a statement with an error; of a list with an entry in each line, only the line.

    With a header, all of its section is blanked.
    """
    text, whole = found.text, fault.statement
    start, end = whole
    if _is_header(text[start:end]):
        later = [one for one in statements(text) if one.start >= start]
        ends = (two.start for _, two in pairwise(later) if text[two.start] == "[")
        end = next(ends, len(text))
    else:
        line = text.rfind("\n", 0, min(fault.offset, len(text))) + 1
        line_end = text.find("\n", line)
        entry = text[line : max(line_end, 0)].lstrip()
        is_inside = fault.offset < whole.end
        if is_inside and line > start and entry[:1] in {"{", '"', "'"}:
            start, end = line, line_end
    if start == whole.start:
        found.dropped.add(_full_key(text, whole))
    blanks = re.sub(r"[^\n]", " ", text[start:end])
    found.text = text[:start] + blanks + text[end:]


def line_feeds(text: str) -> str:
    r"""Return a text with line feeds as line ends, without a byte-order mark.

    Examples
    --------
    >>> line_feeds("\ufeffa = 1\r\n")
    'a = 1\n'
    """
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
