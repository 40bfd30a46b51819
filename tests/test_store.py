import json
import shutil
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

from tipgraph.answers import Asked
from tipgraph.dataset import union
from tipgraph.errors import BadQuery, BrokenFile
from tipgraph.graph import SHIPPED, Layout
from tipgraph.store import Store
from tipgraph.terms import Iri

COUNT = "SELECT (COUNT(*) AS ?n) {} WHERE {{ ?s ?p ?o }}"


def number(store: Store, query: str, **dataset: tuple[str, ...]) -> int:
    body, _ = store.answer(Asked(query, **dataset))
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def test_queries_see_the_union_of_all_graphs(store: Store) -> None:
    assert number(store, COUNT.format("")) == len(store)


def test_no_triple_is_in_two_graphs(store: Store) -> None:
    quads = pyoxigraph.parse(store.dump("nquads"), format=pyoxigraph.RdfFormat.N_QUADS)
    times = Counter((str(q.subject), str(q.predicate), str(q.object)) for q in quads)

    assert [triple for triple, n in times.items() if n > 1] == []


def test_a_dataset_in_the_query_narrows_it(store: Store) -> None:
    derived = "FROM <https://w3id.org/tipgraph/graph/derived>"

    assert 0 < number(store, COUNT.format(derived)) < len(store) / 2


def test_a_dataset_of_the_protocol_stands_before_that_of_the_query(store: Store) -> None:
    query = COUNT.format("FROM <https://w3id.org/tipgraph/graph/derived>")
    meta = "https://w3id.org/tipgraph/graph/meta"

    assert number(store, query, default=(meta,)) == number(store, COUNT.format(f"FROM <{meta}>"))


def test_a_construct_gives_a_set(store: Store) -> None:
    query = "CONSTRUCT { <a:s> <a:p> <a:o> } WHERE { ?s a ?c } LIMIT 50"

    assert store.graph(query, "ntriples") == b"<a:s> <a:p> <a:o> .\n"


def test_a_broken_file_is_named_with_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    broken = tmp_path / "documents" / "broken.ttl"
    broken.write_text("@prefix a: <a:> .\n\na:s a:p ;; a:o .\n", encoding="utf-8")

    with pytest.raises(BrokenFile, match=r"broken\.ttl:3:\d+: ") as caught:
        Store.load(Layout(data=tmp_path))
    assert caught.value.details["line"] == 3


def test_a_query_that_does_not_parse_tells_where(store: Store) -> None:
    with pytest.raises(BadQuery, match="line 2, column"):
        store.select("SELECT * WHERE {\n ?s ?p }")


def test_an_ask_is_not_rows(store: Store) -> None:
    with pytest.raises(BadQuery, match="not a SELECT"):
        store.select("ASK { ?s ?p ?o }")


def test_no_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="No RDF file"):
        Store.load(Layout(ontology=tmp_path, data=tmp_path))


@pytest.mark.parametrize("form", ["turtle", "ntriples", "jsonld", "trig", "nquads", "rdfxml"])
def test_a_dump_holds_every_triple_in_every_format(example, form: str) -> None:
    formats = {
        "turtle": pyoxigraph.RdfFormat.TURTLE,
        "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        "trig": pyoxigraph.RdfFormat.TRIG,
        "nquads": pyoxigraph.RdfFormat.N_QUADS,
        "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    }
    read = pyoxigraph.parse(example.store.dump(form), format=formats[form])
    again = {q.triple if isinstance(q, pyoxigraph.Quad) else q for q in read}

    assert len(again) == len(example.store)


def test_short_links_are_those_that_rdflib_derives(tmp_path: Path) -> None:
    data = Path(__file__).parent / "example" / "data"
    shutil.copytree(data, tmp_path / "data")
    layout = Layout(data=tmp_path / "data")
    plain = union(Store.load(layout, derived=False))
    by_rdflib = set()
    for path in SHIPPED.queries_in("derive"):
        found = plain.query(path.read_text(encoding="utf-8")).graph
        by_rdflib |= {tuple(map(str, triple)) for triple in found - plain}
        plain += found
    rows = Store.load(layout).select(
        "SELECT ?s ?p ?o WHERE { GRAPH <https://w3id.org/tipgraph/graph/derived> { ?s ?p ?o } }"
    )

    assert {tuple(term.value for term in row) for row in rows.rows} == by_rdflib


def test_the_example_has_the_short_links_that_its_statements_say(example) -> None:
    rows = example.store.select(
        "SELECT ?s ?p ?o WHERE { GRAPH <https://w3id.org/tipgraph/graph/derived> { ?s ?p ?o } "
        'FILTER(!STRSTARTS(STR(?p), "http://www.w3.org/")) }'
    )
    ids = "https://w3id.org/tipgraph/id/"
    tip = "https://w3id.org/tipgraph/ontology#"
    c = "https://w3id.org/tipgraph/concept/"
    brief = ids + "document/example-brief"
    lost, loans = ids + "impact/example-jobs-lost", ids + "impact/example-loans"
    wages = ids + "response/example-wages"
    expected = {
        (lost, "affects", c + "workers"),
        (loans, "affects", c + "workers"),
        (c + "workers", "affectedBy", lost),
        (c + "workers", "affectedBy", loans),
        (loans, "usesMeans", c + "debt"),
        (lost, "reportedIn", brief),
        (loans, "reportedIn", brief),
        (wages, "reportedIn", brief),
        (wages, "recommendedIn", brief),
        (wages, "recommendedTo", c + "governments"),
        (wages, "benefits", c + "workers"),
        (wages, "addresses", lost),
        (lost, "addressedBy", wages),
        (ids + "statement/example-jobs-lost", "about", lost),
        (ids + "statement/example-loans", "about", loans),
        (ids + "statement/example-wages", "about", wages),
    }

    found = {(s.value, p.value.removeprefix(tip), o.value) for s, p, o in rows.rows}
    assert found == expected


def test_terms_cross_as_plain_values(store: Store) -> None:
    row = store.select("SELECT ?x WHERE { VALUES ?x { <a:b> } }").rows[0]

    assert row == (Iri("a:b"),)


def test_a_function_that_nobody_knows_is_a_bad_query(store: Store) -> None:
    with pytest.raises(BadQuery, match=r"example\.org/any"):
        store.answer(Asked("SELECT (<http://example.org/any>(1) AS ?x) {}"))
