"""Pictures: their formats, their direction, and the same bytes for the same chart."""

import hashlib
import io
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from stance.reporting.figures.drawing import DPI, FILL, FORMATS, WIDTH, draw
from stance.reporting.figures.selection import Figure
from stance.reporting.figures.style import POINTS
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.page import Name, Number, phrase
from tests.reporting.figures.samples import TABLE, bars, confusion, plot, ranges, stacks, trends

SIGNATURES = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
CHARTS = {
    "bars": bars(0.3, 0.9),
    "plot": plot("dashes", "points", "line"),
    "confusion": confusion(),
    "stacks": stacks((0.2, 0.1, 0.1, 0.1, 0.1, 0.4), (0.0, 0.5, 0.5, 0.0, 0.0, 0.0)),
    "trends": trends("قسد", "ميليشيا قسد", "SDF"),
    "ranges": ranges(0.3, 0.6, None),
}


def picture(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def filled_columns(content):
    """Return where the columns of pixels with the colour of a bar are, from 0 to 1."""
    color = np.array([int(FILL[place : place + 2], 16) for place in (1, 3, 5)])
    columns = np.flatnonzero((picture(content) == color).all(axis=2).any(axis=0))
    return columns.min() / picture(content).shape[1], columns.max() / picture(content).shape[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_in_every_format(name):
    drawn = draw(Figure("f", CHARTS[name]), "ar")
    assert drawn.missing == frozenset()
    assert tuple(drawn.files) == FORMATS
    for form, content in drawn.files.items():
        assert content.startswith(SIGNATURES[form])
        # What made it, and when, would change the bytes.
        assert not re.search(rb"Matplotlib v|CreationDate|<dc:date>", content)
    image = Image.open(io.BytesIO(drawn.files["png"]))
    assert image.info["dpi"] == pytest.approx((DPI, DPI), abs=0.01)
    assert image.width == pytest.approx(WIDTH * DPI, abs=1)


@pytest.mark.slow
def test_bars_begin_at_the_side_where_reading_begins():
    figure = Figure("f", bars(0.25, interval=None))
    left, right = filled_columns(draw(figure, "en").files["png"])
    assert left < right < 0.5
    left, right = filled_columns(draw(figure, "ar").files["png"])
    assert 0.5 < left < right


@pytest.mark.slow
def test_arabic_letters_are_joined_and_run_from_right_to_left():
    chart = Bars(phrase("scores"), (Bar(Name("بب"), 0.5, Number("0.500")),), TABLE)
    svg = draw(Figure("f", chart)).files["svg"].decode()
    text = svg.split("<!-- بب -->")[1].split("</g>")[0]
    widths = {
        glyph: max(int(x) for x in re.findall(r"[ML] (\d+)", path))
        for glyph, path in re.findall(r'<path id="(\S+)" d="([^"]+)"', text)
    }
    final, initial = re.findall(r'xlink:href="#(\S+?)"(.*)/>', text)
    # The letter has two forms; the wide one, which ends a word, is on the left.
    assert widths[final[0]] > widths[initial[0]]
    assert "translate" not in final[1]
    assert "translate" in initial[1]


@pytest.mark.slow
def test_series_of_one_kind_differ_without_colour():
    assert len(set(POINTS)) == len(POINTS)
    for mark, patterns in (("line", 1), ("dashes", 2)):
        svg = draw(Figure("f", plot(mark, mark))).files["svg"].decode()
        assert len(set(re.findall('stroke-dasharray: ([^;"]+)', svg))) == patterns


@pytest.mark.slow
def test_the_legend_of_estimates_names_each_series_once():
    svg = draw(Figure("f", ranges(0.3, None, low=-1.0)), "en").files["svg"].decode()
    assert [svg.count(f"<!-- {name} -->") for name in ("estimated", "by hand", "counted")] == [
        1
    ] * 3
    # An axis with negative values has a line at zero.
    assert svg.count("<!-- -100 -->") == svg.count("<!-- 0 -->") == 1


@pytest.mark.slow
def test_names_are_never_formulas_and_missing_letters_are_told():
    drawn = draw(Figure("f", bars(0.5, label="$\\frac{$ _^ 新")))
    assert drawn.missing == {"新"}


@pytest.mark.slow
def test_names_are_never_markup():
    hostile = "--><script>x</script> <!-- \x1b[2J\u202e\ud800 \0"
    chart = bars(0.5, label=hostile)
    drawn = draw(Figure("f", chart, heading=Name(hostile)), "ar")
    svg = ET.fromstring(drawn.files["svg"])  # noqa: S314
    assert not [one for one in svg.iter() if "script" in one.tag]
    assert "<script>x</script>" in svg.find("{*}title").text


@pytest.mark.slow
def test_a_part_of_a_chart_says_so():
    svg = draw(Figure("f", bars(0.5), heading=Name("مهمة"), part=2, parts=3)).files["svg"].decode()
    assert "<title>مهمة: Accuracy by year with 95\u00a0% intervals (2/3)</title>" in svg


@pytest.mark.slow
def test_a_reader_can_copy_words_from_a_pdf(tmp_path):
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed")
    chart = Bars(phrase("gap.chart"), (Bar(Name("عنب بلدي"), 0.5, Number("0.512")),), TABLE)
    (tmp_path / "f.pdf").write_bytes(draw(Figure("f", chart), "ar").files["pdf"])
    done = subprocess.run([reader, "f.pdf", "-"], cwd=tmp_path, check=True, capture_output=True)
    text = re.sub("[\u200e\u200f\u202a-\u202c]", "", done.stdout.decode())
    assert "عنب بلدي" in text
    assert "متوسط" in text
    assert "0.512" in text


HASHES = """
import hashlib
from stance.reporting.figures.drawing import draw
from stance.reporting.figures.selection import Figure
from tests.reporting.figures.test_drawing import CHARTS
drawn = draw(Figure("f", CHARTS["plot"]), "ar").files
print(*(hashlib.sha256(content).hexdigest() for content in drawn.values()))
"""


@pytest.mark.slow
def test_the_same_chart_gives_the_same_bytes_in_another_process(tmp_path, monkeypatch):
    # A user's settings of matplotlib change nothing either.
    (tmp_path / "matplotlibrc").write_text("savefig.facecolor: red\nfont.size: 30\n", "utf-8")
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "matplotlibrc"))
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    command = [sys.executable, "-c", HASHES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    drawn = draw(Figure("f", CHARTS["plot"]), "ar").files
    assert done.stdout.split() == [
        hashlib.sha256(content).hexdigest() for content in drawn.values()
    ]
