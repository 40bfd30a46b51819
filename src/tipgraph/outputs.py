"""A report in the formats that people and tools ask for, several in one run."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .annotations import github, junit
from .errors import BadParameter
from .listing import listed
from .report_page import page
from .reports import document, report_csv, report_graph
from .sarif import sarif

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .findings import Report

TEXT = "text"


@dataclass(frozen=True, slots=True)
class Target:
    """A format, and the file that it goes to; without one, standard output."""

    form: str
    path: Path | None = None


def paired(forms: Sequence[str], outputs: Sequence[Path]) -> tuple[Target, ...]:
    """The formats asked for, each with the file at its position, if there is one.

    The formats are matched with files from the last; what has none goes to standard output.
    """
    chosen = tuple(forms) or (TEXT,)
    for form in chosen:
        if form not in WRITERS:
            message = f"--format {form}: give one of {', '.join(WRITERS)}."
            raise BadParameter(message)
    if len(outputs) > len(chosen):
        message = (
            f"There are {len(outputs)} files for {len(chosen)} formats; name a format for each."
        )
        raise BadParameter(message)
    spare = len(chosen) - len(outputs)
    if spare > 1:
        message = f"{spare} formats have no file, and standard output takes one; add --output."
        raise BadParameter(message)
    return tuple(map(Target, chosen, [*([None] * spare), *outputs]))


def put(report: Report, target: Target, write: Callable[[Path | None, bytes], None]) -> None:
    """Hand *report*, in the format of *target*, to *write*."""
    if target == Target(TEXT) and sys.stdout.isatty():
        write(None, listed(report, colours=True).encode())
    else:
        write(target.path, WRITERS[target.form](report))


def _text(report: Report) -> bytes:
    return listed(report).encode()


def _json(report: Report) -> bytes:
    items, meta = document(report, len(report.violations))
    for item, violation in zip(items, report.violations, strict=True):
        item["file"] = None if violation.place is None else violation.place.file
    meta["files"] = report.files
    meta["baseline"] = {"known": report.known, "gone": list(report.gone)}
    meta["stages"] = [
        {"name": stage.name, "ran": stage.ran, "note": stage.note} for stage in report.stages
    ]
    told = {"items": items, "meta": meta}
    return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"


def _csv(report: Report) -> bytes:
    return report_csv(report, len(report.violations)).encode()


def _shacl(report: Report) -> bytes:
    return report_graph(report, "turtle", len(report.violations))


WRITERS: dict[str, Callable[[Report], bytes]] = {
    TEXT: _text,
    "json": _json,
    "csv": _csv,
    "sarif": sarif,
    "github": github,
    "junit": junit,
    "html": page,
    "shacl": _shacl,
}
