"""Write the card of the shipped model from what was measured.

python benchmarks/model_card.py MODEL BY_EVENT.json BY_OUTLET.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import stance

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSFER = Path(__file__).parent / "results" / "transfer.json"
DOMAIN = Path(__file__).parent / "results" / "domain.json"
OTHERS = ("ant middleEast", "ant economy", "ant sport", "mawqif", "persian", "english")

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
        least_rows="\n".join(map(least_row, transfer["shipped"]["at_least"])),
        threshold=(model.domain or missing()).threshold,
        domain_rows="\n".join(domain_rows(read(DOMAIN)["shipped"]["kinds"])),
        in_accuracy=transfer["shipped"]["by_domain"][0]["accuracy"],
        out_accuracy=transfer["shipped"]["by_domain"][1]["accuracy"],
        by_label=", ".join(f"{k} {v:.2f}" for k, v in transfer["shipped"]["f1"].items()),
    )
    (chosen.model / "card.md").write_text(card, "utf-8")


def read(path: Path) -> dict[str, Any]:
    """Read one result."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def missing() -> NoReturn:
    """Stop: a card without label definitions is none, nor one that knows no domain."""
    raise SystemExit("The model has no codebook, or no domain: train it with 'make models'.")


def label_line(item: tuple[str, Any]) -> str:
    """Define one label in a line."""
    name, entry = item
    return f"- `{name}`: {entry.definition}"


def seed_row(run: dict[str, Any]) -> str:
    """Show one cross-validation."""
    low, high = run["intervals"]["macro_f1"]
    score = f"{run['macro_f1']:.3f} | [{low:.3f}, {high:.3f}] | {run['accuracy']:.3f}"
    return f"| {run['protocol']} | {score} |"


def least_row(found: dict[str, float]) -> str:
    """Show what is left above a probability."""
    return f"| {found['min_probability']} | {found['labelled']:.2f} | {found['accuracy']:.3f} |"


def domain_rows(kinds: dict[str, dict[str, float]]) -> Iterator[str]:
    """Show how much of each kind of text is flagged."""
    yield f"| real articles on the war | {kinds['its own kind']['flagged']:.2f} |"
    for kind in OTHERS:
        yield f"| {kind} | {kinds[kind]['flagged']:.2f} |"


def transfer_row(name: str, found: dict[str, Any]) -> str:
    """Show one model's scores on real articles."""
    return f"| {name} | {found['macro_f1']:.3f} | {found['accuracy']:.3f} |"


if __name__ == "__main__":
    main()
