"""Workers that answer queries side by side; one that is past a limit is killed and replaced."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from . import errors
from .errors import BadQuery, Busy, NotReady, PastLimit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .answers import Asked
    from .findings import Submission

_CHUNK = 1 << 18
# From here on a query is not a simple one: it gives way to those that are, and its worker ends
# with it. A new worker reads a large graph more slowly, as it takes its pages over one by one, so
# that with less patience each would answer one query and end.
_PATIENCE = 1.0
_GIVES_WAY = 10
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take, and how many may wait: seconds, megabytes, bytes."""

    seconds: float = 30.0
    megabytes: int = 2_048
    bytes: int = 100_000_000
    workers: int = 6
    waiting: int = 64
    patience: float = 10.0
    loading: float = 30.0


@dataclass(frozen=True, slots=True)
class State:
    """How many workers answer and how many could, who waits, and what was started and killed."""

    busy: int
    idle: int
    waiting: int
    started: int
    killed: int


class Workers:
    """Up to as many workers as *limits* say, each with the graph of *origin* (see `worker.load`).

    They belong to the event loop that first asks them.
    """

    work: ClassVar[str]

    def __init__(self, origin: Mapping[str, str], limits: Limits) -> None:
        """Say what is to be loaded; workers start when they are needed."""
        self.limits = limits
        self._nursery = _Nursery(self.work, json.dumps(dict(origin)), limits)
        self._idle: list[_Worker] = []
        self._ending: set[asyncio.Future[int]] = set()
        self._running = asyncio.Semaphore(limits.workers)
        self._inside = self._started = self._killed = 0

    def state(self) -> State:
        """What the workers do now, and what they have done."""
        idle = len(self._idle)
        busy = min(self._inside, self._started - self._killed - idle)
        waiting = max(0, self._inside - self.limits.workers)
        return State(busy, idle, waiting, self._started, self._killed)

    def close(self) -> None:
        """End all workers; what they were asked is `NotReady`. Any thread may close them."""
        self._nursery.close()
        while self._idle:
            self._idle.pop().close()

    async def _ask(self, request: Mapping[str, object]) -> tuple[dict[str, object], bytes]:
        if self._inside >= self.limits.workers + self.limits.waiting:
            raise _full(self.limits)
        self._inside += 1
        try:
            await self._turn()
            try:
                return _read(await self._asked(json.dumps(request).encode() + b"\n"))
            finally:
                self._running.release()
        finally:
            self._inside -= 1

    async def _turn(self) -> None:
        if not self._running.locked():
            await self._running.acquire()
            return
        try:
            async with asyncio.timeout(self.limits.patience):
                await self._running.acquire()
        except TimeoutError:
            raise _full(self.limits) from None

    async def _asked(self, request: bytes) -> tuple[dict[str, object], bytes]:
        worker = await self._worker()
        done = False
        try:
            answer = await worker.ask(request, self.limits)
            done = not worker.behind
        except EOFError:
            status = await self._kill(worker)
            raise _stopping() if self._nursery.closed else _death(status, self.limits) from None
        except BaseException:
            await self._kill(worker)
            raise
        if done and not self._nursery.closed:
            self._idle.append(worker)
        else:
            await self._kill(worker)
        return answer

    async def _worker(self) -> _Worker:
        if self._idle:
            return self._idle.pop()
        starting = asyncio.ensure_future(self._nursery.start())
        self._started += 1
        try:
            async with asyncio.timeout(self.limits.loading):
                return await asyncio.shield(starting)
        except (asyncio.CancelledError, TimeoutError) as error:
            # Nobody waits for it any longer; the next query finds it.
            starting.add_done_callback(self._found)
            if isinstance(error, TimeoutError):
                raise _loading() from None
            raise
        except BaseException:
            self._started -= 1
            raise

    def _found(self, starting: asyncio.Task[_Worker]) -> None:
        if starting.cancelled() or starting.exception() is not None:
            self._started -= 1
        elif self._nursery.closed:
            starting.result().close()
        elif self._started - self._killed > self.limits.workers:
            # Others were started meanwhile, and waited for.
            ending = asyncio.ensure_future(self._kill(starting.result()))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        else:
            self._idle.append(starting.result())

    async def _kill(self, worker: _Worker) -> int:
        """The status that *worker* ended with, as far as that is known soon."""
        self._killed += 1
        # It goes on if this is given up: else the reply of the nursery is taken for the next one.
        ending = asyncio.ensure_future(self._nursery.end(worker))
        done, _ = await asyncio.wait({ending}, timeout=self.limits.loading)
        return ending.result() if done else -signal.SIGKILL


