"""A graph that another SPARQL 1.1 server keeps, with the answers that the embedded engine gives."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pyoxigraph as ox
from SPARQLWrapper import CONSTRUCT, POST, SELECT, SPARQLWrapper

from .errors import BadParameter, BrokenFile
from .graph import SHIPPED
from .portable import portable
from .queries import read
from .store import dumped, kind_of_answer, rows_of, serialized, written
from .syntax import check
from .terms import BASE, GRAPH, XSD, text_of
from .transport import Bounds, Transport, fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from urllib.request import Request

    from .answers import Asked
    from .queryable import Rows
    from .transport import Credentials, Reply

T = TypeVar("T")
_ROWS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_ROW_KINDS = {_ROWS, "application/json"}
_TRIPLE_KINDS = {_TRIPLES, "text/plain"}
_OK = 200
# By these Virtuoso says that it left rows out, with status 200.
_CUT = ("X-SPARQL-MaxRows", "X-SQL-State")
_YES, _NO = b'{"head":{},"boolean":true}', b'{"head":{},"boolean":false}'
_NODE = re.compile(rb'("type": "bnode", "value": ")nodeID://')
_TRUTH = {"1": "true", "0": "false"}


@dataclass(frozen=True, slots=True)
class Holding:
    """What a remote store holds of ours: triples by named graph, or *size* in its default graph.

    *listed* tells that a query must name the graphs, as the default graph is not their union.
    """

    graphs: dict[str, int]
    size: int
    listed: bool


class RemoteStore:
    """The named graphs of ours that a SPARQL server holds, whose union is what queries see."""

    def __init__(
        self, address: str, account: Credentials | None = None, bounds: Bounds | None = None
    ) -> None:
        """Ask the server at *address*, within *bounds*; use `open` to read what it holds."""
        self._address = checked_address(address)
        self._transport = Transport(self._address, bounds or Bounds(), account)
        self.holding = Holding({}, 0, listed=False)

    @classmethod
    def open(
        cls, address: str, account: Credentials | None = None, bounds: Bounds | None = None
    ) -> RemoteStore:
        """The store at *address*; `BrokenFile` if it holds nothing of ours."""
        store = cls(address, account, bounds)
        store.holding = store.look()
        if not store.holding.size:
            message = "The remote store holds no graph of tipgraph; put one there: tipgraph load"
            raise BrokenFile(message)
        return store

    def look(self) -> Holding:
        """What the remote store holds of ours at this moment."""
        graphs = {iri: count for iri, count in self.counts().items() if iri.startswith(GRAPH)}
        bare = self._size(())
        if not graphs:
            return Holding({}, bare, listed=False)
        listed = bare != self._size(tuple(graphs))
        return Holding(graphs, sum(graphs.values()), listed)

    def counts(self) -> dict[str, int]:
        """The number of triples in each named graph of the store, ours or not."""
        rows = self._select(_query("graphs"), ())
        found = ((text_of(row["graph"]), int(text_of(row["count"]))) for row in rows)
        # Where no graph is, an aggregate may give one row of nothing.
        return {iri: count for iri, count in found if iri}

    def __len__(self) -> int:
        """The number of quads that were there when the store was opened."""
        return self.holding.size

    def select(self, query: str) -> Rows:
        """The rows of a SELECT of ours: a query file, with terms in it."""
        return self._select(query, self._listed())

    def graph(self, query: str, form: str) -> bytes:
        """The triples of a CONSTRUCT of ours, in the format *form*."""
        return written(self._triples(query, self._listed(), self._listed()), form)

    def answer(self, asked: Asked, most: int | None = None) -> tuple[bytes, str]:
        """The answer to anybody's query in bytes, with the format used.

        The text is checked first, as `syntax` and `portable` say. An answer of more than *most*
        bytes is `TooLarge`, never cut.
        """
        check(asked.query)
        kind = kind_of_answer(asked.query)
        sent = portable(asked, tuple(self.holding.graphs))
        # Relative IRIs mean the same as in the embedded engine; a BASE of the query's own wins.
        text = f"BASE <{BASE}> {sent.text}"
        default, named = sent.default, sent.named
        if not default:
            default = named = self._listed()
        if kind is ox.QueryTriples:
            return written(self._triples(text, default, named), asked.graph, most), asked.graph
        reply = self._rows(text, default, named)
        read_as = _truth if kind is ox.QueryBoolean else _solutions
        return _strictly(lambda: serialized(read_as(reply), asked.rows, most)), asked.rows

    def dump(self, form: str) -> bytes:
        """All quads in the format *form*; formats without graphs get the union."""
        graphs = self.holding.graphs or {"": self.holding.size}
        return dumped((quad for item in graphs.items() for quad in self._quads(*item)), form)

    def _quads(self, graph: str, count: int) -> Iterator[ox.Quad]:
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        only = (graph,) if graph else ()
        reply = self._rows(_query("triples"), only, ())
        rows = _strictly(lambda: list(_solutions(reply)))
        if len(rows) != count:
            what = f"gave {len(rows):,} of {count:,} triples of a graph; open it again"
            raise fault(_OK, what)
        # A blank node's name holds within one answer only.
        names: dict[object, ox.BlankNode] = {}
        for row in rows:
            subject, predicate, value = (
                names.setdefault(term, ox.BlankNode()) if isinstance(term, ox.BlankNode) else term
                for term in row
            )
            yield ox.Quad(subject, predicate, value, name)  # type: ignore[arg-type]

    def _listed(self) -> tuple[str, ...]:
        return tuple(self.holding.graphs) if self.holding.listed else ()

    def _size(self, graphs: Sequence[str]) -> int:
        (row,) = self._select(_query("size"), graphs)
        return int(text_of(row["count"]))

    def _select(self, query: str, graphs: Sequence[str]) -> Rows:
        reply = self._rows(query, graphs, graphs)
        return _strictly(lambda: rows_of(_solutions(reply)))

    def _rows(self, query: str, default: Sequence[str], named: Sequence[str]) -> Reply:
        request = _Asking(self._address).request(query, SELECT, _ROWS, default, named)
        return _whole(self._transport.send(request, repeat=True), _ROW_KINDS)

    def _triples(
        self, query: str, default: Sequence[str], named: Sequence[str]
    ) -> Iterator[ox.Triple]:
        request = _Asking(self._address).request(query, CONSTRUCT, _TRIPLES, default, named)
        reply = _whole(self._transport.send(request, repeat=True), _TRIPLE_KINDS)
        if not reply.framed:
            # A list of triples has no last word: only the server's mark tells that it is whole.
            raise fault(_OK, "did not mark the end of its answer")
        try:
            for found in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES):
                yield found.triple if isinstance(found, ox.Quad) else found
        except SyntaxError as error:
            raise fault(_OK, "answered with triples that cannot be read") from error


class _Asking(SPARQLWrapper):
    """A query as SPARQLWrapper sends it, by POST; its kind is told and never guessed."""

    def request(
        self, query: str, kind: str, accept: str, default: Sequence[str], named: Sequence[str]
    ) -> Request:
        """The request for *query*, which is to see the graphs *default* and *named*."""
        self.queryString, self.queryType = query, kind
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self.addCustomHttpHeader("Accept", accept)
        for name, iris in (("default-graph-uri", default), ("named-graph-uri", named)):
            for iri in iris:
                self.addParameter(name, iri)
        return self._createRequest()


def checked_address(address: str) -> str:
    """*address* if it is a whole one of HTTP without a password, else `BadParameter`."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = f"{address}: name a remote store as sparql:http://host/path."
        raise BadParameter(message, parameter="store")
    if parts.username or parts.password:
        message = "Name user and password of a remote store in the environment, not in --store."
        raise BadParameter(message, parameter="store")
    return address


