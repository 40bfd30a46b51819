"""A graph as rdflib holds it, for the tools that work on it: validation and reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import Graph

if TYPE_CHECKING:
    from .queryable import Queryable


def union(store: Queryable) -> Graph:
    """The triples of all graphs of *store* in one graph."""
    return Graph().parse(data=store.dump("ntriples"), format="nt")
