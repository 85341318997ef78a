"""A verdict as JUnit XML, which continuous integration reads: one test case a tensor."""

from __future__ import annotations

from xml.etree import ElementTree

from proofs.assertions import said
from proofs.claim import Report, TensorReport

# What is no pass: refuted is a failure, undecided is skipped.
ELEMENTS = {"wrong": "failure", "non-finite": "failure", "inconclusive": "skipped"}


def junit(report: Report, name: str) -> str:
    """The report as a test suite under this name.

    >>> report = Report({"x": TensorReport("agree")}, 1, 0, 0, (), ())
    >>> junit(report, "f").splitlines()[1].strip()
    '<testsuite name="f" tests="1" failures="0" skipped="0">'
    """
    kinds = [ELEMENTS.get(tensor.verdict) for tensor in report.tensors.values()]
    counts = {"tests": len(kinds), "failures": kinds.count("failure"), "skipped": kinds.count("skipped")}
    suite = ElementTree.Element("testsuite", {"name": name, **{k: str(v) for k, v in counts.items()}})
    for tensor, found in report.tensors.items():
        _add(suite, name, tensor, found, report)
    ElementTree.indent(suite)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ElementTree.tostring(suite, encoding='unicode')}\n"


def _add(suite: ElementTree.Element, name: str, tensor: str, found: TensorReport, report: Report) -> None:
    case = ElementTree.SubElement(suite, "testcase", {"classname": name, "name": tensor})
    if found.verdict in ELEMENTS:
        inside = ElementTree.SubElement(case, ELEMENTS[found.verdict], {"message": found.verdict})
        inside.text = said(report)
