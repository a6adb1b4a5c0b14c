#!/usr/bin/env bash
# Package:   label-studio-sdk 2.1.2 (its converter writes the exports of Label Studio).
# Behaviour: CONLL2003 writes each article once for every coder, one below the other, with nothing
#            that says whose it is; a coder who chose a category and marked no span yields a copy in
#            which every word is O. A word keeps its guillemets and its Arabic comma, and they count
#            as part of the name; a full stop does not.
# Guessed:   one copy of an article, or the coder's name beside it; «the spokesman», is the word and
#            three marks.
# Matters:   whoever trains on the file trains on the same article twice with opposite labels, and a
#            random division puts the two copies on both sides: the scores are too high. Export JSON
#            and write the sentences yourself.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    label-studio-sdk==2.1.2 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import json
from pathlib import Path

from label_studio_sdk.converter import Converter

CONFIG = """<View><Text name="text" value="$text"/>
<Labels name="who" toName="text"><Label value="جهة"/></Labels>
<Choices name="stance" toName="text"><Choice value="مؤيد"/></Choices></View>"""
TEXT = "قال «المتحدث»، إن السوق سيفتح."


def annotation(coder, value, source, kind):
    item = {"id": f"r{coder}", "from_name": source, "to_name": "text", "type": kind, "value": value}
    return {"id": coder, "completed_by": coder, "result": [item], "was_cancelled": False}


span = {"start": 5, "end": 12, "text": TEXT[5:12], "labels": ["جهة"]}
first = annotation(1, span, "who", "labels")
second = annotation(2, {"choices": ["مؤيد"]}, "stance", "choices")
tasks = [{"id": 1, "data": {"text": TEXT}, "annotations": [first, second]}]
Path("in").mkdir()
Path("in/tasks.json").write_text(json.dumps(tasks), encoding="utf-8")
Converter(CONFIG, "in", download_resources=False).convert("in", "out", "CONLL2003", is_dir=True)
print(Path("out/result.conll").read_text(encoding="utf-8").strip())
PY

cat > "$folder/expected" <<'TEXT'
-DOCSTART- -X- O
قال -X- _ O
«المتحدث»، -X- _ B-جهة
إن -X- _ O
السوق -X- _ O
سيفتح -X- _ O
. -X- _ O

قال -X- _ O
«المتحدث»، -X- _ O
إن -X- _ O
السوق -X- _ O
سيفتح -X- _ O
. -X- _ O
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
