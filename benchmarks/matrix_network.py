"""How the matrix and the network grow with the graph: each step's time against the rise in size.

Every step runs in a process of its own, which is killed after `--limit` seconds; what later steps
share, such as the network itself, is read before and timed once. A rise of the time by less than
that of the size is less than linear.

    python benchmarks/matrix_network.py
    python benchmarks/matrix_network.py --sizes shipped,1e5,1e6
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from growth import LINEAR, apart, prepared

from tipgraph.errors import TooLarge
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.interchange import FILES, written
from tipgraph.lookup import Lookup
from tipgraph.matrix import Matrices
from tipgraph.measures import EXACT, MEASURES, SAMPLES, Measures
from tipgraph.network import CAUSAL, INNER, Network
from tipgraph.store import Store
from tipgraph.ways import Asking, Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SEED = 1
PAIRS = 10
ITEMS = 10
# Rows and columns, and the kind that is counted.
MATRICES = (
    ("group", "theme", "impacts"),
    ("group", "document", "impacts"),
    ("type", "pillar", "responses"),
    ("addressee", "pillar", "responses"),
    ("impact", "theme", "impacts"),
)
# Below this a time says more of the machine than of the step.
MEANS_NOTHING = 0.005


@dataclass(frozen=True)
class Grown:
    """A graph that was measured: its size, and the seconds of processor time of each step."""

    name: str
    quads: int
    things: int
    took: Mapping[str, float | None]
    notes: Mapping[str, str]


def seconds(work: Callable[[], object]) -> float:
    """The processor time of *work*: others who use the machine do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def counting(bench: Bench) -> Iterator[tuple[str, Callable[[], str]]]:
    """The matrices, without the rows and columns that are empty."""
    matrices = Matrices(bench, Lookup(bench))
    for rows, columns, named in MATRICES:

        def count(rows: str = rows, columns: str = columns, named: str = named) -> str:
            kind = matrices.kind(rows, columns, named)
            try:
                found = matrices.matrix(kind, rows, columns, empty=False)
            except TooLarge:
                return "more cells than are given"
            return f"{len(found.cells):,} cells"

        yield f"matrix {rows} by {columns} of {named}", count


def walking(network: Network) -> Iterator[tuple[str, Callable[[], str]]]:
    """Paths between things chosen with a seed: at random, by stated causes, between documents."""
    dice, ways = random.Random(SEED), Ways(network)
    causal = {end for k in network.links if k.relation == CAUSAL for end in (k.source, k.target)}
    linked = {end for link in network.links for end in (link.source, link.target)}
    pools = {
        "path between things": [n.id for n in network.nodes.values() if n.kind in INNER],
        "path by causes": sorted(causal),
        "path between documents": [n.id for n in network.nodes.values() if n.kind == "document"],
    }
    for name, pool in pools.items():
        known = [iri for iri in pool if iri in linked]
        pairs = [dice.sample(known, 2) for _ in range(PAIRS)]
        for number, (start, goal) in enumerate(pairs, 1):
            # The names of things are read once, as the network is.
            ways.node(start, "from")
            asking = Asking(start, goal, causal=name.endswith("causes"))
            yield f"{name} {number}", lambda asking=asking: f"{len(ways.find(asking).ways)} ways"


def measuring(network: Network) -> Iterator[tuple[str, Callable[[], str]]]:
    """The measures of the whole, and the files."""
    measures = Measures(network)
    for name in MEASURES:

        def measure(name: str = name) -> str:
            found = measures.measured(name, ITEMS)
            return found.computed

        yield f"network {name}", measure
    for ending in FILES:
        yield f"network as {ending}", lambda e=ending: f"{len(written(network, e)):,} bytes"


def taken(step: Callable[[], str], limit: float) -> tuple[float | None, str]:
    """The processor time of *step* and what it says, or None and why."""

    def work() -> tuple[float, int, str]:
        said: list[str] = []
        took = seconds(lambda: said.append(step()))
        return took, 0, said[0][:200]

    found = apart(work, limit)
    return (found[0], found[2]) if found else (None, f"not done in {limit:.0f} s")


def measured(size: str, folder: Path, limit: float) -> Grown:
    """Each step on the graph of *size*."""
    store, layout = prepared(size, folder, SHIPPED.queries)
    bench = Bench(store, layout)
    network = Network(bench)
    took: dict[str, float | None] = {}
    notes: dict[str, str] = {}
    took["network read"] = seconds(lambda: (network.nodes, network.links))
    seconds(lambda: (network.inner, network.causal, network.around, network.graph))
    notes["network read"] = f"{len(network.nodes):,} things, {len(network.links):,} links"
    for name, step in (*counting(bench), *walking(network), *measuring(network)):
        took[name], notes[name] = taken(step, limit)
        print(f"    {size} {name}: {took[name]} {notes[name]}", file=sys.stderr, flush=True)
    return Grown(size, len(store), len(network.nodes), _together(took), notes)


def _together(took: Mapping[str, float | None]) -> dict[str, float | None]:
    """Steps with a number at their end as one: the median, and the longest."""
    found: dict[str, float | None] = {}
    several: dict[str, list[float | None]] = {}
    for name, one in took.items():
        family, _, last = name.rpartition(" ")
        if last.isdigit():
            several.setdefault(family, []).append(one)
        else:
            found[name] = one
    for family, times in several.items():
        ended = [math.inf if one is None else one for one in times]
        for label, one in (("median", median(ended)), ("longest", max(ended))):
            found[f"{family}, {label} of {len(ended)}"] = None if one == math.inf else one
    return found


def table(graphs: Sequence[Grown], fixed: int) -> list[str]:
    """How much longer each step takes from one graph to the next, beside the rise of the size."""
    pairs = list(pairwise(graphs))
    rises = [(large.quads - fixed) / (small.quads - fixed) for small, large in pairs]
    heads = [f"{s.name} to {g.name}: x {r:.1f}" for (s, g), r in zip(pairs, rises, strict=True)]
    lines = [f"| step | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for name in graphs[0].took:
        cells = [
            _risen(small.took[name], large.took[name], rise)
            for (small, large), rise in zip(pairs, rises, strict=True)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _risen(small: float | None, large: float | None, rise: float) -> str:
    """The rise of a time, and its exponent over the *rise* of the size; bold if it grows faster."""
    if small is None or large is None:
        return "not done"
    if large < MEANS_NOTHING:
        return "too short to tell"
    ratio = large / max(small, MEANS_NOTHING / rise)
    power = math.log(ratio) / math.log(rise)
    mark = "**" if power > LINEAR else ""
    return f"{mark}x {ratio:.1f}{mark} ({power:.2f})"


def main() -> None:
    """Print how each step grows, and what was counted, walked and sampled."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="shipped,1e5", help="shipped, or triples such as 1e6")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for one step")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = given.sizes.split(",")
        graphs = [measured(size, Path(folder), given.limit) for size in sizes]
    # The ontology is in every graph and does not grow.
    print("\n".join(table(graphs, len(Store.load(SHIPPED.without_data())))))
    print("\nThe rise of the time, and in brackets the exponent: 1 is as the size, 2 its square.")
    print(f"Betweenness is exact up to {EXACT:,} things, and estimated from {SAMPLES} beyond.")
    print(f"Paths are between {PAIRS} pairs each, chosen with seed {SEED}.\n")
    for graph in graphs:
        told = [f"{name}: {note}" for name, note in graph.notes.items() if name[-1:].isalpha()]
        print(f"{graph.name}: {graph.quads:,} quads. " + "; ".join(told) + ".")


if __name__ == "__main__":
    main()
