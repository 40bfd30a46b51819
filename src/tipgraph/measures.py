"""What the network as a whole tells: centrality, communities, agreement, and who reaches whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from heapq import heapify, heappop, heapreplace
from itertools import combinations
from typing import TYPE_CHECKING

from .answers import Item, Named
from .errors import BadParameter
from .names import Names
from .network import CAUSAL, PART, REPORTED, nearest
from .questions import kind_of, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import networkx as nx

    from .network import Link, Network, Node

SEED = 1
# Up to so many things the share of shortest ways is exact; beyond, so many begin a way.
EXACT = 1_000
SAMPLES = 100
_EVIDENCE = 5
_NAMED = 100
_MEANT = ("response", "actor")
_MEANINGS = {
    "centrality": (
        "degree counts the things that statements link to a response or an actor; betweenness is "
        "the share of shortest ways between other things that pass through it; that a heading has "
        "parts does not count. Both tell what the "
        "documents say much of and what holds it together, not what works or who has power."
    ),
    "communities": (
        "Impacts stand together where the same responses address them, or where one is stated to "
        "lead to another or both to come of one cause, more than with the rest (Louvain, seed "
        f"{SEED}, links without direction). A community is a reading aid and no claim of any "
        "document."
    ),
    "agreement": (
        "How much two documents speak of the same impacts and responses: what both have, as a "
        "share of what either has (Jaccard). That both speak of a thing does not mean that they "
        "say the same of it."
    ),
    "cover": (
        "A short list of responses that between them benefit the groups asked for: again and again "
        "the response that benefits most of those not yet reached (greedy set cover). A shorter "
        "list can exist. A group counts as reached where a statement names that very group, not a "
        "narrower or broader one; to benefit is what a document says, not what was measured."
    ),
}
MEASURES = tuple(_MEANINGS)


@dataclass(frozen=True, slots=True)
class Measured:
    """The items of a measure, what it means, and how it was computed."""

    measure: str
    items: tuple[Item, ...]
    total: int
    meaning: str
    computed: str
    missed: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """An item to be: of which things, in what words, and by which links."""

    id: str
    type: str
    label: str
    why: tuple[str, ...]
    links: Sequence[Link]
    named: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    values: Mapping[str, tuple[object, ...]] = field(default_factory=dict)


# Only the rows that are shown are made: of pairs of documents there are very many.
_Made = Callable[[], _Row]


class Measures:
    """The measures of a network, each computed when first asked for."""

    def __init__(self, network: Network) -> None:
        """Measure *network*."""
        self._network = network
        self._names = Names(network.bench.store, network.bench.layout)
        rows: Mapping[str, Callable[[], tuple[list[_Made], str]]] = {
            "centrality": self._central,
            "communities": self._communities,
            "agreement": self._agreement,
        }
        self._rows = cache(lambda name: rows[name]())

    def measured(self, measure: str, limit: int, groups: Sequence[str] = ()) -> Measured:
        """The first items of *measure*; *groups* are for cover, and all if none is given."""
        if measure not in _MEANINGS:
            message = f"measure={measure}: give one of {', '.join(MEASURES)}."
            raise BadParameter(message, parameter="measure", value=measure, suggestions=MEASURES)
        if groups and measure != "cover":
            message = f"group is for measure=cover, and this is {measure}; leave it out."
            raise BadParameter(message, parameter="group")
        missed: tuple[Named, ...] = ()
        if measure == "cover":
            rows, computed, missed = self._cover(groups)
        else:
            rows, computed = self._rows(measure)
        items = self._items([made() for made in rows[:limit]])
        return Measured(measure, items, len(rows), _MEANINGS[measure], computed, missed)

    @cached_property
    def _tied(self) -> nx.Graph[str]:
        """The things, linked by what is said of them and not by how a document is laid out."""
        return nearest(link for link in self._network.inner_links if link.relation != PART)

    def _central(self) -> tuple[list[_Made], str]:
        import networkx as nx

        graph = self._tied
        sampled, numbered = len(graph) > EXACT, _numbered(graph, list(graph))
        found = nx.betweenness_centrality(numbered, k=SAMPLES if sampled else None, seed=SEED)
        between = dict(zip(graph, found.values(), strict=True))
        computed = (
            f"betweenness is estimated from {SAMPLES} of {len(graph):,} things, seed {SEED}"
            if sampled
            else f"betweenness is exact, over {len(graph):,} things"
        )
        nodes = (n for n in graph if self._network.nodes[n].kind in _MEANT)
        order = sorted(nodes, key=lambda n: (-between[n], -graph.degree[n], n))
        rows: list[_Made] = [partial(self._central_row, graph, iri, between[iri]) for iri in order]
        return rows, computed

    def _central_row(self, graph: nx.Graph[str], iri: str, share: float) -> _Row:
        node, count = self._network.nodes[iri], graph.degree[iri]
        kinds = Counter(self._network.nodes[other].kind for other in graph[iri])
        parts = ", ".join(f"{n} {_plural(kind, n)}" for kind, n in kinds.most_common())
        return _Row(
            iri,
            type_of(iri),
            node.label,
            (
                f"statements link it to {count} {_plural('thing', count)}: {parts}",
                f"{share:.1%} of the shortest ways between two other things pass through it",
            ),
            self._network.around[iri],
            values={
                "kind": (node.kind,),
                "degree": (count,),
                "betweenness": (round(share, 6),),
            },
        )

    def _communities(self) -> tuple[list[_Made], str]:
        import networkx as nx

        graph, nodes = self._grouping(), self._network.nodes
        # Numbers, as the order of a set of texts is another in each process.
        numbers = sorted(graph)
        plain = _numbered(graph, numbers)
        parts = nx.community.louvain_communities(plain, seed=SEED)
        members = [[numbers[n] for n in sorted(part)] for part in parts]
        rows = [self._community(graph, part) for part in members]
        found = [row for row in rows if len(row.named["impacts"]) > 1]
        found.sort(key=lambda row: (-len(row.named["impacts"]), row.label))
        impacts = sum(node.kind == "impact" for node in nodes.values())
        alone = impacts - sum(len(row.named["impacts"]) for row in found)
        parted = nx.community.modularity(plain, parts) if graph.size() else 0.0
        told = f"modularity {parted:.2f}; {alone} of {impacts} impacts stand in none"
        return [partial(_same, row) for row in found], told

    def _grouping(self) -> nx.Graph[str]:
        """Impacts, the responses that address them, and causes and effects."""
        import networkx as nx

        graph: nx.Graph[str] = nx.Graph()
        chosen = [link for link in self._network.links if link.relation in {"addresses", CAUSAL}]
        graph.add_nodes_from(sorted({e for link in chosen for e in (link.source, link.target)}))
        graph.add_edges_from((link.source, link.target) for link in chosen)
        return graph

    def _community(self, graph: nx.Graph[str], part: Sequence[str]) -> _Row:
        own = set(part)
        order = sorted(part, key=lambda iri: (-len(own & set(graph[iri])), iri))
        kinds = {
            name: tuple(self._named(iri) for iri in order if self._network.nodes[iri].kind == kind)
            for name, kind in (
                ("impacts", "impact"),
                ("responses", "response"),
                ("drivers", "driver"),
            )
        }
        lead = next((named for named in kinds["impacts"]), self._named(order[0]))
        inside = [
            link
            for link in self._network.around.get(lead.id, ())
            if {link.source, link.target} <= own and link.relation in {"addresses", CAUSAL}
        ]
        counts = {name: len(found) for name, found in kinds.items()}
        told = ", ".join(f"{n} {_plural(name[:-1], n)}" for name, n in counts.items())
        why = f"{told}; {lead.label} has most links in it"
        cut = {name: found[:_NAMED] for name, found in kinds.items()}
        size = {f"{name}_count": (n,) for name, n in counts.items()}
        return _Row(lead.id, "Community", f"Around {lead.label}", (why,), inside, cut, size)

    def _agreement(self) -> tuple[list[_Made], str]:
        nodes, kinds = self._network.nodes, {"impact": "impacts", "response": "responses"}
        told: dict[str, dict[str, Link]] = {}
        for link in self._network.links:
            if link.relation == REPORTED and nodes[link.source].kind in kinds:
                told.setdefault(link.target, {})[link.source] = link
        order: list[tuple[float, str, str, str]] = []
        for one, other in combinations(told, 2):
            shared = len(told[one].keys() & told[other].keys())
            share = round(shared / (len(told[one]) + len(told[other]) - shared), 4)
            order.append((-share, _pair_of(nodes[one], nodes[other]), one, other))
        rows: list[_Made] = [
            partial(self._pair, one, other, told[one], told[other], kinds)
            for _, _, one, other in sorted(order)
        ]
        return rows, f"{len(told)} documents, each pair compared in full"

    def _pair(
        self,
        one: str,
        other: str,
        first: Mapping[str, Link],
        second: Mapping[str, Link],
        kinds: Mapping[str, str],
    ) -> _Row:
        nodes = self._network.nodes
        shared = sorted(first.keys() & second.keys(), key=lambda iri: (nodes[iri].label, iri))
        pair = (self._named(one), self._named(other))
        named: dict[str, tuple[Named, ...]] = {"documents": pair}
        values: dict[str, tuple[object, ...]] = {}
        for kind, name in kinds.items():
            both = tuple(self._named(iri) for iri in shared if nodes[iri].kind == kind)
            either = sum(nodes[iri].kind == kind for iri in first.keys() | second.keys())
            named[name] = both[:_NAMED]
            values[f"shared_{name}"] = (len(both),)
            values[f"jaccard_{name}"] = (round(len(both) / either, 4) if either else 0.0,)
        every = len(first.keys() | second.keys())
        why = f"{len(shared)} of {every} impacts and responses are in both"
        label = _pair_of(nodes[one], nodes[other])
        links = [link for iri in shared for link in (first[iri], second[iri])]
        values = {"jaccard": (round(len(shared) / every, 4),), **values}
        return _Row(one, "DocumentPair", label, (why,), links, named, values)

    def _cover(self, groups: Sequence[str]) -> tuple[list[_Made], str, tuple[Named, ...]]:
        wanted = self._groups(groups)
        reach: dict[str, dict[str, Link]] = {}
        for link in self._network.links:
            if link.relation == "benefits" and self._is(link.source, "response"):
                reach.setdefault(link.source, {})[link.target] = link
        rows: list[_Made] = []
        left = set(wanted)
        for best in _greedily(reach, left):
            new = left & reach[best].keys()
            rows.append(partial(self._reaching, best, sorted(new), reach[best], len(wanted)))
            left -= new
        missed = tuple(self._named(iri) for iri in wanted if iri in left)
        told = f"{len(rows)} responses reach {len(wanted) - len(left)} of {len(wanted)} groups"
        return rows, f"greedy set cover: {told}", missed

    def _groups(self, groups: Sequence[str]) -> list[str]:
        """The groups named, or all that some impact affects."""
        if not groups:
            affected = {link.target for link in self._network.links if link.relation == "affects"}
            return sorted(affected)
        found = [e for text in groups for e in self._names.several(text, "AffectedGroup", "group")]
        if not found:
            message = "group is empty; give the name of a group, or leave it out."
            raise BadParameter(message, parameter="group", value=",".join(groups))
        return list(dict.fromkeys(entry.iri for entry in found))

    def _reaching(
        self, response: str, new: Sequence[str], reached: Mapping[str, Link], wanted: int
    ) -> _Row:
        groups = tuple(self._named(group) for group in new)
        return _Row(
            response,
            type_of(response),
            self._network.nodes[response].label,
            tuple(f"benefits {group.label}" for group in groups),
            [reached[group] for group in new],
            {"groups": groups},
            {"reaches": (len(new),), "of": (wanted,)},
        )

    def _is(self, iri: str, kind: str) -> bool:
        return self._network.nodes[iri].kind == kind

    def _named(self, iri: str) -> Named:
        return Named(iri, self._network.nodes[iri].label)

    def _items(self, rows: Sequence[_Row]) -> tuple[Item, ...]:
        bench = self._network.bench
        first = {id(row): _first(row.links) for row in rows}
        known = bench.evidence(iri for found in first.values() for iri in found)
        called = bench.called(row.id for row in rows)
        return tuple(
            Item(
                id=row.id,
                kind=kind_of(row.id),
                type=row.type,
                label=row.label,
                description=called[row.id][1] if row.id in called else "",
                why=row.why,
                evidence=tuple(e for iri in first[id(row)] for e in known.get(iri, ()))
                or bench.coverage,
                links=row.named,
                values=row.values,
            )
            for row in rows
        )


def _first(links: Iterable[Link]) -> list[str]:
    """The statements by which the surest of *links* are known: a few."""
    order = sorted(links, key=lambda link: link.weight)
    return list(dict.fromkeys(link.statements[0] for link in order))[:_EVIDENCE]


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _greedily(reach: Mapping[str, Mapping[str, Link]], left: set[str]) -> Iterator[str]:
    """Again and again what reaches most of those *left*, and of equals the first by its IRI.

    Whoever asks takes what was reached out of *left*. As that leaves nobody more to reach, only
    those need be counted anew that once reached as many as the best.
    """
    waiting = [(-len(left & reached.keys()), iri) for iri, reached in reach.items()]
    heapify(waiting)
    while waiting:
        before, iri = waiting[0]
        now = -len(left & reach[iri].keys())
        if not now:
            heappop(waiting)
        elif now == before:
            yield heappop(waiting)[1]
        else:
            heapreplace(waiting, (now, iri))


def _numbered(graph: nx.Graph[str], order: Sequence[str]) -> nx.Graph[int]:
    """*graph* with its things as numbers in their *order*, which is walked in half the time."""
    import networkx as nx

    number = {iri: n for n, iri in enumerate(order)}
    plain: nx.Graph[int] = nx.Graph()
    plain.add_nodes_from(range(len(order)))
    plain.add_edges_from((number[one], number[other]) for one, other in graph.edges())
    return plain


def _pair_of(one: Node, other: Node) -> str:
    return f"{one.label} and {other.label}"


def _same(row: _Row) -> _Row:
    return row
