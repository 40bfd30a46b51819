"""Data are checked as files of the graph are, whatever they are written in and however hostile."""

import pickle
import re
from pathlib import Path

import pyoxigraph
import pytest

from tipgraph.errors import BadData
from tipgraph.findings import Step, Submission, written
from tipgraph.graph import SHIPPED
from tipgraph.rdf import read, read_files
from tipgraph.store import Store
from tipgraph.submission import Reviewer
from tipgraph.terms import Iri

MODELS = Path(__file__).parent / "models"
# Every eighth: that all of them are found by the shapes and checks is stated in test_validate.
SAMPLE = sorted((MODELS / "invalid").glob("*.ttl"))[::8]
TRIG = sorted((MODELS / "invalid").glob("*.trig"))
OTHER = {"jsonld": pyoxigraph.RdfFormat.JSON_LD, "ntriples": pyoxigraph.RdfFormat.N_TRIPLES}
PREFIXES = """@prefix c: <https://w3id.org/tipgraph/concept/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix impact: <https://w3id.org/tipgraph/id/impact/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix statement: <https://w3id.org/tipgraph/id/statement/> .
@prefix tip: <https://w3id.org/tipgraph/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="module")
def reviewer(store: Store) -> Reviewer:
    return Reviewer(SHIPPED, store)


def found(reviewer: Reviewer, body: bytes, form: str = "turtle") -> set[tuple[str, str]]:
    report = reviewer.check(Submission(body, form))
    return {
        (v.rule, v.focus.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]) for v in report.violations
    }


def named(model: Path) -> tuple[str, str]:
    match = re.match(r"# violates (shape|check):(\S+) at (\S+)\n", model.read_text())
    assert match
    return f"{match[1]} {match[2]}", re.split(r"[:/]", match[3].strip("<>"))[-1]


@pytest.mark.parametrize("model", SAMPLE, ids=lambda p: p.stem)
def test_a_fault_is_found_beside_the_graph_whatever_the_format(reviewer, model: Path) -> None:
    body = model.read_bytes()
    triples = list(pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.TURTLE))

    assert found(reviewer, body) == {named(model)}
    for form, target in OTHER.items():
        other = pyoxigraph.serialize([t.triple for t in triples], format=target)
        assert found(reviewer, other, form) == {named(model)}


@pytest.mark.parametrize("model", TRIG, ids=lambda p: p.stem)
def test_a_fault_of_a_named_graph_is_found_in_quads(reviewer, model: Path) -> None:
    quads = pyoxigraph.parse(model.read_bytes(), format=pyoxigraph.RdfFormat.TRIG)
    body = pyoxigraph.serialize(list(quads), format=pyoxigraph.RdfFormat.N_QUADS)

    assert found(reviewer, body, "nquads") == {named(model)}


def test_a_finding_has_the_line_of_its_thing(reviewer: Reviewer) -> None:
    body = (MODELS / "invalid" / "StatementSpeaker.ttl").read_bytes()
    (violation,) = reviewer.check(Submission(body, "turtle")).violations

    assert body.splitlines()[violation.line - 1] == b"statement:impact"


def test_a_report_survives_the_way_between_processes(reviewer: Reviewer) -> None:
    body = (MODELS / "invalid" / "RecommendationAddresseeNoPerpetrator.ttl").read_bytes()
    submission = Submission(body, "turtle")
    report = reviewer.check(pickle.loads(pickle.dumps(submission)))  # noqa: S301 our own bytes

    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301 our own bytes
    assert written(report.violations[0].path) == "tip:addressee/org:classification?/skos:broader*"


def test_a_new_statement_may_speak_of_things_of_the_graph(reviewer: Reviewer) -> None:
    body = changed_copy("")

    assert reviewer.check(Submission(body, "turtle", "graph")).violations == ()
    beside_ontology = reviewer.check(Submission(body, "turtle", "ontology"))
    assert "shape ImpactStatementAbout" in {v.rule for v in beside_ontology.violations}


def changed_copy(removed: str) -> bytes:
    path = SHIPPED.data / "documents" / "iom-norway-human-trafficking.ttl"
    return path.read_text(encoding="utf-8").replace(removed, "", 1).encode()


def test_what_the_data_leave_out_is_not_taken_from_the_graph(reviewer: Reviewer) -> None:
    body = changed_copy("    tip:modality c:hedged ;\n")
    rules = {v.rule for v in reviewer.check(Submission(body, "turtle")).violations}

    assert rules == {"shape StatementModality"}


def test_what_was_handed_in_leaves_no_trace(reviewer: Reviewer) -> None:
    good = (MODELS / "valid" / "StatementSpeaker.ttl").read_bytes()
    twice = good + b"\nstatement:impact tip:modality c:hedged ."

    assert found(reviewer, twice) == {("shape StatementModality", "impact")}
    assert found(reviewer, good) == set()


def test_what_was_replaced_is_there_again(reviewer: Reviewer) -> None:
    impacts = {q.subject.value for q in read_files([SHIPPED.data / "things" / "impacts.ttl"])}
    reviewer.check(Submission("".join(f"<{i}> a <a:b> .\n" for i in impacts).encode(), "turtle"))

    assert found(reviewer, changed_copy("")) == set()


def test_a_thing_without_a_name_does_not_escape(reviewer: Reviewer) -> None:
    assert found(reviewer, PREFIXES.encode() + b"[] a tip:ImpactStatement .")


SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://w3id.org/tipgraph/shape/StatementModality> sh:deactivated true .
<http://example.org/x> a sh:NodeShape ; sh:targetClass tip:Impact ; sh:property [
    sh:path tip:none ; sh:minCount 1 ] ; sh:js [ sh:jsLibrary <http://127.0.0.1:9/x.js> ] ;
  sh:sparql [ sh:select "SELECT $this FROM <file:///etc/passwd> { $this ?p ?o }" ] ."""


