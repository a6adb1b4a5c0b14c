#!/usr/bin/env bash
# Package:   scikit-learn 1.9.1 (sklearn.model_selection.learning_curve).
# Behaviour: with outlets held out, the sizes are those of the first fold. A fold that has fewer
#            training articles learns from fewer than the returned size, and of one that has more
#            "1.0" leaves articles out, without a warning. Without shuffle=True, which is not the
#            default, small sizes are the first articles of the table: those of two outlets.
# Guessed:   a size is the number of articles that each fold learned from, 1.0 is all of them, and a
#            smaller size is a sample of the larger.
# Matters:   a corpus sorted by outlet gives a curve that rises because outlets come in, not articles;
#            its last point is not the cross-validated score; and which sizes it shows depends on
#            which outlet comes first in the alphabet.
# Documented: sizes are fractions of "the maximum size of the training set (that is determined by
#            the selected validation method)"; which fold's, it does not say.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    scikit-learn==1.9.1 || exit 2

"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import LeaveOneGroupOut, learning_curve

warnings.simplefilter("error")
LEARNED = []


class Told(ClassifierMixin, BaseEstimator):
    def fit(self, rows, labels):
        LEARNED.append((len(rows), len(set(rows[:, 0]))))
        self.classes_ = np.unique(labels)
        return self

    def predict(self, rows):
        return np.full(len(rows), self.classes_[0])


def told(sizes, **options):
    """Show a curve for outlets of the given sizes, whose articles follow each other."""
    LEARNED.clear()
    outlets = np.repeat(np.arange(len(sizes)), sizes)
    labels = np.array(["مؤيد", "معارض"])[np.arange(len(outlets)) % 2]
    found = learning_curve(
        Told(), outlets[:, None], labels, groups=outlets, cv=LeaveOneGroupOut(),
        train_sizes=[0.25, 1.0], **options,
    )  # fmt: skip
    for place, size in enumerate(found[0]):
        folds = LEARNED[place::2]
        print(f"  size {size}: articles {[n for n, _ in folds]}, outlets {[n for _, n in folds]}")


print("outlets of 10, 40, 50 and 100 articles:")
told([10, 40, 50, 100])
print("the largest first, shuffled:")
told([100, 50, 40, 10], shuffle=True, random_state=0)
PY

cat > "$folder/expected" <<'TEXT'
outlets of 10, 40, 50 and 100 articles:
  size 47: articles [47, 47, 47, 47], outlets [2, 2, 2, 2]
  size 190: articles [190, 160, 150, 100], outlets [3, 3, 3, 3]
the largest first, shuffled:
  size 25: articles [25, 25, 25, 25], outlets [3, 3, 3, 3]
  size 100: articles [100, 100, 100, 100], outlets [3, 3, 3, 3]
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
