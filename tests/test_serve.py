"""The running service: new data is taken up and it stops without dropping a request."""

import http.client
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import psutil
import pytest
from serving import NUMBER, RUNAWAY, Service, build_numbered, eventually, number_in, sparql

from tipgraph.build import open_built
from tipgraph.opening import stamp
from tipgraph.serve import listen

CLIENTS = 8
SMALL = ("--workers", 2)


class Clients:
    """Threads that ask for the number in a loop, and keep what was not as it should be."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.newest = self.oldest = 0
        self.asked = 0
        self.faults: list[object] = []
        self.stop = threading.Event()
        kinds = (self._keep_alive, self._anew)
        self.threads = [threading.Thread(target=kinds[i % 2]) for i in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _keep_alive(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        while not self.stop.is_set():
            self._ask(connection)
        connection.close()

    def _anew(self) -> None:
        while not self.stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
            self._ask(connection)
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        oldest = self.oldest
        try:
            connection.request("GET", sparql(NUMBER))
            answer = connection.getresponse()
            body = answer.read()
            number = number_in(body) if answer.status == 200 else None
        except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
            self.faults.append(error)
            self.stop.set()
            return
        self.asked += 1
        if number is None or not oldest <= number <= self.newest:
            self.faults.append((answer.status, oldest, number, self.newest, body))


@pytest.mark.parametrize(
    ("processes", "watch"), [(1, False), (1, True), (2, False), (2, True)], ids=str
)
def test_new_data_is_taken_up_and_no_request_is_dropped(
    serve, numbered_store: Path, processes: int, watch: bool
) -> None:
    watching = ("--watch",) if watch else ()
    service = serve("--store", numbered_store, "--processes", processes, *SMALL, *watching)
    eventually(lambda: len(service.events("started")) == processes)
    with Clients(service) as clients:
        for number in range(1, 6):
            asked = clients.asked
            clients.newest = number
            build_numbered(numbered_store, number)
            if not watch:
                service.tell(signal.SIGHUP)
            done = processes * number
            eventually(lambda done=done: len(service.events("reloaded")) >= done)
            clients.oldest = number
            eventually(lambda asked=asked: clients.asked > asked + 2 * CLIENTS or clients.faults)

    assert clients.faults == []
    assert clients.asked > 80
    assert service.counts()['tipgraph_reloads_total{outcome="ok"}'] == 5 * processes
    # The older graphs are gone, and their workers with them.
    # Each that serves has one that makes its two workers.
    most = processes * 3 + (processes if processes > 1 else 0)
    eventually(lambda: len(service.below()) <= most)
    assert service.stop() == 0


def test_what_was_served_before_is_let_go(serve, numbered_store: Path) -> None:
    service = serve("--store", numbered_store, *SMALL)
    eventually(service.ready)
    process = psutil.Process(service.process.pid)
    service.get("/api/v1/responses")
    files = process.num_fds()
    for number in range(1, 6):
        service.get("/api/v1/responses")
        build_numbered(numbered_store, number)
        service.tell(signal.SIGHUP)
        eventually(lambda number=number: len(service.events("reloaded")) == number)

    # Those of one store, and what this test itself keeps open.
    eventually(lambda: process.num_fds() <= files + 5, 20)


def test_a_store_that_cannot_be_read_is_not_taken_up(serve, numbered_store: Path) -> None:
    service = serve("--store", numbered_store, "--workers", 1)
    eventually(service.ready)
    shutil.rmtree(numbered_store / "store")
    service.tell(signal.SIGHUP)
    eventually(lambda: service.events("reload-failed"))

    assert "tipgraph build" in service.events("reload-failed")[0]["reason"]
    assert number_in(service.get(sparql(NUMBER)).body) == 0
    ready = service.get("/ready")
    assert (ready.status, ready.json["reload"]) == (200, "Broken file")
    assert service.counts()['tipgraph_reloads_total{outcome="failed"}'] == 1

    build_numbered(numbered_store, 1)
    service.tell(signal.SIGHUP)
    eventually(lambda: service.events("reloaded"))
    assert number_in(service.get(sparql(NUMBER)).body) == 1
    assert service.get("/ready").json["reload"] == "ok"


def test_a_query_that_runs_while_data_is_taken_up_is_answered_by_the_old(
    serve, numbered_store: Path
) -> None:
    service = serve("--store", numbered_store, *SMALL, "--timeout", 4)
    eventually(service.ready)
    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(service.get, sparql(RUNAWAY))
        eventually(lambda: service.counts()["tipgraph_requests_in_flight"] == 2)
        service.tell(signal.SIGHUP)

        # It is past its limit, not cut off.
        assert slow.result().status == 504
    eventually(lambda: service.events("reloaded"))
    eventually(lambda: len(service.below()) == 2)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("processes", [1, 2])
def test_what_runs_is_answered_before_it_stops(
    serve, numbered_store: Path, processes: int, sign: signal.Signals
) -> None:
    service = serve("--store", numbered_store, "--processes", processes, *SMALL, "--timeout", 4)
    eventually(lambda: len(service.events("started")) == processes)
    eventually(service.ready)
    below = service.below()
    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(service.get, sparql(RUNAWAY))
        eventually(lambda: service.counts()["tipgraph_requests_in_flight"] == 2)
        service.tell(sign)

        assert slow.result().status == 504
    assert service.process.wait(60) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", service.port))
    assert [each for each in below if each.is_running()] == []
    assert service.events("stopped")[0]["forced"] is False


def test_past_the_grace_what_runs_is_told_to_ask_again(serve, numbered_store: Path) -> None:
    service = serve("--store", numbered_store, *SMALL, "--timeout", 300, "--grace", 1)
    eventually(service.ready)
    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(service.get, sparql(RUNAWAY))
        eventually(lambda: service.counts()["tipgraph_requests_in_flight"] == 2)
        status = service.stop()

        assert slow.result().status == 503
        assert slow.result().headers["retry-after"] == "1"
    assert status == 0


def test_while_it_drains_it_is_not_ready_but_answers(serve, numbered_store: Path) -> None:
    service = serve("--store", numbered_store, *SMALL, "--drain", 5)
    eventually(service.ready)
    service.tell(signal.SIGTERM)
    eventually(lambda: service.events("stopping"))
    ready = service.get("/ready")

    assert (ready.status, ready.json["title"]) == (503, "Not ready")
    assert ready.headers["cache-control"] == "no-store"
    assert service.get("/health").status == 200
    assert number_in(service.get(sparql(NUMBER)).body) == 0
    assert service.process.wait(60) == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_killed_under_load_it_leaves_nothing_and_starts_again(
    serve, numbered_store: Path, processes: int
) -> None:
    first = serve("--store", numbered_store, "--processes", processes, *SMALL)
    eventually(lambda: len(first.events("started")) == processes)
    with Clients(first) as clients:
        eventually(lambda: clients.asked > CLIENTS)
        below = first.below()
        first.tell(signal.SIGKILL)
        first.process.wait()
    second = serve("--store", numbered_store, "--processes", processes, *SMALL)

    assert number_in(second.get(sparql(NUMBER)).body) == 0
    # Each that serves has one that makes workers, of which there is at least one.
    assert len(below) >= processes * 2
    eventually(lambda: not any(each.is_running() for each in below))


def test_a_process_that_is_killed_is_replaced_and_the_port_goes_on(
    serve, numbered_store: Path
) -> None:
    service = serve("--store", numbered_store, "--processes", 2, *SMALL)
    eventually(lambda: len(service.events("started")) == 2)
    for _ in range(20):
        assert service.get(sparql(NUMBER)).status == 200
    total = 'tipgraph_requests_total{method="GET",route="/sparql",status="200"}'
    eventually(lambda: service.counts()[total] == 20)
    killed = psutil.Process(service.process.pid).children()[0]
    killed.kill()
    for _ in range(20):
        assert service.get(sparql(NUMBER)).status == 200
    eventually(lambda: len(service.events("started")) == 3)

    eventually(lambda: service.counts()[total] == 40)
    assert service.events("process-ended")[0]["status"] == -signal.SIGKILL
    assert len(psutil.Process(service.process.pid).children()) == 2
    assert killed not in psutil.Process(service.process.pid).children()
    assert service.stop() == 0


def test_a_process_that_is_killed_leaves_the_sums(serve, numbered_store: Path) -> None:
    service = serve("--store", numbered_store, "--processes", 2, *SMALL)

    def idle(*, ask: bool) -> float | None:
        """The workers of both; one query after the other makes one worker in each process."""
        if ask:
            service.get(sparql(NUMBER))
        return service.counts().get('tipgraph_workers{state="idle"}')

    eventually(lambda: idle(ask=True) == 2)
    psutil.Process(service.process.pid).children()[0].kill()

    eventually(lambda: idle(ask=False) == 1)
    eventually(lambda: idle(ask=True) == 2)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_terminal_that_is_gone_stops_it(serve, processes: int) -> None:
    ours, its = pty.openpty()
    service = serve("--processes", processes, "--workers", 1, stderr=its)
    os.close(its)
    service.tell(signal.SIGHUP)
    eventually(lambda: service.counts().get('tipgraph_reloads_total{outcome="ok"}'))
    os.close(ours)
    service.tell(signal.SIGHUP)

    assert service.process.wait(60) == 0


def test_changed_files_are_noticed(tmp_path: Path) -> None:
    build_numbered(tmp_path / "store", 1)
    first = stamp(str(tmp_path / "store"))
    assert first == stamp(str(tmp_path / "store"))
    build_numbered(tmp_path / "store", 1)
    second = stamp(str(tmp_path / "store"))
    (tmp_path / "store").rename(tmp_path / "away")

    assert first != second
    assert stamp(str(tmp_path / "store")) is None
    assert stamp(None) == stamp(None) is not None


def test_a_build_killed_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    target = tmp_path / "graph.store"
    build_numbered(target, 0)
    program = "import sys; from pathlib import Path; from serving import build_numbered; "
    program += "print('begun', flush=True); build_numbered(Path(sys.argv[1]), int(sys.argv[2]))"
    kept, took = 0, 0.0
    seen = set()
    for turn in range(1, 21):
        command = [sys.executable, "-c", program, str(target), str(turn)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parent
        ) as building:
            assert building.stdout
            building.stdout.readline()
            began = time.monotonic()
            if turn > 1:
                time.sleep(took * 1.1 * (turn - 2) / 18)
                building.kill()
            building.wait()
            if turn == 1:
                took = time.monotonic() - began
        rows = open_built(target).select(NUMBER)
        found = int(rows.rows[0][0].value)
        assert found in {kept, turn}
        seen.add(found == turn)
        kept = found

    assert seen == {True, False}
    build_numbered(target, 99)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".graph.store.lock", "graph.store"]


def test_answers_do_not_wait_for_each_others_packets() -> None:
    """The event loop sets TCP_NODELAY only where the socket says that it is of TCP."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
