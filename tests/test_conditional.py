import pytest
from fastapi.testclient import TestClient

PLACES = [
    "/api/v1/responses?impact=online-recruitment-of-children",
    "/sparql?query=ASK%20%7B%20%7D",
    "/id/response/internet-safety-programmes",
    "/openapi.json",
]


@pytest.mark.parametrize("place", PLACES)
def test_head_is_get_without_its_body(client: TestClient, place: str) -> None:
    got, headed = client.get(place), client.head(place)

    assert headed.status_code == got.status_code == 200
    assert headed.content == b""
    assert headed.headers["etag"] == got.headers["etag"]
    assert headed.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("place", PLACES)
def test_what_the_client_has_is_not_sent_again(client: TestClient, place: str) -> None:
    tag = client.get(place).headers["etag"]
    for given in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get(place, headers={"If-None-Match": given})

        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
    assert client.get(place, headers={"If-None-Match": '"other"'}).status_code == 200


def test_each_representation_has_its_own_tag(client: TestClient) -> None:
    tags = {
        client.get(PLACES[0], headers={"Accept": kind}).headers["etag"]
        for kind in ("application/json", "text/csv", "text/turtle", "application/ld+json")
    }

    assert len(tags) == 4
    assert client.get(PLACES[0]).headers["vary"].lower().count("accept") >= 1


@pytest.mark.parametrize("place", ["/health", "/ready", "/metrics"])
def test_what_is_of_the_moment_is_never_kept(client: TestClient, place: str) -> None:
    answer = client.get(place, headers={"If-None-Match": "*"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert client.head(place).content == b""


def test_an_error_has_no_tag(client: TestClient) -> None:
    answer = client.get("/api/v1/nothing", headers={"If-None-Match": "*"})

    assert answer.status_code == 404
    assert "etag" not in answer.headers


def test_a_page_of_another_host_may_ask_without_credentials(client: TestClient) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    before = client.options("/sparql", headers=asked)
    answer = client.get(PLACES[0], headers={"Origin": "https://example.org"})

    assert before.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_long_answers_are_packed_for_those_who_take_it(client: TestClient) -> None:
    packed = client.get(PLACES[0], headers={"Accept-Encoding": "gzip"})
    plain = client.get(PLACES[0], headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text
