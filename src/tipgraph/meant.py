"""What a name was meant to be that nothing describes: the nearest of those that are described."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from rdflib import URIRef

from .terms import Iri, shorten, slug
from .validate import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rdflib import Graph

    from .findings import Violation

# How much of a name must be right, and for how many names the nearest one is looked for.
_ALIKE = 0.75
_MOST = 100


def advised(found: Iterable[Violation], data: Graph) -> Iterator[Violation]:
    """*found*; what to do begins with the name that is described nowhere in *data*, if one is."""
    names = _Names(data)
    for violation in found:
        told = " ".join(map(names.told, _named(violation)))
        yield replace(violation, fix=f"{told} {violation.fix}".strip()) if told else violation


def _named(violation: Violation) -> Iterator[str]:
    """What *violation* says is there: its value, and the property if a check found it."""
    if isinstance(violation.value, Iri):
        yield violation.value.value
    if violation.rule.startswith("check ") and isinstance(violation.path, Iri):
        yield violation.path.value


@dataclass(frozen=True)
class _Names:
    """The names that a graph describes, and what was said of those that it does not."""

    data: Graph
    known: dict[str, str] = field(default_factory=dict)

    def told(self, iri: str) -> str:
        """What there is to say of *iri*: nothing, if it is described or of another namespace."""
        if iri not in self.known and len(self.known) < _MOST:
            self.known[iri] = self._told(iri)
        return self.known.get(iri, "")

    def _told(self, iri: str) -> str:
        others = self._locals.get(_space(iri))
        if others is None or (URIRef(iri), None, None) in self.data:
            return ""
        near = process.extractOne(
            slug(iri),
            sorted(others),
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=_ALIKE,
        )
        if near is None:
            return f"Nothing describes {shorten(iri)}: correct it, or put back what was taken out."
        meant = _space(iri) + near[0]
        called = label(self.data, URIRef(meant))
        name = f"“{called}” ({shorten(meant)})" if called else shorten(meant)
        return f"Nothing describes {shorten(iri)}: was {name} meant?"

    @cached_property
    def _locals(self) -> Mapping[str, set[str]]:
        """The last parts of the names of each namespace."""
        found: dict[str, set[str]] = {}
        for thing in self.data.subjects(unique=True):
            if isinstance(thing, URIRef):
                found.setdefault(_space(thing), set()).add(slug(thing))
        return found


def _space(iri: str) -> str:
    return str(iri)[: len(iri) - len(slug(iri))]
