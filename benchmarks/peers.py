"""Time tipgraph and its peers on the same graphs and queries, with the same client, in one run.

Every server runs on loopback with the same named graphs, whose union is what queries see. All
answers are compared before anything is timed. What is not installed is skipped by name:

    wrk             the client, in C (Debian: apt-get install wrk)
    oxigraph        a virtual environment with `oxigraph` and `rdflib-endpoint` is made in the
    rdflib-endpoint folder that --work names, at the first run
    fuseki          TIPGRAPH_FUSEKI names the folder of its jar (Maven Central)
    virtuoso        Debian: apt-get install virtuoso-opensource-7-bin

    python benchmarks/peers.py --sizes shipped,1e5,1e6 --seconds 3
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
from synthetic import synthesize

from tipgraph import paths
from tipgraph.build import build, open_built
from tipgraph.graph import SHIPPED
from tipgraph.queries import read
from tipgraph.terms import text_of

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from servers import SERVERS, NotHere, _free_port, _running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from tipgraph.graph import Layout

CLIENTS = 16
POINTS = 500
# A query that has not ended after so many seconds has no figure.
PATIENCE = 20.0
# No single measurement takes longer, in seconds.
LONGEST = 10.0
LUA = Path(__file__).with_name("wrk.lua")
PEERS = ("oxigraph==0.5.13", "oxrdflib==0.5.0", "rdflib-endpoint[cli]==0.6.3")
PREFIX = """\
PREFIX c: <https://w3id.org/tipgraph/concept/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX impact: <https://w3id.org/tipgraph/id/impact/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX tip: <https://w3id.org/tipgraph/ontology#>
"""
STATEMENTS = f"""{PREFIX}
SELECT ?s {{ ?s tip:evidencedBy ?p }} ORDER BY SHA1(STR(?s)) LIMIT {POINTS}"""
POINT = "SELECT ?p ?o WHERE { <%s> ?p ?o }"
PATH = """SELECT DISTINCT ?response ?group WHERE {
  ?group skos:broader* c:migrants .
  ?impact tip:affects ?group .
  ?response tip:addresses ?impact }"""
AGGREGATE = """SELECT ?theme (COUNT(DISTINCT ?impact) AS ?impacts) (COUNT(?statement) AS ?said) {
  ?statement tip:aboutImpact ?impact . ?impact tip:theme ?theme }
