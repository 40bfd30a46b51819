"""What the OpenAPI document says is what the service does."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from test_journal import lines, logged
from test_remote import address as address_of
from test_remote import playing, says

from tipgraph.app import create_app
from tipgraph.evidence import Bench
from tipgraph.formats import ITEM_TYPES
from tipgraph.graph import SHIPPED
from tipgraph.journal import Journal
from tipgraph.lookup import Lookup
from tipgraph.openapi import ask, brief
from tipgraph.operations import Status
from tipgraph.questions import Questions
from tipgraph.reference import Reference
from tipgraph.remote import RemoteStore
from tipgraph.switch import Loaded, Switch
from tipgraph.transport import Bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = (
    "actors",
    "concepts",
    "documents",
    "figures",
    "groups",
    "impacts",
    "resources",
    "responses",
    "statements",
)
# What is long in every format, and what leads elsewhere.
WITHOUT_EXAMPLE = {"/", "/.well-known/void", "/dump/{name}", "/graph/doc/{slug}"}
NOTHING: dict[str, Any] = {"content": {}}
TURTLE = {"Content-Type": "text/turtle"}
PREFIXES = b"""
    @prefix impact: <https://w3id.org/tipgraph/id/impact/> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix tip: <https://w3id.org/tipgraph/ontology#> .
"""
DATA = {
    "nothing": b"",
    "a thing": b"impact:x a tip:Impact .",
    "a value in a language": b'impact:x a tip:Impact ; skos:prefLabel "a"@en, "b"@en, "c" .',
    "a value that is a thing": b"impact:x a tip:Impact ; tip:theme tip:nothing .",
    "a blank node": b"[] a tip:Impact ; tip:theme [] .",
}


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    return client.get("/openapi.json").json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def fits(document: dict[str, Any], name: str, value: object) -> list[str]:
    """What is wrong with *value* by the schema called *name*."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def names(document: dict[str, Any], path: str) -> dict[str, Any]:
    return {p["name"]: p for p in document["paths"][path]["get"]["parameters"] if "name" in p}


def test_the_document_is_valid_openapi_3_1(document) -> None:
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_each_route_is_described_and_nothing_else(bench: Bench) -> None:
    app = create_app(bench)
    lookup = Lookup(bench)
    reference = Reference(bench, lookup, Questions(bench, lookup.names))
    routers = [included.original_router for included in app.router.routes]
    own = {route.path for router in routers for route in router.routes}
    own -= {"/openapi.json", "/docs"}
    own -= {
        r.path for router in routers for r in router.routes if "Pages" in getattr(r, "tags", ())
    }

    described = {operation.route for operation in reference.operations(own)}

    assert described == own


def test_operations_have_names_of_their_own(document) -> None:
    found = [operation["operationId"] for _, operation in operations(document)]
    assert len(found) == len(set(found))
    assert {"listResponses", "getResponse", "askImpactsOnGroup", "querySparql"} <= set(found)


def test_each_operation_says_what_it_is_and_shows_an_answer(document) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for path, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
        if path not in WITHOUT_EXAMPLE:
            contents = operation["responses"]["200"]["content"].values()
            assert any(content.get("example") for content in contents), path


def test_each_parameter_is_described_with_an_example_that_fits(document) -> None:
    for path, operation in operations(document):
        for parameter in operation.get("parameters", []):
            if "$ref" in parameter or parameter["name"] in {"cursor", "default-graph-uri"}:
                continue
            assert parameter["description"], (path, parameter["name"])
            if "example" in parameter:
                schema = {**parameter["schema"], "components": document["components"]}
                validator = Draft202012Validator(schema)
                assert validator.is_valid(parameter["example"]), (path, parameter)


