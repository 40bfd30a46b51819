"""Clients that people have get the right answers of a real `tipgraph serve`."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.dom.minidom import Document

import pandas as pd
import pytest
from rdflib import RDF, SKOS, Dataset, Graph, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from serving import Service
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tipgraph.graph import SHIPPED
from tipgraph.kinds import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
CLIENTS = Path(__file__).parent / "clients"
PAGE = (ROOT / "docs" / "querying.md").read_text(encoding="utf-8")
SHOWN = "http://127.0.0.1:8000"

TIP = Namespace("https://w3id.org/tipgraph/ontology#")
RESPONSE = Namespace("https://w3id.org/tipgraph/id/response/")
IMPACT = URIRef("https://w3id.org/tipgraph/id/impact/online-recruitment-of-children")
CONCEPTS = URIRef("https://w3id.org/tipgraph/graph/concepts")
# What the documents of the shipped graph say against the online recruitment of children.
LABELS = {
    RESPONSE["protecting-children-online-guidance"]: "Guidance on protecting children online",
    RESPONSE["internet-safety-programmes"]: "Internet safety programmes for parents and children",
    RESPONSE["legislation-on-online-exploitation"]: (
        "Legislation on all forms of trafficking, notably online exploitation and recruitment"
    ),
    RESPONSE["training-on-law-and-digital-evidence"]: (
        "Train authorities in the legislation and in digital evidence"
    ),
}
IN_ORDER = list(LABELS.values())
PRINTED = "".join(label + "\n" for label in IN_ORDER)
SELECT = f"""PREFIX tip: <{TIP}>
PREFIX skos: <{SKOS}>
SELECT ?response ?label WHERE {{ ?response tip:addresses <{IMPACT}> ; skos:prefLabel ?label }}
ORDER BY ?label"""
ASK = f"ASK {{ ?response <{TIP.addresses}> <{IMPACT}> }}"
NOT = f"ASK {{ <{IMPACT}> <{TIP.addresses}> ?response }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ ?response <{TIP.addresses}> <{IMPACT}> }}"
DESCRIBE = f"DESCRIBE <{IMPACT}>"
ADDRESSING = {(response, TIP.addresses, IMPACT) for response in LABELS}


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        shutil.which(program) is None, reason=f"{program} is not on this machine"
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    service = Service(tmp_path_factory.mktemp("service") / "log")
    yield service.address
    service.end()


@pytest.fixture(scope="module")
def endpoint(address) -> str:
    return f"{address}/sparql"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with the query that programs read."""
    (tmp_path / "query.rq").write_text(SELECT, encoding="utf-8")
    return tmp_path


def done(*command: str, cwd: Path) -> str:
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-3_000:]
    return ran.stdout


# the page


def programs(language: str, address: str) -> list[str]:
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return [block.replace(SHOWN, address) for block in blocks]


PYTHON = ["SPARQLWrapper", "rdflib", "pandas.read_csv", "pandas.json_normalize"]


@pytest.mark.parametrize("number", range(len(PYTHON)), ids=PYTHON)
def test_a_python_program_of_the_page(address, folder, number: int) -> None:
    program = programs("python", address)[number]

    assert done(sys.executable, "-c", program, cwd=folder) == PRINTED


@needs("curl")
def test_the_curl_commands_of_the_page(address, folder) -> None:
    query, files = programs("sh", address)
    rows = list(csv.reader(io.StringIO(done("sh", "-c", query, cwd=folder))))
    answer = done("sh", "-c", files, cwd=folder)

    assert rows == [["label"], *([label] for label in IN_ORDER)]
    assert bound(answer) == IN_ORDER
    assert (folder / "tipgraph.ttl").stat().st_size > 1_000_000


@needs("Rscript")
def test_the_r_program_of_the_page(address, folder) -> None:
    (program,) = programs("r", address)

    assert done("Rscript", "-e", "options(warn=2)", "-e", program, cwd=folder) == PRINTED


@needs("node")
def test_the_fetch_program_of_the_page(address, folder) -> None:
    program, _ = programs("javascript", address)
    (folder / "ask.mjs").write_text(program, encoding="utf-8")

    assert done("node", "ask.mjs", cwd=folder) == PRINTED


def test_every_program_of_the_page_is_run() -> None:
    languages = re.findall(r"```(\w+)\n", PAGE)

    assert [(name, len(list(some))) for name, some in groupby(languages)] == [
        ("sh", 2),
        ("python", 4),
        ("r", 1),
        ("javascript", 2),
    ]


