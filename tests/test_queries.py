from pathlib import Path

import pytest

from tipgraph.errors import BadParameter, BrokenFile
from tipgraph.queries import QueryFile, join, read
from tipgraph.store import Store
from tipgraph.terms import Iri, Literal

TWO = """#+ summary: Which words?
#+ param one: text
#+ param also: text

SELECT ?one ?also WHERE {
  VALUES ?one { "a" }
  VALUES ?also { "b" }
}
"""


@pytest.fixture
def two(tmp_path: Path) -> QueryFile:
    path = tmp_path / "two.rq"
    path.write_text(TWO, encoding="utf-8")
    return read(path)


HOSTILE = [
    'x" } ?s ?p ?o . { VALUES ?also { "y',
    "VALUES ?also { 1 }",
    "line\nbreak \\ backslash \t tab \x01 control",
    "}#",
    "\\g<0> \\1",
    "“ü🚢",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_person_types_stays_text(two: QueryFile, store: Store, text: str) -> None:
    rows = store.select(two.bind({"one": [Literal(text)], "also": [Literal("b")]}))

    assert rows.rows == ((Literal(text), Literal("b")),)


def test_an_iri_cannot_close_its_brackets(two: QueryFile, store: Store) -> None:
    bound = two.bind({"one": [Iri("https://example.org/> } #")]})

    assert [r[0] for r in store.select(bound).rows] == [Iri("https://example.org/%3E%20%7D%20#")]


def test_parameters_are_put_in_one_pass(two: QueryFile) -> None:
    bound = two.bind({"one": [Literal("VALUES ?also { 1 }")], "also": [Literal('" . ?s ?p ?o')]})

    assert bound.count('VALUES ?also { "\\" . ?s ?p ?o" }') == 1
    assert 'VALUES ?one { "VALUES ?also { 1 }" }' in bound


def test_a_query_without_values_given_is_its_file(two: QueryFile) -> None:
    assert two.bind({}) == TWO


def test_a_parameter_that_is_not_there_is_refused(two: QueryFile) -> None:
    with pytest.raises(BadParameter, match="no parameter three"):
        two.bind({"three": [Literal("x")]})


def test_a_file_without_summary_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "bare.rq"
    path.write_text("SELECT * WHERE { ?s ?p ?o }", encoding="utf-8")

    with pytest.raises(BrokenFile, match="no '#\\+ summary:' line"):
        read(path)


def test_a_parameter_without_its_line_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "bare.rq"
    path.write_text("#+ summary: Q?\n#+ param x: text\nASK { }", encoding="utf-8")

    with pytest.raises(BrokenFile, match=r"parameter x has no line 'VALUES \?x"):
        read(path)


def test_joined_queries_find_what_each_of_them_finds(store: Store) -> None:
    parts = [
        f"SELECT DISTINCT ?item WHERE {{\n  VALUES ?item {{ {values} }}\n}}\nORDER BY ?item"
        for values in ("1 2 3", "2 3 4")
    ]

    assert [r[0].value for r in store.select(join(parts, "item")).rows] == ["2", "3"]
