"""How many triples the things and the properties of a graph have, each and together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from . import paths
from .queries import read
from .terms import Iri, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .queryable import Queryable

# What has more triples is counted by itself, see the query file.
FEW = 64
# Of a property with more triples than so many its things are not counted one by one.
_SMALL = 2_000
_FOLDER = paths.QUERIES / "operations"


@dataclass(frozen=True, slots=True)
class Property:
    """The triples of a property: how many, the most of one subject and of one object.

    Of a small one it is known how many each of its *subjects* and *objects* has, and to how many
    things it leads at most if it is followed any number of times, forward and backward.
    """

    triples: int
    of_subject: int
    of_object: int
    subjects: Mapping[str, int] = field(default_factory=dict)
    objects: Mapping[str, int] = field(default_factory=dict)
    forward: float = inf
    backward: float = inf


@dataclass(frozen=True)
class Degrees:
    """How many triples there are, of each property, and of each thing that has more than a few."""

    triples: int
    properties: Mapping[str, Property]
    subjects: Mapping[str, int]
    objects: Mapping[str, int]
    linked: Mapping[tuple[str, str], int]
    """By property and object."""
    _together: dict[tuple[str, str, str, str], float] = field(default_factory=dict)

    @cached_property
    def of_subject(self) -> int:
        """How many triples a thing has as their subject at most."""
        return max(self.subjects.values(), default=FEW)

    @cached_property
    def of_object(self) -> int:
        """How many triples a thing has as their object at most."""
        return max(self.objects.values(), default=FEW)

    @classmethod
    def of(cls, store: Queryable) -> Degrees:
        """Those of the graph of *store*, which is counted once."""
        counts: dict[str, dict[tuple[str, str], tuple[int, int]]] = defaultdict(dict)
        for row in store.select(read(_FOLDER / "degrees.rq").text):
            key = text_of(row["property"]), text_of(row["thing"])
            most = int(text_of(row["most"]) or 0)
            counts[text_of(row["of"])][key] = int(text_of(row["triples"])), most
        properties = {
            name: Property(triples, most, counts["objects"][name, ""][1])
            for (name, _), (triples, most) in counts["subjects"].items()
        }
        return cls(
            sum(each.triples for each in properties.values()),
            {name: _looked_through(store, name, each) for name, each in properties.items()},
            {thing: triples for (_, thing), (triples, _) in counts["subject"].items()},
            {thing: triples for (_, thing), (triples, _) in counts["object"].items()},
            {key: triples for key, (triples, _) in counts["object by property"].items()},
        )

    def together(self, one: str, end: str, other: str, other_end: str) -> float:
        """How many pairs of triples of two properties have the same thing at the ends named.

        An end is `subjects` or `objects`. Infinite, if it is not known.
        """
        key = one, end, other, other_end
        if key not in self._together:
            ones: Mapping[str, int] = getattr(self.properties[one], end)
            others: Mapping[str, int] = getattr(self.properties[other], other_end)
            pairs = sum(count * others.get(thing, 0) for thing, count in ones.items())
            self._together[key] = pairs if ones and others else inf
        return self._together[key]


def _looked_through(store: Queryable, name: str, known: Property) -> Property:
    """*known* with what is known of a small property."""
    if known.triples > _SMALL:
        return known
    forward: dict[str, set[str]] = defaultdict(set)
    backward: dict[str, set[str]] = defaultdict(set)
    subjects, objects = Counter[str](), Counter[str]()
    for row in store.select(read(_FOLDER / "links.rq").bind({"property": [Iri(name)]})):
        subject, thing = text_of(row["subject"]), text_of(row["object"])
        forward[subject].add(thing)
        backward[thing].add(subject)
        subjects[subject] += 1
        objects[thing] += 1
    return replace(
        known,
        subjects=subjects,
        objects=objects,
        forward=_farthest(forward),
        backward=_farthest(backward),
    )


def _farthest(links: Mapping[str, set[str]]) -> int:
    """How many things can be reached by *links* from one, itself among them, at most."""
    most = 1
    for start in links:
        seen, ahead = {start}, [start]
        while ahead:
            fresh = links.get(ahead.pop(), set()) - seen
            seen |= fresh
            ahead += fresh
        most = max(most, len(seen))
    return most
