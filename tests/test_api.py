import csv
import io
import re

import pyoxigraph
import pytest
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED

KINDS = [
    "responses",
    "impacts",
    "groups",
    "actors",
    "documents",
    "resources",
    "figures",
    "statements",
    "concepts",
]
ASKED = "/api/v1/responses?impact=online-recruitment-of-children"
ID = "https://w3id.org/tipgraph/id/"


@pytest.fixture(scope="module")
def quoting(example) -> TestClient:
    """The service on the example graph, with its text at hand."""
    return TestClient(create_app(example))


def paths(items) -> list[str]:
    return [item["id"].removeprefix(ID) for item in items]


def test_the_users_question_over_rest(client: TestClient) -> None:
    body = client.get(ASKED).json()

    assert sorted(paths(body["items"])) == [
        "response/internet-safety-programmes",
        "response/legislation-on-online-exploitation",
        "response/protecting-children-online-guidance",
        "response/training-on-law-and-digital-evidence",
    ]
    for item in body["items"]:
        assert item["why"] == ["addresses Children targeted by traffickers online"]
        first = item["evidence"][0]
        assert first["statement"]["kind"] == "addressing"
        assert first["statement"]["link_basis"] == "curator-inferred"
        assert first["phrase"]
        assert first["spans"]


def test_an_answer_has_the_keys_of_the_contract(client: TestClient) -> None:
    body = client.get(ASKED).json()
    item = body["items"][0]

    assert list(body) == ["items", "meta", "links"]
    assert list(item)[:6] == ["id", "type", "label", "description", "why", "evidence"]
    assert set(item["evidence"][0]) == {
        "id",
        "type",
        "document",
        "statement",
        "section",
        "phrase",
        "spans",
        "quote",
    }
    assert set(item["evidence"][0]["document"]) == {
        "id",
        "title",
        "publisher",
        "issued",
        "url",
        "sha256",
    }
    assert set(item["evidence"][0]["statement"]) == {
        "id",
        "kind",
        "modality",
        "basis",
        "link_basis",
    }
    assert set(item["evidence"][0]["spans"][0]) == {"start", "end"}
    assert {"addresses", "groups", "addressees", "actors", "pillars", "documents"} <= set(item)
    assert set(item["links"]) == {"self", "html"}
    assert set(body["meta"]) == {
        "total",
        "returned",
        "limit",
        "release",
        "question",
        "sparql",
        "coverage",
    }
    assert set(body["links"]) == {"self", "next", "permalink", "csv", "jsonld"}


def test_without_source_texts_the_quotation_is_null_and_the_rest_stands(client) -> None:
    evidence = client.get(ASKED).json()["items"][0]["evidence"][0]

    assert evidence["quote"] is None
    assert evidence["document"]["sha256"]


