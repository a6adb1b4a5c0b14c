#!/usr/bin/env bash
# Package:   nltk 3.10.4 (NLTKWordTokenizer, which word_tokenize applies to each sentence; Text).
# Behaviour: the Arabic comma, semicolon and question mark stay attached to the word before them,
#            while their Latin counterparts are tokens of their own. So Text.concordance and
#            Text.count miss a word wherever such a sign follows it.
# Guessed:   what is cut off in English is cut off in Arabic too, as full stops, colons and
#            guillemets are.
# Matters:   counts of names, and every table made from them, lose the mentions at the end of a
#            clause, of outlets that write short clauses more than of others. In the 792 articles that
#            were written for this project, 45 of 423 mentions of one name are missed, one in nine.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    nltk==3.10.4 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
from nltk.text import Text
from nltk.tokenize import NLTKWordTokenizer

ARABIC = ("عادت دمشق، وبقيت حلب", "عادت دمشق؛ وبقيت حلب", "هل عادت دمشق؟", "«دمشق» عادت.", "هذه دمشق: عادت")
LATIN = ("Aleppo, again", "Aleppo; again", "Is it Aleppo?", '"Aleppo" again.', "Aleppo: again")
tokenizer = NLTKWordTokenizer()
for name, sentences in (("دمشق", ARABIC), ("Aleppo", LATIN)):
    tokens = [token for sentence in sentences for token in tokenizer.tokenize(sentence)]
    text = Text(tokens)
    missed = [token for token in tokens if name in token and token != name]
    print(f"{name}: {text.count(name)} of {len(sentences)} counted, "
          f"{len(text.concordance_list(name))} in the concordance; missed: {' '.join(missed) or 'none'}")
PY

cat > "$folder/expected" <<'TEXT'
دمشق: 2 of 5 counted, 2 in the concordance; missed: دمشق، دمشق؛ دمشق؟
Aleppo: 5 of 5 counted, 5 in the concordance; missed: none
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
