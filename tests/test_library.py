"""`import tipgraph` gives what the commands give: items, frames, HTML, permalinks, citations."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import bibtexparser
import networkx as nx
import pytest
import rispy
from conftest import EXAMPLE, EXAMPLE_TEXTS

import tipgraph
from tipgraph.errors import BadParameter, BadQuery, BrokenFile, NotFound, TipgraphError
from tipgraph.library import Graph
from tipgraph.search import KINDS as SEARCHED

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from fastapi.testclient import TestClient

    from tipgraph.evidence import Bench

ONLINE = "online-recruitment-of-children"
# What the documents say against the online recruitment of children.
LABELS = [
    "Guidance on protecting children online",
    "Internet safety programmes for parents and children",
    "Legislation on all forms of trafficking, notably online exploitation and recruitment",
    "Train authorities in the legislation and in digital evidence",
]
COMMON = {
    "id": "string",
    "type": "string",
    "label": "string",
    "description": "string",
    "why": "object",
    "evidence": "Int64",
}
PIECE = [
    "document_label",
    "document",
    "document_title",
    "document_publisher",
    "document_issued",
    "statement",
    "statement_kind",
    "statement_modality",
    "statement_basis",
    "statement_link_basis",
    "section",
    "phrase",
    "spans",
    "quote",
]
TIP = "PREFIX tip: <https://w3id.org/tipgraph/ontology#>\n"
SERVICE = "http://testserver"


@pytest.fixture(scope="module")
def graph(bench: Bench) -> Graph:
    return Graph(bench, SERVICE)


@pytest.fixture(scope="module")
def small(example: Bench) -> Graph:
    return Graph(example)


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


# opening


def test_the_shipped_graph_is_opened_in_a_line(bench: Bench) -> None:
    graph = tipgraph.open()

    assert graph.release == bench.release.version
    assert len(graph) == bench.quads
    assert repr(graph) == f"<tipgraph 0.1.0: {bench.quads:,} quads>"


def test_a_store_is_opened_by_its_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tipgraph", "build", str(tmp_path / "graph.store")], check=False
    )
    assert done.returncode == 0

    assert len(tipgraph.open(tmp_path / "graph.store").responses(impact=ONLINE)) == 4


def test_a_service_is_opened_by_its_address(bench: Bench, served) -> None:
    with served(bench) as address:
        graph = tipgraph.open(f"sparql:{address}/sparql")
        found = graph.responses(impact=ONLINE).frame()

    assert list(found["label"]) == LABELS


def test_a_folder_of_data_is_opened_with_its_texts(monkeypatch) -> None:
    monkeypatch.delenv("TIPGRAPH_SOURCES", raising=False)
    without = tipgraph.open(EXAMPLE.data).impacts().evidence_frame()
    given = tipgraph.open(EXAMPLE.data, sources=EXAMPLE_TEXTS).impacts().evidence_frame()
    monkeypatch.setenv("TIPGRAPH_SOURCES", str(EXAMPLE_TEXTS))
    named = tipgraph.open(EXAMPLE.data).impacts().evidence_frame()

    assert without["quote"].isna().all()
    assert given["quote"].notna().all()
    assert named.equals(given)


def test_what_cannot_be_opened_is_an_error_of_the_library() -> None:
    with pytest.raises(BrokenFile, match="is not there"):
        tipgraph.open("nowhere.store")


# the same as the commands and the service


def test_a_list_is_that_of_the_service(graph: Graph, client: TestClient) -> None:
    found = graph.responses(impact=ONLINE, group=["children", "women"])
    served = client.get(found.permalink)

    assert served.json()["meta"]["release"] == graph.release
    assert [i["id"] for i in served.json()["items"]] == [item.id for item in found]
    assert [tuple(i["why"]) for i in served.json()["items"]] == [item.why for item in found]
    assert served.json()["meta"]["sparql"] == found.sparql


@pytest.mark.parametrize("kind", ["responses", "impacts", "statements"])
def test_a_list_has_all_that_there_is_unless_limited(graph: Graph, client, kind: str) -> None:
    order = "position" if kind == "statements" else "-evidence"
    every, some = graph.things(kind), graph.things(kind, limit=3, sort=order, q="children")

    assert len(every) == every.total == client.get(f"/api/v1/{kind}").json()["meta"]["total"]
    assert len(some) == 3 < some.total
    assert [i["id"] for i in client.get(some.permalink).json()["items"]] == [i.id for i in some]


def test_there_is_a_method_for_each_kind(graph: Graph) -> None:
    assert set(SEARCHED) < set(graph.kinds())
    for kind in graph.kinds():
        found = getattr(graph, kind)(limit=1)
        assert [item.kind for item in found] == [kind]


def test_a_facet_with_a_hyphen_is_written_with_an_underscore(graph: Graph, client) -> None:
    found = graph.impacts(leads_to="loss-of-livelihoods")

    assert "leads-to=loss-of-livelihoods" in found.permalink
    assert [i["id"] for i in client.get(found.permalink).json()["items"]] == [i.id for i in found]


def test_an_item_can_be_asked_for_as_it_is(graph: Graph) -> None:
    (impact,) = graph.thing("impacts", ONLINE).items
    by_item, by_name = graph.responses(impact=impact), graph.responses(impact=ONLINE)

    assert [item.id for item in by_item] == [item.id for item in by_name]
    assert len(by_item) == 4
    assert len(graph.responses(impact=impact.links["broader"])) >= 4


def test_a_question_file_is_answered_as_by_the_service(graph: Graph, client) -> None:
    found = graph.question("impacts-in-several-documents", at_least=4)
    served = client.get(found.permalink).json()

    assert [i["id"] for i in served["items"]] == [item.id for item in found]
    assert "impacts-on-group" in graph.questions()


def test_a_question_in_plain_words_tells_what_was_understood(graph: Graph, client) -> None:
    found = graph.ask("what can be done about online recruitment of children?")
    served = client.get(found.permalink).json()

    assert found.answered
    assert found.understood == served["understood"]
    assert found.understood["want"] == "PolicyResponse"
    assert [i["id"] for i in served["items"]] == [item.id for item in found]


def test_a_question_that_is_not_understood_says_why(graph: Graph) -> None:
    found = graph.ask("labourious xylophones in Atlantis")

    assert not found.answered
    assert found.items == ()
    assert "Atlantis" in found.reason or "atlantis" in found.reason
    assert found.nearest
    assert len(found.frame()) == 0
    assert dtypes(found.frame()) == COMMON


def test_a_search_is_that_of_the_service(graph: Graph, client) -> None:
    found = graph.search("remitt", kind="impacts")

    assert [i["id"] for i in client.get(found.permalink).json()["items"]] == [i.id for i in found]
    assert found.items[0].label.lower().count("remittances") == 1


def test_a_matrix_is_that_of_the_service(graph: Graph, client) -> None:
    found = graph.matrix("group", "document")
    served = client.get(found.permalink).json()

    cells = {(c["row"], c["column"]): c["counts"]["things"] for c in served["items"]}
    assert {(c.row, c.column): len(c.things) for c in found} == cells
    assert found.grid().loc["Children", "UNODC study"] == max(
        len(c.things)
        for c in found
        if c.row.endswith("/children") and c.column.endswith("unodc-effects-and-responses")
    )


def test_a_count_that_was_not_looked_for_is_missing_and_not_zero(small: Graph) -> None:
    # The brief was read for groups, and not for forms of exploitation.
    groups = small.matrix("group", "document", kind="impacts", empty=True).grid("statements")
    forms = small.matrix("form", "document", kind="impacts", empty=True).grid("statements")

    assert groups["Example brief"].sum() == groups.loc["Workers", "Example brief"] == 2
    assert not groups.isna().any().any()
    assert forms.isna().all().all()
    assert set(map(str, (*groups.dtypes, *forms.dtypes))) == {"Int64"}


def test_gaps_are_those_of_the_service(graph: Graph, client) -> None:
    found = graph.gaps("form-not-covered")
    served = client.get(found.permalink).json()

    assert [i["id"] for i in served["items"]] == [gap.item.id for gap in found]
    assert len(graph.gaps()) > len(found) > 0
    assert "SELECT" in found.sparql


def test_paths_are_those_of_the_service(graph: Graph, client) -> None:
    found = graph.paths(ONLINE, "children")
    served = client.get(found.permalink).json()

    assert [i["label"] for i in served["items"]] == [
        " / ".join(node.label for node in way.nodes) for way in found
    ]
    assert graph.paths(ONLINE, ONLINE).reason


def test_the_network_is_a_graph_of_networkx_to_work_with(graph: Graph) -> None:
    network = graph.network()
    size = len(network)
    network.remove_nodes_from(list(network))

    assert isinstance(network, nx.MultiDiGraph)
    assert len(graph.network()) == size > 100


def test_a_measure_says_what_it_means(graph: Graph, client) -> None:
    found = graph.measure("centrality", limit=5)
    served = client.get(found.permalink).json()

    assert found.meaning == served["meta"]["meaning"]
    assert [i["id"] for i in served["items"]] == [item.id for item in found]
    assert dtypes(found.frame())["degree"] == "Int64"
    assert dtypes(found.frame())["betweenness"] == "Float64"
    assert graph.measure("cover", groups="children").missed == ()


def test_sparql_gives_rows_with_the_evidence_of_their_statements(graph: Graph) -> None:
    query = f"""{TIP}PREFIX impact: <https://w3id.org/tipgraph/id/impact/>
        SELECT ?statement (2 AS ?two) (0.5 AS ?half) (true AS ?yes) ?none
        WHERE {{ ?statement tip:addressedImpact impact:{ONLINE} }} ORDER BY ?statement"""
    found = graph.sparql(query)

    assert dtypes(found.frame()) == {
        "statement": "string",
        "two": "Int64",
        "half": "Float64",
        "yes": "boolean",
        "none": "string",
    }
    assert len(found) == 4
    assert found.items[0]["none"] is None
    assert set(found.evidence_frame()["id"]) == set(found.frame()["statement"])
    assert {d.label for d in found.documents} == {"ICAT page", "UNODC study"}


def test_sparql_gives_a_row_for_a_truth_and_for_each_triple(graph: Graph) -> None:
    triple = f"CONSTRUCT WHERE {{ ?s <{tipgraph_iri('addresses')}> ?impact }}"

    assert graph.sparql("ASK {}").items == ({"answer": True},)
    assert dtypes(graph.sparql("ASK { <a:b> ?p ?o }").frame()) == {"answer": "boolean"}
    assert list(graph.sparql(triple).frame().columns) == ["subject", "predicate", "object"]


def tipgraph_iri(name: str) -> str:
    return f"https://w3id.org/tipgraph/ontology#{name}"


# frames


def test_the_columns_of_a_kind_are_the_same_whatever_is_asked(graph: Graph) -> None:
    for kind in graph.kinds():
        every, none = (graph.things(kind, **asked).frame() for asked in ({}, {"q": "zzzzzz"}))
        assert len(none) == 0
        assert dtypes(none) == dtypes(every), kind
        assert list(every.columns)[:6] == list(COMMON)
        assert dtypes(every) == COMMON | {n: d for n, d in dtypes(every).items() if n not in COMMON}


def test_a_frame_has_a_row_for_each_item(graph: Graph) -> None:
    frame = graph.responses(impact=ONLINE).frame()

    assert list(frame["label"]) == LABELS
    assert list(frame["why"]) == [("addresses Children targeted by traffickers online",)] * 4
    assert (frame["evidence"] >= 1).all()
    assert "Prevention" in frame["pillars"][1]


def test_many_values_stand_in_a_tuple_that_pandas_parts(graph: Graph) -> None:
    frame = graph.responses(impact=ONLINE).frame()
    counts = frame.explode("pillars")["pillars"].value_counts()

    assert counts.sum() == sum(map(len, frame["pillars"]))


def test_figures_are_numbers(graph: Graph) -> None:
    frame = graph.figures().frame()

    assert dtypes(frame)["value"] == "Float64"
    assert dtypes(frame)["measure"] == "string"
    assert frame["value"].max() == 50_000


def test_counts_of_a_question_are_whole_numbers(graph: Graph) -> None:
    frame = graph.question("impact-count-by-document").frame()

    assert dtypes(frame) == COMMON | {"count": "Int64"}
    assert frame["count"].is_monotonic_decreasing


def test_an_evidence_frame_has_a_row_for_each_item_and_piece(graph: Graph) -> None:
    found = graph.responses(impact=ONLINE)
    frame = found.evidence_frame()

    assert list(frame.columns) == ["id", "label", *PIECE]
    assert set(dtypes(frame).values()) == {"string"}
    assert len(frame) == found.frame()["evidence"].sum()
    assert list(frame["phrase"]) == [
        e.passage.phrase for item in found for e in item.evidence if e.passage
    ]


def test_what_a_piece_does_not_have_is_missing(graph: Graph) -> None:
    frame = graph.impacts(group="migrant-domestic-workers").evidence_frame()

    assert frame["statement_link_basis"].isna().any()
    assert not (frame == "").any().any()


FRAMES = {
    "gaps": lambda graph: graph.gaps("form-not-covered"),
    "matrix": lambda graph: graph.matrix("type", "pillar"),
    "paths": lambda graph: graph.paths(ONLINE, "children"),
    "ask": lambda graph: graph.ask("impacts on children"),
    "search": lambda graph: graph.search("children", kind=["groups", "impacts"]),
    "question": lambda graph: graph.question("impacts-on-group", group="children"),
    "measure": lambda graph: graph.measure("agreement"),
    "sparql": lambda graph: graph.sparql(f"{TIP}SELECT ?s {{ ?s a tip:FigureStatement }}"),
    "things": lambda graph: graph.actors(limit=3),
}


@pytest.mark.parametrize("name", FRAMES)
def test_every_answer_has_frames_citations_and_html(graph: Graph, client, name: str) -> None:
    found = FRAMES[name](graph)
    evidence = found.evidence_frame()
    keys = {document.id.rsplit("/", 1)[-1] for document in found.documents}

    assert len(found) == len(found.items) == len(list(found)) == len(found.frame()) > 0
    assert set(evidence["document"]) >= {document.id for document in found.documents}
    assert set(bibtexparser.loads(found.bibtex()).entries_dict) == keys
    assert {entry["id"] for entry in rispy.loads(found.ris())} == keys > set()
    assert {entry["id"] for entry in json.loads(found.csl())} == keys
    assert found.sparql
    assert found.permalink.startswith(SERVICE)
    assert client.get(found.permalink).status_code == 200
    assert len(str(found).splitlines()) > 1
    assert type(found).__name__ in repr(found)
    assert "<table>" in found._repr_html_()


def test_a_gap_and_a_cell_and_a_way_have_their_columns(graph: Graph) -> None:
    gaps, cells, ways = (FRAMES[name](graph).frame() for name in ("gaps", "matrix", "paths"))

    assert list(gaps["rank"]) == sorted(gaps["rank"])
    assert set(gaps["gap"]) == {"form-not-covered"}
    assert (cells["things"] == cells["items"].map(len)).all()
    assert list(ways["path"]) == list(range(1, len(ways) + 1))
    assert (ways["steps"] == ways["things"].map(len) - 1).all()


def test_the_evidence_of_a_cell_is_of_its_statements(graph: Graph) -> None:
    found = graph.matrix("type", "pillar")
    frame = found.evidence_frame()
    counted = frame.groupby(["row", "column"])["statement"].nunique()

    for cell in found:
        if cell.statements:
            assert counted[cell.row, cell.column] == cell.statements


# citations


def test_a_citation_names_the_answer_and_its_address(graph: Graph) -> None:
    (entry, *_) = json.loads(graph.responses(impact=ONLINE).csl())

    assert entry["note"] == (
        "Supports the answer of tipgraph 0.1.0 to responses impact=online-recruitment-of-children: "
        "http://testserver/api/v1/responses?impact=online-recruitment-of-children&release=0.1.0"
    )


def test_without_a_service_a_citation_has_no_address_and_a_permalink_is_a_path(small) -> None:
    found = small.impacts()

    assert json.loads(found.csl())[0]["note"].endswith("to impacts")
    assert found.permalink == "/api/v1/impacts?release=unreleased"


def test_several_answers_are_cited_with_each_document_once(graph: Graph) -> None:
    first, second = graph.responses(impact=ONLINE), graph.impacts(q="remittances")
    entries = {e["id"]: e for e in json.loads(graph.cite(first, second, form="csl"))}
    both = {d.id for d in first.documents} & {d.id for d in second.documents}

    assert len(entries) == len({d.id for d in (*first.documents, *second.documents)})
    for iri in both:
        note = entries[iri.rsplit("/", 1)[-1]]["note"]
        assert "to responses impact=" in note
        assert "to impacts q=remittances" in note


def test_a_document_is_cited_by_its_name(graph: Graph) -> None:
    assert graph.cite("icat-victims-and-survivors").startswith("@misc{icat-victims-and-survivors,")
    assert graph.cite("ICAT page", form="ris").startswith("TY  - ELEC")


# errors

MISTAKES = {
    "facet": (lambda g: g.responses(impct="x"), BadParameter, "impact"),
    "value": (
        lambda g: g.responses(impact="online-recrutment"),
        BadParameter,
        "online-recruitment",
    ),
    "kind": (lambda g: g.things("respones"), NotFound, "responses"),
    "thing": (lambda g: g.thing("impacts", "online-recrutment"), NotFound, "online-recruitment"),
    "question": (
        lambda g: g.question("responses-adressing-impact"),
        NotFound,
        "responses-addressing-impact",
    ),
    "parameter": (lambda g: g.question("impacts-on-group", grup="x"), BadParameter, "group"),
    "sort": (lambda g: g.impacts(sort="labl"), BadParameter, "label"),
    "axis": (lambda g: g.matrix("grup", "document"), BadParameter, "group"),
    "gap": (lambda g: g.gaps("form-not-coverd"), BadParameter, "form-not-covered"),
    "end": (lambda g: g.paths("online-recrutment", "children"), BadParameter, "online-recruitment"),
    "measure": (lambda g: g.measure("centralty"), BadParameter, "centrality"),
    "searched": (lambda g: g.search("x", kind="animals"), BadParameter, "responses"),
    "form": (lambda g: g.cite("ICAT page", form="word"), BadParameter, "bibtex"),
    "count": (lambda g: g.matrix("type", "pillar").grid("stars"), BadParameter, "things"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_an_error_of_the_library_with_suggestions(graph: Graph, name: str) -> None:
    mistake, kind, meant = MISTAKES[name]

    with pytest.raises(kind) as raised:
        mistake(graph)
    assert isinstance(raised.value, tipgraph.TipgraphError)
    assert meant in raised.value.suggestions


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        (lambda g: g.responses(limit=0), "from 1"),
        (lambda g: g.responses(limit="5"), "from 1"),
        (lambda g: g.responses(exact="yes"), "True or False"),
        (lambda g: g.responses(impact=3.5), "is no name"),
        (lambda g: g.responses(lang="no such tongue"), "language tag"),
        (lambda g: g.paths(ONLINE, "children", longest=99), "from 1 to 8"),
        (lambda g: g.ask("  "), "empty"),
        (lambda g: g.sparql("SELECT ?a { ?a"), "line 1"),
        (lambda g: g.sparql("DELETE WHERE { ?s ?p ?o }"), "is an update"),
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_library(graph: Graph, mistake, hint) -> None:
    with pytest.raises((BadParameter, BadQuery), match=hint):
        mistake(graph)


# notebooks


class _Tags(HTMLParser):
    """Keeps the names of tags, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.names.add(tag)
        assert {name for name, _ in attrs} <= {"style"}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_shows_nothing_of_the_graph_as_markup(graph: Graph) -> None:
    evil = "<script>alert(1)</script> & <img src=x onerror=y>"
    found = graph.responses(impact=ONLINE)
    item = replace(found.items[0], label=evil, why=(evil,))
    shown = replace(found, answer=replace(found.answer, items=(item,)), asked=evil)
    page = _Tags(shown._repr_html_())

    assert page.names <= {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "br"}
    assert page.text.count(evil) == 3


