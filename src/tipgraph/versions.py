"""Which number of the version a change moves, and whether a version says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from .changes import ADDED, CHANGED, REMOVED, RENAMED
from .described import TYPE, Described, Node, short
from .errors import BadParameter
from .terms import BASE, CONCEPT, ID, PREFIXES, TIP, Iri, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .changes import Change, Difference, Edit
    from .described import Value

_OWL, _RDFS, _SKOS = PREFIXES["owl"], PREFIXES["rdfs"], PREFIXES["skos"]
_DCTERMS = PREFIXES["dcterms"]
DEPRECATED, REPLACED = _OWL + "deprecated", _DCTERMS + "isReplacedBy"
ONTOLOGY = BASE + "ontology"
_DEFINITION = _SKOS + "definition"
_ENDS = {_RDFS + "domain", _RDFS + "range"}
_NARROW = {*_ENDS, _OWL + "disjointWith", _OWL + "propertyDisjointWith", _OWL + "disjointUnionOf"}
_NARROW_TYPES = {
    _OWL + name
    for name in (
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "AsymmetricProperty",
        "IrreflexiveProperty",
    )
}
_AXIOMS = {
    *(_RDFS + name for name in ("subClassOf", "subPropertyOf")),
    *(_OWL + name for name in ("equivalentClass", "equivalentProperty", "inverseOf")),
    *(_OWL + name for name in ("propertyChainAxiom", "unionOf", "oneOf", "withRestrictions")),
    _SKOS + "inScheme",
    TYPE,
}
_TREE = {_SKOS + "broader", _SKOS + "topConceptOf", _SKOS + "hasTopConcept"}
_CITED = tuple(
    ID + kind
    for kind in ("impact/", "response/", "actor/", "resource/", "work/", "document/", "person/")
)
# A definition that shares less than this with the earlier one means something else.
_SAME_MEANING = 0.5
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class Level(IntEnum):
    """Which number a change moves; none if nothing changed."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version of three numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def of(cls, text: str) -> Version:
        """The version written as *text*, such as 0.2.0."""
        match = _VERSION.fullmatch(text)
        if match is None:
            message = f"{text!r} is no version; write three numbers, such as 0.2.0."
            raise BadParameter(message)
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.major}.{self.minor}.{self.patch}"

    def step_from(self, earlier: Version) -> Level:
        """The first number that differs from *earlier*."""
        if self.major != earlier.major:
            return Level.MAJOR
        if self.minor != earlier.minor:
            return Level.MINOR
        return Level.PATCH if self.patch != earlier.patch else Level.NONE


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a number of the version must move."""

    level: Level
    thing: str
    words: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.level.name.lower()}: {short(self.thing)} {self.words}"


def reasons(found: Difference) -> tuple[Reason, ...]:
    """What each change asks of the version, the most first."""
    every = {reason: None for change in found.changes for reason in _of(found, change)}
    return tuple(sorted(every, key=lambda r: (-r.level, r.thing, r.words)))


def is_term(iri: str) -> bool:
    """Whether *iri* is a term of the ontology, a concept or a scheme."""
    return iri.startswith((TIP, CONCEPT))


def is_deprecated(graph: Described, term: str) -> bool:
    """Whether *graph* says that *term* is not to be used any more."""
    found = graph.values(term, DEPRECATED)
    return any(isinstance(v, Literal) and v.value in {"true", "1"} for v in found)


def gone(found: Difference) -> Iterator[tuple[str, bool]]:
    """The terms that are no longer there, each with whether it was deprecated before."""
    for change in found.changes:
        old = change.was if change.how == RENAMED else change.thing
        if change.how in {REMOVED, RENAMED} and old and is_term(old):
            yield old, is_deprecated(found.before, old)


def _of(found: Difference, change: Change) -> Iterator[Reason]:
    thing = change.thing
    if change.how == RENAMED:
        old = change.was or thing
        kept = is_term(old) or old.startswith(_CITED)
        yield Reason(Level.MAJOR if kept else Level.MINOR, old, f"is now {short(thing)}")
    elif change.how == REMOVED:
        kept = is_term(thing) or thing.startswith(_CITED)
        level = Level.MAJOR if kept else Level.PATCH if _is_passage(thing) else Level.MINOR
        yield Reason(level, thing, "is gone")
    elif change.how == ADDED:
        new = thing.startswith(BASE) and not _is_passage(thing)
        yield Reason(Level.MINOR if new else Level.PATCH, thing, "is new")
    if change.how in {CHANGED, RENAMED}:
        for edit in change.edits:
            yield _of_edit(found, change, edit)


def _is_passage(thing: str) -> bool:
    return thing.startswith((ID + "passage/", ID + "coverage/"))


def _of_edit(found: Difference, change: Change, edit: Edit) -> Reason:
    thing, name = change.thing, short(edit.property)
    if not is_term(thing):
        return Reason(Level.PATCH, thing, f"has another {name}")
    if edit.property in _NARROW:
        return _of_bounds(found, thing, edit)
    if edit.property == TYPE and _NARROW_TYPES & {*map(_iri, edit.added)}:
        return Reason(Level.MAJOR, thing, "is held to more than before, by its type")
    if edit.property in _AXIOMS and edit.removed:
        return Reason(Level.MAJOR, thing, f"has lost {name}, so that less follows")
    if edit.property == _DEFINITION and not _means_the_same(edit):
        return Reason(Level.MAJOR, thing, "means something else: most of its definition is new")
    level = Level.MINOR if edit.property in _AXIOMS | _TREE | {DEPRECATED} else Level.PATCH
    return Reason(level, thing, f"has another {name}")


def _of_bounds(found: Difference, thing: str, edit: Edit) -> Reason:
    name = short(edit.property)
    above = {c for value in edit.removed for c in _above(found.after, _iri(value))}
    wider = bool(edit.removed) and all(_iri(value) in above for value in edit.added)
    if edit.property in _ENDS and wider:
        return Reason(Level.MINOR, thing, f"has a wider {name}")
    if not edit.added:
        return Reason(Level.MINOR, thing, f"has lost {name}, and may be used for more")
    return Reason(Level.MAJOR, thing, f"is held to more than before, by {name}")


def _above(graph: Described, start: str) -> set[str]:
    """*start*, and the classes and properties above it."""
    found, ahead = {start}, [start]
    while ahead:
        one = ahead.pop()
        for predicate in (_RDFS + "subClassOf", _RDFS + "subPropertyOf"):
            new = [iri for iri in graph.iris(one, predicate) if iri not in found]
            found.update(new)
            ahead += new
    return found


def _iri(value: Value) -> str:
    return value.value if isinstance(value, Iri) else ""


def _means_the_same(edit: Edit) -> bool:
    old, new = _words(edit.removed), _words(edit.added)
    return not old or not new or Indel.normalized_similarity(old, new) >= _SAME_MEANING


def _words(values: Iterable[Value]) -> list[str]:
    texts = (v.value for v in values if not isinstance(v, Node))
    return [word for text in texts for word in re.findall(r"\w+", text.lower())]
