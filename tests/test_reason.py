import shutil

import pytest
from rdflib import Graph

from tipgraph.dataset import union
from tipgraph.reason import closure, reason

PREFIXES = """
@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix tip: <https://w3id.org/tipgraph/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
BOTH = """
:both a owl:Class ; rdfs:subClassOf tip:Impact, tip:PolicyResponse .
"""
CLASH = """
:thing a tip:Impact, tip:PolicyResponse .
"""

needs_java = pytest.mark.skipif(not shutil.which("java"), reason="HermiT needs Java; none is here")
REASONERS = [pytest.param("hermit", marks=needs_java), "owlrl"]


@pytest.fixture(scope="module")
def ontology() -> Graph:
    from tipgraph.graph import SHIPPED

    graph = Graph()
    for path in SHIPPED.ontology.glob("*.ttl"):
        graph.parse(path)
    return graph


@pytest.mark.parametrize("reasoner", REASONERS)
def test_the_ontology_is_consistent(ontology: Graph, reasoner: str) -> None:
    verdict = reason(ontology, reasoner)

    assert verdict.sound
    assert verdict.unsatisfiable == ()


@needs_java
def test_the_shipped_graph_is_consistent_by_hermit(store) -> None:
    verdict = reason(union(store), "hermit")

    assert verdict.reasoner == "HermiT (owlready2)"
    assert verdict.sound, verdict


@pytest.mark.parametrize("reasoner", REASONERS)
def test_a_planted_inconsistency_is_found(ontology: Graph, reasoner: str) -> None:
    planted = ontology + Graph().parse(data=PREFIXES + CLASH)
    verdict = reason(planted, reasoner)

    assert not verdict.consistent
    assert not verdict.sound


@pytest.mark.parametrize("reasoner", REASONERS)
def test_a_planted_unsatisfiable_class_is_named(ontology: Graph, reasoner: str) -> None:
    planted = ontology + Graph().parse(data=PREFIXES + BOTH)
    verdict = reason(planted, reasoner)

    assert verdict.consistent
    assert verdict.unsatisfiable == ("http://example.org/both",)
    assert not verdict.sound


def test_imports_are_not_fetched(ontology: Graph) -> None:
    """The address is closed: a fetch would fail and raise."""
    planted = ontology + Graph().parse(
        data=PREFIXES + ":me a owl:Ontology ; owl:imports <http://127.0.0.1:1/none.owl> ."
    )

    assert reason(planted).sound


def test_what_is_derived_is_all_that_owl_rl_entails_of_our_terms(example) -> None:
    """The derive queries leave out no type or link that the ontology's own axioms entail."""
    tip = "https://w3id.org/tipgraph/"
    stated = union(example.store)
    entailed = {
        (s, p, o)
        for s, p, o in closure(stated) - stated
        if str(p).startswith(tip) and str(s).startswith(tip + "id/") and str(o).startswith(tip)
    }

    assert entailed == set()
