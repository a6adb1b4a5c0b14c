"""Write the card of the shipped model from what was measured.

    python benchmarks/model_card.py MODEL BY_OUTLET.json BY_EVENT.json DOMAIN.json

BY_OUTLET.json is the result of 'stance crossval' on real texts, BY_EVENT.json on written ones, both
sliced by kind and period, each with the other's texts always in training; DOMAIN.json is the result
of benchmarks/domain.py. 'make models' makes all of them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import stance
from stance.corpus.document_kinds import HEADLINE_WORDS
from stance.datasets.records import find_dataset
from stance.evaluation.slices import FEW_ARTICLES
from stance.formats.slice_values import BESIDE, NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.corpus.codebook import Codebook

TEMPLATE = Path(__file__).with_name("model_card_template.md")

# The data sets of the real texts.
REAL = ("syria-outlets-4", "syria-headlines")
KINDS = ("article", "headline")
SLICES = ("kind", "period", "kind:period")
# What benchmarks/domain.py calls the texts that the shipped model learned from.
LEARNED_FROM = ("its own kind", "real headlines")
MAKE = "Run 'make models'."

Result = dict[str, Any]


def main() -> None:
    """Write the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("model", "by_outlet", "by_event", "domain"):
        parser.add_argument(name, type=Path)
    chosen = parser.parse_args()
    model = stance.load_model(chosen.model)
    real, written = crossval(chosen.by_outlet), crossval(chosen.by_event)
    check_recipe(model, real, written)
    card = render(model, chosen.model.name, real, written, read(chosen.domain))
    (chosen.model / "card.md").write_text(card, "utf-8")


def render(model: stance.Model, name: str, real: Result, written: Result, domain: Result) -> str:
    """Return the card."""
    if model.codebook is None:
        raise SystemExit(f"Got a model without a codebook, but expected one. {MAKE}")
    labels = sorted(model.codebook.labels)
    flagged = real["out_of_domain"] or missing("a domain in the model")
    return TEMPLATE.read_text("utf-8").format(
        name=name,
        labels="\n".join(label_lines(model.codebook)),
        n_articles=f"{model.record.n_articles:,}",
        headline_words=HEADLINE_WORDS,
        few=FEW_ARTICLES,
        learned=learned_table(labels, real, written),
        datasets=" and ".join(f"`{name}`" for name in REAL),
        sources="\n".join(map(source_line, REAL)),
        real_protocol=capitalised(real["protocol"]),
        written_protocol=capitalised(written["protocol"]),
        interval_line=interval_line(real),
        real_scores=score_table(real),
        written_scores=score_table(written),
        real_labels=label_table(labels, real),
        written_labels=label_table(labels, written),
        coverage=coverage_table(real),
        sure="\n".join(f"- {name}: {sure(part)}" for name, part in by_kind(real)),
        calibration=calibration_table(real),
        own_flagged=", ".join(f"{kind}s {flagged_of(part)}" for kind, part in kinds_of(real)),
        out_accuracy=figure(flagged["accuracy"]),
        in_accuracy=figure(flagged["accuracy_in_domain"]),
        domain=domain_table(domain),
    )


def read(path: Path) -> Result:
    """Read a result."""
    try:
        found: Result = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise SystemExit(f"Got no file {path}, but expected a result. {MAKE}") from error
    except ValueError as error:
        raise SystemExit(f"Got {path}, which is not JSON: {error}. {MAKE}") from error
    return found


def crossval(path: Path) -> Result:
    """Read the result of a cross-validation, and check that it has what the card shows."""
    found = read(path)
    absent = [name for name in SLICES if name not in found.get("slices", {})]
    if "division" not in found or absent:
        what = f"slices by {', '.join(absent)}" if absent else "folds"
        raise SystemExit(f"Got {path} without {what}, but expected a cross-validation. {MAKE}")
    return found


def check_recipe(model: stance.Model, real: Result, written: Result) -> None:
    """Refuse results of other texts than the model learned from."""
    for result in (real, written):
        division = result["division"]
        n = division["n_articles"] + division["n_always_train"]
        if n != model.record.n_articles:
            raise SystemExit(
                f"Got a cross-validation ({result['protocol']}) of {n:,} texts, but expected the "
                f"{model.record.n_articles:,} that the model learned from. {MAKE}"
            )


def missing(what: str) -> Any:
    """Stop: the results lack something that the card shows."""
    raise SystemExit(f"Got results without {what}, but the card needs it. {MAKE}")


def label_lines(codebook: Codebook) -> Iterator[str]:
    """Define each label in a line."""
    for name, entry in sorted(codebook.labels.items()):
        yield f"- `{name}`: {entry.definition}"


def source_line(name: str) -> str:
    """Name a data set, its licence, its citation and what it says of its labels."""
    found = find_dataset(name)
    licence = found.licence
    if found.derived_from:
        licence += f" (`{found.derived_from}`: {find_dataset(found.derived_from).licence})"
    return (
        f"- `{name}`: {found.title}. Licence: {licence}. Cite: {found.citation.strip()} Beware: "
        f"{found.caution.strip()}"
    )


def learned_table(labels: Sequence[str], real: Result, written: Result) -> str:
    """Show how many texts of each kind and label the model learned from."""
    rows = []
    for origin, result in (("written", written), ("real", real)):
        for kind, part in kinds_of(result):
            counts = [part["per_class"].get(label, {}).get("support", 0) for label in labels]
            rows.append((f"{origin} {kind}s", *(f"{n:,}" for n in counts), f"{sum(counts):,}"))
    return table(("texts", *labels, "all"), rows)


