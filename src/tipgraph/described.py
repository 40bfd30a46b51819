"""A graph by what it describes: each thing with its values, blank nodes by their structure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from .languages import DEFAULT, nearness
from .terms import PREFIXES, TIP, Blank, Iri, Literal, shorten, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .rdf import Quad
    from .terms import Term

_RDF, _SKOS = PREFIXES["rdf"], PREFIXES["skos"]
TYPE = _RDF + "type"
PREF_LABEL, LABEL = _SKOS + "prefLabel", PREFIXES["rdfs"] + "label"
TITLE, DESCRIPTION = PREFIXES["dcterms"] + "title", PREFIXES["dcterms"] + "description"
_CALLED = (PREF_LABEL, LABEL, TITLE, PREFIXES["foaf"] + "name")
_FIRST, _REST, _NIL = _RDF + "first", _RDF + "rest", _RDF + "nil"
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Node:
    """A blank node by what it says, whatever it is called; *members* if it begins a list."""

    pairs: tuple[tuple[str, Value], ...] = ()
    members: tuple[Value, ...] | None = None

    def values(self, predicate: str) -> list[Value]:
        """The values of a property."""
        return [value for name, value in self.pairs if name == predicate]


Value = Iri | Literal | Node
Pairs = frozenset[tuple[str, Value]]


@dataclass(frozen=True)
class Described:
    """The things of a graph with their pairs of property and value."""

    things: Mapping[str, Pairs] = field(default_factory=dict)
    implied: frozenset[tuple[str, str, str]] = frozenset()

    @classmethod
    def of(cls, quads: Iterable[Quad], implied: Iterable[tuple[str, str, str]] = ()) -> Described:
        """What *quads* describe; in which named graph a triple stands does not count.

        *implied* are links that follow from them, whether they are said or not.
        """
        folder = _Folder(quads)
        things = {thing: folder.pairs(Iri(thing)) for thing in folder.named()}
        return cls(things, frozenset(implied))

    def values(self, thing: str, predicate: str) -> list[Value]:
        """The values of a property of *thing*, in a fixed order."""
        found = (v for p, v in self.things.get(thing, frozenset()) if p == predicate)
        return sorted(found, key=order)

    def iris(self, thing: str, predicate: str) -> list[str]:
        """The IRIs among the values of a property."""
        return [v.value for v in self.values(thing, predicate) if isinstance(v, Iri)]

    def text(self, thing: str, *predicates: str) -> str:
        """The first text that *thing* has under one of *predicates*, in English if it can be."""
        for predicate in predicates:
            found = [v for v in self.values(thing, predicate) if isinstance(v, Literal)]
            if found:
                return min(found, key=lambda v: nearness(v, DEFAULT)).value
        return ""

    def label(self, thing: str) -> str:
        """What *thing* is called, or nothing."""
        return self.text(thing, *_CALLED)

    def types(self, thing: str) -> list[str]:
        """The classes of *thing*, those of this ontology first."""
        found = self.iris(thing, TYPE)
        return sorted(found, key=lambda iri: (not iri.startswith(TIP), iri))

    def says(self, thing: str, predicate: str, value: Value) -> bool:
        """Whether the graph says this of *thing*, or it follows from what it says."""
        if (predicate, value) in self.things.get(thing, frozenset()):
            return True
        return isinstance(value, Iri) and (thing, predicate, value.value) in self.implied

    @cached_property
    def uses(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """For each IRI the things that have it for a value, each with the property."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for thing, pairs in self.things.items():
            for predicate, value in pairs:
                for iri in _iris_in(value):
                    found[iri].add((thing, predicate))
        return {iri: tuple(sorted(uses)) for iri, uses in found.items()}


def order(value: Value) -> tuple[int, str, str]:
    """Where *value* stands among others: the same for the same graph."""
    if isinstance(value, Node):
        return 2, repr(value), ""
    if isinstance(value, Iri):
        return 0, value.value, ""
    return 1, value.value, f"{value.datatype}@{value.language}"


def short(iri: str) -> str:
    """*iri* for people: a CURIE, or the last part for what has no short form here."""
    return shorten(iri).removeprefix("<").removesuffix(">")


def name_of(described: Sequence[Described], thing: str) -> str:
    """What *thing* is called in the first of several graphs that knows it, or its short name."""
    return next((label for one in described if (label := one.label(thing))), slug(thing) or thing)


def _iris_in(value: Value) -> Iterator[str]:
    if isinstance(value, Iri):
        yield value.value
    elif isinstance(value, Node):
        for _, inner in value.pairs:
            yield from _iris_in(inner)
        for member in value.members or ():
            yield from _iris_in(member)


class _Folder:
    """Folds blank nodes into the things that they belong to."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._said: dict[Term, list[tuple[str, Term]]] = defaultdict(list)
        for quad in dict.fromkeys((q.subject, q.predicate, q.object) for q in quads):
            self._said[quad[0]].append((quad[1].value, quad[2]))
        held = {o for pairs in self._said.values() for _, o in pairs if isinstance(o, Blank)}
        self._roots = {t for t in self._said if isinstance(t, Blank) and t not in held}
        self._kept: dict[Blank, Value] = {}

    def named(self) -> list[str]:
        """The IRIs that something is said of, and blank nodes that nothing holds, by number."""
        iris = sorted(term.value for term in self._said if isinstance(term, Iri))
        roots = sorted((self._pairs(root, ()) for root in self._roots), key=repr)
        self._loose = {f"_:{n + 1}": pairs for n, pairs in enumerate(roots)}
        return [*iris, *self._loose]

    def pairs(self, thing: Iri) -> Pairs:
        """What is said of *thing*."""
        if thing.value in self._loose:
            return frozenset(self._loose[thing.value])
        return frozenset(self._pairs(thing, ()))

    def _pairs(self, term: Term, within: tuple[Term, ...]) -> tuple[tuple[str, Value], ...]:
        found = {(p, self._value(o, (*within, term))) for p, o in self._said.get(term, ())}
        return tuple(sorted(found, key=lambda pair: (pair[0], order(pair[1]))))

    def _value(self, term: Term, within: tuple[Term, ...]) -> Value:
        if not isinstance(term, Blank):
            return term
        if term in within or len(within) > _DEEPEST:
            # A circle: how far up it leads is all that can be said of the node.
            return Literal(f"↑{within[::-1].index(term) + 1 if term in within else _DEEPEST}")
        if term in self._kept:
            return self._kept[term]
        members = self._members(term, within)
        node = Node(members=members) if members is not None else Node(self._pairs(term, within))
        if "↑" not in repr(node):
            self._kept[term] = node
        return node

    def _members(self, term: Term, within: tuple[Term, ...]) -> tuple[Value, ...] | None:
        found: list[Value] = []
        seen: set[Term] = set()
        while term != Iri(_NIL):
            said = dict(self._said.get(term, ()))
            if term in seen or set(said) != {_FIRST, _REST} or len(self._said[term]) != 2:  # noqa: PLR2004
                return None
            seen.add(term)
            found.append(self._value(said[_FIRST], (*within, term)))
            term = said[_REST]
        return tuple(found)
