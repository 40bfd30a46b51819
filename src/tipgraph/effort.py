"""How much work a query of joined triples can be at most.

What is found of several triples is bounded by what is found of some of them and by the most that
one solution of these leads to (Cai, Balazinska and Suciu, Pessimistic Cardinality Estimation,
SIGMOD 2019). The engine takes them one by one: always one that shares a variable with those before,
and of these the one that it guesses to have the fewest matches, by the table below. In memory it
keeps a list of the triples of each subject, each property and each object, and looks through the
shortest of those that a pattern names.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from .degrees import FEW

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .degrees import Degrees
    from .joins import Joined, Pattern

_MOST_PATTERNS = 5
# Queries of applications have few shapes.
_REMEMBERED = 1_024
# Microseconds: for a triple that is looked at, for a solution of a part of the query, and for a
# term of the answer.
_LOOK, _SOLUTION, _CELL = 0.05, 0.5, 1.0
# By whether subject, property and object are known.
_GUESSES = {
    (True, True, True): 1,
    (True, False, True): 2,
    (True, True, False): 10,
    (True, False, False): 100,
    (False, True, True): 10_000,
    (False, False, True): 100_000,
    (False, True, False): 1_000_000,
    (False, False, False): 1_000_000_000,
}
_TRANSITIVE = 1_000
_NOTHING = frozenset[str]()


class Efforts:
    """Says of queries how much work they are at most, over one graph."""

    def __init__(self, degrees: Degrees) -> None:
        """Say it of the graph that has *degrees*."""
        self._degrees = degrees
        self._known: dict[tuple[tuple[_Shape, ...], int, int | None], float] = {}

    def of(self, query: Joined) -> float:
        """The microseconds that *query* takes an engine in memory at most.

        Infinite, if that is not known.
        """
        if len(query.patterns) > _MOST_PATTERNS:
            return inf
        shapes = tuple([self._shape(pattern) for pattern in query.patterns])
        key = shapes, query.cells, query.first
        effort = self._known.get(key)
        if effort is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            effort = self._effort(*key) if _is_told(query.patterns) else inf
            self._known[key] = effort
        return effort

    def _effort(self, shapes: Sequence[_Shape], cells: int, first: int | None) -> float:
        parts = _Parts(shapes, self._degrees)
        took, solutions = parts.took(0), parts.size(parts.whole)
        if first is not None and shapes[0].streams:
            solutions = min(solutions, first)
            took = solutions * (_LOOK + _SOLUTION)
        return took + solutions * cells * _CELL

    def _shape(self, pattern: Pattern) -> _Shape:
        """What is to be known of *pattern*: not what it names, but how many triples that has."""
        subject, predicate, thing, transitive = pattern
        degrees = self._degrees
        named, told = subject[:1] not in _TEXT, thing[:1] not in _TEXT
        known = degrees.properties.get(predicate)
        linked = inf if known is None else known.of_object
        if told and linked > FEW:
            linked = degrees.linked.get((predicate, thing), FEW)
        return _Shape(
            subject if subject[:1] == "?" else "",
            predicate,
            thing if thing[:1] == "?" else "",
            transitive,
            degrees.subjects.get(subject, FEW) if named else degrees.of_subject,
            degrees.objects.get(thing, FEW) if told else degrees.of_object,
            linked,
        )


# What a variable or a literal begins with: one that names no thing that is counted.
_TEXT = {"?", '"', "'"}


def _is_told(patterns: Sequence[Pattern]) -> bool:
    """Whether all that joins *patterns* are the variables at their ends."""
    unknown = [p.predicate for p in patterns if p.predicate[:1] == "?"]
    if not unknown:
        return True
    ends = {end for pattern in patterns for end in (pattern.subject, pattern.object)}
    return len(set(unknown)) == len(unknown) and ends.isdisjoint(unknown)


class _Shape(NamedTuple):
    """A pattern: the variables at its ends, none where these are known, and what is counted.

    *out* and *into* triples has its subject and its object at most, *linked* the object by the
    predicate.
    """

    subject: str
    predicate: str
    object: str
    transitive: bool
    out: int
    into: int
    linked: float

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(end for end in (self.subject, self.object) if end)

    @property
    def streams(self) -> bool:
        """Whether each triple that is looked at is a solution."""
        return not self.transitive and (self.subject != self.object or not self.subject)

    def known(self, bound: frozenset[str]) -> tuple[bool, bool]:
        """Whether the subject and the object are known where *bound* variables are."""
        return (
            not self.subject or self.subject in bound,
            not self.object or self.object in bound,
        )

    def guess(self, bound: frozenset[str]) -> float:
        """How many matches the engine guesses."""
        subject, thing = self.known(bound)
        guess = _GUESSES[subject, self.predicate[:1] != "?", thing]
        return guess * _TRANSITIVE if self.transitive and not (subject and thing) else guess


def _times(solutions: float, each: float) -> float:
    """What nothing leads to is nothing, even where it is not known how much it would be."""
    return solutions * each if solutions else 0.0


class _Parts:
    """The parts of a query; a bit of a number stands for each of its patterns."""

    def __init__(self, shapes: Sequence[_Shape], degrees: Degrees) -> None:
        self._shapes = shapes
        self._degrees = degrees
        self.whole = (1 << len(shapes)) - 1
        self._sizes: dict[int, float] = {0: 1.0}

    def size(self, part: int) -> float:
        """How many solutions *part* has at most; infinite, if it does not hang together."""
        if part not in self._sizes:
            ways = (
                _times(self.size(rest), self._most(shape, self._bound(rest)))
                for rest, shape in self._without_one(part)
                if not rest or self._joins(shape, rest)
            )
            self._sizes[part] = min([*ways, self._of_two(part)], default=inf)
        return self._sizes[part]

    def took(self, done: int) -> float:
        """The microseconds that the engine takes from where it has *done* a part."""
        ahead = [
            (done | 1 << number, shape)
            for number, shape in enumerate(self._shapes)
            if not done >> number & 1 and (not done or self._joins(shape, done))
        ]
        if not ahead:
            return 0.0 if done == self.whole else inf
        bound = self._bound(done)
        least = min(shape.guess(bound) for _, shape in ahead)
        return max(
            _times(self.size(done), self._looked_at(shape, bound)) * _LOOK
            + self.size(part) * _SOLUTION
            + self.took(part)
            for part, shape in ahead
            if shape.guess(bound) == least
        )

    def _without_one(self, part: int) -> Iterator[tuple[int, _Shape]]:
        for number, shape in enumerate(self._shapes):
            if part >> number & 1:
                yield part & ~(1 << number), shape

    def _joins(self, shape: _Shape, part: int) -> bool:
        return not self._bound(part).isdisjoint(shape.variables)

    def _bound(self, part: int) -> frozenset[str]:
        """The variables that *part* binds."""
        each = [shape.variables for n, shape in enumerate(self._shapes) if part >> n & 1]
        return _NOTHING.union(*each)

    def _of_two(self, part: int) -> float:
        """How many solutions two triples have that share one thing, by counting it."""
        pair = [shape for n, shape in enumerate(self._shapes) if part >> n & 1]
        if len(pair) != 2:  # noqa: PLR2004 - a pair
            return inf
        one, other = pair
        shared = one.variables & other.variables
        known = self._degrees.properties
        if len(shared) != 1 or any(s.transitive or s.predicate not in known for s in pair):
            return inf
        ends = [("subjects" if shape.subject in shared else "objects") for shape in pair]
        return self._degrees.together(one.predicate, ends[0], other.predicate, ends[1])

    def _most(self, shape: _Shape, bound: frozenset[str]) -> float:
        """How many solutions *shape* has at most for one that has the *bound* variables."""
        subject, thing = shape.known(bound)
        known = self._degrees.properties.get(shape.predicate)
        if known is None:
            return self._list(shape, bound)
        if subject and thing:
            return 1
        if shape.transitive:
            return known.forward if subject else known.backward if thing else inf
        if subject:
            return known.of_subject
        return shape.linked if thing else known.triples

    def _looked_at(self, shape: _Shape, bound: frozenset[str]) -> float:
        """How many triples are looked at for that."""
        known = self._degrees.properties.get(shape.predicate)
        if not shape.transitive:
            return self._list(shape, bound)
        if known is None:
            return inf
        # From one thing to the next; where both ends are known the engine goes forward.
        if shape.known(bound)[0]:
            return known.forward * min(known.triples, self._degrees.of_subject)
        return known.backward * min(known.triples, self._degrees.of_object)

    def _list(self, shape: _Shape, bound: frozenset[str]) -> float:
        """How many triples the shortest list has that the engine looks through."""
        subject, thing = shape.known(bound)
        known = self._degrees.properties.get(shape.predicate)
        if known is None and shape.predicate[:1] != "?":
            return inf
        return min(
            self._degrees.triples if known is None else known.triples,
            shape.out if subject else inf,
            shape.into if thing else inf,
        )