def score_table(result: Result) -> str:
    """Show the scores of all texts, by kind, by period and by both."""
    columns = (
        "texts",
        "n",
        "macro-F1",
        "95 % interval",
        "labels",
        "accuracy",
        "calibration error",
        "out of domain",
    )
    rows = [score_row("all", result), *(score_row(name, part) for name, part in slices_of(result))]
    if "random" in result:
        rows.append(score_row(f"all, in {result['random']['protocol']}", result["random"]))
    for baseline in result["baselines"]:
        name = f"all, always {' or '.join(f'`{label}`' for label in baseline['labels'])}"
        macro, accuracy = (figure(baseline[key]["score"]) for key in ("macro_f1", "accuracy"))
        rows.append((name, f"{result['n']:,}", macro, "", "", accuracy, "", ""))
    return table(columns, rows)


def score_row(name: str, part: Result) -> tuple[str, ...]:
    """Show one set of scores; macro-F1 is over the labels that occur."""
    pair = part["intervals"].get("macro_f1")
    return (
        name,
        f"{part['n']:,}",
        figure(part["macro_f1"]),
        f"[{pair[0]:.3f}, {pair[1]:.3f}]" if pair else "",
        label_count(part),
        figure(part["accuracy"]),
        figure(part["expected_calibration_error"]),
        flagged_of(part),
    )


def label_count(part: Result) -> str:
    """Count the labels of macro-F1; those that no text has were predicted, and count as 0."""
    n = len(part["per_class"])
    n_true = sum(score["support"] > 0 for score in part["per_class"].values())
    return str(n) if n == n_true else f"{n}, {n_true} of them true"


def label_table(labels: Sequence[str], result: Result) -> str:
    """Show the F1 of each label, of all texts, by kind and by period."""
    rows = [("all", result), *slices_of(result)]
    return table(
        ("texts", *labels),
        [(name, *(label_score(part, label) for label in labels)) for name, part in rows],
    )


def label_score(part: Result, label: str) -> str:
    """Show one label's F1 and the number of its texts; nothing if it has no text."""
    score = part["per_class"].get(label)
    return f"{score['f1']:.2f} ({score['support']:,})" if score and score["support"] else ""


def coverage_table(result: Result) -> str:
    """Show what minimum probabilities leave, of all texts and by kind."""
    parts = by_kind(result)
    steps = parts[0][1]["risk_coverage"]["at_least"]
    columns = ("texts", *(f"at least {step['probability']}" for step in steps))
    rows = [(name, *map(at_least, part["risk_coverage"]["at_least"])) for name, part in parts]
    return table(columns, rows)


def at_least(step: Result) -> str:
    """Show the share that a minimum probability leaves, and its accuracy."""
    return f"{step['labelled']:.2f}, {figure(step['accuracy'])} right"


def sure(part: Result) -> str:
    """Say from which probability on labels are right in 95 of 100."""
    found = part["risk_coverage"]["right_in_95_of_100"]
    if found is None:
        return "no probability is high enough for labels that are right in 95 of 100"
    return (
        f"labels are right in 95 of 100 from a probability of {found['threshold']:.3f} on, which "
        f"leaves {found['coverage']:.2f} of the texts"
    )


def calibration_table(result: Result) -> str:
    """Show the accuracy by probability."""
    rows = [
        (
            f"{part['low']:.2f} to {part['high']:.2f}",
            f"{part['n']:,}",
            figure(part["confidence"]),
            figure(part["accuracy"]),
        )
        for part in result["reliability"]
    ]
    return table(("probability", "texts", "mean probability", "accuracy"), rows)


def domain_table(domain: Result) -> str:
    """Show how much of each kind of texts that it has not learned from is flagged."""
    kinds = {**domain.get("syria", {}).get("kinds", {}), **domain["shipped"]["kinds"]}
    rows = [
        (kind, f"{found['n']:,}", f"{found['flagged']:.2f}")
        for kind, found in kinds.items()
        if kind not in LEARNED_FROM
    ]
    return table(("texts", "n", "flagged"), rows)


def interval_line(result: Result) -> str:
    """Say what intervals are over."""
    return (
        f"Intervals are over {result['n_units']} {result['interval_unit']}s of unequal size, worth "
        f"{result['effective_units']:.0f} of equal size."
    )


def slices_of(result: Result) -> Iterator[tuple[str, Result]]:
    """Yield the slices by kind, period and both, with their names; not those of few texts."""
    for field in SLICES:
        named = [((part["value"] or NONE), part) for part in result["slices"][field]]
        for name, part in sorted(named, key=lambda item: in_order(item[0])):
            if not part["few"]:
                yield name.replace(NONE, "no date"), part


def in_order(name: str) -> tuple[bool, str, str]:
    """Sort periods by time: each begins with its first day, the first with its last one."""
    kind, beside, period = name.rpartition(BESIDE)
    return NONE in period, kind + beside, period.removeprefix("until ").removeprefix("from ")


def kinds_of(result: Result) -> Iterator[tuple[str, Result]]:
    """Yield the slices by kind."""
    found = {part["value"]: part for part in result["slices"]["kind"]}
    yield from ((kind, found[kind]) for kind in KINDS if kind in found)


def by_kind(result: Result) -> list[tuple[str, Result]]:
    """Return the scores of all texts and of each kind."""
    return [("all", result), *((f"{kind}s", part) for kind, part in kinds_of(result))]


def flagged_of(part: Result) -> str:
    """Show the share of texts that is out of domain."""
    found = part.get("out_of_domain")
    return figure(found["share"]) if found else ""


def capitalised(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def figure(value: float | None) -> str:
    """Show a score."""
    return "-" if value is None else f"{value:.3f}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
