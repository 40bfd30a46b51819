"""What a service takes of the machine: the sum over its processes, as Linux tells it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Footprint:
    """When a process began, in seconds since 1970, and the sums over it and all below it."""

    began: float
    processes: int
    cpu_seconds: float
    resident_bytes: int
    open_files: int


def footprint(root: int) -> Footprint | None:
    """What the process *root* and all below it take; None where the system does not tell."""
    parts = [part for pid in _tree(root) if (part := _one(pid)) is not None]
    if not parts:
        return None
    return Footprint(
        began=parts[0].began,
        processes=len(parts),
        cpu_seconds=sum(p.cpu_seconds for p in parts),
        resident_bytes=sum(p.resident_bytes for p in parts),
        open_files=sum(p.open_files for p in parts),
    )


def _tree(root: int) -> Iterator[int]:
    yield root
    try:
        for task in (_PROC / str(root) / "task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _tree(int(child))
    except OSError:
        # It ended while it was looked at.
        return


def _one(pid: int) -> Footprint | None:
    folder = _PROC / str(pid)
    try:
        stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        opened = len(list((folder / "fd").iterdir()))
    except OSError:
        return None
    # The name, in parentheses, may hold anything; the third field follows it.
    fields = stat.rpartition(")")[2].split()
    # User and system time, of itself and of the children that ended.
    ticks = sum(map(int, fields[11:15]))
    began = _booted() + int(fields[19]) / _TICKS
    return Footprint(began, 1, ticks / _TICKS, int(fields[21]) * _PAGE, opened)


def _booted() -> float:
    lines = (_PROC / "stat").read_text(encoding="ascii").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("btime ")))
