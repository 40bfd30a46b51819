"""The answers to anybody's SPARQL queries as rows, whatever form they have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .answers import Asked
from .queryable import Rows
from .rdf import read
from .terms import XSD, XSD_STRING, Blank, Iri, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .queryable import Queryable
    from .terms import Term


def answered(store: Queryable, query: str) -> Rows:
    """The answer to *query* as rows: of triples for CONSTRUCT and DESCRIBE, of a truth for ASK."""
    body, form = store.answer(Asked(query, rows="json", graph="ntriples"))
    return _triples(body) if form == "ntriples" else _rows(body)


def _rows(body: bytes) -> Rows:
    """The rows of SPARQL's own JSON; a truth value is a row of its own."""
    told = json.loads(body)
    if "boolean" in told:
        truth = Literal(str(told["boolean"]).lower(), XSD + "boolean")
        return Rows(("answer",), ((truth,),))
    names = tuple(told["head"]["vars"])
    found = told["results"]["bindings"]
    return Rows(names, tuple(tuple(_term(row.get(name)) for name in names) for row in found))


def _term(value: Mapping[str, str] | None) -> Term | None:
    if value is None:
        return None
    if value["type"] == "uri":
        return Iri(value["value"])
    if value["type"] == "bnode":
        return Blank(value["value"])
    language = value.get("xml:lang")
    return Literal(value["value"], value.get("datatype", XSD_STRING), language)


def _triples(body: bytes) -> Rows:
    quads = read(body, "ntriples")
    triples = tuple((quad.subject, quad.predicate, quad.object) for quad in quads)
    return Rows(("subject", "predicate", "object"), triples)
