"""Paths, measures and files of the network."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import networkx as nx
import pyoxigraph
import pytest
from fastapi.testclient import TestClient

from tipgraph.app import create_app
from tipgraph.errors import BadParameter
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.interchange import written
from tipgraph.measures import Measures
from tipgraph.network import Network
from tipgraph.picture import MOST_DRAWN
from tipgraph.rdf import read_files
from tipgraph.store import Store
from tipgraph.terms import CONCEPT, ID, slug
from tipgraph.ways import Asking, Ways

PREFIX = "PREFIX tip: <https://w3id.org/tipgraph/ontology#> "
WAGES, JOBS = f"{ID}response/example-wages", f"{ID}impact/example-jobs-lost"
LOANS, BRIEF = f"{ID}impact/example-loans", f"{ID}document/example-brief"
WORKERS, GOVERNMENTS = f"{CONCEPT}workers", f"{CONCEPT}governments"


@pytest.fixture(scope="module")
def small(example: Bench) -> Network:
    return Network(example)


@pytest.fixture(scope="module")
def whole(bench: Bench) -> Network:
    return Network(bench)


@pytest.fixture(scope="module")
def dock(example: Bench) -> TestClient:
    return TestClient(create_app(example), raise_server_exceptions=False)


def sentences(network: Network, *asked: object) -> list[list[str]]:
    return [[s.sentence for s in way.steps] for way in Ways(network).find(Asking(*asked)).ways]


def test_the_network_is_what_statements_link(small) -> None:
    assert set(small.graph.edges(keys=True)) == {
        (WAGES, JOBS, "addresses"),
        (WAGES, WORKERS, "benefits"),
        (WAGES, GOVERNMENTS, "is recommended to"),
        (JOBS, WORKERS, "affects"),
        (LOANS, WORKERS, "affects"),
        (WAGES, BRIEF, "is reported in"),
        (JOBS, BRIEF, "is reported in"),
        (LOANS, BRIEF, "is reported in"),
    }
    link = small.graph.edges[WAGES, JOBS, "addresses"]
    assert (link["link_basis"], link["directness"]) == ("curator-inferred", "direct")
    assert link["statements"] == "example-wages-for-jobs"
    assert small.graph.nodes[WORKERS] == {"label": "Workers", "kind": "group"}


def test_the_way_by_what_is_stated_comes_before_the_inferred_one(small) -> None:
    assert sentences(small, "governments", "example-loans") == [
        [
            "Wages for a month is recommended to States and governments",
            "Wages for a month benefits Workers",
            "Dock workers take loans affects Workers",
        ],
        [
            "Wages for a month is recommended to States and governments",
            "Wages for a month addresses Dock workers lose their jobs (inferred by a curator)",
            "Dock workers lose their jobs affects Workers",
            "Dock workers take loans affects Workers",
        ],
    ]


def test_each_step_has_its_passage(small) -> None:
    (first, _) = Ways(small).find(Asking("governments", "example-loans")).ways
    phrases = [[e.passage.phrase for e in step.evidence] for step in first.steps]
    wages = "pay a month\N{RIGHT SINGLE QUOTATION MARK}s wages"
    assert phrases == [[wages], [wages], ["took loans"]]


def test_a_bare_concept_ends_a_way_and_a_document_never_stands_between(small) -> None:
    assert sentences(small, "debt", "example-wages", False, 1) == [
        [
            f"Dock workers take loans uses means {small.nodes[CONCEPT + 'debt'].label}",
            "Dock workers take loans affects Workers",
            "Wages for a month benefits Workers",
        ]
    ]
    ways = Ways(small).find(Asking("example-loans", "example-wages")).ways
    assert all(node.kind != "document" for way in ways for node in way.nodes)


def test_a_document_can_be_an_end(small) -> None:
    (first, *_) = sentences(small, "example-brief", "governments")
    assert first == [
        "Wages for a month is reported in Example brief",
        "Wages for a month is recommended to States and governments",
    ]


@pytest.mark.parametrize(
    "name", ["example-loans", "impact:example-loans", LOANS, "dock workers take loans"]
)
def test_an_end_is_named_as_a_person_names_it(small, name) -> None:
    assert Ways(small).node(name, "from").id == LOANS


def test_an_unknown_end_is_refused_with_the_nearest(small) -> None:
    with pytest.raises(BadParameter, match=r"the nearest are.*example-loans"):
        Ways(small).find(Asking("exampel-loans", "workers"))


@pytest.mark.parametrize(
    ("start", "goal", "causal", "longest", "reason"),
    [
        ("example-loans", "workers", True, 6, "neither cause nor effect"),
        ("harbour-council", "workers", False, 6, "Harbour council is in no link"),
        ("workers", "workers", False, 6, "Both ends are Workers"),
        ("governments", "example-loans", False, 2, "the shortest has 3; ask with longest=3"),
    ],
)
def test_where_there_is_no_way_it_says_why(small, *, start, goal, causal, longest, reason) -> None:
    found = Ways(small).find(Asking(start, goal, causal, 5, longest))
    assert found.ways == ()
    assert reason in found.reason


CHAIN = """
@prefix tip: <https://w3id.org/tipgraph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix i: <https://w3id.org/tipgraph/id/impact/> .
@prefix s: <https://w3id.org/tipgraph/id/statement/> .
@prefix doc: <https://w3id.org/tipgraph/id/document/> .
i:a a tip:Impact ; skos:prefLabel "A"@en .
i:b a tip:Impact ; skos:prefLabel "B"@en .
i:c a tip:Impact ; skos:prefLabel "C"@en .
i:d a tip:Impact ; skos:prefLabel "D"@en .
s:ab tip:cause i:a ; tip:effect i:b ; tip:statedIn doc:one .
s:bc tip:cause i:b ; tip:effect i:c ; tip:statedIn doc:two .
i:c tip:leadsTo i:d .
"""


@pytest.fixture
def chain(tmp_path) -> Ways:
    file = tmp_path / "chain.ttl"
    file.write_text(CHAIN, encoding="utf-8")
    store = Store(pyoxigraph.Store())
    store.add(read_files([file]))
    return Ways(Network(Bench(store, SHIPPED)))


def test_a_causal_way_goes_by_stated_steps_alone_and_in_their_direction(chain) -> None:
    (way,) = chain.find(Asking("a", "c", causal=True)).ways
    assert [step.link.statements for step in way.steps] == [
        (f"{ID}statement/ab",),
        (f"{ID}statement/bc",),
    ]
    assert chain.find(Asking("c", "a", causal=True)).ways == ()
    assert "neither" in chain.find(Asking("a", "d", causal=True)).reason


def test_each_causal_step_of_the_shipped_graph_is_in_a_causal_statement(whole) -> None:
    rows = whole.bench.store.select(
        PREFIX + "SELECT ?c ?e { ?s a tip:CausalStatement ; tip:cause ?c ; tip:effect ?e }"
    )
    stated = {(row["c"].value, row["e"].value) for row in rows}
    ways = Ways(whole)
    seen = 0
    for start in ("covid-19-pandemic", "law-enforcement-diverted"):
        for goal in nx.descendants(whole.causal, ways.node(start, "from").id):
            for way in ways.find(Asking(start, goal, causal=True)).ways:
                assert {(a.id, b.id) for a, b in pairwise(way.nodes)} <= stated
                seen += 1
    assert seen > 10


def test_the_share_of_shortest_ways_is_that_of_counting_by_hand(small) -> None:
    # Of the six pairs without the wages, three have their shortest way through them.
    wages, governments = Measures(small).measured("centrality", 50).items
    assert wages.values == {"kind": ("response",), "degree": (3,), "betweenness": (0.5,)}
    assert governments.values == {"kind": ("actor",), "degree": (1,), "betweenness": (0.0,)}
    told = set(wages.why[0].removeprefix("statements link it to 3 things: ").split(", "))
    assert told == {"1 impact", "1 actor", "1 group"}


PARTS = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix tip: <https://w3id.org/tipgraph/ontology#> .
@prefix r: <https://w3id.org/tipgraph/id/response/> .
@prefix s: <https://w3id.org/tipgraph/id/statement/> .
@prefix doc: <https://w3id.org/tipgraph/id/document/> .
r:heading a tip:PolicyResponse ; skos:prefLabel "Heading"@en .
r:action a tip:PolicyResponse ; skos:prefLabel "Action"@en .
s:heading tip:aboutResponse r:heading ; tip:statedIn doc:one ; dcterms:hasPart s:action .
s:action tip:aboutResponse r:action ; tip:statedIn doc:one .
"""


