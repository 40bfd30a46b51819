"""Queries that are answered where they are asked, because they are surely little work."""

from __future__ import annotations

import json
import random
from math import inf
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import pytest
from serving import NUMBER, PLAIN, build_numbered, eventually, number_in, sparql

from tipgraph.answers import Asked
from tipgraph.degrees import Degrees
from tipgraph.effort import Efforts
from tipgraph.errors import BadQuery, TooLarge
from tipgraph.graph import Layout
from tipgraph.joins import Pattern, joined
from tipgraph.near import SOME, Near
from tipgraph.pool import Limits, Pool
from tipgraph.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIP = "https://w3id.org/tipgraph/ontology#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PREFIXES = "PREFIX ex: <http://x.org/> PREFIX : <http://y.org/>\n"
# a is above b and c, b is above d; every one but a has a colour, and a has two friends.
LINKED = """
@prefix ex: <http://x.org/> .
ex:b ex:broader ex:a ; ex:colour "red" .
ex:c ex:broader ex:a ; ex:colour "blue" .
ex:d ex:broader ex:b ; ex:colour "red" .
ex:a ex:friend ex:c, ex:d .
"""


@pytest.fixture(scope="module")
def efforts(store: Store) -> Efforts:
    return Efforts(Degrees.of(store))


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Store:
    things = tmp_path_factory.mktemp("linked") / "things"
    things.mkdir()
    (things / "few.ttl").write_text(LINKED, encoding="utf-8")
    nothing = things.parent / "none"
    return Store.load(Layout(data=things.parent, ontology=nothing), derived=False)


@pytest.fixture
def near(store: Store) -> Iterator[Near]:
    near = Near(store, Pool({}, Limits(workers=1)))
    near.counting.join()
    yield near
    near.close()


def answered(near: Near, asked: Asked) -> tuple[bytes, str]:
    """The answer to *asked*, after which all workers end."""

    async def answer() -> tuple[bytes, str]:
        try:
            return await near.answer(asked)
        finally:
            near.close()
            await anyio.lowlevel.checkpoint()

    return anyio.run(answer)


def started(near: Near) -> int:
    return near.pool.state().started


# What is read


def test_triples_are_read_with_their_names_in_full() -> None:
    query = joined(PREFIXES + 'SELECT ?a { ?a a ex:B ; :c "d"@en, <http://z.org/e> . }')

    assert query is not None
    assert query.cells == 1
    assert query.patterns == (
        Pattern("?a", TYPE, "http://x.org/B"),
        Pattern("?a", "http://y.org/c", '"d"'),
        Pattern("?a", "http://y.org/c", "http://z.org/e"),
    )


def test_variables_are_the_same_with_both_signs() -> None:
    query = joined("ASK { ?a ?b $a }")

    assert query is not None
    assert query.patterns == (Pattern("?a", "?b", "?a"),)


def test_a_property_may_be_followed_any_number_of_times() -> None:
    query = joined(PREFIXES + "SELECT * WHERE { ?a ex:b* ?c . ?a ex:b+ ?c . ?a ex:b ?c }")

    assert query is not None
    assert [pattern.transitive for pattern in query.patterns] == [True, True, False]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("SELECT * { ?a ?b ?c } LIMIT 10", 10),
        ("SELECT * { ?a ?b ?c } LIMIT 10 OFFSET 25", 35),
        ("SELECT * { ?a ?b ?c }", None),
        ("SELECT DISTINCT * { ?a ?b ?c } LIMIT 10", None),
        ("SELECT * { ?a ?b ?c . ?c ?d ?e } LIMIT 10", None),
        ("CONSTRUCT { ?a ?b ?c } { ?a ?b ?c } LIMIT 10", None),
    ],
)
def test_how_many_solutions_are_enough(query: str, first: int | None) -> None:
    read = joined(query)

    assert read is not None
    assert read.first == first


def test_each_triple_of_a_template_has_three_terms() -> None:
    query = joined("CONSTRUCT { ?a <x:b> ?c ; <x:d> ?c } WHERE { ?a <x:e> ?c }")

    assert query is not None
    assert query.cells == 6


