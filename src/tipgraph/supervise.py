"""Several processes that serve at one socket, each started again when it ends by itself."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from . import logs
from .logs import event
from .metrics import FOLDER, forget
from .serve import FORCE

if TYPE_CHECKING:
    import socket
    from asyncio.subprocess import Process
    from collections.abc import Callable

    from .told import Told

# One that ends sooner than this is not started again at once.
_BRIEF = 5.0
_PAUSE = 1.0


def supervise(
    told: Told, listener: socket.socket, processes: int, ready: Callable[[int], None]
) -> int:
    """Serve at *listener* by so many *processes* until told to stop; give the exit status."""
    logs.set_up(told.log_format, told.log_level)
    with TemporaryDirectory(prefix="tipgraph-") as folder:
        return asyncio.run(_Group(told, listener, Path(folder), ready).run(processes))


class _Group:
    """The processes, and what they are told."""

    def __init__(
        self, told: Told, listener: socket.socket, folder: Path, ready: Callable[[int], None]
    ) -> None:
        self._told = told
        self._listener = listener
        self._folder = folder
        self._ready = ready
        self._serving: set[Process] = set()
        self._starting: dict[Process, bool] = {}
        self._stopping = asyncio.Event()
        self._on_terminal = sys.stderr.isatty()

    async def run(self, processes: int) -> int:
        """Keep so many *processes* until a signal says to stop."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        # One alone at first: what it cannot load, none can.
        first = await self._start()
        if not await self._is_ready(first, self._ready):
            return 0 if self._stopping.is_set() else await first.wait()
        places = [asyncio.create_task(self._keep(first))]
        places += [asyncio.create_task(self._keep(None)) for _ in range(processes - 1)]
        await self._stopping.wait()
        # Nobody would answer a client that connects from here on.
        self._listener.close()
        await self._end(places)
        return 0

    async def _keep(self, process: Process | None) -> None:
        """Start *process* anew whenever it ends, until all are to stop."""
        while not self._stopping.is_set():
            began = time.monotonic()
            if process is None:
                process = await self._start()
                await self._is_ready(process)
            status = await process.wait()
            self._serving.discard(process)
            forget(process.pid, self._folder)
            if not self._stopping.is_set():
                event("process-ended", {"pid": process.pid, "status": status}, logging.ERROR)
                brief = time.monotonic() - began < _BRIEF
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _PAUSE if brief else 0.001)
            process = None

    async def _start(self) -> Process:
        number = self._listener.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tipgraph.serve",
            str(number),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=(number,),
            env=os.environ | {FOLDER: str(self._folder)},
            # A signal to the terminal's processes is for this one, which hands it on.
            start_new_session=True,
        )
        # The pipe stays open: its end tells the process that this one is gone.
        assert process.stdin  # noqa: S101 - it was made with a pipe
        process.stdin.write(self._told.to_json().encode() + b"\n")
        self._starting[process] = False
        return process

    async def _is_ready(self, process: Process, ready: Callable[[int], None] | None = None) -> bool:
        """Whether *process* came to serve; what was to be told meanwhile is told."""
        assert process.stdout  # noqa: S101 - it was made with a pipe
        line = await process.stdout.readline()
        reload = self._starting.pop(process)
        if not line:
            return False
        self._serving.add(process)
        if ready is not None:
            ready(int(line))
        if self._stopping.is_set():
            _tell(process, signal.SIGTERM)
        elif reload:
            _tell(process, signal.SIGHUP)
        return True

    def _hang_up(self) -> None:
        if self._on_terminal and not sys.stderr.isatty():
            logs.fall_silent()
            self._stop()
        else:
            self._reload()

    def _reload(self) -> None:
        self._starting = dict.fromkeys(self._starting, True)
        for process in self._serving:
            _tell(process, signal.SIGHUP)

    def _stop(self) -> None:
        self._stopping.set()
        for process in (*self._starting, *self._serving):
            _tell(process, signal.SIGTERM)

    async def _end(self, places: list[asyncio.Task[None]]) -> None:
        """Wait for all; end those that are still there when they should not be."""
        patience = self._told.drain + self._told.grace + FORCE + _BRIEF
        _, late = await asyncio.wait(places, timeout=patience)
        for process in self._serving if late else ():
            _tell(process, signal.SIGKILL)


def _tell(process: Process, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(sign)
