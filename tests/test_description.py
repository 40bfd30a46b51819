"""What the service says of itself is true, and an editor or a crawler can use it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SDO, SH, VOID, XSD, Graph, Literal, URIRef

from tipgraph.app import create_app
from tipgraph.description import FORMATS, SD, VOID_EXT
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.rdf import read_files
from tipgraph.store import Store
from tipgraph.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACES = ["/sparql", "/.well-known/void", "/catalog"]
DATASET = URIRef("https://w3id.org/tipgraph/id/dataset/tipgraph")
TYPES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
# Eight triples; three have a subject that is a ship, and two one that is a port.
SHIPS = """
@prefix : <https://example.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix c: <https://w3id.org/tipgraph/concept/> .
:fleet { :aurora a :Ship ; :calls :genoa ; :built 1999 . }
:ports { :genoa a :Port ; :name "Genoa"@en .
  c:one skos:exactMatch <https://example.com/words/1> .
  c:two skos:exactMatch <https://example.com/words/2> ; :name "two" . }
"""
EX = "https://example.org/"


@pytest.fixture(scope="module")
def ships(tmp_path_factory) -> Iterator[TestClient]:
    file: Path = tmp_path_factory.mktemp("ships") / "ships.trig"
    file.write_text(SHIPS, encoding="utf-8")
    store = Store(ox.Store())
    store.add(read_files([file]))
    with TestClient(create_app(Bench(store, SHIPPED))) as client:
        yield client


@cache
def read(client: TestClient, place: str) -> Graph:
    return Graph().parse(data=client.get(place).content, format="turtle")


def canonical(client: TestClient, place: str, accept: str) -> set[ox.Quad]:
    answer = client.get(place, headers={"Accept": accept})
    assert answer.headers["content-type"].split(";")[0] == accept
    found = ox.Dataset(ox.parse(answer.content, format=TYPES[accept]))
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(found)


def one(graph: Graph, subject, property_):
    (value,) = graph.objects(subject, property_)
    return value


def number(graph: Graph, subject, property_) -> int:
    return int(one(graph, subject, property_))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("accept", TYPES)
def test_every_format_says_the_same(ships: TestClient, place: str, accept: str) -> None:
    assert canonical(ships, place, accept) == canonical(ships, place, "text/turtle")


@pytest.mark.parametrize("place", PLACES)
def test_a_format_that_is_none_of_rdf_is_406(ships: TestClient, place: str) -> None:
    answer = ships.get(place, headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("place", PLACES)
def test_a_description_is_of_the_address_that_was_asked(client: TestClient, place: str) -> None:
    text = client.get(place, headers={"Host": "data.example.org:8080"}).text

    assert "<http://data.example.org:8080/sparql>" in text
    assert "service.invalid" not in text
    assert "testserver" not in text


def test_the_service_is_at_the_address_that_describes_it(client: TestClient) -> None:
    graph = read(client, "/sparql")
    service = next(graph.subjects(RDF.type, SD.Service))

    assert one(graph, service, SD.endpoint) == URIRef("http://testserver/sparql")
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(graph.objects(service, SD.feature)) == {SD.UnionDefaultGraph}
    assert not list(graph.objects(service, SD.inputFormat))


MEDIA_TYPES = {
    "SPARQL_Results_JSON": "application/sparql-results+json",
    "SPARQL_Results_XML": "application/sparql-results+xml",
    "SPARQL_Results_CSV": "text/csv",
    "SPARQL_Results_TSV": "text/tab-separated-values",
    "Turtle": "text/turtle",
    "N-Triples": "application/n-triples",
    "JSON-LD": "application/ld+json",
    "RDF_XML": "application/rdf+xml",
    "TriG": "application/trig",
    "N-Quads": "application/n-quads",
}


def test_every_result_format_that_is_named_can_be_had(client: TestClient) -> None:
    graph = read(client, "/sparql")
    named = {str(f).removeprefix(str(FORMATS)) for f in graph.objects(None, SD.resultFormat)}

    assert named == set(MEDIA_TYPES)
    for name in named:
        query = "ASK { }" if "SPARQL" in name else "CONSTRUCT WHERE { ?s a ?o }"
        headers = {"Accept": MEDIA_TYPES[name]}
        answer = client.get("/sparql", params={"query": query}, headers=headers)
        assert answer.headers["content-type"].split(";")[0] == MEDIA_TYPES[name]


def test_the_figures_of_a_small_graph_are_right(ships: TestClient) -> None:
    graph = read(ships, "/.well-known/void")
    expected = {
        VOID.triples: 8,
        VOID.distinctSubjects: 4,
        VOID.distinctObjects: 8,
        VOID.properties: 5,
        VOID.classes: 2,
        VOID.entities: 2,
    }

    assert {p: number(graph, DATASET, p) for p in expected} == expected


def test_the_named_graphs_have_their_triples(ships: TestClient) -> None:
    graph = read(ships, "/sparql")
    found = {
        str(one(graph, named, SD.name)): number(graph, one(graph, named, SD.graph), VOID.triples)
        for named in graph.objects(None, SD.namedGraph)
    }

    assert found == {EX + "fleet": 3, EX + "ports": 5}
    assert one(graph, one(graph, None, SD.defaultDataset), SD.defaultGraph) == DATASET


def test_the_partitions_of_a_class_tell_where_its_properties_lead(ships: TestClient) -> None:
    """The path that editors follow: class, property, and the class or datatype at its end."""
    graph = read(ships, "/sparql")
    ship = next(p for p in graph.subjects(VOID["class"], URIRef(EX + "Ship")))
    inner = {one(graph, p, VOID.property): p for p in graph.objects(ship, VOID.propertyPartition)}
    calls, built = inner[URIRef(EX + "calls")], inner[URIRef(EX + "built")]

    assert (DATASET, VOID.classPartition, ship) in graph
    assert number(graph, ship, VOID.entities) == 1
    assert set(inner) == {RDF.type, URIRef(EX + "calls"), URIRef(EX + "built")}
    assert number(graph, calls, VOID.triples) == 1
    assert one(graph, one(graph, calls, VOID.classPartition), VOID["class"]) == URIRef(EX + "Port")
    assert one(graph, one(graph, built, VOID_EXT.datatypePartition), VOID_EXT.datatype) == (
        XSD.integer
    )


def test_a_property_has_its_subjects_and_objects_counted(ships: TestClient) -> None:
    graph = read(ships, "/.well-known/void")
    name = next(
        p
        for p in graph.objects(DATASET, VOID.propertyPartition)
        if one(graph, p, VOID.property) == URIRef(EX + "name")
    )

    assert number(graph, name, VOID.triples) == 2
    assert number(graph, name, VOID.distinctSubjects) == 2
    assert number(graph, name, VOID.distinctObjects) == 2


def test_links_out_are_a_linkset_to_the_other_vocabulary(ships: TestClient) -> None:
    graph = read(ships, "/.well-known/void")
    links = next(graph.subjects(RDF.type, VOID.Linkset))

    assert (DATASET, VOID.subset, links) in graph
    assert number(graph, links, VOID.triples) == 2
    assert str(one(graph, links, VOID.linkPredicate)).endswith("#exactMatch")
    other = one(graph, links, VOID.objectsTarget)
    assert one(graph, other, VOID.uriSpace) == Literal("https://example.com/words/")


def test_the_namespaces_in_use_are_the_vocabularies(ships: TestClient) -> None:
    graph = read(ships, "/.well-known/void")

    assert {str(v) for v in graph.objects(DATASET, VOID.vocabulary)} == {
        EX,
        str(RDF),
        "http://www.w3.org/2004/02/skos/core#",
    }


def test_the_shipped_graph_has_as_many_triples_as_it_says(client, store: Store) -> None:
    graph = read(client, "/sparql")
    named = [number(graph, g, VOID.triples) for g in graph.objects(None, SD.graph)]
    classes = sum(1 for _ in graph.objects(DATASET, VOID.classPartition))
    properties = sum(1 for _ in graph.objects(DATASET, VOID.propertyPartition))

    assert sum(named) == len(store)
    assert number(graph, DATASET, VOID.triples) == len(set(store.dump("ntriples").splitlines()))
    assert number(graph, DATASET, VOID.classes) == classes
    assert number(graph, DATASET, VOID.properties) == properties


def test_terms_of_the_ontology_come_with_label_and_definition(client: TestClient) -> None:
    graph = read(client, "/sparql")
    used = {o for p in (VOID["class"], VOID.property) for o in graph.objects(None, p)}
    ours = {term for term in used if str(term).startswith(PREFIXES["tip"])}

    assert ours
    assert not [term for term in ours if not graph.value(term, RDFS.label)]
    assert not [term for term in ours if not graph.value(term, RDFS.comment)]


def test_example_resources_are_in_the_graph(client: TestClient) -> None:
    examples = list(read(client, "/.well-known/void").objects(DATASET, VOID.exampleResource))

    assert len(examples) >= 5
    for example in examples:
        path = str(example).removeprefix("https://w3id.org/tipgraph")
        assert client.get(path).status_code == 200


def test_prefixes_are_declared_as_shacl_does(client: TestClient) -> None:
    graph = read(client, "/sparql")
    declared = {
        str(one(graph, d, SH.prefix)): one(graph, d, SH.namespace)
        for d in graph.objects(None, SH.declare)
    }

    assert {p: str(n) for p, n in declared.items()} == PREFIXES
    assert {n.datatype for n in declared.values()} == {XSD.anyURI}
    assert len(set(graph.subjects(RDF.type, OWL.Ontology))) == 1


def test_every_question_is_an_example_that_runs(client: TestClient, questions) -> None:
    graph = read(client, "/sparql")
    found = {str(e).rsplit("/", 1)[1]: e for e in graph.subjects(RDF.type, SH.SPARQLExecutable)}

    assert set(found) == set(questions.all)
    for name, example in found.items():
        text = str(one(graph, example, SH.select))
        assert text == questions.named(name).text
        assert str(one(graph, example, RDFS.comment)).endswith("?")
        assert one(graph, example, SDO.target) == URIRef("http://testserver/sparql")
        assert client.get(str(example).removeprefix("http://testserver")).status_code == 200
        assert client.post("/sparql", data={"query": text}).status_code == 200


# As the vocabulary's own file lists them; the other namespaces are closed ones of rdflib.
SD_TERMS = {
    *("Dataset", "Graph", "NamedGraph", "Service", "SPARQL11Query", "UnionDefaultGraph"),
    *("defaultDataset", "defaultGraph", "endpoint", "feature", "graph", "name", "namedGraph"),
    *("resultFormat", "supportedLanguage"),
}


# Newer than the list that rdflib has.
VERSION = URIRef(str(DCAT) + "version")


@pytest.mark.parametrize("place", PLACES)
def test_every_term_used_is_one_of_its_vocabulary(client: TestClient, place: str) -> None:
    graph = read(client, place)
    terms = (set(graph.predicates()) - {VERSION}) | set(graph.objects(None, RDF.type))
    for term in terms:
        for space in (DCAT, DCTERMS, FOAF, SDO, SH, VOID):
            if str(term).startswith(str(space)):
                assert term in space
        if str(term).startswith(str(SD)):
            assert str(term).removeprefix(str(SD)) in SD_TERMS


@pytest.mark.parametrize("place", ["/sparql", "/sparql?"])
def test_a_person_with_a_browser_is_led_to_the_editor(client: TestClient, place: str) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    answer = client.get(place, headers=browser, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/editor"
    assert answer.headers["vary"].startswith("Accept")


def test_the_root_leads_to_the_page_and_names_the_ways_in(client: TestClient) -> None:
    answer = client.get("/", follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/docs"
    for rel, place in (("service-desc", "/openapi.json"), ("describedby", "/.well-known/void")):
        assert f'<{place}>; rel="{rel}"' in answer.headers["link"]
        assert client.get(place).status_code == 200


def test_the_catalogue_has_what_the_graph_says_of_itself(client: TestClient) -> None:
    graph = read(client, "/catalog")
    catalog = URIRef("http://testserver/catalog")

    assert (catalog, DCAT.dataset, DATASET) in graph
    assert one(graph, DATASET, VERSION) == Literal("0.1.0")
    assert one(graph, DATASET, DCTERMS.issued) == Literal("2026-11-22", datatype=XSD.date)
    assert "creativecommons" in one(graph, DATASET, DCTERMS.license)
    publisher = one(graph, DATASET, DCTERMS.publisher)
    assert one(graph, publisher, FOAF.name) == Literal("The tipgraph maintainers")
    for service in graph.objects(catalog, DCAT.service):
        for place in (DCAT.endpointURL, DCAT.endpointDescription):
            address = str(one(graph, service, place)).removeprefix("http://testserver")
            assert client.get(address).status_code == 200


def test_every_distribution_can_be_taken_away(client: TestClient) -> None:
    graph = read(client, "/catalog")
    found = list(graph.objects(DATASET, DCAT.distribution))

    assert len(found) == 6
    for distribution in found:
        address = str(one(graph, distribution, DCAT.downloadURL))
        answer = client.get(address.removeprefix("http://testserver"))
        media_type = answer.headers["content-type"].split(";")[0]
        assert str(one(graph, distribution, DCAT.mediaType)).endswith("/" + media_type)


def test_the_dumps_of_the_void_description_are_those_of_the_catalogue(client) -> None:
    void, catalog = read(client, "/.well-known/void"), read(client, "/catalog")

    assert set(void.objects(DATASET, VOID.dataDump)) == set(catalog.objects(None, DCAT.downloadURL))
