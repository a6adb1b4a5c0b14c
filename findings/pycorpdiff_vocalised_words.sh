#!/usr/bin/env bash
# Package:   pycorpdiff 0.1.0a27 (keyness, collocations and trajectories of corpora).
# Behaviour: the default tokenizer cuts an Arabic word at each vowel sign. Of an outlet that prints
#            some, the typical words are single letters with a log-likelihood in the tens, and the
#            word itself is typical of the other outlet, though both print it as often.
# Guessed:   a word with vowel signs is one token, if not the same as without them.
# Matters:   outlets print signs on names (قَسَد for the SDF) to tell them from other words. A table of
#            typical words then shows who prints signs, as letters that look like initials, and
#            hides the name that the comparison was made for.
# Documented: the docstring of RegexTokenizer says that \w+ is Unicode-aware "and therefore safe for
#            non-Latin scripts". Python's \w has letters and digits, no combining marks.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    pycorpdiff==0.1.0a27 numpy==2.4.6 pandas==2.3.3 scipy==1.17.1 || exit 2

"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import pandas as pd
import pycorpdiff

print("tokens:", *pycorpdiff.RegexTokenizer()("دخلت قَسَد المدينة"))


def corpus(name):
    texts = [f"دخلت {name} المدينة فجر اليوم", f"قالت {name} إن الطريق مفتوح"] * 10
    return pycorpdiff.from_dataframe(pd.DataFrame({"text": texts}))


with_signs, without = corpus("قَسَد"), corpus("قسد")
found = pycorpdiff.compare(with_signs, without).keyness(ci="none").to_df()
for row in found[found["g2"].abs() > 10].sort_values(["g2", "term"]).itertuples():
    print(f"{row.term}: {row.count_a} against {row.count_b}, G2 {row.g2:.1f}")
PY

cat > "$folder/expected" <<'TEXT'
tokens: دخلت ق س د المدينة
قسد: 0 against 20, G2 -35.0
د: 20 against 0, G2 21.6
س: 20 against 0, G2 21.6
ق: 20 against 0, G2 21.6
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