GROUP BY ?theme ORDER BY DESC(?impacts) ?theme"""
TEXT = """SELECT ?thing ?label WHERE { ?thing skos:prefLabel ?label
  FILTER(REGEX(STR(?label), "remittances.*court|court.*remittances|online recruitment", "i")) }"""
CONSTRUCT = """CONSTRUCT { ?statement ?p ?o } WHERE {
  ?statement tip:aboutImpact impact:online-recruitment-of-children ; ?p ?o }"""


@dataclass(frozen=True)
class Query:
    """Queries of one kind, and whether each request is to be new to the server."""

    name: str
    texts: tuple[str, ...]
    new: bool = True
    accept: str = "application/sparql-results+json"


@dataclass(frozen=True)
class Graph:
    """One graph in the forms that the servers take it in."""

    name: str
    layout: Layout
    built: Path
    dump: Path
    quads: int


@dataclass(frozen=True)
class Peer:
    """A server: how it is started with a graph, and its version."""

    name: str
    start: Callable[[Graph, Path], AbstractContextManager[str]]
    version: str


@dataclass
class Running:
    """A server that runs, and can be started anew when a query does not end."""

    peer: Peer
    graph: Graph
    folder: Path
    address: str = ""
    _stack: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start the server; its address is then known."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.address = self._stack.enter_context(self.peer.start(self.graph, self.folder))

    def stop(self) -> None:
        """End the server."""
        self._stack.close()


@dataclass(frozen=True)
class Timing:
    """What one server took for one query: milliseconds alone, and requests a second of many."""

    latency: tuple[float, ...]
    rate: tuple[float, ...]


def queries(graph: Graph) -> list[Query]:
    """What is asked of *graph*."""
    rows = open_built(graph.built).select(STATEMENTS)
    points = tuple(POINT % text_of(row["s"]) for row in rows)
    gaps = ("impacts-without-response", "groups-without-response")
    files = {name: read(SHIPPED.queries / "questions" / f"{name}.rq").text for name in gaps}
    return [
        Query("point, each new", points),
        Query("point, repeated", points[:1], new=False),
        Query("path", (PREFIX + PATH,)),
        Query("path, repeated", (PREFIX + PATH,), new=False),
        Query("aggregate", (PREFIX + AGGREGATE,)),
        Query("aggregate, repeated", (PREFIX + AGGREGATE,), new=False),
        *(Query(f"gap: {name}", (text,)) for name, text in files.items()),
        Query("text", (PREFIX + TEXT,)),
        Query("construct", (PREFIX + CONSTRUCT,), accept="text/turtle"),
    ]


def tipgraph_memory(*more: str) -> Callable[[Graph, Path], AbstractContextManager[str]]:
    """Our service with the graph in memory, read from files: a checkout with other data."""

    @contextmanager
    def start(graph: Graph, folder: Path) -> Iterator[str]:
        folder.mkdir(parents=True)
        for name in ("ontology", "shapes", "queries"):
            (folder / name).symlink_to(getattr(paths, name.upper()))
        (folder / "src").symlink_to(Path(paths.__file__).parents[1])
        (folder / "data").symlink_to(graph.layout.data)
        with _serve(folder, more, {"PYTHONPATH": str(folder / "src")}) as address:
            yield address

    return start


@contextmanager
def tipgraph_disk(graph: Graph, folder: Path) -> Iterator[str]:
    """Our service with a built store."""
    with _serve(folder, ["--store", str(graph.built)], {}) as address:
        yield address


@contextmanager
def _serve(folder: Path, more: Sequence[str], environment: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "tipgraph", "serve", "--port", str(port), *more]
    address = f"http://127.0.0.1:{port}/sparql"
    with _running(command, folder, address, environment):
        yield address


def rdflib_endpoint(python: Path, store: str) -> Callable[[Graph, Path], Iterator[str]]:
    """rdflib-endpoint with its default store, or with that of Oxigraph."""

    @contextmanager
    def start(graph: Graph, folder: Path) -> Iterator[str]:
        port = _free_port()
        program = str(python.with_name("rdflib-endpoint"))
        command = [program, "serve", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--store", store, str(graph.dump)]
        with _running(command, folder, f"http://127.0.0.1:{port}/"):
            yield f"http://127.0.0.1:{port}/"

    return start


@contextmanager
def oxigraph(graph: Graph, folder: Path) -> Iterator[str]:
    """The Oxigraph server over the union of the graphs."""
    folder.mkdir(parents=True)
    load = ["oxigraph", "load", "--location", str(folder), "--file", str(graph.dump)]
    subprocess.run(load, check=True, capture_output=True)
    with SERVERS["oxigraph"](folder, "--union-default-graph") as server:
        yield server.query


@contextmanager
def oxigraph_memory(graph: Graph, folder: Path) -> Iterator[str]:
    """The Oxigraph server with nothing on the disk."""
    at = f"127.0.0.1:{_free_port()}"
    command = ["oxigraph", "serve", "--bind", at, "--union-default-graph"]
    with _running(command, folder, f"http://{at}/query"):
        _send("POST", f"http://{at}/store", graph.dump.read_bytes(), "application/n-quads")
        yield f"http://{at}/query"


@contextmanager
def fuseki(graph: Graph, folder: Path) -> Iterator[str]:
    """Fuseki with TDB2, over the union of the graphs."""
    with SERVERS["fuseki"](folder, "--set", "tdb2:unionDefaultGraph=true") as server:
        _send("POST", server.graph_store, graph.dump.read_bytes(), "application/n-quads")
        yield server.query


@contextmanager
def virtuoso(graph: Graph, folder: Path) -> Iterator[str]:
    """Virtuoso, whose default graph is the union."""
    with SERVERS["virtuoso"](folder) as server:
        parts: dict[str, list[ox.Triple]] = {}
        for quad in ox.parse(path=str(graph.dump), format=ox.RdfFormat.N_QUADS):
            parts.setdefault(quad.graph_name.value, []).append(quad.triple)
        for name, triples in parts.items():
            at = f"{server.graph_store}?{urllib.parse.urlencode({'graph-uri': name})}"
            data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
            _send("PUT", at, data or b"", "text/turtle")
        yield server.query


def _send(method: str, address: str, data: bytes, media_type: str) -> None:
    request = urllib.request.Request(address, data, {"Content-Type": media_type}, method=method)
    urllib.request.urlopen(request, timeout=600).close()


def target(address: str, text: str) -> str:
    """The path and query of the request that asks *text*."""
    path = urllib.parse.urlsplit(address).path
    return f"{path}?{urllib.parse.urlencode({'query': text}, quote_via=urllib.parse.quote)}"


def ask(address: str, query: Query) -> tuple[int, float]:
    """The rows or triples of the first answer, and the seconds that it took."""
    at = urllib.parse.urljoin(address, target(address, query.texts[0]))
    request = urllib.request.Request(at, headers={"Accept": query.accept})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        body = answer.read()
    took = time.perf_counter() - start
    if query.accept == "text/turtle":
        return len(set(ox.parse(body, format=ox.RdfFormat.TURTLE))), took
    return len(json.loads(body)["results"]["bindings"]), took


def load(address: str, query: Query, clients: int, seconds: float) -> tuple[float, float]:
    """The median milliseconds, and requests a second, of *clients* that ask without a pause."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(target(address, text) for text in query.texts))
        file.flush()
        word = f"{time.time_ns():x}x" if query.new else "same"
        root = urllib.parse.urljoin(address, "/")
        command = ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout=60s"]
        command += ["-s", str(LUA), root, "--", file.name, query.accept, word]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("RESULT"))
    requests, duration, median, errors = map(int, line.split()[1:])
    if errors or not requests:
        message = f"{errors} errors in {requests} answers"
        raise ValueError(message)
    return median / 1000, requests / duration * 1e6


