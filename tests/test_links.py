"""Where an answer is to be had again: links, permalinks, what may be kept, and by which names."""

import re
from urllib.parse import quote

import pyoxigraph
import pytest
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.evidence import Bench
from tipgraph.formats import ITEM_TYPES
from tipgraph.graph import SHIPPED
from tipgraph.kinds import kinds
from tipgraph.links import Place
from tipgraph.rdf import read_files
from tipgraph.store import Store
from tipgraph.terms import shorten

PLACES = [
    "/api/v1/impacts?limit=3&group=children",
    "/api/v1/impacts/precipitated-return-of-victims",
    "/api/v1/questions/responses-addressing-impact?limit=2",
]
# Answers that are no list of things of a kind.
TOLD = [
    "/api/v1/ask?q=what+can+be+done+about+online+recruitment+of+children",
    "/api/v1/search?q=remittances&limit=2",
    "/api/v1/matrix?rows=group&columns=document&empty=false",
    "/api/v1/gaps?limit=2",
    "/api/v1/paths?from=online-recruitment-of-children&to=children",
    "/api/v1/network/centrality?limit=2",
]
_LINK = re.compile(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?')


def linked(answer) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for target, relation, kind in _LINK.findall(answer.headers["link"]):
        found.setdefault(relation, []).append((target, kind))
    return found


@pytest.mark.parametrize("place", PLACES)
def test_every_link_leads_to_what_it_says(client: TestClient, place: str) -> None:
    answer = client.get(place)
    links = linked(answer)

    assert {"self", "first", "cite-as", "license", "alternate"} <= set(links)
    assert client.get(links["self"][0][0]).content == answer.content
    assert links["license"] == [("https://creativecommons.org/licenses/by/4.0/", "")]
    assert len(links["alternate"]) == len(ITEM_TYPES) - 1
    for target, kind in links["alternate"]:
        other = client.get(target)
        assert other.status_code == 200
        assert other.headers["content-type"].split(";")[0] == kind
        if kind != "application/json":
            assert "http://www.w3.org/ns/json-ld#context" not in linked(other)


def test_next_in_the_header_is_next_in_the_body(client: TestClient) -> None:
    first = client.get(PLACES[0])
    second = client.get(first.json()["links"]["next"])

    assert linked(first)["next"] == [(first.json()["links"]["next"], "")]
    assert linked(second)["first"] == linked(first)["self"]
    last = client.get("/api/v1/documents")
    assert last.json()["links"]["next"] is None
    assert "next" not in linked(last)


def test_a_long_request_has_no_longer_headers_than_servers_take(client: TestClient) -> None:
    names = sorted({i["id"] for i in client.get("/api/v1/impacts?limit=30").json()["items"]})
    answer = client.get("/api/v1/responses", params={"impact": ",".join(names)})

    assert answer.status_code == 200
    assert "alternate" not in linked(answer)
    assert "cite-as" in linked(answer)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/api/v1/impacts?limit=1&fields=", "label"),
        ("/api/v1/gaps?limit=1&gap=", "impact-without-response"),
    ],
)
def test_the_longest_request_has_no_longer_line_than_clients_take(client, place, value) -> None:
    number = 40_000 // len(value)
    answer = client.get(place + ",".join([value] * number))

    assert answer.status_code == 200
    # Python's own client gives up at 65,536.
    assert max(len(field) for field in answer.headers.values()) < 65_000
    assert len(linked(answer)) == 1
    assert answer.json()["links"]["next"]


def test_what_stands_in_a_link_cannot_end_it(client: TestClient) -> None:
    answer = client.get('/api/v1/responses?q=a>;rel="x",<b')

    assert set(linked(answer)) >= {"self", "first"}
    assert all(">" not in target for targets in linked(answer).values() for target, _ in targets)
    assert "%3E" in linked(answer)["self"][0][0]


# releases


def empty() -> Store:
    return Store(pyoxigraph.Store())


