"""The report of `stance sample`: what was drawn, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import (
    Column,
    Document,
    Facts,
    Note,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.phrases import counted, percent, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.estimation.checking_sample import CheckingSample
    from stance.estimation.drawing import DrawnSample
    from stance.estimation.sample_design import Stratum
    from stance.estimation.training_sample import TrainingSample
    from stance.reporting.document import Section

STRATA_SHOWN = 20
TITLE, COMMAND = "Articles to code by hand", "stance sample"
ALLOCATIONS = {
    "neyman": "by size and uncertainty of the probabilities (Neyman)",
    "proportional": "by size",
}
NONE, OTHERS = "(none)", "(others)"


def report(found: DrawnSample, output: str | None = None) -> Document:
    """Return what was drawn as a document.

    Parameters
    ----------
    found : DrawnSample
    output : str, optional
        The file to code, if it was written.
    """
    return Document(TITLE, (_overview(found), _strata(found), _next(found, output)), COMMAND)


def _overview(found: DrawnSample) -> Section:
    design = found.design
    facts = [("articles of the archive", f"{design.frame.n:,}")]
    if found.n_rejected:
        facts.append(("rows without a label or an id", f"{found.n_rejected:,}, no part of it"))
    facts.append(("drawn", _drawn(found)))
    merged = [one for one in design.strata if one.values is None]
    strata = f"{len(design.strata):,}: predicted label" + "".join(f" x {f}" for f in design.fields)
    if merged:
        share = percent(sum(one.n for one in merged) / design.frame.n)
        strata += f"; {len(merged):,} merged, with {share} of articles"
    facts += [
        ("strata", strata),
        ("allocation", ALLOCATIONS[design.allocation]),
        ("seed", str(design.seed)),
        *_margins(found),
    ]
    remark = (
        "* Half the 95 % interval of a share of all articles, if the probabilities are right."
        if found.margins
        else None
    )
    return section(Facts(tuple(facts)), *paragraphs(remark))


def _drawn(found: DrawnSample) -> str:
    text = counted(found.design.n, "article")
    if found.n_new < found.design.n:
        text += f", {found.n_new:,} of them new"
    duplicates = found.design.n - found.n_to_code
    if duplicates:
        text += f"; {found.n_to_code:,} to code, as {duplicates:,} are near-duplicates of others"
    return text


def _margins(found: DrawnSample) -> Iterator[tuple[str, str]]:
    """Yield what to expect of intervals of the labels' shares."""
    yield "margin by hand labels", f"at most ± {_points(found.margin_by_hand)} points"
    if found.margins:
        label, widest = max(found.margins.items(), key=lambda item: item[1])
        expected = f"± {_points(widest)} points for {shown(label)}, the widest*"
        yield "with predictions", expected


def _points(margin: float) -> str:
    return f"{100 * margin:.1f}"


def _strata(found: DrawnSample) -> Section:
    design = found.design
    largest = sorted(design.strata, key=lambda one: -one.n)[:STRATA_SHOWN]
    chosen = [one for one in design.strata if one in largest]
    columns = (
        Column("predicted label", "name", widest=24),
        *(Column(field, "name", widest=24) for field in design.fields),
        *numbers("articles", "drawn", "one in"),
    )
    rows = tuple(
        (
            one.label,
            *_values(one, design.fields),
            f"{one.n:,}",
            f"{one.n_drawn:,}",
            f"{one.n / one.n_drawn:,.1f}",
        )
        for one in chosen
    )
    hidden = len(design.strata) - len(chosen)
    more = f"and {hidden:,} smaller, see --json." if hidden else None
    return section(Table(columns, rows), *paragraphs(more), heading="Strata")


def _values(one: Stratum, fields: tuple[str, ...]) -> tuple[str, ...]:
    if one.values is None:
        return tuple(OTHERS for _ in fields)
    return tuple(one.values[field] or NONE for field in fields)


def _next(found: DrawnSample, output: str | None) -> Section:
    return section(
        _nothing_written(output)
        or Note(
            f"Fill in 'label' in {output}, without looking at predicted labels. Rows with "
            "'same_as' get the label of the row that they name. Coding may stop after any row, as "
            f"the order is random. Then: stance estimate LABELS --coded {output}"
        )
    )


def training_report(found: TrainingSample, output: str | None = None) -> Document:
    """Return what was drawn for training as a document."""
    n = len(found.articles)
    facts = [
        ("articles of the archive", f"{found.n_archive:,}"),
        ("drawn", counted(n, "article")),
        ("at random", f"{found.n_of('random'):,}"),
        ("uncertain", f"{found.n_of('uncertain'):,}, {_widest(found)}"),
    ]
    if found.max_per_outlet is not None:
        facts.append(("uncertain of an outlet", f"at most {found.max_per_outlet:,}"))
    fewer = found.asked - n
    remark = (
        f"{counted(fewer, 'article')} fewer than asked for: others are near-duplicates, or of "
        "outlets that have their most. Give a larger --max-per-outlet, or draw from more articles."
    )
    advice = _nothing_written(output) or Note(
        f"Fill in 'label' in {output}, and train on it with the corpus that you have. Do not "
        "estimate shares from these articles: they are chosen because they are hard."
    )
    parts = (section(Facts(tuple(facts)), *paragraphs(remark if fewer else None)), section(advice))
    return Document("Articles to label for training", parts, COMMAND)


def _widest(found: TrainingSample) -> str:
    return f"the two best labels no more than {found.margin:.2f} apart"


def checking_report(found: CheckingSample, output: str | None = None) -> Document:
    """Return which labels of a corpus may be wrong as a document."""
    facts = [
        ("articles of the corpus", f"{found.n_corpus:,}"),
        ("with a suspected label", f"{found.n_suspected:,}"),
        ("estimated wrong labels", f"{found.estimated_errors:,.0f}, if the models are right"),
        ("to check", counted(len(found.articles), "article")),
    ]
    if found.n_without:
        facts.insert(1, ("without held-out labels", f"{found.n_without:,}, not checked"))
    too_good = (
        f"The models agree with {100 * found.accuracy:.1f} % of the labels. Make sure that they "
        "did not learn from these articles: use 'stance crossval --held-out', outlets held out."
    )
    remark = paragraphs(too_good if found.is_too_good else None)
    columns = (
        Column("given label", "name", widest=24),
        Column("suggested label", "name", widest=24),
        *numbers("suspected", "estimated"),
    )
    pairs = found.confusions[:STRATA_SHOWN]
    rows = tuple((o.given, o.true, f"{o.n_suspected:,}", f"{o.estimated:.1f}") for o in pairs)
    table = (section(Table(columns, rows), heading="Suspected errors"),) if rows else ()
    advice = _nothing_written(output) or Note(
        f"Fill in the right label as 'label' in {output}, the most suspect first. Leave what is "
        "ambiguous as it is: correct errors, not disagreements with a model."
    )
    parts = (section(Facts(tuple(facts)), *remark), *table, section(advice))
    return Document("Labels that may be wrong", parts, COMMAND)


def _nothing_written(output: str | None) -> Note | None:
    if output is not None:
        return None
    return Note("Nothing was written. Give -o FILE.csv for the articles.")
