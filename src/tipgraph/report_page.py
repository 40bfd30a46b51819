"""A report as one page of HTML: nothing in it is fetched, and no script runs."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from .findings import name, rule_name, written
from .listing import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .findings import Report, Violation

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
  border-bottom: 1px solid #8885; overflow-wrap: anywhere }
details { margin: 1rem 0; border-left: .3rem solid; padding-left: .8rem }
.violation { border-color: #c0262d }
.warning { border-color: #b7791f } .info { border-color: #2b6cb0 }
summary { cursor: pointer } summary b { font-weight: 600 } code { font-size: .9em }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: Report) -> bytes:
    """*report* as a page that stands alone."""
    return "\n".join(_lines(report)).encode() + b"\n"


def _lines(report: Report) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>tipgraph validate</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield "<h1>What was found in the graph</h1>"
    yield f"<p>{escape(_verdict(report))}</p>"
    yield "<ul>"
    for stage in report.stages:
        state = "" if stage.ran else "not looked at: "
        yield f"<li>{escape(stage.name)}: {escape(state + stage.note)}</li>"
    yield "</ul>"
    for _, group in groupby(report.violations, key=lambda v: (v.severity, v.rule, v.fix)):
        yield from _group(list(group))
    if report.gone:
        yield f"<h2>Gone since the baseline: {len(report.gone)}</h2>\n<ul>"
        yield from (f"<li>{escape(each)}</li>" for each in report.gone)
        yield "</ul>"
    yield "</main>\n</body>\n</html>"


def _verdict(report: Report) -> str:
    if report.conforms:
        return "The graph conforms."
    counts = ", ".join(f"{count} {severity}" for severity, count in counted(report).items())
    known = f" {report.known} more are known by the baseline." if report.known else ""
    return f"{len(report.violations)} findings: {counts}.{known}"


def _group(found: Sequence[Violation]) -> Iterator[str]:
    first = found[0]
    kind, rule = rule_name(first)
    yield f'<details open class="{escape(first.severity.lower())}">'
    heading = f"{first.severity}: {kind} {rule}"
    yield f"<summary><b>{escape(heading)}</b> ({len(found)})</summary>"
    yield f"<p>{escape(first.fix)}</p>" if first.fix else ""
    heads = "".join(f"<th>{head}</th>" for head in ("Place", "Thing", "Value", "What is wrong"))
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    for violation in found:
        cells = (_place(violation), _thing(violation), _value(violation), violation.message)
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</tbody>\n</table>\n</details>"


def _place(violation: Violation) -> str:
    return "" if violation.place is None else str(violation.place)


def _thing(violation: Violation) -> str:
    return f"{violation.label} ({violation.thing})" if violation.label else violation.thing


def _value(violation: Violation) -> str:
    path = "" if violation.path is None else written(violation.path)
    return path if violation.value is None else f"{path} {name(violation.value)}".strip()
