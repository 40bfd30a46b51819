"""What changed between two graphs, in words: by thing and property, blank nodes by structure."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLE

from tipgraph.build import build
from tipgraph.changelog import written
from tipgraph.changes import difference
from tipgraph.described import Described
from tipgraph.graph import SHIPPED
from tipgraph.rdf import canonical, read, write
from tipgraph.revisions import described, stated
from tipgraph.store import Store

ROOT = Path(__file__).parents[1]
BRIEF = (EXAMPLE.data / "documents" / "example-brief.ttl").read_text(encoding="utf-8")
PREFIXES = """
@prefix e: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


@pytest.fixture(scope="module")
def files() -> Described:
    """What the files of this repository describe."""
    return described(str(ROOT))


def graph(text: str) -> Described:
    return stated(read((PREFIXES + text).encode(), "turtle"))


def changed(before: str, after: str, form: str = "text") -> str:
    return written(difference(graph(before), graph(after)), form)


def brief(*replaced: tuple[str, str]) -> str:
    text = BRIEF
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    return written(difference(graph(BRIEF), graph(text)), "text")


def run(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tipgraph", "diff", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_the_same_is_no_difference() -> None:
    assert brief() == "No difference.\n"


def test_a_changed_value_is_told_with_labels() -> None:
    told = brief(('"Loans (example brief)"@en', '"Debts (example brief)"@en'))

    assert told.splitlines()[0] == "1 changed"
    assert "  ~ Debts (example brief) (statement:example-loans)" in told
    assert "label: “Loans (example brief)” → “Debts (example brief)”" in told
    assert "of Example brief" in told


def test_values_of_a_list_come_and_go_one_by_one() -> None:
    told = changed(
        'e:a skos:altLabel "one", "two" ; e:p "x" .', 'e:a skos:altLabel "two", "three" ; e:p "x" .'
    )

    assert "other label: “one” → “three”" in told
    assert "two" not in told


def test_a_moved_passage_is_told_by_its_numbers_and_its_statements() -> None:
    told = brief(("oa:start 47 ; oa:end 102", "oa:start 50 ; oa:end 102"))

    assert "place in the text: 47–102 → 50–102" in told
    assert "carries: Jobs lost (example brief)" in told


def test_a_statement_that_comes_with_its_passage_is_one_change() -> None:
    before = BRIEF[: BRIEF.index("\nstatement:example-loans")]
    block = BRIEF[
        BRIEF.index("\nstatement:example-loans") : BRIEF.index("\nstatement:example-wages")
    ]
    passage = BRIEF[BRIEF.index("\npassage:example-loans") : BRIEF.index("\npassage:example-wages")]
    told = written(difference(graph(before), graph(before + block + passage)), "text")

    assert told.count("  + ") == 1
    assert "  + Loans (example brief) (statement:example-loans)" in told
    assert "Some take loans that they cannot repay." in told


def test_a_renamed_thing_is_no_removal_and_its_users_have_not_changed() -> None:
    before = 'e:a rdfs:label "A" ; e:p 1, 2, 3 . e:user rdfs:label "U" ; e:uses e:a .'
    told = changed(before, before.replace("e:a ", "e:b "))

    assert told.splitlines()[0] == "1 renamed"
    assert "> A (http://example.org/b, before http://example.org/a)" in told


def test_what_shares_little_is_not_taken_for_renamed() -> None:
    told = changed('e:a rdfs:label "A" ; e:p 1, 2, 3 .', 'e:b rdfs:label "B" ; e:p 1, 5, 6 .')

    assert told.splitlines()[0] == "1 added, 1 removed"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("e:a e:p [ e:q 1 ; e:r 2 ] .", "e:a e:p _:x . _:x e:r 2 . _:x e:q 1 ."),
        (
            "e:a e:p [ e:q [ e:r 1 ] ], [ e:q [ e:r 2 ] ] .",
            "e:a e:p [ e:q [ e:r 2 ] ], [ e:q [ e:r 1 ] ] .",
        ),
        (
            "e:a e:p ( 1 [ e:q 2 ] ) .",
            "e:a e:p [ rdf:rest ( [ e:q 2 ] ) ; rdf:first 1 ] .",
        ),
        ("e:a e:p _:x . _:x e:q _:x .", "e:a e:p _:y . _:y e:q _:y ."),
        ("[ e:p 1 ] .", "_:b e:p 1 ."),
        (
            "e:a e:p _:l . _:l rdf:first 1 ; rdf:rest _:l .",
            "e:a e:p _:m . _:m rdf:rest _:m ; rdf:first 1 .",
        ),
    ],
)
def test_blank_nodes_are_the_same_by_their_structure(before: str, after: str) -> None:
    assert changed(before, after) == "No difference.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("e:a e:p [ e:q 1 ] .", "e:a e:p [ e:q 2 ] ."),
        ("e:a e:p ( 1 2 ) .", "e:a e:p ( 2 1 ) ."),
        ("e:a e:p [ e:q [ e:r 1 ] ] .", "e:a e:p [ e:q [ e:r 1 ; e:s 2 ] ] ."),
        ("e:a e:p _:x . _:x e:q _:x .", "e:a e:p _:y . _:y e:q [ e:q _:y ] ."),
    ],
)
def test_another_structure_is_a_difference(before: str, after: str) -> None:
    assert changed(before, after).startswith("1 changed\n")


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_triples_and_the_names_of_blank_nodes_do_not_matter(seed: int) -> None:
    lines = write(canonical(read(BRIEF.encode(), "turtle")), "ntriples").decode().splitlines()
    dice = random.Random(seed)  # noqa: S311 - the same in every run, and no secret
    dice.shuffle(lines)
    mixed = "\n".join(lines).replace("_:c14n", f"_:b{seed}x")
    there = stated(read(mixed.encode(), "ntriples"))

    assert difference(graph(BRIEF), there).changes == ()


