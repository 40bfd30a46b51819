"""Queries by GET take a short way through the service, and are answered as by the long one."""

from __future__ import annotations

import gzip
import json
import re
import signal
import socket
from contextlib import closing

import pytest
from serving import NUMBER, RUNAWAY, Service, build_numbered, eventually, number_in, sparql

from tipgraph.heads import Head, Plain
from tipgraph.prompt import reading_of

HOST = (b"host", b"data.example.org")
# Whoever has another answer is answered whole, and by the long way.
LONG = 'If-None-Match: "another"\r\n'
MANY = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 100"
LAST = (("last", ["Connection: close\r\n"]), ("late", []))
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d a ?f . FILTER(?c != ?f) }"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prompt")
    build_numbered(folder / "store", 1)
    # Nothing is kept, so that each answer is made by the way that is asked for.
    options = ("--store", folder / "store", "--cache", 0, "--workers", 2, "--timeout", 2)
    service = Service(folder / "log", *options)
    yield service
    service.end()


def connected(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=60)


def request(target: str, *fields: str) -> bytes:
    lines = [f"GET {target} HTTP/1.1\r\nHost: data.example.org\r\n", *fields, "\r\n"]
    return "".join(lines).encode()


def part(channel: socket.socket) -> bytes:
    data = channel.recv(1 << 16)
    assert data, "the other side has hung up"
    return data


def answer(channel: socket.socket, data: bytes = b"") -> tuple[str, dict[str, str], bytes, bytes]:
    """The status line, the headers and the body of the next answer, and what follows it."""
    while b"\r\n\r\n" not in data:
        data += part(channel)
    head, _, rest = data.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in fields)}
    size = int(headers["content-length"])
    while len(rest) < size:
        rest += part(channel)
    return line, headers, rest[:size], rest[size:]


def plain(path: bytes, query: bytes, headers: list[tuple[bytes, bytes]]) -> Plain:
    return Plain(path, query, Head.of(headers), (), {"headers": headers})


def test_only_a_plain_query_takes_the_short_way() -> None:
    asked = {"path": b"/sparql", "query": b"query=ASK%7B%7D", "headers": [HOST]}

    reading = reading_of(plain(**asked))
    assert reading is not None
    assert reading.asked.query == "ASK{}"
    for left in (
        {"path": b"/sparql/"},
        {"query": b""},
        {"query": b"query=ASK%7B%7D&query=ASK%7B%7D"},
        {"query": b"query=%FF"},
        {"query": b"query=" + b"a" * 50_000},
        {"headers": [HOST, (b"if-none-match", b"*")]},
        {"headers": [HOST, (b"origin", b"https://example.org")]},
        {"headers": [HOST, (b"content-length", b"1")]},
        {"headers": [HOST, (b"accept", b"text/html,*/*;q=0.8")]},
    ):
        assert reading_of(plain(**(asked | left))) is None


@pytest.mark.parametrize(
    ("target", "fields"),
    [
        (sparql(MANY), ["Accept: application/sparql-results+json\r\n"]),
        (sparql(MANY), ["Accept: text/csv\r\n", "Accept-Encoding: gzip\r\n"]),
        (sparql(MANY), ["Accept-Encoding: br, gzip;q=0\r\n"]),
        (sparql("ASK { }"), ["Accept: application/sparql-results+xml\r\n"]),
        (sparql("ASK { }"), ["Accept: text/html\r\n"]),
        (sparql("ASK { }") + "&format=tsv", ["Accept-Encoding: gzip\r\n"]),
        (sparql("ASK { }") + "&default-graph-uri=urn:none", []),
        (sparql("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 9"), ["Accept: text/turtle\r\n"]),
        (sparql("SELECT (RAND() < 2 AS ?x) { }"), []),
        (sparql("SELECT ?x WHERE { ?x "), []),
        (sparql("SELECT ?x WHERE { ?x "), ["Accept: text/html\r\n"]),
        (sparql("SELECT * { SERVICE <http://example.org/> { ?a ?b ?c } }"), []),
        (sparql("ASK { }"), ["Accept: text/turtle\r\n"]),
        ("/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%22é%22%20%7D", []),
        ("/sparql?query=ASK%7B%7D#there", []),
    ],
)
def test_both_ways_give_the_same_answer(service: Service, target: str, fields: list[str]) -> None:
    with closing(connected(service)) as one, closing(connected(service)) as other:
        one.sendall(request(target, *fields))
        short = answer(one)
        other.sendall(request(target, LONG, *fields))
        long = answer(other)

    for _, headers, *_ in (short, long):
        headers.pop("x-request-id", None)
        headers.pop("date", None)
        # The bytes that are packed have their time among them.
        if headers.get("content-encoding") == "gzip":
            del headers["content-length"]
    assert short[:2] == long[:2]
    packed = short[1].get("content-encoding") == "gzip"
    assert packed == (len(fields) == 2)
    unpacked = gzip.decompress if packed else bytes
    assert unpacked(short[2]) == unpacked(long[2])


