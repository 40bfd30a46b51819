"""What a name was meant to be that nothing describes: the nearest of those that are described."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from rdflib import URIRef

from .graph import DERIVED
from .terms import Iri, shorten, slug
from .validate import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rdflib import Graph

    from .findings import Violation
    from .store import Store

# How much of a name must be right, and for how many names the nearest one is looked for.
_ALIKE = 0.75
_MOST = 100


def advised(found: Iterable[Violation], store: Store, data: Graph) -> Iterator[Violation]:
    """*found* in *store*, whose triples are *data*.

    What to do begins with the name that is described nowhere, if there is one. What follows from
    statements describes nothing: of a misspelt name too something may follow.
    """
    names = _Names(store, data)
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

    store: Store
    data: Graph
    known: dict[str, str] = field(default_factory=dict)

    def told(self, iri: str) -> str:
        """What there is to say of *iri*: nothing, if it is described or of another namespace."""
        if iri not in self.known and len(self.known) < _MOST:
            self.known[iri] = self._told(iri)
        return self.known.get(iri, "")

    def _told(self, iri: str) -> str:
        name, others = slug(iri), self._locals.get(_space(iri))
        if others is None or name in others:
            return ""
        near = process.extractOne(
            name,
            # Classes begin with capitals, and no class is meant where a property is.
            sorted(other for other in others if other[:1].isupper() == name[:1].isupper()),
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=_ALIKE,
        )
        if near is None:
            return (
                f"Nothing describes {shorten(iri)}, and no name is like it; if it was deleted, "
                "put it back and deprecate it."
            )
        meant = _space(iri) + near[0]
        called = label(self.data, URIRef(meant))
        shown = f"“{called}” ({shorten(meant)})" if called else shorten(meant)
        return f"Nothing describes {shorten(iri)}: was {shown} meant?"

    @cached_property
    def _locals(self) -> Mapping[str, set[str]]:
        """The last parts of the names of each namespace."""
        found: dict[str, set[str]] = {}
        for quad in self.store.quads():
            if isinstance(quad.subject, Iri) and quad.graph != DERIVED:
                iri = quad.subject.value
                found.setdefault(_space(iri), set()).add(slug(iri))
        return found


def _space(iri: str) -> str:
    return iri[: len(iri) - len(slug(iri))]
