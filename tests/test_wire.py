"""What is not HTTP, too long, too slow or too much is refused before anything reads it."""

import json
import resource
import socket
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest
from serving import RUNAWAY, Service, eventually, sparql

from tipgraph import wire

HOST = b"Host: data.example.org\r\n"
END = b"Connection: close\r\n\r\n"


@pytest.fixture
def service(serve) -> Service:
    return serve("--workers", 1)


def connect(address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(address).port), timeout=60)


def connected(service: Service) -> socket.socket:
    return connect(service.address)


def received(channel: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    parts = []
    while part := channel.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def said(service: Service, *parts: bytes) -> tuple[int, str, bytes]:
    """The status, the headers in lower case and the body of the answer to what is sent."""
    with connected(service) as channel:
        channel.sendall(b"".join(parts))
        head, _, body = received(channel).partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), body


def test_what_is_not_http_is_a_problem_document(service: Service) -> None:
    for sent in (b"\0\1\2\r\n\r\n", b"BREW /api/v1/groups HTTP/1.1\r\n" + HOST + END):
        status, head, body = said(service, sent)

        assert status == 400
        assert "content-type: application/problem+json" in head
        assert json.loads(body)["status"] == 400


@pytest.mark.parametrize(
    "hosts",
    [
        b"",
        b"Host:\r\n",
        b"Host: a.example\r\nHost: b.example\r\n",
        b'Host: a>; rel="next"\r\n',
        b"Host: a.example/x\r\n",
        b"Host: user@a.example\r\n",
        b"Host: " + b"a" * 300 + b"\r\n",
    ],
)
def test_a_request_names_one_host(service: Service, hosts: bytes) -> None:
    status, _, body = said(service, b"GET /health HTTP/1.1\r\n", hosts, END)

    assert status == 400
    assert "Host" in json.loads(body)["detail"]


@pytest.mark.parametrize("host", [b"localhost:80", b"[::1]:8000", b"127.0.0.1", b"a-b.example."])
def test_hosts_of_all_forms_are_taken(service: Service, host: bytes) -> None:
    assert said(service, b"GET /health HTTP/1.1\r\nHost: " + host + b"\r\n", END)[0] == 200


def test_a_client_of_http_1_0_names_none(service: Service) -> None:
    assert said(service, b"GET /health HTTP/1.0\r\n\r\n")[0] == 200


def test_what_follows_a_body_is_no_header(service: Service) -> None:
    start = b"POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query\r\n"
    body = b"7\r\nASK { }\r\n0\r\nX-Request-ID: late\r\nAccept: text/csv\r\n\r\n"
    status, head, _ = said(service, start, HOST, b"Transfer-Encoding: chunked\r\n", END, body)

    assert status == 200
    assert "application/sparql-results+json" in head
    assert "late" not in head


def test_a_long_head_is_refused_at_once_and_before_it_ends(service: Service) -> None:
    field = b"X-Long: " + b"a" * (wire.MAX_HEAD - 1_000) + b"\r\n"
    start = b"GET /health HTTP/1.1\r\n" + HOST

    assert said(service, start, field, END)[0] == 200
    assert said(service, start, field, b"X-More: " + b"a" * 2_000 + b"\r\n", END)[0] == 431
    assert said(service, start, b"X-Endless: " + b"a" * (wire.MAX_HEAD + 1))[0] == 431


