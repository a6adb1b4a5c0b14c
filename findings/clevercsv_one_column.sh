#!/usr/bin/env bash
# Package:   clevercsv 0.8.5 (the dialect of a CSV file).
# Behaviour: a file with the one column text has no delimiter. clevercsv takes the blank for it, or
#            the Arabic comma if the articles have some, and does not say how sure it is: every
#            article is cut into fields. csv.Sniffer of Python raises an error. With a second column
#            both are right.
# Guessed:   no delimiter, or the comma, which changes nothing here.
# Matters:   a list of headlines to be labelled is such a file. Only the first word or clause of
#            each article stands in the column text, and all that follows is lost or shifted.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    clevercsv==0.8.5 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import csv

import clevercsv

PLAIN = "text\nاجتمع المجلس صباح اليوم\nترميم السوق القديم يبدأ\nعودة التجار إلى السوق\n"
COMMAS = "text\nقال سامي، أمس، إن العمل بدأ\nوأضاف، في بيان، أنه قريب\nوسأل، مبتسما، أحد التجار\n"
TWO = "text,label\nقال سامي، أمس، إن العمل بدأ,1\nوأضاف، في بيان، أنه قريب,2\n"
for name, text in (("blanks", PLAIN), ("Arabic commas", COMMAS), ("two columns", TWO)):
    try:
        sniffed = repr(csv.Sniffer().sniff(text).delimiter)
    except csv.Error as error:
        sniffed = error
    found = clevercsv.Sniffer().sniff(text)
    rows = list(clevercsv.reader(text.splitlines(), found))
    print(f"{name}: csv.Sniffer {sniffed}, clevercsv {found.delimiter!r}")
    print("  fields:", [len(row) for row in rows], rows[1])
PY

cat > "$folder/expected" <<'TEXT'
blanks: csv.Sniffer Could not determine delimiter, clevercsv ' '
  fields: [1, 4, 4, 4] ['اجتمع', 'المجلس', 'صباح', 'اليوم']
Arabic commas: csv.Sniffer Could not determine delimiter, clevercsv '،'
  fields: [1, 3, 3, 3] ['قال سامي', ' أمس', ' إن العمل بدأ']
two columns: csv.Sniffer ',', clevercsv ','
  fields: [2, 2, 2] ['قال سامي، أمس، إن العمل بدأ', '1']
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
