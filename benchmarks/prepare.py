"""Write the random split of ANT that the speed and size benchmarks use, as JSON Lines.

    python benchmarks/prepare.py OUT

OUT is a folder; nothing of it belongs in the repository. The data set itself is the one that
'stance datasets' knows.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from pathlib import Path

ANT_TRAIN, ANT_TEST = 8_000, 4_000
ANT_SEED = 2018


def main() -> None:
    """Write all articles, and a random split of 8,000 for training and 4,000 for testing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    stance = Path(sys.executable).with_name("stance")
    whole = out / "ant.jsonl"
    subprocess.run([stance, "datasets", "export", "ant", "-o", whole, "--force"], check=True)
    lines = whole.read_bytes().splitlines(keepends=True)
    drawn = random.Random(ANT_SEED).sample(lines, ANT_TRAIN + ANT_TEST)
    (out / "ant-train.jsonl").write_bytes(b"".join(drawn[:ANT_TRAIN]))
    (out / "ant-test.jsonl").write_bytes(b"".join(drawn[ANT_TRAIN:]))


if __name__ == "__main__":
    main()
