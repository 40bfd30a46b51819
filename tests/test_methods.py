"""Each address says which methods it takes."""

import pytest
from fastapi.testclient import TestClient

READ = "GET, HEAD, OPTIONS"
ADDRESSES = {
    "/": READ,
    "/sparql": "GET, HEAD, POST, OPTIONS",
    "/sparql?query=ASK%20%7B%7D": "GET, HEAD, POST, OPTIONS",
    "/.well-known/void": READ,
    "/catalog": READ,
    "/dump/tipgraph.ttl": READ,
    "/id/response/internet-safety-programmes": READ,
    "/concept/children": READ,
    "/ontology": READ,
    "/api/v1/responses": READ,
    "/api/v1/questions": READ,
    "/health": READ,
    "/docs": READ,
    "/openapi.json": READ,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_options_tells_the_methods_of_an_address(client: TestClient, address: str) -> None:
    answer = client.options(address)

    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["allow"] == ADDRESSES[address]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_a_method_that_is_not_offered_is_a_problem(client, address: str, method: str) -> None:
    if method in ADDRESSES[address]:
        method = "TRACE"
    answer = client.request(method, address)

    assert answer.status_code == answer.json()["status"] == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"] == ADDRESSES[address]


@pytest.mark.parametrize("method", ["OPTIONS", "PUT"])
def test_an_address_that_there_is_none_of_is_not_found(client: TestClient, method: str) -> None:
    assert client.request(method, "/none-such").status_code == 404


def test_a_browser_that_asks_before_it_posts_is_answered(client: TestClient) -> None:
    asks = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = client.options("/sparql", headers=asks)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(
    "wanted",
    [
        {"Access-Control-Request-Method": "DELETE"},
        {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-Own"},
    ],
)
def test_a_browser_that_asks_for_more_than_is_taken_gets_a_problem(client, wanted) -> None:
    answer = client.options("/sparql", headers={"Origin": "https://example.org", **wanted})

    assert answer.status_code == answer.json()["status"] == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET, HEAD, POST" in answer.json()["detail"]
