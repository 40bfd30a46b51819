"""Queries of anybody run in workers: each has its limits, and what one costs no other pays."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient

from tipgraph.answers import Asked
from tipgraph.app import create_app
from tipgraph.build import build
from tipgraph.errors import BadData, BadQuery, Busy, PastLimit, TooLarge
from tipgraph.findings import Submission
from tipgraph.pool import Limits, Pool, Reviewers, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXAMPLE = {"data": str(Path(__file__).parent / "example" / "data")}
MODELS = Path(__file__).parent / "models" / "invalid"
SIMPLE = "SELECT ?s WHERE { ?s a <https://w3id.org/tipgraph/ontology#PolicyResponse> }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GREEDY = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?e ?i"
WIDE = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"


class Asking:
    """A pool in an event loop of its own, asked from any thread."""

    def __init__(self, limits: Limits, origin: Mapping[str, str] = EXAMPLE) -> None:
        self.pool = Pool(origin, limits)

    def __enter__(self) -> Self:
        self._context = start_blocking_portal()
        self._portal = self._context.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.close()
        self._context.__exit__(None, None, None)

    def call(self, what: Callable[..., object], *given: object) -> object:
        return self._portal.call(what, *given)

    def ask(self, query: str = SIMPLE) -> tuple[bytes, str]:
        return self._portal.call(self.pool.answer, Asked(query))

    @property
    def workers(self) -> set[int]:
        """The processes of the workers."""
        return children(self.nursery.pid)

    @property
    def nursery(self) -> subprocess.Popen[bytes]:
        """The process that makes them."""
        return self.pool._nursery._process  # noqa: SLF001


@pytest.fixture(scope="module")
def pool():
    limits = Limits(seconds=1.0, megabytes=400, bytes=1_000_000, workers=3, waiting=4)
    with Asking(limits) as pool:
        yield pool


def rows(answer: tuple[bytes, str]) -> list[str]:
    return [row["s"]["value"] for row in json.loads(answer[0])["results"]["bindings"]]


WAGES = ["https://w3id.org/tipgraph/id/response/example-wages"]


def test_a_worker_answers_as_the_store_does(pool: Asking, example) -> None:
    for query in (SIMPLE, "ASK { }", "DESCRIBE <https://w3id.org/tipgraph/concept/children>"):
        ours, theirs = example.store.answer(Asked(query)), pool.ask(query)

        assert theirs[1] == ours[1]
        assert sorted(theirs[0].split(b"\n")) == sorted(ours[0].split(b"\n"))


def test_a_query_that_takes_too_long_is_stopped(pool: Asking) -> None:
    start = time.monotonic()
    with pytest.raises(PastLimit, match="longer than 1 s"):
        pool.ask(RUNAWAY)

    assert time.monotonic() - start < 10
    assert rows(pool.ask()) == WAGES


def test_a_query_that_takes_too_much_memory_is_stopped() -> None:
    with Asking(Limits(seconds=60.0, megabytes=300, workers=1)) as pool:
        with pytest.raises(PastLimit, match="more than 300 MB"):
            pool.ask(GREEDY)
        assert rows(pool.ask()) == WAGES


def test_an_answer_that_is_too_large_is_refused_and_not_cut(pool: Asking) -> None:
    with pytest.raises(TooLarge, match="more than 1,000,000 bytes"):
        pool.ask(WIDE)

    assert rows(pool.ask()) == WAGES


def test_what_is_wrong_with_a_query_is_told_as_by_the_store(pool: Asking) -> None:
    with pytest.raises(BadQuery, match="line 1, column") as caught:
        pool.ask("SELECT * WHERE { ?s ?p }")

    assert caught.value.details["line"] == 1


def test_a_worker_that_dies_is_replaced(pool: Asking) -> None:
    pool.ask()
    before = pool.workers
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    for _ in before:
        with pytest.raises(PastLimit):
            pool.ask()

    assert rows(pool.ask()) == WAGES
    assert not before & pool.workers


def test_a_hundred_killed_workers_leave_nothing_behind() -> None:
    with Asking(Limits(seconds=60.0, workers=2)) as pool:
        pool.ask()
        open_files = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(100):
            (worker,) = pool.workers
            os.kill(worker, signal.SIGKILL)
            with pytest.raises(PastLimit):
                pool.ask()
            pool.ask()

        assert len(pool.workers) == 1
        assert len(list(Path("/proc/self/fd").iterdir())) == open_files
        assert pool.pool.state() == State(busy=0, idle=1, waiting=0, started=101, killed=100)


def test_the_process_that_makes_workers_is_replaced_too(pool: Asking) -> None:
    pool.ask()
    before = pool.workers
    pool.nursery.kill()
    pool.nursery.wait()
    until(lambda: not any(alive(pid) for pid in before))
    for _ in before:
        with pytest.raises(PastLimit):
            pool.ask()

    assert rows(pool.ask()) == WAGES


def test_what_another_nursery_left_is_not_ended() -> None:
    with Asking(Limits(workers=1)) as pool:
        nursery = pool.pool._nursery  # noqa: SLF001
        left = pool.call(nursery.start)
        pool.nursery.kill()
        pool.nursery.wait()
        pool.ask()
        pool.call(nursery.end, left)

        assert rows(pool.ask()) == WAGES


def test_a_nursery_that_hangs_holds_nobody_up() -> None:
    with Asking(Limits(workers=1, loading=0.2)) as pool:
        until(lambda: answers(pool) and len(pool.workers) == 1)
        pool.nursery.send_signal(signal.SIGSTOP)
        (worker,) = pool.workers
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(PastLimit):
            pool.ask()
        with pytest.raises(Busy, match="still being loaded"):
            pool.ask()
        pool.nursery.send_signal(signal.SIGCONT)

        until(lambda: answers(pool) and len(pool.workers) == 1)


def test_workers_draw_random_numbers_of_their_own() -> None:
    query = "SELECT (STRUUID() AS ?s) WHERE { }"
    with Asking(Limits(workers=4)) as pool, ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: pool.ask(query)[0], range(40)))

        assert len(pool.workers) > 1
    assert len(set(found)) == 40


def test_a_store_that_is_replaced_is_still_the_one_that_workers_answer_from(
    example, tmp_path: Path
) -> None:
    """Until the service takes the new one up, all its answers are of one release."""
    target = tmp_path / "graph"
    count = "SELECT (COUNT(*) AS ?s) WHERE { ?a ?b ?c }"
    build(example.layout, target)
    with Asking(Limits(workers=1), {"store": str(target)}) as pool:
        before = pool.ask(count)
        build(example.layout.without_data(), target)
        (worker,) = pool.workers
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(PastLimit):
            pool.ask(count)

        assert pool.ask(count) == before


def test_more_than_may_wait_are_told_to_come_again() -> None:
    limits = Limits(seconds=2.0, workers=1, waiting=1, patience=30.0)
    with Asking(limits) as pool, ThreadPoolExecutor(6) as threads:
        pool.ask()
        asked = [threads.submit(pool.ask, RUNAWAY) for _ in range(6)]
        kinds = [type(future.exception()) for future in asked]

    assert kinds.count(Busy) == 4
    assert kinds.count(PastLimit) == 2


def test_closing_leaves_no_process() -> None:
    with Asking(Limits(workers=2)) as pool:
        pool.ask()
        workers = pool.workers

    assert workers
    assert pool.nursery.poll() is not None
    assert not [pid for pid in workers if alive(pid)]


def test_data_are_checked_in_workers_too() -> None:
    submission = Submission((MODELS / "StatementSpeaker.ttl").read_bytes(), "turtle")
    reviewers = Reviewers({}, Limits(workers=1))
    with start_blocking_portal() as portal:
        report = json.loads(portal.call(reviewers.check, submission, "json"))
        with pytest.raises(BadData, match="line 1"):
            portal.call(reviewers.check, Submission(b"not Turtle", "turtle"), "json")
        reviewers.close()

    assert [item["rule"]["name"] for item in report["items"]] == ["StatementSpeaker"]


def test_a_check_that_takes_too_long_is_stopped() -> None:
    submission = Submission((MODELS / "StatementSpeaker.ttl").read_bytes(), "turtle")
    reviewers = Reviewers({}, Limits(seconds=0.01, workers=1))
    with start_blocking_portal() as portal:
        with pytest.raises(PastLimit, match=r"longer than 0\.01 s"):
            portal.call(reviewers.check, submission, "json")
        reviewers.close()


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
    with Asking(Limits(seconds=5.0, workers=6)) as pool, ThreadPoolExecutor(4) as threads:
        pool.ask()
        slow = [threads.submit(pool.ask, RUNAWAY) for _ in range(4)]
        until(lambda: pool.pool.state().busy == 4)
        for _ in range(20):
            assert rows(pool.ask()) == WAGES

        assert not any(future.done() for future in slow)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_the_service(sign: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tipgraph", "serve", "--port", str(port), "--timeout", "5"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            until(lambda: listens(port))
            threading.Thread(target=post, args=(port, RUNAWAY), daemon=True).start()
            # The process that makes workers, and the worker that is busy.
            until(lambda: len(descendants(server.pid)) == 2)
            started = descendants(server.pid)
            server.send_signal(sign)
            server.wait(40)
        finally:
            server.kill()

    until(lambda: not [pid for pid in started if alive(pid)])


def until(holds: Callable[[], bool]) -> None:
    """Wait for what must come to pass, and fail if it does not."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answers(pool: Asking) -> bool:
    with suppress(Busy):
        return rows(pool.ask()) == WAGES
    return False


def children(pid: int) -> set[int]:
    """The child processes of *pid*, of whichever of its threads."""
    found: set[int] = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found |= {int(child) for child in (task / "children").read_text().split()}
    return found


def descendants(pid: int) -> set[int]:
    own = children(pid)
    return own.union(*(descendants(child) for child in own))


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def post(port: int, query: str) -> None:
    data = urllib.parse.urlencode({"query": query}).encode()
    with suppress(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/sparql", data)
