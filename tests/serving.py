"""A real `tipgraph serve` with its log, and small graphs to serve that differ in one number."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tipgraph.build import build
from tipgraph.graph import Layout

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable

RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
# What is asked so is surely little work, and is answered where it is asked.
PLAIN = "SELECT ?n WHERE { <https://w3id.org/tipgraph/id/impact/numbered> <urn:number> ?n }"
# A worker answers.
NUMBER = f"{PLAIN[:-2]} FILTER(ISNUMERIC(?n)) }}"
EXAMPLE = Path(__file__).parent / "example" / "data"


def numbered(folder: Path, number: int) -> Layout:
    """The example graph, with a thing that says *number*."""
    things = folder / "things"
    things.mkdir(parents=True, exist_ok=True)
    line = f"<https://w3id.org/tipgraph/id/impact/numbered> <urn:number> {number} .\n"
    for path in (EXAMPLE / "things").glob("*.ttl"):
        (things / path.name).write_bytes(path.read_bytes())
    (things / "numbered.ttl").write_text(line, encoding="utf-8")
    return Layout(data=folder)


def build_numbered(target: Path, number: int) -> None:
    """Put the store that says *number* at *target*."""
    with tempfile.TemporaryDirectory() as folder:
        build(numbered(Path(folder), number), target)


def sparql(query: str) -> str:
    return "/sparql?" + urllib.parse.urlencode({"query": query})


def number_in(body: bytes) -> int:
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def eventually(what: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until *what* is true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.05)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


class Service:
    """The command `tipgraph serve` with *arguments*, on a free port."""

    def __init__(self, log: Path, *arguments: object, stderr: int | None = None) -> None:
        self.log = log
        command = [sys.executable, "-m", "tipgraph", "serve", "--port", "0", *map(str, arguments)]
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=stderr or file, text=True
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert "quads" in line, log.read_text(encoding="utf-8")
        self.address = line.split()[3].rstrip("/")
        self.port = int(self.address.rpartition(":")[2])

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """The answer on a connection of its own."""
        request = urllib.request.Request(self.address + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def events(self, name: str) -> list[dict[str, object]]:
        """What the log says of the events called *name*."""
        # What is being written has no end yet.
        whole = self.log.read_text(encoding="utf-8").rpartition("\n")[0]
        lines = map(json.loads, whole.splitlines())
        return [line for line in lines if line["event"] == name]

    def counts(self) -> dict[str, float]:
        """What `/metrics` says, by name and labels."""
        lines = self.get("/metrics").body.decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def below(self) -> list[psutil.Process]:
        """All processes that the service started, and those that these started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def ready(self) -> bool:
        return self.get("/ready").status == 200

    def tell(self, sign: signal.Signals) -> None:
        self.process.send_signal(sign)

    def stop(self) -> int:
        self.tell(signal.SIGTERM)
        return self.process.wait(120)

    def end(self) -> None:
        """Leave nothing, whatever has happened."""
        below = self.below() if self.process.poll() is None else []
        self.process.kill()
        self.process.wait()
        for each in below:
            if each.is_running():
                each.kill()
        if self.process.stdout:
            self.process.stdout.close()
