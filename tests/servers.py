"""Real SPARQL servers for tests and benchmarks, each on loopback ports of its own.

Each is a context manager that yields its addresses when the server answers, and leaves no process.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_READY_WITHIN = 90.0
_STOPPED_WITHIN = 10.0
_BETWEEN_TRIES = 0.05
_ASK = "ASK { ?s ?p ?o }"


class NotHere(Exception):
    """This machine lacks the server; the message says what would bring it."""


@dataclass(frozen=True, slots=True)
class Server:
    """The addresses of a running server, the process that answers, and what it is."""

    name: str
    query: str
    update: str
    graph_store: str
    pid: int


@contextmanager
def oxigraph(folder: Path, *more: str) -> Iterator[Server]:
    """The Oxigraph server with its data in *folder*, started with the arguments *more*."""
    program = _program("oxigraph", "pip install oxigraph")
    port = _free_port()
    at = f"http://127.0.0.1:{port}"
    command = [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}", *more]
    with _running(command, folder, f"{at}/query") as pid:
        yield Server("oxigraph", f"{at}/query", f"{at}/update", f"{at}/store", pid)


@contextmanager
def fuseki(folder: Path, *more: str) -> Iterator[Server]:
    """Apache Jena Fuseki with a TDB2 data set in *folder*, started with the arguments *more*.

    TIPGRAPH_FUSEKI names the folder of its jar.
    """
    java = _program("java", "install a Java runtime, 17 or newer")
    home = Path(os.environ.get("TIPGRAPH_FUSEKI", os.devnull))
    jars = sorted(home.glob("jena-fuseki-server-*.jar"))
    if not jars:
        message = "TIPGRAPH_FUSEKI names no folder with a jena-fuseki-server-*.jar"
        raise NotHere(message)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    at = f"http://127.0.0.1:{port}/graph"
    command = [java, "-Xmx2g", "-jar", str(jars[-1]), "--localhost", f"--port={port}", "--update"]
    command += ["--tdb2", f"--loc={data}", *more, "/graph"]
    with _running(command, folder, f"{at}/query", {"FUSEKI_BASE": str(folder / "base")}) as pid:
        yield Server("fuseki", f"{at}/query", f"{at}/update", f"{at}/data", pid)


@contextmanager
def virtuoso(folder: Path, *more: str) -> Iterator[Server]:
    """OpenLink Virtuoso with its database in *folder*; anybody on loopback may write."""
    program = _program("virtuoso-t", "apt-get install virtuoso-opensource-7-bin")
    sql = _program("isql-vt", "apt-get install virtuoso-opensource-7-bin")
    folder.mkdir(parents=True, exist_ok=True)
    port, sql_port = _free_port(), _free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_VIRTUOSO.format(folder=folder, port=port, sql_port=sql_port), encoding="utf-8")
    at = f"http://127.0.0.1:{port}"
    command = [program, "+foreground", "+configfile", str(ini), *more]
    with _running(command, folder, f"{at}/sparql") as pid:
        subprocess.run(
            [sql, f"127.0.0.1:{sql_port}", "dba", "dba", f"EXEC={_MAY_WRITE}"],
            check=True,
            capture_output=True,
            timeout=_READY_WITHIN,
        )
        yield Server("virtuoso", f"{at}/sparql", f"{at}/sparql", f"{at}/sparql-graph-crud", pid)


SERVERS = {"oxigraph": oxigraph, "fuseki": fuseki, "virtuoso": virtuoso}

_MAY_WRITE = 'grant SPARQL_UPDATE to "SPARQL";'
_VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
ServerThreads = 40
NumberOfBuffers = 40000
MaxDirtyBuffers = 30000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 20
[Client]
SQL_QUERY_TIMEOUT = 0
SQL_TXN_TIMEOUT = 0
[SPARQL]
DefaultQuery = select * where {{ ?s ?p ?o }} limit 1
"""


def _program(name: str, remedy: str) -> str:
    # A program of the environment that runs this stands beside its Python, on the PATH or not.
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        message = f"{name} is not installed: {remedy}"
        raise NotHere(message)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    command: Sequence[str], folder: Path, query: str, more: Mapping[str, str] | None = None
) -> Iterator[int]:
    """The process of *command* while it runs, once its address *query* answers."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "server.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, **(more or {})},
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(process, query, output)
        yield process.pid
    finally:
        _stop(process)


def _wait_until_it_answers(process: subprocess.Popen[bytes], query: str, output: Path) -> None:
    address = f"{query}?{urllib.parse.urlencode({'query': _ASK})}"
    accept = {"Accept": "application/sparql-results+json"}
    request = urllib.request.Request(address, headers=accept)  # noqa: S310 - always http
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 - same
            return
        time.sleep(_BETWEEN_TRIES)
    message = f"{process.args!r} did not answer:\n{output.read_text(errors='replace')[-3000:]}"
    raise RuntimeError(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started; by force if it does not end when asked."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOPPED_WITHIN)
    process.wait()
