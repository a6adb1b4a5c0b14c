"""Reading held-out predictions of a training corpus, as `stance crossval` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.keys import canonical
from stance.errors import CorpusError
from stance.estimation.archive import LabelledArchive
from stance.estimation.archive_columns import NO_VALUE
from stance.estimation.error_rates import ErrorRates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.estimation.archive_cells import SummedArchive
    from stance.formats.source import Source
    from stance.formats.tables import TableInput

TRUE_LABEL, OUTLET = "true_label", "outlet"


class HeldOutRows:
    """Held-out predictions with their true labels.

    Parameters
    ----------
    source : Source
    table : TableInput, optional
        Read these rows instead of the files of `source`.

    Attributes
    ----------
    name : str
        For messages.
    labels : list of str
        The predicted and the true labels, as published.
    label_keys : list of str
        Their canonical forms.

    Raises
    ------
    CorpusError
        If a row has no true label, or cannot be used.
    """

    def __init__(self, source: Source, table: TableInput | None = None) -> None:
        self.name = table.name if table else ", ".join(source.files)
        archive = LabelledArchive(source, (TRUE_LABEL, OUTLET), table=table)
        parts = [
            (one.label, one.probabilities, one.fields[TRUE_LABEL], one.fields[OUTLET])
            for one in archive.batches()
        ]
        if archive.n_rejected:
            raise CorpusError(
                f"Got held-out predictions with a row that cannot be used: {archive.rejected[0]}. "
                "Correct it."
            )
        y_pred, tables, y_true, outlet = zip(*parts, strict=True)
        true_numbers = np.concatenate(y_true)
        if (true_numbers == NO_VALUE).any():
            raise CorpusError(
                f"Got {self.name} without a true label in each row ('{TRUE_LABEL}'), but expected "
                "the held-out predictions of the training corpus. Write them with 'stance crossval "
                "CORPUS --held-out FILE'."
            )
        true = archive.grouping(TRUE_LABEL)
        keys, labels = archive.label_keys, archive.labels
        for value in true.values:
            if canonical(value) not in keys:
                keys = [*keys, canonical(value)]
                labels = [*labels, value]
        numbers = np.array([keys.index(canonical(value)) for value in true.values], np.int64)
        self.labels, self.label_keys = labels, keys
        self.y_pred: NDArray[np.int64] = np.concatenate(y_pred)
        self.y_true: NDArray[np.int64] = numbers[true.group[true_numbers]]
        self.outlet: NDArray[np.int64] = np.concatenate(outlet)
        self.probabilities = None
        if archive.has_probabilities:
            width = len(keys)
            self.probabilities = np.concatenate(
                [np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in tables]
            )

    def check_labels(self, archive: SummedArchive) -> None:
        """Refuse an archive that another model labelled, as far as its labels show it.

        Raises
        ------
        CorpusError
        """
        known = set(self.label_keys)
        strange = [
            label
            for label, key in zip(archive.labels, archive.label_keys, strict=True)
            if key not in known
        ]
        if strange:
            raise CorpusError(
                f"Got {self.name} without the label {strange[0]!r}, which the archive has, but "
                "expected held-out predictions with the same labels. Cross-validate the training "
                "corpus and the settings of the model that labelled the archive."
            )

    def rates(self, labels: Sequence[str], keys: Sequence[str]) -> ErrorRates:
        """Return the error rates, with the labels in a given order."""
        places = [self.label_keys.index(key) for key in keys]
        renumbered = np.empty(len(places), np.int64)
        renumbered[places] = np.arange(len(places))
        table = None if self.probabilities is None else self.probabilities[:, places]
        return ErrorRates.of(
            labels, renumbered[self.y_true], renumbered[self.y_pred], table, self.outlet
        )
