"""What the OpenAPI document says is what the service does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tipgraph.app import create_app
from tipgraph.formats import ITEM_TYPES
from tipgraph.lookup import Lookup
from tipgraph.openapi import brief
from tipgraph.questions import Questions
from tipgraph.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tipgraph.evidence import Bench

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

    described = {operation.route for operation in reference.operations(own)}

    assert described == own
    assert reference.operations({"/sparql"})[0].path == "/sparql"


def test_operations_have_names_of_their_own(document) -> None:
    found = [operation["operationId"] for _, operation in operations(document)]
    assert len(found) == len(set(found))
    assert {"listResponses", "getResponse", "askImpactsOnGroup", "querySparql"} <= set(found)


def test_each_operation_says_what_it_is_and_shows_an_answer(document) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for path, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
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
        for media, content in operation["responses"]["200"]["content"].items():
            if "example" in content and media.endswith("json"):
                schema = {**content["schema"], "components": document["components"]}
                found = Draft202012Validator(schema).iter_errors(content["example"])
                assert [error.message[:200] for error in found] == [], (path, media)
                shown += 1
    assert shown > len(document["paths"])


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


def test_a_method_that_an_address_lacks_is_told_of_those_that_it_has(client) -> None:
    refused = client.delete("/sparql")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
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
        assert f"<td>{path}</td>" in page


def test_what_is_shown_is_cut_short() -> None:
    words = "word " * 100
    shown = brief({"items": [1, 2], "text": words, "address": "x" * 500})
    assert shown == {"items": [1], "text": words[:240] + " …", "address": "x" * 500}
    assert json.dumps(shown)
