#!/usr/bin/env bash
# Packages:  ijson 3.6.0 and orjson 3.13.0 (JSON, large or fast).
# Behaviour: a post that was cut inside an emoji ends in half of a pair, \ud83d. The compiled
#            backend of ijson puts a question mark in its place; its Python backend and json keep
#            the half; orjson raises an error. A whole number from 2 to the power of 64 on is a
#            float in orjson, without a sign, so that two ids become one; the others keep all
#            digits.
# Guessed:   the readers of a format give the same values, or an error.
# Matters:   the text gains a question mark that nobody wrote: whoever counts questions, or takes
#            punctuation for a feature, counts the places where posts were cut. Records joined by an
#            id read with orjson are joined with the wrong ones. Write ids as strings.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    ijson==3.6.0 orjson==3.13.0 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import io
import json

import ijson
import orjson

POST = b'[{"text": "\\u0627\\u0644\\u0633\\u0648\\u0642 \\ud83d"}]'
IDS = b"[36893488147419103233, 36893488147419103234]"


def streamed(raw, backend):
    return list(ijson.get_backend(backend).items(io.BytesIO(raw), "item"))


READERS = {
    "json": json.loads,
    "orjson": orjson.loads,
    "ijson yajl2_c": lambda raw: streamed(raw, "yajl2_c"),
    "ijson python": lambda raw: streamed(raw, "python"),
}
print("used by ijson:", ijson.backend)
for name, read in READERS.items():
    try:
        text = ascii(read(POST)[0]["text"][-2:])
    except ValueError as error:
        text = type(error).__name__
    ids = read(IDS)
    print(f"{name}: end of the post {text}, different ids {len(set(ids))}, first {ids[0]!r}")
PY

cat > "$folder/expected" <<'TEXT'
used by ijson: yajl2_c
json: end of the post ' \ud83d', different ids 2, first 36893488147419103233
orjson: end of the post JSONDecodeError, different ids 1, first 3.6893488147419103e+19
ijson yajl2_c: end of the post ' ?', different ids 2, first 36893488147419103233
ijson python: end of the post ' \ud83d', different ids 2, first 36893488147419103233
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
