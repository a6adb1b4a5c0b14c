#!/usr/bin/env bash
# Package:   pyreadstat 1.3.7 (files of SPSS and Stata).
# Behaviour: write_sav cuts value labels after 120 bytes and the label of a variable after 255,
#            without a warning: 60 to 65 Arabic letters, half of what a Latin label may have. Two
#            categories whose descriptions begin alike get the same label, and reading with
#            apply_value_formats=True (pandas.read_spss does so by itself) makes them one category.
#            write_dta raises an error for a variable label that is too long.
# Guessed:   an error, as with Stata; or labels that differ stay apart.
# Matters:   codebooks put the definition of a category into its value label. After one exchange
#            with SPSS users two stances are one, agreement counted on the labels rises and no row
#            is missing. The limit is that of SPSS; the silence is not.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyreadstat==1.3.7 pandas==3.1.1 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import pandas as pd
import pyreadstat

START = "المقال يؤيد موقف البلدية من ترميم السوق تأييدا صريحا في العنوان أو في المتن "
LABELS = {1.0: START + "ويذكر الأسباب", 2.0: START + "ولا يذكر الأسباب", 3.0: "محايد"}
codes = pd.DataFrame({"stance": [1.0, 2.0, 3.0, 2.0]})
title = "موقف المقال من ترميم السوق كما يراه المرمز " * 5
pyreadstat.write_sav(
    codes, "codes.sav", column_labels={"stance": title}, variable_value_labels={"stance": LABELS}
)
_, meta = pyreadstat.read_sav("codes.sav")
print("letters written:", [len(label) for label in LABELS.values()], len(title))
read = meta.variable_value_labels["stance"]
print("letters read:", [len(label) for label in read.values()], len(meta.column_labels[0]))
print("different labels:", len(set(LABELS.values())), "written,", len(set(read.values())), "read")
print("categories in pandas.read_spss:", pd.read_spss("codes.sav")["stance"].nunique())
try:
    pyreadstat.write_dta(codes, "codes.dta", column_labels={"stance": title})
except pyreadstat.ReadstatError as error:
    print("Stata:", error)
PY

cat > "$folder/expected" <<'TEXT'
letters written: [89, 92, 5] 215
letters read: [65, 65, 5] 140
different labels: 3 written, 2 read
categories in pandas.read_spss: 2
Stata: A provided label is too long for the file format
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
