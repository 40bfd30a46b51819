"""Processes that answer the queries of anybody, where a crash or a runaway costs nothing else.

`python -m tipgraph.worker` is the nursery: it loads the graph once and forks workers in
milliseconds, which all share its memory. It is spoken to on standard input, a Unix socket:
`{"start": true}` with the worker's end of a socket pair, and `{"end": pid}`, which kills; each is
answered by one line of JSON. A worker reads one request a line, in JSON, and gives one line of JSON
for each, followed by as many bytes of the answer as it says. Its work is to `answer` queries, or to
`review` data.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import socket
import sys
import threading
import warnings
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from .answers import Asked
from .build import open_built
from .errors import TipgraphError
from .findings import Submission
from .graph import Layout
from .opening import open_store
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, BinaryIO

    from .queryable import Queryable
    from .submission import Reviewer

_WATCH = 0.5
_LINE = 4_096


def load(origin: Mapping[str, str]) -> Queryable:
    """The store of *origin*: a place that `--store` takes, or the folders of a layout."""
    return open_store(origin["store"]) if "store" in origin else _files(origin)


def _files(origin: Mapping[str, str]) -> Store:
    return Store.load(Layout(**{name: Path(folder) for name, folder in origin.items()}))


@dataclass(frozen=True)
class Answering:
    """The work of answering queries from *store*, in at most *most* bytes each."""

    store: Queryable
    most: int

    def reply(self, asked: dict[str, object]) -> tuple[dict[str, object], bytes]:
        """The head and the body of the answer to `Asked`."""
        body, form = self.store.answer(Asked(**asked), self.most)  # type: ignore[arg-type]
        return {"form": form}, body


@dataclass(frozen=True)
class Reviewing:
    """The work of checking data with *reviewer*."""

    reviewer: Reviewer

    def reply(self, asked: dict[str, str]) -> tuple[dict[str, object], bytes]:
        """The head and the body of a report, in the format `report`, on a `Submission`."""
        from .reports import rendered

        submission = Submission(b64decode(asked["body"]), asked["form"], asked["beside"])
        return {}, rendered(self.reviewer.check(submission), asked["report"])


def work(name: str, origin: Mapping[str, str], most: int) -> Answering | Reviewing:
    """The work called *name* on the graph of *origin*, with all loaded that it takes."""
    if name == "answer":
        return Answering(load(origin), most)
    # What validates takes half a second to import, which those who answer do not need.
    from .submission import Reviewer

    store = open_built(Path(origin["store"])) if "store" in origin else _files(origin)
    folders = {key: Path(folder) for key, folder in origin.items() if key != "store"}
    return Reviewing(Reviewer(Layout(**folders), store).loaded())


def main() -> None:
    """Load what the arguments name, then fork workers until the input ends."""
    name, origin = sys.argv[1], json.loads(sys.argv[2])
    megabytes, most = int(sys.argv[3]), int(sys.argv[4])
    # The threads of an engine's disk store stay behind; a reader does not need them.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    desk = work(name, origin, most)
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    with control:
        while True:
            line, fds, _, _ = socket.recv_fds(control, _LINE, 1)
            if not line:
                break
            asked = json.loads(line)
            if "start" in asked:
                pid = os.fork()
                if not pid:
                    control.close()
                    _live(desk, fds[0], megabytes)
                os.close(fds[0])
                children.add(pid)
                reply = {"pid": pid}
            else:
                # One that another nursery made is not ours to kill.
                ours = asked["end"] in children
                reply = {"status": _end(asked["end"]) if ours else -signal.SIGKILL}
                children.discard(asked["end"])
            with suppress(BrokenPipeError):
                control.sendall(json.dumps(reply).encode() + b"\n")
    for pid in children:
        _end(pid)


def _end(pid: int) -> int:
    """Kill a child, if it still runs; what it ended with, negative for a signal."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _live(desk: Answering | Reviewing, fd: int, megabytes: int) -> NoReturn:
    """Answer in a thread; end with it, or with the nursery, whatever is being computed."""
    parent = os.getppid()
    _limit(megabytes)
    # A new thread draws random numbers of its own: those of a forked one would repeat.
    thread = threading.Thread(target=_serve, args=(desk, fd), daemon=True)
    thread.start()
    while thread.is_alive() and os.getppid() == parent:
        thread.join(_WATCH)
    os._exit(0)


def _limit(megabytes: int) -> None:
    """Let this process have *megabytes* beyond what it has now, and leave no core file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(FileNotFoundError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _serve(desk: Answering | Reviewing, fd: int) -> None:
    with socket.socket(fileno=fd) as channel, channel.makefile("rb") as requests:
        answers = channel.makefile("wb")
        with suppress(BrokenPipeError):
            for line in requests:
                _answer(desk, json.loads(line), answers)


def _answer(desk: Answering | Reviewing, asked: dict[str, Any], answers: BinaryIO) -> None:
    try:
        head, body = desk.reply(asked)
    except TipgraphError as error:
        fault: dict[str, object] = {
            "error": type(error).__name__,
            "message": str(error),
            "details": error.details,
        }
        _send(answers, fault, b"")
    except MemoryError:
        # As the engine does where it is the one to find no memory.
        os.abort()
    else:
        _send(answers, head, body)


def _send(answers: BinaryIO, head: dict[str, object], body: bytes) -> None:
    answers.write(json.dumps(head | {"bytes": len(body)}).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    main()
