"""Results of a benchmark as JUnit XML, for continuous integration."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from stance.reporting.benchmark import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.benchmarking.gate import Verdict
    from stance.benchmarking.results import Results
    from stance.benchmarking.suite import Suite


def junit(suite: Suite, results: Results, verdicts: Sequence[Verdict] = ()) -> bytes:
    """Return JUnit XML: a test case for each contender's score and each verdict.

    An unavailable contender is a skipped test, a verdict that fails the gate is
    a failure.
    """
    root = ET.Element("testsuite", name=suite.title)
    for name, result in results.tasks.items():
        for division in result.divisions:
            for outcome in division.outcomes:
                case = ET.SubElement(
                    root,
                    "testcase",
                    classname=f"{name}.{division.protocol}",
                    name=outcome.contender,
                )
                if outcome.absence:
                    ET.SubElement(case, "skipped", message=outcome.absence)
                said = "\n".join(f"{m}: {shown(score)}" for m, score in outcome.scores.items())
                ET.SubElement(case, "system-out").text = said
    for verdict in verdicts:
        case = ET.SubElement(root, "testcase", classname="baseline", name=verdict.subject)
        if verdict.fails:
            ET.SubElement(case, "failure", message=f"{verdict.grade}: {verdict.message}")
        ET.SubElement(case, "system-out").text = f"{verdict.grade}: {verdict.message}"
    root.set("tests", str(len(root)))
    root.set("failures", str(sum(verdict.fails for verdict in verdicts)))
    root.set("skipped", str(len(root.findall("testcase/skipped"))))
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
