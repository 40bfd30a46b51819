"""How the time of each query file grows with the graph: its time at two sizes, and the exponent.

An exponent of 1 is linear: ten times the graph, ten times the time. One near 2 is quadratic, and
that query will not end on a large graph. Questions run with their examples, what is near a gap for
all that the question finds, checks as they stand, the queries of a kind for a page of its things,
facets for the value most spoken of.

    python benchmarks/growth.py 1e4 1e5
    python benchmarks/growth.py 1e4 1e5 --only gaps --rows rows.txt
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import selectors
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic import examples, synthesize

from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED, Layout
from tipgraph.lookup import Lookup
from tipgraph.names import read_parameter
from tipgraph.queries import read
from tipgraph.store import Rows, Store
from tipgraph.terms import Iri, Literal, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tipgraph.lookup import Kind

PAGE = 50
SEVERAL = 500
# Below this a time says more of the machine than of the query.
MEANS_NOTHING = 2.0
LINEAR = 1.25
REPEATS = 3
ENOUGH = 1_000.0


@dataclass(frozen=True)
class Measured:
    """The milliseconds of processor time (None if it did not end), the rows, and a hash of them."""

    took: float | None
    rows: int = 0
    digest: str = ""


def prepared(triples: str, folder: Path, asked: Path) -> tuple[Store, Layout]:
    """A graph of about so many *triples*, or the shipped one, with the query files in *asked*."""
    layout = SHIPPED if triples == "shipped" else synthesize(int(float(triples)), folder / triples)
    return Store.load(layout), replace(layout, queries=asked)


def queries(store: Store, layout: Layout) -> Iterator[tuple[str, str]]:
    """The name and the text of each query that is made."""
    lookup = Lookup(Bench(store, layout))
    for path in layout.queries_in("questions"):
        question = read(path)
        takes = {parameter.name: parameter for parameter in question.parameters}
        given = {n: read_parameter(lookup.names, takes[n], v) for n, v in question.example}
        text = question.bind(given)
        yield f"questions/{path.stem}", text
        near = layout.queries / "gaps" / path.name
        if near.is_file() and (items := _items(store, text)):
            yield f"gaps/{path.stem}", read(near).bind({"item": items})
    for path in layout.queries_in("checks"):
        yield f"checks/{path.stem}", read(path).text
    for kind in lookup.kinds.values():
        yield from _of_kind(lookup, store, kind)
    some = {"statement": _items(store, lookup.kind("statements").listing.text)[:SEVERAL]}
    for name in ("statements", "passages"):
        yield f"evidence/{name}", read(layout.queries / "evidence" / f"{name}.rq").bind(some)
    labels = read(layout.queries / "evidence" / "labels.rq").bind({"thing": some["statement"]})
    yield "evidence/labels", labels
    classes = {"class": [Iri("https://w3id.org/tipgraph/ontology#Thing")]}
    yield "names/names", read(layout.queries / "names" / "names.rq").bind(classes)


def _of_kind(lookup: Lookup, store: Store, kind: Kind) -> Iterator[tuple[str, str]]:
    where = f"kinds/{kind.name}"
    yield f"{where}/list", kind.listing.text
    page = {"item": _items(store, kind.listing.text)[:PAGE]}
    yield f"{where}/links", kind.linking.bind(page)
    yield f"{where}/evidence", kind.supporting.bind(page)
    if kind.valuing:
        yield f"{where}/values", kind.valuing.bind(page)
    for facet in kind.facets.values():
        value = Literal(facet.choices[0]) if facet.choices else _popular(lookup, facet.takes)
        bound = kind.narrowing.bind({"facet": [Literal(facet.name)], "value": [value]})
        yield f"{where}/facets {facet.name}", bound


def _items(store: Store, text: str) -> list[Iri]:
    """The things that a query finds."""
    found = dict.fromkeys(row["item"] for row in store.select(text))
    return [item for item in found if isinstance(item, Iri)]


def _popular(lookup: Lookup, class_name: str) -> Iri:
    """The thing of a class that a synthetic graph speaks of most: the first."""
    names = lookup.names.of(class_name)
    known = [slug for slug in examples(SHIPPED).get(class_name, ()) if slug in names]
    return Iri(names[known[0]].iri if known else min(entry.iri for entry in names.values()))


def measured(store: Store, text: str, limit: float) -> Measured:
    """The figures of one query, from a process of its own that is killed after *limit* seconds."""
    said = apart(lambda: _run(store, text), limit)
    return Measured(*said) if said else Measured(None)


def apart(work: Callable[[], tuple[float, int, str]], limit: float) -> list[Any] | None:
    """What *work* gives in a process of its own; None if that is killed after *limit* seconds."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(sending, json.dumps(work()).encode())
        os._exit(0)
    os.close(sending)
    with selectors.DefaultSelector() as selector:
        selector.register(receiving, selectors.EVENT_READ)
        ended = bool(selector.select(limit))
    said = os.read(receiving, 1_000) if ended else b""
    os.close(receiving)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return json.loads(said) if said else None


