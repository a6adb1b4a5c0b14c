"""Character encodings: text in any of them as UTF-8, and which one a file is in.

Arabic text that is not in UTF-8 is nearly always in UTF-16 or windows-1256,
rarely in ISO 8859-6 or Mac Arabic.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import IO, TYPE_CHECKING, Any

from stance.corpus.cursor import BLOCK
from stance.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UTF8 = "utf-8"


class InUtf8(io.RawIOBase):
    """A stream of text in some encoding, read as UTF-8.

    Bytes that are not valid in the encoding are kept as bytes that are not
    valid UTF-8, so that only the row that holds them is set aside.

    Raises
    ------
    EOFError
        If the stream ends within a character.
    """

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._errors = "surrogatepass" if _is_wide(encoding) else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(self._errors)
        self._pending = b""
        self._is_done = False

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Take some bytes."""
        while not self._pending and not self._is_done:
            self._convert(self._stream.read(BLOCK))
        n = min(len(buffer), len(self._pending))
        buffer[:n] = self._pending[:n]
        self._pending = self._pending[n:]
        return n

    def _convert(self, data: bytes) -> None:
        self._is_done = not data
        try:
            text = self._decoder.decode(data, final=self._is_done)
        except UnicodeDecodeError as error:
            raise EOFError(f"it ends within a character: {error.reason}") from error
        self._pending = text.encode(errors=self._errors)


