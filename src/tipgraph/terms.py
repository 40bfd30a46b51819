"""RDF terms as plain values, and the short names that people type for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

BASE = "https://w3id.org/tipgraph/"
TIP = BASE + "ontology#"
CONCEPT = BASE + "concept/"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING = XSD + "string"

PREFIXES = {
    "tip": TIP,
    "c": CONCEPT,
    "actor": ID + "actor/",
    "coverage": ID + "coverage/",
    "doc": ID + "document/",
    "impact": ID + "impact/",
    "passage": ID + "passage/",
    "person": ID + "person/",
    "resource": ID + "resource/",
    "response": ID + "response/",
    "statement": ID + "statement/",
    "work": ID + "work/",
    "g": GRAPH,
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "unit": "http://qudt.org/vocab/unit/",
    "xsd": XSD,
}
# The classes of statements, by the words that people use for them.
STATEMENT_CLASSES = {
    "impact": "ImpactStatement",
    "recommendation": "RecommendationStatement",
    "practice": "PracticeStatement",
    "resource": "ResourceStatement",
    "figure": "FigureStatement",
    "cause": "CausalStatement",
    "link": "AddressingStatement",
}


@dataclass(frozen=True, slots=True)
class Iri:
    """An IRI."""

    value: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal: its lexical form, its datatype and, for text, its language."""

    value: str
    datatype: str = XSD_STRING
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank node, named within one answer only."""

    value: str


Term = Iri | Literal | Blank

_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?<!\.)")
_CURIE = re.compile(r"([A-Za-z][A-Za-z0-9-]*):([A-Za-z0-9_][A-Za-z0-9_./-]*)")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"{}|\\^`\x00-\x20]+")


def expand(text: str) -> str | None:
    """The IRI that *text* stands for if it is an IRI (also in angle brackets) or a known CURIE."""
    text = text.strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    if _ABSOLUTE.fullmatch(text):
        return text
    match = _CURIE.fullmatch(text)
    if match and match[1] in PREFIXES:
        return PREFIXES[match[1]] + match[2]
    return None


def shorten(iri: str) -> str:
    """The CURIE of *iri* under the longest known prefix, or *iri* itself."""
    best = max(
        (p for p, ns in PREFIXES.items() if iri.startswith(ns)),
        key=lambda p: len(PREFIXES[p]),
        default=None,
    )
    if best is None:
        return iri
    local = iri[len(PREFIXES[best]) :]
    return f"{best}:{local}" if _LOCAL.fullmatch(local) else iri


def slug(iri: str) -> str:
    """The last part of *iri*, by which a person names the thing."""
    return re.split(r"[/#]", iri)[-1]


def text_of(term: Term | None) -> str:
    """The plain text of *term*: an IRI whole, a literal's lexical form, nothing for nothing."""
    return "" if term is None else term.value


_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


def sparql(term: Iri | Literal) -> str:
    """*term* as SPARQL writes it, with all that could end it early escaped."""
    if isinstance(term, Iri):
        bad = set('<>"{}|^`\\')
        return (
            "<"
            + "".join(f"%{ord(ch):02X}" if ch in bad or ch <= " " else ch for ch in term.value)
            + ">"
        )
    body = "".join(
        _ESCAPES.get(ch) or (f"\\u{ord(ch):04X}" if ch < " " else ch) for ch in term.value
    )
    if term.language:
        return f'"{body}"@{term.language}'
    if term.datatype == XSD_STRING:
        return f'"{body}"'
    return f'"{body}"^^{sparql(Iri(term.datatype))}'
