"""The network of things that statements link: impacts, causes, groups, actors, responses.

A causal link comes from a causal statement alone, never from two others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log10
from typing import TYPE_CHECKING, TypeVar

from .languages import spoken
from .queries import read
from .terms import slug, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import networkx as nx

    from .evidence import Bench
    from .queries import QueryFile
    from .queryable import Rows

# The kinds of nodes; a thing of several is of the first of them.
INNER = ("impact", "response", "actor", "group", "driver")
# These hold too much together to tell anything between two things: they only end a path.
OUTER = ("document", "resource", "concept")
# What the network is, as it is exported: its things and where they are reported.
SHOWN = (*INNER, "document")
CAUSAL = "leads to"
REPORTED = "is reported in"
PART = "has part"
STATED = "stated"
# How a link is known, the surest first: told in so many words, told, and read into the text.
SURENESS: Mapping[str, float] = {
    "explicit-pairing": 1.0,
    STATED: 1.0,
    "same-section": 1.5,
    "curator-inferred": 2.0,
}


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of the network."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Link:
    """What statements say of two things, in the direction in which they say it.

    *basis* and *directness* are those of the surest statement, which comes first; *documents* has
    the document of each statement.
    """

    source: str
    relation: str
    target: str
    statements: tuple[str, ...]
    documents: tuple[str, ...]
    basis: str
    directness: str

    @property
    def weight(self) -> float:
        """How far apart the link leaves its things: more where it is inferred."""
        return SURENESS.get(self.basis, max(SURENESS.values()))


class Network:
    """The network of a graph, read when first asked for."""

    def __init__(self, bench: Bench) -> None:
        """Read the network with the query files of *bench*."""
        self.bench = bench

    @property
    def sparql(self) -> str:
        """The query that finds the links."""
        return self._query("edges").text

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """All things that can be in the network, by IRI."""
        order = {kind: place for place, kind in enumerate((*INNER, *OUTER))}
        rows = spoken(self.bench.store.select(self._query("nodes").text))
        found = [Node(text_of(r["thing"]), text_of(r["label"]), text_of(r["kind"])) for r in rows]
        found.sort(key=lambda node: (order[node.kind], node.id))
        nodes: dict[str, Node] = {}
        for node in found:
            nodes.setdefault(node.id, node)
        return nodes

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links, one for each pair and relation, in the order of their IRIs."""
        return tuple(_links(self.bench.store.select(self._query("edges").text), self.nodes))

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The network as networkx has it: of the kinds that are shown, and what is linked."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        shown = [link for link in self.links if self._between(link, SHOWN)]
        for iri in sorted({end for link in shown for end in (link.source, link.target)}):
            node = self.nodes[iri]
            graph.add_node(iri, label=node.label, kind=node.kind)
        for link in shown:
            graph.add_edge(
                link.source,
                link.target,
                key=link.relation,
                relation=link.relation,
                statements=" | ".join(map(slug, link.statements)),
                link_basis=link.basis,
                directness=link.directness,
                documents=" | ".join(map(slug, dict.fromkeys(link.documents))),
                weight=link.weight,
            )
        return graph

    @cached_property
    def inner(self) -> nx.Graph[str]:
        """The things without documents; of two that are linked, the nearest link counts."""
        return weighed(nearest(self.inner_links))

    @property
    def inner_links(self) -> Iterator[Link]:
        """The links between things other than documents, resources and bare concepts."""
        return (link for link in self.links if self._between(link, INNER))

    @cached_property
    def causal(self) -> nx.DiGraph[str]:
        """The causal links that documents state, in their direction."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        for link in self.links:
            if link.relation == CAUSAL:
                graph.add_edge(link.source, link.target, link=link)
        return weighed(graph)

    @cached_property
    def around(self) -> Mapping[str, tuple[Link, ...]]:
        """The links of each thing, in and out."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            for end in (link.source, link.target):
                found.setdefault(end, []).append(link)
        return {iri: tuple(links) for iri, links in found.items()}

    def _between(self, link: Link, kinds: tuple[str, ...]) -> bool:
        return self.nodes[link.source].kind in kinds and self.nodes[link.target].kind in kinds

    def _query(self, name: str) -> QueryFile:
        return read(self.bench.layout.queries / "network" / f"{name}.rq")


def nearest(links: Iterable[Link]) -> nx.Graph[str]:
    """A graph without directions, in which two things have the nearest of their *links*."""
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    for link in links:
        known = graph.get_edge_data(link.source, link.target)
        if known is None or link.weight < known["link"].weight:
            graph.add_edge(link.source, link.target, link=link)
    return graph


G = TypeVar("G", bound="nx.Graph[str]")


def weighed(graph: G, around: Iterable[str] | None = None) -> G:
    """*graph* with weights on the links, or on those *around* some things.

    A link weighs as it is sure, and more where its things are shared by many others.
    """
    for one, other, data in graph.edges(around, data=True):
        shared = log10(graph.degree[one] * graph.degree[other]) / 2
        data["weight"] = data["link"].weight + shared
    return graph


def _links(rows: Rows, nodes: Mapping[str, Node]) -> Iterable[Link]:
    told: dict[tuple[str, str, str], list[tuple[float, str, str, str, str]]] = {}
    for row in rows:
        ends = text_of(row["source"]), text_of(row["relation"]), text_of(row["target"])
        if ends[0] in nodes and ends[2] in nodes:
            basis = slug(text_of(row["basis"])) or STATED
            sure = SURENESS.get(basis, max(SURENESS.values()))
            statement, document = text_of(row["statement"]), text_of(row["document"])
            said = (sure, statement, document, basis, slug(text_of(row["directness"])))
            told.setdefault(ends, []).append(said)
    for (source, relation, target), found in told.items():
        found.sort()
        statements, documents = tuple(f[1] for f in found), tuple(f[2] for f in found)
        yield Link(source, relation, target, statements, documents, found[0][3], found[0][4])
