"""Measure validation on synthetic graphs with planted faults: as we run it, and pySHACL alone.

    python benchmarks/validation.py 1e4 1e5 1e6 --alone 1e5

About one block in a hundred of the files is broken, in one of 39 ways. For each size, each in a
process of its own: `tipgraph validate FILES` with syntax, shapes, checks, lint and places; its step
of the shapes; and pySHACL alone on the same triples, unless they are more than `--alone` or it does
not end within `--limit`. Times are those of the processor.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING

from faults import planted
from rdflib import Graph
from synthetic import synthesize

from tipgraph.dataset import union
from tipgraph.graph import SHIPPED, Layout
from tipgraph.inspection import Inspector
from tipgraph.store import Store
from tipgraph.terms import Blank
from tipgraph.validate import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tipgraph.findings import Violation

# What needs Java, or the texts of the sources.
LEFT_OUT = frozenset({"consistency", "evidence"})


@dataclass(frozen=True)
class Measured:
    """What a run took and found: each finding with nothing in it that is chance."""

    triples: int
    seconds: float
    megabytes: int
    found: frozenset[tuple[str, ...]]
    placed: bool

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """The shapes that are broken and the things that break them."""
        return {(rule, thing) for rule, thing, *_ in self.found if rule.startswith("shape")}


def measured(triples: int, start: float, found: Sequence[Violation]) -> Measured:
    """The measure of what ran from *start* until now."""
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    placed = all(v.place is not None and v.place.exact for v in found)
    return Measured(triples, seconds, peak, frozenset(map(told, found)), placed)


def told(violation: Violation) -> tuple[str, ...]:
    """A finding, with nothing in it that is chance."""
    focus, value = violation.focus, violation.value
    thing = "" if isinstance(focus, Blank) else focus.value
    bare = "" if value is None or isinstance(value, Blank) else value.value
    whole = (violation.component, violation.severity, violation.message, bare)
    return (violation.rule, thing, *whole)


def command(folder: Path) -> Measured:
    """`tipgraph validate FILES --beside ontology`, without the parts that need more than files."""
    inspector = Inspector(SHIPPED, skip=LEFT_OUT, beside="ontology")
    start = time.process_time()
    report = inspector.files(sorted(folder.rglob("*.ttl")))
    return measured(report.triples, start, report.violations)


def ours(folder: Path) -> Measured:
    """The step of the shapes."""
    layout = Layout(data=folder)
    data, rules = union(Store.load(layout)), Rules.of(layout)
    start = time.process_time()
    return measured(len(data), start, rules.by_shapes(data))


def alone(folder: Path) -> Measured:
    """The same step by pySHACL, on a graph as rdflib holds it."""
    layout = Layout(data=folder)
    data, rules = Graph(), Rules.of(layout)
    for triple in union(Store.load(layout)):
        data.add(triple)
    start = time.process_time()
    return measured(len(data), start, rules.by_pyshacl(data))


def apart(run: Callable[[], Measured], limit: float) -> Measured | None:
    """What *run* measures in a process of its own, or None if it does not end within *limit*."""
    spawn = multiprocessing.get_context("spawn")
    queue = spawn.Queue()
    process = spawn.Process(target=_put, args=(run, queue))
    process.start()
    try:
        return queue.get(timeout=limit)
    except Empty:
        return None
    finally:
        process.kill()
        process.join()


def _put(run: Callable[[], Measured], queue: multiprocessing.Queue[Measured]) -> None:
    queue.put(run())


def row(size: float, given: argparse.Namespace) -> str:
    """The row of the table for a graph of about *size* triples."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        synthesize(int(size), folder)
        expected = planted(folder, given.share)
        whole = apart(partial(command, folder), given.limit)
        step = apart(partial(ours, folder), given.limit)
        other = apart(partial(alone, folder), given.limit) if size <= given.alone else None
    if whole is None or step is None:
        return f"| {size:,.0f} | {len(expected)} | did not end within {given.limit:.0f} s |"
    exact = "yes" if step.pairs == expected == whole.pairs and whole.placed else "NO"
    each = 1e6 * whole.seconds / whole.triples
    cells = [f"{step.triples:,}", f"{len(expected)}", exact]
    cells += [f"{whole.seconds:.1f}", f"{each:.0f}", f"{whole.megabytes:,}"]
    cells += [f"{step.seconds:.1f}", f"{1e6 * step.seconds / step.triples:.1f}"]
    if other is not None:
        same = "yes" if other.found == step.found else "NO"
        cells += [f"{other.seconds:.1f}", f"{other.seconds / step.seconds:.0f}", same]
    else:
        cells += ["-"] * 3
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="+", type=float)
    parser.add_argument("--alone", type=float, default=1e5, help="the largest for pySHACL alone")
    parser.add_argument("--share", type=float, default=0.01, help="of the blocks to break")
    parser.add_argument("--limit", type=float, default=2400, help="seconds for one run")
    given = parser.parse_args()
    print("| triples | to be found | found, no more | command, s | µs a triple | peak MB |", end="")
    print(" shapes, s | µs a triple | pySHACL alone, s | times ours | same findings |")
    print("|" + "---|" * 11, flush=True)
    for size in given.sizes:
        print(row(size, given), flush=True)


if __name__ == "__main__":
    main()
