"""Where in the texts of a graph a thing is described, and each of its triples stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
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

_Links = list[tuple[Term, Term, int]]


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

    @cached_property
    def exact(self) -> bool:
        """Whether the places in it are exact, and not merely near."""
        return bool(self._said)

    @cached_property
    def _said(self) -> Sequence[Said]:
        return _aligned(self) if self.form in EXACT else ()

    @cached_property
    def _subjects(self) -> Mapping[Term, int]:
        """Where each thing is described first."""
        found: dict[Term, int] = {}
        for quad, at in zip(self.quads, self._offsets(), strict=True):
            found.setdefault(quad.subject, at[0])
        return found

    @cached_property
    def _values(self) -> Mapping[Term, _Links]:
        """The properties and values of each thing, and where the values stand."""
        found: dict[Term, _Links] = {}
        for quad, at in zip(self.quads, self._offsets(), strict=True):
            found.setdefault(quad.subject, []).append((quad.predicate, quad.object, at[2]))
        return found

    def property(self, thing: Term, named: AbstractSet[Term]) -> Place | None:
        """Where *thing* first has one of the properties *named*."""
        for quad, at in zip(self.quads, self._offsets(), strict=True):
            if quad.subject == thing and quad.predicate in named:
                return self._place(at[1]) if self._said else self._about(thing, quad.predicate)
        return None

    def _offsets(self) -> Iterator[tuple[int, int, int]]:
        if self._said:
            return ((s.subject_at, s.predicate_at, s.object_at) for s in self._said)
        return repeat((0, 0, 0), len(self.quads))

    def described(self, thing: Term) -> Place | None:
        """Where *thing* is described first."""
        at = self._subjects.get(thing)
        if at is None:
            return None
        return self._place(at) if self._said else self._about(thing)

    def values(self, thing: Term) -> Iterator[tuple[Term, Term, Place]]:
        """The properties and values of *thing*, and where each value stands."""
        for predicate, value, at in self._values.get(thing, ()):
            yield predicate, value, self._place(at) if self._said else self._about(thing, value)

    def mentions(self) -> Iterator[tuple[Term, Place]]:
        """Each value of a property, and where it stands, if that is exact."""
        for quad, each in zip(self.quads, self._said, strict=False):
            yield quad.object, self._place(each.object_at)

    def _place(self, at: int) -> Place:
        return Place(self.file, *self.lines.at(at))

    def _about(self, thing: Term, value: Term | None = None) -> Place:
        """Near the first mention of *thing*, and the first of *value* after it."""
        at = _mention(self.text, thing, 0) if isinstance(thing, Iri) else 0
        if value is not None and not isinstance(value, Blank):
            at = _mention(self.text, value, at)
        return Place(self.file, *self.lines.at(at), exact=False)


def _mention(text: str, term: Term, start: int) -> int:
    names = [term.value] if isinstance(term, Literal) else [term.value, shorten(term.value)]
    for name in [*names, slug(term.value)]:
        found = text.find(name, start) if name else -1
        if found >= 0:
            return found
    return start


def _aligned(text: Text) -> Sequence[Said]:
    """What our reader says of *text*, if it says the same triples as the engine; else nothing."""
    try:
        found = list(said(text.text, text.form))
    except (IndexError, ValueError):
        return ()
    names: dict[str, str] = {}
    same = len(found) == len(text.quads) and all(
        _same(each, quad, names) for each, quad in zip(found, text.quads, strict=True)
    )
    return found if same and len(set(names.values())) == len(names) else ()


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
    """Several texts, in which things are found."""

    texts: tuple[Text, ...]

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
        for text in self.texts:
            place = text.described(thing)
            if place is not None:
                return place
        return self._mentioned.get(thing)

    @cached_property
    def _mentioned(self) -> Mapping[Term, Place]:
        """Where each thing that is nowhere described is first a value."""
        found: dict[Term, Place] = {}
        for text in self.texts:
            for value, place in text.mentions():
                found.setdefault(value, place)
        return found

    def _links(self, thing: Term) -> list[tuple[Term, Term, Place]]:
        return [link for text in self.texts for link in text.values(thing)]

    def _values(self, violation: Violation) -> list[tuple[Term, Place]]:
        return [
            (value, place)
            for predicate, value, place in self._links(violation.focus)
            if predicate in _first_steps(violation.path)
        ]

    def _second(self, violation: Violation) -> Place | None:
        found = dict.fromkeys(place for _, place in self._values(violation))
        return next(iter([*found][1:2]), None)

    def _property(self, violation: Violation) -> Place | None:
        """Where the first property of *violation* that its thing has is written."""
        first = _first_steps(violation.path)
        places = (text.property(violation.focus, first) for text in self.texts)
        return next((place for place in places if place is not None), None)

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
            for predicate, value, place in self._links(node):
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
