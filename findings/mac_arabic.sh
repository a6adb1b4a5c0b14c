#!/usr/bin/env bash
# Packages:  Python's codec mac_arabic; chardet 7.7.0, charset-normalizer 3.5.3, resiliparse 2.0.1.
# Behaviour: Mac Arabic has two bytes for a blank and for most signs, one for each direction of
#            writing. Python writes the second one: the blank of plain English becomes A0, the
#            quotation mark of a CSV file A2. Read by the same codec all is well; for any other
#            program the file has no blanks and no quotation marks. None of the three detectors
#            knows the encoding: they answer others.
# Guessed:   ASCII stays ASCII, as in windows-1256 and ISO 8859-6; a detector says that it does not
#            know.
# Matters:   archives of newspapers that were set on a Macintosh are in this encoding. These
#            detectors cannot be trusted with them, and a table that was converted into it for
#            colleagues cannot be read by a program that looks for quotation marks.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    chardet==7.7.0 charset-normalizer==3.5.3 resiliparse==2.0.1 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import chardet
import charset_normalizer
from resiliparse.parse.encoding import detect_encoding

ROW = '"a b",1\n'
for codec in ("cp1256", "iso8859_6", "mac_arabic"):
    print(f"{codec}: {ROW.encode(codec)}")
changed = [chr(n) for n in range(128) if chr(n).encode("mac_arabic") != bytes([n])]
print("ASCII that mac_arabic does not keep:", "".join(changed))
print("reads both bytes:", b"a b a\xa0b".decode("mac_arabic") == "a b a b")

TEXT = (
    "اجتمع المجلس البلدي صباح اليوم لمناقشة ترميم سوق المدينة، وقال المتحدث إن العمل سيبدأ "
    "بعد أسبوعين. وأضاف أن التكلفة تبلغ نحو مليوني دينار، وأن السكان سيشاركون في التصميم."
)
raw = TEXT.encode("mac_arabic")
answers = {
    "chardet": chardet.detect(raw)["encoding"],
    "charset-normalizer": charset_normalizer.from_bytes(raw).best().encoding,
    "resiliparse": detect_encoding(raw),
}
for name, answer in answers.items():
    print(f"{name}: {answer}, {raw.decode(answer, 'replace')[:24]}")
PY

cat > "$folder/expected" <<'TEXT'
cp1256: b'"a b",1\n'
iso8859_6: b'"a b",1\n'
mac_arabic: b'\xa2a\xa0b\xa2,1\n'
ASCII that mac_arabic does not keep:  !"#$&'()*+-./:<=>[\]^_{|}
reads both bytes: True
chardet: Windows-1256, اجتهظ انهجنس انبندê صباح
charset-normalizer: cp874, วฬสๅู วไๅฬไำ วไศไฯ๊ ีศวอ
resiliparse: cp1256, اجتهظ انهجنس انبندê صباح
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
