"""Queries of anybody run in workers: each has its limits, and what one costs no other pays."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tipgraph.answers import Asked
from tipgraph.app import create_app
from tipgraph.errors import BadQuery, Busy, PastLimit, TooLarge
from tipgraph.pool import Limits, Pool

EXAMPLE = {"data": str(Path(__file__).parent / "example" / "data")}
SIMPLE = "SELECT ?s WHERE { ?s a <https://w3id.org/tipgraph/ontology#PolicyResponse> }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GREEDY = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?e ?i"
WIDE = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"


@pytest.fixture(scope="module")
def pool():
    pool = Pool(EXAMPLE, Limits(seconds=1.0, megabytes=600, bytes=1_000_000, workers=3, waiting=4))
    yield pool
    pool.close()


def rows(answer: tuple[bytes, str]) -> list[str]:
    return [row["s"]["value"] for row in json.loads(answer[0])["results"]["bindings"]]


def ask(pool: Pool, query: str = SIMPLE):
    return pool.answer(Asked(query))


WAGES = ["https://w3id.org/tipgraph/id/response/example-wages"]


def test_a_worker_answers_as_the_store_does(pool: Pool, example) -> None:
    for query in (SIMPLE, "ASK { }", "DESCRIBE <https://w3id.org/tipgraph/concept/children>"):
        ours, theirs = example.store.answer(Asked(query)), ask(pool, query)

        assert theirs[1] == ours[1]
        assert sorted(theirs[0].split(b"\n")) == sorted(ours[0].split(b"\n"))


def test_a_query_that_takes_too_long_is_stopped(pool: Pool) -> None:
    start = time.monotonic()
    with pytest.raises(PastLimit, match="longer than 1 s"):
        ask(pool, RUNAWAY)

    assert time.monotonic() - start < 10
    assert rows(ask(pool)) == WAGES


def test_a_query_that_takes_too_much_memory_is_stopped() -> None:
    pool = Pool(EXAMPLE, Limits(seconds=60.0, megabytes=400, workers=1))
    try:
        with pytest.raises(PastLimit, match="more than 400 MB"):
            ask(pool, GREEDY)
        assert rows(ask(pool)) == WAGES
    finally:
        pool.close()


def test_an_answer_that_is_too_large_is_refused_and_not_cut(pool: Pool) -> None:
    with pytest.raises(TooLarge, match="more than 1,000,000 bytes"):
        ask(pool, WIDE)

    assert rows(ask(pool)) == WAGES


def test_what_is_wrong_with_a_query_is_told_as_by_the_store(pool: Pool) -> None:
    with pytest.raises(BadQuery, match="line 1, column") as caught:
        ask(pool, "SELECT * WHERE { ?s ?p }")

    assert caught.value.details["line"] == 1


def test_a_worker_that_dies_is_replaced(pool: Pool) -> None:
    ask(pool)
    before = {worker._process.pid for worker in pool._all}  # noqa: SLF001
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    for _ in before:
        with pytest.raises(PastLimit):
            ask(pool)

    assert rows(ask(pool)) == WAGES
    assert not before & {worker._process.pid for worker in pool._all}  # noqa: SLF001


def test_more_than_may_wait_are_told_to_come_again() -> None:
    limits = Limits(seconds=2.0, workers=1, waiting=1, patience=30.0)
    pool = Pool(EXAMPLE, limits)
    try:
        ask(pool)
        with ThreadPoolExecutor(6) as threads:
            asked = [threads.submit(ask, pool, RUNAWAY) for _ in range(6)]
            kinds = [type(future.exception()) for future in asked]

        assert kinds.count(Busy) == 4
        assert kinds.count(PastLimit) == 2
    finally:
        pool.close()


def test_closing_leaves_no_process() -> None:
    pool = Pool(EXAMPLE, Limits(workers=2))
    ask(pool)
    processes = [worker._process for worker in pool._all]  # noqa: SLF001
    pool.close()

    assert all(process.poll() is not None for process in processes)


def test_limits_are_problem_documents(example) -> None:
    pool = Pool(EXAMPLE, Limits(seconds=0.5, workers=1, waiting=0, patience=0.1))
    with TestClient(create_app(example, pool)) as client:
        assert client.get("/sparql", params={"query": SIMPLE}).status_code == 200
        slow = client.get("/sparql", params={"query": RUNAWAY})
        assert slow.status_code == 504
        assert slow.headers["content-type"] == "application/problem+json"
        assert slow.json()["seconds"] == 0.5

        held = threading.Thread(
            target=lambda: client.get("/sparql", params={"query": RUNAWAY}), daemon=True
        )
        held.start()
        time.sleep(0.2)
        full = client.get("/sparql", params={"query": SIMPLE})
        assert full.status_code == 503
        assert full.headers["retry-after"] == "1"
        held.join()


def test_runaways_do_not_hold_up_others() -> None:
    """The bound is wide, for a busy machine; benchmarks/ measures the real figures."""
    pool = Pool(EXAMPLE, Limits(seconds=5.0, workers=6))
    try:
        with ThreadPoolExecutor(4) as threads:
            ask(pool)
            for _ in range(4):
                threads.submit(ask, pool, RUNAWAY)
            time.sleep(1.0)
            times = []
            for _ in range(20):
                start = time.monotonic()
                assert rows(ask(pool)) == WAGES
                times.append(time.monotonic() - start)

        assert statistics.median(times) < 2.0
    finally:
        pool.close()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_the_service(sign: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tipgraph", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        assert "quads" in server.stdout.readline()
        busy = threading.Thread(target=lambda: post(port, RUNAWAY), daemon=True)
        busy.start()
        time.sleep(2.0)
        tasks = Path(f"/proc/{server.pid}/task").iterdir()
        children = {pid for task in tasks for pid in (task / "children").read_text().split()}
        server.send_signal(sign)
        server.wait(40)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(alive(pid) for pid in children):
        time.sleep(0.1)

    assert len(children) == 6
    assert not [pid for pid in children if alive(pid)]


def alive(pid: str) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(port: int, query: str) -> None:
    data = urllib.parse.urlencode({"query": query}).encode()
    with suppress(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/sparql", data)
