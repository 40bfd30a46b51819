"""Workers that answer queries side by side; one that is past a limit is killed and replaced."""

from __future__ import annotations

import json
import os
import queue
import selectors
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from . import errors
from .errors import BadQuery, Busy, NotReady, PastLimit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Asked

_CHUNK = 1 << 16
# From here on a query is not a simple one: it gives way to those that are.
_PATIENCE = 0.25
_GIVES_WAY = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take, and how many may wait: seconds, megabytes, bytes."""

    seconds: float = 30.0
    megabytes: int = 2_048
    bytes: int = 100_000_000
    workers: int = 6
    waiting: int = 64
    patience: float = 10.0


class Pool:
    """As many workers as *limits* say, each with the store of *origin* (see `worker.load`)."""

    def __init__(self, origin: Mapping[str, str], limits: Limits) -> None:
        """Start the workers; they are ready when their stores are loaded."""
        self.limits = limits
        self._origin = json.dumps(dict(origin))
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._waiting = threading.Semaphore(limits.waiting + limits.workers)
        self._closed = threading.Event()
        self._all: set[_Worker] = set()
        self._replaced = 0
        self._lock = threading.Lock()
        for _ in range(limits.workers):
            self._start()

    def answer(self, asked: Asked) -> tuple[bytes, str]:
        """The answer to anybody's query as `Store.answer` gives it, or the limit it is past."""
        if not self._waiting.acquire(blocking=False):
            raise _full(self.limits)
        try:
            return self._ask(json.dumps(asdict(asked)).encode() + b"\n")
        finally:
            self._waiting.release()

    def state(self) -> dict[str, int]:
        """How many workers are busy and idle, and how many were replaced so far."""
        with self._lock:
            idle = self._idle.qsize()
            return {
                "busy": max(0, len(self._all) - idle),
                "idle": idle,
                "replaced": self._replaced,
            }

    def close(self) -> None:
        """End all workers; what they were asked is answered by `NotReady`."""
        self._closed.set()
        with self._lock:
            workers = list(self._all)
        for worker in workers:
            worker.kill()

    def _ask(self, request: bytes) -> tuple[bytes, str]:
        try:
            worker = self._idle.get(timeout=self.limits.patience)
        except queue.Empty:
            raise _full(self.limits) from None
        try:
            answer = worker.ask(request, self.limits)
        except BaseException:
            self._replace(worker)
            if self._closed.is_set():
                raise _stopping() from None
            raise
        self._idle.put(worker)
        return _read(answer)

    def _start(self) -> None:
        worker = _Worker(self._origin, self.limits)
        with self._lock:
            self._all.add(worker)
        self._idle.put(worker)
        if self._closed.is_set():
            worker.kill()

    def _replace(self, worker: _Worker) -> None:
        worker.kill()
        with self._lock:
            self._all.discard(worker)
            self._replaced += 1
        if not self._closed.is_set():
            self._start()


class _Worker:
    """One process, asked one query at a time."""

    def __init__(self, origin: str, limits: Limits) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, and no shell
            [
                sys.executable,
                "-m",
                "tipgraph.worker",
                origin,
                str(limits.megabytes),
                str(limits.bytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            # A signal to the service's terminal is for the service, which then ends its workers.
            start_new_session=True,
        )
        self._ready = False

    def ask(self, request: bytes, limits: Limits) -> tuple[dict[str, object], bytes]:
        """The head and the body of the answer; an error leaves the worker unusable."""
        if not self._ready:
            # Loading is not the query's time; a store that cannot be loaded ends the process.
            self._receive(time.monotonic() + 60.0, limits)
            self._ready = True
        deadline = time.monotonic() + limits.seconds
        self._send(request, limits)
        return self._receive(deadline, limits)

    def kill(self) -> None:
        """End the process, and wait until it is gone."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()

    def _send(self, data: bytes, limits: Limits) -> None:
        assert self._process.stdin  # noqa: S101 - it was made with a pipe
        try:
            view = memoryview(data)
            while view:
                view = view[self._process.stdin.write(view) :]
        except BrokenPipeError:
            raise self._death(limits) from None

    def _receive(self, deadline: float, limits: Limits) -> tuple[dict[str, object], bytes]:
        data = bytearray()
        head: dict[str, object] | None = None
        size = start = 0
        renice_at = time.monotonic() + _PATIENCE
        while head is None or len(data) < start + size:
            wait = min(deadline, renice_at) - time.monotonic()
            chunk = self._chunk(wait)
            if chunk is None:
                if time.monotonic() >= deadline:
                    raise _too_slow(limits)
                self._give_way()
                renice_at = deadline
                continue
            if not chunk:
                raise self._death(limits)
            data += chunk
            if head is None and b"\n" in data:
                start = data.index(b"\n") + 1
                head = json.loads(data[:start])
                size = int(str(head["bytes"]))
        if renice_at == deadline:
            self._take_turns_again()
        return head, bytes(data[start:])

    def _chunk(self, wait: float) -> bytes | None:
        """What the worker has written; empty at its end, None if nothing came in time."""
        assert self._process.stdout  # noqa: S101 - it was made with a pipe
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, wait)):
                return None
        return os.read(self._process.stdout.fileno(), _CHUNK)

    def _give_way(self) -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _GIVES_WAY)

    def _take_turns_again(self) -> None:
        # Raising the priority again needs a privilege; without it the worker stays behind.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, 0)

    def _death(self, limits: Limits) -> Exception:
        """The error that stands for how the process ended."""
        status = self._process.wait()
        if status == -signal.SIGSEGV:
            return BadQuery("The query nests too deeply to be read; write it flatter.")
        if status in {-signal.SIGABRT, -signal.SIGKILL}:
            message = f"The query needed more than {limits.megabytes:,} MB; ask for less."
            return PastLimit(message, megabytes=limits.megabytes)
        return PastLimit("The query ended its worker; ask for less.")


def _read(answer: tuple[dict[str, object], bytes]) -> tuple[bytes, str]:
    head, body = answer
    if "error" in head:
        kind = getattr(errors, str(head["error"]))
        raise kind(head["message"], **head["details"])  # type: ignore[arg-type]
    return body, str(head["form"])


def _too_slow(limits: Limits) -> PastLimit:
    message = f"The query took longer than {limits.seconds:g} s; ask for less, or add a LIMIT."
    return PastLimit(message, seconds=limits.seconds)


def _stopping() -> NotReady:
    return NotReady("The service stopped before the query ended; ask again.", retry_after=1)


def _full(limits: Limits) -> Busy:
    message = f"All {limits.workers} workers are busy; ask again in a second."
    return Busy(message, retry_after=1)
