"""The query side of the SPARQL 1.1 Protocol."""

import socket
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi.testclient import TestClient

from tipgraph.endpoint import read

ONE = 'SELECT ("100%25 + 1 é" AS ?x) WHERE { }'
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


def test_the_three_forms_give_one_answer(client: TestClient) -> None:
    answers = [
        client.get("/sparql", params={"query": ONE}),
        client.post("/sparql", data={"query": ONE}),
        client.post("/sparql", content=ONE.encode(), headers={"Content-Type": DIRECT}),
        client.post(
            "/sparql", content=ONE.encode(), headers={"Content-Type": DIRECT + "; charset=utf-8"}
        ),
    ]

    assert [a.status_code for a in answers] == [200] * 4
    assert {a.text for a in answers} == {answers[0].text}
    assert answers[0].json()["results"]["bindings"][0]["x"]["value"] == "100%25 + 1 é"


ROWS = [
    ("application/sparql-results+json", "application/sparql-results+json"),
    ("application/json", "application/sparql-results+json"),
    ("application/sparql-results+xml", "application/sparql-results+xml"),
    ("application/xml", "application/sparql-results+xml"),
    ("text/csv", "text/csv; charset=utf-8"),
    ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ("*/*", "application/sparql-results+json"),
    ("text/html;q=0.5, application/sparql-results+json", "application/sparql-results+json"),
    ("application/sparql-results+json, text/html", "application/sparql-results+json"),
    ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
    ("text/*", "text/csv; charset=utf-8"),
]


