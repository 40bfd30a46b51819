"""Which things of a graph may break a shape: those that a quick reading of SHACL cannot clear.

pySHACL gives the verdict; it is asked about these alone. A thing is cleared only if each of its
shapes holds for certain. What this reading does not know is uncertain, and clears nothing.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection as List

from .findings import Step
from .numbered import Numbered
from .shapepaths import path_of
from .terms import Iri

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from rdflib.term import Node

    from .findings import Path

    # What a constraint says of a focus node and its values: it holds, does not, or who knows.
    Test = Callable[[int, Collection[int]], bool | None]
    Way = Callable[[int], Collection[int]]

_MAX_DEPTH = 30
_KNOWN = {XSD.string, XSD.integer, XSD.boolean, XSD.decimal, RDF.langString}
_KINDS: dict[Node, tuple[type, ...]] = {
    SH.IRI: (URIRef,),
    SH.BlankNode: (BNode,),
    SH.Literal: (Literal,),
    SH.BlankNodeOrIRI: (URIRef, BNode),
    SH.BlankNodeOrLiteral: (BNode, Literal),
    SH.IRIOrLiteral: (URIRef, Literal),
}
TARGETS = frozenset({SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf})
# What says nothing about values by itself.
_SILENT = {
    *(SH.path, SH.message, SH.severity, SH.name, SH.description, SH.order, SH.group),
    *(SH.defaultValue, SH.flags, SH.ignoredProperties, SH.qualifiedMinCount),
    *(SH.qualifiedMaxCount, SH.qualifiedValueShapesDisjoint, SH.deactivated),
    *TARGETS,
}
_ORDERS: dict[Node, Callable[[Decimal, Decimal], bool]] = {
    SH.minInclusive: lambda value, limit: value >= limit,
    SH.maxInclusive: lambda value, limit: value <= limit,
    SH.minExclusive: lambda value, limit: value > limit,
    SH.maxExclusive: lambda value, limit: value < limit,
}


class _Unknown(Exception):
    """The shapes have something that cannot be read here."""


def suspects(
    shapes: Graph, data: Graph, only: AbstractSet[Node] | None = None
) -> dict[Node, set[Node]] | None:
    """The things of *data* that a shape of *shapes* is not certain to hold for, by the shape.

    None is that no shape is certain. Values that are no things, which a shape may have for
    targets, are among them. With *only*, nothing else is looked at.
    """
    try:
        return _Screen(shapes, Numbered.of(data)).suspects(only)
    except (_Unknown, re.error, ValueError):
        return None


def class_kinds(shapes: Graph) -> set[Node]:
    """The classes whose members are classes, as pySHACL knows them by *shapes*."""
    return {RDFS.Class, OWL.Class, *shapes.subjects(RDFS.subClassOf, RDFS.Class)}


class _Screen:
    """The shapes, made into tests on a graph."""

    def __init__(self, shapes: Graph, data: Numbered) -> None:
        if (None, RDF.type, SH.ConstraintComponent) in shapes:
            raise _Unknown
        self._shapes = shapes
        self._data = data
        self._kinds = class_kinds(shapes)
        self._tests: dict[Node, Test] = {}
        self._below: dict[Node, set[int]] = {}

    def suspects(self, only: AbstractSet[Node] | None) -> dict[Node, set[Node]]:
        """The targets of each shape that it is not certain to hold for."""
        nodes = self._data.nodes
        among = None if only is None else {self._data.number(node) for node in only}
        found: dict[Node, set[Node]] = {}
        for shape in self._targeted():
            test = self._shape(shape, 0)
            doubtful = {
                nodes[each]
                for each in self._targets(shape, among)
                if test(each, (each,)) is not True
            }
            if doubtful:
                found[shape] = doubtful
        return found

    def _targeted(self) -> set[Node]:
        shapes = self._shapes
        if (None, SH.target, None) in shapes:
            raise _Unknown
        found = {shape for target in TARGETS for shape in shapes.subjects(target)}
        marks = (SH.property, SH.node)
        known = found.union(*(shapes.subjects(mark) for mark in marks), *self._typed())
        return found | {shape for shape in known if self._is_class(shape)}

    def _typed(self) -> Iterator[Iterable[Node]]:
        for kind in (SH.NodeShape, SH.PropertyShape):
            yield self._shapes.subjects(RDF.type, kind)

    def _is_class(self, shape: Node) -> bool:
        """Whether *shape* is a class too, whose members are then its targets."""
        return not self._kinds.isdisjoint(self._shapes.objects(shape, RDF.type))

    def _targets(self, shape: Node, among: set[int] | None) -> set[int]:
        """What *shape* is to hold for, of the numbers *among* if there are any."""
        found: set[int] = set()
        for numbers in self._aims(shape):
            if among is None:
                found.update(numbers)
            elif len(among) < len(numbers):
                found |= {each for each in among if each in numbers}
            else:
                found |= {each for each in numbers if each in among}
        return found

    def _aims(self, shape: Node) -> Iterator[Collection[int]]:
        shapes, data = self._shapes, self._data
        yield {data.number(each) for each in shapes.objects(shape, SH.targetNode)}
        classes = {*shapes.objects(shape, SH.targetClass)}
        if self._is_class(shape):
            classes.add(shape)
        members = data.back(RDF.type)
        for each in {each for cls in classes for each in self._classes_below(cls)}:
            yield members.get(each, ())
        for predicate in shapes.objects(shape, SH.targetSubjectsOf):
            yield data.forth(predicate)
        for predicate in shapes.objects(shape, SH.targetObjectsOf):
            yield data.back(predicate)

    def _classes_below(self, cls: Node) -> set[int]:
        if cls not in self._below:
            way = self._way(Step("inverse", (Iri(str(RDFS.subClassOf)),)))
            self._below[cls] = _followed(way, self._data.number(cls))
        return self._below[cls]

    def _shape(self, shape: Node, depth: int) -> Test:
        """The test whether *shape* holds for a focus node."""
        if depth > _MAX_DEPTH:
            raise _Unknown
        if shape not in self._tests:
            self._tests[shape] = self._compiled(shape, depth)
        return self._tests[shape]

    def _compiled(self, shape: Node, depth: int) -> Test:
        if Literal(True) in set(self._shapes.objects(shape, SH.deactivated)):
            return lambda _focus, _values: True
        path = self._shapes.value(shape, SH.path)
        way = None if path is None else _distinct(self._way, path_of(self._shapes, path))
        tests = [
            test
            for predicate, value in self._shapes.predicate_objects(shape)
            for test in self._constraint(shape, predicate, value, depth)
        ]

        def holds(focus: int, values: Collection[int]) -> bool | None:
            reached = values if way is None else way(focus)
            return _all(test(focus, reached) for test in tests)

        return holds

    def _constraint(self, shape: Node, predicate: Node, value: Node, depth: int) -> Iterator[Test]:
        if predicate in _SILENT or not str(predicate).startswith(str(SH)):
            return
        plain = _plain(self._shapes, shape, (predicate, value), self._data)
        if plain is not None:
            yield plain
        elif predicate == SH["class"]:
            yield self._of_class(value)
        elif predicate in {SH.property, SH.node, SH["not"]}:
            yield self._nested(predicate, self._shape(value, depth + 1))
        elif predicate in {SH["and"], SH["or"], SH.xone}:
            members = List(self._shapes, value)
            yield _joined(predicate, [self._shape(each, depth + 1) for each in members])
        elif predicate == SH.qualifiedValueShape:
            yield self._qualified(shape, self._shape(value, depth + 1))
        elif predicate in {SH.equals, SH.disjoint}:
            yield self._paired(predicate, value)
        else:
            yield self._guessed(shape, predicate, value)

    def _guessed(self, shape: Node, predicate: Node, value: Node) -> Test:
        """A constraint that is certain only where there is nothing to hold it against."""
        if predicate == SH.closed:
            return self._closed(shape, value)
        if predicate in {SH.lessThan, SH.lessThanOrEquals}:
            return self._before(value, equal=predicate == SH.lessThanOrEquals)
        raise _Unknown

    def _before(self, value: Node, *, equal: bool) -> Test:
        others = self._way(Iri(str(value)))

        def order(one: Decimal, other: Decimal) -> bool:
            return one <= other if equal else one < other

        nodes = self._data.nodes
        return lambda focus, values: _all(
            _of_numbers(nodes[one], nodes[other], order)
            for one in values
            for other in others(focus)
        )

    def _of_class(self, cls: Node) -> Test:
        nodes, types = self._data.nodes, self._data.forth(RDF.type)
        below = self._classes_below(cls)

        def holds(_focus: int, values: Collection[int]) -> bool | None:
            return all(
                not below.isdisjoint(types.get(value, ())) and not isinstance(nodes[value], Literal)
                for value in values
            )

        return holds

    def _nested(self, predicate: Node, inner: Test) -> Test:
        def holds(_focus: int, values: Collection[int]) -> bool | None:
            return _all(inner(value, (value,)) for value in values)

        def fails(_focus: int, values: Collection[int]) -> bool | None:
            return _all(_negated(inner(value, (value,))) for value in values)

        return fails if predicate == SH["not"] else holds

    def _qualified(self, shape: Node, inner: Test) -> Test:
        least, most = (
            self._shapes.value(shape, each) for each in (SH.qualifiedMinCount, SH.qualifiedMaxCount)
        )
        apart = self._shapes.value(shape, SH.qualifiedValueShapesDisjoint)

        def holds(_focus: int, values: Collection[int]) -> bool | None:
            found = [inner(value, (value,)) for value in values]
            if apart is not None or None in found:
                return None
            count = sum(each is True for each in found)
            enough = least is None or count >= int(str(least))
            return enough and (most is None or count <= int(str(most)))

        return holds

    def _paired(self, predicate: Node, value: Node) -> Test:
        others = self._way(Iri(str(value)))
        if predicate == SH.equals:
            return lambda focus, values: set(values) == set(others(focus))
        return lambda focus, values: not set(values) & set(others(focus))

    def _closed(self, shape: Node, value: Node) -> Test:
        if value != Literal(True):
            return lambda _focus, _values: True
        ignored = self._shapes.value(shape, SH.ignoredProperties)
        allowed = set(List(self._shapes, ignored)) if ignored is not None else set()
        for each in self._shapes.objects(shape, SH.property):
            allowed.update(self._shapes.objects(each, SH.path))
        others = self._data.others(allowed)
        return lambda _focus, values: not any(v in known for known in others for v in values)

    def _way(self, path: Path) -> Way:
        """How *path* is followed from a node; what it leads to by two ways may come twice."""
        if isinstance(path, Iri):
            return _along(self._data.forth(URIRef(path.value)))
        if path.kind == "inverse":
            if not isinstance(path.parts[0], Iri):
                raise _Unknown
            return _along(self._data.back(URIRef(path.parts[0].value)))
        if path.kind == "alternative":
            return self._alternative(path.parts)
        ways = [self._way(part) for part in path.parts]
        if path.kind == "sequence":
            return lambda node: _sequence(ways, node)
        return _repeated(path.kind, ways[0])

    def _alternative(self, parts: tuple[Path, ...]) -> Way:
        ways = [self._way(part) for part in parts]
        return lambda node: [each for way in ways for each in way(node)]


def _along(known: Mapping[int, Collection[int]]) -> Way:
    return lambda node: known.get(node, ())


def _distinct(way_of: Callable[[Path], Way], path: Path) -> Way:
    """How *path* is followed from a node, so that each thing that it leads to comes once."""
    way = way_of(path)
    if isinstance(path, Iri):
        return way
    return lambda node: dict.fromkeys(way(node))


def _repeated(kind: str, way: Way) -> Way:
    if kind == "zeroOrOne":
        return lambda node: [node, *way(node)]
    if kind == "zeroOrMore":
        return lambda node: _followed(way, node)
    return lambda node: {end for each in way(node) for end in _followed(way, each)}


def _sequence(ways: list[Way], node: int) -> Collection[int]:
    nodes: Collection[int] = (node,)
    for way in ways:
        nodes = dict.fromkeys(end for each in nodes for end in way(each))
    return nodes


def _followed(way: Way, start: int) -> set[int]:
    """What *way* leads to from *start* when it is followed any number of times."""
    found, ahead = {start}, [start]
    for node in ahead:
        new = {each for each in way(node) if each not in found}
        found |= new
        ahead += new
    return found


def _plain(
    shapes: Graph, shape: Node, constraint: tuple[Node, Node], data: Numbered
) -> Test | None:
    """The constraints that look at the values alone."""
    predicate, value = constraint
    nodes = data.nodes
    if predicate in {SH.minCount, SH.maxCount}:
        return _counted(predicate, int(str(value)))
    if predicate == SH.hasValue:
        due = data.number(value)
        return lambda _focus, values: due in values
    if predicate == SH["in"]:
        allowed = {data.number(each) for each in List(shapes, value)}
        return lambda _focus, values: allowed.issuperset(values)
    if predicate == SH.uniqueLang:
        unique = value == Literal(True)
        return (lambda _focus, values: _unique([nodes[v] for v in values])) if unique else None
    each = _of_each(shapes, shape, predicate, value)
    if each is None:
        return None
    return lambda _focus, values: _all(each(nodes[value]) for value in values)


def _counted(predicate: Node, limit: int) -> Test:
    if predicate == SH.minCount:
        return lambda _focus, values: len(values) >= limit
    return lambda _focus, values: len(values) <= limit


def _of_each(
    shapes: Graph, shape: Node, predicate: Node, value: Node
) -> Callable[[Node], bool | None] | None:
    """The constraints that look at each value alone."""
    if predicate == SH.nodeKind:
        kinds = _KINDS.get(value, ())
        return lambda each: isinstance(each, kinds)
    if predicate == SH.languageIn:
        ranges = [str(each).lower() for each in List(shapes, value)]
        return lambda each: _in_languages(each, ranges)
    if predicate == SH.datatype:
        return lambda each: _of_datatype(each, value)
    order = _ORDERS.get(predicate)
    if order is not None:
        return lambda each: _of_numbers(each, value, order)
    text = _of_text(shapes, shape, predicate, value)
    return None if text is None else lambda each: _of_texts(each, text)


def _of_text(
    shapes: Graph, shape: Node, predicate: Node, value: Node
) -> Callable[[str], bool] | None:
    """The constraints that look at the text of each value."""
    if predicate == SH.pattern:
        flags = "".join(map(str, shapes.objects(shape, SH.flags))).lower()
        options = (re.IGNORECASE if "i" in flags else 0) | (re.MULTILINE if "m" in flags else 0)
        pattern = re.compile(str(value), options)
        return lambda text: bool(pattern.search(text))
    if predicate in {SH.minLength, SH.maxLength}:
        limit, sign = int(str(value)), 1 if predicate == SH.minLength else -1
        return lambda text: sign * len(text) >= sign * limit
    return None


def _unique(values: list[Node]) -> bool:
    languages = [str(v.language).lower() for v in values if isinstance(v, Literal) and v.language]
    return len(languages) == len(set(languages))


def _in_languages(value: Node, ranges: list[str]) -> bool | None:
    if not isinstance(value, Literal) or not value.language:
        return False
    language = str(value.language).lower()
    return any(language == each or language.startswith(f"{each}-") for each in ranges) or None


def _of_datatype(value: Node, datatype: Node) -> bool | None:
    if not isinstance(value, Literal):
        return False
    if datatype not in _KNOWN:
        return None
    if value.language:
        return datatype == RDF.langString
    if (value.datatype or XSD.string) != datatype:
        return False
    return True if datatype == XSD.string or value.ill_typed is False else None


def _of_texts(value: Node, test: Callable[[str], bool]) -> bool | None:
    """Whether *test* holds for what pySHACL may take for the text of *value*."""
    if isinstance(value, BNode):
        return False
    texts = {str(value)}
    if isinstance(value, Literal) and value.value is not None:
        texts.add(str(value.value))
    found = {test(text) for text in texts}
    return found.pop() if len(found) == 1 else None


def _of_numbers(value: Node, limit: Node, order: Callable[[Decimal, Decimal], bool]) -> bool | None:
    both = (value, limit)
    if not all(isinstance(each, Literal) and each.datatype == XSD.integer for each in both):
        return None
    return order(Decimal(str(value)), Decimal(str(limit)))


def _joined(predicate: Node, tests: list[Test]) -> Test:
    def holds(_focus: int, values: Collection[int]) -> bool | None:
        return _all(_of_members(predicate, [test(v, (v,)) for test in tests]) for v in values)

    return holds


def _of_members(predicate: Node, found: list[bool | None]) -> bool | None:
    if predicate == SH["and"]:
        return _all(found)
    if predicate == SH["or"]:
        return _negated(_all(_negated(each) for each in found))
    return None if None in found else found.count(True) == 1


def _all(found: Iterable[bool | None]) -> bool | None:
    """Whether all hold: it is known that not as soon as one does not."""
    unknown = False
    for each in found:
        if each is False:
            return False
        unknown = unknown or each is None
    return None if unknown else True


def _negated(found: bool | None) -> bool | None:
    return None if found is None else not found
