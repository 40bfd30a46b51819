"""Each finding has its place: the value that is wrong, or the thing that lacks one."""

import pytest

from tipgraph.findings import Place, Step, Violation
from tipgraph.places import Places, Text
from tipgraph.rdf import in_order
from tipgraph.terms import Iri, Literal

SH = "http://www.w3.org/ns/shacl#"
A = "http://a/"
P, Q, X = (Iri(A + name) for name in "pqx")
XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
TEXT = """# a:x is not here
PREFIX a: <http://a/>
@base <http://b/> .
a:y a:p a:x , "a:x a:p . \\" a:x" , 1.5 , [ a:p a:x ] ;
  a:q 2 .
GRAPH a:g { a:x a:p 1 . }
<http://a/z> a:p \"\"\"
a:w a:p 1 .
\"\"\" . a:x a:q 2 .
"""
VALUES = """@prefix a: <http://a/> .
a:x a:p 1 ,
    2 ;
  a:q "é" , [
    a:p ( 3
      [ a:q 4 ] ) ] ;
  a:r "one"@en , "eins"@de ,
      "uno"@EN .
a:u a:p a:nowhere .
"""


def places(text: str = VALUES, form: str = "turtle", name: str = "it.ttl") -> Places:
    quads = in_order(text.encode(), form)
    things = {term for quad in quads for term in (quad.subject, quad.object)}
    return Places((Text(name, form, text, quads),), things)


def found(**parts: object) -> Violation:
    known = {"severity": "Violation", "rule": "shape X", "focus": X, "label": ""}
    return Violation(**{**known, "message": "", "fix": "", **parts})


def number(value: int) -> Literal:
    return Literal(str(value), XSD_INTEGER)


def test_the_first_description_of_a_thing_is_its_place() -> None:
    known = places(TEXT, "trig")
    lines = {name: known.described(Iri(A + name)).line for name in "yxz"}

    assert lines == {"y": 4, "x": 6, "z": 7}
    assert known.described(Iri(A + "w")) is None


FINDINGS = {
    "a property that is missing": (found(path=Iri(A + "none")), (2, 1)),
    "a value": (found(path=P, value=number(2)), (3, 5)),
    "one value too many": (found(path=P, component=SH + "MaxCountConstraintComponent"), (3, 5)),
    "a language twice": (
        found(path=Iri(A + "r"), component=SH + "UniqueLangConstraintComponent"),
        (8, 7),
    ),
    "a value after a letter of two bytes": (found(path=Q, value=Literal("é")), (4, 7)),
    "what is said nowhere": (found(focus=Iri(A + "nowhere")), (9, 9)),
    "what is missed from elsewhere": (found(path=Step("inverse", (P,))), (2, 1)),
}
REST = Step(
    "sequence",
    (
        Step("zeroOrMore", (Iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#rest"),)),
        Iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#first"),
    ),
)


@pytest.mark.parametrize(("violation", "place"), FINDINGS.values(), ids=FINDINGS)
def test_a_finding_is_shown_at(violation: Violation, place: tuple[int, int]) -> None:
    assert places().placed(violation) == Place("it.ttl", *place)


def test_a_value_deep_in_a_list_has_its_own_place() -> None:
    path = Step("sequence", (Q, P, REST))

    assert places().placed(found(path=path, value=number(3))) == Place("it.ttl", 5, 11)
    assert places().placed(found(path=Step("sequence", (path, Q)), value=number(4))) == Place(
        "it.ttl", 6, 13
    )


def test_a_path_through_another_thing_shows_the_way_there() -> None:
    text = "@prefix a: <http://a/> .\na:x a:p\n a:y .\na:y a:q a:bad .\n"
    path = Step("sequence", (P, Q))

    assert places(text).placed(found(path=path, value=Iri(A + "bad"))).line == 3


def test_a_blank_node_has_a_place() -> None:
    text = "@prefix a: <http://a/> .\na:x a:p\n   [ a:q 1 ] .\n"
    quads = in_order(text.encode(), "turtle")
    node = next(quad.subject for quad in quads if quad.predicate == Q)
    known = Places((Text("it.ttl", "turtle", text, quads),), {node})

    assert known.placed(found(focus=node)) == Place("it.ttl", 3, 4)


def test_lines_end_in_each_of_the_three_ways() -> None:
    text = "@prefix a: <http://a/> .\r\n\ra:x a:p 1 .\n"

    assert places(text).described(X) == Place("it.ttl", 3, 1)


JSON = '{\n "@id": "http://a/x",\n "http://a/p": "wrong"}'
XML = """<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://a/">
<r:Description r:about="http://a/x">
<a:p>wrong</a:p></r:Description></r:RDF>"""


@pytest.mark.parametrize(("text", "form"), [(JSON, "jsonld"), (XML, "rdfxml")])
def test_other_formats_say_that_a_place_is_near(text: str, form: str) -> None:
    known = places(text, form, "it")
    value = known.placed(found(path=P, value=Literal("wrong")))

    assert (known.described(X).line, known.described(X).exact) == (2, False)
    assert (value.line, value.exact) == (3, False)
    assert str(value).endswith("(about)")


def test_ntriples_are_exact() -> None:
    text = "# one\n<http://a/x> <http://a/p> <http://a/y> .\n"

    assert places(text, "ntriples").placed(found(path=P, value=Iri(A + "y"))) == Place(
        "it.ttl", 2, 27
    )


def test_a_text_that_says_other_triples_than_the_engine_gives_is_not_trusted() -> None:
    text = "<http://a/x> <http://a/p> <http://a/y> .\n"
    other = in_order(text.replace("a/y", "a/z").encode(), "turtle")
    known = Places((Text("it.ttl", "turtle", text, other),), {X})

    assert known.described(X).exact is False
