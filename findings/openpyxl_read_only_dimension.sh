#!/usr/bin/env bash
# Package:   openpyxl 3.1.5 (Excel workbooks), with read_only=True.
# Behaviour: a worksheet may say how large it is. With read_only=True openpyxl believes it: rows and
#            columns beyond are left out without a warning. Read without the option, or after
#            reset_dimensions(), the sheet is whole. The cells themselves are in the file in either
#            case.
# Guessed:   read_only changes memory and speed; the values are the same.
# Matters:   a program that writes a sheet row by row may state the size before it knows it, or copy
#            the size from a template. Articles at the end of the sheet and the label in its last
#            column are missing, and the file looks smaller than it is. reset_dimensions() costs
#            nothing.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    openpyxl==3.1.5 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import re
import zipfile

import openpyxl

book = openpyxl.Workbook()
for row in (["id", "text", "label"], [1, "نص أول", "مؤيد"], [2, "نص ثان", "محايد"]):
    book.active.append(row)
book.save("whole.xlsx")

# The same workbook, from a program that wrote the size before the last row and column.
with zipfile.ZipFile("whole.xlsx") as old, zipfile.ZipFile("articles.xlsx", "w") as new:
    for name in old.namelist():
        content = old.read(name)
        if name.endswith("sheet1.xml"):
            content, n = re.subn(rb'<dimension ref="A1:C3"', b'<dimension ref="A1:B2"', content)
            assert n == 1
        new.writestr(name, content)

print("usual:    ", list(openpyxl.load_workbook("articles.xlsx").active.values))
sheet = openpyxl.load_workbook("articles.xlsx", read_only=True).active
print("read_only:", list(sheet.values))
sheet.reset_dimensions()
print("reset:    ", list(sheet.values))
PY

cat > "$folder/expected" <<'TEXT'
usual:     [('id', 'text', 'label'), (1, 'نص أول', 'مؤيد'), (2, 'نص ثان', 'محايد')]
read_only: [('id', 'text'), (1, 'نص أول')]
reset:     [('id', 'text', 'label'), (1, 'نص أول', 'مؤيد'), (2, 'نص ثان', 'محايد')]
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
