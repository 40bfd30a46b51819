"""Read a document of anybody in a process of its own, which reaches no network and no other file.

It has limits of time and memory, and cannot write. Python's own files it may open, to import what
it reads with.
"""

from __future__ import annotations

import json
import os
import site
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from . import errors
from .errors import BrokenFile, NotInstalled, TipgraphError, TooLarge
from .manuscripts import MAX_BYTES, manuscript

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60
MEMORY = 1_500_000_000
# What a reader of documents has no business with.
_REFUSED = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "shutil.", "tempfile.", "urllib.", "http.", "ftplib.", "smtplib.",
    "ctypes.dlopen", "webbrowser.",
)  # fmt: skip
_KNOWN = (BrokenFile, NotInstalled, TooLarge)


def read_document(path: Path, seconds: float = SECONDS) -> str:
    """The text of the document at *path*; an error says why it cannot be had."""
    try:
        _refuse_device(path)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}; give the file of a document."
        raise BrokenFile(message) from error
    if len(data) > MAX_BYTES:
        message = f"{path}: It has more than {MAX_BYTES:,} bytes, which is the most that is read."
        raise TooLarge(message)
    answer = _asked(path, data, seconds)
    if "text" in answer:
        return answer["text"]
    raise _error(answer["error"], f"{path}: {answer['message']}")


def _refuse_device(path: Path) -> None:
    """Refuse what is no file and no folder: to read of a pipe may take for ever."""
    if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
        message = f"{path} is no file, but a pipe or a device; give the file of a document."
        raise BrokenFile(message)


def _asked(path: Path, data: bytes, seconds: float) -> dict[str, str]:
    code = "from tipgraph.confined import main; main()"
    # -P: nothing is imported from the folder in which one happens to be.
    command = [sys.executable, "-P", "-c", code, path.suffix.lower()]
    given = os.environ.get("PYTHONPATH", "")
    folders = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), given]))
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command,
            input=data,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": folders, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        answer: dict[str, str] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        message = f"{path}: It takes longer than {seconds:g} seconds to read; give a part of it."
        raise TooLarge(message) from error
    except ValueError as error:
        message = f"{path}: Reading it takes more time or memory than it may; give a part of it."
        raise TooLarge(message) from error
    return answer


def _error(name: str, message: str) -> TipgraphError:
    kind: Callable[[str], TipgraphError] = getattr(errors, name)
    return kind(message)


def main() -> None:
    """Read a document from standard input, and write its text, or what is wrong, as JSON."""
    data = sys.stdin.buffer.read()
    _confine()
    answer: dict[str, str]
    try:
        answer = {"text": manuscript(data, sys.argv[1])}
    except _KNOWN as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    except RecursionError:
        answer = {"error": "BrokenFile", "message": "It is nested too deeply to be read."}
    except MemoryError:
        answer = {"error": "TooLarge", "message": "It takes more memory than it may to read."}
    except PermissionError as error:
        answer = {"error": "BrokenFile", "message": f"It reaches for {error}, and is refused."}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _confine() -> None:
    """Give up the network, other files, and more time and memory than a document needs."""
    _limit()
    own = tuple({str(Path(one).resolve()) for one in _python_folders()})

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(event)
        if event == "open" and not _harmless(arguments, own):
            raise PermissionError(str(arguments[0]))

    sys.addaudithook(watch)


def _harmless(arguments: tuple[object, ...], own: tuple[str, ...]) -> bool:
    name, _, flags = (*arguments, None, None, None)[:3]
    writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or not isinstance(name, str | bytes):
        return False
    return str(Path(os.fsdecode(name)).resolve()).startswith(own)


def _python_folders() -> list[str]:
    packages = [*site.getsitepackages(), site.getusersitepackages()]
    here = str(Path(__file__).parent)
    return [here, *packages, *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))]


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit of the parent holds there
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
