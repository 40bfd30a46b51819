"""Each address of the graph's own answers with what is said there, the same in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph
import pytest
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.entities import LICENCE
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.rdf import read
from tipgraph.store import Store
from tipgraph.terms import TIP

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE = "https://w3id.org/tipgraph"
THING = "/id/response/internet-safety-programmes"
PASSAGE = "/id/passage/uscri-p001"
FORMATS = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
    "application/trig": pyoxigraph.RdfFormat.TRIG,
    "application/n-quads": pyoxigraph.RdfFormat.N_QUADS,
}
QUADS = {"application/ld+json", "application/trig", "application/n-quads"}
TERMS = "http://purl.org/dc/terms/"
PATHS = [
    THING,
    "/concept/children",
    "/concept/scheme/groups",
    "/id/work/tip-protocol",
    "/id/document/uscri-far-too-socially-distant",
    "/id/dataset/tipgraph",
    "/ontology",
    "/graph/meta",
]


def rdf(client: TestClient, path: str, accept: str = "application/n-quads") -> list:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].split(";")[0] == accept
    return list(pyoxigraph.parse(answer.content, format=FORMATS[accept]))


def canonical(quads: Iterable, *, graphs: bool) -> set[str]:
    data = pyoxigraph.Dataset(quads if graphs else [pyoxigraph.Quad(*q.triple) for q in quads])
    data.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, data))


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize("path", PATHS)
def test_every_format_is_the_same_graph(client: TestClient, path: str, accept: str) -> None:
    graphs = accept in QUADS
    expected = canonical(rdf(client, path), graphs=graphs)

    assert canonical(rdf(client, path, accept), graphs=graphs) == expected


def test_every_address_of_the_graph_answers(client: TestClient, store: Store) -> None:
    rows = store.select("SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s)) }")
    own = {row["s"].value.partition("#")[0] for row in rows if row["s"].value.startswith(BASE)}
    missing = [iri for iri in sorted(own) if not describes(client, iri)]

    assert len(own) > 1_500
    assert missing == []


def describes(client: TestClient, iri: str) -> bool:
    return f"<{iri}> ".encode() in client.get(iri[len(BASE) :] + "?format=ntriples").content


def test_every_term_of_the_ontology_is_described_at_its_address(client, store: Store) -> None:
    rows = store.select("SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s)) }")
    terms = {f"<{row['s'].value}>" for row in rows if row["s"].value.startswith(TIP)}

    assert len(terms) > 100
    assert terms <= {str(quad.subject) for quad in rdf(client, "/ontology")}


def test_every_named_graph_answers_with_its_quads(client: TestClient, store: Store) -> None:
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    for row in store.select(query):
        assert len(rdf(client, row["g"].value[len(BASE) :])) == int(row["n"].value)


def test_no_blank_node_is_left_undescribed(client: TestClient, store: Store) -> None:
    query = "SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s) && isBlank(?o)) }"
    paths = [row["s"].value[len(BASE) :] for row in store.select(query)]
    for path in [*paths[::25], "/ontology"]:
        assert undescribed(rdf(client, path)) == set()


def undescribed(quads: list) -> set[str]:
    blank = pyoxigraph.BlankNode
    named = {str(q.object) for q in quads if isinstance(q.object, blank)}
    return named - {str(q.subject) for q in quads}


def test_lists_and_nested_blank_nodes_are_described_whole() -> None:
    data = b"""<https://w3id.org/tipgraph/id/work/x> a <a:c> ; <a:p>
        ( 1 ( 2 3 4 ) [ <a:q> ( 5 6 ) ] ) . <a:other> <a:p> [ <a:q> 7 ] ."""
    store = Store(pyoxigraph.Store())
    quads = [
        type(q)(q.subject, q.predicate, q.object, f"{BASE}/graph/x") for q in read(data, "turtle")
    ]
    store.add(quads)
    told = rdf(TestClient(create_app(Bench(store, SHIPPED))), "/id/work/x")
    numbers = {q.object.value for q in told if isinstance(q.object, pyoxigraph.Literal)}

    assert numbers == {"1", "2", "3", "4", "5", "6"}
    assert undescribed(told) == set()
    assert len(told) == len(quads) - 2


def test_what_says_something_of_a_thing_is_there_with_its_graph(client: TestClient) -> None:
    told = rdf(client, THING)
    incoming = {str(q.predicate) for q in told if str(q.object) == f"<{BASE}{THING}>"}

    assert f"<{BASE}/ontology#aboutResponse>" in incoming
    assert {str(q.graph_name) for q in told} >= {
        f"<{BASE}/graph/things>",
        f"<{BASE}/graph/derived>",
    }


def test_too_much_said_of_a_thing_is_left_out_whole() -> None:
    store = Store(pyoxigraph.Store())
    lines = [f"<a:{n}> <a:p> <{BASE}/concept/x> <{BASE}/graph/x> ." for n in range(1_001)]
    client = TestClient(create_app(Bench(store, SHIPPED)))
    own = f"<{BASE}/concept/x> <a:p> <a:q> <{BASE}/graph/x> ."
    store.add(read("\n".join([own, *lines[:1_000]]).encode(), "nquads"))
    assert len(rdf(client, "/concept/x")) == 1_001

    store.add(read(lines[1_000].encode(), "nquads"))
    assert len(rdf(client, "/concept/x")) == 1


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (THING, "/api/v1/responses/internet-safety-programmes"),
        ("/concept/children", "/api/v1/concepts/children"),
        ("/id/actor/unicef", "/api/v1/actors/unicef"),
    ],
)
def test_a_reader_is_led_to_all_that_is_known(client, path: str, target: str) -> None:
    json = {"Accept": "application/json"}
    answer = client.get(path, headers=json, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].endswith(target)
    assert answer.headers["vary"].startswith("Accept")
    assert client.get(answer.headers["location"], headers=json).status_code == 200


@pytest.mark.parametrize("path", PATHS[:-1])
def test_a_browser_gets_a_page_that_leads_to_every_format(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)

    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == "text/html"
    assert answer.headers["vary"].startswith("Accept")
    assert f'<{BASE}{path}>; rel="canonical"' in answer.headers["link"]
    for form in ("turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads"):
        assert f'href="{path}?format={form}"' in answer.text
    assert client.get(path + "?format=html").text == answer.text


def test_every_item_links_to_an_address_that_answers(client: TestClient) -> None:
    for kind in ("responses", "groups", "actors", "figures", "concepts"):
        item = client.get(f"/api/v1/{kind}?limit=1").json()["items"][0]

        assert client.get(item["links"]["html"]).status_code == 200


def test_the_links_of_an_answer_lead_on(client: TestClient) -> None:
    links = client.get(THING).headers["link"].split(", ")

    assert f'<{BASE}{THING}>; rel="canonical"' in links
    assert f'<{BASE}/ontology#PolicyResponse>; rel="type"' in links
    assert f'<{LICENCE}>; rel="license"' in links
    others = [link for link in links if "alternate" in link]
    assert len(others) == 6
    for link in others:
        address, media = link[1:].split(">")[0], link.split('type="')[1].rstrip('"')
        assert client.get(address).headers["content-type"].split(";")[0] == media


def test_the_licence_is_that_of_the_dataset(client: TestClient) -> None:
    told = rdf(client, "/id/dataset/tipgraph")

    assert [q.object.value for q in told if q.predicate.value == TERMS + "license"] == [LICENCE]


def test_the_answer_says_where_its_format_is_for_good(client: TestClient) -> None:
    answer = client.get(THING, headers={"Accept": "application/n-triples"})
    again = client.get(answer.headers["content-location"])

    assert again.headers["content-type"] == "application/n-triples"
    assert again.content == answer.content
    assert "Accept" in answer.headers["vary"]


def test_a_term_that_was_replaced_names_its_successor() -> None:
    store = Store(pyoxigraph.Store())
    old, new = f"<{BASE}/concept/old>", f"<{BASE}/concept/new>"
    store.add(read(f"{old} <{TERMS}isReplacedBy> {new} <{BASE}/graph/x> .".encode(), "nquads"))
    answer = TestClient(create_app(Bench(store, SHIPPED))).get("/concept/old?format=turtle")

    assert f'{new}; rel="successor-version"' in answer.headers["link"]


def test_head_has_the_headers_of_get(client: TestClient) -> None:
    got, head = client.get(f"{THING}?format=nquads"), client.head(f"{THING}?format=nquads")

    assert head.content == b""
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["link"] == got.headers["link"]


def test_the_ontology_answers_under_its_version_alone(client: TestClient) -> None:
    version = [
        q.object.value for q in rdf(client, "/ontology") if q.predicate.value.endswith("versionIRI")
    ]

    assert client.get(version[0][len(BASE) :]).status_code == 200
    assert client.get("/ontology/0.0.9").status_code == 404


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/id/response/internet-safety-programme", THING),
        (THING + "/", THING),
        ("/concept/childrens", "/concept/children"),
        ("/graph/concept", "/graph/concepts"),
    ],
)
def test_what_is_not_in_the_graph_has_neighbours_that_are(client, path: str, near: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert near in answer.json()["suggestions"]


HOSTILE = [
    "/id/",
    "/id//",
    "/id/../../etc/passwd",
    "/id/%00",
    "/id/%ff%fe",
    "/id/response/%3E%20%7D%20SELECT%20*",
    "/id/response/x%0d%0aSet-Cookie:a",
    "/concept/" + "a" * 20_000,
    "/concept/" + "a/" * 5_000,
    "/concept/%F0%9F%98%80",
    "/graph/%22",
    "/graph/",
    "/ontology/%3E",
]


@pytest.mark.parametrize("path", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [("?format=pdf", "*/*", 422), ("?fromat=trig", "*/*", 422), ("", "image/png", 406)],
)
def test_a_format_that_is_not_there_is_refused(
    client, query: str, accept: str, status: int
) -> None:
    for path in (THING, "/graph/meta", "/ontology"):
        assert client.get(path + query, headers={"Accept": accept}).status_code == status
