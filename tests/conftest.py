"""What several tests share: the shipped graph, an example graph of our own, and the service."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
import uvicorn
from fastapi.testclient import TestClient
from serving import Service, build_numbered

from tipgraph.app import create_app
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED, Layout
from tipgraph.lookup import Lookup
from tipgraph.pool import Limits, Pool
from tipgraph.questions import Questions
from tipgraph.sources import Sources
from tipgraph.store import Store
from tipgraph.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

HERE = Path(__file__).parent
EXAMPLE = Layout(data=HERE / "example" / "data")
EXAMPLE_TEXTS = HERE / "example" / "texts"


@pytest.fixture(scope="session")
def store() -> Store:
    """The shipped graph, which nothing changes."""
    return Store.load(SHIPPED)


@pytest.fixture(scope="session")
def bench(store: Store) -> Bench:
    return Bench(store, SHIPPED)


@pytest.fixture(scope="session")
def questions(bench: Bench) -> Questions:
    return Questions(bench, Lookup(bench).names)


@pytest.fixture(scope="session")
def client(bench: Bench) -> Iterator[TestClient]:
    """The service on the shipped graph, without source texts."""
    with TestClient(create_app(bench), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def example() -> Bench:
    """A small graph of a brief that was written for the tests, with its text."""
    return Bench(Store.load(EXAMPLE), EXAMPLE, Sources(EXAMPLE_TEXTS))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts `tipgraph serve` with the arguments given; ended at the end of the test."""
    begun: list[Service] = []

    def start(*arguments: object, stderr: int | None = None) -> Service:
        begun.append(Service(tmp_path / f"service-{len(begun)}.log", *arguments, stderr=stderr))
        return begun[-1]

    yield start
    for service in begun:
        service.end()


@pytest.fixture
def numbered_store(tmp_path: Path) -> Path:
    """A store whose one number is 0."""
    build_numbered(tmp_path / "graph.store", 0)
    return tmp_path / "graph.store"


class Server(uvicorn.Server):
    """A server that tells when it takes requests."""

    ready: Event

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(bench: Bench, wire: type[Wire] = Wire) -> Iterator[str]:
    """The address of a service on *bench*, on a port of this machine, with workers as it has."""
    pool = Pool({"data": str(bench.layout.data.resolve())}, Limits(workers=2))
    app = create_app(bench, pool)
    config = uvicorn.Config(app, port=0, log_config=None, log_level="error", http=wire)
    server = Server(config)
    server.ready = Event()
    thread = Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(60)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def served() -> Callable[..., AbstractContextManager[str]]:
    """Serves a bench for as long as a `with` block lasts."""
    return serving


@pytest.fixture(scope="session")
def source_texts() -> Path:
    """The folder of the four source texts, if the environment names it."""
    folder = os.environ.get("TIPGRAPH_SOURCES")
    if not folder:
        pytest.skip("TIPGRAPH_SOURCES does not name the folder of the source texts")
    return Path(folder)
