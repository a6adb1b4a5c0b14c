#!/usr/bin/env bash
# Package:   camel-tools 1.6.0 (Arabic normalisation).
# Behaviour: dediac_ar removes U+064B-0652 and U+0670 alone. It keeps the combining maddah and
#            hamzas (U+0653-0655), the other marks up to U+065F, the Quranic marks and tatweel.
#            normalize_unicode (NFKC) turns an isolated form of a mark, such as U+FC60 (shadda
#            with fatha), into a blank and the marks: the word is split in two.
# Guessed:   dediac_ar removes every mark; normalize_unicode never divides a word.
# Matters:   text copied from PDF files and old fonts holds such forms. Words counted after these
#            functions alone are pieces of words, and a word with a mark that stayed is another
#            word than the one without. Both follow an outlet's software, not what it says.
# Needs:     emoji and six, all that camel_tools.utils imports. camel-tools itself requires torch;
#            whoever installs it whole pins torch==2.13.0, as constraints.txt of this project does.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    camel-tools==1.6.0 emoji==2.15.0 six==1.17.0 || exit 2

"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import unicodedata

from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import normalize_unicode


def ranges(numbers):
    found = []
    for n in numbers:
        if found and n == found[-1][1] + 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return " ".join(f"{a:04X}" if a == b else f"{a:04X}-{b:04X}" for a, b in found)


marks = [n for n in range(0x600, 0x700) if unicodedata.category(chr(n)) == "Mn" or n == 0x640]
print("removed by dediac_ar:", ranges(n for n in marks if dediac_ar("س" + chr(n)) == "س"))
print("kept by dediac_ar:", ranges(n for n in marks if dediac_ar("س" + chr(n)) != "س"))
for form in ("\ufc60", "\ufc5e", "\ufe76", "\ufe7c"):
    pieces = normalize_unicode(f"مد{form}رس").split()
    print(f"U+{ord(form):04X} inside a word: {len(pieces)} words after normalize_unicode")
PY

cat > "$folder/expected" <<'TEXT'
removed by dediac_ar: 064B-0652 0670
kept by dediac_ar: 0610-061A 0640 0653-065F 06D6-06DC 06DF-06E4 06E7-06E8 06EA-06ED
U+FC60 inside a word: 2 words after normalize_unicode
U+FC5E inside a word: 2 words after normalize_unicode
U+FE76 inside a word: 2 words after normalize_unicode
U+FE7C inside a word: 2 words after normalize_unicode
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