@pytest.mark.parametrize(
    "query",
    [
        "",
        "ASK {}",
        "SELECT ?a { ?a ?b }",
        "SELECT * { ?a ?b ?c FILTER(?c > 1) }",
        "SELECT * { ?a ?b ?c } ORDER BY ?a",
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }",
        "SELECT * { ?a ?b ?c OPTIONAL { ?a ?d ?e } }",
        "SELECT * { { ?a ?b ?c } UNION { ?a ?d ?e } }",
        "SELECT * { GRAPH ?g { ?a ?b ?c } }",
        "SELECT * { ?a <x:b>/<x:c> ?d }",
        "SELECT * { ?a ?b* ?c }",
        "SELECT * { ?a ^<x:b> ?c }",
        "SELECT * FROM <x:g> { ?a ?b ?c }",
        "SELECT * { _:a ?b ?c }",
        "SELECT * { [] ?b ?c }",
        "SELECT * { ?a ?b (1 2) }",
        "SELECT * { ?a unknown:b ?c }",
        "SELECT * { ?a ?b ?c } LIMIT",
        "SELECT * { ?a ?b ?c } LIMIT 1 BINDINGS",
        "SELECT * { ?a ?b ?c } GROUP BY ?a",
        "DESCRIBE <x:a>",
        "BASE <x:> SELECT * { <a> ?b ?c }",
        "SELECT * { ?a ?b <ontology#Statement> }",
        "SELECT * { ?a ?b </tipgraph/ontology#Statement> }",
        "SELECT * { <?a> ?b ?c . ?a ?d ?e }",
        "PREFIX ex: <ontology#> SELECT * { ?a ?b ex:Statement }",
        "INSERT DATA { <x:a> <x:b> <x:c> }",
        "SELECT * { ?a ?b ?c . SERVICE <http://x.org/> { ?a ?b ?c } }",
        "PREFIX service: <http://x.org/> SELECT * { ?a service:b ?c }",
        "SELECT * { " + "?a ?b ?c . " * 100 + "}",
    ],
)
def test_all_other_forms_are_left_to_a_worker(query: str) -> None:
    assert joined(query) is None


@pytest.mark.parametrize(
    ("one", "other", "subject", "thing"),
    [
        ("ASK { <x:a> ?b <x:c> }", "ASK { <x:d> ?b <x:e#f> }", "x:d", "x:e#f"),
        (
            "ASK { <x:a> ?b 'c' }",
            'ASK { <x:a> ?b """<x:d> # "e\n""" }',
            "x:a",
            '"""<x:d> # "e\n"""',
        ),
        ("ASK { ?a ?b '' } # c", "ASK { ?a ?b '#' } # <x:d> ' }", "?a", "'#'"),
        ('ASK { ?a ?b "" }', 'ASK { ?a ?b "\\"}" }', "?a", '"\\"}"'),
        ("PREFIX p: <x:> ASK { p:a ?b p:c }", "PREFIX p: <y:> ASK { p:a ?b p:c }", "y:a", "y:c"),
    ],
)
def test_the_same_is_read_with_other_constants(
    one: str, other: str, subject: str, thing: str
) -> None:
    before, after = joined(one), joined(other)

    assert before
    assert after
    assert (before.cells, before.first) == (after.cells, after.first)
    (pattern,) = after.patterns
    assert (pattern.subject, pattern.object) == (subject, thing)


def test_a_constant_that_holds_more_than_one_is_not_taken_for_one() -> None:
    """The quotation mark stands alone; with the second text it would begin a string of its own."""
    assert joined('ASK { ?a ?b \'x"c" }') is None
    assert joined('ASK { ?a ?b \'x"""c\n"""\' }') is None


# What is counted


def test_triples_are_counted_by_property_and_thing(linked: Store) -> None:
    degrees = Degrees.of(linked)
    broader = degrees.properties["http://x.org/broader"]

    assert degrees.triples == 8
    assert (broader.triples, broader.of_subject, broader.of_object) == (3, 1, 2)
    # From d to b and a, itself among them; to a from all.
    assert (broader.forward, broader.backward) == (3, 4)


def test_pairs_of_triples_that_share_a_thing_are_counted(linked: Store) -> None:
    degrees = Degrees.of(linked)
    broader, friend = "http://x.org/broader", "http://x.org/friend"
    colour = "http://x.org/colour"

    # c and d are friends of somebody, and each has one that is broader.
    assert degrees.together(friend, "objects", broader, "subjects") == 2
    # a has two that it is broader than and two friends.
    assert degrees.together(broader, "objects", friend, "subjects") == 4
    # Two are red, one is blue.
    assert degrees.together(colour, "objects", colour, "objects") == 5


# What it is at most


def test_no_query_has_more_solutions_than_it_may(store: Store, efforts: Efforts) -> None:
    """Each term of an answer counts one at least, so that the rest may be anything."""
    chosen = random.Random(7)  # noqa: S311 - which queries are tried
    triples = [triple for graph in store.parts().values() for triple in graph]
    told = 0
    for _ in range(4_000):
        query = _random_query(chosen, [str(part) for part in _parts(chosen, triples)])
        read = joined(query)
        most = inf if read is None else efforts.of(read)
        if most > SOME or read is None:
            continue
        told += 1
        body, _ = store.answer(Asked(query))
        answer = json.loads(body)
        cells = len(answer["results"]["bindings"]) * len(answer["head"]["vars"])
        assert cells <= most, query
    assert told > 1_000


def _parts(chosen: random.Random, triples: list) -> list:
    """The terms of three triples."""
    return [part for triple in chosen.choices(triples, k=3) for part in triple]


