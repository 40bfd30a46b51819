"""A report for a terminal: the worst first, grouped by rule, each finding at its place."""

from __future__ import annotations

import io
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from .findings import SEVERITIES, name, written
from .terms import XSD, XSD_STRING, Literal, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .findings import Report, Violation
    from .terms import Term

_STYLES = {"Violation": "bold red", "Warning": "bold yellow", "Info": "bold blue"}
_MAX_VALUE = 60
_BARE = {f"{XSD}{kind}" for kind in ("integer", "decimal", "double", "boolean")}


def listed(report: Report, *, colours: bool = False) -> str:
    """*report* as lines of text, with *colours* for a terminal that has them."""
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=colours,
        color_system="standard" if colours else None,
        highlight=False,
        soft_wrap=True,
        width=100,
    )
    for line in _lines(report):
        console.print(line)
    return out.getvalue()


def _lines(report: Report) -> Iterator[Text]:
    for _, group in groupby(report.violations, key=_heading):
        yield from _group(list(group))
        yield Text()
    for stage in report.stages:
        if not stage.ran:
            yield Text(f"{stage.name}: not looked at: {stage.note}.", style="dim")
    ran = [f"{stage.name} ({stage.note})" for stage in report.stages if stage.ran]
    if ran:
        yield Text(f"looked at: {', '.join(ran)}.", style="dim")
    if report.known:
        yield Text(f"{report.known} more are known by the baseline and not shown.", style="dim")
    if report.gone:
        yield Text(f"{len(report.gone)} of the baseline are gone; write it anew:", style="green")
        yield from (Text(f"    {each}") for each in report.gone)
    yield _verdict(report)


def _heading(violation: Violation) -> tuple[str, str, str]:
    """What findings have in common that are shown together."""
    return violation.severity, violation.rule, violation.fix


def _group(found: Sequence[Violation]) -> Iterator[Text]:
    first = found[0]
    messages = {violation.message for violation in found}
    style = _STYLES.get(first.severity, "bold")
    heading = Text.assemble((f"{first.severity}", style), f" [{first.rule}]")
    if len(found) > 1:
        heading.append(f" {len(found)} times", style="bold")
    yield heading
    if len(messages) == 1:
        yield Text(f"  {first.message}")
    if first.fix:
        yield Text.assemble("  ", ("→ ", "green"), first.fix)
    for violation in found:
        yield _finding(violation, with_message=len(messages) > 1)


def _finding(violation: Violation, *, with_message: bool) -> Text:
    line = Text("    ")
    if violation.place is not None:
        line.append(str(violation.place), style="cyan")
    about = "" if violation.rule.startswith("syntax ") else subject(violation)
    parts = [about, violation.message if with_message else ""]
    told = ": ".join(part for part in parts if part)
    return line.append(f"{'  ' if violation.place and told else ''}{told}")


def subject(violation: Violation) -> str:
    """What a finding is about: the thing by its label, and the property and value if there are."""
    thing = f"“{violation.label}” ({violation.thing})" if violation.label else violation.thing
    if violation.value is None:
        return thing
    path = "" if violation.path is None else f"{written(violation.path)} "
    return f"{thing}, {path}{_value(violation.value)}"


def _value(value: Term) -> str:
    """*value* as a file has it, so that a text that looks like a number is seen to be one."""
    text = name(value)
    short = text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}…"
    if not isinstance(value, Literal) or value.datatype in _BARE:
        return short
    if value.language:
        return f'"{short}"@{value.language}'
    return f'"{short}"' if value.datatype == XSD_STRING else f'"{short}"^^{shorten(value.datatype)}'


def _verdict(report: Report) -> Text:
    looked = f"{report.shapes} constraints and {report.checks} checks were looked at."
    if report.conforms:
        return Text(f"conforms: {looked}", style="green")
    counts = ", ".join(f"{count} {severity}" for severity, count in counted(report).items())
    total = len(report.violations)
    findings = "1 finding" if total == 1 else f"{total} findings"
    return Text(f"{findings} ({counts}): {looked}", style="bold")


def counted(report: Report) -> dict[str, int]:
    """How many findings there are of each severity, the worst first, where there are any."""
    found = [violation.severity for violation in report.violations]
    return {
        severity: found.count(severity)
        for severity in (*SEVERITIES, *sorted({*found} - {*SEVERITIES}))
        if severity in found
    }
