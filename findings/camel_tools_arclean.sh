#!/usr/bin/env bash
# Package:   camel-tools 1.6.0 (Arabic normalisation).
# Behaviour: the map `arclean` turns Persian yeh (U+06CC) into alef maksura, not into yeh. It deletes
#            Kurdish ae (U+06D5), the ligature U+FDFA and the isolated form of veh (U+FB6B). Of a
#            letter in two code points (waw and U+0654) it keeps the base alone; the composed letter
#            stays whole. An end of a verse becomes an asterisk.
# Guessed:   each letter of another keyboard becomes the Arabic letter that was meant, and text in
#            Unicode's NFD, as macOS and some PDF tools write it, gives the same as in NFC.
# Matters:   words typed on Persian and Kurdish keyboards stay other words than those typed in
#            Arabic, some without their last letter, unless alef maksura is folded afterwards; and a
#            text loses its hamzas, or keeps them, by the program that saved it.
# Documented: "extended Arabic letters" become "basic" ones, characters outside Arabic, ASCII and
#            Latin-1 are deleted, and presentation forms become simple ones. U+06CC, U+06D5, U+FDFA
#            and U+FB6B are Arabic.
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
from unicodedata import normalize

from camel_tools.utils.charmap import CharMapper
from camel_tools.utils.normalize import normalize_alef_maksura_ar

clean = CharMapper.builtin_mapper("arclean").map_string


def shown(text):
    return " ".join(f"{ord(c):04X}" for c in text) or "nothing"


for letter in "یکێہەڤﭫﷺ\u06dd":
    print(f"U+{ord(letter):04X} -> {shown(clean(letter))}")
typed, arabic = clean("سوریا"), clean("سوريا")
print("Syria typed in Persian and in Arabic:", "equal" if typed == arabic else "different")
folded = [normalize_alef_maksura_ar(text) for text in (typed, arabic)]
print("with alef maksura folded afterwards:", "equal" if folded[0] == folded[1] else "different")
for form in ("NFC", "NFD"):
    print(f"conference in {form}:", shown(clean(normalize(form, "مؤتمر"))))
PY

cat > "$folder/expected" <<'TEXT'
U+06CC -> 0649
U+06A9 -> 0643
U+06CE -> 0649
U+06C1 -> 0647
U+06D5 -> nothing
U+06A4 -> 0641
U+FB6B -> nothing
U+FDFA -> nothing
U+06DD -> 002A
Syria typed in Persian and in Arabic: different
with alef maksura folded afterwards: equal
conference in NFC: 0645 0624 062A 0645 0631
conference in NFD: 0645 0648 062A 0645 0631
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
