"""What the service says of itself: its SPARQL service description, VoID and DCAT, as RDF.

The figures come from the query files in `queries/describe`, once for a graph.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SDO, SH, VOID, XSD, Namespace
from rdflib import BNode as Node
from rdflib import Graph as RdfGraph
from rdflib import Literal as Value
from rdflib import URIRef as Ref

from .dumps import ENDINGS
from .errors import BadParameter
from .formats import GRAPH_TYPES, ROW_TYPES
from .queries import read
from .terms import BASE, ID, PREFIXES, TIP, XSD_STRING, Iri, Literal, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    from .evidence import Bench
    from .questions import Questions
    from .terms import Term

    Row: TypeAlias = Mapping[str, Term | None]
    Named: TypeAlias = Ref | Node

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
VOID_EXT = Namespace("http://ldf.fi/void-ext#")
MEDIA_TYPES = Namespace("https://www.iana.org/assignments/media-types/")
_FORMAT_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML",
    "trig": "TriG",
    "nquads": "N-Quads",
}
# All is said in one graph, without a name: its TriG is Turtle and its N-Quads are N-Triples.
_WRITERS = {
    "turtle": "turtle",
    "ntriples": "nt",
    "jsonld": "json-ld",
    "rdfxml": "xml",
    "trig": "turtle",
    "nquads": "nt",
}
_BOUND = {
    **PREFIXES,
    "dcat": str(DCAT),
    "formats": str(FORMATS),
    "schema": str(SDO),
    "sd": str(SD),
    "void": str(VOID),
    "void-ext": str(VOID_EXT),
}
# The service knows its own address only from a request: until then it is at nobody's.
_NOBODY = "http://service.invalid"
_ROOT = re.compile(r"https?://[A-Za-z0-9._:\[\]~-]+(?:/[A-Za-z0-9._~/-]*)?")


class Description:
    """The descriptions of one graph and of the service that answers for it."""

    def __init__(self, bench: Bench, questions: Questions) -> None:
        """Measure nothing yet."""
        self._bench = bench
        self._questions = questions
        self._rows: dict[str, list[dict[str, Term | None]]] = {}
        self._kept: dict[tuple[str, str], bytes] = {}
        self._lock = threading.Lock()
        self._parts = {"service": _service, "void": _void, "catalog": _catalog}

    def document(self, part: str, root: str, form: str) -> bytes:
        """The `service`, `void` or `catalog` description in the format *form*, for *root*."""
        if not _ROOT.fullmatch(root):
            message = "The Host header of the request is not the address of a service."
            raise BadParameter(message, parameter="Host")
        with self._lock:
            if (part, form) not in self._kept:
                self._kept[part, form] = self._written(part, form)
        return self._kept[part, form].replace(_NOBODY.encode(), root.encode())

    def _written(self, part: str, form: str) -> bytes:
        draft = self.draft()
        self._parts[part](draft)
        writer = _WRITERS[form]
        if writer == "json-ld":
            return draft.graph.serialize(format=writer, encoding="utf-8", context=_BOUND)
        return draft.graph.serialize(format=writer, encoding="utf-8")

    def draft(self) -> Draft:
        """A description of which nothing is written yet."""
        return Draft(self._questions, self._measured)

    def _measured(self, name: str) -> list[dict[str, Term | None]]:
        if name not in self._rows:
            query = read(self._bench.layout.queries / "describe" / f"{name}.rq")
            self._rows[name] = list(self._bench.store.select(query.text))
        return self._rows[name]


class Draft:
    """A description while it is written: its triples, and what is measured for them."""

    def __init__(self, questions: Questions, measured: Callable[[str], Iterable[Row]]) -> None:
        """Begin with nothing said."""
        self.graph = RdfGraph(bind_namespaces="none")
        for prefix, namespace in _BOUND.items():
            self.graph.bind(prefix, namespace)
        self.questions = questions
        self.measured = measured
        self.dataset = next(
            (_ref(row["dataset"]) for row in measured("dataset")), Ref(ID + "dataset/tipgraph")
        )
        self._nodes = 0

    def say(self, subject: Named, *pairs: tuple[Ref, Named | Value]) -> Named:
        """Say *pairs* of *subject*, which is given back."""
        for pair in pairs:
            self.graph.add((subject, *pair))
        return subject

    def node(self, *pairs: tuple[Ref, Named | Value]) -> Named:
        """A node without a name of which *pairs* are said; its label is the same each time."""
        self._nodes += 1
        return self.say(Node(f"n{self._nodes}"), *pairs)


def _at(path: str) -> Ref:
    return Ref(_NOBODY + path)


_ENDPOINT = _at("/sparql")
_SERVICE = _at("/sparql#service")


def _service(draft: Draft) -> None:
    """The service, with all that an editor needs to help a person who writes a query."""
    draft.say(
        _SERVICE,
        (RDF.type, SD.Service),
        (SD.endpoint, _ENDPOINT),
        (SD.supportedLanguage, SD.SPARQL11Query),
        (SD.feature, SD.UnionDefaultGraph),
        *((SD.resultFormat, _format(form)) for form in (*ROW_TYPES, *GRAPH_TYPES)),
        (SD.defaultDataset, _graphs(draft)),
    )
    draft.say(draft.dataset, (RDF.type, SD.Graph))
    _void(draft)
    _prefixes(draft)
    _examples(draft)


def _graphs(draft: Draft) -> Named:
    named = (
        draft.node(
            (RDF.type, SD.NamedGraph),
            (SD.name, _ref(row["graph"])),
            (SD.graph, draft.node((RDF.type, SD.Graph), (VOID.triples, _value(row["triples"])))),
        )
        for row in draft.measured("graphs")
    )
    return draft.node(
        (RDF.type, SD.Dataset),
        (SD.defaultGraph, draft.dataset),
        *((SD.namedGraph, graph) for graph in named),
    )


def _prefixes(draft: Draft) -> None:
    declared = (
        draft.node((SH.prefix, Value(prefix)), (SH.namespace, Value(space, datatype=XSD.anyURI)))
        for prefix, space in PREFIXES.items()
    )
    draft.say(
        _at("/sparql#prefixes"),
        (RDF.type, OWL.Ontology),
        *((SH.declare, one) for one in declared),
    )


def _examples(draft: Draft) -> None:
    for question in draft.questions.all.values():
        draft.say(
            _at(f"/api/v1/questions/{question.name}"),
            (RDF.type, SH.SPARQLExecutable),
            (RDF.type, SH.SPARQLSelectExecutable),
            (RDFS.comment, Value(question.summary, lang="en")),
            (SH.prefixes, _at("/sparql#prefixes")),
            (SH.select, Value(question.text)),
            (SDO.target, _ENDPOINT),
            *((SDO.keywords, Value(topic)) for topic in _topics(question.headers)),
        )


def _topics(headers: Mapping[str, str]) -> list[str]:
    return [headers["topic"]] if "topic" in headers else []


def _void(draft: Draft) -> None:
    """The dataset with its figures, its partitions and its links."""
    draft.say(
        _at("/.well-known/void"),
        (RDF.type, VOID.DatasetDescription),
        (FOAF.primaryTopic, draft.dataset),
    )
    metadata(draft)
    draft.say(
        draft.dataset,
        (VOID.sparqlEndpoint, _ENDPOINT),
        *((VOID.feature, _format(form)) for form in GRAPH_TYPES),
        *((VOID.dataDump, _dump(ending)) for ending in ENDINGS),
    )
    figures(draft)


def figures(draft: Draft) -> None:
    """What the dataset holds, wherever it is: its figures, its partitions and its links."""
    draft.say(
        draft.dataset,
        (RDF.type, VOID.Dataset),
        (VOID.uriSpace, Value(BASE)),
        *((VOID.vocabulary, _ref(row["vocabulary"])) for row in draft.measured("vocabularies")),
        *(
            (VOID.exampleResource, Ref(text_of(row["example"])))
            for row in draft.measured("examples")
        ),
    )
    for row in draft.measured("totals"):
        _figures(draft, draft.dataset, row)
    _property_partitions(draft)
    _class_partitions(draft)
    _links(draft)
    _labels(draft)


_COUNTS = {
    "triples": VOID.triples,
    "entities": VOID.entities,
    "classes": VOID.classes,
    "properties": VOID.properties,
    "subjects": VOID.distinctSubjects,
    "objects": VOID.distinctObjects,
}


def _figures(draft: Draft, subject: Named, row: Row) -> None:
    draft.say(subject, *((_COUNTS[key], _value(row[key])) for key in _COUNTS if key in row))


def _property_partitions(draft: Draft) -> None:
    for row in draft.measured("properties"):
        partition = draft.node((VOID.property, _ref(row["property"])))
        _figures(draft, partition, row)
        draft.say(draft.dataset, (VOID.propertyPartition, partition))


def _class_partitions(draft: Draft) -> None:
    """Each class with its properties, and each of those with the classes and datatypes it leads to.

    This nesting is what editors read to propose what fits where the cursor is.
    """
    targets = _by_property(draft.measured("class-objects"))
    datatypes = _by_property(draft.measured("class-datatypes"))
    properties = defaultdict(list)
    for row in draft.measured("class-properties"):
        properties[row["class"]].append(row)
    for of in draft.measured("classes"):
        partition = draft.node((VOID["class"], _ref(of["class"])))
        _figures(draft, partition, of)
        draft.say(draft.dataset, (VOID.classPartition, partition))
        for row in properties[of["class"]]:
            inner = draft.node((VOID.property, _ref(row["property"])))
            _figures(draft, inner, row)
            draft.say(partition, (VOID.propertyPartition, inner))
            key = row["class"], row["property"]
            for to in targets[key]:
                leads = draft.node((VOID["class"], _ref(to["target"])))
                _figures(draft, leads, to)
                draft.say(inner, (VOID.classPartition, leads))
            for to in datatypes[key]:
                holds = draft.node((VOID_EXT.datatype, _ref(to["datatype"])))
                _figures(draft, holds, to)
                draft.say(inner, (VOID_EXT.datatypePartition, holds))


def _by_property(rows: Iterable[Row]) -> Mapping[tuple[Term | None, Term | None], list[Row]]:
    grouped: dict[tuple[Term | None, Term | None], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["class"], row["property"]].append(row)
    return grouped


def _links(draft: Draft) -> None:
    others: dict[str, Named] = {}
    for row in draft.measured("links"):
        space = text_of(row["space"])
        if space not in others:
            others[space] = draft.node((RDF.type, VOID.Dataset), (VOID.uriSpace, Value(space)))
        links = draft.node(
            (RDF.type, VOID.Linkset),
            (VOID.linkPredicate, _ref(row["property"])),
            (VOID.subjectsTarget, draft.dataset),
            (VOID.objectsTarget, others[space]),
            (VOID.triples, _value(row["triples"])),
        )
        draft.say(draft.dataset, (VOID.subset, links))


def _labels(draft: Draft) -> None:
    """What the terms of the ontology are called, for those that a partition names."""
    used = {o for p in (VOID["class"], VOID.property) for o in draft.graph.objects(None, p)}
    for row in draft.measured("terms"):
        term = _ref(row["term"])
        if term in used:
            draft.say(term, (RDFS.label, _value(row["label"])))
        if term in used and row["definition"]:
            draft.say(term, (RDFS.comment, _value(row["definition"])))


def metadata(draft: Draft) -> None:
    """What the graph says of the dataset: its title, its licence, its publisher and the like."""
    for row in draft.measured("dataset"):
        draft.say(draft.dataset, (_ref(row["property"]), _rdf(row["value"])))
    names = {_value(row["publisher"]) for row in draft.measured("dataset") if row["publisher"]}
    for name in sorted(names):
        publisher = draft.node((RDF.type, FOAF.Agent), (FOAF.name, name))
        draft.say(draft.dataset, (DCTERMS.publisher, publisher))


def _catalog(draft: Draft) -> None:
    """The catalogue: the dataset with its files, and the services that give it."""
    rest = _at("/api/v1#service")
    draft.say(
        _at("/catalog"),
        (RDF.type, DCAT.Catalog),
        (DCTERMS.title, Value("tipgraph: catalogue of this service", lang="en")),
        (DCAT.dataset, draft.dataset),
        (DCAT.service, _SERVICE),
        (DCAT.service, rest),
    )
    metadata(draft)
    draft.say(
        draft.dataset,
        (RDF.type, DCAT.Dataset),
        (DCAT.landingPage, _at("/docs")),
        (DCTERMS.conformsTo, Ref(TIP.rstrip("#"))),
        *((DCAT.distribution, _distribution(draft, ending)) for ending in ENDINGS),
    )
    draft.say(
        _SERVICE,
        (RDF.type, DCAT.DataService),
        (DCTERMS.title, Value("SPARQL endpoint", lang="en")),
        (DCAT.endpointURL, _ENDPOINT),
        (DCAT.endpointDescription, _ENDPOINT),
        (DCAT.servesDataset, draft.dataset),
    )
    draft.say(
        rest,
        (RDF.type, DCAT.DataService),
        (DCTERMS.title, Value("REST interface", lang="en")),
        (DCAT.endpointURL, _at("/api/v1")),
        (DCAT.endpointDescription, _at("/openapi.json")),
        (DCAT.servesDataset, draft.dataset),
    )


def _distribution(draft: Draft, ending: str) -> Named:
    form = ENDINGS[ending]
    called = _FORMAT_NAMES[form].replace("_", "/")
    licences = list(draft.graph.objects(draft.dataset, DCTERMS.license))
    return draft.say(
        Ref(f"{_dump(ending)}#distribution"),
        (RDF.type, DCAT.Distribution),
        (DCTERMS.title, Value(f"The whole graph as {called}", lang="en")),
        (DCAT.accessURL, _dump(ending)),
        (DCAT.downloadURL, _dump(ending)),
        (DCAT.mediaType, MEDIA_TYPES[GRAPH_TYPES[form].split(";")[0]]),
        *((DCTERMS.license, licence) for licence in licences if isinstance(licence, Ref)),
    )


def _dump(ending: str) -> Ref:
    return _at(f"/dump/tipgraph.{ending}")


def _format(form: str) -> Ref:
    return FORMATS[_FORMAT_NAMES[form]]


def _ref(term: Term | None) -> Ref:
    return Ref(text_of(term))


def _value(term: Term | None) -> Value:
    if not isinstance(term, Literal) or term.datatype == XSD_STRING:
        return Value(text_of(term))
    if term.language:
        return Value(term.value, lang=term.language)
    return Value(term.value, datatype=Ref(term.datatype))


def _rdf(term: Term | None) -> Named | Value:
    return _ref(term) if isinstance(term, Iri) else _value(term)
