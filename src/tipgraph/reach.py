"""Which things a change of a graph can reach through its shapes, so that only these are checked.

A shape reads a graph by paths from its focus node. Whatever reads a triple that changed is found
by walking these paths back. Rules that may read anything are known as such, and reach everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rdflib import RDF, RDFS, SH, BNode, Graph, URIRef
from rdflib.collection import Collection

from .findings import Step
from .shapepaths import path_of
from .terms import Iri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rdflib.term import Node

    from .findings import Path

    Triple = tuple[Node, Node, Node]

_MAX_DEPTH = 30
_LISTS = (SH["and"], SH["or"], SH.xone)
_NESTED = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
# What reads nothing, or only what is told of elsewhere.
_PLAIN = {
    *(SH.path, SH.message, SH.severity, SH.name, SH.description, SH.order, SH.group),
    *(SH.defaultValue, SH.deactivated, SH.minCount, SH.maxCount, SH.datatype, SH.nodeKind),
    *(SH.pattern, SH.flags, SH.minLength, SH.maxLength, SH.minInclusive, SH.maxInclusive),
    *(SH.minExclusive, SH.maxExclusive, SH["in"], SH.languageIn, SH.uniqueLang, SH.hasValue),
    *(SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf),
    *(SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.ignoredProperties),
}
_ANY = None


Way = tuple["Path", ...]


@dataclass(frozen=True, slots=True)
class Read:
    """That a shape reads *predicate* at what *way* leads to from its focus; None is any."""

    way: tuple[Path, ...]
    predicate: str | None
    forward: bool = True


class _Opaque(Exception):
    """A shape may read anything."""


class Reach:
    """How far a change reaches through *shapes*."""

    def __init__(self, shapes: Graph) -> None:
        """Read the shapes when they are first asked about."""
        self._shapes = shapes

    @cached_property
    def _reads(self) -> frozenset[Read] | None:
        """What the shapes read, or None where that is not known."""
        try:
            return frozenset(each for shape in self._tops() for each in self._of(shape, (), 0))
        except _Opaque:
            return None

    @cached_property
    def _inner(self) -> frozenset[Way]:
        """The ways to things that a result may be about though they are no targets.

        Those are the values of a property that has properties of its own to keep.
        """
        found: set[Way] = set()
        for shape in self._tops():
            self._gather(shape, (), found, 0)
        return frozenset(found)

    def _gather(self, shape: Node, way: Way, found: set[Way], depth: int) -> None:
        path = self._shapes.value(shape, SH.path)
        ahead = way if path is None else (*way, path_of(self._shapes, path))
        for inner in self._shapes.objects(shape, SH.property):
            if ahead and depth < _MAX_DEPTH:
                found.add(ahead)
            self._gather(inner, ahead, found, depth + 1)

    def _tops(self) -> set[Node]:
        shapes = self._shapes
        targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
        kinds = (SH.NodeShape, SH.PropertyShape)
        found = {s for target in targets for s in shapes.subjects(target)}
        return found | {s for kind in kinds for s in shapes.subjects(RDF.type, kind)}

    def _of(self, shape: Node, way: tuple[Path, ...], depth: int) -> Iterator[Read]:
        """What *shape* reads at the end of *way*."""
        if depth > _MAX_DEPTH:
            raise _Opaque
        path = self._shapes.value(shape, SH.path)
        ahead = way
        if path is not None:
            steps = path_of(self._shapes, path)
            yield from _steps(steps, way, forward=True)
            ahead = (*way, steps)
        for predicate, value in self._shapes.predicate_objects(shape):
            yield from self._constraint(predicate, value, (way, ahead), depth)

    def _constraint(
        self, predicate: Node, value: Node, ways: tuple[tuple[Path, ...], ...], depth: int
    ) -> Iterator[Read]:
        way, ahead = ways
        if predicate == SH["class"]:
            yield Read(ahead, str(RDF.type))
        elif predicate in _NESTED:
            yield from self._of(value, ahead, depth + 1)
        elif predicate in _LISTS:
            for member in Collection(self._shapes, value):
                yield from self._of(member, ahead, depth + 1)
        elif predicate in _PAIRS:
            yield Read(way, str(value))
        elif predicate == SH.closed:
            yield Read(ahead, _ANY)
        elif str(predicate).startswith(str(SH)) and predicate not in _PLAIN:
            raise _Opaque

    def things(self, changed: Iterable[Triple], graph: Graph) -> set[Node] | None:
        """The things that *changed* triples can matter to, or None for all.

        *graph* holds what was before and what is now.
        """
        changed = list(changed)
        if self._reads is None or any(p == RDFS.subClassOf for _, p, _ in changed):
            return None
        found: set[Node] = set()
        for subject, _, value in changed:
            found |= {subject, value}
        for read in self._reads:
            starts = {
                subject if read.forward else value
                for subject, predicate, value in changed
                if read.predicate in {_ANY, str(predicate)}
            }
            for step in reversed(read.way):
                starts = _back(graph, step, starts)
            found |= starts
        self._widen(found, graph)
        return {each for each in found if isinstance(each, URIRef | BNode)}

    def _widen(self, found: set[Node], graph: Graph) -> None:
        """Add to *found* what shares a result with what is in it, until nothing more does."""
        size = -1
        while self._inner and size != len(found):
            size = len(found)
            for way in self._inner:
                ends = set(found)
                for step in way:
                    ends = _forth(graph, step, ends)
                starts = found | ends
                for step in reversed(way):
                    starts = _back(graph, step, starts)
                found |= ends | starts


def _steps(path: Path, way: tuple[Path, ...], *, forward: bool) -> Iterator[Read]:
    """What following *path* from the end of *way* reads."""
    if isinstance(path, Iri):
        yield Read(way, path.value, forward)
    elif path.kind == "inverse":
        yield from _inverse_steps(path.parts[0], way)
    elif path.kind == "sequence":
        for number, part in enumerate(path.parts):
            yield from _steps(part, (*way, *path.parts[:number]), forward=forward)
    elif path.kind == "alternative":
        for part in path.parts:
            yield from _steps(part, way, forward=forward)
    else:
        again = Step("zeroOrMore", path.parts)
        yield from _steps(path.parts[0], (*way, again), forward=forward)


def _inverse_steps(path: Path, way: tuple[Path, ...]) -> Iterator[Read]:
    """What following *path* backwards reads; of one that is not a single property, anything."""
    if not isinstance(path, Iri):
        raise _Opaque
    yield Read(way, path.value, forward=False)


def _back(graph: Graph, path: Path, ends: set[Node]) -> set[Node]:
    """What *path* leads from to *ends*."""
    if isinstance(path, Iri):
        predicate = URIRef(path.value)
        return {start for end in ends for start in graph.subjects(predicate, end)}
    if path.kind == "inverse":
        return _forth(graph, path.parts[0], ends)
    if path.kind == "sequence":
        for part in reversed(path.parts):
            ends = _back(graph, part, ends)
        return ends
    if path.kind == "alternative":
        return set().union(*(_back(graph, part, ends) for part in path.parts))
    return _closed(graph, path.parts[0], ends, _back)


def _forth(graph: Graph, path: Path, starts: set[Node]) -> set[Node]:
    """What *path* leads to from *starts*."""
    if isinstance(path, Iri):
        predicate = URIRef(path.value)
        return {end for start in starts for end in graph.objects(start, predicate)}
    if path.kind == "inverse":
        return _back(graph, path.parts[0], starts)
    if path.kind == "sequence":
        for part in path.parts:
            starts = _forth(graph, part, starts)
        return starts
    if path.kind == "alternative":
        return set().union(*(_forth(graph, part, starts) for part in path.parts))
    return _closed(graph, path.parts[0], starts, _forth)


def _closed(
    graph: Graph, path: Path, nodes: set[Node], follow: Callable[..., set[Node]]
) -> set[Node]:
    """What is found when *path* is followed from *nodes* any number of times."""
    found, new = set(nodes), set(nodes)
    while new:
        new = follow(graph, path, new) - found
        found |= new
    return found
