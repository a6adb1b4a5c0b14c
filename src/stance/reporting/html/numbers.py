"""Numbers of a page, formatted as on a terminal."""

from __future__ import annotations

from stance.reporting import phrases
from stance.reporting.html.page import Number


def figure(value: float | None) -> Number:
    """Format a score; a dash if there is none."""
    return Number(phrases.figure(value))


def count(n: int) -> Number:
    """Format a whole number."""
    return Number(f"{n:,}")


def interval(pair: tuple[float, float] | None) -> Number:
    """Format an interval; nothing if there is none."""
    return Number(phrases.interval(pair) if pair else "")


def signed(value: float) -> Number:
    """Format a difference with its sign."""
    return Number(f"{value:+.3f}")


def percent(share: float | None) -> Number:
    """Format a share in [0, 1] as a percentage; a dash if there is none."""
    return Number("-" if share is None else phrases.percent(share))


def p_value(value: float) -> Number:
    """Format a p-value with its relation."""
    return Number("p < 0.0001" if value < 0.0001 else f"p = {value:.4f}")
