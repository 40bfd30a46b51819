"""The same answer as JSON, RDF, CSV and spreadsheet."""

import csv
import io
import json

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pyld import jsonld

from tipgraph.answers import Answer, Document, Evidence, Item, Statement
from tipgraph.errors import TooLarge
from tipgraph.formats import items_csv
from tipgraph.graph import SHIPPED
from tipgraph.kinds import kinds
from tipgraph.sheets import sheet
from tipgraph.tables import table

KINDS = list(kinds(SHIPPED.queries))
THINGS = [
    "/api/v1/responses/internet-safety-programmes",
    "/api/v1/documents/icat-victims-and-survivors",
    "/api/v1/concepts/organ-removal",
]
QUESTIONS = [
    "/api/v1/questions/responses-addressing-impact",
    "/api/v1/questions/groups-without-response",
    "/api/v1/questions/contradicting-figures",
]
ANSWERS = [f"/api/v1/{kind}?limit=20" for kind in KINDS] + THINGS + QUESTIONS
RDF = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
# Cells that a spreadsheet would take for a formula, or for something else than they are.
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", 'a "b"\r\nc', "007", "1e5"]


def graph(client: TestClient, url: str, form: str) -> set[ox.Quad]:
    answer = client.get(url + ("&" if "?" in url else "?") + f"format={form}")
    assert answer.status_code == 200
    quads = (
        quad if isinstance(quad, ox.Quad) else ox.Quad(*quad)
        for quad in ox.parse(answer.content, format=RDF[form])
    )
    found = ox.Dataset(quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(found)


@pytest.mark.parametrize("url", ANSWERS)
def test_all_rdf_formats_say_the_same(client: TestClient, url: str) -> None:
    turtle = graph(client, url, "turtle")

    assert len(turtle) > 20
    for form in RDF:
        assert graph(client, url, form) == turtle, form


def test_the_rdf_of_an_answer_has_its_items_and_their_evidence(client) -> None:
    url = "/api/v1/impacts?group=tenants"
    said = {quad.subject.value for quad in graph(client, url, "ntriples")}
    items = client.get(url).json()["items"]

    assert {item["id"] for item in items} <= said
    assert {e["statement"]["id"] for item in items for e in item["evidence"]} <= said
    assert {e["id"] for item in items for e in item["evidence"]} <= said
    assert graph(client, "/api/v1/impacts?group=tenants&channel=internet", "turtle") == set()


# plain JSON with its context


@pytest.fixture(scope="module")
def triples(store) -> set[str]:
    return set(store.dump("ntriples").decode().splitlines())


def as_rdf(client: TestClient, url: str) -> list[str]:
    """The triples of plain JSON, read with the context that its `Link` header names."""
    answer = client.get(url)
    targets = {
        part.split('rel="')[1].split('"')[0]: part.split(">")[0].lstrip(" <")
        for part in answer.headers["link"].split(", <")
    }
    place = targets["http://www.w3.org/ns/json-ld#context"]
    context = client.get(place)
    assert context.headers["content-type"] == "application/ld+json"
    options = {
        "expandContext": context.json(),
        "format": "application/n-quads",
        "documentLoader": no_network,
    }
    return jsonld.to_rdf(answer.json(), options).splitlines()


def no_network(url: str, _: object) -> None:
    message = f"{url} is not to be fetched"
    raise AssertionError(message)


@pytest.mark.parametrize("url", ANSWERS)
def test_plain_json_with_its_context_is_true(client, triples, url: str) -> None:
    said = as_rdf(client, url)
    named = {line for line in said if "_:" not in line}

    assert named
    assert named <= triples


def test_every_example_of_a_question_is_true(client, triples) -> None:
    for question in client.get("/api/v1/questions").json()["items"]:
        said = as_rdf(client, question["links"]["example"])

        assert {line for line in said if "_:" not in line} <= triples, question["name"]


def test_the_spans_of_plain_json_are_those_of_the_graph(client, store) -> None:
    said = ox.Store()
    lines = "\n".join(as_rdf(client, "/api/v1/impacts?limit=10"))
    said.load(lines.encode(), format=ox.RdfFormat.N_TRIPLES)
    query = """PREFIX oa: <http://www.w3.org/ns/oa#>
        SELECT ?passage ?start ?end WHERE {
          ?passage oa:hasSelector ?span . ?span oa:start ?start ; oa:end ?end }"""
    told = {tuple(t.value for t in row) for row in said.query(query)}

    assert len(told) > 10
    assert told <= {tuple(t.value for t in row) for row in store.select(query).rows}


def test_the_context_tells_what_matters_most(client) -> None:
    said = "\n".join(as_rdf(client, "/api/v1/responses/internet-safety-programmes"))
    thing = "<https://w3id.org/tipgraph/id/response/internet-safety-programmes>"
    tip = "https://w3id.org/tipgraph/ontology#"

    for predicate in ("addresses", "benefits", "pillar", "reportedIn"):
        assert f"{thing} <{tip}{predicate}> " in said
    assert f"{thing} <http://www.w3.org/2004/02/skos/core#prefLabel> " in said
    assert "<http://www.w3.org/ns/oa#hasSource> <https://w3id.org/tipgraph/id/document/" in said
    assert f"<{tip}evidencedBy> <https://w3id.org/tipgraph/id/passage/" in said


def test_a_context_says_which_language_and_of_several_none(client) -> None:
    def label(url: str) -> object:
        return client.get(url).json()["@context"]["label"]

    assert label("/api/v1/context.jsonld")["@language"] == "en"
    assert label("/api/v1/context.jsonld?lang=fr")["@language"] == "fr"
    assert label("/api/v1/context.jsonld?lang=mul") is None
    assert client.get("/api/v1/context.jsonld?of=thing").json()["suggestions"] == [
        "things",
        "questions",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_context_knows_every_key_or_leaves_it_out_on_purpose(client, kind: str) -> None:
    context = client.get("/api/v1/context.jsonld").json()["@context"]
    item = client.get(f"/api/v1/{kind}?limit=1").json()["items"][0]
    own = context[item["type"]]["@context"]
    keys = set(item) - {"id", "type", "label", "description", "why", "evidence", "links"}

    assert keys <= set(own)


# tables


def hostile() -> Answer:
    document = Document("d", "D", "=title", "+publisher", "2020", None, "00", "d.txt", 1)
    statement = Statement("s", "S", "impact", "asserted", "survey")
    items = tuple(
        Item(
            id=f"i{n}",
            kind="impacts",
            type="Impact",
            label=text,
            description=text,
            why=(text, text),
            evidence=(Evidence(document, statement, None),),
            values={"note": (text,), "value": (n + 0.5,), "count": (n,), "sure": (True,)},
        )
        for n, text in enumerate(HOSTILE)
    )
    return Answer(items, len(items), len(items), "")


def test_csv_keeps_every_cell_as_it_is() -> None:
    rows = list(csv.DictReader(io.StringIO(items_csv(hostile()), newline="")))

    assert [row["label"] for row in rows] == HOSTILE
    assert [row["note"] for row in rows] == HOSTILE
    assert rows[0]["document_title"] == "=title"
    assert rows[1]["why"] == "+1 | +1"


def test_in_a_spreadsheet_text_is_text_and_a_number_a_number() -> None:
    page = load_workbook(io.BytesIO(sheet(table(hostile()), "impacts"))).active
    heads = [cell.value for cell in page[1]]
    columns = {
        head: [row[at] for row in page.iter_rows(min_row=2)] for at, head in enumerate(heads)
    }

    # A carriage return is written as the format escapes it; the reader of the test leaves it so.
    written = [text.replace("\r", "_x000D_") for text in HOSTILE]
    assert [cell.value for cell in columns["label"]] == written
    assert {cell.data_type for cell in columns["label"] + columns["note"]} == {"s"}
    assert [cell.value for cell in columns["value"]] == [n + 0.5 for n in range(len(HOSTILE))]
    assert [cell.value for cell in columns["count"]] == list(range(len(HOSTILE)))
    assert {cell.value for cell in columns["sure"]} == {"True"}


def test_a_spreadsheet_has_the_rows_of_the_csv(client) -> None:
    url = "/api/v1/impacts?limit=7&q=work"
    answer = client.get(url + "&format=xlsx")
    page = load_workbook(io.BytesIO(answer.content)).active
    rows = [["" if c is None else str(c) for c in row] for row in page.iter_rows(values_only=True)]
    text = client.get(url + "&format=csv").text

    assert rows == list(csv.reader(io.StringIO(text)))
    assert page.freeze_panes == "A2"
    assert page.title == "impacts"
    assert page.column_dimensions["A"].width > 20
    assert answer.headers["content-disposition"] == 'attachment; filename="impacts.xlsx"'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["content-type"] == kind
    assert client.get(url, headers={"Accept": kind}).content == answer.content


def test_a_cell_that_no_spreadsheet_holds_is_refused_and_not_cut() -> None:
    long = Item("i", "impacts", "Impact", "x" * 32_768, "", (), ())

    with pytest.raises(TooLarge, match="ask for fewer fields"):
        sheet(table(Answer((long,), 1, 1, ""), ("label",)), "impacts")


def test_an_empty_answer_is_a_table_without_rows(client) -> None:
    url = "/api/v1/responses?impact=precipitated-return-of-victims"
    page = load_workbook(io.BytesIO(client.get(url + "&format=xlsx").content)).active

    assert page.max_row == 1
    assert client.get(url + "&format=csv").text.count("\r\n") == 1
    assert client.get(url + "&format=turtle").status_code == 200


def test_a_mark_for_spreadsheets_stands_only_where_it_is_asked_for(client) -> None:
    url = "/api/v1/documents?format=csv"
    plain, marked = client.get(url).content, client.get(url + "&bom=1").content

    assert marked == b"\xef\xbb\xbf" + plain
    question = "/api/v1/questions/impacts-on-group?format=csv"
    assert client.get(question + "&bom=1").content == b"\xef\xbb\xbf" + client.get(question).content


def test_json_is_not_changed_by_reading_it_twice(client) -> None:
    one, two = (client.get("/api/v1/statements?limit=50").content for _ in range(2))

    assert json.loads(one) == json.loads(two)
    assert one == two
