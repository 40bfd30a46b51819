"""The findings that a graph had when it was first checked: only what is new counts after that."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from .errors import BrokenFile
from .findings import name, written
from .terms import Blank

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .findings import Report, Violation

VERSION = 1


def fingerprint(violation: Violation) -> str:
    """What tells *violation* from others, wherever in its file it stands."""
    file = violation.place.file if violation.place else ""
    blank = isinstance(violation.focus, Blank)
    parts = (
        violation.rule,
        f"_:{file}" if blank else violation.focus.value,
        "" if violation.path is None else written(violation.path),
        ""
        if violation.value is None or isinstance(violation.value, Blank)
        else violation.value.value,
        violation.message,
    )
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def written_baseline(report: Report) -> bytes:
    """The findings of *report* as a file, in an order that does not move with the lines."""
    counts = Counter(map(fingerprint, report.violations))
    entries = {fingerprint(v): _entry(v, counts) for v in report.violations}
    found = [entries[key] for key in sorted(entries, key=lambda key: (_told(entries[key]), key))]
    told = {"tipgraph-baseline": VERSION, "findings": found}
    return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"


def _entry(violation: Violation, counts: Mapping[str, int]) -> dict[str, object]:
    key = fingerprint(violation)
    thing = "a blank node" if isinstance(violation.focus, Blank) else name(violation.focus)
    return {
        "rule": violation.rule,
        "thing": thing,
        "message": violation.message,
        "count": counts[key],
        "fingerprint": key,
    }


def beside(report: Report, path: Path) -> Report:
    """*report* without what the baseline at *path* knows, and with what of it is gone."""
    known = _read(path)
    left = Counter({key: int(str(entry["count"])) for key, entry in known.items()})
    new = []
    for violation in report.violations:
        key = fingerprint(violation)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(violation)
    gone = tuple(_told(known[key]) for key, count in left.items() for _ in range(max(count, 0)))
    count = len(report.violations) - len(new)
    return replace(report, violations=tuple(new), known=count, gone=gone)


def _told(entry: Mapping[str, object]) -> str:
    return f"{entry['thing']}: {entry['message']} [{entry['rule']}]"


def _read(path: Path) -> dict[str, dict[str, object]]:
    again = f"Write it anew with: tipgraph validate --baseline {path} --write-baseline"
    try:
        told = json.loads(path.read_bytes())
        if told["tipgraph-baseline"] != VERSION:
            message = f"{path} is a baseline of another version. {again}"
            raise BrokenFile(message, file=str(path))
        entries = {str(entry["fingerprint"]): entry for entry in told["findings"]}
        complete = all({"count", "thing", "message", "rule"} <= set(e) for e in entries.values())
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error}. {again}", file=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenFile(f"{path} is no baseline. {again}", file=str(path)) from error
    if not complete:
        raise BrokenFile(f"{path} is no whole baseline. {again}", file=str(path))
    return entries
