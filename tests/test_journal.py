"""What the log says of a request, and what it never says."""

import io
import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from serving import RUNAWAY, Service, eventually, sparql

from tipgraph import logs
from tipgraph.app import create_app
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.journal import Journal
from tipgraph.metrics import Metrics

WORD = "Ophelia"
QUERY = f'SELECT ?s WHERE {{ ?s ?p "{WORD}" }}'
FIELDS = {
    *("time", "level", "event", "process"),
    *("method", "route", "status", "ms", "bytes", "id"),
}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@contextmanager
def logged(form: str = "json", level: str = "info") -> Iterator[io.StringIO]:
    """What is logged meanwhile."""
    root, ours = logging.getLogger(), logging.getLogger("tipgraph")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    logs.set_up(form, level, stream)
    yield stream
    root.handlers[:], root.level, ours.level = before


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logged() as stream:
        yield stream


def lines(log: io.StringIO, event: str = "request") -> list[dict[str, object]]:
    found = map(json.loads, log.getvalue().splitlines())
    return [line for line in found if line["event"] == event]


def journal(bench: Bench, *, queries: bool = False) -> TestClient:
    app = Journal(create_app(bench), Metrics(), queries=queries)
    return TestClient(app, raise_server_exceptions=False)


def test_a_request_has_one_line_with_these_fields(log, example) -> None:
    answer = journal(example).get("/api/v1/responses/example-wages", params={"format": "json"})
    (line,) = lines(log)

    assert re.fullmatch(TIME, line["time"])
    assert (line["level"], line["method"], line["status"]) == ("info", "GET", 200)
    assert line["route"] == "/api/v1/{kind}/{name}"
    assert line["bytes"] == int(answer.headers["content-length"])
    assert line["ms"] > 0
    assert line["id"] == answer.headers["x-request-id"]
    assert set(line) == FIELDS


ASKED = [
    ("GET", "/sparql", {"query": QUERY}),
    ("GET", "/api/v1/responses", {"impact": WORD}),
    ("GET", f"/api/v1/responses/{WORD}", {}),
    ("GET", f"/{WORD}", {}),
    ("GET", f"/id/{WORD}", {}),
    ("POST", "/sparql", {"query": WORD}),
]


@pytest.mark.parametrize(("method", "path", "given"), ASKED, ids=range(len(ASKED)))
def test_what_was_asked_is_not_logged(log, example, method: str, path: str, given) -> None:
    journal(example).request(method, path, params=given, headers={"User-Agent": WORD})

    assert len(lines(log)) == 1
    assert WORD not in log.getvalue()
    assert "testclient" not in log.getvalue()


def test_queries_are_logged_when_told_to(log, example) -> None:
    client = journal(example, queries=True)
    client.get("/sparql", params={"query": QUERY})
    client.post("/sparql", data={"query": QUERY})

    assert [line["query"] for line in lines(log)] == [QUERY, QUERY]


def test_a_long_query_is_logged_in_part(log, example) -> None:
    journal(example, queries=True).get("/sparql", params={"query": "ASK {} #" + "x" * 5_000})

    assert len(lines(log)[0]["query"]) == 2_000


GIVEN = {
    "abc-DEF_1.2": True,
    "x" * 64: True,
    "x" * 65: False,
    'a"b': False,
    "a b": False,
    "": False,
}


@pytest.mark.parametrize(("given", "kept"), GIVEN.items(), ids=range(len(GIVEN)))
def test_a_request_keeps_its_name_if_that_is_sane(log, example, given: str, kept: bool) -> None:
    answer = journal(example).get("/health", headers={"X-Request-ID": given})

    assert (answer.headers["x-request-id"] == given) is kept
    assert lines(log)[0]["id"] == answer.headers["x-request-id"]
    assert kept or re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])


def test_an_error_is_named(log, example) -> None:
    journal(example).get("/sparql", params={"query": "SELECT"})

    assert (lines(log)[0]["status"], lines(log)[0]["error"]) == (400, "BadQuery")


def test_a_bug_is_logged_once_with_its_trace(log) -> None:
    answer = journal(Bench(None, SHIPPED)).get("/api/v1/responses")
    (bug,) = lines(log, "bug")

    assert answer.status_code == 500
    assert "Traceback" in bug["trace"]
    assert bug["id"] == answer.headers["x-request-id"]
    assert log.getvalue().count("Traceback") == 1
    assert lines(log)[0]["status"] == 500


def test_a_query_that_was_stopped_is_an_event(serve, numbered_store) -> None:
    service: Service = serve("--store", numbered_store, "--timeout", 1, "--workers", 1)
    answer = service.get(sparql(RUNAWAY))
    eventually(lambda: service.events("query-stopped"))
    (event,) = service.events("query-stopped")

    assert answer.status == 504
    assert (event["level"], event["reason"], event["seconds"]) == ("warning", "timeout", 1.0)
    assert event["id"] == answer.headers["x-request-id"]
    assert service.counts()['tipgraph_queries_total{outcome="timeout"}'] == 1
    eventually(lambda: service.counts()["tipgraph_workers_replaced_total"] == 1)


def test_text_has_one_line_a_request(example) -> None:
    with logged("text") as stream:
        journal(example).get("/health", headers={"X-Request-ID": "one"})
        logs.event("said", {"what": 'two words, "quoted"'})
    first, second = stream.getvalue().splitlines()

    assert re.fullmatch(
        TIME + r" info request process=\d+ method=GET route=/health status=200 ms=[\d.]+ "
        r"bytes=\d+ id=one",
        first,
    )
    assert second.endswith(r'what="two words, \"quoted\""')


def test_less_can_be_logged(example) -> None:
    with logged(level="warning") as stream:
        journal(example).get("/health")
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")

    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert (line["event"], line["logger"]) == ("library", "uvicorn.error")


def test_the_time_is_in_utc() -> None:
    made = logs._time(0.0425)  # noqa: SLF001

    assert made == "1970-01-01T00:00:00.042Z"
    assert time.strftime("%Y", time.gmtime()) == logs._time(time.time())[:4]  # noqa: SLF001
