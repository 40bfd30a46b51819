"""The shipped graph conforms; each small model breaks, or keeps, exactly the rule it is for."""

import re
from pathlib import Path

import pytest
from rdflib import SH, Graph

from tipgraph.graph import SHIPPED, Layout
from tipgraph.rdf import read_files
from tipgraph.store import Store
from tipgraph.submission import Reviewer
from tipgraph.terms import shorten, slug
from tipgraph.validate import validate

MODELS = Path(__file__).parent / "models"
VALID = sorted((MODELS / "valid").iterdir())
INVALID = sorted((MODELS / "invalid").iterdir())
CHECKS = {f"check {path.stem}" for path in SHIPPED.queries_in("checks")}


def shapes() -> set[str]:
    graph = Graph()
    for path in SHIPPED.shape_files():
        graph.parse(path)
    return {f"shape {slug(str(shape))}" for shape in graph.subjects(SH.message)}


def test_the_shipped_graph_conforms_without_warnings(store: Store) -> None:
    assert validate(store, SHIPPED).violations == ()


@pytest.fixture(scope="module")
def reviewer(store: Store) -> Reviewer:
    return Reviewer(SHIPPED, store)


def found_in(model: Path, reviewer: Reviewer) -> set[tuple[str, str]]:
    report = reviewer.review(read_files([model]), "ontology")
    return {(v.rule, v.thing) for v in report.violations}


def named_in(model: Path) -> tuple[str, str]:
    text = model.read_text(encoding="utf-8")
    match = re.match(r"# violates (shape|check):(\S+) at (\S+)\n", text)
    assert match, f"{model} does not say what it violates"
    kind, rule, focus = match.groups()
    if focus.startswith("<"):
        return f"{kind} {rule}", shorten(focus[1:-1])
    prefix, local = focus.split(":", 1)
    namespace = re.search(rf"^@prefix {prefix}: <([^>]*)>", text, re.MULTILINE)
    assert namespace
    return f"{kind} {rule}", shorten(namespace[1] + local)


@pytest.mark.parametrize("model", INVALID, ids=lambda p: p.name)
def test_an_invalid_model_gives_exactly_its_violation(model: Path, reviewer: Reviewer) -> None:
    assert found_in(model, reviewer) == {named_in(model)}


@pytest.mark.parametrize("model", VALID, ids=lambda p: p.name)
def test_a_valid_model_conforms(model: Path, reviewer: Reviewer) -> None:
    assert found_in(model, reviewer) == set()


def test_every_rule_has_both_models() -> None:
    rules = shapes() | CHECKS
    broken = {named_in(model)[0] for model in INVALID}

    assert len(rules) >= 25
    assert broken == rules
    assert {path.name for path in VALID} == {path.name for path in INVALID}


def test_a_fault_in_the_shipped_data_is_found_where_it_is(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for path in SHIPPED.data.rglob("*.ttl"):
        target = tmp_path / path.relative_to(SHIPPED.data)
        target.parent.mkdir(exist_ok=True)
        text = path.read_text(encoding="utf-8")
        if path.name.startswith("iom-norway"):
            text = text.replace("    tip:modality c:hedged ;\n", "", 1)
        target.write_text(text, encoding="utf-8")
    layout = Layout(data=tmp_path)
    found = validate(Store.load(layout), layout).violations

    assert len(found) == 1
    assert found[0].thing.startswith("statement:iom-norway-")
    assert found[0].rule == "shape StatementModality"
    assert "modality" in found[0].message
