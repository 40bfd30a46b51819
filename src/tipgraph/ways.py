"""How two things hang together: the shortest few ways between them, each step as it is stated."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, pairwise, takewhile
from math import inf
from typing import TYPE_CHECKING

from .errors import BadParameter
from .names import Names, nearest
from .network import INNER, OUTER, Link, Node, weighed
from .network import nearest as nearest_links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import networkx as nx

    from .answers import Evidence
    from .network import Network

MOST_WAYS = 20
LONGEST_WAY = 8
USUAL_WAYS = 5
USUAL_LENGTH = 6
# So many ways are looked through at most, for those that are short enough.
_CANDIDATES = 100
# How much more than the least a way may weigh to be looked at, step by step.
_SLACKS = (0.25, 1.0, 4.0)
_ROUNDING = 1e-9
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
        walks = _walks(graph, start.id, goal.id, asking)
        ways = tuple(self._way(graph, walk) for walk in walks)
        reason = None if ways else _too_far(graph, start.id, goal.id, asking.longest)
        return Found(start, goal, ways, reason)

    def node(self, text: str, parameter: str) -> Node:
        """The thing of the network that *text* names, or `BadParameter` with the nearest."""
        for name in _CLASSES:
            entry = self._names.known(text, name)
            if entry is not None:
                return self._network.nodes[entry.iri]
        # Looked for only now: to compare a text with all names takes longer than to find a way.
        near = dict.fromkeys(slug for name in _CLASSES for slug in self._names.near(text, name))
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
        return weighed(graph, outer)

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


def _walks(graph: nx.Graph[str], start: str, goal: str, asking: Asking) -> Sequence[Sequence[str]]:
    """The simple paths that are short enough, the nearest first.

    They are sought among the things that stand on a way of little more than the least weight, and
    then among more: what is outside of these has no part in what is found.
    """
    import networkx as nx

    back = graph.reverse(copy=False) if isinstance(graph, nx.DiGraph) else graph
    there = nx.single_source_dijkstra_path_length(graph, start, weight="weight")
    here = nx.single_source_dijkstra_path_length(back, goal, weight="weight")
    found: list[list[str]] = []
    for slack in _SLACKS:
        bound = there[goal] + slack
        near = [n for n, far in there.items() if far + here.get(n, inf) <= bound + _ROUNDING]
        walks = nx.shortest_simple_paths(graph.subgraph(near).copy(), start, goal, "weight")
        within = takewhile(_within(graph, bound), islice(walks, _CANDIDATES))
        short = (walk for walk in within if len(walk) <= asking.longest + 1)
        found = list(islice(short, asking.most))
        if len(found) == asking.most or len(near) == len(there):
            break
    least: list[str] = nx.shortest_path(graph, start, goal)
    return found or ([least] if len(least) <= asking.longest + 1 else [])


def _within(graph: nx.Graph[str], bound: float) -> Callable[[list[str]], bool]:
    return lambda walk: sum(graph.edges[p]["weight"] for p in pairwise(walk)) <= bound + _ROUNDING


def _statements(links: Iterable[Link]) -> list[str]:
    return [iri for link in links for iri in link.statements[:_EVIDENCE_OF_STEP]]


def _pieces(link: Link, known: dict[str, tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    return tuple(e for iri in link.statements[:_EVIDENCE_OF_STEP] for e in known.get(iri, ()))


def _too_far(graph: nx.Graph[str], start: str, goal: str, longest: int) -> str:
    import networkx as nx

    needed = nx.shortest_path_length(graph, start, goal)
    more = f"; ask with longest={needed}" if needed <= LONGEST_WAY else ""
    return f"No way has at most {longest} steps; the shortest has {needed}{more}."