def _random_query(chosen: random.Random, terms: list[str]) -> str:
    """Up to three triples that hang together, with some of *terms* in them."""
    patterns, ends = [], ["?a", "?b", "?c", "?d"]
    for number in range(chosen.randint(1, 3)):
        subject, predicate, thing = terms[3 * number : 3 * number + 3]
        step = chosen.choice(["", "", "", "*"])
        given = chosen.choice([f"{subject} {predicate} {{}}", f"{{}} {predicate}{step} {thing}"])
        open_ = f"{chosen.choice(ends[:2])} {predicate}{step} {chosen.choice(ends)}"
        patterns.append(chosen.choice([given.format(chosen.choice(ends[:2])), open_, open_]))
    return f"SELECT {chosen.choice(['', 'DISTINCT'])} * {{ {' . '.join(patterns)} }}"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { ?a ?b ?c . ?d ?b ?f }",
        "SELECT * { ?a ?b ?c . ?b ?d ?e }",
        "SELECT * { ?a <x:not-in-the-graph> ?c }",
        f"SELECT * {{ ?a <{TYPE}>* ?c }} LIMIT 1",
        "SELECT * { ?a ?b ?c . ?a ?d ?e . ?a ?f ?g . ?a ?h ?i . ?a ?j ?k . ?a ?l ?m }",
    ],
)
def test_of_some_nothing_is_known(efforts: Efforts, query: str) -> None:
    read = joined(query)

    assert read is not None
    assert efforts.of(read) == inf


def test_what_has_many_triples_is_more_work(efforts: Efforts) -> None:
    """There are hundreds of statements, and of each what it is said in."""
    few = joined(f"SELECT * {{ ?a <{TIP}pillar> ?b }} LIMIT 5")
    statements = joined(f"SELECT * {{ ?a a <{TIP}Statement> }}")
    both = joined(f"SELECT * {{ ?a a <{TIP}Statement> ; ?b ?c }}")
    assert few
    assert statements
    assert both

    assert efforts.of(few) < efforts.of(statements) < efforts.of(both)


def test_with_other_constants_it_is_other_work(efforts: Efforts) -> None:
    """There are hundreds of statements, and a handful of documents."""
    ask = "SELECT * {{ ?a a <{}{}> }}"
    many, few = (joined(ask.format(TIP, kind)) for kind in ("Statement", "SourceDocument"))
    assert many
    assert few

    assert efforts.of(many) > efforts.of(few)


# Where it is answered


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_little_work_wakes_no_worker(near: Near, store: Store, form: str) -> None:
    asked = Asked(f"SELECT ?a {{ ?a a <{TIP}SourceDocument> }}", form)

    assert answered(near, asked) == store.answer(asked)
    assert started(near) == 0


def test_all_else_is_asked_of_a_worker(near: Near, store: Store) -> None:
    asked = Asked("SELECT (COUNT(*) AS ?n) { ?a ?b ?c }")

    assert near.at_once(asked) is None
    assert answered(near, asked) == store.answer(asked)
    assert started(near) == 1


@pytest.mark.parametrize("graphs", [{"default": ("x:g",)}, {"named": ("x:g",)}])
def test_a_dataset_of_its_own_is_for_a_worker(near: Near, graphs: dict) -> None:
    assert near.at_once(Asked(f"SELECT ?a {{ ?a a <{TIP}SourceDocument> }}", **graphs)) is None


def test_after_one_that_took_long_the_like_are_for_workers(near: Near) -> None:
    """To write down thousands of labels takes milliseconds, and may not be done again at once."""
    long = Asked("SELECT * { ?a <http://www.w3.org/2004/02/skos/core#prefLabel> ?b }")

    assert near.at_once(long) is not None
    assert near.at_once(long) is None
    assert near.at_once(Asked(f"SELECT ?a {{ ?a a <{TIP}SourceDocument> }}")) is not None


def test_an_answer_has_a_limit_here_as_there(store: Store) -> None:
    near = Near(store, Pool({}, Limits(workers=1, bytes=100)))
    near.counting.join()

    with pytest.raises(TooLarge, match="more than 100 bytes"):
        near.at_once(Asked(f"SELECT ?a {{ ?a a <{TIP}SourceDocument> }}"))
    near.close()


def test_what_does_not_parse_is_refused_here_as_there(near: Near, store: Store) -> None:
    asked = Asked("SELECT ?a { ?a a <http://[> }")

    with pytest.raises(BadQuery) as there:
        store.answer(asked)
    with pytest.raises(BadQuery) as here:
        near.at_once(asked)
    assert str(here.value) == str(there.value)


def test_a_service_answers_at_once_from_the_newest_data(serve, tmp_path: Path) -> None:
    build_numbered(tmp_path / "graph.store", 1)
    service = serve("--store", tmp_path / "graph.store", "--watch", "--workers", 1)
    idle = 'tipgraph_workers{state="idle"}'

    # Once it has counted the graph.
    eventually(lambda: number_in(service.get(sparql(PLAIN)).body) == 1)
    assert number_in(service.get(sparql(NUMBER)).body) == 1
    eventually(lambda: service.counts().get(idle) == 1)
    build_numbered(tmp_path / "other.store", 2)
    (tmp_path / "graph.store").rename(tmp_path / "old.store")
    (tmp_path / "other.store").rename(tmp_path / "graph.store")

    eventually(lambda: number_in(service.get(sparql(PLAIN)).body) == 2)
    assert service.stop() == 0
