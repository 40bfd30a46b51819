"""What a quick reading of the shapes clears, pySHACL has no fault to find in."""

import os
import random
from pathlib import Path

import pytest
import tiny
from rdflib import RDF, SH, Graph, Namespace, URIRef
from test_keeping import SHAPES, statement

from tipgraph.dataset import node, term_of, union
from tipgraph.findings import Violation
from tipgraph.graph import SHIPPED, Layout
from tipgraph.numbered import Numbered
from tipgraph.rdf import read_files
from tipgraph.screening import suspects
from tipgraph.store import Store
from tipgraph.terms import Blank
from tipgraph.validate import Rules

# Every sixth: each takes the ontology with it.
MODELS = sorted((Path(__file__).parent / "models" / "invalid").glob("*.ttl"))[::6]
PLACE = Namespace("http://books.example/")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules.of(SHIPPED)


def told(found: list[Violation]) -> list[tuple[str, ...]]:
    def bare(term: object) -> str:
        return "a blank node" if isinstance(term, Blank) else repr(term)

    return sorted(
        (v.severity, v.rule, v.component, repr(v.path), bare(v.focus), bare(v.value)) for v in found
    )


def graph(shapes: str) -> Graph:
    return Graph().parse(data=tiny.PREFIXES + tiny.RDF + shapes, format="turtle")


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_have_the_findings_of_pyshacl_alone(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - dice, not secrets
    lines = [line for _ in range(40) if not (line := statement(dice)).endswith("; .")]
    rules, data = Rules(graph(SHAPES), ()), graph("\n".join(lines))

    assert told(rules.by_shapes(Numbered.of(data).graph)) == told(rules.by_pyshacl(data))


@pytest.mark.parametrize("seed", range(3))
def test_one_thing_alone_has_the_findings_of_pyshacl_on_it(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - dice, not secrets
    lines = [line for _ in range(40) if not (line := statement(dice)).endswith("; .")]
    shapes, data = graph(SHAPES), graph("\n".join(lines))
    # What it finds is about the values of its targets.
    shapes.remove((PLACE.Nest, SH.targetClass, None))
    rules = Rules(shapes, ())
    whole = rules.by_pyshacl(data)
    held = Numbered.of(data).graph
    for each in {subject for subject in data.subjects() if isinstance(subject, URIRef)}:
        thing = term_of(each)
        alone = [violation for violation in whole if violation.focus == thing]
        assert told(rules.by_shapes(held, {thing})) == told(alone)


def test_the_shipped_graph_is_cleared_whole(rules: Rules, store: Store) -> None:
    assert suspects(rules.shapes, union(store)) == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda p: p.stem)
def test_a_broken_model_is_not_cleared(rules: Rules, model: Path) -> None:
    store = Store.load(Layout(data=model))
    quads = read_files([model])
    focus = {node(quad.subject) for quad in quads}
    found = told(rules.by_shapes(union(store), frozenset(q.subject for q in quads)))
    doubtful = suspects(rules.shapes, union(store))

    assert doubtful is not None
    assert any(things & focus for things in doubtful.values()) == bool(found)


ODD = {
    "SPARQL": ":S a sh:NodeShape ; sh:targetClass :Book ; sh:sparql [ sh:select 'SELECT $this' ] .",
    "a component of its own": ":C a sh:ConstraintComponent . :S sh:targetClass :Book .",
    "a target by a query": ":S a sh:NodeShape ; sh:target [ sh:select 'SELECT $this' ] .",
    "shapes in a circle": ":S a sh:NodeShape ; sh:targetClass :Book ; sh:node :S .",
}


@pytest.mark.parametrize("shapes", ODD.values(), ids=ODD)
def test_what_it_does_not_know_clears_nothing(shapes: str) -> None:
    assert suspects(graph(shapes), graph(tiny.BOOKS)) is None


@pytest.mark.parametrize(
    ("constraint", "value", "cleared"),
    [
        ("sh:datatype xsd:integer", "1", True),
        ("sh:datatype xsd:integer", '"x"^^xsd:integer', False),
        ("sh:datatype xsd:date", '"2020-01-01"^^xsd:date', False),
        ("sh:pattern '^a'", "'abc'", True),
        ("sh:pattern '^a'", "[]", False),
        ("sh:not [ sh:pattern '^a' ]", "'abc'", False),
        ("sh:not [ sh:datatype xsd:date ]", '"2020-01-01"^^xsd:date', False),
        ("sh:minInclusive 2", "3", True),
        ("sh:minInclusive 2", "3.0", False),
        ("sh:languageIn ( 'en' )", "'a'@en-GB", True),
        ("sh:languageIn ( 'en' )", "'a'@de", False),
        ("sh:class :Book", "'a'", False),
        ("sh:in ( 1 2 )", "2", True),
        ("sh:in ( 1 2 )", "3", False),
        ("sh:or ( [ sh:datatype xsd:date ] [ sh:minLength 1 ] )", "'a'", True),
        ("sh:maxLength 2", "'abc'", False),
        ("sh:uniqueLang true", "'a'@en, 'b'@EN", False),
        ("sh:uniqueLang true", "'a'@en, 'b'@de", True),
        ("sh:lessThan :q", "3 ; :q 4", True),
        ("sh:lessThan :q", "4 ; :q 4", False),
        ("sh:disjoint :q", "3 ; :q 3", False),
        ("sh:equals :q", "3 ; :q 3", True),
    ],
)
def test_what_is_not_certain_is_left_to_pyshacl(constraint, value: str, cleared: bool) -> None:
    shapes = graph(
        f":S a sh:NodeShape ; sh:targetNode :x ; sh:property [ sh:path :p ; {constraint} ] ."
    )
    data = graph(f":x :p {value} .")

    assert suspects(shapes, data) == ({} if cleared else {PLACE.S: {PLACE.x}})


def test_a_shape_that_is_a_class_looks_at_its_members() -> None:
    shapes = ":Book a rdfs:Class , sh:NodeShape ; sh:property [ sh:path :title ; sh:minCount 1 ] ."

    assert suspects(graph(shapes), graph(":x a :Book . :y a :Book ; :title 1 .")) == {
        PLACE.Book: {PLACE.x}
    }


TITLED = "sh:property [ sh:path :title ; sh:minCount 1 ]"
CLASSES = {
    "a class of RDFS": f":Book a rdfs:Class , sh:NodeShape ; {TITLED} .",
    "a class of OWL": f":Book a owl:Class , sh:NodeShape ; {TITLED} .",
    "a class of a kind of classes": f":Book a :Kind , sh:NodeShape ; {TITLED} ."
    ":Kind rdfs:subClassOf rdfs:Class .",
    "a class with a property": f":Book a rdfs:Class ; {TITLED} .",
    "a class that is no shape": ":Book a rdfs:Class ; sh:pattern '^never' .",
    "a shape that is no class": f":Book a sh:NodeShape ; {TITLED} .",
    "a shape that is a class and has targets": f":Book a rdfs:Class , sh:NodeShape ; {TITLED} ;"
    " sh:targetNode :z ; sh:targetObjectsOf :of .",
}


@pytest.mark.parametrize("shapes", CLASSES.values(), ids=CLASSES)
def test_the_targets_are_those_of_pyshacl(shapes: str) -> None:
    data = graph(":x a :Book . :y a :Novel ; :of :v . :Novel rdfs:subClassOf :Book .")
    prefixed = f"@prefix owl: <http://www.w3.org/2002/07/owl#> . {shapes}"
    rules = Rules(graph(prefixed), ())

    assert told(rules.by_shapes(data)) == told(Rules(graph(prefixed), ()).by_pyshacl(data))


def w3c() -> list[Path]:
    folder = Path(os.environ.get("TIPGRAPH_W3C_SHACL") or os.devnull)
    return [path for path in sorted(folder.rglob("*.ttl")) if path.name != "manifest.ttl"]


def test_it_clears_nothing_that_pyshacl_faults_in_the_w3c_tests_of_the_core() -> None:
    """The folder is the core of the W3C's tests of SHACL, as the sources of pySHACL carry them."""
    paths = w3c()
    if not paths:
        pytest.skip("TIPGRAPH_W3C_SHACL does not name the folder of the W3C's tests of SHACL")
    unlike, read = [], 0
    for path in paths:
        data = Graph().parse(path, publicID=f"http://tests.example/{path.name}")
        data.remove((None, RDF.type, SH.ConstraintComponent))
        rules = Rules(data, ())
        quick = Numbered.of(data).graph
        if told(rules.by_shapes(quick)) != told(rules.by_pyshacl(data)):
            unlike.append(path.name)
        read += suspects(rules.shapes, quick) is not None

    assert len(paths) > 90
    assert read == len(paths)
    assert unlike == []
