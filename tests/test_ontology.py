"""The ontology as a product: one header, whole terms, the OWL 2 RL profile, known mappings."""

import csv
import os
import re
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from tipgraph import __version__
from tipgraph.dataset import union
from tipgraph.graph import SHIPPED

TIP = "https://w3id.org/tipgraph/ontology#"
NOT_IN_RL = [OWL.someValuesFrom, OWL.minCardinality, OWL.cardinality, OWL.unionOf, OWL.hasSelf]


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(SHIPPED.ontology / "tip.ttl")


@pytest.fixture(scope="module")
def whole(store) -> Graph:
    return union(store)


def test_there_is_one_ontology_and_its_version_is_the_packages(ontology: Graph) -> None:
    headers = list(ontology.subjects(RDF.type, OWL.Ontology))

    assert len(headers) == 1
    assert str(ontology.value(headers[0], OWL.versionInfo)) == __version__
    assert str(ontology.value(headers[0], OWL.versionIRI)).endswith(f"/{__version__}")
    assert list(ontology.objects(headers[0], OWL.imports)) == []


def test_it_keeps_to_what_owl_rl_materialises(ontology: Graph) -> None:
    assert [p for p in NOT_IN_RL if list(ontology.subject_objects(p))] == []


def test_every_property_has_one_domain_and_one_range_at_most(ontology: Graph) -> None:
    for predicate in (RDFS.domain, RDFS.range):
        for subject in set(ontology.subjects(predicate)):
            assert len(list(ontology.objects(subject, predicate))) == 1


def test_every_term_of_ours_that_is_used_is_defined(ontology: Graph, whole: Graph) -> None:
    defined = {str(s) for s in ontology.subjects(RDFS.isDefinedBy)}
    used = {str(t) for triple in whole for t in triple if str(t).startswith(TIP)} - {TIP}
    for folder in (SHIPPED.queries, SHIPPED.shapes):
        for path in sorted(folder.rglob("*.*")):
            used |= {TIP + name for name in re.findall(r"\btip:(\w+)", path.read_text("utf-8"))}

    assert used - defined == set()


def test_every_term_is_used_somewhere(ontology: Graph, whole: Graph) -> None:
    text = "".join(p.read_text("utf-8") for p in sorted(SHIPPED.queries.rglob("*.rq")))
    text += "".join(p.read_text("utf-8") for p in SHIPPED.shape_files())
    defined = {str(s) for s in ontology.subjects(RDFS.isDefinedBy)}
    data = whole - ontology
    in_data = {str(t) for _, p, o in data for t in (p, o, getattr(o, "datatype", None))}
    unused = {t for t in defined if t not in in_data and f"tip:{t.removeprefix(TIP)}" not in text}

    assert unused == set()


def test_no_axiom_is_added_to_the_terms_of_others(ontology: Graph) -> None:
    axioms = [RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.disjointWith]
    hijacked = [
        s for p in axioms for s in ontology.subjects(p) if isinstance(s, URIRef) and TIP not in s
    ]

    assert hijacked == []


def test_every_concept_has_what_a_person_needs(whole: Graph) -> None:
    for concept in set(whole.subjects(RDF.type, SKOS.Concept)):
        assert len(list(whole.objects(concept, SKOS.prefLabel))) == 1, concept
        assert whole.value(concept, SKOS.definition), concept
        assert whole.value(concept, SKOS.inScheme), concept
        assert list(whole.objects(concept, SKOS.altLabel)), concept


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("CSEM", "child-sexual-exploitation-material"),
        ("labor inspection", "labour-inspection"),
        ("NGOs", "ngos"),
        ("police", "law-enforcement"),
        ("kids", "children"),
        ("survivors", "identified-victims"),
        ("PPE", "protective-equipment"),
    ],
)
def test_concepts_go_by_what_people_type(whole: Graph, typed: str, slug: str) -> None:
    known = {
        str(s).rsplit("/", 1)[-1]
        for p in (SKOS.altLabel, SKOS.prefLabel)
        for s, o in whole.subject_objects(p)
        if str(o).casefold() == typed.casefold()
    }

    assert slug in known


def test_mappings_are_to_known_iris(whole: Graph) -> None:
    folder = os.environ.get("TIPGRAPH_SOURCES", "")
    listed = Path(folder).parent / "vocabulary" / "verified-iris.tsv"
    if not folder or not listed.is_file():
        pytest.skip("TIPGRAPH_SOURCES has no list of verified IRIs beside it")
    with listed.open(encoding="utf-8", newline="") as file:
        verified = {row["iri"] for row in csv.DictReader(file, delimiter="\t")}
    used = {str(o) for p in (SKOS.exactMatch, SKOS.closeMatch) for o in whole.objects(None, p)}

    assert len(used) > 40
    assert used - verified == set()
