"""Answers are kept within a release, where the same request has the same answer."""

import re

import pytest
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.cache import Answers, Cache
from tipgraph.operations import Status

ADDRESS = "/api/v1/groups"
QUERY = "/sparql?query=SELECT+?s+WHERE+{+?s+a+?c+}+LIMIT+3"


@pytest.fixture
def status() -> Status:
    return Status()


@pytest.fixture
def app(example, status):
    return create_app(example, status=status, cached=160_000)


@pytest.fixture
def client(app):
    with TestClient(app) as client:
        yield client


def looks(status: Status) -> tuple[int, int]:
    """How often an answer was not there, and how often it was."""
    page = status.metrics.page("text/plain")[0].decode()
    found = dict(re.findall(r'tipgraph_cache_total\{result="(\w+)"\} (\d+)', page))
    return int(found["miss"]), int(found["hit"])


def cache(app) -> Answers:
    layer = app.middleware_stack
    while not isinstance(layer, Cache):
        layer = layer.app
    return layer.answers


@pytest.mark.parametrize("address", [ADDRESS, QUERY])
def test_what_was_asked_before_is_answered_from_memory(client, address: str, status) -> None:
    first, second = client.get(address), client.get(address)

    assert first.status_code == 200
    assert (second.content, second.headers) == (first.content, first.headers)
    assert looks(status) == (1, 1)


def test_a_client_that_has_the_answer_is_told_so(client) -> None:
    tag = client.get(ADDRESS).headers["etag"]
    again = client.get(ADDRESS, headers={"If-None-Match": tag})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag


def test_a_page_of_another_host_may_see_that_it_has_the_answer(client, status) -> None:
    page = {"Origin": "https://example.org"}
    tag = client.get(ADDRESS, headers=page).headers["etag"]

    again = client.get(ADDRESS, headers={**page, "If-None-Match": tag})

    assert looks(status) == (1, 1)
    assert again.status_code == 304
    assert again.headers["access-control-allow-origin"] == "*"


def test_head_is_answered_without_a_body(client, status) -> None:
    whole = client.get(ADDRESS)
    head = client.head(ADDRESS)

    assert looks(status) == (1, 1)
    assert head.content == b""
    assert head.headers == whole.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/csv"},
        {"Accept-Encoding": "identity"},
        {"Origin": "https://example.org"},
        {"Host": "other.example.org"},
    ],
)
def test_what_the_answer_depends_on_is_asked_anew(client, headers, status) -> None:
    client.get(ADDRESS)
    client.get(ADDRESS, headers=headers)

    assert looks(status) == (2, 0)


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/nothings",
        "/sparql?query=SELECT",
        "/sparql?query=SELECT+(NOW()+AS+?x)+WHERE+{}",
        "/sparql?query=SELECT+(rand()+AS+?x)+WHERE+{}",
        "/sparql?query=SELECT+(STRUUID()+AS+?x)+WHERE+{}",
        "/health",
    ],
)
def test_what_may_differ_the_next_time_is_not_kept(app, client, address: str, status) -> None:
    client.get(address)
    client.get(address)

    assert looks(status) == (2, 0)
    assert cache(app).size == 0


def test_no_more_is_kept_than_allowed(app, client, status) -> None:
    for number in range(200):
        assert client.get(f"{QUERY}%23{number}").status_code == 200

    assert 0 < cache(app).size <= 160_000
    client.get(f"{QUERY}%23199")
    client.get(f"{QUERY}%230")
    assert looks(status)[1] == 1


def test_one_great_answer_does_not_push_out_the_others(app, client) -> None:
    client.get(ADDRESS)
    size = cache(app).size
    assert len(client.get("/sparql?query=SELECT+*+WHERE+{+?s+?p+?o+}").content) > 10_000

    assert cache(app).size == size


def test_two_headers_are_not_one_with_the_text_of_both(client, status) -> None:
    client.get(ADDRESS, headers={"Accept": "application/json;q=0.1, text/csv;q=0.5"})
    split = [("Accept", "application/json;q=0.1, text/csv;q=0"), ("Accept", ".5")]
    client.get(ADDRESS, headers=split)

    assert looks(status) == (2, 0)


def test_what_was_asked_counts_for_what_is_kept(app, client) -> None:
    client.get(QUERY, headers={"Accept-Language": "en"})
    before = cache(app).size
    client.get(QUERY, headers={"Accept-Language": "e" * 2_002})

    assert cache(app).size == 2 * before + 2_000
