import pyoxigraph
import pytest
from fastapi.testclient import TestClient

BASE = "https://w3id.org/tipgraph"
THING = "/id/response/internet-safety-programmes"
FORMATS = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
}


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize(
    "path",
    [THING, "/concept/children", "/concept/scheme/groups", "/id/work/tip-protocol", "/ontology"],
)
def test_an_iri_of_the_graph_answers_in_rdf(client: TestClient, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    read = list(pyoxigraph.parse(answer.content, format=FORMATS[accept]))
    subjects = {str(getattr(t, "subject", None)) for t in read}

    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == accept
    assert f"<{BASE}{path}>" in subjects


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (THING, "/api/v1/responses/internet-safety-programmes"),
        ("/concept/children", "/api/v1/concepts/children"),
        ("/id/actor/unicef", "/api/v1/actors/unicef"),
    ],
)
def test_a_browser_is_led_to_all_that_is_known(client, path: str, target: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].endswith(target)
    assert client.get(target).status_code == 200


def test_every_item_links_to_an_address_that_answers(client: TestClient) -> None:
    for kind in ("responses", "groups", "actors", "figures", "concepts"):
        item = client.get(f"/api/v1/{kind}?limit=1").json()["items"][0]

        assert client.get(item["links"]["html"]).status_code == 200


def test_what_is_not_in_the_graph_is_not_found(client: TestClient) -> None:
    answer = client.get("/id/response/none-such")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