def test_with_source_texts_the_quotation_appears(quoting: TestClient) -> None:
    items = quoting.get("/api/v1/impacts?group=workers").json()["items"]

    assert [(i["label"], i["evidence"][0]["quote"]) for i in items] == [
        (
            "Dock workers lose their jobs",
            "Dock workers 🚢 lost their jobs when the harbour closed.",
        ),
        (
            "Dock workers take loans",
            "Some of them took loans they could not pay back. […] at rates nobody had agreed to.",
        ),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_thing_of_a_kind_has_evidence(client: TestClient, kind: str) -> None:
    url, seen, total = f"/api/v1/{kind}?limit=500", [], None
    while url:
        body = client.get(url).json()
        seen += [item["id"] for item in body["items"]]
        total = body["meta"]["total"]
        assert all(item["evidence"] for item in body["items"])
        url = body["links"]["next"]

    assert len(seen) == len(set(seen)) == total > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_is_found_by_the_link_that_lists_it(client: TestClient, kind: str) -> None:
    first = client.get(f"/api/v1/{kind}?limit=1").json()["items"][0]
    again = client.get(first["links"]["self"]).json()["items"]

    assert [item["id"] for item in again] == [first["id"]]
    assert again[0]["label"] == first["label"]
    assert client.get(f"/api/v1/{kind}/{first['id'].split('/')[-1]}").status_code == 200


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_neither_skip_nor_repeat(client: TestClient, limit: int) -> None:
    whole = paths(client.get("/api/v1/impacts?limit=500").json()["items"])
    url, walked = f"/api/v1/impacts?limit={limit}", []
    while url:
        body = client.get(url).json()
        walked += paths(body["items"])
        url = body["links"]["next"]

    assert walked == whole


def facets(client: TestClient):
    kinds = client.get("/api/v1").json()["items"]
    return [
        (kind["name"], facet, takes) for kind in kinds for facet, takes in kind["facets"].items()
    ]


def some_values(client: TestClient, takes: str) -> list[str]:
    """Values that a facet takes: its words, or things of its class from all over the list."""
    if "|" in takes:
        return takes.split("|")
    query = {
        "skos:ConceptScheme": "skos:ConceptScheme",
        "skos:Concept": "skos:Concept",
    }.get(takes, f"tip:{takes}")
    rows = client.get(
        "/sparql",
        params={
            "query": "PREFIX tip: <https://w3id.org/tipgraph/ontology#> "
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
            f"SELECT ?x WHERE {{ ?x a {query} }} ORDER BY ?x"
        },
    ).json()["results"]["bindings"]
    return [row["x"]["value"] for row in rows[:: max(1, len(rows) // 3)]]


def test_the_query_that_is_shown_gives_the_items_that_are_shown(client: TestClient) -> None:
    for kind, facet, takes in facets(client):
        for value in some_values(client, takes):
            given = {facet: value, "limit": 500, "fields": "label"}
            body = client.get(f"/api/v1/{kind}", params=given).json()
            rows = client.get("/sparql", params={"query": body["meta"]["sparql"]}).json()
            found = {row["item"]["value"] for row in rows["results"]["bindings"]}

            assert found == {item["id"] for item in body["items"]}, (kind, facet, value)


def test_two_facets_narrow_together_and_the_query_shown_does_too(client: TestClient) -> None:
    url = "/api/v1/responses?impact=online-recruitment&kind=recommendation&pillar=prevention"
    body = client.get(url).json()
    rows = client.get("/sparql", params={"query": body["meta"]["sparql"]}).json()

    assert "response/internet-safety-programmes" in paths(body["items"])
    assert {r["item"]["value"] for r in rows["results"]["bindings"]} == {
        item["id"] for item in body["items"]
    }
    assert all("belongs to Prevention" in item["why"] for item in body["items"])


def test_a_facet_includes_what_is_narrower(client: TestClient) -> None:
    broad = set(paths(client.get("/api/v1/impacts?group=migrants&limit=500").json()["items"]))
    narrow = paths(client.get("/api/v1/impacts?group=migrant-domestic-workers").json()["items"])

    assert narrow == ["impact/confined-migrant-domestic-workers"]
    assert set(narrow) < broad


def test_several_values_widen(client: TestClient) -> None:
    one = "group=migrant-domestic-workers"
    two = "group=tenants"
    joined = paths(
        client.get("/api/v1/impacts?group=migrant-domestic-workers,tenants").json()["items"]
    )
    repeated = paths(client.get(f"/api/v1/impacts?{one}&{two}").json()["items"])
    single = [paths(client.get(f"/api/v1/impacts?{q}").json()["items"]) for q in (one, two)]

    assert joined == repeated
    assert set(joined) == set(single[0]) | set(single[1])


def test_nothing_found_is_an_answer(client: TestClient) -> None:
    answer = client.get("/api/v1/responses?impact=precipitated-return-of-victims")

    assert answer.status_code == 200
    assert answer.json()["items"] == []
    assert answer.json()["meta"]["total"] == 0
    assert set(answer.json()["meta"]["coverage"].values()) == {"complete"}


def test_what_no_statement_speaks_of_was_assessed(client: TestClient) -> None:
    item = client.get("/api/v1/concepts/organ-removal").json()["items"][0]

    assert item["standard_category"] == [True]
    assert {e["statement"]["kind"] for e in item["evidence"]} == {"coverage"}
    assert len(item["evidence"]) == 4


@pytest.mark.parametrize(
    ("url", "status", "hint"),
    [
        ("/api/v1/responses?impact=online-recrutment", 422, "online-recruitment"),
        ("/api/v1/responses?imapct=online-recruitment", 422, "impact"),
        ("/api/v1/responses?kind=recomendation", 422, "recommendation"),
        ("/api/v1/responses?impact=", 422, "empty"),
        ("/api/v1/responses?limit=0", 422, "from 1 to 500"),
        ("/api/v1/responses?limit=many", 422, "from 1 to 500"),
        ("/api/v1/responses?limit=" + "9" * 5000, 422, "from 1 to 500"),
        ("/api/v1/responses?limit=5&limit=7", 422, "give it once"),
        ("/api/v1/responses?format=csv&format=json", 422, "give it once"),
        ("/api/v1/responses?cursor=WzEsMl0", 422, "cursor"),
        ("/api/v1/questions/" + "a" * 5000, 404, "no question"),
        ("/api/v1/responses?cursor=zzz", 422, "cursor"),
        ("/api/v1/responses?cursor=%F0%9F%9A%A2", 422, "cursor"),
        ("/api/v1/responses?format=pdf", 422, "json"),
        ("/api/v1/response", 404, "responses"),
        ("/api/v1/responses/internet-safety-programs", 404, "internet-safety-programmes"),
        ("/api/v1/responses/internet-safety-programmes?x=1", 422, "format"),
        ("/api/v1/questions/responses-addresing-impact", 404, "responses-addressing-impact"),
        ("/api/v1/questions/responses-addressing-impact?impct=x", 422, "impact"),
        ("/api/v1/questions/impacts-on-group?cursor=abc", 422, "cursor"),
        ("/nothing/here", 404, "Not Found"),
    ],
)
def test_a_mistake_is_told_with_what_is_nearest(client, url: str, status: int, hint: str) -> None:
    answer = client.get(url)
    body = answer.json()

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    assert body["status"] == status
    assert hint in body["detail"]


def test_a_method_that_is_not_there_is_a_problem_document(client: TestClient) -> None:
    answer = client.post("/api/v1/responses")

    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_csv_has_a_row_for_each_item_and_evidence(client: TestClient) -> None:
    body = client.get(ASKED).json()
    answer = client.get(ASKED, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(rows) == sum(len(item["evidence"]) for item in body["items"])
    assert {row["id"] for row in rows} == {item["id"] for item in body["items"]}
    assert all(row["phrase"] and row["statement"] for row in rows)
    assert client.get(body["links"]["csv"]).text == answer.text


def test_json_ld_and_turtle_say_the_same(client: TestClient) -> None:
    graphs = [
        pyoxigraph.Dataset(
            q if isinstance(q, pyoxigraph.Quad) else pyoxigraph.Quad(*q)
            for q in pyoxigraph.parse(
                client.get(ASKED, headers={"Accept": kind}).content, format=form
            )
        )
        for kind, form in (
            ("application/ld+json", pyoxigraph.RdfFormat.JSON_LD),
            ("text/turtle", pyoxigraph.RdfFormat.TURTLE),
        )
    ]
    for graph in graphs:
        graph.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)

    assert len(graphs[0]) > 20
    assert set(graphs[0]) == set(graphs[1])


def test_an_accept_header_of_nothing_is_none(client: TestClient) -> None:
    assert client.get(ASKED, headers={"Accept": ",,"}).status_code == 200


def test_links_to_other_formats_keep_the_page(client: TestClient) -> None:
    first = client.get("/api/v1/impacts?limit=3").json()
    second = client.get(first["links"]["next"]).json()
    rows = list(csv.DictReader(io.StringIO(client.get(second["links"]["csv"]).text)))

    assert {row["id"] for row in rows} == {item["id"] for item in second["items"]}


def test_a_questions_items_are_things_with_their_own_words(client: TestClient) -> None:
    url = "/api/v1/questions/responses-addressing-impact"
    answer = client.get(url).json()
    things = client.get("/api/v1/responses?limit=500").json()["items"]
    descriptions = {item["id"]: item["description"] for item in things}

    for item in answer["items"]:
        assert item["description"] == descriptions[item["id"]]
        assert {"id", "label"} == set(item["document"][0])
        assert not any(key.endswith("Label") for key in item)


def test_items_of_every_question_link_to_what_answers(client: TestClient) -> None:
    for question in client.get("/api/v1/questions").json()["items"]:
        item = client.get(question["links"]["example"]).json()["items"][0]

        assert client.get(item["links"]["self"]).status_code == 200, question["name"]
        assert client.get(item["links"]["html"]).status_code == 200, question["name"]


def test_the_page_of_operations_needs_no_other_host(client: TestClient) -> None:
    page = client.get("/docs").text

    assert "/api/v1/impacts/{slug}" in page
    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', page)
    assert loaded
    assert all(each.startswith("/static/") for each in loaded)


def test_what_cannot_be_given_is_406(client: TestClient) -> None:
    answer = client.get(ASKED, headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert "application/json" in answer.json()["detail"]


def test_every_question_is_listed_and_its_example_answers(client: TestClient) -> None:
    listed = client.get("/api/v1/questions").json()["items"]

    assert len(listed) >= 30
    for question in listed:
        answer = client.get(question["links"]["example"])
        assert answer.status_code == 200
        assert answer.json()["items"]
        assert answer.json()["meta"]["question"]["name"] == question["name"]


def test_a_question_in_csv_is_its_rows(client: TestClient) -> None:
    url = "/api/v1/questions/impacts-on-group?group=migrant-domestic-workers"
    rows = list(csv.DictReader(io.StringIO(client.get(url, headers={"Accept": "text/csv"}).text)))

    assert [row["item"] for row in rows] == ["impact:confined-migrant-domestic-workers"]
    assert rows[0]["statement"].startswith("statement:unodc-")


def test_health_tells_what_is_served(client: TestClient, store) -> None:
    body = client.get("/health").json()

    assert body["status"] == "ok"
    assert body["quads"] == len(store)


def test_an_error_of_ours_shows_no_path() -> None:
    broken = TestClient(create_app(Bench(None, SHIPPED)), raise_server_exceptions=False)
    answer = broken.get("/api/v1/responses")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "The service made a mistake; it is in its log."