def test_html_says_how_many_rows_it_leaves_out(graph: Graph) -> None:
    found = graph.impacts()
    page = _Tags(found._repr_html_())

    assert f"{len(found)} items" in page.text
    assert f"{len(found) - 20} more are not shown." in page.text
    assert found._repr_html_().count("<tr>") == 21


def test_html_of_a_question_says_what_was_understood(graph: Graph) -> None:
    page = _Tags(graph.ask("impacts on children zzzzzz")._repr_html_()).text

    assert "“children”" in page
    assert "Ignored: “zzzzzz”." in page


# what is imported when

HEAVY = ("fastapi", "matplotlib", "networkx", "numpy", "pandas", "pyoxigraph", "rdflib")
TELL = "import sys; print(*{name.split('.')[0] for name in sys.modules} & set(sys.argv[1:]))"


def imported(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{TELL}", *HEAVY],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_to_import_the_package_imports_nothing_else() -> None:
    program = """
import sys; before = set(sys.modules)
import tipgraph; tipgraph.__version__; dir(tipgraph)
print(*sorted(set(sys.modules) - before))"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) <= {"__future__", "tipgraph"}


def test_the_commands_do_not_import_what_python_alone_needs() -> None:
    ask = f"""
from tipgraph.cli import app
app(["question", "responses-addressing-impact", "impact={ONLINE}"], standalone_mode=False)"""

    assert imported("import tipgraph.cli") == set()
    assert imported(ask) == {"pyoxigraph"}


def test_pandas_is_imported_for_a_frame_alone() -> None:
    ask = f"import tipgraph; found = tipgraph.open().responses(impact='{ONLINE}'); print(found)"

    assert not imported(ask) & {"pandas", "numpy", "fastapi", "matplotlib"}
    assert "pandas" in imported(f"{ask}; found.frame()")


def test_without_pandas_a_frame_says_what_to_install() -> None:
    program = f"""
import sys; sys.modules["pandas"] = None
import tipgraph
try:
    tipgraph.open().responses(impact="{ONLINE}").frame()
except tipgraph.TipgraphError as error:
    print(error)"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == (
        "pandas is not installed; install it with: pip install 'tipgraph[notebook]'"
    )


def test_the_package_says_what_it_offers() -> None:
    assert set(tipgraph.__all__) <= set(dir(tipgraph))
    assert tipgraph.Graph is Graph
    assert tipgraph.TipgraphError is TipgraphError
    with pytest.raises(AttributeError, match="nothing"):
        _ = tipgraph.nothing
