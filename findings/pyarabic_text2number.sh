#!/usr/bin/env bash
# Package:   PyArabic 0.6.15 (numbers written in words).
# Behaviour: text2number reads the dual before a noun (two hundred, two thousand, two million) as 0,
#            and extract_number_phrases does not find it. The two numbers of one sentence are added
#            up. One and a half million is one million; the feminine of twelve is 10; three hundred
#            written apart is 103. What is no number is 0 as well.
# Guessed:   the number; None or an error if there is none.
# Matters:   counts of dead, injured and displaced people stand in the news in exactly these forms,
#            and the dual nearly always before a noun. Figures drawn from articles are wrong without
#            a sign: 5 civilians and 3 soldiers are 8, two million refugees are 0.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyarabic==0.6.15 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
from pyarabic import number

PHRASES = (
    ("ثلاثة آلاف", 3000),
    ("خمسمئة وستة", 506),
    ("ألفان", 2000),
    ("ألفي شخص", 2000),
    ("مئتي شخص", 200),
    ("مليونا لاجئ", 2_000_000),
    ("مليون ونصف المليون", 1_500_000),
    ("اثنتي عشرة أسرة", 12),
    ("ثلاث مئة", 300),
    ("قتل خمسة مدنيين وثلاثة جنود", "5, 3"),
    ("عاد اللاجئون", None),
)
for phrase, meant in PHRASES:
    print(f"{phrase}: {number.text2number(phrase)}, meant {meant}")
sentence = "وصل مليونا لاجئ وعاد ألفا شخص ونزح ثلاثة آلاف"
print("found in a sentence with three numbers:", number.extract_number_phrases(sentence))
PY

cat > "$folder/expected" <<'TEXT'
ثلاثة آلاف: 3000, meant 3000
خمسمئة وستة: 506, meant 506
ألفان: 2000, meant 2000
ألفي شخص: 0, meant 2000
مئتي شخص: 0, meant 200
مليونا لاجئ: 0, meant 2000000
مليون ونصف المليون: 1000000, meant 1500000
اثنتي عشرة أسرة: 10, meant 12
ثلاث مئة: 103, meant 300
قتل خمسة مدنيين وثلاثة جنود: 8, meant 5, 3
عاد اللاجئون: 0, meant None
found in a sentence with three numbers: ['ألفا', 'ثلاثة آلاف']
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
