"""Character encodings: text in any of them as UTF-8, and which one a file is in.

Arabic text that is not in UTF-8 is nearly always in UTF-16 or windows-1256,
rarely in ISO 8859-6 or Mac Arabic.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import IO, TYPE_CHECKING, Any

from stance.errors import ConfigError, CorpusError
from stance.formats.cursor import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UTF8 = "utf-8"


class InUtf8(io.RawIOBase):
    """A stream of text in some encoding, read as UTF-8.

    Bytes that are not valid in the encoding become lone surrogates, which are
    never valid UTF-8, so that only the row that holds them is set aside.

    Raises
    ------
    EOFError
        If the stream ends within a character, or breaks UTF-32; what stands
        before it has been given out by then.
    """

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        # A damaged archive gives what stands before the damage only piece by piece.
        self._read = getattr(stream, "read1", stream.read)
        errors = "surrogatepass" if _is_wide(encoding) else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._pending = b""
        self._is_done = False
        self._fault = ""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Take some bytes."""
        while not self._pending and not self._is_done:
            self._convert(self._read(BLOCK))
        if self._fault and not self._pending:
            raise EOFError(self._fault)
        n = min(len(buffer), len(self._pending))
        buffer[:n] = self._pending[:n]
        self._pending = self._pending[n:]
        return n

    def _convert(self, data: bytes) -> None:
        self._is_done = not data
        try:
            text = self._decoder.decode(data, final=self._is_done)
        except UnicodeDecodeError as error:
            self._is_done = True
            self._fault = f"it holds a character that is cut or broken: {error.reason}"
            text = error.object[: error.start].decode(error.encoding, errors="replace")
        # Bytes that merely pass through could together be valid UTF-8.
        self._pending = text.encode(errors="surrogatepass")


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
        is_text = codecs.lookup(encoding)._is_text_encoding and _can_be_streamed(encoding)
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise ConfigError(
            f"Got the encoding {encoding!r}, which is unknown, but expected one such as utf-8, "
            "utf-16, windows-1256, iso-8859-6 or mac_arabic. Check the spelling."
        )


def _can_be_streamed(encoding: str) -> bool:
    """Tell whether broken bytes can be skipped, which those of domain names cannot."""
    if not _is_wide(encoding):
        codecs.getincrementaldecoder(encoding)("surrogateescape").decode(b"id,\xff", final=True)
    return True


def normal_name(encoding: str) -> str:
    """Return the one name that an encoding has here; ``utf-8`` for all that UTF-8 can read."""
    name = codecs.lookup(encoding).name
    return UTF8 if name in {"utf-8", "utf-8-sig", "ascii"} else name


def with_byte_order(encoding: str, data: bytes) -> str:
    """Name the byte order of UTF-16 or UTF-32 that has no byte-order mark.

    Parameters
    ----------
    encoding : str
        As `normal_name` returns it.
    data : bytes
        The first bytes of the file.
    """
    if encoding not in {"utf-16", "utf-32"} or data.startswith(_WIDE_MARKS):
        return encoding
    if encoding == "utf-16":
        return _without_mark(data) or "utf-16-le"
    return "utf-32-be" if data.startswith(b"\0") else "utf-32-le"


# The code pages of Arabic text, the most common first.
WINDOWS = "cp1256"
ARABIC_PAGES = (WINDOWS, "iso8859_6", "mac_arabic")

_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# Half of the bytes of Arabic text in UTF-16 are one of these: the block, and that of ASCII.
_HIGH_BYTES = b"\x00\x06"

_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_ASCII = bytes(range(128))
_CONTINUATION = bytes(range(0x80, 0xC0))  # of a character in UTF-8 that began before a piece
_UNDEFINED, _STRANGE = "\ufffd", "\u25cc"
_REPEATED = re.compile(r"(.)\1{2,}")
_WITHIN_WORD = re.compile("[\u064c\u064d](?=[\u0621-\u063a\u0641-\u064a])")
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

# Letters in words; and what share of the best page's score another must not reach.
LEAST_LETTERS, LEAST_LEAD = 12, 0.9

# Of the bytes beyond ASCII in ISO 8859-6 that may be undefined in it.
MOST_UNDEFINED = 0.01

# UTF-8 of which a part is broken: of the bytes beyond ASCII; of the lines that hold such bytes;
# of all lines, where no byte speaks for UTF-8.
LEAST_VALID, MOST_BROKEN, MOST_BROKEN_OF_ALL = 0.9, 0.5, 0.02
# So few bytes are damage rather than an encoding.
FEW_BYTES = 4
DECIDING = 64 * 1024


