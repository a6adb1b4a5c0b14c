#!/usr/bin/env bash
# Package:   nltk 3.10.4 (nltk.metrics.agreement.AnnotationTask).
# Behaviour: a missing label given as nan counts as a label, a new one each time, so alpha falls; as
#            None or '' it is a label on which coders agree, so alpha rises. Only leaving the triple
#            out is right for alpha; then kappa, pi, S and avg_Ao raise "generator raised
#            StopIteration". Two labels of one coder for one article are accepted.
# Guessed:   missing values are left out, for every coefficient or for none; a coder has one label
#            for an article.
# Matters:   a table of coders read with pandas holds nan. The same data give three agreements for
#            three ways of writing what is missing, on either side of the value that a journal asks
#            for.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    nltk==3.10.4 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
from nltk.metrics.agreement import AnnotationTask

FIRST = ["مؤيد", "مؤيد", "معارض", "محايد", "مؤيد", "معارض"]
SECOND = ["مؤيد", "محايد", "معارض", "محايد", "معارض", "معارض"]
both = [("first", str(n), label) for n, label in enumerate(FIRST)]
both += [("second", str(n), label) for n, label in enumerate(SECOND)]


def value(triples, coefficient):
    try:
        return f"{getattr(AnnotationTask(triples), coefficient)():.3f}"
    except RuntimeError as error:
        return f"{type(error).__name__}: {error}"


def uncoded(label):
    """Two more articles that neither coder has labelled."""
    return [(coder, item, label) for coder in ("first", "second") for item in ("6", "7")]


CASES = {
    "all labelled": [],
    "two articles nan for both": uncoded(float("nan")),
    "two articles None for both": uncoded(None),
    "one article by one coder, left out of the other": [("first", "6", "مؤيد")],
    "a second label of one coder": [("first", "0", "معارض")],
}
for name, more in CASES.items():
    alpha, kappa = value(both + more, "alpha"), value(both + more, "kappa")
    print(f"{name}: alpha {alpha}, kappa {kappa}")
PY

cat > "$folder/expected" <<'TEXT'
all labelled: alpha 0.532, kappa 0.520
two articles nan for both: alpha 0.126, kappa 0.347
two articles None for both: alpha 0.684, kappa 0.673
one article by one coder, left out of the other: alpha 0.532, kappa RuntimeError: generator raised StopIteration
a second label of one coder: alpha 0.333, kappa 0.455
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
