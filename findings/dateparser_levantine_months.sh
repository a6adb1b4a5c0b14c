#!/usr/bin/env bash
# Package:   dateparser 1.5.0 (dates in many languages).
# Behaviour: languages=["ar"] reads the month names of Egypt and none of the twelve of the Levant
#            and Iraq. locales=["ar-SY"] reads all twelve. The two names side by side, as many
#            outlets print them, are read by neither. With no language given, a date in August
#            (آب) is taken for Urdu and returned as the present day.
# Guessed:   "ar" reads what is written in Arabic newspapers; what cannot be read gives None.
# Matters:   whoever prepares `published` with dateparser loses the dates of Syrian, Lebanese and
#            Iraqi outlets, so what is missing depends on the outlet; and articles of August may
#            get the date of the day on which the script ran.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    dateparser==1.5.0 || exit 2

"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import datetime as dt

import dateparser

LEVANT = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
EGYPT = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
# The present day, held still.
SETTINGS = {"RELATIVE_BASE": dt.datetime(2024, 6, 15)}


def read(text, **options):
    found = dateparser.parse(text, settings=SETTINGS, **options)
    return found and found.date().isoformat()


def right(months, **options):
    dates = [read(f"9 {month} 2019", **options) for month in months]
    return sum(date == f"2019-{n:02}-09" for n, date in enumerate(dates, 1))


for options in ({"languages": ["ar"]}, {"locales": ["ar-SY"]}):
    print(options, "Egypt:", right(EGYPT, **options), "Levant:", right(LEVANT, **options))
    print(options, "9 شباط/فبراير 2019:", read("9 شباط/فبراير 2019", **options))
print("no language, 9 شباط 2019:", read("9 شباط 2019"))
print("no language, 9 آب 2019:", read("9 آب 2019"))
PY

cat > "$folder/expected" <<'TEXT'
{'languages': ['ar']} Egypt: 12 Levant: 0
{'languages': ['ar']} 9 شباط/فبراير 2019: None
{'locales': ['ar-SY']} Egypt: 12 Levant: 12
{'locales': ['ar-SY']} 9 شباط/فبراير 2019: None
no language, 9 شباط 2019: None
no language, 9 آب 2019: 2024-06-15
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
