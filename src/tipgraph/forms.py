"""The sheets on which a curator fills in a document: their columns, and what may stand in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .changelog import in_words
from .described import Described, name_of
from .terms import ID, PREFIXES, TIP, slug

if TYPE_CHECKING:
    from collections.abc import Mapping

_DCTERMS, _SKOS, _QUDT = PREFIXES["dcterms"], PREFIXES["skos"], PREFIXES["qudt"]
_RANGE = PREFIXES["rdfs"] + "range"
UNITS = {"per cent": "PERCENT", "number": "NUM", "multiple": "UNITLESS"}
# What stands in a column that is not a property, and what such a column is called.
NAME, KIND, WORDS, PHRASE, SPANS = "name", "kind", "words", "phrase", "spans"
_OWN = {
    NAME: ("Name", "The last part of the address, such as loss-of-income. May be left empty."),
    KIND: ("Kind", "What the document does: one of the list."),
    WORDS: ("Words", "The words of the passage as they stand in the text; […] between parts."),
    PHRASE: ("Phrase", "Two to eight of the words, by which a person finds them. May be empty."),
    SPANS: ("Spans", "Numbers such as 12-40, 51-60, in place of the words."),
}
_TEXTS = {
    _SKOS + "prefLabel": ("Label", "text"),
    _SKOS + "altLabel": ("Other labels", "text"),
    _SKOS + "editorialNote": ("Note", "text"),
    _SKOS + "note": ("Coverage note", "text"),
    TIP + "assessedScheme": ("Read for", "skos:ConceptScheme"),
    _DCTERMS + "description": ("Description", "text"),
    _DCTERMS + "title": ("Title", "text"),
    _DCTERMS + "publisher": ("Publisher", "Actor"),
    _DCTERMS + "issued": ("Issued", "date"),
    _DCTERMS + "language": ("Language", "string"),
    _DCTERMS + "hasPart": ("Parts", "Statement"),
    PREFIXES["foaf"] + "page": ("Page", "address"),
    PREFIXES["cito"] + "citesAsEvidence": ("Cites", "CitedWork"),
    _QUDT + "numericValue": ("Value", "number"),
    _QUDT + "hasUnit": ("Unit", "unit"),
}
# Of these texts several stand in a cell, parted by semicolons; the others may have some in them.
_SEVERAL_TEXTS = {_SKOS + "altLabel", TIP + "footnote"}
_SHEETS = {
    "Document": (
        f"{ID}document/",
        (
            "name dcterms:title skos:prefLabel dcterms:description dcterms:publisher "
            "dcterms:issued dcterms:language foaf:page tip:voice tip:textFile skos:editorialNote "
            "tip:coverageStatus tip:assessedScheme skos:note"
        ),
    ),
    "Statements": (
        f"{ID}statement/",
        (
            "kind skos:prefLabel dcterms:description tip:aboutImpact tip:aboutResponse "
            "tip:listsResource tip:cause tip:effect tip:addressingResponse tip:addressedImpact "
            "tip:linkBasis tip:directness tip:quantifies words phrase spans tip:modality "
            "tip:evidenceBasis tip:speaker tip:informant tip:force tip:addressee tip:implementer "
            "tip:beneficiary tip:affectsGroup tip:involvesActor tip:exploitationForm tip:act "
            "tip:means tip:channel tip:setting tip:service tip:referralStage tip:place "
            "tip:scopeHedge tip:timeCondition cito:citesAsEvidence tip:footnote tip:measure "
            "qudt:numericValue qudt:hasUnit tip:valueQualifier tip:population tip:populationGroup "
            "tip:period tip:contradicts dcterms:hasPart skos:editorialNote name"
        ),
    ),
    "Impacts": (
        f"{ID}impact/",
        (
            "skos:prefLabel dcterms:description skos:altLabel tip:theme tip:broaderImpact "
            "skos:editorialNote name"
        ),
    ),
    "Responses": (
        f"{ID}response/",
        (
            "skos:prefLabel dcterms:description skos:altLabel tip:pillar tip:responseType "
            "tip:instrumentType skos:editorialNote name"
        ),
    ),
}
# What is said on the sheet Document of how completely it was read, and not of the document.
COVERAGE = {TIP + "coverageStatus", TIP + "assessedScheme", _SKOS + "note"}
TYPES = {"Impacts": "Impact", "Responses": "PolicyResponse", "Document": "SourceDocument"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, the property it fills, by its *iri*, and what it *takes*: see `forms`.

    A column without one is one of ours: the kind, the words and the like.
    """

    title: str
    iri: str
    takes: str
    help: str

    @property
    def parted(self) -> bool:
        """Whether a cell may hold several values, parted by semicolons."""
        return self.is_thing or self.iri in _SEVERAL_TEXTS

    @property
    def is_thing(self) -> bool:
        """Whether values are things of the graph."""
        return self.takes[:1].isupper() or ":" in self.takes


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet: its name, where the addresses of its rows begin, and its columns."""

    name: str
    space: str
    columns: tuple[Column, ...]

    def column(self, title: str) -> Column | None:
        """The column of that title, however it is written."""
        wanted = " ".join(title.split()).casefold()
        return next((c for c in self.columns if c.title.casefold() == wanted), None)


def forms(graph: Described) -> Mapping[str, Form]:
    """The sheets, with the titles and the classes that the ontology in *graph* gives.

    What a column takes is the name of a class, or a kind of text such as date or number.
    """
    return {
        name: Form(name, space, tuple(_column(graph, one) for one in columns.split()))
        for name, (space, columns) in _SHEETS.items()
    }


def _column(graph: Described, name: str) -> Column:
    if name in _OWN:
        title, told = _OWN[name]
        return Column(title, "", name, told)
    prefix, _, local = name.partition(":")
    iri = PREFIXES[prefix] + local
    if iri in _TEXTS:
        title, takes = _TEXTS[iri]
        return Column(title, iri, takes, title)
    label = in_words(iri, name_of([graph], iri))
    found = graph.iris(iri, _RANGE)
    takes = slug(found[0]) if found and found[0].startswith(TIP) else _datatype(found)
    definition = graph.text(iri, _SKOS + "definition")
    return Column(label[:1].upper() + label[1:], iri, takes, definition)


def _datatype(found: list[str]) -> str:
    return "text" if found and found[0].endswith("#langString") else "string"
