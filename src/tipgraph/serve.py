"""One process that serves: it listens, takes up new data, and stops when all is answered.

`python -m tipgraph.serve` is one of several, with a socket that it did not open: see `supervise`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn
import uvloop
from anyio import to_thread

from . import __version__, logs, paths
from .answers import Asked
from .app import create_app
from .errors import Busy, TipgraphError
from .journal import Journal
from .logs import event
from .metrics import Metrics
from .near import Near
from .opening import is_remote, open_bench, stamp
from .operations import Status
from .pool import Limits, Pool, Reviewers
from .queries import read
from .rooted import Rooted
from .store import Store
from .switch import Loaded, Switch, settle
from .told import Told
from .wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_TICK = 1.0
_TRIES = 3
_BACKLOG = 2_048
# How many times as long a query takes a store on disk as one in memory, at most.
_PACE_ON_DISK = 10.0
# After the grace: what stopped queries are answered may still be sent, and then no more.
_LAST_WORDS = 2
FORCE = 10.0


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to *host* and *port*, or `OSError` if that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol told, else connections wait for each other's packets (Nagle's algorithm).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def serve(
    told: Told,
    listener: socket.socket,
    ready: Callable[[int], None],
    parent: int | None = None,
) -> None:
    """Serve at *listener* until told to stop; *ready* hears how many quads are served.

    With *parent*, an open file, the end of that file says to stop as well.
    """
    # Until it is known what to do then; the default is to die.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    logs.set_up(told.log_format, told.log_level)
    status = Status(Metrics(os.getpid() if parent is None else os.getppid()))
    switch = Switch(lambda: _next(told, status), _load(told, status), status)
    settle()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_Process(told, status, switch).run(listener, ready, parent))
    finally:
        switch.stop_queries()
    event("stopped", {"forced": False})


def _load(told: Told, status: Status) -> Loaded:
    """The application over what is to be served, with its workers started."""
    bench = open_bench(told.store, told.texts)
    origin = {} if told.store is None else {"store": told.store}
    remote = is_remote(told.store)
    pool = Pool(origin, told.limits)
    # Data are checked beside the files where the store is another server's.
    reviewers = Reviewers({} if remote else origin, _for_reviews(told.limits))
    # What changes without our knowledge is not kept.
    kept = 0 if remote else told.cache * 1_000_000
    try:
        pace = 1.0 if told.store is None else _PACE_ON_DISK
        answerer = Near(bench.store, pool, pace) if isinstance(bench.store, Store) else pool
        app = create_app(bench, answerer, status, kept, reviewers)
        return Loaded(app, bench.quads, pool, reviewers)
    except BaseException:
        pool.close()
        raise


def _for_reviews(limits: Limits) -> Limits:
    """Fewer workers, and no more waiting, than for queries: each check is a long one."""
    return replace(limits, workers=max(1, limits.workers // 3), waiting=8)


async def _next(told: Told, status: Status) -> Loaded:
    """The application over what is to be served now, when its workers have loaded the same."""
    for _ in range(_TRIES):
        before = stamp(told.store)
        loaded = await to_thread.run_sync(_load, told, status)
        await _warm(loaded)
        if stamp(told.store) == before:
            return loaded
        loaded.stop_queries()
    message = "The data changes faster than it can be loaded; reload when it is at rest."
    raise Busy(message)


async def _warm(loaded: Loaded) -> None:
    """Wait until a worker of *loaded* has answered: all have the store of the same process."""
    if loaded.pool is None:
        return
    try:
        await loaded.pool.answer(Asked(read(paths.QUERIES / "operations" / "ready.rq").text))
    except BaseException:
        loaded.stop_queries()
        raise


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


class _Process:
    """The server, and what it is told while it runs."""

    def __init__(self, told: Told, status: Status, switch: Switch) -> None:
        self._told = told
        self._status = status
        self._switch = switch
        self._wanted = asyncio.Event()
        self._on_terminal = sys.stderr.isatty()
        config = uvicorn.Config(
            _outermost(switch, told, status),
            lifespan="on",
            http=Wire,
            ws="none",
            log_config=None,
            access_log=False,
            # Where a proxy stands before the service, --root-url says so.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=int(told.grace) + _LAST_WORDS,
        )
        self._server = _Server(config)

    async def run(
        self, listener: socket.socket, ready: Callable[[int], None], parent: int | None
    ) -> None:
        """Serve until a signal says to stop."""
        self._listen_to_signals()
        if parent is not None:
            asyncio.get_running_loop().add_reader(parent, self._orphan, parent)
        ticking = asyncio.create_task(self._tick())
        quads = self._switch.current.quads
        # From here on a client that connects is answered, if not at once.
        listener.listen(_BACKLOG)
        event("started", {"quads": quads, "release": __version__})
        ready(quads)
        await self._server.serve([listener])
        ticking.cancel()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stop, sign.name)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})

    def _hang_up(self) -> None:
        if self._on_terminal and not sys.stderr.isatty():
            logs.fall_silent()
            self._stop("SIGHUP")
        else:
            self._wanted.set()

    def _orphan(self, parent: int) -> None:
        asyncio.get_running_loop().remove_reader(parent)
        self._stop("parent")

    def _stop(self, why: str) -> None:
        """Stop after the drain; told again by the keyboard, do not wait for what is under way."""
        if self._status.stopping:
            self._server.force_exit = why == "SIGINT"
            return
        self._status.stopping = True
        event("stopping", {"why": why})
        loop = asyncio.get_running_loop()
        loop.call_later(self._told.drain, self._close)
        loop.call_later(
            self._told.drain + self._told.grace,
            lambda: loop.run_in_executor(None, self._switch.stop_queries),
        )
        force = threading.Timer(self._told.drain + self._told.grace + FORCE, _force)
        force.daemon = True
        force.start()

    def _close(self) -> None:
        self._server.should_exit = True

    async def _tick(self) -> None:
        """Each second, count the workers and look whether there is new data."""
        seen = last = stamp(self._told.store)
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), _TICK)
            self._count()
            now = await to_thread.run_sync(stamp, self._told.store) if self._told.watch else seen
            # What was the same a second ago is not being written.
            changed = now not in {None, seen} and now == last
            last = now
            if self._wanted.is_set() or changed:
                self._wanted.clear()
                seen = stamp(self._told.store)
                await self._switch.take_up()

    def _count(self) -> None:
        pool = self._switch.current.pool
        if pool is not None:
            state = pool.state()
            self._status.metrics.workers(state.busy, state.idle, state.killed)


def _outermost(switch: Switch, told: Told, status: Status) -> Journal:
    rooted = switch if told.root_url is None else Rooted(switch, told.root_url)
    return Journal(rooted, status.metrics, queries=told.log_queries)


def _force() -> None:
    """End the process though something in it still computes; its workers end by themselves."""
    event("stopped", {"forced": True}, logging.ERROR)
    os._exit(1)


def main() -> None:
    """Serve at the socket that the first argument names, as the first line of the input tells."""
    told = Told.from_json(sys.stdin.readline())
    listener = socket.socket(fileno=int(sys.argv[1]))
    try:
        serve(told, listener, lambda quads: print(quads, flush=True), sys.stdin.fileno())
    except TipgraphError as error:
        print(f"tipgraph: {error}", file=sys.stderr)
        raise SystemExit(error.exit_status) from None


if __name__ == "__main__":
    main()