@pytest.mark.parametrize(("accept", "given"), ROWS)
def test_rows_in_the_format_that_is_accepted(client, accept: str, given: str) -> None:
    answer = client.get("/sparql", params={"query": ONE}, headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == given


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_a_query_that_a_person_opens_is_run_in_the_editor(client: TestClient) -> None:
    given = {"query": 'ASK { ?s ?p "a+b & é" }'}
    answer = client.get("/sparql", params=given, headers=BROWSER, follow_redirects=False)
    target = urlsplit(answer.headers["location"])

    assert answer.status_code == 303
    assert target.path == "/editor"
    assert parse_qs(target.query) == {"query": [given["query"]], "run": ["true"]}
    assert answer.headers["vary"].startswith("Accept")


@pytest.mark.parametrize("name", ["format", "output", "default-graph-uri"])
def test_a_person_who_says_how_gets_the_answer_itself(client: TestClient, name: str) -> None:
    given = {"query": "ASK {}", name: "xml" if name != "default-graph-uri" else "a:b"}
    answer = client.get("/sparql", params=given, headers=BROWSER, follow_redirects=False)

    assert answer.status_code == 200
    assert "<boolean>true</boolean>" in answer.text


def test_a_form_that_is_posted_gets_the_answer_itself(client: TestClient) -> None:
    answer = client.post("/sparql", data={"query": "ASK {}"}, headers=BROWSER)

    assert answer.status_code == 200
    assert "<boolean>true</boolean>" in answer.text


def test_a_person_who_says_how_is_told_what_is_wrong_as_all_are(client: TestClient) -> None:
    told = [
        client.get("/sparql", params={"query": "SELECT", "format": "json"}, headers=BROWSER),
        client.post("/sparql", data={"query": "SELECT"}, headers=BROWSER),
    ]

    assert [answer.status_code for answer in told] == [400, 400]
    assert {answer.headers["content-type"] for answer in told} == {"application/problem+json"}


def test_who_takes_a_page_and_no_graph_is_led_to_the_editor(client: TestClient) -> None:
    accept = {"Accept": "text/html;q=0.5, application/json;q=0.7"}
    answer = client.get("/sparql", headers=accept, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/editor")


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv"])
def test_truth_in_the_format_that_is_accepted(client, accept: str) -> None:
    answer = client.get("/sparql", params={"query": "ASK { }"}, headers={"Accept": accept})

    assert answer.status_code == 200
    assert "true" in answer.text


GRAPHS = [
    ("text/turtle", "text/turtle; charset=utf-8"),
    ("application/n-triples", "application/n-triples"),
    ("application/ld+json", "application/ld+json"),
    ("application/rdf+xml", "application/rdf+xml"),
    ("*/*", "text/turtle; charset=utf-8"),
]


@pytest.mark.parametrize(("accept", "given"), GRAPHS)
def test_graphs_in_the_format_that_is_accepted(client, accept: str, given: str) -> None:
    query = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == given
    assert answer.content


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (ONE, "image/png"),
        (ONE, "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o } ", "text/csv"),
        (ONE, "application/sparql-results+json;q=0"),
    ],
)
def test_a_format_that_cannot_be_given_is_406(client, query: str, accept: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})

    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_format_may_be_named_in_the_address(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": ONE, "format": "tsv"})

    assert answer.headers["content-type"].startswith("text/tab-separated-values")


def test_a_plus_sign_in_the_name_of_a_format_may_be_typed_as_it_is(client: TestClient) -> None:
    answer = client.get(f"/sparql?query={quote(ONE)}&format=application/sparql-results+xml")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/sparql-results+xml"


def test_an_empty_format_beside_another_says_nothing(client: TestClient) -> None:
    # So does SPARQLWrapper ask where a format does not fit the query.
    asked = f"/sparql?query={quote(ONE)}&format=json-ld&format=&output=json-ld&output="
    both, alone = client.get(asked), client.get(f"/sparql?query={quote(ONE)}&format=")

    assert both.status_code == 406
    assert "cannot be given as jsonld" in both.json()["detail"]
    assert alone.status_code == 422


def test_a_dataset_of_the_request(client: TestClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    graphs = "https://w3id.org/tipgraph/graph/"

    def number(**dataset: object) -> int:
        params = {"query": count, **dataset}
        rows = client.get("/sparql", params=params).json()["results"]["bindings"]
        return int(rows[0]["n"]["value"])

    meta = number(**{"default-graph-uri": graphs + "meta"})
    both = number(**{"default-graph-uri": [graphs + "meta", graphs + "ontology"]})

    assert 0 < meta < both < number()
    assert number(**{"named-graph-uri": graphs + "meta"}) == 0


@pytest.mark.parametrize(
    ("method", "arguments", "status"),
    [
        ("GET", {"params": {"format": "json"}}, 400),
        ("GET", {"params": {"query": [ONE, ONE]}}, 400),
        ("GET", {"params": {"query": "SELECT"}}, 400),
        ("GET", {"params": {"query": ONE, "quary": "x"}}, 422),
        ("GET", {"params": {"update": "CLEAR ALL"}}, 400),
        ("GET", {"params": {"query": "CLEAR ALL"}}, 400),
        ("GET", {"params": {"query": "SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { } }"}}, 400),
        ("GET", {"params": {"query": "ASK { }", "default-graph-uri": "not an iri"}}, 400),
        ("POST", {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ("POST", {"content": b"x"}, 415),
        ("POST", {"content": b"\xff", "headers": {"Content-Type": DIRECT}}, 400),
        ("POST", {"content": b"update=CLEAR%20ALL", "headers": {"Content-Type": FORM}}, 400),
        ("POST", {"content": b" " * 1_000_001, "headers": {"Content-Type": DIRECT}}, 413),
        ("PUT", {"content": b"x"}, 405),
    ],
)
def test_what_is_wrong_is_a_problem_document(client, method: str, arguments, status: int) -> None:
    answer = client.request(method, "/sparql", **arguments)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_the_place_of_a_syntax_error_is_told(client: TestClient) -> None:
    body = client.get("/sparql", params={"query": "SELECT *\nWHERE { ?s ?p }"}).json()

    assert body["line"] == 2
    assert 15 <= body["column"] <= 16


CALLS = [
    "SELECT * {{ SERVICE <{there}> {{ ?s ?p ?o }} }}",
    "SELECT * {{SERVICESILENT<{there}>{{?s ?p ?o}}}}",
    "PREFIX : <{there}> SELECT * {{SERVICE:colon{{?s ?p ?o}}}}",
    "SELECT * FROM <{there}> WHERE {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{there}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "DESCRIBE <{there}>",
    "LOAD <{there}>",
]


@pytest.mark.parametrize("query", CALLS, ids=range(len(CALLS)))
def test_no_query_reaches_another_address(client: TestClient, query: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        there = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        client.post("/sparql", data={"query": query.format(there=there)})
        client.get("/sparql", params={"query": "ASK { }", "default-graph-uri": there})

        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize(
    ("query", "form"), [("CONSTRUCT WHERE { ?s a ?o }", "csv"), ("ASK { }", "turtle")]
)
def test_a_named_format_that_does_not_fit_is_406(client, query: str, form: str) -> None:
    answer = client.get("/sparql", params={"query": query, "format": form})

    assert answer.status_code == 406
    assert "ask for one of" in answer.json()["detail"]


def test_parameters_in_the_address_of_a_form_are_not_ignored(client: TestClient) -> None:
    assert client.post("/sparql?foo=1", data={"query": ONE}).status_code == 422
    answer = client.post("/sparql?format=csv", data={"query": ONE})
    assert answer.headers["content-type"].startswith("text/csv")


def test_deeply_nested_text_is_refused_and_the_service_lives(client: TestClient) -> None:
    for depth in (1_000, 5_000, 50_000):
        query = "SELECT * WHERE " + "{" * depth + "}" * depth
        assert client.post("/sparql", data={"query": query}).status_code == 400

    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("a%41%c3%A9%3D%25", "aAé=%"),
        ("a=3D=b==_c_=", "a=3D=b==_c_="),
        ("100%", "100%"),
        ("%4", "%4"),
        ("%%41%4G%=%=3D", "%A%4G%=%=3D"),
        ("%\n41%\r\n%41 %\r", "%\n41%\r\nA %\r"),
        ("a%\nb%41", "a%\nbA"),
        ("%0A%3D%0D+b", "\n=\r b"),
    ],
)
def test_percent_signs_are_read_as_they_are_meant(sent: str, meant: str) -> None:
    """One that no two hexadecimal digits follow stands for itself."""
    assert read(f"query={sent}", None, "").asked.query == meant
