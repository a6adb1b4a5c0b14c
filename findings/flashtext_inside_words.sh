#!/usr/bin/env bash
# Package:   flashtext 2.7 (finding and replacing the terms of a long list, "whole words only").
# Behaviour: only a-z, A-Z, 0-9 and _ are letters of a word. Every Arabic letter is a boundary, so
#            an Arabic term is found inside other words, while an English one is not, and
#            replace_keywords rewrites the inside of words.
# Guessed:   what it promises for English: whole words. "war" is not found in "toward".
# Matters:   dictionary methods count terms with it. «سد» (dam) counts in «قسد» (the SDF), «رقة»
#            (Raqqa) in «الفرقة» (the division): counts of short terms are counts of letters. Tell
#            it the letters with set_non_word_boundaries; terms behind و or ال are then not found.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    flashtext==2.7 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import unicodedata

from flashtext import KeywordProcessor


def processor(*terms):
    made = KeywordProcessor()
    for term in terms:
        made.add_keyword(term)
    return made


PAIRS = (("war", "toward"), ("سد", "قسد"), ("فد", "وفد"), ("حرب", "الحربة"), ("رقة", "الفرقة"))
for term, text in PAIRS:
    print(f"{term} in {text}: {processor(term).extract_keywords(text)}")

replacing = KeywordProcessor()
replacing.add_keyword("سد", "[dam]")
print("replaced:", replacing.replace_keywords("قسد قرب سد"))

letters = {chr(n) for n in range(0x110000) if unicodedata.category(chr(n))[0] in "LMN"}
whole = processor("سد", "جيش")
whole.set_non_word_boundaries(letters)
print("with all letters:", whole.extract_keywords("قسد قرب سد"), whole.extract_keywords("والجيش"))
PY

cat > "$folder/expected" <<'TEXT'
war in toward: []
سد in قسد: ['سد']
فد in وفد: ['فد']
حرب in الحربة: ['حرب']
رقة in الفرقة: ['رقة']
replaced: ق[dam] قرب [dam]
with all letters: ['سد'] []
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