def answers(channel: socket.socket, number: int) -> list[tuple[dict[str, str], bytes]]:
    """The headers and the body of so many answers that come one after the other."""
    found, data = [], b""
    while len(found) < number:
        head, end, rest = data.partition(b"\r\n\r\n")
        pairs = (line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
        fields = dict(pairs) if end else {}
        size = int(fields.get("content-length", 0))
        if end and len(rest) >= size:
            found.append((fields, rest[:size]))
            data = rest[size:]
        else:
            part = channel.recv(1 << 16)
            assert part
            data += part
    return found


def asked(query: str, *fields: bytes) -> bytes:
    return b"".join([b"GET ", sparql(query).encode(), b" HTTP/1.1\r\n", HOST, *fields, b"\r\n"])


def hits(service: Service) -> float:
    return service.counts().get('tipgraph_cache_total{result="hit"}') or 0


def test_what_is_in_memory_is_sent_as_it_was_the_first_time(service: Service) -> None:
    request = asked("SELECT ?x { VALUES ?x { 1 2 } }")
    with connected(service) as channel:
        channel.sendall(request)
        first = answers(channel, 1)[0]
        channel.sendall(request)
        second = answers(channel, 1)[0]

    assert hits(service) == 1
    assert first[0].pop("x-request-id") != second[0].pop("x-request-id")
    assert {**first[0], "date": ""} == {**second[0], "date": ""}
    assert first[1] == second[1]


def test_what_is_in_memory_does_not_overtake_what_was_asked_before(service: Service) -> None:
    known, new = "SELECT ?x { VALUES ?x { 1 } }", "SELECT ?y { VALUES ?y { 2 } }"
    with connected(service) as channel:
        channel.sendall(asked(known))
        answers(channel, 1)
        channel.sendall(asked(new) + asked(known) + asked(known))
        bodies = [json.loads(body)["head"]["vars"] for _, body in answers(channel, 3)]

    assert bodies == [["y"], ["x"], ["x"]]


def test_a_client_that_has_what_is_in_memory_is_told_so(service: Service) -> None:
    request = "SELECT ?z { VALUES ?z { 1 } }"
    with connected(service) as channel:
        channel.sendall(asked(request))
        tag = answers(channel, 1)[0][0]["etag"].replace("w/", "W/").encode()
        channel.sendall(
            asked(request, b"If-None-Match: " + tag + b"\r\n", b"Connection: close\r\n")
        )

        assert received(channel).startswith(b"HTTP/1.1 304 ")


def test_what_is_in_memory_is_sent_to_those_who_then_hang_up(service: Service) -> None:
    request = "SELECT ?w { VALUES ?w { 1 } }"
    for _ in range(2):
        with connected(service) as channel:
            channel.sendall(asked(request, b"Connection: close\r\n"))

            assert received(channel).startswith(b"HTTP/1.1 200 ")


class Hasty(wire.Wire):
    seconds = 0.2


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /health HTTP/1.1\r\nX:",
        b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nASK",
    ],
)
def test_a_request_that_does_not_end_is_hung_up_on(example, served, sent: bytes) -> None:
    with served(example, Hasty) as address, closing(connect(address)) as channel:
        channel.sendall(sent)

        assert b"HTTP/1.1 408 " in received(channel)


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_a_request_that_does_not_begin_is_not_waited_for(example, served, sent: bytes) -> None:
    with served(example, Hasty) as address, closing(connect(address)) as channel:
        channel.sendall(sent)

        assert received(channel) == b""


def test_a_request_that_ends_is_waited_for(example, served) -> None:
    query = sparql("SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f }").encode()
    with served(example, Hasty) as address, closing(connect(address)) as channel:
        channel.sendall(b"GET " + query + b" HTTP/1.1\r\n" + HOST + END)

        assert received(channel).startswith(b"HTTP/1.1 200 ")


def test_more_connections_than_files_are_told_to_come_again(service: Service) -> None:
    taken = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (138, taken[1]))
    with ExitStack() as held:
        idle = [held.enter_context(connected(service)) for _ in range(11)]
        answer = received(idle[-1])

        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nRetry-After: 1\r\n" in answer
    eventually(lambda: service.get("/health").status == 200)


def test_a_query_ends_when_its_client_has_gone(service: Service) -> None:
    eventually(service.ready)
    with connected(service) as channel:
        channel.sendall(b"GET " + sparql(RUNAWAY).encode() + b" HTTP/1.1\r\n" + HOST + END)
        eventually(lambda: service.counts().get('tipgraph_workers{state="busy"}') == 1)
    eventually(lambda: service.counts().get('tipgraph_queries_total{outcome="left"}') == 1, 20)

    queries = [line for line in service.events("request") if line["route"] == "/sparql"]
    assert [line["status"] for line in queries] == [0]
    assert service.get(sparql("ASK { }")).status == 200


def test_a_client_that_leaves_in_a_body_is_no_bug(service: Service) -> None:
    with connected(service) as channel:
        channel.sendall(b"POST /sparql HTTP/1.1\r\n" + HOST)
        channel.sendall(b"Content-Type: application/sparql-query\r\nContent-Length: 9\r\n\r\nASK")
    eventually(lambda: service.events("request"))

    assert [line["status"] for line in service.events("request")] == [0]
    assert not service.events("bug")
