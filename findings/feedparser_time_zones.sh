#!/usr/bin/env bash
# Package:   feedparser 6.0.14 (RSS and Atom feeds).
# Behaviour: published_parsed is said to be UTC. AST, as some write Arabia Standard Time, is taken
#            for Atlantic time: 7 hours late, often on the next day. EET and EEST (Beirut, Damascus,
#            Cairo) and names such as Asia/Baghdad are taken for UTC. PM is dropped: 02:00 PM is 2
#            in the morning. bozo, the mark of a faulty feed, stays False.
# Guessed:   the right moment, or None as for a date with an Arabic month.
# Matters:   the order in which outlets report an event, and the day of an article, are shifted by
#            outlet. RFC 822 has none of these names, but feeds do. Read `published` yourself and
#            give each outlet its zone.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    feedparser==6.0.14 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import feedparser

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>أخبار السوق</title>
<item><title>ترميم السوق القديم</title><pubDate>DATE</pubDate></item></channel></rss>"""
DATES = (
    ("Sat, 09 Feb 2019 23:30:00 +0300", "2019-02-09 20:30"),
    ("Sat, 09 Feb 2019 23:30:00 AST", "2019-02-09 20:30"),
    ("Sat, 09 Feb 2019 23:30:00 EET", "2019-02-09 21:30"),
    ("Thu, 04 Jul 2019 00:30:00 EEST", "2019-07-03 21:30"),
    ("Sat, 09 Feb 2019 23:30:00 Asia/Baghdad", "2019-02-09 20:30"),
    ("Sat, 09 Feb 2019 02:00 PM", "2019-02-09 14:00"),
    ("Sat, 09 شباط 2019 23:30:00 +0300", "2019-02-09 20:30"),
)
for date, meant in DATES:
    feed = feedparser.parse(FEED.replace("DATE", date))
    read = feed.entries[0].published_parsed
    seen = read and "{}-{:02}-{:02} {:02}:{:02}".format(*read[:5])
    print(f"{date}: {seen}, meant {meant}, bozo {bool(feed.bozo)}")
PY

cat > "$folder/expected" <<'TEXT'
Sat, 09 Feb 2019 23:30:00 +0300: 2019-02-09 20:30, meant 2019-02-09 20:30, bozo False
Sat, 09 Feb 2019 23:30:00 AST: 2019-02-10 03:30, meant 2019-02-09 20:30, bozo False
Sat, 09 Feb 2019 23:30:00 EET: 2019-02-09 23:30, meant 2019-02-09 21:30, bozo False
Thu, 04 Jul 2019 00:30:00 EEST: 2019-07-04 00:30, meant 2019-07-03 21:30, bozo False
Sat, 09 Feb 2019 23:30:00 Asia/Baghdad: 2019-02-09 23:30, meant 2019-02-09 20:30, bozo False
Sat, 09 Feb 2019 02:00 PM: 2019-02-09 02:00, meant 2019-02-09 14:00, bozo False
Sat, 09 شباط 2019 23:30:00 +0300: None, meant 2019-02-09 20:30, bozo False
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
