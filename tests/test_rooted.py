"""Behind a proxy, every link starts with the address that the outside uses."""

import json

import pytest
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.errors import BadParameter
from tipgraph.rooted import Rooted

ROOT = "https://data.example.org/tip"


@pytest.fixture
def outside(example) -> TestClient:
    return TestClient(Rooted(create_app(example), ROOT), raise_server_exceptions=False)


def links(value: object) -> list[str]:
    """All addresses of HTTP below the key `links`."""
    if isinstance(value, dict):
        own = [v for v in value.get("links", {}).values() if v] if "links" in value else []
        return own + [link for each in value.values() for link in links(each)]
    return [link for each in value for link in links(each)] if isinstance(value, list) else []


# The proxy hands on the path as it came, or without its own part.
@pytest.mark.parametrize("path", ["/api/v1/responses", "/tip/api/v1/responses"])
def test_links_start_with_the_root(outside: TestClient, path: str) -> None:
    body = outside.get(path, params={"limit": "1"}, headers={"Host": "evil.example"}).json()
    found = links(body)

    assert body["links"]["self"] == f"{ROOT}/api/v1/responses?limit=1"
    assert body["links"]["csv"] == f"{ROOT}/api/v1/responses?limit=1&format=csv"
    assert len(found) >= 4
    assert [link for link in found if not link.startswith(f"{ROOT}/")] == []
    assert "evil" not in json.dumps(body)


def test_a_redirect_goes_to_the_root(outside: TestClient) -> None:
    answer = outside.get(
        "/id/response/example-wages",
        headers={"Accept": "application/json"},
        follow_redirects=False,
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{ROOT}/api/v1/responses/example-wages"


def test_without_a_path_the_root_is_the_host(example) -> None:
    client = TestClient(Rooted(create_app(example), "https://data.example.org/"))
    body = client.get("/api/v1/responses").json()

    assert body["links"]["self"] == "https://data.example.org/api/v1/responses"


def test_a_path_that_only_begins_like_the_root_is_another(outside: TestClient) -> None:
    assert outside.get("/tipping").status_code == 404


@pytest.mark.parametrize(
    "root", ["data.example.org", "ftp://x.org", "https://", "https://x.org?a=b"]
)
def test_a_root_that_is_no_address_is_refused(root: str) -> None:
    with pytest.raises(BadParameter, match="data\\.example\\.org/tip"):
        Rooted(None, root)
