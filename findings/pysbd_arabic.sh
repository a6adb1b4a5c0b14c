#!/usr/bin/env bash
# Package:   pysbd 0.3.4 (division into sentences, with rules for Arabic).
# Behaviour: with language="ar" a colon ends a sentence, and so do most Arabic commas. The colon and
#            the comma of the same sentence in English end nothing. The abbreviation of doctor ends
#            one too, and Dr. does not.
# Guessed:   sentences end at the full stop, the question mark and the exclamation mark.
# Matters:   in news the name of the speaker stands before the colon, and what is said behind it.
#            Counted by sentence, a quotation has no speaker and the speaker says nothing; sentences
#            are short in outlets that quote much.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    pysbd==0.3.4 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import pysbd

arabic = pysbd.Segmenter(language="ar", clean=False)
english = pysbd.Segmenter(language="en", clean=False)
ARABIC = (
    "قال المهندس: العمل بدأ اليوم.",
    "بدأ العمل اليوم، وينتهي في الصيف.",
    "بدأ العمل في السوق، في الحي القديم، قبل أسبوعين.",
    "التقى د. سامي بالتجار. ثم غادر.",
    "متى ينتهي العمل؟ لا أعلم!",
)
ENGLISH = (
    "The engineer said: work began today, and ends in summer.",
    "He met Dr. Sami. Then he left.",
)
for segmenter, texts in ((arabic, ARABIC), (english, ENGLISH)):
    for text in texts:
        parts = [part.strip() for part in segmenter.segment(text)]
        print(len(parts), " | ".join(parts))
PY

cat > "$folder/expected" <<'TEXT'
2 قال المهندس: | العمل بدأ اليوم.
2 بدأ العمل اليوم، | وينتهي في الصيف.
3 بدأ العمل في السوق، | في الحي القديم، | قبل أسبوعين.
3 التقى د. | سامي بالتجار. | ثم غادر.
2 متى ينتهي العمل؟ | لا أعلم!
1 The engineer said: work began today, and ends in summer.
2 He met Dr. Sami. | Then he left.
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
