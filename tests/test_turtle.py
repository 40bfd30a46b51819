"""Our reader of Turtle says the engine's triples in the engine's order, and where each stands."""

import os
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from tipgraph.endings import READ_ENDINGS
from tipgraph.graph import SHIPPED
from tipgraph.places import Text
from tipgraph.rdf import Quad, in_order, plain_term
from tipgraph.terms import Blank, Iri, Literal
from tipgraph.turtle import said, stretches

SHIPPED_FILES = sorted(
    path
    for folder in (SHIPPED.data, SHIPPED.ontology, SHIPPED.shapes)
    for path in folder.rglob("*.ttl")
)
MODELS = sorted((Path(__file__).parent / "models").rglob("*.t*"))
A = "@prefix a: <http://a/> .\n"
TEXTS = {
    "nested blank nodes": A + "a:s a:p [ a:q 1 ; a:r [ a:t 2 ] ] , a:z .",
    "a list of all sorts": A + 'a:s a:p ( 1 [ a:q 2 ] (3 "x"@en) () "y"^^a:d ) .',
    "strings in a list": A + 'a:s a:p ( "a" "b" \'c\' """d"e""" ) ; a:q ( true 1.5 .5 1e3 ) .',
    "a list as a subject": A + '( "a" [ a:q 1 ] ) a:p 3 . ((1) 2) a:p ((1 2) 3) .',
    "a bracket as a subject": A + "[ a:q 1 ] a:p 2 . [ a:q 1 ; ] . [] a:p [] .",
    "names with dots and escapes": A + r"a:b.c a:d\.e a:f%20g, a:h\,i , :j.k . " + "\n",
    "directives in the middle": A + "a:s a:p 1 .\nPREFIX a: <http://b/>\na:s a:p 1 .",
    "a base": "@base <http://a/b/> .\n<c> <#d> <../e>, <> .",
    "labelled blank nodes": A + "_:a.b a:p _:c, _:a.b .",
    "hashes and dots that end nothing": A + 'a:s a:p "# . [" , <http://x/#y> . # end .\n',
    "semicolons without end": A + "a:s a:p 1 ;; a:q 2 ; .",
}
GRAPHS = {
    "graphs of three kinds": A + "{ a:s a:p 1 . a:s a:q 2 } GRAPH a:g { a:s a:p ( 1 ) } "
    "a:h { [] a:p 1 . } a:s a:p 3 .",
    "an empty graph": A + "a:g { } a:s a:p 1 .",
}
QUADS = '<http://a/s> <http://a/p> "x\\n\\u00e9"@EN <http://a/g> . # end\n_:b <http://a/p> _:b .\n'


def named(text: str) -> str:
    return text.replace(":j", "a:j")


def whole(text: str, form: str) -> Text:
    return Text("it", form, text, in_order(text.encode(), form))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_turtle_is_read_as_the_engine_reads_it(text: str) -> None:
    assert whole(named(text), "turtle").exact


@pytest.mark.parametrize("text", GRAPHS.values(), ids=GRAPHS)
def test_trig_is_read_as_the_engine_reads_it(text: str) -> None:
    assert whole(text, "trig").exact


def test_quads_are_read_as_the_engine_reads_them() -> None:
    assert whole(QUADS, "nquads").exact


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda p: p.name)
def test_the_shipped_files_are_read_as_the_engine_reads_them(path: Path) -> None:
    assert whole(path.read_text("utf-8"), "turtle").exact


@pytest.mark.parametrize("path", MODELS, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_the_models_are_read_as_the_engine_reads_them(path: Path) -> None:
    assert whole(path.read_text("utf-8"), READ_ENDINGS[path.suffix]).exact


@pytest.mark.parametrize("name", sorted({*TEXTS} - {"a base"}))
def test_rdflib_reads_the_same_graph(name: str) -> None:
    """All but relative addresses, which our reader leaves to the engine."""
    text = TEXTS[name]
    found = list(said(named(text), "turtle"))
    ours = "".join(
        " ".join(map(written, (each.subject, each.predicate, each.object))) + " .\n"
        for each in found
    )

    assert isomorphic(Graph().parse(data=ours, format="nt"), Graph().parse(data=named(text)))


def written(term: Iri | Literal | Blank) -> str:
    if isinstance(term, Iri):
        return str(pyoxigraph.NamedNode(term.value))
    if isinstance(term, Blank):
        return f"_:b{term.value.strip().replace('.', '')}"
    if term.language:
        return str(pyoxigraph.Literal(term.value, language=term.language))
    return str(pyoxigraph.Literal(term.value, datatype=pyoxigraph.NamedNode(term.datatype)))


def test_each_part_of_a_triple_has_its_place() -> None:
    text = A + 'a:s\n  a:p [ a:q "x"@en ] ,\n    ( 7 8 ) .\n'
    places = [
        tuple(text[at:].split()[0] for at in (each.subject_at, each.predicate_at, each.object_at))
        for each in said(text, "turtle")
    ]

    assert places == [
        ("[", "a:q", '"x"@en'),
        ("a:s", "a:p", "["),
        ("(", "7", "7"),
        ("a:s", "a:p", "("),
        ("8", "8", "8"),
        ("(", "8", "8"),
        ("8", ")", ")"),
    ]


def test_statements_are_told_apart_even_where_one_is_broken() -> None:
    text = A + 'a:s a:p "x . y" ; ; [ .\na:t a:p 1 .\na:u a:p'

    assert [text[s.start : s.end] for s in stretches(text, "turtle")] == [
        A.strip(),
        'a:s a:p "x . y" ; ; [ .',
        "a:t a:p 1 .",
        "a:u a:p",
    ]


def test_lines_are_the_statements_of_ntriples() -> None:
    assert len(list(stretches("<a:b> <a:b> <a:b>\n<a:b> <a:b> .\n", "ntriples"))) == 2


def test_a_long_nest_is_no_danger() -> None:
    deep = A + "a:s a:p " + "[ a:p " * 50_000 + "1" + " ]" * 50_000 + " ."

    assert sum(1 for _ in said(deep, "turtle")) == 50_001


def w3c() -> Iterator[Path]:
    folder = Path(os.environ.get("TIPGRAPH_W3C_TESTS") or os.devnull)
    return (path for path in sorted(folder.rglob("*")) if path.suffix in READ_ENDINGS)


def test_what_the_engine_reads_of_the_w3c_test_files_we_read_alike() -> None:
    """The folder is that of the W3C's RDF tests, as the sources of rdflib carry them."""
    paths = [path for path in w3c() if READ_ENDINGS[path.suffix] not in {"jsonld", "rdfxml"}]
    if not paths:
        pytest.skip("TIPGRAPH_W3C_TESTS does not name the folder of the W3C's test files")
    read, unlike = 0, []
    for path in paths:
        form, body = READ_ENDINGS[path.suffix], path.read_bytes()
        try:
            text = body.decode()
            quads = tuple(
                map(plain, pyoxigraph.parse(body, format=RDF[form], base_iri="http://b/"))
            )
        except (SyntaxError, UnicodeDecodeError):
            continue
        read += 1
        if quads and not Text(path.name, form, text, quads).exact:
            unlike.append(path.name)

    assert read > 500
    assert unlike == []


def plain(quad: pyoxigraph.Quad) -> Quad:
    terms = (plain_term(term) for term in (quad.subject, quad.predicate, quad.object))
    return Quad(*terms)


RDF = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
}
