"""`/api/v1/validate`: what is wrong with data, in JSON, CSV and as a SHACL report."""

import csv
import gzip
import io
from pathlib import Path

import pyoxigraph
import pytest
from fastapi.testclient import TestClient
from rdflib import RDF, SH, Graph, URIRef

MODELS = Path(__file__).parent / "models"
ADDRESS = "/api/v1/validate"
TURTLE = {"Content-Type": "text/turtle"}
BROKEN = (MODELS / "invalid" / "StatementSpeaker.ttl").read_bytes()
GRAPHS = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
}
TWO_FAULTS = BROKEN + b"\nc:zz-Tiny a skos:Concept .\n"


def test_a_finding_says_where_what_and_what_to_do(client: TestClient) -> None:
    answer = client.post(ADDRESS, content=BROKEN, headers=TURTLE)
    (item,) = answer.json()["items"]

    assert answer.status_code == 200
    assert item["severity"] == "Violation"
    assert item["rule"]["name"] == "StatementSpeaker"
    assert item["focus"]["id"] == "https://w3id.org/tipgraph/id/statement/impact"
    assert item["focus"]["label"] == "Tiny impact stated"
    assert item["path"] == "tip:speaker"
    assert item["message"] == "Nobody is named whose claim this is."
    assert item["fix"].startswith("Give tip:speaker an actor")
    assert BROKEN.splitlines()[item["line"] - 1] == b"statement:impact"


def test_the_counts_are_those_of_the_items(client: TestClient) -> None:
    body = client.post(ADDRESS, content=TWO_FAULTS, headers=TURTLE).json()
    meta = body["meta"]

    assert meta["conforms"] is False
    assert meta["total"] == meta["returned"] == len(body["items"]) == sum(meta["counts"].values())
    assert meta["total"] > 1


def test_data_without_fault_conform(client: TestClient) -> None:
    content = (MODELS / "valid" / "StatementSpeaker.ttl").read_bytes()
    body = client.post(ADDRESS, content=content, headers=TURTLE).json()

    assert body["items"] == []
    assert body["meta"]["conforms"] is True
    assert body["meta"]["beside"] == "graph"


@pytest.mark.parametrize("accept", GRAPHS)
def test_the_report_graph_agrees_with_the_json(client: TestClient, accept: str) -> None:
    items = client.post(ADDRESS, content=TWO_FAULTS, headers=TURTLE).json()["items"]
    answer = client.post(ADDRESS, content=TWO_FAULTS, headers=TURTLE | {"Accept": accept})
    triples = [q.triple for q in pyoxigraph.parse(answer.content, format=GRAPHS[accept])]
    plain = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES)
    graph = Graph().parse(data=plain, format="nt")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    told = sorted((i["focus"]["id"], f"{i['message']} {i['fix']}") for i in items)

    assert answer.headers["content-type"].split(";")[0] == accept
    assert graph.value(report, SH.conforms).toPython() is False
    assert told == sorted(
        (str(graph.value(r, SH.focusNode)), str(graph.value(r, SH.resultMessage)))
        for r in graph.objects(report, SH.result)
    )


def test_each_result_has_what_shacl_asks_of_it(client: TestClient) -> None:
    answer = client.post(f"{ADDRESS}?format=turtle", content=TWO_FAULTS, headers=TURTLE)
    graph = Graph().parse(data=answer.content, format="turtle")
    for result in graph.subjects(RDF.type, SH.ValidationResult):
        for needed in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert isinstance(graph.value(result, needed), URIRef)


def test_a_path_of_several_steps_is_described_whole(client: TestClient) -> None:
    content = (MODELS / "invalid" / "ConceptPlace.ttl").read_bytes()
    answer = client.post(f"{ADDRESS}?format=ntriples", content=content, headers=TURTLE)
    graph = Graph().parse(data=answer.content, format="nt")
    (path,) = graph.objects(None, SH.resultPath)
    steps = [
        str(step).rsplit("#", 1)[-1] for step in graph.items(graph.value(path, SH.alternativePath))
    ]

    assert sorted(steps) == ["broader", "topConceptOf"]


def test_a_table_has_a_row_a_finding(client: TestClient) -> None:
    answer = client.post(f"{ADDRESS}?format=csv", content=BROKEN, headers=TURTLE)
    (row,) = csv.DictReader(io.StringIO(answer.text))

    assert row["rule"] == "StatementSpeaker"
    assert row["path"] == "tip:speaker"


def test_more_findings_than_are_shown_are_counted(client: TestClient) -> None:
    content = "".join(f"<http://example.org/{n}> a <{CONCEPT}> .\n" for n in range(300)).encode()
    body = client.post(ADDRESS, content=content, headers=TURTLE).json()
    table = client.post(f"{ADDRESS}?format=csv", content=content, headers=TURTLE)

    assert body["meta"]["total"] > body["meta"]["returned"] == len(body["items"]) == 1000
    assert sum(body["meta"]["counts"].values()) == body["meta"]["total"]
    assert table.status_code == 413


CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
BODIES = [
    (b"<a:b> <a:c>\n , .", "text/turtle", 400),
    (b"{", "application/ld+json", 400),
    (b"<!DOCTYPE a><a/>", "application/rdf+xml", 400),
    (b"", "application/sparql-query", 415),
    (b"", "", 415),
    (b"", "text/turtle; charset=utf-16", 415),
    (b"#" * 1_000_001, "text/turtle", 413),
]
QUERIES = [
    ("", "image/png", 406),
    ("?besides=graph", "*/*", 422),
    ("?beside=nothing", "*/*", 422),
    ("?beside=graph&beside=graph", "*/*", 422),
    ("?format=pdf", "*/*", 422),
]


@pytest.mark.parametrize(("content", "kind", "status"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_not_read_has_its_status(client, content, kind: str, status: int) -> None:
    answer = client.post(ADDRESS, content=content, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("query", "accept", "status"), QUERIES)
def test_a_mistake_in_the_request_has_its_status(client, query, accept, status: int) -> None:
    answer = client.post(ADDRESS + query, content=b"", headers=TURTLE | {"Accept": accept})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_does_not_parse_has_its_place(client: TestClient) -> None:
    problem = client.post(ADDRESS, content=b"<a:b> <a:c>\n , .", headers=TURTLE).json()

    assert (problem["line"], problem["column"]) == (2, 2)
    assert "line 2, column 2" in problem["detail"]


def test_a_packed_body_is_refused(client: TestClient) -> None:
    headers = TURTLE | {"Content-Encoding": "gzip"}

    assert client.post(ADDRESS, content=gzip.compress(BROKEN), headers=headers).status_code == 415


def test_the_address_takes_post_alone(client: TestClient) -> None:
    assert client.get(ADDRESS).status_code in {404, 405}
