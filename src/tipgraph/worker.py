"""Processes that answer the queries of anybody, where a crash or a runaway costs nothing else.

`python -m tipgraph.worker` is the nursery: it loads the store once and forks workers in
milliseconds, which all share the store's memory. It is spoken to on standard input, a Unix socket:
`{"start": true}` with the worker's end of a socket pair, and `{"end": pid}`, which kills; each is
answered by one line of JSON. A worker reads one request a line, in JSON, and gives one line of JSON
for each, followed by as many bytes of the answer as it says.
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
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from .answers import Asked
from .build import open_built
from .errors import TipgraphError
from .graph import Layout
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

_WATCH = 0.5
_LINE = 4_096


def load(origin: Mapping[str, str]) -> Store:
    """The store of *origin*: the folder of a built one, or the folders of a layout."""
    if "store" in origin:
        return open_built(Path(origin["store"]))
    return Store.load(Layout(**{name: Path(folder) for name, folder in origin.items()}))


def main() -> None:
    """Load the store that the first argument names, then fork workers until the input ends."""
    origin, megabytes, most = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    # The threads of an engine's disk store stay behind; a reader does not need them.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    store = load(origin)
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
                    _live(store, fds[0], megabytes, most)
                os.close(fds[0])
                children.add(pid)
                reply = {"pid": pid}
            else:
                reply = {"status": _end(asked["end"])}
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


def _live(store: Store, fd: int, megabytes: int, most: int) -> NoReturn:
    """Answer in a thread; end with it, or with the nursery, whatever is being computed."""
    parent = os.getppid()
    _limit(megabytes)
    # A new thread draws random numbers of its own: those of a forked one would repeat.
    thread = threading.Thread(target=_serve, args=(store, fd, most), daemon=True)
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


def _serve(store: Store, fd: int, most: int) -> None:
    with socket.socket(fileno=fd) as channel, channel.makefile("rb") as requests:
        answers = channel.makefile("wb")
        with suppress(BrokenPipeError):
            for line in requests:
                _answer(store, Asked(**json.loads(line)), most, answers)


def _answer(store: Store, asked: Asked, most: int, answers: BinaryIO) -> None:
    try:
        body, form = store.answer(asked, most)
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
        _send(answers, {"form": form}, body)


def _send(answers: BinaryIO, head: dict[str, object], body: bytes) -> None:
    answers.write(json.dumps(head | {"bytes": len(body)}).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    main()
