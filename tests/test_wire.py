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


def test_a_long_head_is_refused_at_once_and_before_it_ends(service: Service) -> None:
    field = b"X-Long: " + b"a" * (wire.MAX_HEAD - 1_000) + b"\r\n"
    start = b"GET /health HTTP/1.1\r\n" + HOST

    assert said(service, start, field, END)[0] == 200
    assert said(service, start, field, b"X-More: " + b"a" * 2_000 + b"\r\n", END)[0] == 431
    assert said(service, start, b"X-Endless: " + b"a" * (wire.MAX_HEAD + 1))[0] == 431


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

    assert [line["status"] for line in service.events("request") if line["ms"] > 250] == [0]
    assert service.get(sparql("ASK { }")).status == 200


def test_a_client_that_leaves_in_a_body_is_no_bug(service: Service) -> None:
    with connected(service) as channel:
        channel.sendall(b"POST /sparql HTTP/1.1\r\n" + HOST)
        channel.sendall(b"Content-Type: application/sparql-query\r\nContent-Length: 9\r\n\r\nASK")
    eventually(lambda: service.events("request"))

    assert [line["status"] for line in service.events("request")] == [0]
    assert not service.events("bug")
