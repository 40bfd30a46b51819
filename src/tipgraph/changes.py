"""What changed between two graphs: by thing and by property, not by triple."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .described import TYPE, Described, Node, name_of, order
from .terms import BASE, ID, PREFIXES, TIP, Iri, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .described import Pairs, Value

ADDED, REMOVED, CHANGED, RENAMED = "added", "removed", "changed", "renamed"
_STATED_IN, _EVIDENCED_BY, _PASSAGE = TIP + "statedIn", TIP + "evidencedBy", TIP + "Passage"
_SOURCE, _IN_SCHEME = PREFIXES["oa"] + "hasSource", PREFIXES["skos"] + "inScheme"
# How much of what is said of two things must be the same for one to be the other, renamed.
_SAME_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class Edit:
    """What became of a property: the values that went, and those that came."""

    property: str
    removed: tuple[Value, ...]
    added: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a thing: its class, the document or scheme it stands in, and its edits.

    *was* is its IRI before it was renamed.
    """

    thing: str
    how: str
    type: str
    within: str
    edits: tuple[Edit, ...]
    was: str | None = None


@dataclass(frozen=True)
class Difference:
    """All changes between two graphs, by what they are changes of."""

    before: Described
    after: Described
    changes: tuple[Change, ...]

    def counts(self) -> Mapping[str, int]:
        """How many things were added, removed, changed and renamed."""
        found = Counter(change.how for change in self.changes)
        return {how: found[how] for how in (ADDED, REMOVED, CHANGED, RENAMED)}

    def name(self, iri: str) -> str:
        """What *iri* is called, in the later graph if it knows it."""
        return name_of((self.after, self.before), iri)

    @cached_property
    def carried(self) -> Mapping[str, tuple[str, ...]]:
        """The statements that rest on each passage, in either graph."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for graph in (self.after, self.before):
            for thing, pairs in sorted(graph.things.items()):
                for predicate, value in pairs:
                    if predicate == _EVIDENCED_BY and isinstance(value, Iri):
                        found[value.value][thing] = None
        return {passage: tuple(things) for passage, things in found.items()}


def difference(before: Described, after: Described) -> Difference:
    """What changed from *before* to *after*; a thing under another name is the same if it says so.

    Values that name a renamed thing have not changed.
    """
    gone = {t for t in before.things if t not in after.things}
    new = {t for t in after.things if t not in before.things}
    renamed = _renamed(before, after, gone, new)
    there = _with_names(before, renamed)
    was = {now: old for old, now in renamed.items()}
    found = [
        change
        for thing in {renamed.get(t, t) for t in before.things} | set(after.things)
        if (change := _change(there, after, thing, was.get(thing))) is not None
    ]
    found.sort(key=lambda change: (_place(change), change.type, change.within, change.thing))
    return Difference(before, after, tuple(found))


def _change(before: Described, after: Described, thing: str, was: str | None) -> Change | None:
    old, new = before.things.get(thing), after.things.get(thing)
    gone = {p for p in old or () if not (new and after.says(thing, *p))}
    came = {p for p in new or () if not (old and before.says(thing, *p))}
    if not gone and not came and was is None:
        return None
    how = ADDED if old is None else REMOVED if new is None else CHANGED
    holder = before if new is None else after
    types = holder.types(thing)
    within = next(
        (iri for p in (_STATED_IN, _SOURCE, _IN_SCHEME) for iri in holder.iris(thing, p)), ""
    )
    edits = tuple(_edits(gone, came))
    if was is not None:
        return Change(thing, RENAMED, types[0] if types else "", within, edits, was)
    return Change(thing, how, types[0] if types else "", within, edits)


def _edits(gone: Iterable[tuple[str, Value]], came: Iterable[tuple[str, Value]]) -> Iterator[Edit]:
    removed, added = _by_property(gone), _by_property(came)
    for predicate in sorted({*removed, *added}, key=lambda p: (p != TYPE, p)):
        yield Edit(predicate, tuple(removed.get(predicate, ())), tuple(added.get(predicate, ())))


def _by_property(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, list[Value]]:
    found: dict[str, list[Value]] = defaultdict(list)
    for predicate, value in sorted(pairs, key=lambda pair: (pair[0], order(pair[1]))):
        found[predicate].append(value)
    return found


def _renamed(
    before: Described, after: Described, gone: Iterable[str], new: Iterable[str]
) -> Mapping[str, str]:
    """Which things of *gone* have the same contents as one of *new*, each taken once."""
    by_pair: dict[tuple[str, Value], list[str]] = defaultdict(list)
    for thing in sorted(new):
        for pair in after.things[thing]:
            by_pair[pair].append(thing)
    scores = []
    for thing in sorted(gone):
        own = before.things[thing]
        alike = Counter(other for pair in own for other in by_pair.get(pair, ()))
        for other, same in alike.items():
            score = same / len(own | after.things[other])
            if score >= _SAME_ENOUGH and _folder(thing) == _folder(other):
                scores.append((-score, thing, other))
    found: dict[str, str] = {}
    for _, thing, other in sorted(scores):
        if thing not in found and other not in found.values():
            found[thing] = other
    return found


def _folder(iri: str) -> str:
    return iri[: len(iri) - len(slug(iri))]


def _with_names(graph: Described, names: Mapping[str, str]) -> Described:
    """*graph* with things under their new names."""
    if not names:
        return graph
    things = {names.get(t, t): _named(pairs, names) for t, pairs in graph.things.items()}
    implied = frozenset(
        (names.get(s, s), names.get(p, p), names.get(o, o)) for s, p, o in graph.implied
    )
    return Described(things, implied)


def _named(pairs: Pairs, names: Mapping[str, str]) -> Pairs:
    return frozenset((names.get(p, p), _named_value(value, names)) for p, value in pairs)


def _named_value(value: Value, names: Mapping[str, str]) -> Value:
    if isinstance(value, Iri):
        return Iri(names[value.value]) if value.value in names else value
    if isinstance(value, Node):
        pairs = tuple((p, _named_value(inner, names)) for p, inner in value.pairs)
        members = value.members and tuple(_named_value(one, names) for one in value.members)
        return replace(value, pairs=pairs, members=members)
    return value


_PLACES = (
    BASE + "ontology",
    TIP,
    BASE + "concept/",
    ID + "dataset/",
    ID + "document/",
    ID + "impact/",
    ID + "response/",
    ID + "actor/",
    ID + "resource/",
    ID + "work/",
    ID + "person/",
    ID + "statement/",
    ID + "passage/",
    ID + "coverage/",
)


def _place(change: Change) -> int:
    """Where a change stands in a report: the ontology first, passages near the end."""
    last = len(_PLACES)
    found = (n for n in reversed(range(last)) if change.thing.startswith(_PLACES[n]))
    return next(found, last)
