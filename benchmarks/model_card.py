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

TEMPLATE = """# {name}

A linear model that labels Arabic news articles on the war in Syria's north-east by their framing. It reads words and a lexicon of who is named how; `manifest.json` has all settings.

## Labels

{labels}

Full rules, evidence and boundary cases stand in `codebook.json`. From 8 December 2024 `damascus_aligned` refers to the press of the transitional government.

## What it was trained on

{n_articles} articles of {n_events} events, written for this project, each event told in all four framings; {n_outlets} invented outlets. No real article is among them. Settings were chosen by cross-validation by event and by outlet on these articles alone.

## Scores

On the seed corpus (written articles: cleaner, shorter and more balanced than news, so **not** accuracy on real news):

| held out | macro-F1 | 95 % interval | accuracy |
|---|---|---|---|
{seed_rows}

On 501 real articles of 37 outlets of 2011 to 2018, none of them seen in training, labelled by whom their outlet stands with (a proxy for framing: an outlet also prints neutral copy):

| model | macro-F1 over three labels | accuracy |
|---|---|---|
{transfer_rows}

By label: {by_label}.

## What it is not for

- **Judging a person.** An article's framing says nothing about who wrote it, shared it or is named in it.
- **A single article without a reader.** It errs, and is sometimes sure of it: its probabilities were calibrated on written articles and are too high on real ones.
- **Outlets and conflicts outside this one.** It knows the names of this war; elsewhere it guesses.
- **Finding the truth.** A neutral tone is not accuracy, and a partisan one is not falsehood.
"""


def main() -> None:
    """Write the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("model", "by_event", "by_outlet"):
        parser.add_argument(name, type=Path)
    chosen = parser.parse_args()
    model = stance.load_model(chosen.model)
    runs = [read(chosen.by_event), read(chosen.by_outlet)]
    transfer = read(TRANSFER)
    card = TEMPLATE.format(
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
