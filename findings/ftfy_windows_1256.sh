#!/usr/bin/env bash
# Package:   ftfy 6.3.1 (repair of text decoded with the wrong encoding).
# Behaviour: Arabic in UTF-8 that was decoded as windows-1252 is repaired. The same text decoded as
#            windows-1256, the encoding of an Arabic Windows, is not; and fix_text makes the curly
#            quotes in it straight, among them the low quote that stands for half of every lam.
#            After that the text can no longer be repaired: before, one line of Python did it. With
#            uncurl_quotes=False it still can.
# Guessed:   the text is repaired, or comes back as it was.
# Matters:   CSV files opened in an Arabic Excel and saved are damaged in this very way. Whoever
#            runs ftfy over an archive to be safe loses the articles that could have been saved, and
#            keeps the impression that ftfy found nothing to repair.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    ftfy==6.3.1 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import ftfy

TEXT = "اجتمع المجلس البلدي صباح اليوم لمناقشة ترميم السوق."


def repaired(text):
    """Undo the wrong decoding by hand."""
    try:
        return text.encode("cp1256").decode("utf-8") == TEXT
    except UnicodeError as error:
        return f"no, {type(error).__name__}"


print("as windows-1252, fix_text repairs:", ftfy.fix_text(TEXT.encode().decode("cp1252")) == TEXT)
damaged = TEXT.encode("utf-8").decode("cp1256")
print("as windows-1256, damaged text:", damaged[:24])
print("repaired by hand:", repaired(damaged))
print("fix_text repairs:", ftfy.fix_text(damaged) == TEXT)
print("fix_text leaves as it was:", ftfy.fix_text(damaged) == damaged)
print("repaired by hand after fix_text:", repaired(ftfy.fix_text(damaged)))
kept = ftfy.fix_text(damaged, uncurl_quotes=False)
print("repaired by hand after fix_text(uncurl_quotes=False):", repaired(kept))
PY

cat > "$folder/expected" <<'TEXT'
as windows-1252, fix_text repairs: True
as windows-1256, damaged text: ط§ط¬طھظ…ط¹ ط§ظ„ظ…ط¬ظ„ط³ 
repaired by hand: True
fix_text repairs: False
fix_text leaves as it was: False
repaired by hand after fix_text: no, UnicodeDecodeError
repaired by hand after fix_text(uncurl_quotes=False): True
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