def latency(running: Running, query: Query, took: float, seconds: float) -> float:
    """The milliseconds of one client; a slow query is asked only once more."""
    if took > seconds / 3:
        return ask(running.address, query)[1] * 1000
    return load(running.address, query, 1, max(1, seconds / 3))[0]


def rate(running: Running, query: Query, took: float, seconds: float) -> float | None:
    """The requests a second of many clients, if enough of them can be answered in time."""
    needed = 3 * took * CLIENTS / (os.cpu_count() or 1)
    if needed > LONGEST:
        return None
    try:
        return load(running.address, query, CLIENTS, max(seconds, needed))[1]
    finally:
        # What was asked last and is not answered yet must not slow the next server.
        time.sleep(min(LONGEST, took * CLIENTS))


def compare(
    servers: Sequence[Running], query: Query, rounds: int, seconds: float
) -> tuple[dict[str, Timing], int]:
    """The timings of each server that gives the answer that most give, and its rows."""
    first = {server.peer.name: answered(server, query) for server in servers}
    counts = [found[0] for found in first.values() if found]
    rows = statistics.mode(counts) if counts else 0
    agreeing = []
    for server in servers:
        found = first[server.peer.name]
        if found and found[0] == rows:
            agreeing.append((server, found[1]))
        elif found:
            print(f"    {server.peer.name}: {query.name}: {found[0]} rows, not {rows}")
    taken: dict[str, dict[str, list[float]]] = {}
    for server, took in agreeing * rounds:
        parts = taken.setdefault(server.peer.name, {"latency": [], "rate": []})
        for part, timed in (("latency", latency), ("rate", rate)):
            parts[part] += attempted(timed, server, query, took, seconds)
    return {n: Timing(tuple(p["latency"]), tuple(p["rate"])) for n, p in taken.items()}, rows


def answered(server: Running, query: Query) -> tuple[int, float] | None:
    """The rows and the seconds of an answer; a server that does not give one is started anew."""
    try:
        # The first answer may have read from the disk.
        ask(server.address, query)
        return ask(server.address, query)
    except (OSError, ValueError, SyntaxError) as error:
        print(f"    {server.peer.name}: {query.name}: {error}", file=sys.stderr, flush=True)
        server.stop()
        server.start()
        return None


def attempted(
    timed: Callable[[Running, Query, float, float], float | None],
    server: Running,
    query: Query,
    took: float,
    seconds: float,
) -> list[float]:
    """One measurement, or none if it fails or would last too long."""
    try:
        value = timed(server, query, took, seconds)
    except (OSError, ValueError) as error:
        print(f"    {server.peer.name}: {query.name}: {error}", file=sys.stderr, flush=True)
        return []
    return [] if value is None else [value]


