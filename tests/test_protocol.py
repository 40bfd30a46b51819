"""The query side of the SPARQL 1.1 Protocol, case by case, on three graphs of our own."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.rdf import read_files
from tipgraph.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
WAYS = ["get", "form", "form with its graphs in the address", "direct"]
GRAPHS = """
@prefix ex: <https://example.org/> .
ex:harbours { ex:rotterdam a ex:Harbour . }
ex:rivers { ex:rhine a ex:River . }
ex:lakes { ex:geneva a ex:Lake . }
"""
PREFIX = "PREFIX ex: <https://example.org/> "
HARBOURS, RIVERS, LAKES = (f"https://example.org/{n}" for n in ("harbours", "rivers", "lakes"))


@pytest.fixture(scope="module")
def waters(tmp_path_factory) -> Iterator[TestClient]:
    """A service on three graphs of one triple each."""
    file: Path = tmp_path_factory.mktemp("waters") / "waters.trig"
    file.write_text(GRAPHS, encoding="utf-8")
    store = Store(pyoxigraph.Store())
    store.add(read_files([file]))
    with TestClient(create_app(Bench(store, SHIPPED)), raise_server_exceptions=False) as client:
        yield client


def send(client: TestClient, way: str, query: str, graphs=(), accept: str = "*/*"):
    """The answer to *query* sent in one of the ways that the protocol has."""
    address = "/sparql?" + urlencode(graphs)
    kind = {"Accept": accept, "Content-Type": DIRECT if way == "direct" else FORM}
    if way == "get":
        return client.get("/sparql?" + urlencode([("query", query), *graphs]), headers=kind)
    if way == "form":
        body = urlencode([("query", query), *graphs])
        return client.post("/sparql", content=body, headers=kind)
    body = query.encode() if way == "direct" else urlencode({"query": query}).encode()
    return client.post(address, content=body, headers=kind)


def asked(client: TestClient, way: str, query: str, graphs=()) -> bool:
    answer = send(client, way, PREFIX + query, graphs)
    assert answer.status_code == 200, answer.text
    return answer.json()["boolean"]


BOTH = "{ ex:rotterdam a ?harbour . ex:rhine a ?river . }"
NAMED = "{ GRAPH ?one { ex:rotterdam a ?harbour } GRAPH ?two { ex:rhine a ?river } }"
FULL = "{ ex:geneva a ?lake GRAPH ?one { ex:rotterdam a ?x } GRAPH ?two { ex:rhine a ?y } }"
DEFAULTS = [("default-graph-uri", HARBOURS), ("default-graph-uri", RIVERS)]
NAMES = [("named-graph-uri", HARBOURS), ("named-graph-uri", RIVERS)]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_gets_an_answer(waters: TestClient, way: str) -> None:
    assert asked(waters, way, "ASK { }")


@pytest.mark.parametrize("way", WAYS)
def test_the_default_graphs_of_a_request_are_merged(waters: TestClient, way: str) -> None:
    assert asked(waters, way, f"ASK {BOTH}", DEFAULTS)
    assert not asked(waters, way, f"ASK {BOTH}", DEFAULTS[:1])


@pytest.mark.parametrize("way", WAYS)
def test_the_named_graphs_of_a_request_are_all_that_a_query_can_name(waters, way: str) -> None:
    assert asked(waters, way, f"ASK {NAMED}", NAMES)
    assert not asked(waters, way, f"ASK {NAMED}", NAMES[:1])
    assert not asked(waters, way, "ASK { ex:rotterdam a ?harbour }", NAMES)


@pytest.mark.parametrize("way", WAYS)
def test_a_request_may_give_default_and_named_graphs(waters: TestClient, way: str) -> None:
    whole = [("default-graph-uri", LAKES), *NAMES]

    assert asked(waters, way, f"ASK {FULL}", whole)
    assert not asked(waters, way, f"ASK {FULL}", NAMES)


@pytest.mark.parametrize("way", WAYS)
def test_the_dataset_of_a_request_stands_before_that_of_its_query(waters, way: str) -> None:
    """All of it: neither FROM nor FROM NAMED adds to what the parameters say."""
    assert asked(waters, way, f"ASK FROM ex:lakes {NAMED}", NAMES)
    assert not asked(waters, way, "ASK FROM ex:lakes { ex:geneva a ?lake }", NAMES)
    assert asked(waters, way, "ASK FROM ex:lakes { ex:rhine a ?river }", DEFAULTS)
    assert not asked(
        waters, way, "ASK FROM NAMED ex:lakes { GRAPH ex:lakes { ?lake a ?kind } }", DEFAULTS
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_query_may_name_its_dataset_itself(waters: TestClient, way: str) -> None:
    assert asked(waters, way, "ASK FROM ex:lakes { ex:geneva a ?lake }")
    assert not asked(waters, way, "ASK FROM ex:lakes { ex:rhine a ?river }")
    assert asked(waters, way, "ASK FROM NAMED ex:lakes { GRAPH ?lakes { ex:geneva a ?lake } }")


def test_without_a_dataset_a_query_sees_the_union(waters: TestClient) -> None:
    assert asked(waters, "get", "ASK { ex:geneva a ?x . ex:rotterdam a ?y . ex:rhine a ?z }")


def test_a_graph_that_is_not_there_is_empty(waters: TestClient) -> None:
    assert not asked(waters, "get", "ASK { ?s ?p ?o }", [("default-graph-uri", LAKES + "/none")])


ROWS = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
}
TRIPLES = {
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/trig",
    "application/n-quads",
}
QUERIES = {
    "SELECT (1 AS ?value) { }": ROWS,
    "ASK { }": ROWS,
    "DESCRIBE <https://example.org/rhine>": TRIPLES,
    "CONSTRUCT { <s> <p> 1 } WHERE { }": TRIPLES,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("query", QUERIES)
def test_an_answer_has_a_type_of_its_kind(waters: TestClient, way: str, query: str) -> None:
    assert kind(send(waters, way, query)) in QUERIES[query]
    for accept in QUERIES[query]:
        assert kind(send(waters, way, query, accept=accept)) == accept


def kind(answer) -> str:
    assert answer.status_code == 200, answer.text
    return answer.headers["content-type"].split(";")[0]


def test_a_relative_iri_is_read_against_the_namespace(waters: TestClient) -> None:
    answer = send(waters, "get", "SELECT (<id/impact/x> AS ?iri) { }")
    value = answer.json()["results"]["bindings"][0]["iri"]["value"]

    assert value == "https://w3id.org/tipgraph/id/impact/x"


ASK = quote("ASK { }")
UTF16 = "ASK { }".encode("utf-16")
BAD = {
    "a method that is none of the protocol": ("PUT", f"/sparql?query={ASK}", FORM, b"", 405),
    "two queries": ("GET", f"/sparql?query={ASK}&query={ASK}", None, b"", 400),
    "two queries in a form": ("POST", "/sparql", FORM, f"query={ASK}&query={ASK}".encode(), 400),
    "a query in the address and one in the body": (
        "POST",
        f"/sparql?query={ASK}",
        DIRECT,
        b"ASK { }",
        400,
    ),
    "a body of another type": ("POST", "/sparql", "text/plain", b"ASK { }", 415),
    "a form that does not say so": ("POST", "/sparql", None, f"query={ASK}".encode(), 415),
    "a query that does not say so": ("POST", "/sparql", None, b"ASK { }", 415),
    "a query in UTF-16": ("POST", "/sparql", DIRECT, UTF16, 400),
    "a query that says UTF-16": ("POST", "/sparql", DIRECT + "; charset=UTF-16", UTF16, 415),
    "a form that says UTF-16": ("POST", "/sparql", FORM + "; charset=UTF-16", UTF16, 415),
    "percent signs that give no UTF-8": ("GET", "/sparql?query=ASK%7B%7D%23%FF", None, b"", 400),
    "a form that gives no UTF-8": ("POST", "/sparql", FORM, b"query=ASK%7B%7D%23%FF", 400),
    "a brace that is not closed": ("GET", "/sparql?query=ASK%20%7B", None, b"", 400),
    "an empty query": ("GET", "/sparql?query=", None, b"", 400),
    "an empty body": ("POST", "/sparql", DIRECT, b"", 400),
    "a form without a query": ("POST", "/sparql", FORM, b"", 400),
    "an unknown function": (
        "POST",
        "/sparql",
        DIRECT,
        b"SELECT (<urn:f>(1) AS ?x) { }",
        400,
    ),
    "an update by GET": ("GET", "/sparql?update=CLEAR%20ALL", None, b"", 400),
    "an update by POST": ("POST", "/sparql", FORM, b"update=CLEAR%20ALL", 400),
    "an update as the body": ("POST", "/sparql", "application/sparql-update", b"CLEAR ALL", 415),
    "an update as a query": ("POST", "/sparql", DIRECT, b"CLEAR ALL", 400),
    "an address past its limit": ("GET", "/sparql?query=" + "x" * 50_000, None, b"", 414),
}


@pytest.mark.parametrize("case", BAD)
def test_what_the_protocol_does_not_allow_is_a_problem(waters: TestClient, case: str) -> None:
    method, address, content_type, body, status = BAD[case]
    headers = {"Content-Type": content_type} if content_type else {}
    answer = waters.request(method, address, headers=headers, content=body)

    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["ASK {", "ASK { }"])
def test_head_of_a_query_tells_what_get_would(waters: TestClient, query: str) -> None:
    got, headed = (waters.request(m, "/sparql", params={"query": query}) for m in ("GET", "HEAD"))

    assert headed.status_code == got.status_code
    assert headed.content == b""
    assert headed.headers["content-length"] == str(len(got.content))
    assert headed.headers["content-type"] == got.headers["content-type"]


TEXTS = [
    "100%25 of 50%",
    "a + b",
    "a & b = c",
    "a; b",
    "# no comment",
    "?x $y {z} <u>",
    "\U0001d518 🚢 é \u202e",
    "line\r\nline\rline\nline",
    "NUL\x00 and \x01 and \x7f",
    "  spaces\tand tabs  ",
    "%C3%A9 %FF %",
    "query=ASK {}&update=CLEAR ALL",
    "x" * 30_000,
]
# All but what ends a long string or escapes in it.
ALPHABET = "ab09 %+&;#=?/\\\"'<>{}\r\n\t\x00\x1f\x7f\x80éß\ufeff中\U0001f6a2".translate(
    {ord(c): None for c in '"\\'}
)
DRAWN = ["".join(random.Random(seed).choices(ALPHABET, k=40)) for seed in range(100)]  # noqa: S311


@pytest.mark.parametrize("text", TEXTS + DRAWN, ids=range(len(TEXTS + DRAWN)))
def test_all_ways_give_the_same_bytes_for_the_same_query(waters: TestClient, text: str) -> None:
    query = f'SELECT ("""{text}""" AS ?text) {{ }} # {text.split(maxsplit=1)[0][:9]}'
    answers = [send(waters, way, query) for way in WAYS]

    assert [a.status_code for a in answers] == [200] * len(WAYS)
    assert len({(a.content, a.headers["content-type"]) for a in answers}) == 1
    assert answers[0].json()["results"]["bindings"][0]["text"]["value"] == text


@pytest.mark.parametrize("query", ["ASK {\x00", "SELECT * WHERE { ?s ?p }", "ASK { } é", "\ufeff%"])
def test_all_ways_give_the_same_problem_for_the_same_query(waters, query: str) -> None:
    answers = [send(waters, way, query) for way in WAYS]

    assert [a.status_code for a in answers] == [400] * len(WAYS)
    assert len({a.content for a in answers}) == 1


ACCEPTED = [
    ("*/*;q=0.1", "application/sparql-results+json"),
    ("application/*", "application/sparql-results+json"),
    ("text/*", "text/csv; charset=utf-8"),
    ("*/*, application/sparql-results+json;q=0", "application/sparql-results+xml"),
    ("*/*, application/*;q=0", "text/csv; charset=utf-8"),
    ("APPLICATION/SPARQL-RESULTS+XML", "application/sparql-results+xml"),
    ("application/sparql-results+json;charset=utf-8", "application/sparql-results+json"),
    ("text/csv ; Q=0.9, application/sparql-results+xml;q=0.8", "text/csv; charset=utf-8"),
    ("text/csv;q=2, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
    ("text/csv;q=, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
    ("text/csv;q=1.000, */*;q=0.999", "text/csv; charset=utf-8"),
    ("application/json;q=0, application/sparql-results+json", "application/sparql-results+json"),
    ("text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8"),
    (",, ,text/csv", "text/csv; charset=utf-8"),
    ("", "application/sparql-results+json"),
]


@pytest.mark.parametrize(("accept", "given"), ACCEPTED)
def test_the_accept_header_is_read_as_http_says(waters, accept: str, given: str) -> None:
    answer = send(waters, "get", "SELECT (1 AS ?x) { }", accept=accept)

    assert answer.headers["content-type"] == given
    assert "Accept" in answer.headers["vary"].split(", ")


def test_two_accept_headers_are_one_list(waters: TestClient) -> None:
    headers = [("Accept", "text/csv;q=0.5"), ("Accept", "text/tab-separated-values")]
    answer = waters.get("/sparql", params={"query": "ASK { }"}, headers=headers)

    assert kind(answer) == "text/tab-separated-values"


VALUES = """SELECT ?a ?b WHERE { VALUES (?a ?b) {
  ("comma, \\"quote\\"" <https://example.org/x>) ("tab\\t line\\n" UNDEF) ("é"@fr 4.5) } }"""


def test_csv_quotes_what_must_be_quoted(waters: TestClient) -> None:
    assert send(waters, "get", VALUES, accept="text/csv").content.decode() == (
        'a,b\r\n"comma, ""quote""",https://example.org/x\r\n"tab\t line\n",\r\né,4.5\r\n'
    )


def test_tsv_writes_terms_as_turtle_does(waters: TestClient) -> None:
    answer = send(waters, "get", VALUES, accept="text/tab-separated-values")

    assert answer.content.decode() == (
        '?a\t?b\n"comma, \\"quote\\""\t<https://example.org/x>\n"tab\\t line\\n"\t\n"é"@fr\t4.5\n'
    )


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_truth_is_one_word_in_csv_and_tsv(waters: TestClient, form: str) -> None:
    answer = waters.get("/sparql", params={"query": "ASK { }", "format": form})

    assert answer.text.strip() == "true"


NAMED_FORMATS = [
    ("ASK { }", "format=json&output=json&results=json", "application/sparql-results+json"),
    ("ASK { }", "output=xml", "application/sparql-results+xml"),
    ("ASK { }", "format=text/csv", "text/csv"),
    ("CONSTRUCT WHERE { ?s ?p ?o }", "format=xml", "application/rdf+xml"),
    ("CONSTRUCT WHERE { ?s ?p ?o }", "format=json", "application/ld+json"),
    (
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "format=rdf%2Bxml&format=application/rdf%2Bxml",
        "application/rdf+xml",
    ),
    (
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "results=json-ld&results=application/ld%2Bjson,application/x-json%2Bld",
        "application/ld+json",
    ),
]


@pytest.mark.parametrize(("query", "named", "given"), NAMED_FORMATS)
def test_the_format_names_of_common_clients_are_known(waters, query, named, given) -> None:
    answer = waters.get(f"/sparql?query={quote(query)}&{named}", headers={"Accept": "image/png"})

    assert kind(answer) == given


def test_two_formats_are_refused(waters: TestClient) -> None:
    answer = waters.get(f"/sparql?query={ASK}&format=json&output=xml")

    assert answer.status_code == 422
    assert "json, xml" in answer.json()["detail"]


def test_the_mark_that_editors_put_on_their_queries_says_nothing(waters: TestClient) -> None:
    assert waters.get(f"/sparql?ac=1&query={ASK}").json()["boolean"] is True
