"""Answer SPARQL. The only module that knows which engine does it."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from .errors import BadQuery, BrokenFile, TooLarge
from .graph import DERIVED, Layout
from .queryable import Rows
from .rdf import (
    engine_quad,
    engine_quads,
    engine_term,
    form_of,
    plain_quad,
    plain_term,
    plain_triple,
)
from .syntax import check
from .terms import BASE, PREFIXES, Blank, Iri, Literal, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

    from .answers import Asked
    from .rdf import Quad, Triple

_ROW_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
_PORTION = 10_000
_NO_FUNCTION = "custom function"
_FILE_PLACE = re.compile(r"^Parser error (?:at|between) line [^:]*: ")
_FUNCTION = re.compile(r"custom function (<[^>]*>)")
_PLACE = re.compile(r"error at (\d+):(\d+)", re.IGNORECASE)


class Store:
    """A set of named graphs, whose union is what queries see."""

    def __init__(self, engine: ox.Store) -> None:
        """Wrap *engine*; use `load` or `open` instead."""
        self._engine = engine

    @classmethod
    def load(cls, layout: Layout, at: Path | None = None, *, derived: bool = True) -> Store:
        """The graph of *layout*'s files with *derived* links, in memory or in a new folder *at*."""
        store = cls(ox.Store() if at is None else ox.Store(str(at)))
        for file in layout.files():
            store._read(file.path, file.graph)
        if derived:
            store.derive(layout)
        return store

    @classmethod
    def from_dump(cls, quads: Iterable[Quad], layout: Layout) -> Store:
        """The graph of *quads*, as a dump has them; links are derived if no graph has them."""
        engine = _filled(engine_quads(quads))
        store = cls(engine)
        graphs = {getattr(graph, "value", "") for graph in engine.named_graphs()}
        # Triples without graphs are the union of a whole graph, its derived links among them.
        if graphs and DERIVED not in graphs:
            store.derive(layout)
        return store

    @classmethod
    def of(cls, quads: Iterable[Quad]) -> Store:
        """A store in memory that holds *quads*; links are not derived from them."""
        return cls(_filled(engine_quads(quads)))

    @classmethod
    def open(cls, folder: Path) -> Store:
        """The store that `tipgraph build` wrote into *folder*, for reading only."""
        try:
            return cls(ox.Store.read_only(str(folder)))
        except (OSError, RuntimeError) as error:
            message = f"{folder} is not a whole store ({error}). Make it anew with: tipgraph build"
            raise BrokenFile(message) from error

    def add(self, quads: Iterable[Quad]) -> None:
        """Add *quads*; links are not derived from them."""
        self._engine.extend(map(engine_quad, quads))

    @classmethod
    def empty(cls) -> Store:
        """A store in memory that holds nothing yet."""
        return cls(ox.Store())

    def quads(self) -> Iterator[Quad]:
        """All quads, as plain values."""
        return map(plain_quad, self._engine)

    def derived(self) -> frozenset[Triple]:
        """The triples of the derived graph."""
        made = self._engine.quads_for_pattern(None, None, None, ox.NamedNode(DERIVED))
        return frozenset(plain_triple(quad.triple) for quad in made)

    def derive(self, layout: Layout) -> None:
        """Build the derived graph from the statements by the queries of *layout*, in order."""
        target = ox.NamedNode(DERIVED)
        for path in layout.queries_in("derive"):
            found = self._engine.query(
                path.read_text(encoding="utf-8"), use_default_graph_as_union=True
            )
            self._engine.extend(
                ox.Quad(t.subject, t.predicate, t.object, target)
                for t in found  # type: ignore[union-attr]
            )

    def numbered(self, number: Callable[[Term], int]) -> Iterator[tuple[int, int, int]]:
        """The triples of all graphs by the *number* of each term, which is asked for once.

        One that several graphs hold comes as often.
        """
        known: dict[object, int] = {}

        def of(part: object) -> int:
            found = known.get(part)
            if found is None:
                found = known[part] = number(plain_term(part))
            return found

        for quad in self._engine:
            yield of(quad.subject), of(quad.predicate), of(quad.object)

    def change(
        self, removed: Iterable[Quad], added: Iterable[Quad], layout: Layout
    ) -> tuple[tuple[Triple, ...], tuple[Triple, ...]]:
        """Take *removed* out, put *added* in, and derive the links of *layout* anew.

        It gives the triples that are now there, and those that no longer are, of all that this
        may have changed.
        """
        derived = ox.NamedNode(DERIVED)
        out, new = list(map(engine_quad, removed)), list(map(engine_quad, added))
        before = {quad.triple for quad in self._engine.quads_for_pattern(None, None, None, derived)}
        for quad in out:
            self._engine.remove(quad)
        self._engine.clear_graph(derived)
        self._engine.extend(new)
        self.derive(layout)
        after = {quad.triple for quad in self._engine.quads_for_pattern(None, None, None, derived)}
        touched = {quad.triple for quad in (*out, *new)} | (before ^ after)
        there = {t for t in touched if self._has(t)}
        return tuple(map(plain_triple, there)), tuple(map(plain_triple, touched - there))

    def changes_from(
        self, before: frozenset[ox.Triple]
    ) -> tuple[tuple[Triple, ...], tuple[Triple, ...]]:
        """The triples that are here and not among those *before*, and those that are gone."""
        now = {quad.triple for quad in self._engine}
        added, removed = now - before, before - now
        return tuple(map(plain_triple, added)), tuple(map(plain_triple, removed))

    def _has(self, triple: ox.Triple) -> bool:
        parts = (triple.subject, triple.predicate, triple.object)
        return any(True for _ in self._engine.quads_for_pattern(*parts, None))

    def ground(self, layout: Layout) -> Ground:
        """What this store holds, as the ground of data; *layout* says which links are derived."""
        derived = ox.NamedNode(DERIVED)
        quads = list(self._engine)
        given = [quad for quad in quads if quad.graph_name != derived]
        return Ground(layout, given, frozenset(quad.triple for quad in quads))

    def flush(self) -> None:
        """Put all that was written onto the disk."""
        self._engine.flush()

    def __len__(self) -> int:
        """The number of quads."""
        return len(self._engine)

    def select(self, query: str) -> Rows:
        """The rows of a SELECT of ours: a query file, with terms in it."""
        found = self._run(query)
        if not isinstance(found, ox.QuerySolutions):
            message = "This is not a SELECT; rows were asked for."
            raise BadQuery(message)
        return rows_of(found)

    def graph(self, query: str, form: str) -> bytes:
        """The triples of a CONSTRUCT of ours, in the format *form*."""
        found = self._run(query)
        if not isinstance(found, ox.QueryTriples):
            message = "This is not a CONSTRUCT; triples were asked for."
            raise BadQuery(message)
        return written(found, form)

    def answer(self, asked: Asked, most: int | None = None) -> tuple[bytes, str]:
        """The answer to anybody's query in bytes, with the format used.

        The text is checked first, as `syntax` says. An answer of more than *most* bytes is
        `TooLarge`, never cut.
        """
        return self.answer_checked(asked, most, names_dataset=check(asked.query))

    def answer_checked(
        self, asked: Asked, most: int | None = None, *, names_dataset: bool = False
    ) -> tuple[bytes, str]:
        """The same for a text that was checked, and may name its dataset by FROM."""
        found = self._run(asked.query, names_dataset, asked.default, asked.named)
        try:
            if isinstance(found, ox.QueryTriples):
                return written(found, asked.graph, most), asked.graph
            return serialized(found, asked.rows, most), asked.rows
        finally:
            # An error keeps this frame, and rows may die in the thread that made them only.
            del found

    def dump(self, form: str) -> bytes:
        """All quads in the format *form*; formats without graphs get the union."""
        target = _GRAPH_FORMATS[form]
        if target.supports_datasets:
            return _bytes(self._engine.dump(format=target, prefixes=PREFIXES))
        return dumped(self._engine, form)

    def parts(self) -> Mapping[str, tuple[ox.Triple, ...]]:
        """The triples by the IRI of their named graph."""
        found: dict[str, list[ox.Triple]] = {}
        for quad in self._engine:
            found.setdefault(getattr(quad.graph_name, "value", ""), []).append(quad.triple)
        return {graph: tuple(found[graph]) for graph in sorted(found)}

    def _run(
        self,
        query: str,
        names_dataset: bool = False,
        default: Sequence[str] = (),
        named: Sequence[str] = (),
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        chosen: dict[str, object] = {"use_default_graph_as_union": not names_dataset}
        try:
            if default or named:
                chosen = {
                    "default_graph": [ox.NamedNode(iri) for iri in default],
                    "named_graphs": [ox.NamedNode(iri) for iri in named],
                }
            return self._engine.query(query, base_iri=BASE, **chosen)  # type: ignore[arg-type]
        except SyntaxError as error:
            raise _bad_query(error) from error
        except ValueError as error:
            raise BadQuery(f"The query cannot be read: {error}") from error
        except RuntimeError as error:
            unknown = _FUNCTION.search(str(error))
            if unknown is None:
                raise
            message = f"There is no function {unknown[1]} here; use those of SPARQL 1.1."
            raise BadQuery(message) from error

    def _read(self, path: Path, graph: str) -> None:
        form = _GRAPH_FORMATS[form_of(path)]
        target = None if form.supports_datasets else ox.NamedNode(graph)
        with _reading(path):
            self._engine.bulk_load(path=str(path), format=form, to_graph=target)


@dataclass(frozen=True)
class Ground:
    """A store as it stands, on which data are laid to be looked at, without changing it."""

    layout: Layout
    quads: Sequence[ox.Quad]
    triples: frozenset[ox.Triple]

    def under(self, quads: Collection[Quad]) -> Laid:
        """A store in memory in which each thing that *quads* describe is as they alone say it.

        A thing is described by the quads that it is the subject of. Links are derived anew.
        """
        described = set(map(engine_term, {quad.subject for quad in quads}))
        kept = (quad for quad in self.quads if quad.subject not in described)
        store = Store(_filled(chain(kept, engine_quads(quads))))
        store.derive(self.layout)
        return Laid(store, self.triples)


@dataclass(frozen=True, slots=True)
class Laid:
    """Data on their ground: the store of both, and the triples that were there *before*."""

    store: Store
    before: frozenset[ox.Triple]

    def changes(self) -> tuple[tuple[Triple, ...], tuple[Triple, ...]]:
        """The triples that came, and those that went."""
        return self.store.changes_from(self.before)


def _filled(quads: Iterable[ox.Quad]) -> ox.Store:
    """A store in memory with *quads*; in portions, for the engine keeps all that it is given."""
    engine, rest = ox.Store(), iter(quads)
    while portion := list(islice(rest, _PORTION)):
        engine.extend(portion)
    return engine


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Tell of a file that cannot be read by its name, line and column."""
    try:
        yield
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        reason = _FILE_PLACE.sub("", error.msg)
        message = f"{path}:{line}:{column}: {reason}. Correct the file at that place."
        raise BrokenFile(message, file=str(path), line=line, column=column) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenFile(f"{path} cannot be read: {error}", file=str(path)) from error


def _term(term: object) -> Term | None:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.datatype.value, term.language)
    return Blank(str(getattr(term, "value", term)))


def rows_of(found: ox.QuerySolutions) -> Rows:
    """The rows that an engine found, in our terms."""
    names = tuple(v.value for v in found.variables)
    return Rows(names, tuple(tuple(map(_term, row)) for row in found))


def serialized(
    found: ox.QuerySolutions | ox.QueryBoolean, form: str, most: int | None = None
) -> bytes:
    """The rows or the truth value *found* in the format *form*; `TooLarge` past *most* bytes."""
    output = _Output(most)
    try:
        found.serialize(output, format=_ROW_FORMATS[form])
    finally:
        # An error keeps this frame, and rows may die in the thread that made them only.
        del found
    return output.getvalue()


def written(found: Iterable[ox.Triple], form: str, most: int | None = None) -> bytes:
    """The triples *found* in the format *form*, each once; `TooLarge` past *most* bytes."""
    # A CONSTRUCT is a set of triples; the engine gives one for each solution.
    triples = dict.fromkeys(found)
    output = _Output(most)
    ox.serialize(triples, output, format=_GRAPH_FORMATS[form], prefixes=PREFIXES)
    return output.getvalue()


def dumped(quads: Iterable[ox.Quad], form: str) -> bytes:
    """All *quads* in the format *form*; formats without graphs get the union, sorted."""
    target = _GRAPH_FORMATS[form]
    if target.supports_datasets:
        return _bytes(ox.serialize(quads, format=target, prefixes=PREFIXES))
    triples = sorted({quad.triple for quad in quads}, key=str)
    return _bytes(ox.serialize(triples, format=target, prefixes=PREFIXES))


def lines(triples: Sequence[ox.Triple], most: int) -> Iterator[str]:
    """The *triples* as N-Triples, about *most* in a text; what shares a blank node stays together.

    A blank node's name holds within one text only.
    """
    chunk: list[ox.Triple] = []
    for group in _by_blank_node(triples):
        if chunk and len(chunk) + len(group) > most:
            yield _ntriples(chunk)
            chunk = []
        chunk += group
    if chunk:
        yield _ntriples(chunk)


def _ntriples(triples: Sequence[ox.Triple]) -> str:
    return _bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)).decode()


def _by_blank_node(triples: Sequence[ox.Triple]) -> Iterator[list[ox.Triple]]:
    """Each triple without a blank node alone, and those that blank nodes join together."""
    leader: dict[ox.BlankNode, ox.BlankNode] = {}

    def first(node: ox.BlankNode) -> ox.BlankNode:
        while (above := leader.setdefault(node, node)) != node:
            leader[node] = node = leader[above]
        return node

    joined = []
    for triple in triples:
        nodes = [n for n in (triple.subject, triple.object) if isinstance(n, ox.BlankNode)]
        if not nodes:
            yield [triple]
            continue
        leader[first(nodes[0])] = first(nodes[-1])
        joined.append((nodes[0], triple))
    groups: dict[ox.BlankNode, list[ox.Triple]] = {}
    for node, triple in joined:
        groups.setdefault(first(node), []).append(triple)
    yield from groups.values()


def kind_of_answer(query: str) -> type[ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples]:
    """The kind of answer that *query* has; `BadQuery` if it is no SPARQL 1.1 query."""
    try:
        return type(ox.Store().query(query))
    except SyntaxError as error:
        raise _bad_query(error) from error
    except (ValueError, RuntimeError) as error:
        raise BadQuery(f"The query cannot be read: {error}") from error


class _Output(io.BytesIO):
    """Bytes in memory, up to a limit."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Buffer, /) -> int:
        written = super().write(data)
        if self._most is not None and self.tell() > self._most:
            raise _too_large(self._most)
        return written


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The answer has more than {most:,} bytes; add a LIMIT, or ask for less.")


def _bytes(data: bytes | None) -> bytes:
    return data or b""


def _bad_query(error: SyntaxError) -> BadQuery:
    text = str(error)
    place = _PLACE.search(text)
    if place is None:
        return BadQuery(f"The query does not parse: {text}")
    line, column = int(place[1]), int(place[2])
    reason = text.split(":", 2)[-1].strip() if ":" in text else text
    message = f"The query does not parse at line {line}, column {column}: {reason}"
    return BadQuery(message, line=line, column=column)
