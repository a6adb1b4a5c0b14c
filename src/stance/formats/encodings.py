"""Character encodings: detecting them, and reading any of them as UTF-8.

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
        If the stream ends within a character, or is invalid UTF-32; everything
        before that has been returned by then.
    """

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        # A damaged archive returns the data before the damage only in small pieces.
        self._read = getattr(stream, "read1", stream.read)
        errors = "surrogatepass" if _is_wide(encoding) else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._pending = b""
        self._is_done = False
        self._fault = ""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
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
        # Undecodable bytes passed through unchanged could together be valid UTF-8.
        self._pending = text.encode(errors="surrogatepass")


def _is_wide(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def check_encoding(encoding: str | None) -> None:
    """Refuse an unknown character encoding.

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
    """Return whether invalid bytes can be skipped, which encodings of domain names do not allow."""
    if not _is_wide(encoding):
        codecs.getincrementaldecoder(encoding)("surrogateescape").decode(b"id,\xff", final=True)
    return True


def normal_name(encoding: str) -> str:
    """Return the normalised name of an encoding; ``utf-8`` for each that UTF-8 can decode."""
    name = codecs.lookup(encoding).name
    return UTF8 if name in {"utf-8", "utf-8-sig", "ascii"} else name


def with_byte_order(encoding: str, data: bytes) -> str:
    """Add the byte order to UTF-16 or UTF-32 that has no byte-order mark.

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
# Half of the bytes of Arabic text in UTF-16 are the high byte of the Arabic block or of ASCII.
_HIGH_BYTES = b"\x00\x06"

_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_ASCII = bytes(range(128))
_CONTINUATION = bytes(range(0x80, 0xC0))  # of a UTF-8 character that began before the sample
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

# Shares of the non-ASCII characters. Arabic text decoded with the right code page had at least 1.0,
# 0.49 and 0.85; text of twenty other code pages, Russian or French, does not reach all three.
LEAST_EXPECTED, LEAST_FREQUENT, LEAST_IN_RUNS = 0.90, 0.45, 0.75

# Letters in words; and the share of the best page's score that the second best must stay below.
LEAST_LETTERS, LEAST_LEAD = 12, 0.9

# Maximum share of non-ASCII bytes that are undefined in ISO 8859-6.
MOST_UNDEFINED = 0.01

# Maximum broken share of UTF-8: of the non-ASCII bytes; of the lines that contain such bytes; of
# all lines, if no byte sequence is evidence of UTF-8.
LEAST_VALID, MOST_BROKEN, MOST_BROKEN_OF_ALL = 0.9, 0.5, 0.02
# At most this many invalid bytes count as damage, not as another encoding.
FEW_BYTES = 4
DECIDING = 64 * 1024


def find_encoding(data: bytes, name: str, more: Callable[[], Iterable[bytes]] = lambda: ()) -> str:
    """Detect the encoding of a file from its first bytes.

    Text that is valid UTF-8 but for a few bytes counts as UTF-8. Otherwise
    UTF-16, windows-1256, ISO 8859-6 and Mac Arabic are recognised if the
    decoded text is clearly Arabic. ISO 8859-6 and Mac Arabic encode the letters
    alike: text that fits both counts as ISO 8859-6.

    Parameters
    ----------
    data : bytes
        The first bytes.
    name : str
        The file, for the message.
    more : callable
        Returns later pieces of the file, for a file whose first bytes are all ASCII.

    Returns
    -------
    str
        A Python codec name.

    Raises
    ------
    CorpusError
        If the bytes are in none of these.

    Notes
    -----
    Libraries that detect encodings are not sufficient: chardet 7.7,
    charset-normalizer 3.5 and uchardet do not know Mac Arabic, and their
    confidence does not separate right answers from wrong ones.
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
    """Return the encoding that a byte-order mark indicates."""
    marks = (encoding for mark, encoding in _MARKS if data.startswith(mark))
    return next((encoding for encoding in marks if _is_plausible(data, encoding)), None)


def _is_mostly_utf8(data: bytes) -> bool:
    """Return whether nearly all non-ASCII bytes belong to valid UTF-8 characters."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(data)
    except UnicodeDecodeError:
        valid = sum(map(len, _UTF8_SEQUENCE.findall(data)))
        return valid >= LEAST_VALID * _n_high(data)
    return True


def _is_hardly_broken(data: bytes) -> bool:
    """Return whether text that fits no Arabic code page is UTF-8 with some broken lines."""
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
    """Return whether bytes after a byte-order mark are mostly letters below the CJK blocks."""
    text = data[:DECIDING].decode(encoding, errors="replace")
    return sum(sign < "\u2e80" or sign >= "\ufb50" for sign in text) >= len(text) / 2


def _without_mark(data: bytes) -> str | None:
    """Recognise UTF-16 without a byte-order mark by its high bytes."""
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
    """Return the code page in which the bytes are clearly Arabic text, if any."""
    texts = {page: _read_in(data, page) for page in ARABIC_PAGES}
    scores = {page: _score(text) for page, text in texts.items() if text is not None}
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None or not _is_arabic(texts[best] or ""):
        return None
    # A few letters may form words in two different code pages.
    rivals = (page for page in scores if (page == WINDOWS) != (best == WINDOWS))
    close = any(scores[page] >= LEAST_LEAD * scores[best] for page in rivals)
    return None if close else best


def _score(text: str) -> int:
    """Return the number of frequent Arabic letters, minus a penalty for unusual sequences."""
    beyond = [sign for sign in text if sign > "\x7f"]
    strange = sum(not _EXPECTED.match(sign) for sign in beyond if sign != _UNDEFINED)
    return sum(sign in _FREQUENT for sign in beyond) - strange


def _read_in(data: bytes, page: str) -> str | None:
    """Decode bytes with a code page; None if that is impossible."""
    text = data.decode(page, errors="replace")
    if text.count(_UNDEFINED) > MOST_UNDEFINED * _n_high(data):
        return None
    # A right-to-left space in Mac Arabic is a no-break space in ISO 8859-6.
    if page == "iso8859_6" and text.count("\u00a0") > text.count(" "):
        return None
    # A laugh of thirty letters counts once; a case ending inside a word is not Arabic.
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
    """Return some words around the first non-ASCII byte, decoded with an encoding."""
    begin = _first_high(data)
    text = data[begin : begin + 60].decode(encoding, errors="replace")
    return " ".join(text.split())[:40]


def decoded_sample(data: bytes, encoding: str, *, is_whole: bool) -> str:
    """Decode the first bytes of a file; an incomplete last line is dropped."""
    text = data.decode("utf-8-sig" if encoding == UTF8 else encoding, errors="replace")
    lines, newline, _ = text.rpartition("\n")
    return text if is_whole or not newline else lines + newline
