"""Which things of a graph may break a shape: those that a quick reading of SHACL cannot clear.

pySHACL gives the verdict; it is asked about these alone. A thing is cleared only if each of its
shapes holds for certain. What this reading does not know is uncertain, and clears nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection

from .findings import Step
from .shapepaths import path_of
from .terms import Iri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rdflib.term import Node

    from .findings import Path

    # What a constraint says of a focus node and its values: it holds, does not, or who knows.
    Test = Callable[[Node, "list[Node]"], bool | None]
    Way = Callable[[Node], "Iterable[Node]"]

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
# What says nothing about values by itself.
_SILENT = {
    *(SH.path, SH.message, SH.severity, SH.name, SH.description, SH.order, SH.group),
    *(SH.defaultValue, SH.flags, SH.targetClass, SH.targetNode, SH.targetSubjectsOf),
    *(SH.targetObjectsOf, SH.ignoredProperties, SH.qualifiedMinCount, SH.qualifiedMaxCount),
    *(SH.qualifiedValueShapesDisjoint, SH.deactivated),
}
_ORDERS: dict[Node, Callable[[Decimal, Decimal], bool]] = {
    SH.minInclusive: lambda value, limit: value >= limit,
    SH.maxInclusive: lambda value, limit: value <= limit,
    SH.minExclusive: lambda value, limit: value > limit,
    SH.maxExclusive: lambda value, limit: value < limit,
}


class _Unknown(Exception):
    """The shapes have something that cannot be read here."""


def suspects(shapes: Graph, data: Graph) -> set[Node] | None:
    """The things of *data* that *shapes* are not certain to hold for, or None if none is certain.

    Values that are no things, which a shape may have for targets, are among them.
    """
    try:
        return _Screen(shapes, data).suspects()
    except (_Unknown, re.error, ValueError):
        return None


class _Screen:
    """The shapes, made into tests on a graph."""

    def __init__(self, shapes: Graph, data: Graph) -> None:
        if (None, RDF.type, SH.ConstraintComponent) in shapes:
            raise _Unknown
        self._shapes = shapes
        self._forth: dict[Node, dict[Node, list[Node]]] = defaultdict(dict)
        self._back: dict[Node, dict[Node, list[Node]]] = defaultdict(dict)
        for subject, predicate, value in data:
            self._forth[predicate].setdefault(subject, []).append(value)
            self._back[predicate].setdefault(value, []).append(subject)
        self._tests: dict[Node, Test] = {}
        self._below: dict[Node, set[Node]] = {}

    def suspects(self) -> set[Node]:
        """The targets of each shape that it is not certain to hold for."""
        found: set[Node] = set()
        for shape in self._targeted():
            test = self._shape(shape, 0)
            found |= {each for each in self._targets(shape) if test(each, [each]) is not True}
        return found

    def _targeted(self) -> set[Node]:
        shapes = self._shapes
        if (None, SH.target, None) in shapes:
            raise _Unknown
        ways = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
        found = {shape for way in ways for shape in shapes.subjects(way)}
        kinds = (RDFS.Class, OWL.Class)
        return found | {s for kind in kinds for s in shapes.subjects(RDF.type, kind)}

    def _targets(self, shape: Node) -> set[Node]:
        shapes = self._shapes
        found = set(shapes.objects(shape, SH.targetNode))
        classes = {*shapes.objects(shape, SH.targetClass)}
        if any((shape, RDF.type, kind) in shapes for kind in (RDFS.Class, OWL.Class)):
            classes.add(shape)
        for cls in classes:
            for each in self._classes_below(cls):
                found.update(self._back[RDF.type].get(each, ()))
        for predicate in shapes.objects(shape, SH.targetSubjectsOf):
            found.update(self._forth[predicate])
        for predicate in shapes.objects(shape, SH.targetObjectsOf):
            found.update(self._back[predicate])
        return found

    def _classes_below(self, cls: Node) -> set[Node]:
        if cls not in self._below:
            self._below[cls] = _followed(
                self._way(Step("inverse", (Iri(str(RDFS.subClassOf)),))), cls
            )
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
        way = None if path is None else self._way(path_of(self._shapes, path))
        tests = [
            test
            for predicate, value in self._shapes.predicate_objects(shape)
            for test in self._constraint(shape, predicate, value, depth)
        ]

        def holds(focus: Node, values: list[Node]) -> bool | None:
            reached = values if way is None else list(dict.fromkeys(way(focus)))
            return _all(test(focus, reached) for test in tests)

        return holds

    def _constraint(self, shape: Node, predicate: Node, value: Node, depth: int) -> Iterator[Test]:
        if predicate in _SILENT or not str(predicate).startswith(str(SH)):
            return
        plain = _plain(self._shapes, shape, predicate, value)
        if plain is not None:
            yield plain
        elif predicate == SH["class"]:
            yield self._of_class(value)
        elif predicate in {SH.property, SH.node, SH["not"]}:
            yield self._nested(predicate, self._shape(value, depth + 1))
        elif predicate in {SH["and"], SH["or"], SH.xone}:
            members = Collection(self._shapes, value)
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

        return lambda focus, values: _all(
            _of_numbers(one, other, order) for one in values for other in others(focus)
        )

    def _of_class(self, cls: Node) -> Test:
        types = self._forth[RDF.type]
        below = self._classes_below(cls)

        def holds(_focus: Node, values: list[Node]) -> bool | None:
            return all(
                not isinstance(value, Literal) and any(t in below for t in types.get(value, ()))
                for value in values
            )

        return holds

    def _nested(self, predicate: Node, inner: Test) -> Test:
        def holds(_focus: Node, values: list[Node]) -> bool | None:
            return _all(inner(value, [value]) for value in values)

        def fails(_focus: Node, values: list[Node]) -> bool | None:
            return _all(_negated(inner(value, [value])) for value in values)

        return fails if predicate == SH["not"] else holds

    def _qualified(self, shape: Node, inner: Test) -> Test:
        least, most = (
            self._shapes.value(shape, each) for each in (SH.qualifiedMinCount, SH.qualifiedMaxCount)
        )
        apart = self._shapes.value(shape, SH.qualifiedValueShapesDisjoint)

        def holds(_focus: Node, values: list[Node]) -> bool | None:
            found = [inner(value, [value]) for value in values]
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
        allowed = set(Collection(self._shapes, ignored)) if ignored is not None else set()
        for each in self._shapes.objects(shape, SH.property):
            allowed.update(self._shapes.objects(each, SH.path))
        others = [known for predicate, known in self._forth.items() if predicate not in allowed]
        return lambda _focus, values: not any(v in known for known in others for v in values)

    def _way(self, path: Path) -> Way:
        """How *path* is followed from a node."""
        if isinstance(path, Iri):
            known = self._forth[URIRef(path.value)]
            return lambda node: known.get(node, ())
        if path.kind == "inverse":
            if not isinstance(path.parts[0], Iri):
                raise _Unknown
            back = self._back[URIRef(path.parts[0].value)]
            return lambda node: back.get(node, ())
        ways = [self._way(part) for part in path.parts]
        if path.kind == "sequence":
            return lambda node: _sequence(ways, node)
        if path.kind == "alternative":
            return lambda node: [each for way in ways for each in way(node)]
        return _repeated(path.kind, ways[0])


def _repeated(kind: str, way: Way) -> Way:
    if kind == "zeroOrOne":
        return lambda node: [node, *way(node)]
    if kind == "zeroOrMore":
        return lambda node: _followed(way, node)
    return lambda node: {end for each in way(node) for end in _followed(way, each)}


def _sequence(ways: list[Way], node: Node) -> Iterable[Node]:
    nodes: Iterable[Node] = (node,)
    for way in ways:
        nodes = list(dict.fromkeys(end for each in nodes for end in way(each)))
    return nodes


def _followed(way: Way, start: Node) -> set[Node]:
    """What *way* leads to from *start* when it is followed any number of times."""
    found, ahead = {start}, [start]
    for node in ahead:
        new = [each for each in way(node) if each not in found]
        found.update(new)
        ahead += new
    return found


def _plain(shapes: Graph, shape: Node, predicate: Node, value: Node) -> Test | None:
    """The constraints that look at the values alone."""
    if predicate == SH.minCount:
        return lambda _focus, values: len(values) >= int(str(value))
    if predicate == SH.maxCount:
        return lambda _focus, values: len(values) <= int(str(value))
    if predicate == SH.hasValue:
        return lambda _focus, values: value in values
    if predicate == SH.uniqueLang:
        return _unique if value == Literal(True) else None
    each = _of_each(shapes, shape, predicate, value)
    return None if each is None else lambda _focus, values: _all(map(each, values))


def _of_each(
    shapes: Graph, shape: Node, predicate: Node, value: Node
) -> Callable[[Node], bool | None] | None:
    """The constraints that look at each value alone."""
    if predicate == SH.nodeKind:
        kinds = _KINDS.get(value, ())
        return lambda each: isinstance(each, kinds)
    if predicate == SH["in"]:
        allowed = set(Collection(shapes, value))
        return lambda each: each in allowed
    if predicate == SH.languageIn:
        ranges = [str(each).lower() for each in Collection(shapes, value)]
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


def _unique(_focus: Node, values: list[Node]) -> bool:
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
    def holds(_focus: Node, values: list[Node]) -> bool | None:
        return _all(_of_members(predicate, [test(v, [v]) for test in tests]) for v in values)

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
