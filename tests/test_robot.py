"""ROBOT, the tool of the OBO Foundry, finds in our ontology what our lint finds, and no more."""

import csv
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import SKOS, Graph, URIRef

from tipgraph.dataset import union
from tipgraph.graph import SHIPPED
from tipgraph.rdf import read_files
from tipgraph.reason import reason
from tipgraph.store import Store
from tipgraph.validate import Rules

JARS = Path(os.environ.get("TIPGRAPH_ROBOT") or os.devnull)
MODELS = Path(__file__).parent / "models" / "lint-invalid"
ONTOLOGY = SHIPPED.ontology / "tip.ttl"
DEFINITION = URIRef("http://purl.obolibrary.org/obo/IAO_0000115")
pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="ROBOT needs Java; none is here"),
    pytest.mark.skipif(
        not list(JARS.glob("robot-command-*.jar")),
        reason="TIPGRAPH_ROBOT does not name the folder of ROBOT's jars",
    ),
]
# Our rules, by those of ROBOT's report that ask the same.
SAME = {
    "called-obsolete-and-not-deprecated": "misused_obsolete_label",
    "class-without-superclass": "missing_superclass",
    "deprecated-is-no-boolean": "deprecated_boolean_datatype",
    "label-of-another-term": "duplicate_label",
    "lowercase-definition": "lowercase_definition",
    "missing-definition": "missing_definition",
    "missing-label": "missing_label",
    "no-description": "missing_ontology_description",
    "no-licence": "missing_ontology_license",
    "no-title": "missing_ontology_title",
    "several-definitions": "multiple_definitions",
    "several-labels": "multiple_labels",
    "synonym-as-class": "equivalent_pair",
    "unconnected-class": "missing_superclass",
}


def robot(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["java", "-cp", f"{JARS}/*", "org.obolibrary.robot.CommandLineInterface"]
        + [str(each) for each in arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def translated(ontology: Path, folder: Path) -> Path:
    """The ontology with its definitions also in the property that ROBOT looks for."""
    graph = Graph().parse(ontology)
    for subject, text in list(graph.subject_objects(SKOS.definition)):
        graph.add((subject, DEFINITION, text))
    graph.serialize(folder / "ontology.ttl")
    return folder / "ontology.ttl"


def by_robot(ontology: Path, folder: Path) -> set[tuple[str, str]]:
    """What its report finds on the terms of the ontology and its header."""
    report = folder / "report.tsv"
    done = robot(
        *("report", "--input", translated(ontology, folder)),
        *("--output", report, "--fail-on", "none"),
    )
    assert done.returncode == 0, done.stdout
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {(row["Rule Name"], row["Subject"]) for row in rows}


def by_us(ontology: Path) -> set[tuple[str, str]]:
    store = Store.of(read_files([ontology]))
    found = replace(Rules.of(SHIPPED), excuses=()).by_lint(store, union(store))
    pairs = {(v.rule.removeprefix("lint "), v.focus.value) for v in found}
    return {(SAME[rule], thing) for rule, thing in pairs if rule in SAME}


def test_its_report_on_our_ontology_is_ours(tmp_path: Path) -> None:
    ours = by_us(ONTOLOGY)
    own = "https://w3id.org/tipgraph/ontology"
    theirs = {(rule, thing) for rule, thing in by_robot(ONTOLOGY, tmp_path) if own in thing}
    # Of two terms with one label ROBOT names both, and we name the one that comes second.
    names = {str(s) for s in Graph().parse(ONTOLOGY).subjects() if own in str(s)}
    twins = {
        (rule, name)
        for rule, thing in ours
        if rule == "duplicate_label"
        for name in names
        if name.casefold() == thing.casefold()
    }

    assert len(twins) == 32
    assert theirs == ours | twins


@pytest.mark.parametrize("rule", sorted(SAME))
def test_it_finds_what_breaks_a_rule_of_both(rule: str, tmp_path: Path) -> None:
    model = MODELS / f"{rule}.ttl"
    (named,) = {(r, thing) for r, thing in by_us(model) if r == SAME[rule]}

    theirs = by_robot(model, tmp_path)

    # Of two classes that are the same it names the other one.
    assert named in theirs or (rule == "synonym-as-class" and SAME[rule] in dict(theirs))


def test_our_ontology_is_in_owl_2_dl_by_its_word(tmp_path: Path) -> None:
    done = robot(
        *("validate-profile", "--profile", "DL", "--input", ONTOLOGY),
        *("--output", tmp_path / "profile.txt"),
    )

    assert done.returncode == 0, (tmp_path / "profile.txt").read_text()


def test_it_says_of_two_kinds_of_property_what_we_say(tmp_path: Path) -> None:
    done = robot(
        *("validate-profile", "--profile", "DL", "--input", MODELS / "two-kinds-of-property.ttl"),
        *("--output", tmp_path / "profile.txt"),
    )

    assert done.returncode != 0
    assert "Cannot pun between properties" in (tmp_path / "profile.txt").read_text()


@pytest.mark.parametrize("model", [ONTOLOGY, MODELS / "class-below-disjoint-classes.ttl"])
def test_its_reasoner_and_ours_agree(model: Path, tmp_path: Path) -> None:
    done = robot(
        *("reason", "--reasoner", "HermiT", "--input", model),
        *("--output", tmp_path / "reasoned.owl"),
    )
    verdict = reason(Graph().parse(model), "hermit")

    assert (done.returncode == 0) == verdict.sound == (model == ONTOLOGY)
    assert all(name.rsplit(":", 1)[-1] in done.stdout for name in verdict.unsatisfiable)
