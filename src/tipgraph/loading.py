"""Put a graph into a remote store: aside first, then in place in one update."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.request import Request

from .errors import RemoteFault
from .graph import SHIPPED
from .remote import RemoteStore, checked_address
from .store import lines
from .terms import BASE, GRAPH, Iri, sparql
from .transport import Bounds, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pyoxigraph as ox

    from .transport import Credentials, Reply

ASIDE = BASE + "loading/"
_PLACE = re.compile(r"\?(\w+)")
_COMMENT = re.compile(r"^#.*$\n?", re.MULTILINE)
# Triples in one request: so many by the Graph Store Protocol, so many in the text of an update;
# Virtuoso takes no more than about a thousand there.
_IN_A_FILE = 100_000
_IN_A_TEXT = 500


@dataclass(frozen=True, slots=True)
class Target:
    """The addresses of a remote store: of its queries, its updates and, if any, its graphs."""

    query: str
    update: str
    graph_store: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: triples by graph, graphs dropped, and graphs whose count is another.

    *whole* tells that the store undoes an update that fails, so that it was all or nothing.
    """

    graphs: Mapping[str, int]
    dropped: tuple[str, ...]
    wrong: Mapping[str, tuple[int, int]]
    whole: bool

    def lines(self) -> Iterator[str]:
        """What was done, in sentences."""
        for graph, count in self.graphs.items():
            yield f"{graph}: {count:,} triples"
        for graph in self.dropped:
            yield f"{graph}: dropped, as it is no longer in the build"
        for graph, (there, meant) in self.wrong.items():
            yield f"{graph}: WRONG: {there:,} triples are there, {meant:,} were sent; load again"
        if self.whole:
            yield "Put in place by one update, whole: the store undoes an update that fails."
        else:
            yield (
                "Put in place graph by graph: this store does not undo an update that fails, so "
                "a reader may have met old graphs beside new ones."
            )


class _Load:
    """One load: where to, under which names aside."""

    def __init__(self, target: Target, account: Credentials | None, bounds: Bounds) -> None:
        self._target = target
        self._store = RemoteStore(target.query, account, bounds)
        self._update = Transport(checked_address(target.update), bounds, account)
        graphs = target.graph_store
        self._files = Transport(checked_address(graphs), bounds, account) if graphs else None
        self._run = f"{ASIDE}{uuid.uuid4().hex}/"

    def load(self, parts: Mapping[str, Sequence[ox.Triple]], step: Callable[[str], None]) -> Loaded:
        before = self._store.counts()
        self._drop(iri for iri in before if iri.startswith(ASIDE))
        whole = self._undoes()
        aside = {graph: f"{self._run}{n}" for n, graph in enumerate(parts)}
        gone = tuple(iri for iri in before if iri.startswith(GRAPH) and iri not in parts)
        wanted = {graph: len(triples) for graph, triples in parts.items()}
        try:
            for graph, triples in parts.items():
                step(graph)
                self._put(aside[graph], triples)
            self._check({aside[graph]: count for graph, count in wanted.items()})
            step("in place")
            copies = [_filled("copy", **{"from": aside[graph], "to": graph}) for graph in parts]
            self._send(" ;\n".join([*copies, *(_filled("drop", graph=iri) for iri in gone)]))
        finally:
            self._drop(aside.values())
        return Loaded(wanted, gone, self._wrong(wanted | dict.fromkeys(gone, 0)), whole)

    def _undoes(self) -> bool:
        """Whether the store undoes an update of which a later step fails: it is tried."""
        trial = f"{self._run}trial"
        try:
            self._send(_filled("trial", graph=trial, nowhere=f"{trial}/nowhere"))
        except RemoteFault as error:
            # With 4xx the store would not even begin, which says nothing of what it undoes.
            begun = error.details.get("remote_status", 0) in range(500, 600)
            undone = begun and trial not in self._store.counts()
        else:
            undone = False
        self._drop([trial])
        return undone

    def _put(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        if self._files is None:
            for chunk in lines(triples, _IN_A_TEXT):
                self._send(_filled("insert", graph=graph, triples=chunk))
            return
        for number, chunk in enumerate(lines(triples, _IN_A_FILE)):
            request = Request(  # noqa: S310 - the address was checked to be of HTTP
                f"{self._target.graph_store}?graph={quote(graph, safe='')}",
                data=chunk.encode(),
                # N-Triples are Turtle, which every store must read.
                headers={"Content-Type": "text/turtle; charset=utf-8"},
                method="POST" if number else "PUT",
            )
            self._files.send(request)

    def _send(self, update: str) -> Reply:
        kind = {"Content-Type": "application/sparql-update; charset=utf-8"}
        return self._update.send(Request(self._target.update, update.encode(), kind))  # noqa: S310

    def _drop(self, graphs: Iterable[str]) -> None:
        for graph in graphs:
            self._send(_filled("drop", graph=graph))

    def _check(self, wanted: Mapping[str, int]) -> None:
        wrong = self._wrong(wanted)
        if wrong:
            there, meant = next(iter(wrong.values()))
            message = (
                f"The remote store keeps {there:,} of {meant:,} triples of a graph; nothing of "
                "what it held was changed."
            )
            raise RemoteFault(message)

    def _wrong(self, wanted: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        found = self._store.counts()
        return {
            graph: (found.get(graph, 0), count)
            for graph, count in wanted.items()
            if found.get(graph, 0) != count
        }


def load(
    parts: Mapping[str, Sequence[ox.Triple]],
    target: Target,
    account: Credentials | None = None,
    step: Callable[[str], None] = lambda _: None,
    bounds: Bounds | None = None,
) -> Loaded:
    """Put the triples of *parts* into their graphs at *target*; other graphs stay as they are."""
    return _Load(target, account, bounds or Bounds(seconds=3600.0)).load(parts, step)


def _filled(name: str, **values: str) -> str:
    """The update *name* with *values* in the places of its variables, put in one pass."""
    text = (SHIPPED.queries / "load" / f"{name}.ru").read_text(encoding="utf-8")

    def put(match: re.Match[str]) -> str:
        value = values[match[1]]
        return value if match[1] == "triples" else sparql(Iri(value))

    return _PLACE.sub(put, _COMMENT.sub("", text)).strip()
