"""A remote store that fails, lies, dawdles or sends elsewhere: told, never half believed."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import servers
from fastapi.testclient import TestClient

from tipgraph.answers import Asked
from tipgraph.app import create_app
from tipgraph.errors import BadParameter, BrokenFile, PastLimit, RemoteFault, TooLarge
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.loading import Target, load
from tipgraph.remote import RemoteStore
from tipgraph.store import lines
from tipgraph.terms import GRAPH
from tipgraph.transport import Bounds, Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tipgraph.store import Store

ROWS = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"x"}}]}}'
JSON = "application/sparql-results+json"
TRIPLE = b"<http://e/s> <http://e/p> <http://e/o> .\n"
QUICK = Bounds(seconds=5.0, bytes=100_000, wait=0.01, longest_wait=0.05)
SELECT = "SELECT ?n { ?s ?p ?n }"


class Playing(BaseHTTPRequestHandler):
    """Answers each request by the next act of the server, and the last act from then on."""

    protocol_version = "HTTP/1.1"
    server: Stage

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), body))
        acts = self.server.acts
        act = acts.pop(0) if len(acts) > 1 else acts[0]
        act(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Stage(ThreadingHTTPServer):
    daemon_threads = True
    acts: list[Callable[[Playing], None]]
    heard: list[tuple[str, dict[str, str], bytes]]


@contextmanager
def playing(*acts: Callable[[Playing], None]) -> Iterator[Stage]:
    stage = Stage(("127.0.0.1", 0), Playing)
    stage.acts, stage.heard = list(acts), []
    thread = threading.Thread(target=stage.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield stage
    finally:
        stage.shutdown()
        stage.server_close()
        thread.join()


def address(stage: Stage) -> str:
    return f"http://127.0.0.1:{stage.server_port}/sparql"


def says(
    status: int, body: bytes = b"", kind: str = JSON, length: int | None = None, **headers: str
) -> Callable[[Playing], None]:
    def act(on: Playing) -> None:
        on.send_response(status)
        on.send_header("Content-Type", kind)
        on.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            on.send_header(name.replace("_", "-"), value)
        on.end_headers()
        on.wfile.write(body)
        on.close_connection = True

    return act


def endless(on: Playing) -> None:
    on.send_response(200)
    on.send_header("Content-Type", JSON)
    on.send_header("Transfer-Encoding", "chunked")
    on.end_headers()
    try:
        while True:
            on.wfile.write(b"400\r\n" + b" " * 1024 + b"\r\n")
    except OSError:
        on.close_connection = True


def unmarked(body: bytes, kind: str) -> Callable[[Playing], None]:
    """An answer whose end is nothing but the end of the connection."""

    def act(on: Playing) -> None:
        on.send_response(200)
        on.send_header("Content-Type", kind)
        on.end_headers()
        on.wfile.write(body)
        on.close_connection = True

    return act


def silent(on: Playing) -> None:
    on.connection.recv(1)
    on.close_connection = True


def hangs_up(on: Playing) -> None:
    on.close_connection = True


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory, store: Store) -> Iterator[servers.Server]:
    with servers.oxigraph(tmp_path_factory.mktemp("oxigraph")) as running:
        load(store.parts(), Target(running.query, running.update, running.graph_store))
        yield running


def select(stage: Stage, bounds: Bounds = QUICK):
    return RemoteStore(address(stage), bounds=bounds).select(SELECT)


def test_an_answer_is_read_and_asked_by_post_with_the_whole_query() -> None:
    long = SELECT + " # " + "x" * 50_000
    with playing(says(200, ROWS)) as stage:
        rows = RemoteStore(address(stage), bounds=QUICK).select(long)
    path, headers, body = stage.heard[0]

    assert [row[0].value for row in rows.rows] == ["x"]
    assert path == "/sparql"
    assert headers["Accept"] == JSON
    assert len(body) > 50_000


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_a_fault_has_the_remotes_own_status_and_none_of_its_words(status: int) -> None:
    with playing(says(status, b"secret of 127.0.0.1")) as stage:
        with pytest.raises(RemoteFault, match=f"status {status}") as caught:
            select(stage)

        assert caught.value.details["remote_status"] == status
        assert "127.0.0.1" not in str(caught.value)
        assert "secret" not in str(caught.value)
        assert len(stage.heard) == 1


@pytest.mark.parametrize("passing", [says(502), says(503), says(504), hangs_up])
def test_a_passing_fault_is_asked_again(passing) -> None:
    with playing(passing, says(200, ROWS)) as stage:
        assert len(select(stage)) == 1
        assert len(stage.heard) == 2


def test_a_lasting_fault_is_asked_a_few_times_only() -> None:
    with playing(says(503)) as stage:
        with pytest.raises(RemoteFault) as caught:
            select(stage)

        assert caught.value.details["remote_status"] == 503
        assert len(stage.heard) == QUICK.tries


def test_a_server_that_wants_a_long_wait_is_not_asked_again() -> None:
    with playing(says(503, Retry_After="3600"), says(200, ROWS)) as stage:
        with pytest.raises(RemoteFault):
            select(stage)

        assert len(stage.heard) == 1


def test_an_update_is_never_sent_twice(oxigraph: servers.Server, store: Store) -> None:
    with playing(says(503)) as stage:
        with pytest.raises(RemoteFault):
            load(store.parts(), Target(oxigraph.query, address(stage)))
        bodies = [body for _, _, body in stage.heard]

    assert bodies
    assert len(set(bodies)) == len(bodies)


def test_nobody_there_is_a_fault() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(RemoteFault, match="connection refused"):
            RemoteStore.open(f"http://127.0.0.1:{port}/sparql", bounds=QUICK)


@pytest.mark.parametrize(
    "act",
    [
        says(200, ROWS[:-20]),
        says(200, ROWS[:-20], length=len(ROWS)),
        says(200, ROWS[:-1]),
        unmarked(ROWS[:-30], JSON),
        says(200, ROWS + b" timeout"),
        says(200, b""),
        says(200, b"null"),
        says(200, b'{"head":{"vars":["n"]}}'),
        says(200, b'{"head":{},"boolean":true}'),
        says(200, b'{"head":{"vars":["n"]},"results":{"bindings":[{"m":{}}]}}'),
        says(200, ROWS.replace(b"}]", b',"datatype":"http://www.w3.org/2001/XMLSchema#boolean"')),
        says(200, ROWS, kind="text/html"),
        says(200, ROWS, kind="application/sparql-results+xml"),
        says(204),
        says(200, ROWS, X_SPARQL_MaxRows="1"),
        says(200, ROWS, X_SQL_State="S1TAT"),
    ],
)
def test_an_answer_that_is_not_whole_is_a_fault_and_no_short_answer(act) -> None:
    with playing(act) as stage, pytest.raises(RemoteFault) as caught:
        select(stage)

    assert caught.value.details["remote_status"] == 200


@pytest.mark.parametrize(
    "act",
    [
        says(200, TRIPLE + TRIPLE[:-3], kind="application/n-triples"),
        says(200, TRIPLE, kind="application/n-triples", length=2 * len(TRIPLE)),
        unmarked(TRIPLE, "application/n-triples"),
        says(200, TRIPLE, kind="text/html"),
    ],
)
def test_triples_that_are_not_whole_are_a_fault(act) -> None:
    with playing(act) as stage, pytest.raises(RemoteFault):
        RemoteStore(address(stage), bounds=QUICK).graph("CONSTRUCT WHERE { ?s ?p ?o }", "turtle")


def test_an_endless_answer_is_stopped_at_the_limit() -> None:
    with playing(endless) as stage, pytest.raises(TooLarge, match="100,000 bytes"):
        select(stage)


def test_an_answer_of_too_many_bytes_for_this_query_is_refused() -> None:
    with playing(says(200, ROWS)) as stage, pytest.raises(TooLarge):
        RemoteStore(address(stage), bounds=QUICK).answer(Asked(SELECT), most=10)


def test_a_slow_store_is_past_the_limit() -> None:
    with playing(silent) as stage, pytest.raises(PastLimit, match=r"longer than 0\.2 s"):
        select(stage, Bounds(seconds=0.2))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with playing(says(200, ROWS)) as elsewhere:
        there = address(elsewhere)
        with playing(says(status, Location=there)) as stage:
            with pytest.raises(RemoteFault, match="redirects") as caught:
                select(stage)

            assert caught.value.details["remote_status"] == status
        assert not elsewhere.heard


def test_a_password_is_given_when_asked_for_and_not_before() -> None:
    asks = says(401, WWW_Authenticate='Basic realm="store"')
    with playing(asks, says(200, ROWS)) as stage:
        store = RemoteStore(address(stage), Credentials("reader", "pass"), QUICK)

        assert len(store.select(SELECT)) == 1
        assert "Authorization" not in stage.heard[0][1]
        assert stage.heard[1][1]["Authorization"] == "Basic cmVhZGVyOnBhc3M="


@pytest.mark.parametrize(
    "place",
    ["", "file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1/query", "http://u:p@127.0.0.1/query"],
)
def test_an_address_that_is_none_of_http_is_refused(place: str) -> None:
    with pytest.raises(BadParameter):
        RemoteStore(place)


def test_a_store_without_our_graphs_is_told_of() -> None:
    none = json.dumps({"head": {"vars": ["graph", "count"]}, "results": {"bindings": []}}).encode()
    zero = ROWS.replace(b'"n"', b'"count"').replace(b'"x"', b'"0"')
    hollow = playing(says(200, none), says(200, zero))
    with hollow as stage, pytest.raises(BrokenFile, match="tipgraph load"):
        RemoteStore.open(address(stage), bounds=QUICK)


def relaying(query: str) -> Callable[[Playing], None]:
    """Answers as the server at *query* does."""

    def act(on: Playing) -> None:
        _, headers, body = on.server.heard[-1]
        kinds = {k: v for k, v in headers.items() if k in {"Accept", "Content-Type"}}
        request = urllib.request.Request(query, body, kinds)
        with urllib.request.urlopen(request) as answer:
            says(answer.status, answer.read(), answer.headers.get("Content-Type", JSON))(on)

    return act


def test_the_service_says_502_while_its_store_fails_and_recovers_with_it(
    oxigraph: servers.Server,
) -> None:
    path = "/api/v1/actors?limit=2"
    with playing(relaying(oxigraph.query)) as stage:
        remote = RemoteStore.open(address(stage), bounds=QUICK)
        app = create_app(Bench(remote, SHIPPED))
        with TestClient(app, raise_server_exceptions=False) as client:
            stage.acts = [says(500, b"secret")]
            failing = [client.get(path), client.get("/sparql", params={"query": SELECT})]
            stage.acts = [relaying(oxigraph.query)]
            again = client.get(path)

    for answer in failing:
        assert answer.status_code == 502
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remote_status"] == 500
        assert "127.0.0.1" not in answer.text
        assert "secret" not in answer.text
    assert again.status_code == 200


def test_a_store_whose_default_graph_is_the_union_is_asked_without_naming_graphs(
    tmp_path, store: Store
) -> None:
    with servers.oxigraph(tmp_path, "--union-default-graph") as running:
        load(store.parts(), Target(running.query, running.update, running.graph_store))
        remote = RemoteStore.open(running.query)

        assert not remote.holding.listed
        assert len(remote) == len(store)
        assert remote.answer(Asked("ASK { ?s a ?c }")) == store.answer(Asked("ASK { ?s a ?c }"))


def test_a_load_that_is_stopped_changes_nothing(oxigraph: servers.Server, store: Store) -> None:
    before = RemoteStore(oxigraph.query).counts()
    with playing(says(500)) as stage:
        target = Target(oxigraph.query, oxigraph.update, address(stage))
        with pytest.raises(RemoteFault):
            load(store.parts(), target)

    assert RemoteStore(oxigraph.query).counts() == before


def test_a_store_that_keeps_other_triples_than_were_sent_is_found_out(
    tmp_path: Path, store: Store
) -> None:
    """A store that loses the copies, as one did: what it then holds is counted."""

    def loses(on: Playing) -> None:
        _, headers, body = on.server.heard[-1]
        kept = re.sub(rb"COPY GRAPH <[^>]*/0> TO GRAPH <[^>]*> ;\n", b"", body)
        on.server.heard[-1] = (running.update, headers, kept)
        relaying(running.update)(on)

    parts = store.parts()
    some = {graph: parts[graph] for graph in (f"{GRAPH}meta", f"{GRAPH}ontology")}
    with servers.oxigraph(tmp_path) as running, playing(loses) as stage:
        done = load(some, Target(running.query, address(stage), running.graph_store))

    first = next(iter(some))
    assert done.wrong == {first: (0, len(some[first]))}
    assert any("WRONG" in line for line in done.lines())


def test_triples_in_many_texts_keep_blank_nodes_together(store: Store) -> None:
    triples = store.parts()[f"{GRAPH}doc/icat-victims-and-survivors"]
    texts = list(lines(triples, 100))
    nodes = [set(re.findall(r"_:\w+", text)) for text in texts]

    assert len(texts) > 20
    assert sum(text.count("\n") for text in texts) == len(triples)
    assert sum(map(len, nodes)) == len(set().union(*nodes)) > 0


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tipgraph", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **more},
    )


def test_the_commands_load_a_built_store_and_ask_it(tmp_path: Path) -> None:
    assert run("build", str(tmp_path / "graph.store")).returncode == 0
    with servers.oxigraph(tmp_path / "server") as running:
        place = f"sparql:{running.query}"
        empty = run("question", "--store", place)
        loaded = run("load", str(tmp_path / "graph.store"), "--store", place)
        asked = run("question", "impacts-on-group", "--format", "csv", "--store", place)
        dumped = run("export", "--format", "nquads", "--store", place)

    assert empty.returncode == 3
    assert "tipgraph load" in empty.stderr
    assert loaded.returncode == 0
    assert "whole" in loaded.stdout.splitlines()[-1]
    assert asked.stdout == run("question", "impacts-on-group", "--format", "csv").stdout
    assert dumped.stdout.count("\n") == run("export", "--format", "nquads").stdout.count("\n")


@pytest.mark.parametrize("command", ["question", "export", "serve", "load"])
def test_a_store_that_is_down_ends_a_command_with_one_line(command: str) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        done = run(command, "--store", f"sparql:http://127.0.0.1:{held.getsockname()[1]}/query")

    assert done.returncode == 7
    assert done.stdout == ""
    assert done.stderr == (
        "tipgraph: The remote store cannot be reached (connection refused); ask later.\n"
    )


def test_a_load_goes_to_a_remote_store_only(tmp_path: Path) -> None:
    done = run("load", "--store", str(tmp_path))

    assert done.returncode == 2
    assert "sparql:http://host/path" in done.stderr