class Pool(Workers):
    """Workers that answer queries, from a store that is loaded at once."""

    work = "answer"

    def __init__(self, origin: Mapping[str, str], limits: Limits) -> None:
        """Let the store be loaded; workers start when they are needed."""
        super().__init__(origin, limits)
        self._nursery.open()

    async def answer(self, asked: Asked) -> tuple[bytes, str]:
        """The answer to anybody's query as `Store.answer` gives it, or the limit it is past."""
        # Not `asdict`, which copies deep and takes longer than a simple query.
        head, body = await self._ask({name: getattr(asked, name) for name in asked.__slots__})
        return body, str(head["form"])


class Reviewers(Workers):
    """Workers that check data; the rules are loaded when the first data come."""

    work = "review"

    async def check(self, submission: Submission, form: str) -> bytes:
        """The report on *submission* in the format *form*, or the limit that checking is past."""
        request = {
            "body": b64encode(submission.body).decode("ascii"),
            "form": submission.form,
            "beside": submission.beside,
            "report": form,
        }
        return (await self._ask(request))[1]


class _Worker(asyncio.Protocol):
    """One process, asked one query at a time, and what comes from it."""

    def __init__(self, pid: int, loop: asyncio.AbstractEventLoop) -> None:
        self.pid = pid
        self.behind = False
        self._loop = loop
        self._transport: asyncio.Transport
        self._gone = False
        self._answer: asyncio.Future[tuple[dict[str, object], bytes]] | None = None
        self._head: dict[str, Any] | None = None
        self._come = bytearray()
        self._due: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hold what is written to."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer, or all of it, as most come."""
        self._come += data
        if self._head is None:
            end = self._come.find(b"\n")
            if end < 0:
                return
            self._head = json.loads(self._come[:end])
            del self._come[: end + 1]
        if len(self._come) >= self._head["bytes"]:
            self._end(None, (self._head, bytes(self._come)))

    def connection_lost(self, _: Exception | None) -> None:
        """Tell who waits that nothing more comes."""
        self._gone = True
        self._end(EOFError())

    async def ask(self, request: bytes, limits: Limits) -> tuple[dict[str, object], bytes]:
        """The head and the body of the answer; after any error the worker is of no more use."""
        if self._gone:
            raise EOFError
        self._answer = self._loop.create_future()
        self._head, self._come = None, bytearray()
        soon = min(_PATIENCE, limits.seconds)
        self._due = self._loop.call_later(soon, self._late, limits, limits.seconds - soon)
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._due.cancel()

    def close(self) -> None:
        """Hang up; any thread may."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._transport.abort)

    def _late(self, limits: Limits, left: float) -> None:
        if left <= 0:
            self._end(_too_slow(limits))
            return
        # Taking the priority back needs a privilege, so the worker ends with this query.
        self.behind = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _GIVES_WAY)
        self._due = self._loop.call_later(left, self._late, limits, 0.0)

    def _end(
        self, error: Exception | None, answer: tuple[dict[str, object], bytes] | None = None
    ) -> None:
        if self._answer is None or self._answer.done():
            return
        if answer is None:
            self._answer.set_exception(error or EOFError())
        else:
            self._answer.set_result(answer)


class _Nursery:
    """The process that has the store and forks workers; started anew should it be gone."""

    def __init__(self, work: str, origin: str, limits: Limits) -> None:
        self._command = [
            sys.executable,
            "-m",
            "tipgraph.worker",
            work,
            origin,
            str(limits.megabytes),
            str(limits.bytes),
        ]
        self._turn = asyncio.Lock()
        self.closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket

    def open(self) -> None:
        """Start the process, unless it runs."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            self._control.close()
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, and no shell
                self._command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                # A signal to the service's terminal is for the service, which ends its workers.
                start_new_session=True,
            )

    def close(self) -> None:
        """End the process, which ends all its workers."""
        self.closed = True
        if self._process is None:
            return
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            # It forks no more, and its workers see that it is gone.
            self._process.kill()
            self._process.wait()
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._hang_up)
        else:
            self._control.close()

    def _hang_up(self) -> None:
        # An event loop must not lose a socket that it listens to; who listens closes it then.
        if not self._turn.locked():
            self._control.close()

    async def start(self) -> _Worker:
        """A new worker."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            for _ in range(_TRIES):
                if self.closed:
                    break
                async with self._turn:
                    self.open()
                with suppress(EOFError):
                    reply = await self._say({"start": True}, [theirs.fileno()])
                    loop, pid = asyncio.get_running_loop(), int(str(reply["pid"]))
                    made = partial(_Worker, pid, loop)
                    return (await loop.create_unix_connection(made, sock=ours))[1]
        ours.close()
        if self.closed:
            raise _stopping()
        raise Busy("No worker can be started; ask again in a second.", retry_after=1)

    async def end(self, worker: _Worker) -> int:
        """Kill *worker*; the status that it ended with."""
        worker.close()
        try:
            reply = await self._say({"end": worker.pid})
        except EOFError:
            # Its workers end by themselves when the nursery is gone.
            return -signal.SIGKILL
        return int(str(reply["status"]))

    async def _say(
        self, message: dict[str, object], fds: list[int] | None = None
    ) -> dict[str, object]:
        self._loop = loop = asyncio.get_running_loop()
        async with self._turn:
            try:
                socket.send_fds(self._control, [json.dumps(message).encode()], fds or [])
                line = await loop.sock_recv(self._control, _CHUNK)
            except OSError:
                raise EOFError from None
            finally:
                if self.closed:
                    self._control.close()
        if not line:
            raise EOFError
        reply: dict[str, object] = json.loads(line)
        return reply


def _death(status: int, limits: Limits) -> Exception:
    """The error that stands for how a worker ended by itself."""
    if status == -signal.SIGSEGV:
        return BadQuery("What came nests too deeply to be read; write it flatter.")
    if status in {-signal.SIGABRT, -signal.SIGKILL}:
        message = f"This needed more than {limits.megabytes:,} MB; ask for less, or send less."
        return PastLimit(message, megabytes=limits.megabytes)
    return PastLimit("This ended its worker; ask for less, or send less.")


def _read(answer: tuple[dict[str, object], bytes]) -> tuple[dict[str, object], bytes]:
    head, _ = answer
    if "error" in head:
        kind = getattr(errors, str(head["error"]))
        raise kind(head["message"], **head["details"])  # type: ignore[arg-type]
    return answer


def _stopping() -> NotReady:
    return NotReady("The service stopped before this was answered; ask again.", retry_after=1)


def _loading() -> Busy:
    return Busy("The store is still being loaded; ask again in a second.", retry_after=1)


def _too_slow(limits: Limits) -> PastLimit:
    message = (
        f"This took longer than {limits.seconds:g} s; ask for less, add a LIMIT, or send less."
    )
    return PastLimit(message, seconds=limits.seconds)


def _full(limits: Limits) -> Busy:
    message = f"All {limits.workers} workers are busy; ask again in a second."
    return Busy(message, retry_after=1)
