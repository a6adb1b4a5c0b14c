"""Estimated shares of every kind, written by hand."""

from dataclasses import replace

from stance.estimation.share_records import (
    Contrast,
    GroupShares,
    Plan,
    PlannedSize,
    ShareEstimate,
    ShareEstimates,
)

LABELS = ("damascus_aligned", "neutral_wire", "opposition_aligned", "pro_sdf")
# The share that was counted, the estimate and half the width of its interval.
SHARES = (
    (0.335, 0.381, 0.05),
    (0.402, 0.339, 0.048),
    (0.263, 0.28, 0.046),
    (0.0, 0.0, None),
)


def share(label, counted, estimate, half):
    """Return a share; a half width of None is that of a label that nobody gave."""
    if half is None:
        return ShareEstimate(label, counted, 0.0, 0.0, 0.012, 0.0, 300.0, 0.0, 0.0, 0.012)
    low, high = estimate - half, estimate + half
    hand = (estimate - 0.02, low - 0.035, high + 0.005)
    return ShareEstimate(label, counted, estimate, low, high, half / 1.96, 421.3, *hand)


def unknown(label, counted):
    """Return the share of a label in a group without a coded article."""
    return ShareEstimate(label, counted, None, 0.0, 1.0)


def group(value, n, n_coded, labels=LABELS):
    """Return the shares of a group; none is known if no article was coded."""
    parts = list(zip(labels, SHARES, strict=True))
    if n_coded == 0:
        return GroupShares(value, n, 0, tuple(unknown(label, one[0]) for label, one in parts))
    return GroupShares(value, n, n_coded, tuple(share(label, *one) for label, one in parts))


def contrast(kind, label, name, reference, estimate=0.123):
    """Return a difference or a trend."""
    low, high = estimate - 0.082, estimate + 0.082
    return Contrast(kind, label, name, reference, 0.02, estimate, low, high, 0.0418, 0.0033)


def plan(*values):
    """Return how many more articles to code for all of them, and for some groups."""
    whole = (
        PlannedSize(None, LABELS[0], 0.05, 140, 0.0),
        PlannedSize(None, LABELS[1], 0.048, 135, 0.0),
        PlannedSize(None, LABELS[3], 0.012, 0, 0.0),
    )
    parts = (PlannedSize(value, LABELS[0], 0.08, 400, 0.0) for value in values)
    return Plan(0.03, (*whole, *parts))


def without_sample(method="PACC"):
    """Return estimates from held-out predictions, which have no hand labels of the archive."""
    found = estimates(method=method, n_outlets=37)
    bare = {"effective_n": None, "hand_estimate": None, "hand_low": None, "hand_high": None}
    shares = tuple(replace(one, **bare) for one in found.overall.shares)
    return replace(found, overall=replace(found.overall, shares=shares))


def estimates(field=None, groups=(), labels=LABELS, **values):
    """Return the estimates of an archive from a random sample."""
    given = {
        "contrasts": (),
        "plan": None,
        "method": "prediction-powered",
        "population": "articles",
        "n_outlets": 0,
        "confidence": 0.95,
        "simultaneous": False,
        **values,
    }
    overall = group(None, 31525, 300, labels)
    return ShareEstimates(labels, field, overall, tuple(groups), **given)