def test_each_request_of_a_connection_is_answered_as_its_own_headers_say(service: Service) -> None:
    target = sparql("SELECT ?x { VALUES ?x { 7 } }")
    named = ["X-Request-ID: one\r\n"], ["X-Request-ID: two\r\n"], ["X-Request-ID: two\r\n"], []
    formats = "csv", "csv", "tab-separated-values", "csv"
    found = []
    with closing(connected(service)) as channel:
        for kind, fields in zip(formats, named, strict=True):
            channel.sendall(request(target, f"Accept: text/{kind}\r\n", *fields))
            _, headers, body, _ = answer(channel)
            found.append((headers["content-type"], headers["x-request-id"], body))

    csv = "text/csv; charset=utf-8", b"x\r\n7\r\n"
    assert [(kind, body) for kind, _, body in found[:2]] == [csv, csv]
    assert found[2][0] == "text/tab-separated-values; charset=utf-8"
    assert (found[3][0], found[3][2]) == csv
    assert [name for _, name, _ in found[:3]] == ["one", "two", "two"]
    assert re.fullmatch("[0-9a-f]{16}", found[3][1])


def test_what_is_asked_in_one_go_is_answered_in_turn(service: Service) -> None:
    queries = ["SELECT ?a { }", MANY, "SELECT ?c { }", "SELECT ?d { }"]
    with closing(connected(service)) as channel:
        channel.sendall(b"".join(request(sparql(query)) for query in queries))
        data, names = b"", []
        for _ in queries:
            _, _, body, data = answer(channel, data)
            names.append(json.loads(body)["head"]["vars"])

    assert names == [["a"], ["s", "p", "o"], ["c"], ["d"]]


def test_nothing_is_answered_after_the_last_answer(service: Service) -> None:
    last, late = (request(sparql(f"ASK {{ <x:{name}> ?b ?c }}"), *fields) for name, fields in LAST)
    with closing(connected(service)) as channel:
        channel.sendall(last + late)
        _, headers, _, rest = answer(channel)
        assert headers["connection"] == "close"
        while data := channel.recv(1 << 16):
            rest += data

    assert rest == b""
    assert not service.events("bug")


def test_a_query_past_its_limit_is_stopped(service: Service) -> None:
    with closing(connected(service)) as channel:
        channel.sendall(request(sparql(RUNAWAY)))
        line, headers, body, _ = answer(channel)
        channel.sendall(request(sparql("ASK { }")))

        assert answer(channel)[0] == "HTTP/1.1 200 OK"
    assert line == "HTTP/1.1 504 Gateway Timeout"
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["seconds"] == 2


def test_a_query_ends_when_its_client_has_gone(serve) -> None:
    service = serve("--workers", 1, "--timeout", 600)
    eventually(service.ready)
    with closing(connected(service)) as channel:
        channel.sendall(request(sparql(RUNAWAY)))
        eventually(lambda: service.counts().get('tipgraph_workers{state="busy"}') == 1)
    eventually(lambda: service.counts().get('tipgraph_queries_total{outcome="left"}') == 1, 20)

    assert service.get(sparql("ASK { }")).status == 200


def test_new_data_waits_for_no_query_and_drops_none(serve, tmp_path) -> None:
    build_numbered(tmp_path / "store", 1)
    service = serve("--store", tmp_path / "store", "--timeout", 600)
    eventually(service.ready)
    with closing(connected(service)) as slow, closing(connected(service)) as quick:
        slow.sendall(request(sparql(NUMBER)))
        assert number_in(answer(slow)[2]) == 1
        slow.sendall(request(sparql(SLOW)))
        eventually(lambda: service.counts().get('tipgraph_workers{state="busy"}') == 1)
        build_numbered(tmp_path / "store", 2)
        service.tell(signal.SIGHUP)
        eventually(lambda: service.events("reloaded"))
        quick.sendall(request(sparql(NUMBER)))

        assert number_in(answer(quick)[2]) == 2
        assert answer(slow)[0] == "HTTP/1.1 200 OK"


def test_what_is_under_way_is_answered_before_the_service_stops(serve, tmp_path) -> None:
    build_numbered(tmp_path / "store", 1)
    service = serve("--store", tmp_path / "store", "--timeout", 600, "--grace", 300)
    eventually(service.ready)
    with closing(connected(service)) as channel:
        channel.sendall(request(sparql(SLOW)))
        eventually(lambda: service.counts().get('tipgraph_workers{state="busy"}') == 1)
        service.tell(signal.SIGTERM)
        line, headers, _, _ = answer(channel)

        assert line == "HTTP/1.1 200 OK"
        assert headers["connection"] == "close"
        assert channel.recv(1) == b""
    assert service.process.wait(60) == 0
