"""A graph as rdflib holds it, for the tools that work on it: validation and reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import Dataset, Graph

if TYPE_CHECKING:
    from .store import Store


def dataset(store: Store) -> Dataset:
    """All named graphs of *store*, whose union is what queries see."""
    found = Dataset(default_union=True)
    found.parse(data=store.dump("nquads"), format="nquads")
    return found


def union(store: Store) -> Graph:
    """The triples of all graphs of *store* in one graph."""
    return Graph().parse(data=store.dump("ntriples"), format="nt")
