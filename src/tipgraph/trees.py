"""The schemes of the vocabulary as trees: a concept stands below each concept that is above it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .languages import spoken
from .queries import read
from .terms import slug, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .evidence import Bench


@dataclass(frozen=True, slots=True)
class Branch:
    """A concept with those below it; these are left out where they stand elsewhere in the tree."""

    id: str
    label: str
    below: tuple[Branch, ...]
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """A scheme: its label, its description, how many concepts it has, and the topmost of them."""

    id: str
    label: str
    description: str
    size: int
    top: tuple[Branch, ...]


class Trees:
    """The schemes of a graph, read when first asked for: a release does not change."""

    def __init__(self, bench: Bench) -> None:
        """Read the schemes from *bench*."""
        self._bench = bench

    @cached_property
    def all(self) -> Mapping[str, Tree]:
        """The schemes by IRI, in the order of their labels."""
        query = read(self._bench.layout.queries / "vocabulary" / "trees.rq")
        labels: dict[str, str] = {}
        above: dict[str, dict[str, list[str]]] = {}
        for row in spoken(self._bench.store.select(query.text)):
            concept, broader = text_of(row["concept"]), text_of(row["broader"])
            labels.setdefault(concept, text_of(row["label"]))
            of = above.setdefault(text_of(row["scheme"]), {}).setdefault(concept, [])
            of += [broader] if broader else []
        called = self._bench.called(above)
        trees = [
            Tree(iri, *called.get(iri, (slug(iri), "")), len(concepts), _grown(concepts, labels))
            for iri, concepts in above.items()
        ]
        return {tree.id: tree for tree in sorted(trees, key=lambda tree: tree.label.casefold())}


def _grown(above: Mapping[str, Sequence[str]], labels: Mapping[str, str]) -> tuple[Branch, ...]:
    below: dict[str, list[str]] = {}
    for concept, several in above.items():
        for broader in several or ("",):
            below.setdefault(broader, []).append(concept)
    shown: set[str] = set()

    def branch(iri: str) -> Branch:
        if iri in shown:
            return Branch(iri, labels[iri], (), elsewhere=bool(below.get(iri)))
        shown.add(iri)
        return Branch(iri, labels[iri], tuple(branch(each) for each in below.get(iri, ())))

    return tuple(branch(iri) for iri in below.get("", ()))
