"""Charts drawn by matplotlib, as PNG, SVG and PDF.

From version 3.11 on, matplotlib shapes Arabic and orders it from right to left by itself. A text
that another library shaped or reordered before would come out reversed.
"""

from __future__ import annotations

import io
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from matplotlib.text import Text as DrawnText

from stance.reporting.figures.series import draw_line, draw_ranges, draw_series
from stance.reporting.figures.style import (
    CELL,
    DPI,
    FAINT,
    FILL,
    INK,
    LARGEST,
    LETTERS,
    MARK,
    METADATA,
    PADDING,
    PANEL_HEIGHT,
    PANELS_IN_ROW,
    PATTERNS,
    PLOT_HEIGHT,
    RULE,
    SETTINGS,
    SIZE,
    TITLE_SIZE,
    WIDTH,
)
from stance.reporting.figures.texts import LEFT_TO_RIGHT, alone, length, lines
from stance.reporting.html.charts import TICKS, Bars, Plot
from stance.reporting.html.page import Confusion
from stance.reporting.html.range_charts import Ranges
from stance.reporting.html.share_charts import Stacks
from stance.reporting.html.strings import DIRECTIONS, plain
from stance.reporting.phrases import END_ISOLATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from stance.reporting.figures.selection import Figure
    from stance.reporting.html.page import Number, Text
    from stance.reporting.html.share_charts import Panel, Trends

SHADES = ListedColormap(
    [
        [1 - (1 - part) * tenth / 20 for part in (10 / 255, 88 / 255, 168 / 255)]
        for tenth in range(11)
    ]
)

FORMATS = tuple(METADATA)
PLACES = tuple(map(float, TICKS))

# It comes with matplotlib and has Arabic letters, so figures do not depend on installed fonts.
FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@dataclass(frozen=True)
class Drawing:
    """A figure as files.

    Parameters
    ----------
    files : dict of str to bytes
        The content of the file of each format.
    missing : frozenset of str
        Characters that the font does not have; boxes are drawn instead.
    """

    files: dict[str, bytes]
    missing: frozenset[str]


