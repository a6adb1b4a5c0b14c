#!/usr/bin/env bash
# Packages:  openpyxl 3.1.5 and python-calamine 0.9.1 (Excel workbooks).
# Behaviour: a whole number is an int from openpyxl and a float from calamine: 7 becomes 7.0.
#            openpyxl writes the text #N/A as an error cell, unless the cell's data_type is set
#            to "s". It reads an error cell as the str "#N/A", the same value as a text; calamine
#            reads the error as an empty str and the text as "#N/A".
# Guessed:   both readers return the same values; a str that was written is a text in the file.
# Matters:   an id or a numeric label read by calamine and joined with the same column of a CSV
#            file matches nothing ("7.0" is not "7"). A code sheet whose missing values are
#            written "#N/A" holds a label "#N/A" in one reader and no label in the other.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    openpyxl==3.1.5 python-calamine==0.9.1 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import openpyxl
from python_calamine import CalamineWorkbook

book = openpyxl.Workbook()
sheet = book.active
sheet.append([7, "مؤيد"])
sheet.append([12345678901, "#N/A"])
sheet.append([2.5, None])
text = sheet.cell(3, 2, "#N/A")
text.data_type = "s"
book.save("codes.xlsx")

rows = list(openpyxl.load_workbook("codes.xlsx").active)
print("openpyxl:", [[cell.value for cell in row] for row in rows])
print("openpyxl, kinds of the second column:", [row[1].data_type for row in rows])
print("calamine:", CalamineWorkbook.from_path("codes.xlsx").get_sheet_by_index(0).to_python())
PY

cat > "$folder/expected" <<'TEXT'
openpyxl: [[7, 'مؤيد'], [12345678901, '#N/A'], [2.5, '#N/A']]
openpyxl, kinds of the second column: ['s', 'e', 's']
calamine: [[7.0, 'مؤيد'], [12345678901.0, ''], [2.5, '#N/A']]
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
