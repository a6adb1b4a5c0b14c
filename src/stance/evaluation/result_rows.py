"""Results as rows of tables: one row for each score, pair, trial or finding."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.evaluation.agreement import Agreement
    from stance.evaluation.auditing import Audit
    from stance.evaluation.metrics import Evaluation
    from stance.evaluation.slices import Slice
    from stance.evaluation.tuning import Tuning

# An overall score has no field, value or label; `low` and `high` are its 95 % interval.
SCORE_COLUMNS: dict[str, type] = {
    "protocol": str,
    "field": str,
    "value": str,
    "label": str,
    "score": str,
    "estimate": float,
    "low": float,
    "high": float,
    "n": int,
}
DIFFERENCE_COLUMNS: dict[str, type] = {
    "metric": str,
    "first": float,
    "second": float,
    "difference": float,
    "low": float,
    "high": float,
    "p_value": float,
    "interval_unit": str,
    "n_units": int,
    "few_units": bool,
}
PAIR_COLUMNS: dict[str, type] = {
    "first": str,
    "second": str,
    "n": int,
    "agreement": float,
    "kappa": float,
}
TRIAL_COLUMNS: dict[str, type] = {
    "number": int,
    "settings": str,
    "macro_f1": float,
    "seconds": float,
    "chosen": bool,
}
# `group` is the outlet of a recurring line and the label of a giveaway.
FINDING_COLUMNS: dict[str, type] = {
    "finding": str,
    "value": str,
    "group": str,
    "articles": int,
    "share": float,
    "ids": list,
}

OVERALL = ("accuracy", "macro_f1", "weighted_f1", "log_loss", "brier", "calibration_error")
OF_A_SLICE = ("accuracy", "macro_f1", "calibration_error")
OF_A_LABEL = ("precision", "recall", "f1")


def score_rows(found: Evaluation) -> Iterator[dict[str, Any]]:
    """Yield the scores: overall, by label and by slice."""
    for name in OVERALL:
        yield _score(found, name, {"protocol": found.protocol, "n": found.n})
    yield from _flagged(found, {"protocol": found.protocol, "n": found.n})
    yield from _by_label(found, {"protocol": found.protocol})
    for field, slices in found.slices.items():
        for part in slices:
            own = {"protocol": found.protocol, "field": field, "value": part.value, "n": part.n}
            yield from (_score(part, name, own) for name in OF_A_SLICE)
            yield from _flagged(part, own)
            yield from _by_label(part, own)


def _score(found: Any, name: str, shared: dict[str, Any]) -> dict[str, Any]:
    low, high = found.intervals.get(name, (None, None))
    return {**shared, "score": name, "estimate": getattr(found, name), "low": low, "high": high}


def _by_label(found: Evaluation | Slice, shared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for label, score in found.per_class.items():
        own = {**shared, "label": label, "n": score.support}
        yield from ({**own, "score": name, "estimate": getattr(score, name)} for name in OF_A_LABEL)


def _flagged(found: Evaluation | Slice, shared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the share of articles out of domain, if the model has one."""
    if found.out_of_domain is not None:
        yield {**shared, "score": "out_of_domain", "estimate": found.out_of_domain.share}


def pair_rows(found: Agreement) -> Iterator[dict[str, Any]]:
    """Yield the agreement of each pair of annotators."""
    return (asdict(pair) for pair in found.pairs)


def trial_rows(found: Tuning) -> Iterator[dict[str, Any]]:
    """Yield the trials of a search, with their settings as JSON."""
    for trial in found.trials:
        yield {
            "number": trial.number,
            "settings": orjson.dumps(trial.settings).decode(),
            "macro_f1": trial.macro_f1,
            "seconds": trial.seconds,
            "chosen": trial.number == found.chosen.number,
        }


def finding_rows(found: Audit) -> Iterator[dict[str, Any]]:
    """Yield the findings of an audit, most of them one row per finding."""
    articles = found.articles
    for field, n in found.missing.items():
        yield {"finding": "missing field", "value": field, "articles": n}
    for oddity in found.oddities:
        yield {"finding": "oddity", "value": oddity.name, "articles": oddity.articles}
    for group in found.duplicate_groups:
        ids = [articles[place].id for place in group]
        yield {"finding": "near-duplicates", "articles": len(ids), "ids": ids}
    for passage in found.passages:
        first, ids = passage.places[0], [articles[place].id for place in passage.articles]
        text = articles[first.article].text[first.start : first.end]
        yield {"finding": "reused passage", "value": text, "articles": len(ids), "ids": ids}
    yield from _phrase_rows(found)


def _phrase_rows(found: Audit) -> Iterator[dict[str, Any]]:
    for line in found.lines:
        yield {
            "finding": "recurring line",
            "value": line.line,
            "group": line.outlet,
            "articles": line.articles,
            "share": line.share,
        }
    for giveaway in found.giveaways:
        yield {
            "finding": "giveaway",
            "value": giveaway.phrase,
            "group": giveaway.label,
            "articles": giveaway.articles,
            "share": giveaway.purity,
        }