def _is_wide(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def check_encoding(encoding: str | None) -> None:
    """Refuse what is not a character encoding.

    Raises
    ------
    ConfigError
        If Python knows no such encoding of text.
    """
    if encoding is None:
        return
    try:
        is_text = codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise ConfigError(
            f"Got the encoding {encoding!r}, which is unknown, but expected one such as utf-8, "
            "utf-16, windows-1256, iso-8859-6 or mac_arabic. Check the spelling."
        )


def normal_name(encoding: str) -> str:
    """Return the one name that an encoding has here; ``utf-8`` for all that UTF-8 can read."""
    name = codecs.lookup(encoding).name
    return UTF8 if name in {"utf-8", "utf-8-sig", "ascii"} else name


# The code pages of Arabic text, the most common first.
ARABIC_PAGES = ("cp1256", "iso8859_6", "mac_arabic")

_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Half of the bytes of Arabic text in UTF-16 are one of these: the block, and that of ASCII.
_HIGH_BYTES = frozenset(b"\x00\x06")

_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_CONTROLS = re.compile("[\x80-\x9f]")
_FREQUENT = frozenset("اليمونرتبة")
_EXPECTED = re.compile(
    "[\u0621-\u063a\u0640-\u0652\u0660-\u0669\u06f0-\u06f9\u067e\u0686\u0698\u06a9\u06af\u06cc"
    "\u060c\u061b\u061f\u066a-\u066d«»\u2010-\u2015\u2018\u2019\u201c\u201d\u2022\u2026\u00a0"
    "\u200c-\u200f×÷°]"
)
_ARABIC_RUN = re.compile("[\u0621-\u063a\u0641-\u064a\u064b-\u0652]{3,}")

# Shares of the characters beyond ASCII. Of Arabic text in its right code page at least 1.0, 0.49
# and 0.85 were seen; text of twenty other code pages, Russian or French, does not reach all three.
LEAST_EXPECTED, LEAST_FREQUENT, LEAST_IN_RUNS = 0.90, 0.45, 0.75

# Of the bytes beyond ASCII, and of the lines, in UTF-8 of which a part is broken.
LEAST_VALID, MOST_BROKEN = 0.9, 0.5
DECIDING = 64 * 1024


def find_encoding(data: bytes, name: str, more: Callable[[], Sequence[bytes]] = lambda: ()) -> str:
    """Find out in which encoding the first bytes of a file are.

    Text that is valid UTF-8, but for a few bytes, is taken for UTF-8. Otherwise
    UTF-16, windows-1256, ISO 8859-6 and Mac Arabic are recognised, where the
    text that they give is Arabic without doubt.

    Parameters
    ----------
    data : bytes
        The first bytes.
    name : str
        The file, for the message.
    more : callable
        Returns pieces from further on, for a file that begins in ASCII alone.

    Returns
    -------
    str
        A name that Python knows.

    Raises
    ------
    CorpusError
        If the bytes are in none of these.

    Notes
    -----
    Libraries that detect encodings do not carry this: of chardet 7.7,
    charset-normalizer 3.5 and uchardet none knows Mac Arabic, and their
    confidence does not tell right answers from wrong ones.
    """
    if (encoding := _unicode(data)) is not None:
        if encoding != UTF8 or not data.isascii():
            return encoding
        data = next((piece for piece in more() if not piece.isascii()), b"")
        if not data or (encoding := _unicode(data, within=True)) is not None:
            return encoding or UTF8
    found = _arabic_page(data[_first_high(data) :][:DECIDING])
    if found is None:
        raise CorpusError(_unknown(data, name))
    return found


def _unicode(data: bytes, *, within: bool = False) -> str | None:
    """Return the Unicode encoding of some bytes, None where they are in another one."""
    for mark, encoding in _MARKS:
        if data.startswith(mark) and not within and _is_plausible(data, encoding):
            return encoding
    if (wide := _without_mark(data)) is not None:
        return wide
    try:
        codecs.getincrementaldecoder(UTF8)().decode(data)
    except UnicodeDecodeError:
        pass
    else:
        return UTF8
    high = sum(byte > 127 for byte in data)
    valid = sum(map(len, _UTF8_SEQUENCE.findall(data)))
    lines = [line for line in data.splitlines() if line.strip()]
    broken = sum(not _is_utf8(line) for line in lines)
    return UTF8 if valid >= LEAST_VALID * high or broken <= MOST_BROKEN * len(lines) else None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_plausible(data: bytes, encoding: str) -> bool:
    """Tell whether bytes behind a byte-order mark are mostly letters below those of China."""
    text = data[:DECIDING].decode(encoding, errors="replace")
    return sum(sign < "\u2e80" or sign >= "\ufb50" for sign in text) >= len(text) / 2


def _without_mark(data: bytes) -> str | None:
    """Recognise UTF-16 without a byte-order mark by every other byte."""
    if len(data) < 4:
        return None
    shares = [
        sum(byte in _HIGH_BYTES for byte in data[first::2]) / (len(data) // 2) for first in (0, 1)
    ]
    if max(shares) <= 0.8 or min(shares) >= 0.3:
        return None
    return "utf-16-le" if shares[1] > shares[0] else "utf-16-be"


def _first_high(data: bytes) -> int:
    return next((place for place, byte in enumerate(data) if byte > 127), 0)


def _arabic_page(data: bytes) -> str | None:
    """Return the code page in which some bytes are Arabic text without doubt."""
    best: tuple[int, str, str] | None = None
    for page in ARABIC_PAGES:
        try:
            text = data.decode(page)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text):
            continue
        beyond = [sign for sign in text if sign > "\x7f"]
        strange = sum(not _EXPECTED.match(sign) for sign in beyond)
        score = sum(sign in _FREQUENT for sign in beyond) - strange
        if best is None or score > best[0]:
            best = (score, page, text)
    return best[1] if best is not None and _is_arabic(best[2]) else None


def _is_arabic(text: str) -> bool:
    beyond = [sign for sign in text if sign > "\x7f"]
    if not beyond:
        return False
    expected = sum(bool(_EXPECTED.match(sign)) for sign in beyond)
    frequent = sum(sign in _FREQUENT for sign in beyond)
    in_runs = sum(map(len, _ARABIC_RUN.findall(text)))
    shares = (expected / len(beyond), frequent / len(beyond), in_runs / len(beyond))
    bars = (LEAST_EXPECTED, LEAST_FREQUENT, LEAST_IN_RUNS)
    return all(share >= bar for share, bar in zip(shares, bars, strict=True))


def _unknown(data: bytes, name: str) -> str:
    import chardet

    guess = chardet.detect(data[:DECIDING], prefer_superset=False)["encoding"]
    shown = ", ".join(
        f"{page} reads «{_shown(data, page)}»" for page in ("windows-1256", "iso-8859-6")
    )
    return (
        f"Got {name}, which is not in UTF-8, and its encoding is not certain"
        + (f" (it looks like {guess})" if guess else "")
        + f": {shown}. Name it with --encoding, or save the file again as UTF-8."
    )


def _shown(data: bytes, encoding: str) -> str:
    """Return some words around the first byte beyond ASCII, as an encoding reads them."""
    begin = _first_high(data)
    text = data[begin : begin + 60].decode(encoding, errors="replace")
    return " ".join(text.split())[:40]


def decoded_sample(data: bytes, encoding: str, *, is_whole: bool) -> str:
    """Decode the first bytes of a file; of a part of it no line that is cut."""
    text = data.decode("utf-8-sig" if encoding == UTF8 else encoding, errors="replace")
    lines, newline, _ = text.rpartition("\n")
    return text if is_whole or not newline else lines + newline