def test_examples_fit_the_schemas_that_they_stand_beside(document) -> None:
    shown = 0
    for path, operation in operations(document):
        for media, content in operation["responses"].get("200", NOTHING)["content"].items():
            if "example" in content and media.endswith("json"):
                schema = {**content["schema"], "components": document["components"]}
                found = Draft202012Validator(schema).iter_errors(content["example"])
                assert [error.message[:200] for error in found] == [], (path, media)
                shown += 1
    assert shown >= len(document["paths"]) - len(WITHOUT_EXAMPLE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_thing_of_a_kind_fits_the_schema_of_whole_items(client, document, kind) -> None:
    page = f"{kind[:-1].capitalize()}Page"
    address, seen = f"/api/v1/{kind}?limit=500", 0
    while address:
        body = client.get(address).json()
        assert fits(document, page, body) == []
        seen += len(body["items"])
        address = body["links"]["next"]
    assert seen == body["meta"]["total"] > 0


def test_the_answer_to_each_question_fits_the_schema_of_whole_items(client, document) -> None:
    for question in client.get("/api/v1/questions").json()["items"]:
        title = "".join(part.capitalize() for part in question["name"].split("-"))
        for address in (question["links"]["self"], question["links"]["example"]):
            body = client.get(address).json()
            assert fits(document, f"{title}Answer", body) == [], address


def test_other_answers_fit_their_schemas(client, document) -> None:
    for address, name in (
        ("/api/v1", "KindList"),
        ("/api/v1/questions", "QuestionList"),
        ("/health", "Health"),
        ("/ready", "Readiness"),
        ("/sparql?query=SELECT * { ?s ?p 'no such thing' }", "SparqlResults"),
        ("/sparql?query=ASK {}", "SparqlResults"),
        ("/sparql?query=SELECT (1 AS ?n) ('a'@en AS ?t) {}", "SparqlResults"),
        ("/api/v1/impacts?fields=label", "ImpactPagePart"),
    ):
        assert fits(document, name, client.get(address).json()) == [], address


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/sparql?query=SELECT", 400),
        ("/sparql?query=SELECT * { SERVICE <http://example.org/> {} }", 400),
        ("/api/v1/impacts/no-such-impact", 404),
        ("/api/v1/impacts?release=0.0.0", 404),
        ("/no-such-address", 404),
        ("/api/v1/impacts?group=chldren", 422),
        ("/api/v1/impacts?colour=red", 422),
        ("/api/v1/impacts?limit=", 422),
        ("/api/v1/impacts?sort=", 422),
        ("/api/v1/context.jsonld?of=", 422),
        ("/api/v1/context.jsonld?lang=", 422),
        ("/concept/%C2%84", 404),
        ("/api/v1/impacts?cursor=abc", 422),
    ],
)
def test_problems_fit_their_schema(client, document, address, status) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert fits(document, "Problem", answer.json()) == []


@pytest.mark.parametrize("data", DATA)
def test_each_report_on_data_fits_its_schema(client, document, data) -> None:
    answer = client.post("/api/v1/validate", content=PREFIXES + DATA[data], headers=TURTLE)
    assert fits(document, "ValidationReport", answer.json()) == []
    assert answer.json()["meta"]["conforms"] == (data == "nothing")


def test_the_example_of_a_report_is_that_on_the_example_of_data(client, document) -> None:
    operation = document["paths"]["/api/v1/validate"]["post"]
    data = operation["requestBody"]["content"]["text/turtle"]["example"]
    shown = operation["responses"]["200"]["content"]["application/json"]["example"]
    report = client.post("/api/v1/validate", content=data, headers=TURTLE).json()
    assert shown["items"] == report["items"][:1]
    assert shown["meta"]["counts"] == report["meta"]["counts"]


