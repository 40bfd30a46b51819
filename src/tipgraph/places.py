"""Where in the texts of a graph a thing is described, and each of its triples stands."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from .findings import Place, Step
from .terms import Blank, Iri, Literal, Term, shorten, slug
from .turtle import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from .findings import Path, Violation
    from .rdf import Quad

EXACT = frozenset({"turtle", "trig", "ntriples", "nquads"})
_LINE_END = re.compile(r"\r\n?|\n")
# Rules that are broken by one value too many: it is the value that is shown, not the thing.
_TOO_MANY = ("MaxCountConstraintComponent", "QualifiedMaxCountConstraintComponent")
# Rules that are queries speak of the property that they name, if they show no value.
_QUERY = "SPARQLConstraintComponent"
_UNIQUE = "UniqueLangConstraintComponent"

# A property, a value, and where the two stand; and the thing that has it, with its own place.
_Value = tuple[Term, Term, Place, Place]
_Link = tuple[Term, Place, _Value]


class Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        """Find where each line of *text* starts."""
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """The line and the column, from 1, of the code point at *offset*."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The code point at *line* and *column*."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1


@dataclass(frozen=True)
class Text:
    """A file or a body: its name, its format, its text, and its quads as the engine gave them."""

    file: str
    form: str
    text: str
    quads: Sequence[Quad]

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text)

    @property
    def exact(self) -> bool:
        """Whether the places in it are exact, and not merely near."""
        return bool(self._offsets)

    @cached_property
    def _offsets(self) -> Sequence[int]:
        """Where the subject, the property and the value of each quad stand, one after the other."""
        return _aligned(self) if self.form in EXACT else ()

    def links(self, things: AbstractSet[Term]) -> Iterator[_Link]:
        """What is said of *things*, and of the blank nodes below them."""
        wanted = self._below(things)
        if not wanted:
            return
        offsets = self._offsets
        for number, quad in enumerate(self.quads):
            if quad.subject not in wanted:
                continue
            if offsets:
                at, named, place = map(self._place, offsets[3 * number : 3 * number + 3])
            else:
                at, named, place = map(partial(self._about, quad.subject), _parts(quad))
            yield quad.subject, at, (quad.predicate, quad.object, named, place)

    def _below(self, things: AbstractSet[Term]) -> set[Term]:
        """Those of *things* that are described here, and the blank nodes below them."""
        inner: dict[Term, list[Term]] = {}
        described: set[Term] = set()
        for quad in self.quads:
            if quad.subject in things:
                described.add(quad.subject)
            if isinstance(quad.object, Blank):
                inner.setdefault(quad.subject, []).append(quad.object)
        ahead = list(described)
        for thing in ahead:
            new = [each for each in inner.get(thing, ()) if each not in described]
            described.update(new)
            ahead += new
        return described

    def mentions(self, things: AbstractSet[Term]) -> Iterator[tuple[Term, Place]]:
        """Where those of *things* stand that are values of a property, if that is exact."""
        if not any(quad.object in things for quad in self.quads):
            return
        for number, at in enumerate(self._offsets[2::3]):
            value = self.quads[number].object
            if value in things:
                yield value, self._place(at)

    def _place(self, at: int) -> Place:
        return Place(self.file, *self.lines.at(at))

    def _about(self, thing: Term, value: Term | None = None) -> Place:
        """Near the first mention of *thing*, and the first of *value* after it."""
        at = _mention(self.text, thing, 0) if isinstance(thing, Iri) else 0
        if value is not None and not isinstance(value, Blank):
            at = _mention(self.text, value, at)
        return Place(self.file, *self.lines.at(at), exact=False)


def _parts(quad: Quad) -> tuple[Term | None, Term, Term]:
    """What the places of a quad are those of: its subject itself, its property, its value."""
    return None, quad.predicate, quad.object


def _mention(text: str, term: Term, start: int) -> int:
    names = [term.value] if isinstance(term, Literal) else [term.value, shorten(term.value)]
    for name in [*names, slug(term.value)]:
        found = text.find(name, start) if name else -1
        if found >= 0:
            return found
    return start


def _aligned(text: Text) -> Sequence[int]:
    """The places of *text* by our reader, if it says the same as the engine; else nothing."""
    offsets = array("Q")
    names: dict[str, str] = {}
    try:
        for each, quad in zip(said(text.text, text.form), text.quads, strict=True):
            if not _same(each, quad, names):
                return ()
            offsets.extend((each.subject_at, each.predicate_at, each.object_at))
    except (IndexError, ValueError):
        return ()
    return offsets if len(set(names.values())) == len(names) else ()


