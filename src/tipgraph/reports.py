"""A report of findings as JSON, as a SHACL report graph, and as CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from .errors import TooLarge
from .findings import SEVERITIES, Step, name, rule_name, written
from .rdf import Quad, write
from .terms import PREFIXES, XSD, Blank, Iri, Literal, Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .findings import Path, Report, Violation

MAX_RESULTS = 1_000
MAX_TEXT = 500
REPORT_TYPES = {
    "json": "application/json",
    "turtle": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "csv": "text/csv; charset=utf-8",
}
_SH = PREFIXES["sh"]
_RDF = PREFIXES["rdf"]
_TYPE = Iri(_RDF + "type")
_COLUMNS = ("severity", "kind", "rule", "message", "fix", "focus", "label", "path", "value", "line")


def rendered(report: Report, form: str) -> bytes:
    """*report* in the format *form*; JSON has the items and the counts, and no links."""
    if form == "json":
        items, meta = document(report)
        return json.dumps({"items": items, "meta": meta}, ensure_ascii=False).encode()
    return report_csv(report).encode() if form == "csv" else report_graph(report, form)


def document(
    report: Report, most: int = MAX_RESULTS
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """The items and the counts of *report* as JSON has them, the worst first, *most* at most."""
    shown = report.violations[:most]
    counts = {
        severity: sum(v.severity == severity for v in report.violations) for severity in SEVERITIES
    }
    meta = {
        "conforms": report.conforms,
        "total": len(report.violations),
        "returned": len(shown),
        "limit": most,
        "counts": counts,
        "triples": report.triples,
        "constraints": report.shapes,
        "checks": report.checks,
    }
    return [_item(violation) for violation in shown], meta


def _item(violation: Violation) -> dict[str, object]:
    kind, rule = rule_name(violation)
    focus = violation.focus
    return {
        "severity": violation.severity,
        "rule": {"kind": kind, "name": rule, "id": violation.source or None},
        "message": violation.message,
        "fix": violation.fix,
        "focus": {"id": _whole(focus), "name": name(focus), "label": violation.label},
        "path": None if violation.path is None else written(violation.path),
        "value": None if violation.value is None else _value(violation.value),
        "line": violation.line,
        "column": None if violation.place is None else violation.place.column,
        "exact": None if violation.place is None else violation.place.exact,
    }


def _whole(term: Term) -> str:
    return f"_:{term.value}" if isinstance(term, Blank) else term.value


def _value(term: Term) -> Mapping[str, str | None]:
    if isinstance(term, Literal):
        text = {"type": "literal", "value": _cut(term.value), "datatype": term.datatype}
        return {**text, "language": term.language}
    return {"type": "uri" if isinstance(term, Iri) else "bnode", "value": term.value}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " …"


def report_csv(report: Report, most: int = MAX_RESULTS) -> str:
    """One row a finding, or `TooLarge` where there are more than a table may be silent about."""
    if len(report.violations) > most:
        message = (
            f"There are {len(report.violations):,} findings, and a table shows {most:,}; "
            "ask for JSON, which says what it leaves out, or send a part of the data."
        )
        raise TooLarge(message)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows(map(_row, report.violations))
    return out.getvalue()


def _row(violation: Violation) -> tuple[object, ...]:
    kind, rule = rule_name(violation)
    return (
        violation.severity,
        kind,
        rule,
        violation.message,
        violation.fix,
        _whole(violation.focus),
        violation.label,
        "" if violation.path is None else written(violation.path),
        "" if violation.value is None else _cut(_whole(violation.value)),
        violation.line or "",
    )


def report_graph(report: Report, form: str, most: int = MAX_RESULTS) -> bytes:
    """*report* as a `sh:ValidationReport` in the RDF format *form*, with *most* results at most."""
    return write(_report(report, most), form)


def _report(report: Report, most: int) -> Iterator[Quad]:
    node = Blank("report")
    yield Quad(node, _TYPE, _sh("ValidationReport"))
    yield Quad(node, _sh("conforms"), _boolean(report.conforms))
    shown = report.violations[:most]
    if len(shown) < len(report.violations):
        text = f"The first {len(shown):,} results of {len(report.violations):,}."
        yield Quad(node, Iri(PREFIXES["rdfs"] + "comment"), Literal(text))
    for number, violation in enumerate(shown):
        result = Blank(f"result{number}")
        yield Quad(node, _sh("result"), result)
        yield from _result(result, violation)


def _result(node: Blank, violation: Violation) -> Iterator[Quad]:
    message = f"{violation.message} {violation.fix}".strip()
    yield Quad(node, _TYPE, _sh("ValidationResult"))
    yield Quad(node, _sh("resultSeverity"), _sh(violation.severity))
    yield Quad(node, _sh("focusNode"), violation.focus)
    yield Quad(node, _sh("resultMessage"), Literal(message, _RDF + "langString", "en"))
    yield Quad(node, _sh("sourceConstraintComponent"), Iri(violation.component))
    if violation.source:
        yield Quad(node, _sh("sourceShape"), Iri(violation.source))
    if violation.value is not None:
        yield Quad(node, _sh("value"), violation.value)
    if violation.path is not None:
        parts = _Parts(node.value)
        yield Quad(node, _sh("resultPath"), parts.node(violation.path))
        yield from parts.quads


class _Parts:
    """The blank nodes of one property path, as SHACL describes them."""

    def __init__(self, prefix: str) -> None:
        self.quads: list[Quad] = []
        self._prefix = prefix
        self._count = 0

    def node(self, path: Path) -> Iri | Blank:
        """The node that stands for *path*."""
        if isinstance(path, Iri):
            return path
        if path.kind == "sequence":
            return self._list(path)
        node = self._fresh()
        alternatives = path.kind == "alternative"
        inner = self._list(path) if alternatives else self.node(path.parts[0])
        self.quads.append(Quad(node, _sh(f"{path.kind}Path"), inner))
        return node

    def _list(self, path: Step) -> Iri | Blank:
        rest: Iri | Blank = Iri(_RDF + "nil")
        for part in reversed(path.parts):
            node = self._fresh()
            self.quads.append(Quad(node, Iri(_RDF + "first"), self.node(part)))
            self.quads.append(Quad(node, Iri(_RDF + "rest"), rest))
            rest = node
        return rest

    def _fresh(self) -> Blank:
        self._count += 1
        return Blank(f"{self._prefix}path{self._count}")


def _sh(local: str) -> Iri:
    return Iri(_SH + local)


def _boolean(value: bool) -> Literal:
    return Literal(str(value).lower(), XSD + "boolean")
