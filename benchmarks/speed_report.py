"""What `speed.py` measured, in this run and in earlier ones, as JSON and Markdown."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from growth import Curve
from timing import Measured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bars import Bar

FORMAT = 2


@dataclass
class Result:
    """All that was measured.

    Parameters
    ----------
    rows : dict
        By row and contender.
    figures : dict of str to float
        What the contenders' outputs tell.
    curves : dict of str to Curve
    failures : dict of str to str
        What went wrong, by row or curve.
    machine : dict
        What it was measured on.
    """

    rows: dict[str, dict[str, Measured]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, earlier: dict[str, Any]) -> Result:
        """Read an earlier result; one of another format is begun anew."""
        if earlier.get("format") != FORMAT:
            return cls()
        rows = {
            row: {one["name"]: Measured(**one) for one in contenders}
            for row, contenders in earlier["rows"].items()
        }
        curves = {name: Curve(**one) for name, one in earlier["curves"].items()}
        return cls(rows, earlier["figures"], curves, earlier["failures"], earlier["machine"])

    def to_dict(self, bars: list[Bar]) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "format": FORMAT,
            "machine": self.machine,
            "bars": [{**asdict(bar), "met": bar.met} for bar in bars],
            "rows": {row: [asdict(one) for one in own.values()] for row, own in self.rows.items()},
            "figures": self.figures,
            "failures": self.failures,
            "curves": {name: asdict(one) for name, one in self.curves.items()},
            "exponents": {name: one.exponent for name, one in self.curves.items()},
        }


def write(result: Result, bars: list[Bar], path: Path) -> None:
    """Write the table as Markdown and JSON, in place of what was there."""
    written = json.dumps(result.to_dict(bars), indent=2, ensure_ascii=False) + "\n"
    text = "\n".join(markdown(result, bars, path.stem)) + "\n"
    for place, content in ((path, written), (path.with_suffix(".md"), text)):
        partial = place.with_name(f"partial-{place.name}")
        partial.write_text(content, encoding="utf-8")
        partial.replace(place)


def markdown(result: Result, bars: list[Bar], name: str) -> Iterator[str]:
    """Yield the lines of the report."""
    yield from ("| what | measured | bar | aim | met |", "|---|---|---|---|---|")
    for bar in bars:
        sign = "≥" if bar.higher_is_better else "≤"
        met = "yes" if bar.met else "no"
        yield f"| {bar.what} | {bar.value:.4g} | {sign} {bar.bar} | {bar.aim} | {met} |"
    yield from ("", "| row | contender | median s | from | to | processor s | peak MB |")
    yield "|---|---|---|---|---|---|---|"
    for row, contenders in result.rows.items():
        for one in contenders.values():
            spread = f"{one.median:.2f} | {min(one.seconds):.2f} | {max(one.seconds):.2f}"
            rest = f"{one.median_processor:.2f} | {one.most_mb:.0f}"
            yield f"| {row} | {one.name} | {spread} | {rest} |"
    yield ""
    for what, value in result.figures.items():
        yield f"- {what}: {value:.6g}"
    for what, error in result.failures.items():
        yield f"- {what} failed: {' '.join(error.split())}"
    for against, curve in result.curves.items():
        pairs = zip(curve.sizes, curve.medians, strict=True)
        listed = ", ".join(f"{size:,}: {median:.2f} s" for size, median in pairs)
        told = f"power {curve.exponent:.2f} ({name}-{against}.svg)"
        yield f"- time against {against}, {told}: {listed}"
    for key, value in result.machine.items():
        yield f"- {key}: {value}"
