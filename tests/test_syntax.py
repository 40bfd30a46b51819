import pytest

from tipgraph.errors import BadQuery
from tipgraph.syntax import MAX_CHARACTERS, MAX_DEPTH, check

ALLOWED = [
    "SELECT * WHERE { ?service ?p ?o }",
    "SELECT * WHERE { ?s <http://example.org/SERVICE> ?o }",
    "PREFIX ex: <x:> SELECT * WHERE { ?s ex:service ?o ; ex:a.SERVICE ?p }",
    'SELECT * WHERE { ?s ?p "SERVICE <x:> { }" }',
    "SELECT * WHERE { ?s ?p '''SERVICE ' <x:> { }''' }",
    "SELECT * WHERE { ?s ?p ?o } # SERVICE <x:> { }",
    "SELECT (1 AS ?insert) WHERE { }",
    "ASK { FILTER(1 < 2 && 3 > 2) }",
]


@pytest.mark.parametrize("query", ALLOWED)
def test_the_word_alone_is_no_offence(query: str) -> None:
    assert check(query) is False


REACHING_OUT = [
    "SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * WHERE { service SILENT ?x { ?s ?p ?o } }",
    'SELECT * WHERE { ?s ?p "a" . SERVICE<http://127.0.0.1:1/>{ ?s ?p ?o } }',
    "SELECT * WHERE { ?s ?p ?o # comment\n SERVICE <x:> {} }",
    "SELECT*WHERE{SERVICE<x:>{}}",
    "SELECT*{SERVICESILENT<x:>{}}",
    "PREFIX : <x:> SELECT * { SERVICE:colon{?s ?p ?o} }",
    "PREFIX service: <x:> SELECT * { ?s service:x ?o }",
    "SELECT * { ?s ?p trueSERVICE<x:>{} }",
    "SELECT * { ?s ?p 1SERVICE<x:>{} }",
    "PREFIX e: <e:> SELECT * { ?s ?p e:~SERVICE<x:>{} }",
    'SELECT * { ?s ?p "a"@enSERVICE<x:>{} }',
]


@pytest.mark.parametrize("query", REACHING_OUT)
def test_no_query_leaves_the_store(query: str) -> None:
    with pytest.raises(BadQuery, match="SERVICE is not allowed"):
        check(query)


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:b> <a:c> 1 }",
        "PREFIX a: <a:> DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:1/>",
        "CLEAR ALL",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused_as_such(update: str) -> None:
    with pytest.raises(BadQuery, match="read-only"):
        check(update)


DEEP = MAX_DEPTH + 1
NESTED = [
    "SELECT * WHERE " + "{" * DEEP + "}" * DEEP,
    "ASK { FILTER(" + "(" * DEEP + "1" + ")" * DEEP + ") }",
    "ASK { ?s ?p " + "[ ?p " * DEEP + "1" + "]" * DEEP + " }",
    "ASK { FILTER(" + "!" * 5_000 + "1) }",
    "ASK { FILTER(" + "||".join(["1"] * 5_000) + ") }",
    "ASK { ?s " + "/".join(["<a:b>"] * 5_000) + " ?o }",
    "ASK { FILTER(" + "NOT EXISTS { FILTER(" * 600 + "1",
    "SELECT*{" + "VALUES ?x{1}" * 10_000 + "}",
    "SELECT*{" + "?a ?b ?c." * 10_000 + "}",
    "SELECT*{?s ?p ?o" + ",?o" * 10_000 + "}",
    "SELECT*{?s ?p (" + " 1" * 10_000 + ")}",
    "SELECT*{?s ?p ?o " + "~ " * 10_000 + "}",
    "SELECT*{" + "LATERAL{}" * 10_000 + "}",
    "DESCRIBE " + "<a:b> " * 10_000,
]


@pytest.mark.parametrize("query", NESTED, ids=range(len(NESTED)))
def test_text_that_would_overflow_a_parser_is_refused(query: str) -> None:
    with pytest.raises(BadQuery, match=r"nests deeper|more than|characters"):
        check(query)


def test_the_place_of_the_fault_is_told() -> None:
    with pytest.raises(BadQuery, match=r"\(line 2, column 3\)") as caught:
        check("SELECT * WHERE {\n  SERVICE <x:> { } }")

    assert caught.value.details == {"line": 2, "column": 3}


def test_a_text_past_the_limit_is_refused() -> None:
    with pytest.raises(BadQuery, match="characters"):
        check(" " * (MAX_CHARACTERS + 1))


def test_a_dataset_in_the_query_is_noticed() -> None:
    assert check("SELECT * FROM <a:g> WHERE { ?s ?p ?o }") is True


def test_many_rows_of_values_are_no_offence() -> None:
    rows = " ".join(f"<http://example.org/{n}>" for n in range(2_000))

    assert check(f"SELECT * WHERE {{ VALUES ?s {{ {rows} }} ?s ?p ?o }}") is False
