#!/usr/bin/env bash
# Package:   htmldate 1.11.0 with dateparser 1.5.0 (the date of a web page; trafilatura uses it).
# Behaviour: a page whose only date is written with a Levantine month name gets 1 January of that
#            year. The same page with the Egyptian name gets the right day. With
#            extensive_search=False there is no wrong date, but the Egyptian name is not read
#            either; with Arabic-Indic digits nothing is found at all.
# Guessed:   the right day, or None.
# Matters:   1 January looks like a date. Trends over time and divisions by date of scraped
#            archives are wrong for outlets of the Levant and Iraq; a peak on 1 January is the sign.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    htmldate==1.11.0 dateparser==1.5.0 || exit 2

"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
from htmldate import find_date

PAGE = """<!DOCTYPE html>
<html lang="ar" dir="rtl">
<head><meta charset="utf-8"><title>ترميم السوق القديم</title></head>
<body>
<header><h1>ترميم السوق القديم</h1><p class="date">DATE</p></header>
<article>
<p>اجتمع المجلس البلدي صباح اليوم لمناقشة ترميم سوق المدينة.</p>
<p>وقال رئيس المجلس إن العمل سيبدأ بعد أسبوعين.</p>
</article>
</body>
</html>"""
DATES = ("9 فبراير 2019", "9 شباط 2019", "9 شباط/فبراير 2019", "٩ شباط ٢٠١٩", "2019-02-09")
for date in DATES:
    page = PAGE.replace("DATE", date)
    usual = find_date(page, max_date="2024-06-15")
    short = find_date(page, max_date="2024-06-15", extensive_search=False)
    print(f"{date}: {usual}, without extensive search {short}")
PY

cat > "$folder/expected" <<'TEXT'
9 فبراير 2019: 2019-02-09, without extensive search None
9 شباط 2019: 2019-01-01, without extensive search None
9 شباط/فبراير 2019: 2019-01-01, without extensive search None
٩ شباط ٢٠١٩: None, without extensive search None
2019-02-09: 2019-02-09, without extensive search 2019-02-09
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
