"""How two things hang together: the shortest few ways between them, each step as it is stated."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, pairwise
from math import log10
from typing import TYPE_CHECKING, Any

from .errors import BadParameter
from .names import Names, nearest
from .network import INNER, OUTER, Link, Node
from .network import nearest as nearest_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import networkx as nx
    from _typeshed import SupportsGetItem

    from .answers import Evidence
    from .network import Network

MOST_WAYS = 20
LONGEST_WAY = 8
USUAL_WAYS = 5
USUAL_LENGTH = 6
# So many ways are looked through at most, for those that are short enough.
_CANDIDATES = 200
_EVIDENCE_OF_STEP = 5
# Where a name is that of several things, the first of these is meant.
_CLASSES = (
    "Impact",
    "PolicyResponse",
    "AffectedGroup",
    "Actor",
    "Driver",
    "SourceDocument",
    "PublishedResource",
    "skos:Concept",
)
_DISPLAYED = {"curator-inferred": "inferred by a curator", "same-section": "told in one section"}


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: from where to where, by stated causes alone, how many and how long."""

    start: str
    goal: str
    causal: bool = False
    most: int = USUAL_WAYS
    longest: int = USUAL_LENGTH


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a way: a link in the direction in which it is stated, and its evidence."""

    source: Node
    target: Node
    link: Link
    evidence: tuple[Evidence, ...]

    @property
    def sentence(self) -> str:
        """The step in words; how it is known, if not from the text alone."""
        how = _DISPLAYED.get(self.link.basis)
        told = f"{self.source.label} {self.link.relation} {self.target.label}"
        return f"{told} ({how})" if how else told


@dataclass(frozen=True, slots=True)
class Way:
    """A way between two things: the things on it, and a step between each two."""

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]

    @property
    def weight(self) -> float:
        """How far apart the ends are, where an inferred step counts twice."""
        return sum(step.link.weight for step in self.steps)


@dataclass(frozen=True, slots=True)
class Found:
    """The ends that were meant, the ways between them, and why there are none if so."""

    start: Node
    goal: Node
    ways: tuple[Way, ...]
    reason: str | None


class Ways:
    """The ways between the things of a network."""

    def __init__(self, network: Network) -> None:
        """Walk on *network*."""
        self._network = network
        self._names = Names(network.bench.store, network.bench.layout)

    def find(self, asking: Asking) -> Found:
        """The shortest ways that are asked for, or the reason why there is none."""
        start = self.node(asking.start, "from")
        goal = self.node(asking.goal, "to")
        if start == goal:
            return Found(start, goal, (), f"Both ends are {start.label}; give two things.")
        graph = self._graph(start, goal, asking.causal)
        reason = self._apart(graph, start, goal, asking.causal)
        if reason:
            return Found(start, goal, (), reason)
        walks = _walks(graph, start.id, goal.id)
        first = next(walks)
        # By weight; the bound is in steps.
        short = (w for w in (first, *islice(walks, _CANDIDATES)) if len(w) <= asking.longest + 1)
        ways = tuple(self._way(graph, walk) for walk in islice(short, asking.most))
        reason = None if ways else _too_far(asking.longest, len(first) - 1)
        return Found(start, goal, ways, reason)

    def node(self, text: str, parameter: str) -> Node:
        """The thing of the network that *text* names, or `BadParameter` with the nearest."""
        near: dict[str, None] = {}
        for name in _CLASSES:
            try:
                entry = self._names.find(text, name, parameter)
            except BadParameter as error:
                near |= dict.fromkeys(map(str, error.details["suggestions"]))  # type: ignore[call-overload]
                continue
            return self._network.nodes[entry.iri]
        best = tuple(nearest(text, list(near))) or tuple(near)[:3]
        hint = f"; the nearest are {', '.join(best)}" if best else ""
        message = f"{parameter}={text}: nothing in the network is known by that name{hint}."
        raise BadParameter(message, parameter=parameter, value=text, suggestions=best)

    def _graph(self, start: Node, goal: Node, causal: bool) -> nx.Graph[str]:
        if causal:
            return self._network.causal
        outer = [node.id for node in (start, goal) if node.kind in OUTER]
        if not outer:
            return self._network.inner
        # What only ends a way is put beside the rest for this one way.
        graph = self._network.inner.copy()
        around = [link for iri in outer for link in self._network.around.get(iri, ())]
        graph.update(nearest_links(link for link in around if self._ends(link, start, goal)))
        return graph

    def _ends(self, link: Link, start: Node, goal: Node) -> bool:
        own = {start.id, goal.id}
        nodes = self._network.nodes
        return all(end in own or nodes[end].kind in INNER for end in (link.source, link.target))

    def _apart(self, graph: nx.Graph[str], start: Node, goal: Node, causal: bool) -> str | None:
        """Why no way leads from *start* to *goal*, if none does."""
        import networkx as nx

        what = "is neither cause nor effect in any causal statement" if causal else "is in no link"
        for node in (start, goal):
            if node.id not in graph:
                return f"{node.label} {what} of the documents."
        if nx.has_path(graph, start.id, goal.id):
            return None
        if causal:
            return f"No chain of stated causes leads from {start.label} to {goal.label}."
        return f"No chain of statements links {start.label} and {goal.label}."

    def _way(self, graph: nx.Graph[str], walk: Sequence[str]) -> Way:
        nodes = self._network.nodes
        links: list[Link] = [graph.edges[pair]["link"] for pair in pairwise(walk)]
        known = self._network.bench.evidence(_statements(links))
        steps = tuple(
            Step(nodes[link.source], nodes[link.target], link, _pieces(link, known))
            for link in links
        )
        return Way(tuple(nodes[iri] for iri in walk), steps)


def _walks(graph: nx.Graph[str], start: str, goal: str) -> Iterator[list[str]]:
    """The simple paths, the nearest first: few and sure steps, by things that few others share."""
    import networkx as nx

    def weight(one: str, other: str, data: SupportsGetItem[str, Any]) -> float:
        link: Link = data["link"]
        shared = log10(graph.degree[one] * graph.degree[other]) / 2
        return link.weight + shared

    return iter(nx.shortest_simple_paths(graph, start, goal, weight=weight))


def _statements(links: Iterable[Link]) -> list[str]:
    return [iri for link in links for iri in link.statements[:_EVIDENCE_OF_STEP]]


def _pieces(link: Link, known: dict[str, tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    return tuple(e for iri in link.statements[:_EVIDENCE_OF_STEP] for e in known.get(iri, ()))


def _too_far(longest: int, needed: int) -> str:
    more = f"; ask with longest={needed}" if needed <= LONGEST_WAY else ""
    return f"No way of at most {longest} steps was found; the nearest has {needed}{more}."