@pytest.mark.parametrize(
    ("address", "kind", "content", "status"),
    [
        ("/api/v1/validate", "text/turtle", b"no data", 400),
        ("/api/v1/validate", "application/ld+json", b'"no data"', 400),
        ("/api/v1/validate", "text/turtle", b" " * 1_000_001, 413),
        ("/api/v1/validate", "text/html", b"", 415),
        ("/api/v1/validate?beside=nothing", "text/turtle", b"", 422),
        ("/sparql", "application/sparql-query", b"SELECT", 400),
        ("/sparql", "application/sparql-query", b" " * 1_000_001, 413),
        ("/sparql?" + "x" * 50_001, "application/sparql-query", b"ASK {}", 414),
        ("/sparql", "text/html", b"", 415),
        ("/sparql?format=x", "application/sparql-query", b"ASK {}", 422),
    ],
    ids=str,
)
def test_what_is_refused_in_a_body_is_described(  # noqa: PLR0917 - a row of the table is four
    client, document, address, kind, content, status
) -> None:
    answer = client.post(address, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert fits(document, "Problem", answer.json()) == []
    assert str(status) in document["paths"][address.split("?")[0]]["post"]["responses"]


def test_what_is_of_the_moment_is_described_without_a_tag(client, document) -> None:
    for address in ("/health", "/ready", "/metrics"):
        responses = document["paths"][address]["get"]["responses"]
        answer = client.get(address)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        assert "ETag" not in responses["200"]["headers"]
        assert "304" not in responses


@pytest.mark.parametrize("status", [302, 500])
def test_a_fault_of_a_remote_store_fits_the_schema_of_problems(document, status) -> None:
    with playing(says(status)) as stage:
        remote = RemoteStore(address_of(stage), bounds=Bounds(tries=1))
        app = create_app(Bench(remote, SHIPPED))
        answer = TestClient(app, raise_server_exceptions=False).get("/api/v1/impacts")
    assert (answer.status_code, answer.json()["remote_status"]) == (502, status)
    assert fits(document, "Problem", answer.json()) == []
    assert "502" in document["paths"]["/api/v1/impacts"]["get"]["responses"]


@pytest.mark.parametrize("accept", ["application/json", "*/*"])
def test_the_first_address_leads_to_the_page_of_operations(client, document, accept) -> None:
    answer = client.get("/", headers={"Accept": accept}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    assert set(document["paths"]["/"]["get"]["responses"]) == {"200", "303", "304", "500"}


def test_the_first_address_is_a_page_for_browsers(client, document) -> None:
    answer = client.get("/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert list(document["paths"]["/"]["get"]["responses"]["200"]["content"]) == ["text/html"]


def test_the_endpoint_without_a_query_is_described(client, document) -> None:
    (query,) = (p for p in document["paths"]["/sparql"]["get"]["parameters"][:1])
    page = client.get("/sparql", headers={"Accept": "text/html"}, follow_redirects=False)
    assert not query.get("required")
    assert page.status_code == 303
    assert "303" in document["paths"]["/sparql"]["get"]["responses"]


@pytest.mark.parametrize("name", ["format", "output", "results"])
def test_each_name_of_a_format_is_read(client, document, name) -> None:
    described = names(document, "/sparql")[name]["schema"]["enum"]
    assert {"json", "csv", "ttl", "text/turtle"} <= set(described)
    for value in described:
        answers = [
            client.get("/sparql", params={"query": query, name: value}).status_code
            for query in ("ASK {}", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 1")
        ]
        assert 200 in answers, value
        assert set(answers) <= {200, 406}, value


def test_each_graph_and_the_ontology_are_at_the_addresses_described(client, document) -> None:
    for path, part in (("/graph/{name}", "name"), ("/ontology/{version}", "version")):
        choices = names(document, path)[part]["schema"]["enum"]
        assert choices, path
        for choice in choices:
            address = path.replace("{" + part + "}", choice)
            assert client.head(address).status_code == 200, address
    example = names(document, "/graph/doc/{slug}")["slug"]["example"]
    assert client.head(f"/graph/doc/{example}").status_code == 200


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/ontology", "/ontology"),
        ("/ontology/{version}", "/ontology/0.1.0"),
        ("/concept/{slug}", "/concept/children"),
        ("/concept/scheme/{slug}", "/concept/scheme/pillars"),
        ("/graph/{name}", "/graph/meta"),
        ("/id/{kind}/{slug}", "/id/document/icat-victims-and-survivors"),
    ],
)
def test_an_iri_is_described_with_each_format_that_it_is_given_in(
    client, document, path: str, address: str
) -> None:
    choices = names(document, path)["format"]["schema"]["enum"]
    answers = [
        client.get(address, params={"format": choice}, follow_redirects=False) for choice in choices
    ]

    given = {a.headers["content-type"].split(";")[0] for a in answers if a.status_code == 200}
    assert given == set(document["paths"][path]["get"]["responses"]["200"]["content"])


def test_a_method_that_an_address_lacks_is_told_of_those_that_it_has(client) -> None:
    refused = client.delete("/sparql")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    refused = client.get("/api/v1/validate")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST, OPTIONS")
    asked = client.options("/health")
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_a_value_that_no_answer_has_does_not_fit(client, document) -> None:
    body = client.get("/api/v1/responses?limit=1").json()
    body["items"][0]["colour"] = "red"
    del body["items"][0]["evidence"]
    assert len(fits(document, "ResponsePage", body)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_each_facet_is_a_parameter(client, document, kind) -> None:
    told = next(k for k in client.get("/api/v1").json()["items"] if k["name"] == kind)
    described = names(document, f"/api/v1/{kind}")

    assert set(told["facets"]) <= set(described)
    rest = {"q", "exact", "sort", "lang", "fields", "limit", "cursor", "format", "bom", "release"}
    assert set(described) - set(told["facets"]) == rest
    assert described["sort"]["schema"]["enum"] == told["sorts"] + [f"-{s}" for s in told["sorts"]]
    assert described["fields"]["schema"]["items"]["enum"] == told["fields"]


def test_each_example_of_a_facet_finds_something(client, document) -> None:
    empty = {("resources", "form"), ("responses", "means")}
    for kind in KINDS:
        for name, parameter in names(document, f"/api/v1/{kind}").items():
            if parameter.get("explode"):
                given = {name: parameter["example"], "limit": 1, "fields": "label"}
                total = client.get(f"/api/v1/{kind}", params=given).json()["meta"]["total"]
                assert (total == 0) == ((kind, name) in empty), (kind, name)


def test_a_vocabulary_is_a_choice_and_what_grows_is_not(document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["PillarName"]["enum"] == [
        "partnership",
        "prevention",
        "prosecution",
        "protection",
    ]
    assert "enum" not in schemas["ImpactName"]
    assert schemas["ImpactName"]["format"] == "name-of-Impact"


def test_figures_are_numbers_and_actors_are_things(document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["FigureItem"]["properties"]["value"]["items"]["type"] in {"integer", "number"}
    actors = schemas["ResponseItem"]["properties"]["actors"]["items"]
    assert actors == {"$ref": "#/components/schemas/Named"}


def test_each_format_of_a_list_is_described(document) -> None:
    described = document["paths"]["/api/v1/impacts"]["get"]["responses"]["200"]["content"]
    assert list(described) == [full.split(";")[0] for full in ITEM_TYPES.values()]


def test_the_document_is_made_once(bench: Bench) -> None:
    with TestClient(create_app(bench)) as client:
        first, second = client.get("/openapi.json"), client.get("/openapi.json")
        again = client.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert first.content == second.content
    assert again.status_code == 304


def test_making_the_document_is_not_logged_and_not_counted(example: Bench) -> None:
    status = Status()
    app = Journal(create_app(example, None, status, cached=1_000_000), status.metrics)
    with logged() as log, TestClient(app) as client:
        client.get("/openapi.json")
        page = client.get("/metrics").text
    assert [line["route"] for line in lines(log)] == ["/openapi.json", "/metrics"]
    counted = [line for line in page.splitlines() if line.startswith("tipgraph_requests_total")]
    assert counted == [
        'tipgraph_requests_total{method="GET",route="/openapi.json",status="200"} 1.0'
    ]
    assert 'tipgraph_cache_total{result="miss"} 2.0' in page
    assert 'tipgraph_cache_total{result="hit"} 0.0' in page
    assert "tipgraph_queries_total{" not in page


def test_new_data_has_a_document_of_its_own(bench: Bench, example: Bench) -> None:
    async def newer() -> Loaded:
        return Loaded(create_app(bench), bench.quads, None)

    switch = Switch(newer, Loaded(create_app(example), example.quads, None), Status())
    with TestClient(switch) as client:
        older = client.get("/openapi.json").json()
        client.portal.call(switch.take_up)
        taken = client.get("/openapi.json").json()
    assert names(older, "/graph/doc/{slug}")["slug"]["example"] == "example-brief"
    assert names(taken, "/graph/doc/{slug}")["slug"]["example"] == "icat-victims-and-survivors"


def test_the_server_is_where_the_document_is(bench: Bench) -> None:
    with TestClient(create_app(bench), root_path="/tip") as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/tip"}]


def test_a_graph_that_lacks_what_the_examples_name_is_described(example: Bench) -> None:
    with TestClient(create_app(example)) as client:
        document = client.get("/openapi.json").json()
        page = client.get("/api/v1/impacts").json()
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert fits(document, "ImpactPage", page) == []
    resource = names(document, "/api/v1/responses/{slug}")["slug"]
    assert resource["schema"] == {"type": "string", "format": "slug-of-PolicyResponse"}


def test_the_page_of_operations_lists_each(client, document) -> None:
    page = client.get("/docs").text
    for path in document["paths"]:
        assert f">{path}</code>" in page


def test_what_is_shown_is_cut_short() -> None:
    words = "word " * 100
    shown = brief({"items": [1, 2], "text": words, "address": "x" * 500})
    assert shown == {"items": [1], "text": words[:240] + " …", "address": "x" * 500}
    assert json.dumps(shown)


def test_an_answer_that_takes_long_is_waited_for_without_holding_up_others() -> None:
    ended: list[bool] = []

    async def slow(_, receive, send) -> None:
        assert (await receive())["type"] == "http.request"
        leaving = asyncio.create_task(receive())
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append(leaving.done())
        leaving.cancel()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"it"})

    assert asyncio.run(ask(slow, "/", "*/*")).body == b"it"
    assert ended == [False]
