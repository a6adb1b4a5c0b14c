#!/usr/bin/env bash
# Packages:  pypdf 7.1.1, pdfplumber 0.11.10 (pdfminer.six), pymupdf 2.0, pypdfium2 5.15.2; the page
#            is made with fpdf2 2.8.9.
# Behaviour: one Arabic sentence with a number is read in four ways, and by none as it was written.
#            pypdf and pymupdf exchange what stands before and after the number and glue it to a
#            word; pdfplumber reverses the letters of every word; with char_dir="rtl" its words are
#            right and 12 is 21. pypdfium2 exchanges the brackets only. None reports a problem.
#            Pages made by other programs come out otherwise.
# Guessed:   the sentence, or letters so clearly reversed that one sees it.
# Matters:   reports and old newspapers are PDF files. Exchanged halves of a sentence look like
#            Arabic: who did what to whom, and how many, is another statement. Compare one page with
#            its picture before you read a thousand.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    pypdf==7.1.1 pdfplumber==0.11.10 pymupdf==2.0 pypdfium2==5.15.2 fpdf2==2.8.9 \
    uharfbuzz==0.57.0 matplotlib==3.11.2 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
from pathlib import Path

import matplotlib
import pdfplumber
import pymupdf
import pypdf
import pypdfium2
from fpdf import FPDF

TEXT = "قال المتحدث إن 12 تاجرا عادوا (اليوم) إلى السوق"
page = FPDF()
page.add_page()
page.add_font("DejaVu", "", Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf")
page.set_font("DejaVu", size=14)
page.set_text_shaping(True, direction="rtl", script="arab", language="ara")
page.multi_cell(0, 10, TEXT, align="R")
page.output("page.pdf")

plumber = pdfplumber.open("page.pdf").pages[0]
READ = {
    "pypdf": pypdf.PdfReader("page.pdf").pages[0].extract_text(),
    "pymupdf": pymupdf.open("page.pdf")[0].get_text(),
    "pdfplumber": plumber.extract_text(),
    "pdfplumber, rtl": plumber.extract_text(char_dir="rtl", char_dir_render="ltr"),
    "pypdfium2": pypdfium2.PdfDocument("page.pdf")[0].get_textpage().get_text_range(),
}
print(f"written: {TEXT!r}")
for name, text in READ.items():
    print(f"{name}: {text.strip()!r}")
PY

cat > "$folder/expected" <<'TEXT'
written: 'قال المتحدث إن 12 تاجرا عادوا (اليوم) إلى السوق'
pypdf: 'تاجرا عادوا (اليوم) إلى السوق12 قال المتحدث إن'
pymupdf: 'تاجرا عادوا (اليوم) إلى السوق12 قال المتحدث إن'
pdfplumber: 'قوسلا ىلإ )مويلا( اوداع ارجات 12 نإ ثدحتملا لاق'
pdfplumber, rtl: 'قال المتحدث إن 21 تاجرا عادوا (اليوم) إلى السوق'
pypdfium2: 'قال المتحدث إن 12 تاجرا عادوا )اليوم( إلى السوق'
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
