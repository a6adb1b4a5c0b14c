"""Write what only this project knows of the shipped model below the model's card.

    python benchmarks/model_card.py MODEL DOMAIN.json

DOMAIN.json is the result of benchmarks/domain.py. The card itself is made by 'stance train' and
'stance info --card', which keep the text below it. 'make models' runs all of them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from stance.reporting.card_text import compose, read_card

TEXT = Path(__file__).with_name("model_card_text.md")

# What benchmarks/domain.py calls the texts that the shipped model learned from.
LEARNED_FROM = ("its own kind", "real headlines")
MAKE = "Run 'make models'."


def main() -> None:
    """Write the text below the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("model", "domain"):
        parser.add_argument(name, type=Path)
    chosen = parser.parse_args()
    path = chosen.model / "card.md"
    found = read_card(path)
    if found.is_edited or not found.generated:
        raise SystemExit(f"Got {path}, but expected a card as stance writes it. {MAKE}")
    own = TEXT.read_text("utf-8").format(domain=domain_table(read(chosen.domain)))
    path.write_text(compose(found.generated, own.strip()), "utf-8")


def read(path: Path) -> dict[str, Any]:
    """Read the result of benchmarks/domain.py."""
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise SystemExit(f"Got no file {path}, but expected a result. {MAKE}") from error
    except ValueError as error:
        raise SystemExit(f"Got {path}, which is not JSON: {error}. {MAKE}") from error
    if "shipped" not in found:
        raise SystemExit(f"Got {path}, which says nothing of the shipped model. {MAKE}")
    return found


def domain_table(domain: dict[str, Any]) -> str:
    """Show how much of each kind of texts that it has not learned from is flagged."""
    kinds = {**domain.get("syria", {}).get("kinds", {}), **domain["shipped"]["kinds"]}
    rows = [
        f"| {kind} | {found['n']:,} | {found['flagged']:.2f} |"
        for kind, found in kinds.items()
        if kind not in LEARNED_FROM
    ]
    return "\n".join(("| texts | n | flagged |", "| --- | --- | --- |", *rows))


if __name__ == "__main__":
    main()
