"""Read RDF of anybody within bounds, and write plain values as RDF."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

import pyoxigraph as ox

from .endings import READ_ENDINGS
from .errors import BadData, BrokenFile
from .terms import PREFIXES, XSD_STRING, Blank, Iri, Literal, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

READ_TYPES = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig",
    "nquads": "application/n-quads",
}
MAX_DEPTH = 100
MAX_TRIPLE_TERMS = 100
_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_PLACE = re.compile(r"^Parser error (?:at|between) line [^:]*: ")
_END_PLACE = re.compile(r" \(line \d+\)$")


Triple = tuple[Term, Iri, Term]


@dataclass(frozen=True, slots=True)
class Quad:
    """A triple, and the IRI of the named graph that holds it, if one does."""

    subject: Iri | Blank
    predicate: Iri
    object: Term
    graph: str | None = None


def read(body: bytes, form: str) -> tuple[Quad, ...]:
    """The quads of *body*, with blank nodes of its own; `BadData` with the place of a fault.

    Nothing is fetched, and what is nested so deeply that a parser dies of it is refused first.
    """
    return tuple(dict.fromkeys(in_order(body, form)))


def in_order(body: bytes, form: str) -> tuple[Quad, ...]:
    """The quads of *body* as `read` gives them, but as often as they stand there."""
    _refuse_depth(body, form)
    try:
        parsed = ox.parse(body, format=_FORMATS[form], rename_blank_nodes=True)
        return tuple(map(_Plain().quad, parsed))
    except SyntaxError as error:
        raise _bad_data(error) from error


def read_files(paths: Sequence[Path]) -> tuple[Quad, ...]:
    """The quads of RDF files, each read by its ending; `BrokenFile` with the place of a fault."""
    return tuple(quad for path in paths for quad in _read_file(path))


def form_of(path: Path) -> str:
    """The format of the file *path*, by its ending."""
    form = READ_ENDINGS.get(path.suffix)
    if form is None:
        endings = ", ".join(READ_ENDINGS)
        message = f"{path}: no RDF format has the ending {path.suffix!r}; use one of {endings}."
        raise BrokenFile(message, file=str(path))
    return form


def _read_file(path: Path) -> tuple[Quad, ...]:
    form = form_of(path)
    try:
        return read(path.read_bytes(), form)
    except BadData as error:
        place = "".join(f"{error.details[k]}:" for k in ("line", "column") if k in error.details)
        message = f"{path}:{place} {error} Correct the file at that place."
        raise BrokenFile(message, file=str(path), **error.details) from error
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error}", file=str(path)) from error


def write(quads: Iterable[Quad], form: str) -> bytes:
    """*quads* in the format *form*; formats without graphs get the triples alone."""
    target = _FORMATS[form]
    if target.supports_datasets:
        engine = [engine_quad(quad) for quad in quads]
        return ox.serialize(engine, format=target, prefixes=PREFIXES) or b""
    triples = dict.fromkeys(engine_quad(quad).triple for quad in quads)
    return ox.serialize(triples, format=target, prefixes=PREFIXES) or b""


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """*quads* in one order, with labels of blank nodes that are the same wherever they are made."""
    dataset = ox.Dataset(map(engine_quad, quads))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [plain_quad(quad) for quad in sorted(dataset, key=str)]


def plain_term(value: object) -> Term:
    """A term of the engine as a plain value."""
    if isinstance(value, ox.NamedNode):
        return Iri(value.value)
    if isinstance(value, ox.Literal):
        return Literal(value.value, value.datatype.value, value.language)
    return Blank(str(getattr(value, "value", value)))


def engine_term(value: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """A plain value as a term of the engine."""
    if isinstance(value, Iri):
        return ox.NamedNode(value.value)
    if isinstance(value, Blank):
        return ox.BlankNode(value.value)
    if value.language:
        return ox.Literal(value.value, language=value.language)
    if value.datatype == XSD_STRING:
        return ox.Literal(value.value)
    return ox.Literal(value.value, datatype=ox.NamedNode(value.datatype))


class _Engine(dict[Term, "ox.NamedNode | ox.BlankNode | ox.Literal"]):
    """Plain values as terms of the engine, each made once."""

    def __missing__(self, value: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        self[value] = term = engine_term(value)
        return term


def engine_quads(quads: Iterable[Quad]) -> Iterator[ox.Quad]:
    """*quads* as those of the engine."""
    terms = _Engine()
    graphs: dict[str | None, ox.NamedNode | ox.DefaultGraph] = {None: ox.DefaultGraph()}
    for quad in quads:
        graph = graphs.get(quad.graph)
        if graph is None:
            graph = graphs[quad.graph] = ox.NamedNode(quad.graph or "")
        subject, predicate = terms[quad.subject], terms[quad.predicate]
        yield ox.Quad(subject, predicate, terms[quad.object], graph)  # type: ignore[arg-type]


def engine_quad(quad: Quad) -> ox.Quad:
    """A plain quad as one of the engine."""
    graph = ox.DefaultGraph() if quad.graph is None else ox.NamedNode(quad.graph)
    subject, predicate = engine_term(quad.subject), ox.NamedNode(quad.predicate.value)
    return ox.Quad(subject, predicate, engine_term(quad.object), graph)  # type: ignore[arg-type]


def plain_triple(value: ox.Triple) -> Triple:
    """A triple of the engine as plain values."""
    subject, predicate = plain_term(value.subject), Iri(value.predicate.value)
    return subject, predicate, plain_term(value.object)


class _Plain(dict[object, Term]):
    """Terms of the engine as plain values, each made once."""

    def __missing__(self, part: object) -> Term:
        if isinstance(part, ox.Triple) or getattr(part, "direction", None) is not None:
            raise BadData("The data hold what RDF 1.1 has not: triples as terms, or directions.")
        self[part] = term = plain_term(part)
        return term

    def quad(self, parsed: ox.Quad | ox.Triple) -> Quad:
        """A quad as it was parsed, as a plain value."""
        subject, predicate, value, *rest = parsed
        graph = rest[0] if rest else None
        if isinstance(graph, ox.BlankNode):
            raise BadData("A graph has a blank node for its name; name it by an IRI.")
        name = graph.value if isinstance(graph, ox.NamedNode) else None
        return Quad(self[subject], self[predicate], self[value], name)  # type: ignore[arg-type]


def plain_quad(value: ox.Quad) -> Quad:
    """A quad of the engine as a plain value."""
    graph = value.graph_name
    return Quad(
        plain_term(value.subject),  # type: ignore[arg-type]
        Iri(value.predicate.value),
        plain_term(value.object),
        graph.value if isinstance(graph, ox.NamedNode) else None,
    )


def _refuse_depth(body: bytes, form: str) -> None:
    if form == "jsonld":
        _refuse_deep_json(body)
    elif form == "rdfxml":
        _refuse_xml(body)
    elif body.count(b"<<(") > MAX_TRIPLE_TERMS:
        raise BadData("The data hold triples as terms, which RDF 1.1 has not; leave them out.")


def _refuse_deep_json(body: bytes) -> None:
    # The parser takes the rest of JSON for a document without triples.
    text = body.removeprefix(codecs.BOM_UTF8).strip()
    if text and text[:1] not in {b"[", b"{"}:
        raise BadData("The data are no JSON-LD, which is an object or an array; send one.")
    depth = 0
    for match in _JSON_TOKEN.finditer(body):
        mark = match[0]
        depth += (mark in b"[{") - (mark in b"]}")
        if depth > MAX_DEPTH:
            raise _too_deep(body.count(b"\n", 0, match.start()) + 1)


def _refuse_xml(body: bytes) -> None:
    """Refuse a document type, whose entities grow without limit, and deep nesting."""
    parser = expat.ParserCreate()
    depth = 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep(parser.CurrentLineNumber)

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        message = f"The data have a document type at line {line}; leave DOCTYPE and entities out."
        raise BadData(message, line=line, column=column)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        line, column = error.lineno, error.offset + 1
        reason = expat.ErrorString(error.code)
        raise _unreadable(reason, line, column) from error
    except ValueError as error:
        raise BadData(f"The data do not parse: {error}.") from error


def _too_deep(line: int) -> BadData:
    message = (
        f"The data nest deeper than {MAX_DEPTH} levels at line {line}; name the things inside."
    )
    return BadData(message, line=line, column=1)


def _bad_data(error: SyntaxError) -> BadData:
    reason = _END_PLACE.sub("", _PLACE.sub("", error.msg))
    if "LoadDocumentCallback" in reason:
        message = (
            "The data name a context at another address, and nothing is fetched; write it out."
        )
        return BadData(message)
    if error.lineno is None:
        return BadData(f"The data do not parse: {reason}.")
    return _unreadable(reason, error.lineno, error.offset or 1)


def _unreadable(reason: str, line: int, column: int) -> BadData:
    message = f"The data do not parse at line {line}, column {column}: {reason}."
    return BadData(message, line=line, column=column)