@pytest.mark.parametrize("place", PLACES + TOLD)
def test_a_permalink_is_the_same_answer_and_may_be_kept(client: TestClient, place: str) -> None:
    answer = client.get(place)
    permalink = answer.json()["links"]["permalink"]
    pinned = client.get(permalink)

    assert linked(answer)["cite-as"] == [(permalink, "")]
    assert "release=0.1.0" in permalink
    assert pinned.json()["items"] == answer.json()["items"]
    assert pinned.json()["links"]["permalink"] == permalink
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(permalink, headers={"If-None-Match": pinned.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == pinned.headers["cache-control"]


def test_the_network_as_a_file_has_a_permalink(client: TestClient) -> None:
    answer = client.get("/api/v1/network?format=csv")
    ((permalink, _),) = linked(answer)["cite-as"]
    pinned = client.get(permalink)

    assert permalink.endswith("release=0.1.0")
    assert pinned.content == answer.content
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("place", [*PLACES, *TOLD, "/api/v1/network?format=csv"])
def test_another_release_is_not_found_and_the_answer_says_which_is(client, place: str) -> None:
    answer = client.get(f"{place}{'&' if '?' in place else '?'}release=0.0.9")

    assert answer.status_code == 404
    assert answer.json()["served"] == "0.1.0"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_the_release_is_that_of_the_graph(client: TestClient, tmp_path) -> None:
    meta = tmp_path / "meta.ttl"
    meta.write_text(
        "<https://w3id.org/tipgraph/id/dataset/x> a <http://www.w3.org/ns/dcat#Dataset> ; "
        '<http://www.w3.org/ns/dcat#version> "7.3" .',
        encoding="utf-8",
    )
    store = empty()
    store.add(read_files([meta]))
    other = TestClient(create_app(Bench(store, SHIPPED)))

    assert client.get("/health").json()["release"] == "0.1.0"
    assert other.get("/health").json()["release"] == "7.3"
    assert other.get("/api/v1/impacts").json()["meta"]["release"] == "7.3"
    assert other.get("/api/v1/impacts?release=7.3").status_code == 200
    assert "license" not in linked(other.get("/api/v1/impacts"))


def test_a_graph_that_names_no_release_is_unreleased() -> None:
    bare = TestClient(create_app(Bench(empty(), SHIPPED)))

    assert bare.get("/api/v1/impacts").json()["meta"]["release"] == "unreleased"
    assert bare.get("/api/v1/impacts?release=0.1.0").status_code == 404


@pytest.mark.parametrize(
    "place", ["/api/v1/nothing", "/api/v1/impacts?sort=x", "/sparql?query=x", "/nothing"]
)
def test_a_mistake_is_not_kept(client: TestClient, place: str) -> None:
    assert client.get(place).headers["cache-control"] == "no-store"


# names


@pytest.mark.parametrize("kind", kinds(SHIPPED.queries))
def test_a_thing_is_found_by_slug_curie_and_iri(client: TestClient, kind: str) -> None:
    first = client.get(f"/api/v1/{kind}?limit=1").json()["items"][0]
    iri, home = first["id"], first["links"]["self"]
    whole = client.get(home).json()
    for name in (shorten(iri), quote(iri, safe=""), iri, quote(f"<{iri}>", safe="")):
        answer = client.get(f"/api/v1/{kind}/{name}")
        assert answer.status_code == 200, name
        assert answer.json()["items"] == whole["items"]
        assert answer.json()["links"]["self"] == home


def test_an_iri_of_another_kind_is_not_found(client: TestClient) -> None:
    answer = client.get("/api/v1/impacts/response:internet-safety-programmes")

    assert answer.status_code == 404


def test_a_place_changes_its_parameters_and_keeps_the_others() -> None:
    place = Place("http://h", "/api/v1/impacts", (("a", "1"), ("b", "x y"), ("a", "2,3")))

    assert place.url == "http://h/api/v1/impacts?a=1&b=x+y&a=2,3"
    assert place.but(b=None, c="é").url == "http://h/api/v1/impacts?a=1&a=2,3&c=%C3%A9"