def test_markdown_shows_hostile_text_as_text() -> None:
    told = changed(
        'e:a e:p "x" .', 'e:a e:p "<script>alert(1)</script> *b* | `c` @team" .', "markdown"
    )

    assert "<script>" not in told
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \\*b\\* \\| \\`c\\` \\@team" in told


def test_json_has_every_value_that_went_or_came() -> None:
    told = json.loads(
        changed('e:a rdfs:label "A" ; e:p 1 .', 'e:a rdfs:label "A" ; e:p 2 .', "json")
    )

    assert told["counts"] == {"added": 0, "removed": 0, "changed": 1, "renamed": 0}
    assert told["things"][0]["properties"] == [
        {
            "id": "http://example.org/p",
            "label": "p",
            "removed": [{"value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}],
            "added": [{"value": "2", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}],
        }
    ]


@pytest.mark.parametrize("form", ["turtle", "nquads", "trig", "jsonld", "rdfxml", "ntriples"])
def test_a_dump_of_the_graph_is_the_same_as_its_files(
    form: str, store: Store, files: Described, tmp_path: Path
) -> None:
    """Also where derived links cannot be told from stated ones by their named graph."""
    endings = {"turtle": "ttl", "nquads": "nq", "jsonld": "jsonld", "rdfxml": "rdf"}
    target = tmp_path / f"dump.{endings.get(form, form.replace('ntriples', 'nt'))}"
    target.write_bytes(store.dump(form))

    dump = described(str(target))

    assert difference(files, dump).changes == ()
    assert difference(dump, files).changes == ()


def test_a_store_is_the_same_as_its_files(files: Described, tmp_path: Path) -> None:
    build(SHIPPED, tmp_path / "graph.store")

    assert difference(files, described(str(tmp_path / "graph.store"))).changes == ()


def test_the_command_compares_a_revision_with_the_files(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(tmp_path)]
    things = tmp_path / "data" / "things.ttl"
    things.parent.mkdir()
    things.write_text(PREFIXES + 'e:a rdfs:label "A" .', encoding="utf-8")
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "none.ttl").write_text("", encoding="utf-8")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    things.write_text(PREFIXES + 'e:a rdfs:label "B" .', encoding="utf-8")

    done = run("HEAD", ".", "--exit-code", cwd=tmp_path)

    assert done.returncode == 1
    assert "label: “A” → “B”" in done.stdout
    assert run(".", ".", "--exit-code", cwd=tmp_path).returncode == 0


def test_what_is_no_graph_is_refused_with_advice(tmp_path: Path) -> None:
    assert "no git repository here" in run("nowhere", ".", cwd=tmp_path).stderr
    assert "holds no RDF file" in run(tmp_path, ".", cwd=tmp_path).stderr