def find_encoding(data: bytes, name: str, more: Callable[[], Iterable[bytes]] = lambda: ()) -> str:
    """Find out in which encoding the first bytes of a file are.

    Text that is valid UTF-8, but for a few bytes, is taken for UTF-8. Otherwise
    UTF-16, windows-1256, ISO 8859-6 and Mac Arabic are recognised, where the
    text that they give is Arabic without doubt. ISO 8859-6 and Mac Arabic have
    the letters in the same places: text of both is taken for the former.

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
    if (encoding := _marked(data) or _without_mark(data)) is not None:
        return encoding
    if data.isascii():
        pieces = (piece.lstrip(_CONTINUATION) for piece in more())
        data = next((piece for piece in pieces if not piece.isascii()), b"")
    if _is_mostly_utf8(data):
        return UTF8
    if (page := _arabic_page(data[_first_high(data) :][:DECIDING])) is not None:
        return page
    if _is_hardly_broken(data):
        return UTF8
    raise CorpusError(_unknown(data, name))


def _marked(data: bytes) -> str | None:
    """Return the encoding that a byte-order mark names."""
    marks = (encoding for mark, encoding in _MARKS if data.startswith(mark))
    return next((encoding for encoding in marks if _is_plausible(data, encoding)), None)


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell whether nearly all bytes beyond ASCII are parts of characters in UTF-8."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(data)
    except UnicodeDecodeError:
        valid = sum(map(len, _UTF8_SEQUENCE.findall(data)))
        return valid >= LEAST_VALID * _n_high(data)
    return True


def _is_hardly_broken(data: bytes) -> bool:
    """Tell whether text that is in no Arabic code page is UTF-8 with some broken lines."""
    lines = [line for line in data.splitlines() if line.strip()]
    high = [line for line in lines if not line.isascii()]
    broken = sum(not _is_utf8(line) for line in high)
    if _n_high(data) <= FEW_BYTES:
        return broken <= MOST_BROKEN * len(lines)
    if broken < len(high):
        return broken <= MOST_BROKEN * len(high)
    return broken <= MOST_BROKEN_OF_ALL * len(lines)


def _n_high(data: bytes) -> int:
    return len(data.translate(None, _ASCII))


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
    n = len(data) // 2
    shares = [1 - len(data[first::2].translate(None, _HIGH_BYTES)) / n for first in (0, 1)]
    if max(shares) <= 0.8 or min(shares) >= 0.3:
        return None
    return "utf-16-le" if shares[1] > shares[0] else "utf-16-be"


def _first_high(data: bytes) -> int:
    return next((place for place, byte in enumerate(data) if byte > 127), 0)


def _arabic_page(data: bytes) -> str | None:
    """Return the code page in which some bytes are Arabic text without doubt."""
    texts = {page: _read_in(data, page) for page in ARABIC_PAGES}
    scores = {page: _score(text) for page, text in texts.items() if text is not None}
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None or not _is_arabic(texts[best] or ""):
        return None
    # Few letters may be words in either of two pages that put them in other places.
    rivals = (page for page in scores if (page == WINDOWS) != (best == WINDOWS))
    close = any(scores[page] >= LEAST_LEAD * scores[best] for page in rivals)
    return None if close else best


def _score(text: str) -> int:
    """Return how many frequent letters a text has, less what is strange in Arabic."""
    beyond = [sign for sign in text if sign > "\x7f"]
    strange = sum(not _EXPECTED.match(sign) for sign in beyond if sign != _UNDEFINED)
    return sum(sign in _FREQUENT for sign in beyond) - strange


def _read_in(data: bytes, page: str) -> str | None:
    """Return the text that bytes are in a code page, None where that cannot be."""
    text = data.decode(page, errors="replace")
    if text.count(_UNDEFINED) > MOST_UNDEFINED * _n_high(data):
        return None
    # Mac Arabic has a right-to-left blank where ISO 8859-6 has one that does not break.
    if page == "iso8859_6" and text.count("\u00a0") > text.count(" "):
        return None
    # A laugh of thirty letters is one; a case ending within a word is that of no word.
    return _WITHIN_WORD.sub(_STRANGE, _REPEATED.sub(r"\1", text))


def _is_arabic(text: str) -> bool:
    beyond = [sign for sign in text if sign > "\x7f"]
    in_runs = sum(map(len, _ARABIC_RUN.findall(text)))
    if in_runs < LEAST_LETTERS:
        return False
    expected = sum(bool(_EXPECTED.match(sign)) for sign in beyond)
    frequent = sum(sign in _FREQUENT for sign in beyond)
    shares = (expected / len(beyond), frequent / len(beyond), in_runs / len(beyond))
    bars = (LEAST_EXPECTED, LEAST_FREQUENT, LEAST_IN_RUNS)
    return all(share >= bar for share, bar in zip(shares, bars, strict=True))


def _unknown(data: bytes, name: str) -> str:
    import chardet

    likely = chardet.detect(data[:DECIDING], prefer_superset=False)["encoding"]
    shown = ", ".join(
        f"{page} reads «{_shown(data, page)}»" for page in ("windows-1256", "iso-8859-6")
    )
    return (
        f"Got {name}, which is not in UTF-8, and its encoding is not certain"
        + (f" (it looks like {likely})" if likely else "")
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