def _query(name: str) -> str:
    return read(SHIPPED.queries / "stores" / f"{name}.rq").text


def _whole(reply: Reply, kinds: set[str]) -> Reply:
    """*reply* if it is of one of the *kinds* wanted and nothing says that it is a part."""
    if reply.kind not in kinds:
        raise fault(_OK, "answered in another format than was asked for")
    if any(name in reply.headers for name in _CUT):
        raise fault(_OK, "left rows out of its answer; raise its limits, or ask for less")
    return reply


def _strictly(reading: Callable[[], T]) -> T:
    """What *reading* gives; rows that cannot be read to their very end are a fault."""
    try:
        return reading()
    except (SyntaxError, ValueError, TypeError, KeyError, AttributeError) as error:
        # Its traceback keeps the engine's rows, which may die in the thread that made them only.
        error.__traceback__ = None
    raise fault(_OK, "answered with rows that are broken or not whole")


def _results(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)


def _solutions(reply: Reply) -> ox.QuerySolutions:
    found = _results(_in_our_forms(reply.body))
    if not isinstance(found, ox.QuerySolutions):
        raise fault(_OK, "answered with a truth value where rows were asked for")
    return found


def _truth(reply: Reply) -> ox.QueryBoolean:
    """The truth value of *reply*; Virtuoso gives a row for true, and none for false."""
    found = _results(reply.body)
    if isinstance(found, ox.QuerySolutions):
        found = _results(_YES if list(found) else _NO)
    return found  # type: ignore[return-value]


def _in_our_forms(body: bytes) -> bytes:
    """*body* as the embedded engine writes it: Virtuoso says 1 for true, and nodeID://b1 for b1."""
    body = _NODE.sub(rb"\1", body)
    if b"XMLSchema#boolean" not in body:
        return body
    answer = json.loads(body)
    for row in answer["results"]["bindings"]:
        for term in row.values():
            if term.get("datatype") == XSD + "boolean":
                term["value"] = _TRUTH.get(term["value"], term["value"])
    return json.dumps(answer).encode()
