#!/usr/bin/env bash
# Package:   nltk 3.10.4 (the Arabic Snowball stemmer and the ISRI stemmer).
# Behaviour: both take the first or last letters of a name for a prefix or suffix, and what they
#            take depends on the prefix in front: Lebanon, and Lebanon, in Lebanon, to Lebanon have
#            four stems in either. Names become other words: Syria and wall in both, Lebanon and
#            milk in ISRI, Vienna and the preposition fi in Snowball.
# Guessed:   a word with and without a prefix has one stem, which is what a stemmer is for; a name
#            is not another word.
# Matters:   who is named how often, and by which outlet, is the question of framing studies. After
#            stemming the mentions of one country are divided over several features, and some are
#            counted with everyday words.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    nltk==3.10.4 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
from nltk.stem import SnowballStemmer
from nltk.stem.isri import ISRIStemmer

STEMMERS = {"Snowball": SnowballStemmer("arabic"), "ISRI": ISRIStemmer()}
NAMES = ("لبنان", "سوريا", "بيروت", "ليبيا", "فيينا", "دمشق")
PAIRS = (("لبنان", "لبن"), ("سوريا", "سور"), ("فيينا", "في"))
for name, stemmer in STEMMERS.items():
    for place in NAMES:
        forms = [place, "و" + place, "ب" + place, "ل" + place]
        stems = [stemmer.stem(form) for form in forms]
        print(f"{name}: {' '.join(forms)}: {len(set(stems))} stems: {' '.join(stems)}")
    for a, b in PAIRS:
        if stemmer.stem(a) == stemmer.stem(b):
            print(f"{name}: {a} and {b} have one stem")
PY

cat > "$folder/expected" <<'TEXT'
Snowball: لبنان ولبنان بلبنان للبنان: 4 stems: لبنا ولب بلب للبن
Snowball: سوريا وسوريا بسوريا لسوريا: 2 stems: سور سور سور لسور
Snowball: بيروت وبيروت ببيروت لبيروت: 3 stems: يرو بير بير لبير
Snowball: ليبيا وليبيا بليبيا لليبيا: 2 stems: ليب ليب ليب لليب
Snowball: فيينا وفيينا بفيينا لفيينا: 4 stems: في وف بف لف
Snowball: دمشق ودمشق بدمشق لدمشق: 1 stems: دمشق دمشق دمشق دمشق
Snowball: سوريا and سور have one stem
Snowball: فيينا and في have one stem
ISRI: لبنان ولبنان بلبنان للبنان: 4 stems: لبن ولب بلب بنن
ISRI: سوريا وسوريا بسوريا لسوريا: 4 stems: سور وسر بسر لسر
ISRI: بيروت وبيروت ببيروت لبيروت: 1 stems: يرو يرو يرو يرو
ISRI: ليبيا وليبيا بليبيا لليبيا: 4 stems: ليب ولب بلب يبا
ISRI: فيينا وفيينا بفيينا لفيينا: 4 stems: فيي وفي بفي لفي
ISRI: دمشق ودمشق بدمشق لدمشق: 1 stems: دمشق دمشق دمشق دمشق
ISRI: لبنان and لبن have one stem
ISRI: سوريا and سور have one stem
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
