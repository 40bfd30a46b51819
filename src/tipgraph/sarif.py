"""A report as SARIF 2.1.0, which code hosts and editors show at the lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import __version__
from .baseline import fingerprint
from .findings import rule_name
from .listing import subject
from .terms import Iri

if TYPE_CHECKING:
    from .findings import Place, Report, Violation

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}
_HOME = "https://w3id.org/tipgraph/ontology"


def sarif(report: Report) -> bytes:
    """*report* as a log of one run."""
    rules = {v.rule: v for v in reversed(report.violations)}
    names = sorted(rules)
    driver = {
        "name": "tipgraph",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": [_rule(rules[each]) for each in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(v, names.index(v.rule)) for v in report.violations],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2).encode() + b"\n"


def _rule(violation: Violation) -> dict[str, object]:
    kind, rule = rule_name(violation)
    help_text = violation.fix or violation.message
    return {
        "id": violation.rule.replace(" ", "/"),
        "name": "".join(part[:1].upper() + part[1:] for part in rule.replace("-", " ").split()),
        "shortDescription": {"text": f"{kind} {rule}"},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": _level(violation)},
    }


def _level(violation: Violation) -> str:
    return _LEVELS.get(violation.severity, "note")


def _invocation(report: Report) -> dict[str, object]:
    left_out = [
        {"level": "note", "message": {"text": f"{stage.name}: not looked at: {stage.note}."}}
        for stage in report.stages
        if not stage.ran
    ]
    return {"executionSuccessful": True, "toolExecutionNotifications": left_out}


def _result(violation: Violation, index: int) -> dict[str, object]:
    text = f"{violation.message} {violation.fix}".strip()
    location: dict[str, object] = {"logicalLocations": [_thing(violation)]}
    if violation.place is not None:
        location["physicalLocation"] = _physical(violation.place)
    return {
        "ruleId": violation.rule.replace(" ", "/"),
        "ruleIndex": index,
        "level": _level(violation),
        "message": {"text": f"{subject(violation)}: {text}"},
        "locations": [location],
        "partialFingerprints": {"tipgraph/v1": fingerprint(violation)},
    }


def _thing(violation: Violation) -> dict[str, object]:
    whole = violation.focus.value if isinstance(violation.focus, Iri) else violation.thing
    return {"name": violation.label or violation.thing, "fullyQualifiedName": whole}


def _physical(place: Place) -> dict[str, object]:
    path = Path(place.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    region = {"startLine": place.line, "startColumn": place.column}
    return {"artifactLocation": {"uri": uri}, "region": region}
