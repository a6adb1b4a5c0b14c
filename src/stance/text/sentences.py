"""Sentence splitting, as offsets into the original text."""

from __future__ import annotations

import re

# A full stop ends a sentence only before a space or a closing mark: 2.5 and 10.000 are numbers.
_END = re.compile(r"[\n\r\u2028\u2029]+|[.!?؟؛…]+[»”\"’)\]]*(?=\s|$)")


def sentences(text: str) -> list[tuple[int, int]]:
    """Divide a text into sentences and lines.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (int, int)
        Start and end of each sentence, in order, without surrounding white
        space. Offsets count code points.

    Examples
    --------
    >>> text = "وصل الوفد إلى المدينة. وقال الناطق: «لن نغادر.»"
    >>> [text[start:end] for start, end in sentences(text)]
    ['وصل الوفد إلى المدينة.', 'وقال الناطق: «لن نغادر.»']
    """
    ends = [match.end() for match in _END.finditer(text)]
    found = []
    for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
        inside = text[start:end]
        if bare := inside.strip():
            begin = start + len(inside) - len(inside.lstrip())
            found.append((begin, begin + len(bare)))
    return found
