"""Compare how long queries of joined triples take with the bound that says where they are answered.

Queries are made at random from the shipped graph. No line of the table should be far above 1.

    python benchmarks/effort.py --seconds 60
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from tipgraph.answers import Asked
from tipgraph.build import build, open_built
from tipgraph.degrees import Degrees
from tipgraph.effort import Efforts
from tipgraph.graph import SHIPPED
from tipgraph.joins import joined
from tipgraph.near import LITTLE, SOME
from tipgraph.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS = ("?a", "?b", "?c", "?d", "?e")
TRIES = 4


def queries(store: Store) -> Iterator[str]:
    """Queries of up to four triples that mostly hang together, without end."""
    chosen = random.Random(1)
    triples = [triple for part in store.parts().values() for triple in part]
    while True:
        patterns, used = [], ["?a"]
        for number in range(chosen.choice([1, 2, 2, 3, 3, 4])):
            triple = chosen.choice(triples)
            named = f"{triple.predicate}{chosen.choice(['', '', '', '', '', '*'])}"
            predicate = chosen.choice([named] * 6 + [f"?p{number}"])
            here, there = chosen.choice(used), chosen.choice([*ENDS, *ENDS, *ENDS, "", ""])
            if chosen.choice([True, False]):
                patterns.append(f"{here} {predicate} {there or triple.object}")
            else:
                patterns.append(f"{there or triple.subject} {predicate} {here}")
            used += [there] if there else []
        distinct, limit = chosen.choice(["", "DISTINCT "]), chosen.choice(["", " LIMIT 10"])
        yield f"SELECT {distinct}* {{ {' . '.join(patterns)} }}{limit}"


def took(store: Store, query: str) -> float:
    """The microseconds that *store* takes, where nothing came between."""
    least = float("inf")
    for _ in range(TRIES):
        began = perf_counter()
        store.answer(Asked(query))
        least = min(least, perf_counter() - began)
    return least * 1e6


def compare(name: str, store: Store, least: float, most: float, seconds: float) -> None:
    """Print how long queries took of which so many microseconds were the bound."""
    efforts = Efforts(Degrees.of(store))
    times, shares = [], []
    end = monotonic() + seconds
    for query in queries(store):
        if monotonic() > end:
            break
        read = joined(query)
        bound = 0.0 if read is None else efforts.of(read)
        if least < bound <= most:
            times.append(took(store, query))
            shares.append(times[-1] / bound)
    print(
        f"| {name} | {least:,.0f} to {most:,.0f} | {len(times):,} | {median(times):,.0f} "
        f"| {max(times):,.0f} | {max(shares):.2f} |"
    )


def main() -> None:
    """Compare in memory and on disk, for what always and what mostly is answered at once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60, help="of each line of the table")
    seconds = parser.parse_args().seconds
    print("| store | bound, µs | queries | median, µs | longest, µs | longest to its bound |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        build(SHIPPED, Path(folder) / "graph.store")
        stores = {"memory": Store.load(SHIPPED), "disk": open_built(Path(folder) / "graph.store")}
        for name, store in stores.items():
            # Below this what takes the most is to read the query.
            compare(name, store, 100, LITTLE, seconds)
            compare(name, store, LITTLE, SOME, seconds)


if __name__ == "__main__":
    main()
