"""Sizes, colours and patterns of figures."""

from __future__ import annotations

from typing import Any

DPI = 300
# Inches: the text of an A4 page is 6.3 wide.
WIDTH = 6.3
PLOT_HEIGHT = 4.6
LARGEST = 14.0
CELL = 0.43
PADDING = 0.08

TITLE_SIZE, SIZE = 11.0, 9.0
# Letters of the size of labels in one inch, on average.
LETTERS = 14

# Fills are lighter than lines, so a copy without colour is readable.
INK, FAINT, RULE, FILL, MARK = "#1b1f24", "#57606a", "#c9d1d9", "#9dbcdc", "#0a58a8"
# Series of one kind differ in their signs and strokes.
POINTS, LINES, DASHES = ("o", "s", "^", "D"), ("-", (0, (1, 1)), "-."), ("--", (0, (6, 2, 1, 2)))

# The fill and the hatch of each pattern of a divided bar.
PATTERNS = {
    "full": (MARK, ""),
    "light": (FILL, ""),
    "rows": ("white", "----"),
    "columns": ("white", "||||"),
    "slants": ("white", "////"),
    "empty": ("white", ""),
}
PANELS_IN_ROW, PANEL_HEIGHT = 2, 1.7

# The same bytes for the same chart: a fixed salt of ids, no dates, no versions.
SETTINGS: Any = {
    "svg.hashsalt": "stance",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.parse_math": False,
    "axes.unicode_minus": False,
    "hatch.linewidth": 0.7,
}
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": "stance", "Producer": None},
}
