"""A process that answers the queries of anybody, where a crash or a runaway costs nothing else.

`python -m tipgraph.worker` reads one request a line from standard input, in JSON, and writes to
standard output one line of JSON for each, followed by as many bytes of the answer as it says.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .answers import Asked
from .errors import TipgraphError
from .graph import Layout
from .opening import open_store
from .store import Store

if TYPE_CHECKING:
    from typing import BinaryIO

    from .queryable import Queryable


_WATCH = 0.5


def load(origin: dict[str, str]) -> Queryable:
    """The store of *origin*: a place that `--store` takes, or the folders of a layout."""
    if "store" in origin:
        return open_store(origin["store"])
    return Store.load(Layout(**{name: Path(folder) for name, folder in origin.items()}))


def main() -> None:
    """Load the store that the first argument names, then answer until the input ends."""
    origin, megabytes, most = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    store = load(origin)
    limit = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _send(answers, {"ready": True}, b"")
    for line in sys.stdin.buffer:
        _answer(store, Asked(**json.loads(line)), most, answers)


def _end_with_parent(parent: int) -> None:
    """End this process, whatever it computes, when the service that started it is gone."""
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(0)


def _answer(store: Queryable, asked: Asked, most: int, answers: BinaryIO) -> None:
    try:
        body, form = store.answer(asked, most)
    except TipgraphError as error:
        fault: dict[str, object] = {
            "error": type(error).__name__,
            "message": str(error),
            "details": error.details,
        }
        _send(answers, fault, b"")
    else:
        _send(answers, {"form": form}, body)


def _send(answers: BinaryIO, head: dict[str, object], body: bytes) -> None:
    answers.write(json.dumps(head | {"bytes": len(body)}).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    main()
