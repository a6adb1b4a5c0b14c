#!/usr/bin/env bash
# Package:   quapy 0.2.3 (quapy.method.aggregative.ACC, quapy.method.confidence.AggregativeBootstrap).
# Behaviour: a label that the classifier never predicts has the share 1.0, without a warning,
#            where its articles are none, four tenths or eight tenths of all: any share explains the
#            counts as well. The bootstrap resamples the new articles alone by default, and takes
#            the error rates from 120 training articles for exact: for 60,000 new articles, nearly
#            all intervals of 95 % are beside the true share.
# Guessed:   a share that cannot be found is an error or a warning, and an interval includes the
#            uncertainty of the error rates by which the counts are corrected.
# Matters:   the share of a rare framing in a newspaper is then a number that means nothing, or has
#            an interval that looks exact.
# Seen:      see the end of this file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" || exit 2
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    quapy==0.2.3 || exit 2

cd "$folder"
"$folder/venv/bin/python" -I -X utf8 - > "$folder/seen" <<'PY'
import warnings

import numpy as np
from quapy.method.aggregative import ACC
from quapy.method.confidence import AggregativeBootstrap
from sklearn.linear_model import LogisticRegression

warnings.simplefilter("ignore", FutureWarning)


def articles(*sizes):
    """Return features and labels; the third label lies between the others."""
    y = np.repeat(range(3), sizes)
    spread = np.concatenate([np.linspace(-1.4, 1.4, size) for size in sizes])
    return (np.array([0.0, 3.0, 1.5])[y] + spread)[:, None], y


x, y = articles(480, 480, 40)
method = ACC(LogisticRegression()).fit(x, y)
for sizes in ((500, 500, 0), (300, 300, 400), (100, 100, 800)):
    new, _ = articles(*sizes)
    never = bool((method.classifier.predict(new) != 2).all())
    print(f"true {sizes[2] / 1000:.1f}, estimate {method.predict(new)[2]:.1f}, never predicted {never}")

inside = []
for seed in range(8):
    random = np.random.default_rng(seed)
    y = np.repeat(range(3), 40)
    x = random.normal(1.5 * y, 1.2)[:, None]
    new = random.normal(1.5 * np.repeat(range(3), 20_000), 1.2)[:, None]
    bootstrap = AggregativeBootstrap(ACC(LogisticRegression()), random_state=seed).fit(x, y)
    _, region = bootstrap.predict_conf(new)
    inside.append((region.I_low <= 1 / 3) & (region.I_high >= 1 / 3))
print("fewer than 20 in 100 intervals of 95 % contain the true share:", bool(np.mean(inside) < 0.2))
PY

cat > "$folder/expected" <<'TEXT'
true 0.0, estimate 1.0, never predicted True
true 0.4, estimate 1.0, never predicted True
true 0.8, estimate 1.0, never predicted True
fewer than 20 in 100 intervals of 95 % contain the true share: True
TEXT
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
