"""The errors that parsers raise on a damaged archive, workbook or XML file."""

from __future__ import annotations

import zipfile
import zlib

# zipfile, the XML parsers, openpyxl and dkpro-cassis 0.12.0.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
