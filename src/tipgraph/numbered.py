"""A graph whose terms are kept once each and known by number: small in memory, quick to follow."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from rdflib import Graph
from rdflib.plugins.stores.memory import SimpleMemory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from rdflib.term import Node

    Triple = tuple[Node, Node, Node]
    Pattern = tuple[Node | None, Node | None, Node | None]
    # What a node is linked to: one number, or several, each once.
    Ends = tuple[int] | dict[int, None]
    Index = dict[int, Ends]


class Numbered(SimpleMemory):
    """Triples as numbers of their terms, by predicate and subject, as a store of rdflib.

    The way back, from values to subjects, is made for a predicate when it is first asked for.
    """

    # pySHACL puts a data set around a graph, which asks for both; there is one graph alone.
    context_aware = graph_aware = True

    def __init__(self) -> None:
        """Hold nothing yet."""
        super().__init__()
        self.nodes: list[Node] = []
        self._numbers: dict[Node, int] = {}
        self._forth: dict[int, Index] = {}
        self._back: dict[int, Index] = {}
        self._size = 0
        self.graph = Graph(store=self)

    @classmethod
    def of(cls, graph: Graph) -> Numbered:
        """What *graph* holds: itself, if it is kept like this."""
        if isinstance(graph.store, cls):
            return graph.store
        held = cls()
        held.extend(tuple(map(held.number, triple)) for triple in graph)  # type: ignore[misc]
        return held

    def number(self, node: Node) -> int:
        """The number of *node*, which has one from now on."""
        number = self._numbers.setdefault(node, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number

    def extend(self, triples: Iterable[tuple[int, int, int]]) -> None:
        """Add *triples*, which are numbers of their terms."""
        self._back.clear()
        for subject, predicate, value in triples:
            index = self._forth.get(predicate)
            if index is None:
                index = self._forth[predicate] = {}
            self._size += _link(index, subject, value)

    def forth(self, predicate: Node) -> Mapping[int, Collection[int]]:
        """The values of *predicate* by their subjects."""
        return self._forth.setdefault(self.number(predicate), {})

    def back(self, predicate: Node) -> Mapping[int, Collection[int]]:
        """The subjects of *predicate* by their values."""
        return self._inverse(self.number(predicate))

    def others(self, known: Collection[Node]) -> list[Mapping[int, Collection[int]]]:
        """The values by their subjects of each predicate that is not *known*."""
        numbers = {self.number(node) for node in known}
        return [index for number, index in self._forth.items() if number not in numbers]

    def _inverse(self, predicate: int) -> Index:
        index = self._back.get(predicate)
        if index is None:
            index = self._back[predicate] = {}
            for subject, values in self._forth.setdefault(predicate, {}).items():
                for value in values:
                    _link(index, value, subject)
        return index

    def add(self, triple: Triple, *_: object, **__: object) -> None:
        """Add *triple*."""
        subject, predicate, value = map(self.number, triple)
        self._size += _link(self._forth.setdefault(predicate, {}), subject, value)
        if predicate in self._back:
            _link(self._back[predicate], value, subject)

    # The two classes of rdflib above it differ in the name of what is given.
    def remove(self, triple_pattern: Pattern, *_: object, **__: object) -> None:  # type: ignore[override]
        """Remove the triples of *triple_pattern*."""
        for subject, predicate, value in list(self._matching(triple_pattern)):
            self._size -= 1
            _unlink(self._forth[predicate], subject, value)
            if predicate in self._back:
                _unlink(self._back[predicate], value, subject)

    def triples(
        self, triple_pattern: Pattern, *_: object, **__: object
    ) -> Iterator[tuple[Triple, Iterator[Graph]]]:
        """The triples of *triple_pattern*."""
        nodes = self.nodes
        for subject, predicate, value in self._matching(triple_pattern):
            yield (nodes[subject], nodes[predicate], nodes[value]), iter((self.graph,))

    def __len__(self, *_: object, **__: object) -> int:
        """The number of triples."""
        return self._size

    def _matching(self, pattern: Pattern) -> Iterator[tuple[int, int, int]]:
        numbers = [None if node is None else self._numbers.get(node, -1) for node in pattern]
        if -1 in numbers:
            return
        subject, predicate, value = numbers
        for each in list(self._forth) if predicate is None else (predicate,):
            for start, end in self._linked(subject, each, value):
                yield start, each, end

    def _linked(
        self, subject: int | None, predicate: int, value: int | None
    ) -> Iterable[tuple[int, int]]:
        index = self._forth.get(predicate, {})
        if subject is not None:
            ends = index.get(subject, ())
            if value is None:
                return zip(repeat(subject), ends)
            return [(subject, value)] if value in ends else ()
        if value is not None:
            return zip(self._inverse(predicate).get(value, ()), repeat(value))
        return ((start, end) for start, ends in index.items() for end in ends)


def _link(index: Index, start: int, end: int) -> bool:
    """Whether the link is new in *index*."""
    ends = index.get(start)
    if ends is None:
        index[start] = (end,)
    elif end in ends:
        return False
    elif isinstance(ends, dict):
        ends[end] = None
    else:
        index[start] = {ends[0]: None, end: None}
    return True


def _unlink(index: Index, start: int, end: int) -> None:
    ends = index[start]
    if isinstance(ends, dict) and len(ends) > 1:
        del ends[end]
    else:
        del index[start]