def _same(each: Said, quad: Quad, names: dict[str, str]) -> bool:
    """Whether the two are one triple, if the blank nodes of ours have the *names* of the engine."""
    for ours, theirs in (
        (each.subject, quad.subject),
        (each.predicate, quad.predicate),
        (each.object, quad.object),
    ):
        if isinstance(ours, Blank):
            if not isinstance(theirs, Blank):
                return False
            if names.setdefault(ours.value, theirs.value) != theirs.value:
                return False
        elif ours is not None and ours != theirs:
            return False
    return True


@dataclass(frozen=True)
class Places:
    """Several texts, in which *things* are found."""

    texts: tuple[Text, ...]
    things: AbstractSet[Term]

    @cached_property
    def _said(self) -> Mapping[Term, tuple[Place, list[_Value]]]:
        """Where each thing is described first, and its properties with their values."""
        found: dict[Term, tuple[Place, list[_Value]]] = {}
        for text in self.texts:
            for thing, at, value in text.links(self.things):
                found.setdefault(thing, (at, []))[1].append(value)
        return found

    def placed(self, violation: Violation) -> Place | None:
        """Where *violation* is: at the value that is wrong, or else where its thing is described.

        A value that is too many is the one after the first.
        """
        if violation.path is not None:
            if violation.component.endswith(_TOO_MANY):
                return self._second(violation) or self.described(violation.focus)
            if violation.component.endswith(_UNIQUE):
                return self._repeated(violation) or self.described(violation.focus)
            if violation.value is not None:
                found = self._reached(violation.focus, violation.path, violation.value)
                return found or self.described(violation.focus)
            if violation.component.endswith(_QUERY):
                return self._property(violation) or self.described(violation.focus)
        return self.described(violation.focus)

    def described(self, thing: Term) -> Place | None:
        """Where *thing* is described first, or else where it is first a value."""
        said = self._said.get(thing)
        return self._mentioned.get(thing) if said is None else said[0]

    @cached_property
    def _mentioned(self) -> Mapping[Term, Place]:
        """Where each thing that is nowhere described is first a value."""
        found: dict[Term, Place] = {}
        unknown = self.things - self._said.keys()
        for text in self.texts:
            for value, place in text.mentions(unknown):
                found.setdefault(value, place)
        return found

    def _links(self, thing: Term) -> Sequence[_Value]:
        said = self._said.get(thing)
        return () if said is None else said[1]

    def _values(self, violation: Violation) -> list[tuple[Term, Place]]:
        return [
            (value, place)
            for predicate, value, _, place in self._links(violation.focus)
            if predicate in _first_steps(violation.path)
        ]

    def _second(self, violation: Violation) -> Place | None:
        found = dict.fromkeys(place for _, place in self._values(violation))
        return next(iter([*found][1:2]), None)

    def _property(self, violation: Violation) -> Place | None:
        """Where the first property of *violation* that its thing has is written."""
        first = _first_steps(violation.path)
        links = self._links(violation.focus)
        return next((named for predicate, _, named, _ in links if predicate in first), None)

    def _repeated(self, violation: Violation) -> Place | None:
        seen: set[str] = set()
        for value, place in self._values(violation):
            language = getattr(value, "language", None)
            if language and language.lower() in seen:
                return place
            seen.add((language or "").lower())
        return None

    def _reached(self, focus: Term, path: Path, value: Term) -> Place | None:
        """Where *value* stands if *path* leads there from *focus* and its own blank nodes.

        If the path leads on through another thing, then that
        thing is what is shown.
        """
        for at, place, node in self._walk(focus, path):
            if node == value or (at is not None and isinstance(node, Iri)):
                return place
        return None

    def _walk(self, focus: Term, path: Path) -> Iterator[tuple[Term | None, Place, Term]]:
        """What stands below *focus* by the properties of *path*: values first, then others."""
        steps = _steps(path)
        direct: list[tuple[Term | None, Place, Term]] = []
        through: list[tuple[Term | None, Place, Term]] = []
        seen, ahead = {focus}, [focus]
        for node in ahead:
            for predicate, value, _, place in self._links(node):
                if predicate in steps:
                    direct.append((None, place, value))
                    through.append((node, place, value))
                    if isinstance(value, Blank) and value not in seen:
                        seen.add(value)
                        ahead.append(value)
        yield from direct
        if isinstance(path, Step):
            yield from through


def _steps(path: Path) -> set[Term]:
    """The properties that stand in *path*."""
    if isinstance(path, Iri):
        return {path}
    return set().union(*(_steps(part) for part in path.parts))


def _first_steps(path: Path | None) -> set[Term]:
    """The properties that *path* may begin with, forwards."""
    if path is None or isinstance(path, Iri):
        return set() if path is None else {path}
    if path.kind == "inverse":
        return set()
    parts = path.parts if path.kind == "alternative" else path.parts[:1]
    return set().union(*(_first_steps(part) for part in parts))