def test_the_page_names_the_versions_that_are_used_here() -> None:
    pinned = json.loads((CLIENTS / "comunica" / "package.json").read_text(encoding="utf-8"))

    assert f"Comunica {pinned['dependencies']['@comunica/query-sparql']}" in PAGE
    assert f"`undici` is held at {pinned['overrides']['undici']}" in PAGE
    for package in ("SPARQLWrapper", "rdflib", "pandas"):
        assert f"{package} {version(package)}" in PAGE


def bound(answer: str, name: str = "label") -> list[str]:
    return [row[name]["value"] for row in json.loads(answer)["results"]["bindings"]]


# SPARQLWrapper

WAYS = {
    "get": (GET, URLENCODED),
    "post": (POST, URLENCODED),
    "postdirectly": (POST, POSTDIRECTLY),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def wrapped(request, endpoint):
    """Asks a query by SPARQLWrapper in one of its ways, and converts the answer."""
    method, manner = request.param

    def ask(query: str, form: str):
        wrapper = SPARQLWrapper(endpoint)
        wrapper.setMethod(method)
        wrapper.setRequestMethod(manner)
        wrapper.setReturnFormat(form)
        wrapper.setQuery(query)
        with warnings.catch_warnings():
            # It makes graphs of a class that rdflib gives up.
            warnings.simplefilter("ignore", DeprecationWarning)
            return wrapper.queryAndConvert()

    return ask


def test_sparqlwrapper_reads_rows(wrapped) -> None:
    found = wrapped(SELECT, JSON)["results"]["bindings"]
    tables = {
        form: list(csv.reader(io.StringIO(wrapped(SELECT, form).decode()), delimiter=mark))
        for form, mark in ((CSV, ","), (TSV, "\t"))
    }
    document = wrapped(SELECT, XML)

    assert {URIRef(r["response"]["value"]): r["label"]["value"] for r in found} == LABELS
    assert [row[1] for row in tables[CSV]] == ["label", *IN_ORDER]
    assert [row[0] for row in tables[TSV][1:]] == [f"<{response}>" for response in LABELS]
    assert isinstance(document, Document)
    texts = [node.firstChild.data for node in document.getElementsByTagName("literal")]
    assert texts == IN_ORDER


@pytest.mark.parametrize(("query", "truth"), [(ASK, True), (NOT, False)])
def test_sparqlwrapper_reads_whether_it_is_so(wrapped, query: str, truth: bool) -> None:
    said = str(truth).lower()

    assert wrapped(query, JSON)["boolean"] is truth
    assert wrapped(query, XML).getElementsByTagName("boolean")[0].firstChild.data == said
    assert wrapped(query, CSV).decode().strip() == said
    assert wrapped(query, TSV).decode().strip() == said


@pytest.mark.parametrize("form", [XML, RDFXML, JSONLD, TURTLE, N3])
def test_sparqlwrapper_reads_graphs(wrapped, form: str) -> None:
    made, told = (read(wrapped(query, form)) for query in (CONSTRUCT, DESCRIBE))

    assert made == ADDRESSING
    assert (IMPACT, RDF.type, TIP.Impact) in told


def read(answer) -> set[tuple[Any, ...]]:
    """The triples of what SPARQLWrapper gives: a graph, or the bytes of one."""
    if isinstance(answer, bytes):
        return set(Graph().parse(data=answer, format="turtle"))
    return set(answer.triples((None, None, None)))


@pytest.mark.filterwarnings("ignore:Sending Accept header:RuntimeWarning")
@pytest.mark.parametrize(
    ("query", "form", "instead"),
    [(SELECT, "turtle", "csv"), (SELECT, "json-ld", "csv"), (CONSTRUCT, "tsv", "turtle")],
)
def test_sparqlwrapper_is_told_which_formats_a_query_has(wrapped, query, form, instead) -> None:
    with pytest.raises(Exception, match="406") as refused:
        wrapped(query, form)

    assert instead in json.loads(refused.value.read())["detail"]


def test_sparqlwrapper_shows_where_a_query_is_wrong(wrapped) -> None:
    with pytest.raises(QueryBadFormed, match=r"line 1, column 1\d"):
        wrapped("SELECT ?a { ?a", JSON)


# rdflib


@pytest.fixture(params=["GET", "POST", "POST_FORM"])
def remote(request, endpoint) -> Graph:
    return Graph(SPARQLStore(endpoint, method=request.param))


def test_rdflib_finds_triples(remote) -> None:
    assert set(remote.triples((None, TIP.addresses, IMPACT))) == ADDRESSING
    assert (IMPACT, RDF.type, TIP.Impact) in remote
    assert (IMPACT, RDF.type, TIP.PolicyResponse) not in remote
    assert remote.value(IMPACT, SKOS.prefLabel).language == "en"


def test_rdflib_asks_with_bindings(remote) -> None:
    query = "SELECT ?r ?l WHERE { ?r tip:addresses ?impact . ?r skos:prefLabel ?l }"
    names = {"tip": TIP, "skos": SKOS}
    rows = remote.query(query, initNs=names, initBindings={"impact": IMPACT})

    assert {row.r: str(row.l) for row in rows} == LABELS


def test_rdflib_reads_truth_and_graphs(remote) -> None:
    assert remote.query(ASK).askAnswer is True
    assert remote.query(NOT).askAnswer is False
    assert set(remote.query(CONSTRUCT).graph) == ADDRESSING
    assert (IMPACT, RDF.type, TIP.Impact) in remote.query(DESCRIBE).graph


def test_rdflib_sees_one_named_graph(endpoint) -> None:
    concepts = Graph(SPARQLStore(endpoint), identifier=CONCEPTS)
    kind = (None, RDF.type, SKOS.Concept)

    assert (IMPACT, RDF.type, TIP.Impact) not in concepts
    assert len(list(concepts.triples(kind))) > 100


def test_rdflib_sees_all_graphs_as_a_dataset(endpoint) -> None:
    dataset = Dataset(SPARQLStore(endpoint), default_union=True)
    where = dataset.query(
        "SELECT ?g { GRAPH ?g { ?c a skos:ConceptScheme } }", initNs={"skos": SKOS}
    )

    assert set(dataset.triples((None, TIP.addresses, IMPACT))) == ADDRESSING
    assert {row.g for row in where} == {CONCEPTS}


def test_rdflib_may_not_write(remote) -> None:
    with pytest.raises(TypeError, match="read only"):
        remote.add((IMPACT, RDF.type, TIP.Impact))


# Comunica


@pytest.fixture(scope="module")
def comunica(address, tmp_path_factory) -> Path:
    """A folder with Comunica and the programs that ask by it."""
    if shutil.which("npm") is None or node_version() < (20, 19):
        pytest.skip("npm with Node 20.19 or newer is not on this machine")
    folder = tmp_path_factory.mktemp("comunica")
    shutil.copytree(CLIENTS / "comunica", folder, dirs_exist_ok=True)
    done("npm", "ci", "--no-audit", "--no-fund", "--silent", cwd=folder)
    (folder / "query.rq").write_text(SELECT, encoding="utf-8")
    (folder / "page.mjs").write_text(programs("javascript", address)[1], encoding="utf-8")
    return folder


def node_version() -> tuple[int, ...]:
    said = done("node", "--version", cwd=CLIENTS)
    return tuple(int(part) for part in said.strip().removeprefix("v").split("."))


def test_the_comunica_program_of_the_page(comunica) -> None:
    assert done("node", "page.mjs", cwd=comunica) == PRINTED


@pytest.mark.parametrize(
    "sources",
    [
        ["sparql@/sparql"],
        ["/sparql"],
        ["/dump/tipgraph.ttl"],
        ["file@/dump/tipgraph.ttl"],
        ["sparql@/sparql", "/dump/tipgraph.ttl"],
        ["sparql@/sparql", "sparql@//localhost/sparql"],
    ],
    ids="+".join,
)
def test_comunica_joins_sources(comunica, address, sources: list[str]) -> None:
    said = ask_comunica(comunica, address, sources, SELECT.replace("SELECT", "SELECT DISTINCT"))

    assert said == sorted((str(r), label, "en") for r, label in LABELS.items())


def ask_comunica(folder: Path, address: str, sources: list[str], query: str) -> list[Any]:
    other = address.replace("127.0.0.1", "localhost")
    places = [s.replace("//localhost/", other + "/") for s in sources]
    places = [re.sub(r"^(\w+@)?/", rf"\g<1>{address}/", place) for place in places]
    said = done("node", "rows.mjs", query, *places, cwd=folder)
    return sorted((r["response"], r["label"], r["language"]) for r in json.loads(said))


# curl


@pytest.fixture
def curl(address, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")

    def run(path: str, *options: str) -> str:
        return done("curl", "-s", *options, address + path, cwd=tmp_path)

    return run


def test_curl_sends_a_query_in_every_form(curl, tmp_path) -> None:
    (tmp_path / "q.rq").write_text(SELECT, encoding="utf-8")
    direct = "Content-Type: application/sparql-query"
    answers = [
        curl("/sparql", "--get", "--data-urlencode", f"query={SELECT}"),
        curl("/sparql", "--data-urlencode", f"query={SELECT}"),
        curl("/sparql", "--data-urlencode", "query@q.rq"),
        curl("/sparql", "-d", f"query={SELECT}"),
        curl("/sparql", "-H", direct, "--data-binary", "@q.rq"),
        curl("/sparql", "-H", direct, "-T", "q.rq", "-X", "POST"),
        curl("/sparql", "--compressed", "--data-urlencode", f"query={SELECT}"),
        curl("/sparql?format=application/sparql-results+json", "-d", f"query={SELECT}"),
    ]

    assert [bound(answer) for answer in answers] == [IN_ORDER] * len(answers)


def test_curl_gets_the_same_in_fewer_bytes(curl) -> None:
    place, size = "/api/v1/responses?limit=50", ("-o", "body", "-w", "%{size_download}")

    assert curl(place) == curl(place, "--compressed")
    assert int(curl(place, *size)) > 3 * int(curl(place, "--compressed", *size))


def test_curl_gets_the_head_alone(curl) -> None:
    head = curl("/api/v1/responses", "-I")

    assert head.startswith("HTTP/1.1 200")
    assert "\netag: " in head
    assert head.endswith("\n\n")


@pytest.mark.parametrize(
    "place", ["/api/v1/responses", "/sparql?query=ASK%7B%7D", "/dump/tipgraph.ttl"]
)
def test_curl_fetches_an_answer_anew_only_if_it_changed(curl, place: str) -> None:
    keep = ("--etag-save", "tag", "--etag-compare", "tag", "-o", "body", "-w", "%{http_code}")

    assert [curl(place, *keep), curl(place, *keep)] == ["200", "304"]


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
def test_curl_is_led_on_from_the_address_of_a_thing(curl, accept: str, given: str) -> None:
    path = "/id/impact/online-recruitment-of-children"
    told = curl(
        path, "-L", "-H", f"Accept: {accept}", "-o", "body", "-w", "%{http_code} %{content_type}"
    )

    assert told == f"200 {given}"


def test_curl_is_told_what_it_may_send(curl) -> None:
    problem = json.loads(curl("/sparql", "-F", f"query={ASK}"))

    assert problem["status"] == 415
    assert "application/x-www-form-urlencoded" in problem["detail"]


# tables

KINDS = list(kinds(SHIPPED.queries))


@pytest.mark.parametrize("kind", KINDS)
def test_csv_is_as_rfc_4180_and_r_have_it(address, kind: str) -> None:
    with urlopen(f"{address}/api/v1/{kind}?format=csv&limit=500") as answer:
        text = answer.read().decode()
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)

    assert [name for name in head if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    assert len(set(head)) == len(head)
    assert {len(row) for row in rows} == {len(head)}
    assert text.endswith("\r\n")
    # R takes this text for a value that is missing.
    assert [row for row in rows if "NA" in row] == []


@pytest.mark.parametrize("kind", KINDS)
def test_pandas_reads_the_same_of_csv_and_of_a_spreadsheet(address, kind: str) -> None:
    plain, marked, sheet = (
        read(f"{address}/api/v1/{kind}?limit=100&format={form}")
        for read, form in (
            (pd.read_csv, "csv"),
            (pd.read_csv, "csv&bom=1"),
            (pd.read_excel, "xlsx"),
        )
    )

    assert list(plain.columns[:3]) == ["id", "type", "label"]
    pd.testing.assert_frame_equal(marked, plain)
    pd.testing.assert_frame_equal(sheet, plain)


def test_pandas_reads_rows_of_sparql(address) -> None:
    tables = {
        form: pd.read_csv(
            f"{address}/sparql?{urlencode({'query': SELECT, 'format': form})}", sep=mark
        )
        for form, mark in (("csv", ","), ("tsv", "\t"))
    }

    assert list(tables["csv"]["label"]) == IN_ORDER
    assert list(tables["tsv"].columns) == ["?response", "?label"]
    assert list(tables["tsv"]["?response"]) == [f"<{response}>" for response in LABELS]


@needs("Rscript")
@pytest.mark.parametrize("more", ["", "&bom=1"], ids=["plain", "bom"])
def test_r_reads_every_kind_with_its_names_as_they_are(address, folder, more: str) -> None:
    program = f"""
    options(warn = 2)
    for (kind in commandArgs(TRUE)) {{
      address <- paste0("{address}/api/v1/", kind, "?format=csv&limit=200{more}")
      given <- read.csv(address, fileEncoding = "UTF-8-BOM", check.names = FALSE)
      made <- read.csv(address, fileEncoding = "UTF-8-BOM")
      cat(kind, identical(names(given), names(made)), nrow(made), names(made)[1], "\\n")
    }}"""
    (folder / "read.R").write_text(program, encoding="utf-8")
    lines = [line.split() for line in done("Rscript", "read.R", *KINDS, cwd=folder).splitlines()]

    assert [(kind, same, first) for kind, same, _, first in lines] == [
        (kind, "TRUE", "id") for kind in KINDS
    ]
    for kind, _, rows, _ in lines:
        with urlopen(f"{address}/api/v1/{kind}?format=csv&limit=200") as answer:
            assert int(rows) == len(list(csv.DictReader(io.StringIO(answer.read().decode()))))


# a browser

BROWSER = (
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)


class Elsewhere:
    """Another origin, with a page that fetches from the service and sends here what it got."""

    def __init__(self, page: bytes) -> None:
        self.told: dict[str, Any] = {}
        self.done = Event()
        here = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def do_POST(self) -> None:
                here.told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                here.done.set()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture(scope="module")
def seen(address, tmp_path_factory) -> Mapping[str, Any]:
    """What a page of another origin sees of the service in Chromium."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not on this machine")
    page = (CLIENTS / "page.html").read_text(encoding="utf-8")
    filled = page.replace("ADDRESS", address).replace("QUERY", json.dumps(SELECT))
    elsewhere = Elsewhere(filled.encode())
    thread = Thread(target=elsewhere.server.serve_forever)
    thread.start()
    profile = tmp_path_factory.mktemp("profile")
    with (profile / "log").open("wb") as log:
        command = [*BROWSER, f"--user-data-dir={profile}", elsewhere.address]
        browser = subprocess.Popen(command, stdout=log, stderr=log)
        finished = elsewhere.done.wait(120)
        browser.terminate()
        browser.wait(30)
    elsewhere.server.shutdown()
    thread.join()
    elsewhere.server.server_close()
    assert finished, (profile / "log").read_text(encoding="utf-8")[-3_000:]
    return elsewhere.told


@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_a_page_of_another_host_asks_a_query(seen, way: str) -> None:
    assert seen[way] == {"status": 200, "labels": IN_ORDER}


def test_a_page_of_another_host_reads_answers_tags_and_links(seen) -> None:
    assert seen["rest"]["labels"] == IN_ORDER
    assert seen["rest"]["etag"].startswith('W/"')
    assert 'rel="self"' in seen["rest"]["link"]
    assert seen["rest"]["id"]


def test_a_page_of_another_host_asks_whether_an_answer_changed(seen) -> None:
    assert seen["again"] == {"status": 304, "etag": seen["rest"]["etag"]}


def test_a_page_of_another_host_reads_what_was_wrong(seen) -> None:
    assert seen["wrong"]["status"] == 400
    assert seen["wrong"]["line"] == 1
    assert seen["misspelt"] == {"status": 422, "first": "sort"}


def test_a_page_of_another_host_follows_the_address_of_a_thing(seen) -> None:
    assert seen["thing"] == {"status": 200, "labels": ["Children targeted by traffickers online"]}
    assert seen["turtle"]["status"] == 200
    assert f"<{IMPACT}>" in seen["turtle"]["text"] or "impact:online" in seen["turtle"]["text"]


def test_a_page_of_another_host_gets_nothing_with_cookies(seen) -> None:
    assert seen["cookies"]["error"] == "TypeError: Failed to fetch"