def draw(figure: Figure, language: str = "en") -> Drawing:
    """Draw a figure.

    Parameters
    ----------
    figure : Figure
    language : {"en", "ar"}
        The language of its texts. In Arabic, bars and matrices run from right to
        left; the axes of a plot do not.

    Returns
    -------
    Drawing
        The same bytes for the same figure and the same version of matplotlib.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        canvas = _Sheet(figure, language).canvas
        title = _title(figure, language)
        with warnings.catch_warnings():
            # They are returned instead.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            # Once for all formats: it takes most of the time.
            canvas.draw_without_rendering()
            canvas.set_layout_engine("none")
            files = {name: _saved(canvas, name, title) for name in FORMATS}
    return Drawing(files, _missing(canvas))


def _saved(canvas: Canvas, name: str, title: str) -> bytes:
    content = io.BytesIO()
    canvas.savefig(content, format=name, dpi=DPI, metadata={"Title": title, **METADATA[name]})
    return content.getvalue()


def _title(figure: Figure, language: str) -> str:
    """Return the heading and the caption in one line, for the metadata of a file."""
    heading = [] if figure.heading is None else [figure.heading]
    title = ": ".join(plain(text, language) for text in (*heading, figure.chart.caption))
    return title if figure.parts == 1 else f"{title} ({figure.part}/{figure.parts})"


def _missing(canvas: Canvas) -> frozenset[str]:
    """Return the characters of all texts that the font does not have."""
    drawn = {letter for text in canvas.findobj(DrawnText) for letter in text.get_text()}
    there = FT2Font(str(FONT)).get_charmap()
    return frozenset(
        letter for letter in drawn - {"\n"} if length(letter) and ord(letter) not in there
    )


class _Sheet:
    """A figure that is being drawn.

    Parameters
    ----------
    figure : Figure
    language : {"en", "ar"}
    """

    def __init__(self, figure: Figure, language: str) -> None:
        self._language = language
        self._is_rtl = DIRECTIONS[language] == "rtl"
        self.canvas = Canvas(layout=ConstrainedLayoutEngine(w_pad=PADDING, h_pad=PADDING))
        self._axes: Axes = self.canvas.add_subplot()
        chart = figure.chart
        if isinstance(chart, Bars):
            self._bars(chart)
        elif isinstance(chart, Plot):
            self._plot(chart)
        elif isinstance(chart, Confusion):
            self._confusion(chart)
        elif isinstance(chart, Stacks):
            self._stacks(chart)
        elif isinstance(chart, Ranges):
            self._ranges(chart)
        else:
            self._trends(chart)
        self._head(figure)

    def _lines(self, text: Text, width: int, most: int = 3) -> str:
        return lines(text, self._language, width, most)

    def _head(self, figure: Figure) -> None:
        """Write the heading and the caption at the side where reading starts."""
        width = round(self.canvas.get_figwidth() * LETTERS * SIZE / TITLE_SIZE)
        caption = self._lines(figure.chart.caption, width)
        if figure.heading is not None:
            caption = f"{self._lines(figure.heading, width, 2)}\n{caption}"
        if figure.parts > 1:
            caption += f" {LEFT_TO_RIGHT}({figure.part}/{figure.parts}){END_ISOLATE}"
        self.canvas.suptitle(
            caption,
            x=0.99 if self._is_rtl else 0.01,
            ha="right" if self._is_rtl else "left",
            fontproperties=_font(TITLE_SIZE),
            color=INK,
        )

    def _label_rows(self, texts: Sequence[Text], above: float) -> None:
        """Make room for rows, and write their labels; `above` is the height of the rest."""
        labels = [self._lines(text, 2 * LETTERS) for text in texts]
        tallest = max(label.count("\n") + 1 for label in labels)
        self.canvas.set_size_inches(WIDTH, above + len(labels) * (0.12 + 0.16 * tallest))
        self._axes.set_ylim(len(labels) - 0.5, -0.5)
        self._axes.set_yticks(range(len(labels)), labels, fontproperties=_font(), color=INK)
        self._axes.tick_params(axis="y", length=0)

    def _bars(self, chart: Bars) -> None:
        axes, places = self._axes, range(len(chart.bars))
        self._label_rows([bar.label for bar in chart.bars], 1.0)
        values = [bar.value for bar in chart.bars]
        axes.barh(places, values, height=0.62, color=FILL, edgecolor=INK, linewidth=0.8)
        for place, bar in enumerate(chart.bars):
            self._interval(place, bar.interval)
            self._value(place, bar.shown)
        self._share(axes.xaxis)
        axes.set_xlim(0, 1)
        axes.grid(axis="x", color=RULE, linewidth=0.6)
        self._turn()

    def _ranges(self, chart: Ranges) -> None:
        axes = self._axes
        self._label_rows([row.label for row in chart.rows], 1.3)
        draw_ranges(axes, chart, [self._lines(name, 3 * LETTERS) for name in chart.series])
        for place, row in enumerate(chart.rows):
            self._value(place, row.shown)
        self._share(axes.xaxis, chart.axis.places, chart.ticks)
        axes.set_xlim(chart.axis.low, chart.axis.high)
        axes.grid(axis="x", color=RULE, linewidth=0.6)
        self._legend(len(chart.series))
        self._turn()

    def _interval(self, place: int, interval: tuple[float, float] | None) -> None:
        """Draw an interval as a line with ends."""
        if interval is None:
            return
        low, high = (min(max(end, 0.0), 1.0) for end in interval)
        self._axes.plot(
            [low, high], [place, place], color=INK, linewidth=1.2, marker="|", markersize=7,
            clip_on=False,
        )  # fmt: skip

    def _value(self, place: int, shown: Number) -> None:
        """Write a value at the end of the row of a bar."""
        self._axes.text(
            -0.02 if self._is_rtl else 1.02,
            place,
            alone(shown),
            transform=self._axes.get_yaxis_transform(),
            ha="right" if self._is_rtl else "left",
            va="center",
            fontproperties=_font(),
            color=INK,
        )

    def _share(
        self, axis: Any, places: Sequence[float] = PLACES, ticks: Sequence[str] = TICKS
    ) -> None:
        """Give an axis its marks, those of shares from 0 to 1 if there are no others."""
        axis.set_ticks(places, ticks)
        for label in axis.get_ticklabels():
            label.set(fontproperties=_font(SIZE - 1), color=FAINT)
        self._axes.set_axisbelow(True)
        self._axes.spines[:].set_color(FAINT)
        self._axes.tick_params(color=FAINT)

    def _turn(self) -> None:
        """Let rows begin at the right, if the language does."""
        if self._is_rtl:
            self._axes.invert_xaxis()
            self._axes.yaxis.tick_right()
            self._axes.tick_params(axis="y", length=0)

    def _plot(self, chart: Plot) -> None:
        self.canvas.set_size_inches(WIDTH, PLOT_HEIGHT)
        axes, drawn = self._axes, Counter[str]()
        for series in chart.series:
            draw_series(axes, series, drawn[series.mark], self._lines(series.name, 3 * LETTERS))
            drawn[series.mark] += 1
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        for axis, ticks in (
            (axes.xaxis, chart.horizontal_ticks),
            (axes.yaxis, chart.vertical_ticks),
        ):
            self._share(axis, [place / (len(ticks) - 1) for place in range(len(ticks))], ticks)
        axes.grid(color=RULE, linewidth=0.6)
        width = round(PLOT_HEIGHT * LETTERS)
        axes.set_xlabel(self._lines(chart.horizontal, width), fontproperties=_font(), color=INK)
        axes.set_ylabel(self._lines(chart.vertical, width), fontproperties=_font(), color=INK)
        self._legend(1 if len(chart.series) > 4 else 2)

    def _stacks(self, chart: Stacks) -> None:
        axes, n = self._axes, len(chart.bars)
        rows = -(-len(chart.shown) // PANELS_IN_ROW)
        self._label_rows([bar.label for bar in chart.bars], 1.2 + 0.2 * rows)
        for part, pattern, name in chart.shown:
            fill, hatch = PATTERNS[pattern]
            axes.barh(
                range(n), [bar.shares[part] for bar in chart.bars],
                left=[bar.starts[part] for bar in chart.bars], height=0.62, color=fill,
                hatch=hatch, edgecolor=MARK if hatch else INK, linewidth=0.8,
                label=self._lines(name, 3 * LETTERS),
            )  # fmt: skip
        for place, bar in enumerate(chart.bars):
            self._value(place, bar.shown)
        self._share(axes.xaxis)
        axes.set_xlim(0, 1)
        self._legend(PANELS_IN_ROW)
        self._turn()

    def _trends(self, chart: Trends) -> None:
        """Draw a panel for each name, all on the same axes."""
        rows = -(-len(chart.panels) // PANELS_IN_ROW)
        self.canvas.set_size_inches(WIDTH, 0.7 + PANEL_HEIGHT * rows)
        self._axes.remove()
        grid = self.canvas.subplots(rows, PANELS_IN_ROW, squeeze=False)
        grid = (grid[:, ::-1] if self._is_rtl else grid).ravel()
        for axes in grid[len(chart.panels) :]:
            axes.remove()
        for axes, panel in zip(grid, chart.panels, strict=False):
            self._axes = axes
            self._panel(panel, chart.ends)

    def _panel(self, panel: Panel, ends: tuple[str, str]) -> None:
        axes = self._axes
        for one in panel.points:
            axes.plot([one.x, one.x], [one.low, one.high], color=FAINT, linewidth=0.9)
        draw_line(axes, panel.points, color=MARK, linewidth=1.6, marker="o")
        draw_line(axes, panel.reference, color=INK, linewidth=1.0, linestyle="--")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, panel.top)
        middles = [part * panel.top for part in (0.0, 0.5, 1.0)]
        self._share(axes.yaxis, middles, panel.ticks[::-1])
        xs = [one.x for one in panel.reference or panel.points]
        axes.set_xticks([xs[0], xs[-1]] if len(xs) > 1 else xs, ends[: len(xs)])
        for label in axes.get_xticklabels():
            label.set(fontproperties=_font(SIZE - 1), color=FAINT)
        axes.grid(axis="y", color=RULE, linewidth=0.6)
        axes.set_title(self._lines(panel.name, 3 * LETTERS, 2), fontproperties=_font(), color=INK)

    def _legend(self, n_columns: int) -> None:
        self.canvas.legend(
            loc="outside lower center",
            ncols=n_columns,
            prop=_font(),
            labelcolor=INK,
            frameon=False,
            markerfirst=not self._is_rtl,
            alignment="right" if self._is_rtl else "left",
        )

    def _confusion(self, chart: Confusion) -> None:
        axes, n = self._axes, len(chart.labels)
        width = min(max(WIDTH, 2 + CELL * n), LARGEST)
        self.canvas.set_size_inches(width, min(1.6 + CELL * n, LARGEST))
        shades = [[chart.shade(row, column) for column in range(n)] for row in range(n)]
        axes.pcolormesh(shades, cmap=SHADES, vmin=0, vmax=10, edgecolors=RULE, linewidth=0.6)
        size = min(SIZE, 72 * LARGEST / n / 4)
        for row in range(n):
            axes.add_patch(
                Rectangle((row, row), 1, 1, fill=False, edgecolor=INK, linewidth=1.6, clip_on=False)
            )
            for column in range(n):
                axes.text(
                    column + 0.5, row + 0.5, f"{chart.counts[row][column]:,}",
                    ha="center", va="center", fontproperties=_font(size), color=INK,
                )  # fmt: skip
        self._matrix_labels(chart, size)

    def _matrix_labels(self, chart: Confusion, size: float) -> None:
        """Name rows and columns; names of columns that are long are turned."""
        axes, n = self._axes, len(chart.labels)
        rows = [self._lines(label, 2 * LETTERS, 2) for label in chart.labels]
        columns = [self._lines(label, 2 * LETTERS, 2) for label in chart.labels]
        room = (self.canvas.get_figwidth() - 2) / n * LETTERS
        turned = max(length(line) for label in columns for line in label.split("\n")) > room
        middles = [place + 0.5 for place in range(n)]
        axes.set_xlim(0, n)
        axes.set_ylim(n, 0)
        axes.xaxis.tick_top()
        axes.set_xticks(
            middles, columns, fontproperties=_font(size), color=INK,
            rotation=(-35 if self._is_rtl else 35) if turned else 0,
            ha=("right" if self._is_rtl else "left") if turned else "center",
            rotation_mode="anchor",
        )  # fmt: skip
        axes.set_yticks(middles, rows, fontproperties=_font(size), color=INK)
        axes.tick_params(length=0)
        axes.spines[:].set_color(FAINT)
        self._turn()


def _font(size: float = SIZE) -> FontProperties:
    return FontProperties(fname=FONT, size=size)