def cell(values: Sequence[float], digits: int) -> str:
    """The median, with the least and the most."""
    if not values:
        return "-"
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:,.{digits}f} ({least:,.{digits}f}-{most:,.{digits}f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Our median as a multiple of theirs."""
    if not ours or not theirs:
        return "-"
    return f"{statistics.median(ours) / statistics.median(theirs):.2f}"


def report(
    graph: Graph, results: dict[Query, tuple[dict[str, Timing], int]], names: list[str]
) -> str:
    """The tables of one graph in Markdown."""
    lines = [f"\n## {graph.name}: {graph.quads:,} quads\n"]
    ours = [name for name in names if name.startswith("tipgraph")]
    others = [name for name in names if name not in ours]
    for title, part, digits in (
        ("Latency, 1 client, ms", "latency", 2),
        (f"Throughput, {CLIENTS} clients, requests a second", "rate", 0),
    ):
        lines += [f"{title}: median (least-most)\n", *_header(["query", "rows", *names])]
        for query, (timings, rows) in results.items():
            cells = [
                cell(getattr(timings[n], part), digits) if n in timings else "-" for n in names
            ]
            lines.append(f"| {query.name} | {rows:,} | {' | '.join(cells)} |")
        pairs = [(mine, other) for mine in ours for other in others]
        heads = [f"{mine.removeprefix('tipgraph ')} / {other}" for mine, other in pairs]
        better = "below 1 is faster" if part == "latency" else "above 1 is more"
        lines += [f"\n{title}: ratio tipgraph / peer ({better})\n", *_header(["query", *heads])]
        for query, (timings, _) in results.items():
            none = Timing((), ())
            cells = [
                ratio(getattr(timings.get(mine, none), part), getattr(timings.get(o, none), part))
                for mine, o in pairs
            ]
            lines.append(f"| {query.name} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _header(names: list[str]) -> list[str]:
    return [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]


def prepared(name: str, work: Path) -> Graph:
    """The graph called *name* (`shipped`, or a number of triples), made in *work*."""
    layout = SHIPPED if name == "shipped" else synthesize(int(float(name)), work / name / "data")
    built, dump = work / name / "built", work / name / "graph.nq"
    dump.parent.mkdir(parents=True, exist_ok=True)
    quads = build(layout, built)
    dump.write_bytes(open_built(built).dump("nquads"))
    return Graph(name, layout, built, dump, quads)


def environment(work: Path) -> Path:
    """The Python of a virtual environment with the peers from PyPI."""
    python = work / "peers" / "bin" / "python"
    if not python.exists():
        venv.create(work / "peers", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    os.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    return python


def known(work: Path) -> list[Peer]:
    """All servers that there could be."""
    python = environment(work)
    pins = dict(pin.split("==") for pin in PEERS)
    endpoint = pins["rdflib-endpoint[cli]"]
    jar = next(Path(os.environ.get("TIPGRAPH_FUSEKI", os.devnull)).glob("*server-*.jar"), Path("-"))
    # The other servers use all that there are.
    cores = str(os.cpu_count() or 1)
    engine = f"pyoxigraph {version('pyoxigraph')}"
    return [
        Peer("tipgraph memory", tipgraph_memory(), f"{version('tipgraph')}, {engine}"),
        Peer("tipgraph processes", tipgraph_memory("--processes", cores), f"{cores} of them"),
        Peer("tipgraph disk", tipgraph_disk, f"{version('tipgraph')}, {engine}"),
        Peer("oxigraph memory", oxigraph_memory, pins["oxigraph"]),
        Peer("oxigraph disk", oxigraph, pins["oxigraph"]),
        Peer("rdflib-endpoint", rdflib_endpoint(python, "default"), endpoint),
        Peer("rdflib-endpoint+oxigraph", rdflib_endpoint(python, "oxigraph"), endpoint),
        Peer("fuseki", fuseki, jar.stem.rpartition("-")[2]),
        Peer("virtuoso", virtuoso, _first_line(["virtuoso-t", "-?"])),
    ]


def _first_line(command: list[str]) -> str:
    with suppress(OSError):
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        words = (said.stdout + said.stderr).split()
        return next((word for word in words if word[:1].isdigit()), "")
    return ""


def run(
    graph: Graph, peers: Sequence[Peer], work: Path, *, rounds: int, seconds: float, most: float
) -> str:
    """The tables of *graph*, from servers that all run at once and are asked in turn.

    After *most* seconds no further query is begun.
    """
    until = time.monotonic() + most
    with ExitStack() as stack:
        servers = []
        for peer in peers:
            server = Running(peer, graph, work / graph.name / peer.name.replace(" ", "-"))
            stack.callback(server.stop)
            start = time.perf_counter()
            try:
                server.start()
            except NotHere as error:
                print(f"skipped {peer.name}: {error}", file=sys.stderr)
                continue
            took = time.perf_counter() - start
            print(
                f"    {graph.name}: {peer.name} {peer.version}: started in {took:.1f} s",
                file=sys.stderr,
            )
            servers.append(server)
        results = {}
        for query in queries(graph):
            if time.monotonic() > until:
                print(f"    {graph.name}: {query.name}: no time left for it", file=sys.stderr)
                continue
            results[query] = compare(servers, query, rounds, seconds)
            print(f"    {graph.name}: {query.name}", file=sys.stderr, flush=True)
        return report(graph, results, [server.peer.name for server in servers])


def main() -> None:
    """Time what the command line asks for, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="shipped", help="shipped, or numbers such as 1e5")
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="for the spread")
    parser.add_argument("--most", type=float, default=900, help="seconds for one graph")
    parser.add_argument("--servers", default="", help="some by name; else all that are here")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "tipgraph-peers")
    given = parser.parse_args()
    # Ended from outside, as by `timeout`, the servers are ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    work = given.work.resolve()
    timing = {"rounds": given.rounds, "seconds": given.seconds, "most": given.most}
    wanted = [name for name in given.servers.split(",") if name]
    peers = [p for p in known(work) if not wanted or any(p.name.startswith(w) for w in wanted)]
    print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; "
        + "; ".join(f"{p.name} {p.version}" for p in peers)
    )
    for name in given.sizes.split(","):
        print(
            run(prepared(name, work), peers, work, **timing),
            flush=True,
        )


if __name__ == "__main__":
    main()