def test_that_a_heading_has_parts_ties_them_but_makes_nothing_central(tmp_path) -> None:
    file = tmp_path / "parts.ttl"
    file.write_text(PARTS, encoding="utf-8")
    store = Store(pyoxigraph.Store())
    store.add(read_files([file]))
    network = Network(Bench(store, SHIPPED))
    assert sentences(network, "action", "heading") == [["Heading has part Action"]]
    assert Measures(network).measured("centrality", 50).items == ()


def test_an_impact_with_nothing_beside_it_is_in_no_community(small) -> None:
    measured = Measures(small).measured("communities", 50)
    assert measured.items == ()
    assert measured.computed.endswith("2 of 2 impacts stand in none")


def test_no_impact_is_in_two_communities(whole) -> None:
    items = Measures(whole).measured("communities", 500).items
    impacts = [named.id for item in items for named in item.links["impacts"]]
    assert len(impacts) == len(set(impacts)) > 60


def test_communities_and_picture_are_the_same_in_each_process() -> None:
    program = (
        "from tipgraph.opening import open_bench as o; from tipgraph.network import Network;"
        "from tipgraph.measures import Measures; from tipgraph.picture import picture;"
        "n = Network(o(None, None)); m = Measures(n).measured('communities', 500);"
        "print([[x.id for x in i.links['impacts']] for i in m.items]); print(picture(n))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]


def test_documents_agree_by_what_both_report(whole) -> None:
    query = PREFIX + (
        "SELECT ?t ?d { VALUES ?c { tip:Impact tip:PolicyResponse } ?t a ?c ; tip:reportedIn ?d }"
    )
    told: dict[str, set[str]] = {}
    for row in whole.bench.store.select(query):
        told.setdefault(row["d"].value, set()).add(row["t"].value)

    items = Measures(whole).measured("agreement", 50).items

    assert len(items) == 6
    for item in items:
        one, other = (told[named.id] for named in item.links["documents"])
        assert item.values["jaccard"] == (round(len(one & other) / len(one | other), 4),)
    shares = [item.values["jaccard"][0] for item in items]
    assert shares == sorted(shares, reverse=True)
    assert Measures(whole).measured("agreement", 2).total == 6


def test_a_group_that_no_response_names_is_told_as_missed(small) -> None:
    measured = Measures(small).measured("cover", 50, ["workers,women"])
    (wages,) = measured.items
    assert wages.id == WAGES
    assert wages.why == ("benefits Workers",)
    assert [named.id for named in measured.missed] == [f"{CONCEPT}women"]


def test_the_list_of_responses_reaches_all_but_the_missed(whole) -> None:
    measured = Measures(whole).measured("cover", 500)
    reached = [named.id for item in measured.items for named in item.links["groups"]]
    affected = {link.target for link in whole.links if link.relation == "affects"}
    assert len(reached) == len(set(reached))
    assert set(reached) | {named.id for named in measured.missed} == affected


def test_each_response_reaches_as_many_groups_as_any_could_at_its_turn(whole) -> None:
    reach: dict[str, set[str]] = {}
    for link in whole.links:
        if link.relation == "benefits" and whole.nodes[link.source].kind == "response":
            reach.setdefault(link.source, set()).add(link.target)
    left = {link.target for link in whole.links if link.relation == "affects"}
    expected = []
    while best := max((len(left & reached) for reached in reach.values()), default=0):
        first = min(iri for iri, reached in reach.items() if len(left & reached) == best)
        expected.append((first, best))
        left -= reach[first]

    items = Measures(whole).measured("cover", 500).items

    assert expected[0][1] > expected[-1][1]
    assert [(item.id, item.values["reaches"][0]) for item in items] == expected


@pytest.mark.parametrize("measure", ["centrality", "communities", "agreement", "cover"])
def test_each_item_of_a_measure_has_evidence(whole, measure) -> None:
    items = Measures(whole).measured(measure, 50).items
    assert items
    assert all(item.evidence for item in items)


def test_gexf_and_graphml_are_read_again_by_networkx(small, whole) -> None:
    for network in (small, whole):
        for form, reader in (("gexf", nx.read_gexf), ("graphml", nx.read_graphml)):
            back = reader(io.BytesIO(written(network, form)))
            assert set(back.nodes) == set(network.graph.nodes)
            assert sorted(back.edges()) == sorted(network.graph.edges())
            assert back.nodes[WORKERS]["label"] == "Workers"
            link = next(data for *_, data in back.edges(data=True))
            assert {"relation", "statements", "link_basis", "documents"} <= set(link)


def test_node_link_json_is_read_again_by_networkx(small) -> None:
    back = nx.node_link_graph(json.loads(written(small, "json")), edges="edges")
    assert back.edges == small.graph.edges


def test_the_table_of_links_has_a_row_for_each(small) -> None:
    rows = list(csv.DictReader(io.StringIO(written(small, "csv").decode())))
    assert len(rows) == 8
    (row,) = (row for row in rows if row["relation"] == "addresses")
    assert (row["source_label"], row["target"], row["weight"]) == ("Wages for a month", JOBS, "2.0")


def test_the_picture_is_an_svg_of_the_most_linked(whole) -> None:
    root = ET.fromstring(written(whole, "svg"))  # noqa: S314 - our own file
    circles = [e for e in root.iter() if e.tag.endswith("circle") and len(e)]
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert 100 < len(circles) <= MOST_DRAWN


def test_files_of_a_label_that_xml_cannot_hold_are_well_formed(tmp_path) -> None:
    file = tmp_path / "chain.ttl"
    file.write_text(CHAIN.replace('"A"', '"A\\u0008<&"'), encoding="utf-8")
    store = Store(pyoxigraph.Store())
    store.add(read_files([file]))
    network = Network(Bench(store, SHIPPED))
    for form in ("gexf", "graphml", "svg"):
        ET.fromstring(written(network, form))  # noqa: S314 - our own file


def test_paths_over_http_have_steps_with_evidence_and_links(dock) -> None:
    body = dock.get("/api/v1/paths?from=governments&to=example-loans&limit=1").json()
    (item,) = body["items"]
    assert [step["relation"] for step in item["steps"]] == [
        "is recommended to",
        "benefits",
        "affects",
    ]
    assert item["steps"][2]["evidence"][0]["quote"].startswith("Some")
    assert dock.get(item["links"]["self"]).status_code == 200
    assert body["meta"]["reason"] is None
    assert dock.get(body["links"]["csv"]).text.count("\r\n") == 4


def test_no_path_is_an_empty_answer_with_a_reason(dock) -> None:
    answer = dock.get("/api/v1/paths?from=example-loans&to=workers&causal=true")
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert "neither cause nor effect" in answer.json()["meta"]["reason"]


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("paths?from=workers", 422, "to is missing"),
        ("paths?from=workers&to=women&limit=21", 422, "from 1 to 20"),
        ("paths?from=workers&to=women&longest=0", 422, "from 1 to 8"),
        ("paths?from=workers&to=women&via=x", 422, "no parameter 'via'"),
        ("paths?from=workers&to=women&release=9", 404, "is not served"),
        ("network?format=xlsx", 422, "give one of json, gexf"),
        ("network/centrality?group=women", 422, "no parameter 'group'"),
        ("network/cover?group=", 422, "group is empty"),
        ("network/fame", 404, "no measure 'fame'"),
    ],
)
def test_what_is_not_understood_is_refused(dock, address, status, said) -> None:
    answer = dock.get(f"/api/v1/{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("form", "media"),
    [
        ("json", "application/json"),
        ("gexf", "application/gexf+xml"),
        ("graphml", "application/graphml+xml"),
        ("csv", "text/csv"),
        ("svg", "image/svg+xml"),
    ],
)
def test_the_network_is_given_in_the_format_asked_for(dock, form, media) -> None:
    by_name = dock.get(f"/api/v1/network?format={form}")
    by_accept = dock.get("/api/v1/network", headers={"Accept": media})
    assert by_name.headers["content-type"].split(";")[0] == media
    assert by_name.content == by_accept.content


