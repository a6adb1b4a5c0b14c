#!/usr/bin/env bash
# Package:   chardet 7.7.0 (the encoding of a file).
# Behaviour: detect(..., prefer_superset=True) renames ISO 8859-6 to Windows-1256, which has the
#            letters after dad at other places. Nearly half of the characters of a text become other
#            Arabic letters or accented Latin ones, and decoding raises no error. Without the option
#            the answer is right. The documentation recommends the option when the text is to be
#            decoded, and says that it will be on by default in version 8.
# Guessed:   a superset decodes to the same text, as Windows-1252 does for ISO 8859-1.
# Matters:   an archive of ISO 8859-6 becomes words that occur nowhere else, without an error. It is
#            one outlet's archive, so the words identify the outlet, and a classifier learns that.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    chardet==7.7.0 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import chardet

TEXT = (
    "اجتمع المجلس البلدي صباح اليوم لمناقشة ترميم سوق المدينة، وقال المتحدث إن العمل سيبدأ "
    "بعد أسبوعين. وأضاف أن التكلفة تبلغ نحو مليوني دينار، وأن السكان سيشاركون في التصميم."
)
raw = TEXT.encode("iso8859_6")
for superset in (False, True):
    name = chardet.detect(raw, prefer_superset=superset)["encoding"]
    read = raw.decode(name)
    wrong = sum(a != b for a, b in zip(read, TEXT, strict=True))
    print(f"prefer_superset={superset}: {name}, {wrong} of {len(TEXT)} characters wrong")
    print(read[:46])
PY

cat > "$folder/expected" <<'TEXT'
prefer_superset=False: ISO-8859-6, 0 of 170 characters wrong
اجتمع المجلس البلدي صباح اليوم لمناقشة ترميم س
prefer_superset=True: Windows-1256, 77 of 170 characters wrong
اجتهظ انهجنس انبندê صباح انêèه نهواâشة ترهêه س
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
