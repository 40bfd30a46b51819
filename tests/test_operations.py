"""What those who run the service ask it: /health, /ready and /metrics."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
from serving import NUMBER, RUNAWAY, eventually, sparql

from tipgraph import __version__
from tipgraph.app import create_app
from tipgraph.cli import serve as command
from tipgraph.footprint import footprint
from tipgraph.journal import Journal
from tipgraph.metrics import Metrics
from tipgraph.operations import Status
from tipgraph.pool import Limits, Pool

EXAMPLE = {"data": str(Path(__file__).parent / "example" / "data")}


@pytest.fixture
def counted(example):
    """The service on the example graph, with its counts."""
    status = Status()
    app = Journal(create_app(example, None, status), status.metrics)
    return TestClient(app, raise_server_exceptions=False)


def counts(client: TestClient) -> dict[str, float]:
    lines = client.get("/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_health_says_what_is_served(client: TestClient, store) -> None:
    body = client.get("/health").json()

    assert body == {"status": "ok", "release": __version__, "quads": len(store)}


def test_it_is_ready_when_a_query_is_answered(client: TestClient) -> None:
    answer = client.get("/ready")

    assert answer.json() == {"status": "ready", "workers": "idle", "reload": "ok"}


def test_it_is_not_ready_when_workers_cannot_load(example) -> None:
    pool = Pool({"store": "/nonexistent"}, Limits(workers=1))
    with TestClient(create_app(example, pool)) as client:
        answer = client.get("/ready")

        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["cache-control"] == "no-store"
        assert client.get("/health").status_code == 200
        assert "nonexistent" not in answer.text


def test_with_all_workers_busy_it_is_still_ready(serve, numbered_store: Path) -> None:
    service = serve("--store", numbered_store, "--workers", 1, "--timeout", 6)
    eventually(service.ready)
    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(service.get, sparql(RUNAWAY))
        eventually(lambda: service.counts()["tipgraph_requests_in_flight"] == 2)
        ready = service.get("/ready")
        eventually(lambda: service.counts().get('tipgraph_workers{state="busy"}') == 1)

        assert (ready.status, ready.json["workers"]) == (200, "busy")
        assert slow.result().status == 504
    eventually(lambda: service.counts().get('tipgraph_workers{state="idle"}') == 1)


def test_requests_are_counted_by_route_method_and_status(counted: TestClient) -> None:
    counted.get("/api/v1/responses/example-wages")
    counted.get("/api/v1/responses/none-such")
    counted.head("/api/v1/impacts/example-loans")
    found = counts(counted)
    route = 'route="/api/v1/{kind}/{name}"'

    assert found[f'tipgraph_requests_total{{method="GET",{route},status="200"}}'] == 1
    assert found[f'tipgraph_requests_total{{method="GET",{route},status="404"}}'] == 1
    assert found[f'tipgraph_requests_total{{method="HEAD",{route},status="200"}}'] == 1
    assert found[f"tipgraph_request_seconds_count{{{route}}}"] == 3
    assert found[f'tipgraph_request_seconds_bucket{{le="+Inf",{route}}}'] == 3
    # The one that asks.
    assert found["tipgraph_requests_in_flight"] == 1


def test_paths_and_methods_that_nobody_knows_are_one_label(counted: TestClient) -> None:
    for path in ("/a", "/b", "/c/d", "/api/v2/x"):
        counted.get(path)
    counted.request("BREW", "/a")
    found = [name for name in counts(counted) if name.startswith("tipgraph_requests_total")]

    assert sorted(found) == [
        'tipgraph_requests_total{method="GET",route="none",status="404"}',
        'tipgraph_requests_total{method="other",route="none",status="404"}',
    ]


def test_queries_are_counted_by_how_they_ended(counted: TestClient) -> None:
    for query in ("ASK {}", "ASK {}", "SELECT", "ASK { SERVICE <urn:x> {} }"):
        counted.get("/sparql", params={"query": query})
    counted.get("/sparql", params={"qery": "ASK {}"})
    counted.post("/sparql", content=b"x" * 1_000_001)
    found = counts(counted)
    outcomes = {k: v for k, v in found.items() if k.startswith("tipgraph_queries_total")}

    assert outcomes == {
        'tipgraph_queries_total{outcome="ok"}': 2,
        'tipgraph_queries_total{outcome="refused"}': 3,
        'tipgraph_queries_total{outcome="too-large"}': 1,
    }


def test_what_a_pool_and_a_cache_say_is_taken_over(example) -> None:
    status = Status()
    client = TestClient(create_app(example, None, status))
    status.metrics.workers(busy=1, idle=2, killed=3)
    status.metrics.workers(busy=0, idle=3, killed=4)
    # Another pool, which counts from nothing.
    status.metrics.loaded(7)
    status.metrics.workers(busy=0, idle=3, killed=1)
    for hit in (True, False, True):
        status.metrics.cache_looked(hit)
    found = counts(client)

    assert found['tipgraph_workers{state="busy"}'] == 0
    assert found['tipgraph_workers{state="idle"}'] == 3
    assert found["tipgraph_workers_replaced_total"] == 5
    assert found['tipgraph_cache_total{result="hit"}'] == 2
    assert found['tipgraph_cache_total{result="miss"}'] == 1
    assert found["tipgraph_quads"] == 7
    assert found[f'tipgraph_release_info{{release="{__version__}"}}'] == 1


def test_metrics_are_in_the_format_that_is_asked_for(counted: TestClient) -> None:
    counted.get("/health")
    plain = counted.get("/metrics", headers={"Accept": "text/plain"})
    wanted = "application/openmetrics-text; version=1.0.0"
    opened = counted.get("/metrics", headers={"Accept": wanted})

    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert opened.headers["content-type"].startswith(wanted)
    assert opened.text.endswith("# EOF\n")
    names = {family.name for family in openmetrics(opened.text)}
    assert {"tipgraph_requests", "process_cpu_seconds"} <= names
    assert {family.name for family in prometheus(plain.text)} == names


def test_sums_are_right_whichever_process_answers(serve, numbered_store: Path) -> None:
    service = serve("--store", numbered_store, "--processes", 2, "--workers", 1)
    eventually(lambda: len(service.events("started")) == 2)
    for _ in range(30):
        service.get(sparql(NUMBER))
    ok = 'tipgraph_queries_total{outcome="ok"}'
    eventually(lambda: service.counts()[ok] == 30)
    asked = set()
    for _ in range(100):
        found = service.counts()
        assert found[ok] == 30
        # The first, two that serve, and below each one that makes its worker when it is needed.
        assert 5 <= found["tipgraph_processes"] <= 7
        asked = {
            line["process"] for line in service.events("request") if "metrics" in line["route"]
        }
        if len(asked) == 2:
            break

    assert len(asked) == 2
    eventually(lambda: service.counts().get('tipgraph_workers{state="idle"}') in {1, 2})
    assert service.counts()["tipgraph_quads"] == service.get("/health").json["quads"]


def test_the_footprint_is_that_of_a_process_and_all_below_it() -> None:
    alone = footprint(os.getpid())
    assert alone is not None
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        both = footprint(os.getpid())
        of_child = footprint(child.pid)
        assert child.stdin
        child.stdin.close()

    assert both is not None
    assert of_child is not None
    assert both.processes == alone.processes + 1
    assert both.resident_bytes > alone.resident_bytes
    assert of_child.began > both.began
    assert footprint(child.pid) is None


def test_every_metric_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    text = Metrics().page("")[0].decode()
    names = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))

    assert {name for name in names if f"`{name}" not in page} == set()


def test_every_option_of_serve_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    names = {option for parameter in command.params for option in parameter.opts}

    assert {name for name in names if f"`{name}" not in page} == set()


def test_every_field_of_the_log_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    example = next(line for line in page.splitlines() if '"event": "request"' in line)

    assert set(json.loads(example)) <= set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