def test_a_measure_over_http_says_what_it_means(dock) -> None:
    body = dock.get("/api/v1/network/centrality").json()
    assert [slug(item["id"]) for item in body["items"]] == ["example-wages", "governments"]
    assert "not what works" in body["meta"]["meaning"]
    assert body["meta"]["computed"] == "betweenness is exact, over 5 things"
    table = dock.get("/api/v1/network/centrality?format=csv").text
    assert {row["betweenness"] for row in csv.DictReader(io.StringIO(table))} == {"0.5", "0.0"}


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tipgraph", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_tells_paths_with_passages() -> None:
    done = command("paths", "covid-19-pandemic", "increased-poverty", "--causal")
    assert done.returncode == 0
    assert "COVID-19 pandemic leads to Increased poverty" in done.stdout
    assert "unodc-pandemic-worsens-poverty" in done.stdout


@pytest.mark.parametrize("ending", ["gexf", "graphml", "json", "csv", "svg"])
def test_the_command_writes_what_the_service_gives(client, tmp_path, ending) -> None:
    file = tmp_path / f"network.{ending}"
    assert command("network", "--export", file).returncode == 0
    assert file.read_bytes() == client.get(f"/api/v1/network?format={ending}").content


def test_the_command_refuses_a_file_of_another_kind(tmp_path) -> None:
    done = command("network", "--export", tmp_path / "network.docx")
    assert done.returncode == 2
    assert "end the name in one of .json, .gexf" in done.stderr