def _run(store: Store, text: str) -> tuple[float, int, str]:
    times: list[float] = []
    rows = Rows((), ())
    while len(times) < REPEATS and sum(times) < ENOUGH:
        # Time of the processor: others who use the machine do not count.
        start = time.process_time()
        rows = store.select(text)
        times.append((time.process_time() - start) * 1000)
    lines = sorted("\t".join(text_of(term) if term else "" for term in row) for row in rows.rows)
    return min(times), len(rows), hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def exponent(small: Measured, large: Measured, ratio: float) -> float | None:
    """By which power of the size the time grows, if that can be told."""
    if small.took is None or large.took is None or large.took < MEANS_NOTHING:
        return None
    return math.log(large.took / max(small.took, MEANS_NOTHING / ratio)) / math.log(ratio)


def line(name: str, sizes: list[Measured], power: float | None) -> str:
    """A row of the table."""
    cells = [f"{m.took:,.1f} | {m.rows:,}" if m.took is not None else "- | -" for m in sizes]
    faster = power is not None and power > LINEAR
    shown = "-" if power is None else f"{'**' if faster else ''}{power:.2f}{'**' if faster else ''}"
    return f"| {name} | {' | '.join(cells)} | {shown} |"


def main() -> None:
    """Print the table, the fastest growing first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("small", nargs="?", default="1e4")
    parser.add_argument("large", nargs="?", default="1e5")
    parser.add_argument("--only", default="", help="queries whose name has this in it")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for one query")
    parser.add_argument("--queries", type=Path, default=SHIPPED.queries, help="others to compare")
    parser.add_argument("--rows", type=Path, help="write the hash of the rows of each query here")
    given = parser.parse_args()
    found: dict[str, list[Measured]] = {}
    quads = []
    # The ontology is in both graphs and does not grow.
    fixed = len(Store.load(SHIPPED.without_data()))
    with tempfile.TemporaryDirectory() as folder:
        for size in (given.small, given.large):
            store, layout = prepared(size, Path(folder), given.queries)
            quads.append(len(store))
            for name, text in queries(store, layout):
                if given.only in name:
                    one = measured(store, text, given.limit)
                    found.setdefault(name, []).append(one)
                    print(f"    {size} {name} {one.took} ms", file=sys.stderr, flush=True)
    ratio = (quads[1] - fixed) / (quads[0] - fixed)
    powers = {name: exponent(*sizes, ratio) for name, sizes in found.items()}
    order = sorted(found, key=lambda name: (-(powers[name] or 0.0), name))
    print(f"| query | ms, {quads[0]:,} quads | rows | ms, {quads[1]:,} quads | rows | exponent |")
    print("|---|---|---|---|---|---|")
    print("\n".join(line(name, found[name], powers[name]) for name in order))
    if given.rows:
        lines = [f"{name} {' '.join(m.digest for m in found[name])}" for name in sorted(found)]
        given.rows.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
