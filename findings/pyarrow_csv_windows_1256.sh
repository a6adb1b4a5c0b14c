#!/usr/bin/env bash
# Package:   pyarrow 26.0.1 (its reader of CSV files).
# Behaviour: a file in windows-1256 read without an encoding is no error: columns with Arabic become
#            binary, the others stay text. A missing value is null in a column of numbers, and the
#            text NA or an empty text in a column of words, though the list of null values is the
#            same.
# Guessed:   an error for bytes that are not UTF-8, as from Python and pandas; one rule for what is
#            missing.
# Matters:   labels are bytes and equal to no label, so an evaluation sees unknown labels or none;
#            converted with str() they are words of letters and numbers. Articles without a label
#            have the label '' or NA. ReadOptions(encoding=...) and
#            ConvertOptions(strings_can_be_null=True) mend both.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyarrow==26.0.1 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import io

from pyarrow import csv

ROWS = "id,label,outlet\n007,مؤيد,A\n008,محايد,B\n"


def shown(raw, **options):
    table = csv.read_csv(io.BytesIO(raw), **options)
    return {field.name: f"{field.type} {table[field.name].to_pylist()}" for field in table.schema}


print("as it comes:", shown(ROWS.encode("cp1256")))
encoding = csv.ReadOptions(encoding="cp1256")
print("encoding given:", shown(ROWS.encode("cp1256"), read_options=encoding))
GAPS = "code,label\n1,مؤيد\nNA,NA\n,\n".encode()
print("missing values:", shown(GAPS))
options = csv.ConvertOptions(strings_can_be_null=True)
print("with strings_can_be_null:", shown(GAPS, convert_options=options))
PY

cat > "$folder/expected" <<'TEXT'
as it comes: {'id': 'int64 [7, 8]', 'label': "binary [b'\\xe3\\xc4\\xed\\xcf', b'\\xe3\\xcd\\xc7\\xed\\xcf']", 'outlet': "string ['A', 'B']"}
encoding given: {'id': 'int64 [7, 8]', 'label': "string ['مؤيد', 'محايد']", 'outlet': "string ['A', 'B']"}
missing values: {'code': 'int64 [1, None, None]', 'label': "string ['مؤيد', 'NA', '']"}
with strings_can_be_null: {'code': 'int64 [1, None, None]', 'label': "string ['مؤيد', None, None]"}
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
