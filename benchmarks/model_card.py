"""Write the card of the shipped model from what was measured.

python benchmarks/model_card.py MODEL BY_EVENT.json BY_OUTLET.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import stance

TRANSFER = Path(__file__).parent / "results" / "transfer.json"

TEMPLATE = Path(__file__).with_name("model_card_template.md")


def main() -> None:
    """Write the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("model", "by_event", "by_outlet"):
        parser.add_argument(name, type=Path)
    chosen = parser.parse_args()
    model = stance.load_model(chosen.model)
    runs = [read(chosen.by_event), read(chosen.by_outlet)]
    transfer = read(TRANSFER)
    card = TEMPLATE.read_text("utf-8").format(
        name=chosen.model.name,
        labels="\n".join(map(label_line, sorted((model.codebook or missing()).labels.items()))),
        n_articles=model.record.n_articles,
        n_events=model.record.n_events,
        n_outlets=model.record.n_outlets,
        seed_rows="\n".join(map(seed_row, runs)),
        transfer_rows="\n".join(transfer_row(*item) for item in transfer.items()),
        by_label=", ".join(f"{k} {v:.2f}" for k, v in transfer["shipped"]["f1"].items()),
    )
    (chosen.model / "card.md").write_text(card, "utf-8")


def read(path: Path) -> dict[str, Any]:
    """Read one result."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def missing() -> stance.Codebook:
    """Stop: a card without label definitions is none."""
    raise SystemExit("The model has no codebook: train it with --codebook.")


def label_line(item: tuple[str, Any]) -> str:
    """Define one label in a line."""
    name, entry = item
    return f"- `{name}`: {entry.definition}"


def seed_row(run: dict[str, Any]) -> str:
    """Show one cross-validation."""
    low, high = run["intervals"]["macro_f1"]
    score = f"{run['macro_f1']:.3f} | [{low:.3f}, {high:.3f}] | {run['accuracy']:.3f}"
    return f"| {run['protocol']} | {score} |"


def transfer_row(name: str, found: dict[str, Any]) -> str:
    """Show one model's scores on real articles."""
    return f"| {name} | {found['macro_f1']:.3f} | {found['accuracy']:.3f} |"


if __name__ == "__main__":
    main()
