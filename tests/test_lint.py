"""Each rule of the ontology's lint has a model that keeps it and one that breaks just it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tipgraph.dataset import union
from tipgraph.errors import BrokenFile
from tipgraph.findings import SEVERITIES, Violation
from tipgraph.graph import SHIPPED
from tipgraph.queries import read
from tipgraph.rdf import read_files
from tipgraph.store import Store
from tipgraph.validate import Rules

MODELS = Path(__file__).parent / "models"
BROKEN = sorted((MODELS / "lint-invalid").iterdir())
KEPT = sorted((MODELS / "lint-valid").iterdir())
QUERIES = SHIPPED.queries_in("lint")
NAMESPACE = "http://birds.example/onto#"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return replace(Rules.of(SHIPPED), excuses=())


def found(rules: Rules, model: Path) -> set[tuple[str, str]]:
    store = Store.of(read_files([model]))
    return {(v.rule, v.focus.value) for v in rules.by_lint(store, union(store))}


@pytest.mark.parametrize("model", BROKEN, ids=lambda p: p.stem)
def test_an_ontology_that_breaks_a_rule_breaks_only_that(rules: Rules, model: Path) -> None:
    match = re.match(r"# violates lint:(\S+) at (?:<(\S+)>|:(\S+))\n", model.read_text("utf-8"))
    assert match
    focus = match[2] or NAMESPACE + match[3]

    assert match[1] == model.stem
    assert found(rules, model) == {(f"lint {model.stem}", focus)}


@pytest.mark.parametrize("model", KEPT, ids=lambda p: p.stem)
def test_an_ontology_that_keeps_the_rules_has_no_finding(rules: Rules, model: Path) -> None:
    assert found(rules, model) == set()


def test_every_rule_has_both_models() -> None:
    names = {path.stem for path in QUERIES}

    assert len(names) > 40
    assert {path.stem for path in BROKEN} == names == {path.stem for path in KEPT}


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_every_rule_says_how_bad_it_is_why_and_what_to_do(path: Path) -> None:
    headers = read(path).headers

    assert headers["level"].capitalize() in SEVERITIES
    assert headers["why"].endswith(".")
    assert headers["fix"].endswith(".")
    assert headers["from"]


def written(folder: Path, model: str, *rows: str) -> Path:
    text = (MODELS / "lint-invalid" / f"{model}.ttl").read_text(encoding="utf-8")
    (folder / "birds.ttl").write_text(text, encoding="utf-8")
    lines = "".join(f"{row}\n" for row in ("rule\tthing\treason", *rows))
    (folder / "lint-exceptions.tsv").write_text(lines, encoding="utf-8")
    return folder / "birds.ttl"


def lint(path: Path) -> list[Violation]:
    store = Store.of(read_files([path]))
    rules = Rules.of(replace(SHIPPED, ontology=path))
    return rules.by_lint(store, union(store))


def test_an_exception_with_a_reason_is_kept(tmp_path: Path) -> None:
    excuse = f"no-title\t<{NAMESPACE[:-1]}>\tIt is a draft."

    assert lint(written(tmp_path, "no-title", excuse)) == []


def test_an_exception_that_excuses_nothing_is_told_where_it_stands(tmp_path: Path) -> None:
    excuse = f"no-creator\t<{NAMESPACE[:-1]}>\tIt is a draft."
    found = {v.rule: v for v in lint(written(tmp_path, "no-title", excuse))}

    assert found.keys() == {"lint no-title", "lint idle-exception"}
    assert found["lint idle-exception"].line == 2


@pytest.mark.parametrize("row", ["no-title", "no-title\t<http://a/b>\t ", "no-title\tx\tWhy."])
def test_an_exception_without_a_reason_is_refused(tmp_path: Path, row: str) -> None:
    with pytest.raises(BrokenFile, match=r"exceptions.tsv:2: name a rule, a thing and a reason"):
        lint(written(tmp_path, "no-title", row))


def test_the_shipped_ontology_keeps_every_rule_or_says_why(store: Store) -> None:
    assert Rules.of(SHIPPED).by_lint(store, union(store)) == []
