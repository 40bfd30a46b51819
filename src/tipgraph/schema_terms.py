"""The terms of the ontology as they are documented: classes and properties with what they mean."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .terms import PREFIXES, TIP, Iri, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .rdf import Quad

_KINDS = {
    "classes": ("Class",),
    "properties": ("ObjectProperty", "DatatypeProperty", "AnnotationProperty"),
}
_ABOVE = ("rdfs:subClassOf", "rdfs:subPropertyOf")
_DEFINED = ("skos:definition", "rdfs:comment", "dcterms:description")


@dataclass(frozen=True, slots=True)
class SchemaTerm:
    """A class or a property: its definition, what is above it, and what it links."""

    id: str
    name: str
    label: str
    definition: str
    notes: tuple[str, ...]
    above: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]
    inverse: tuple[str, ...]
    deprecated: bool


def terms(quads: Iterable[Quad]) -> Mapping[str, Sequence[SchemaTerm]]:
    """The terms of the graph's own ontology among *quads*, by kind, each kind by name."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        subject = quad.subject.value
        if isinstance(quad.subject, Iri) and subject.startswith(TIP):
            said[subject][quad.predicate.value].append(quad.object.value)
    found: dict[str, list[SchemaTerm]] = {"classes": [], "properties": [], "others": []}
    for iri, of in sorted(said.items()):
        types = {slug(value) for value in of[PREFIXES["rdf"] + "type"]}
        kind = next((k for k, names in _KINDS.items() if types & set(names)), "others")
        found[kind].append(_term(iri, of))
    return found


def _term(iri: str, said: Mapping[str, list[str]]) -> SchemaTerm:
    def of(*names: str) -> tuple[str, ...]:
        return tuple(v for name in names for v in said.get(_iri(name), ()))

    def things(*names: str) -> tuple[str, ...]:
        return tuple(sorted(value for value in of(*names) if "://" in value))

    definition = next(iter(of(*_DEFINED)), "")
    return SchemaTerm(
        iri,
        slug(iri),
        next(iter(of("rdfs:label", "skos:prefLabel")), slug(iri)),
        definition,
        tuple(note for note in of("skos:scopeNote", "skos:example") if note != definition),
        things(*_ABOVE),
        things("rdfs:domain"),
        things("rdfs:range"),
        things("owl:inverseOf"),
        "true" in of("owl:deprecated"),
    )


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local
