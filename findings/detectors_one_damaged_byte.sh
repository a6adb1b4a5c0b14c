#!/usr/bin/env bash
# Packages:  chardet 7.7.0 and charset-normalizer 3.5.3 (the encoding of a file).
# Behaviour: an Arabic text of 10,000 bytes in UTF-8 from which one byte is missing is no longer
#            UTF-8 for either: chardet answers IBM855 (Cyrillic), charset-normalizer nothing at all.
#            As UTF-8 it has one faulty character.
# Guessed:   UTF-8 with a little doubt, since nothing else yields Arabic words.
# Matters:   files cut at a number of bytes or joined from parts have such a place. A whole file of
#            articles is dropped or becomes Cyrillic for one letter. Try UTF-8 first, and count what
#            does not decode.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    chardet==7.7.0 charset-normalizer==3.5.3 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import chardet
import charset_normalizer

TEXT = (
    "اجتمع المجلس البلدي صباح اليوم لمناقشة ترميم سوق المدينة، وقال المتحدث إن العمل سيبدأ "
    "بعد أسبوعين. وأضاف أن التكلفة تبلغ نحو مليوني دينار، وأن السكان سيشاركون في التصميم.\n"
)
whole = (TEXT * 60).encode("utf-8")[:10_000]
whole = whole.decode("utf-8", "ignore").encode("utf-8")
lead = next(n for n in range(5_000, 5_010) if whole[n] in (0xD8, 0xD9))
damaged = whole[: lead + 1] + whole[lead + 2 :]
for name, raw in (("whole", whole), ("one byte missing", damaged)):
    best = charset_normalizer.from_bytes(raw).best()
    faulty = raw.decode("utf-8", "replace").count("\ufffd")
    print(f"{name}: chardet {chardet.detect(raw)['encoding']},", end=" ")
    print(f"charset-normalizer {best and best.encoding}, faulty characters as UTF-8: {faulty}")
PY

cat > "$folder/expected" <<'TEXT'
whole: chardet utf-8, charset-normalizer utf_8, faulty characters as UTF-8: 0
one byte missing: chardet IBM855, charset-normalizer None, faulty characters as UTF-8: 1
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
