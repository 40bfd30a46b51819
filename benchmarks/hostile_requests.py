"""Mutated queries and hostile parameters by status, and what a thousand killed workers leave."""

from __future__ import annotations

import argparse
import asyncio
import http.client
import resource
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from serving import service

from tipgraph.answers import Asked
from tipgraph.errors import PastLimit
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.lookup import Lookup
from tipgraph.pool import Limits, Pool
from tipgraph.questions import Questions
from tipgraph.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from hostile import addresses, mutated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

THREADS = 4
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def statuses(port: int, requests: Iterable[tuple[str, str, str | None]]) -> Counter[int]:
    """How often each status came for the *requests*: method, address, form."""
    listed = list(requests)

    def ask(part: list[tuple[str, str, str | None]]) -> Counter[int]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        found: Counter[int] = Counter()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for method, address, form in part:
            connection.request(method, address, form, headers if form else {})
            answer = connection.getresponse()
            answer.read()
            found[answer.status] += 1
        return found

    with ThreadPoolExecutor(THREADS) as threads:
        parts = threads.map(ask, (listed[i::THREADS] for i in range(THREADS)))
        return sum(parts, Counter())


def queries(number: int) -> Iterable[tuple[str, str, str]]:
    """Mutated queries as requests."""
    texts = [path.read_text(encoding="utf-8") for path in SHIPPED.queries_in("questions")]
    for text in mutated(texts, number):
        yield "POST", "/sparql", urlencode({"query": text})


def parameters(number: int) -> Iterable[tuple[str, str, None]]:
    """Hostile parameters as requests."""
    bench = Bench(Store.load(SHIPPED), SHIPPED)
    lookup = Lookup(bench)
    facets = {kind.name: tuple(kind.facets) for kind in lookup.kinds.values()}
    asked = Questions(bench, lookup.names).all
    taken = {name: tuple(p.name for p in question.parameters) for name, question in asked.items()}
    for address in addresses(facets, taken, number):
        yield "GET", address, None


async def kills(number: int) -> None:
    """Print what *number* queries past their time leave behind, and the time to the next answer."""
    pool = Pool({}, Limits(seconds=0.1, workers=2))
    simple = Asked("ASK { }")
    back: list[float] = []

    async def once() -> None:
        try:
            await pool.answer(Asked(RUNAWAY))
        except PastLimit:
            start = time.perf_counter()
            await pool.answer(simple)
            back.append((time.perf_counter() - start) * 1000)

    while True:
        try:
            await pool.answer(simple)
            break
        except PastLimit:
            await asyncio.sleep(0.1)
    for _ in range(20):
        await once()
    before = left(pool)
    for _ in range(number):
        await once()
    after = left(pool)
    pool.close()
    print(f"{number} killed workers: next answer after {statistics.median(back):.1f} ms (median),")
    print(f"{statistics.quantiles(back, n=20)[-1]:.1f} ms (95th percentile)")
    for name, figure in before.items():
        print(f"  {name:28} {figure:>8,} before, {after[name]:>8,} after")


def left(pool: Pool) -> dict[str, int]:
    """What the service has now: memory, files, processes."""
    nursery = pool._nursery._process.pid  # noqa: SLF001 - the process is nobody else's business
    kin = Path(f"/proc/{nursery}/task/{nursery}/children").read_text(encoding="ascii").split()
    return {
        "memory of the service, kB": resident("self"),
        "memory of the nursery, kB": resident(str(nursery)),
        "open files of the service": len(list(Path("/proc/self/fd").iterdir())),
        "open files of the nursery": len(list(Path(f"/proc/{nursery}/fd").iterdir())),
        "workers": len(kin),
    }


def resident(process: str) -> int:
    """The memory of a process in kB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1024


def main() -> None:
    """Run the three parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--parameters", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=1_000)
    given = parser.parse_args()
    parts: dict[str, Callable[[], Iterable[tuple[str, str, str | None]]]] = {
        f"{given.queries:,} mutated queries": lambda: queries(given.queries),
        f"{given.parameters:,} hostile parameters": lambda: parameters(given.parameters),
    }
    with service() as port:
        for name, requests in parts.items():
            found = statuses(port, requests())
            listed = ", ".join(f"{status}: {number:,}" for status, number in sorted(found.items()))
            print(f"{name}: {listed}", flush=True)
    asyncio.run(kills(given.kills))


if __name__ == "__main__":
    main()
