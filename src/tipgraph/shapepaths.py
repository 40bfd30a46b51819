"""The property paths of SHACL shapes, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import RDF, SH
from rdflib.collection import Collection

from .findings import Step
from .terms import Iri

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

    from .findings import Path

_STEPS = {
    "inverse": SH.inversePath,
    "alternative": SH.alternativePath,
    "zeroOrMore": SH.zeroOrMorePath,
    "oneOrMore": SH.oneOrMorePath,
    "zeroOrOne": SH.zeroOrOnePath,
}


def path_of(graph: Graph, path: Node) -> Path:
    """The property path that the node *path* of *graph* describes."""
    if (path, RDF.first, None) in graph:
        return Step("sequence", _paths(graph, path))
    for kind, predicate in _STEPS.items():
        inner = graph.value(path, predicate)
        if inner is not None:
            parts = _paths(graph, inner) if kind == "alternative" else (path_of(graph, inner),)
            return Step(kind, parts)
    return Iri(str(path))


def _paths(graph: Graph, list_: Node) -> tuple[Path, ...]:
    return tuple(path_of(graph, each) for each in Collection(graph, list_))
