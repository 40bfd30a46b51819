"""A report for what runs checks: annotations of GitHub workflows, and JUnit's XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from .listing import subject

if TYPE_CHECKING:
    from .findings import Report, Violation

_COMMANDS = {"Violation": "error", "Warning": "warning", "Info": "notice"}
# What XML 1.0 has no way to say.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STAGES = {
    "syntax": "syntax",
    "shape": "shapes",
    "check": "checks",
    "lint": "lint",
    "consistency": "consistency",
    "evidence": "evidence",
}


def github(report: Report) -> bytes:
    """*report* as workflow commands, one a line, which GitHub shows at the lines of a change."""
    return "".join(f"{_command(violation)}\n" for violation in report.violations).encode()


def _command(violation: Violation) -> str:
    place = violation.place
    known = {"title": f"{violation.severity} of {violation.rule}"}
    if place is not None:
        known = {"file": place.file, "line": str(place.line), "col": str(place.column), **known}
    properties = ",".join(f"{key}={_property(value)}" for key, value in known.items())
    text = f"{subject(violation)}: {violation.message} {violation.fix}".strip()
    return f"::{_COMMANDS.get(violation.severity, 'notice')} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def junit(report: Report) -> bytes:
    """*report* as JUnit's XML: a suite a stage, a failure a violation; what is less is skipped."""
    suites = ET.Element("testsuites", name="tipgraph validate")
    for stage in report.stages:
        found = [v for v in report.violations if _STAGES[v.rule.partition(" ")[0]] == stage.name]
        suite = ET.SubElement(suites, "testsuite", name=stage.name)
        for violation in found:
            _case(suite, violation)
        if not found:
            case = ET.SubElement(suite, "testcase", classname=stage.name, name=_sayable(stage.note))
            if not stage.ran:
                ET.SubElement(case, "skipped", message=_sayable(stage.note))
        _count(suite)
    _count(suites)
    ET.indent(suites)
    return f"{ET.tostring(suites, encoding='unicode')}\n".encode()


def _case(suite: ET.Element, violation: Violation) -> None:
    place = violation.place
    where = f" at {place}" if place else ""
    rule = violation.rule.replace(" ", ".")
    case = ET.SubElement(
        suite, "testcase", classname=rule, name=_sayable(f"{subject(violation)}{where}")
    )
    if place is not None:
        case.set("file", place.file)
        case.set("line", str(place.line))
    message = _sayable(violation.message)
    if violation.severity == "Violation":
        outcome = ET.SubElement(case, "failure", message=message, type=violation.severity)
        outcome.text = _sayable(f"{where.strip()}\n{violation.message}\n{violation.fix}".strip())
    else:
        ET.SubElement(case, "skipped", message=f"{violation.severity}: {message}")


def _count(element: ET.Element) -> None:
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))
    element.set("errors", "0")


def _sayable(text: str) -> str:
    return _UNSAYABLE.sub("\ufffd", text)
