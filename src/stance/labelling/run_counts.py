"""Counts of the rows of a run: labelled, rejected, filtered out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Key of labelled rows without a label.
NO_LABEL = "(none)"

# A text with fewer characters is about as long as a headline.
HEADLINE = 200

OTHER_REASONS = "other reasons"
MOST_REASONS = 50


@dataclass
class RunCounts:
    """Counts of rows; each row read is labelled, rejected or filtered out.

    Parameters
    ----------
    labels : Counter of str
        Labelled rows by label.
    reasons : Counter of str
        Rejected rows by reason.
    filtered_out : int
        Rows that do not match ``--where``.
    outside : Counter of str
        Labelled rows out of the model's domain, by label.
    headlines : int
        Labelled rows whose text is as short as a headline.
    labelled_of, rejected_of : Counter of int
        Labelled and rejected rows of unfinished inputs, by the number of the
        input.
    outside_reasons : Counter of str
        Labelled rows out of the model's domain, by reason.
    """

    labels: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    filtered_out: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    headlines: int = 0
    labelled_of: Counter[int] = field(default_factory=Counter)
    rejected_of: Counter[int] = field(default_factory=Counter)
    outside_reasons: Counter[str] = field(default_factory=Counter)

    @property
    def n_labelled(self) -> int:
        """Rows in the output."""
        return self.labels.total()

    @property
    def n_abstained(self) -> int:
        """Rows in the output without a label, because its probability was too low."""
        return self.labels[NO_LABEL]

    @property
    def out_of_domain(self) -> int:
        """Rows in the output that are out of the model's domain."""
        return self.outside.total()

    @property
    def inside(self) -> Counter[str]:
        """Labelled rows within the model's domain, by label."""
        return self.labels - self.outside

    @property
    def n_rejected(self) -> int:
        """Rejected rows."""
        return self.reasons.total()

    @property
    def n_rows(self) -> int:
        """Rows read."""
        return self.n_labelled + self.n_rejected + self.filtered_out

    def add(self, other: RunCounts) -> None:
        """Add the counts of more rows."""
        self.labels.update(other.labels)
        for reason, n in other.reasons.items():
            known = reason in self.reasons or len(self.reasons) < MOST_REASONS
            self.reasons[reason if known else OTHER_REASONS] += n
        self.filtered_out += other.filtered_out
        self.outside.update(other.outside)
        self.outside_reasons.update(other.outside_reasons)
        self.headlines += other.headlines
        self.labelled_of.update(other.labelled_of)
        self.rejected_of.update(other.rejected_of)

    def end_input(self, n_input: int) -> tuple[int, int]:
        """Remove and return the numbers of labelled and rejected rows of a finished input."""
        return self.labelled_of.pop(n_input, 0), self.rejected_of.pop(n_input, 0)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain JSON values, the most frequent first."""
        unfinished = {"labelled_of": self.labelled_of, "rejected_of": self.rejected_of}
        return {
            "rows": self.n_rows,
            "labelled": self.n_labelled,
            "rejected": self.n_rejected,
            "filtered_out": self.filtered_out,
            "abstained": self.n_abstained,
            "out_of_domain": self.out_of_domain,
            "out_of_domain_labels": dict(self.outside.most_common()),
            "out_of_domain_reasons": dict(self.outside_reasons.most_common()),
            "headlines": self.headlines,
            "labels": dict(self.labels.most_common()),
            "reasons": dict(self.reasons.most_common()),
            **{
                name: {str(n): count for n, count in counts.items()}
                for name, counts in unfinished.items()
                if counts
            },
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunCounts:
        """Return the counts from the output of `to_dict`."""
        of_inputs = {
            name: Counter({int(n): count for n, count in values.get(name, {}).items()})
            for name in ("labelled_of", "rejected_of")
        }
        return cls(
            Counter(values["labels"]),
            Counter(values["reasons"]),
            values["filtered_out"],
            Counter(values["out_of_domain_labels"]),
            values["headlines"],
            of_inputs["labelled_of"],
            of_inputs["rejected_of"],
            # Older journals and receipts have none.
            Counter(values.get("out_of_domain_reasons", {})),
        )


def kind_of(reason: str) -> str:
    """Return the kind of a reason, without the details of a single row.

    Examples
    --------
    >>> kind_of("bad JSON (unexpected end of data: line 1 column 22)")
    'bad JSON'
    >>> kind_of("4 values for 3 columns")
    'N values for N columns'
    >>> kind_of("invalid UTF-8 at byte 33")
    'invalid UTF-8 at byte N'
    """
    # The digit of «UTF-8» is not a number.
    return re.sub(r"(?<![\w-])\d[\d,]*", "N", reason.partition(" (")[0])