def test_shapes_in_the_data_are_data(reviewer: Reviewer) -> None:
    model = MODELS / "invalid" / "StatementModality.ttl"

    assert found(reviewer, model.read_bytes() + SHAPES.encode()) == {named(model)}


def test_imports_are_not_followed(reviewer: Reviewer) -> None:
    body = b"""<http://example.org/x> <http://www.w3.org/2002/07/owl#imports>
        <http://127.0.0.1:9/y>, <file:///etc/passwd> ."""

    assert found(reviewer, body) == set()


def test_the_derived_graph_cannot_be_given(reviewer: Reviewer) -> None:
    body = b"<a:b> <a:c> <a:d> <https://w3id.org/tipgraph/graph/derived> ."

    with pytest.raises(BadData, match="it is built"):
        reviewer.check(Submission(body, "nquads"))


def chain(length: int) -> str:
    return "".join(f"c:x{i} skos:broader c:x{i + 1} .\n" for i in range(length))


IMPACT = "impact:x a tip:Impact ; skos:note "
LONG = 400_000
DEEP_BLANK = "[ skos:note " * 20_000 + "1" + "]" * 20_000
HOSTILE = {
    "a number that would fill the memory": IMPACT + '"1e999999999"^^xsd:decimal .',
    "a long word, for the pattern of addresses": f'{IMPACT} "{"a" * LONG}"@en .',
    "many spaces, for the pattern of passports": f'{IMPACT} " passport{" " * LONG}x"@en .',
    "a long chain": chain(2_000)
    + "statement:x a tip:RecommendationStatement ; tip:addressee c:x0 .",
    "a long list": f"{IMPACT} ({' 1' * 20_000} ) .",
    "deep nesting": f"{IMPACT} {DEEP_BLANK} .",
    "a circle of blank nodes": IMPACT
    + "1 ; tip:theme _:a . _:a skos:note _:b . _:b skos:note _:a .",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_data_are_checked(reviewer: Reviewer, body: str) -> None:
    reviewer.check(Submission((PREFIXES + body).encode(), "turtle"))


DEEP = 50_000
REFUSED = {
    "deep objects": (b'{"a:b":' * DEEP + b"1" + b"}" * DEEP, "jsonld", "nest deeper"),
    "a remote context": (b'{"@context": "http://127.0.0.1:9/c"}', "jsonld", "nothing is fetched"),
    "an import in a context": (
        b'{"@context": {"@import": "http://127.0.0.1:9/"}}',
        "jsonld",
        "fetch",
    ),
    "deep elements": (b"<a>" * DEEP + b"</a>" * DEEP, "rdfxml", "nest deeper"),
    "an entity": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "rdfxml", "DOCTYPE"),
    "an entity in UTF-16": (
        '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"),
        "rdfxml",
        "DOCTYPE",
    ),
    "deep triples": (b"<a:b> <a:b> " + b"<<( <a:b> <a:b> " * DEEP, "turtle", "RDF 1.1"),
    "a triple as a term": (b"<a:b> <a:b> <<( <a:b> <a:b> <a:b> )>> .", "turtle", "RDF 1.1"),
    "a relative address": (b"<a> <b> <c> .", "turtle", "line 1, column 1"),
    "what is not UTF-8": (b"<a:b> <a:b> \n '\xff' .", "turtle", "line 2"),
    "what is not Turtle": (b"<a:b> <a:b>\n  , .", "turtle", "line 2, column 3"),
    "what is not JSON": (b'{"a:b":\n ]', "jsonld", "line 2"),
    "what is not XML": (b"<a>\n<b></a>", "rdfxml", "line 2, column 6"),
}


@pytest.mark.parametrize(("body", "form", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_safely_is_refused(body: bytes, form: str, reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        read(body, form)


def test_braces_in_a_string_are_not_nesting() -> None:
    assert len(read(b'{"a:b": "' + b"{" * 500 + b'\\"["}', "jsonld")) == 1


def test_a_path_is_written_as_in_sparql() -> None:
    label, broader = (
        Iri("http://www.w3.org/2004/02/skos/core#" + n) for n in ("prefLabel", "broader")
    )
    either = Step("alternative", (label, Step("inverse", (broader,))))
    path = Step("sequence", (Step("zeroOrMore", (broader,)), either))

    assert written(path) == "skos:broader*/(skos:prefLabel|^skos:broader)"
