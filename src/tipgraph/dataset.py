"""A graph as rdflib holds it, for the tools that work on it: validation and reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral

from .numbered import Numbered
from .terms import XSD_STRING, Blank, Iri, Literal, Term

if TYPE_CHECKING:
    from rdflib.term import Node

    from .store import Store


def union(store: Store) -> Graph:
    """The triples of all graphs of *store* in one graph."""
    held = Numbered()
    held.extend(store.numbered(lambda term: held.number(node(term))))
    return held.graph


def node(term: Term) -> URIRef | BNode | RdflibLiteral:
    """*term* as rdflib has it; literals stay as they are written, for some grow without limit."""
    if isinstance(term, Iri):
        return URIRef(term.value)
    if isinstance(term, Blank):
        return BNode(term.value)
    if term.language:
        return RdflibLiteral(term.value, lang=term.language)
    datatype = None if term.datatype == XSD_STRING else URIRef(term.datatype)
    return RdflibLiteral(term.value, datatype=datatype, normalize=False)


def term_of(node: Node) -> Term:
    """A node of rdflib as a plain value."""
    if isinstance(node, URIRef):
        return Iri(str(node))
    if isinstance(node, RdflibLiteral):
        if node.language:
            return Literal(str(node), f"{_RDF}langString", str(node.language))
        return Literal(str(node), str(node.datatype or XSD_STRING))
    return Blank(str(node))


_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
