"""How answers differ between two releases: graphs of our own, with changes planted in one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from conftest import EXAMPLE, HERE

import tipgraph
from tipgraph.build import build
from tipgraph.cli import app
from tipgraph.comparisons import written
from tipgraph.differences import CAME, CHANGED, GONE, NEW, WENT, Cause, Change
from tipgraph.errors import BadParameter, BrokenFile, NotFound
from tipgraph.graph import Layout
from tipgraph.opening import open_kept
from tipgraph.releases import Releases
from tipgraph.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STATEMENT = "https://w3id.org/tipgraph/id/statement/"
RESPONSE = "https://w3id.org/tipgraph/id/response/example-wages"
JOBS = "https://w3id.org/tipgraph/id/impact/example-jobs-lost"
LOANS = "https://w3id.org/tipgraph/id/impact/example-loans"
PAIRING = f"{STATEMENT}example-wages-for-jobs"
BRIEF = "doc:example-brief"
DIRECTNESS = "directness: “c:direct” is now “c:indirect”"
THINGS = "things/things.ttl"
DOCUMENT = "documents/example-brief.ttl"
ADDRESSING = ("responses-addressing-impact", {"impact": "example-jobs-lost"})
SECOND = """
statement:example-wages-for-loans
    a tip:AddressingStatement ;
    skos:prefLabel "Wages for loans (example brief)"@en ;
    dcterms:description "Wages make loans needless."@en ;
    tip:addressingResponse response:example-wages ;
    tip:addressedImpact impact:example-loans ;
    tip:linkBasis c:curator-inferred ;
    tip:directness c:indirect ;
    tip:statedIn doc:example-brief ;
    tip:speaker actor:harbour-council ;
    tip:evidencedBy passage:example-wages ;
    tip:modality c:inferred ;
    tip:evidenceBasis c:curator-inference .
"""
FIGURE = """
@prefix qudt: <http://qudt.org/schema/qudt/> .
@prefix unit: <http://qudt.org/vocab/unit/> .

statement:example-docks
    a tip:FigureStatement ;
    skos:prefLabel "Docks closed (example brief)"@en ;
    dcterms:description "Some docks were closed."@en ;
    qudt:numericValue 5 ;
    qudt:hasUnit unit:NUM ;
    tip:measure "docks closed"@en ;
    tip:quantifies impact:example-jobs-lost ;
    tip:statedIn doc:example-brief ;
    tip:speaker actor:harbour-council ;
    tip:evidencedBy passage:example-jobs ;
    tip:modality c:asserted ;
    tip:evidenceBasis c:none-given .
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The data of the example, with a figure."""
    folder = tmp_path / "old"
    shutil.copytree(EXAMPLE.data, folder)
    append(folder / DOCUMENT, FIGURE)
    return folder


@pytest.fixture
def changed(old: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes the same data with a text of a file put in the place of another."""

    def change(file: str, before: str, after: str) -> Path:
        folder = tmp_path / "new"
        shutil.copytree(old, folder, dirs_exist_ok=True)
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(before) == 1
        (folder / file).write_text(text.replace(before, after), encoding="utf-8")
        return folder

    return change


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def statement(folder: Path, name: str) -> str:
    """The Turtle of a statement of the example."""
    text = (folder / DOCUMENT).read_text(encoding="utf-8")
    start = text.index(f"statement:{name}\n")
    return text[start : text.index(" .\n", start) + 3]


def differences(old: Path, new: Path) -> Releases:
    return Releases(str(old), str(new))


def test_the_same_data_answer_the_same(old: Path, tmp_path: Path) -> None:
    shutil.copytree(old, tmp_path / "copy")
    found = differences(old, tmp_path / "copy").question(*ADDRESSING)

    assert not found.differs
    assert [item.id for item in found.old.items] == [RESPONSE]
    assert found.same == 1


def test_another_label_is_told_and_that_no_statement_made_it(old, changed) -> None:
    new = changed(THINGS, "Wages for a month", "A month of wages")
    (item,) = differences(old, new).question(*ADDRESSING).items

    assert (item.id, item.state, item.label) == (RESPONSE, CHANGED, "A month of wages")
    assert item.changes == (Change("label", "Wages for a month", "A month of wages"),)
    assert item.causes == ()


def test_another_directness_is_told_with_the_statement_that_has_it(old, changed) -> None:
    new = changed(DOCUMENT, "tip:directness c:direct ;", "tip:directness c:indirect ;")
    (item,) = differences(old, new).question(*ADDRESSING).items

    assert item.changes == (Change("directness", "Direct", "Indirect"),)
    told = (Change("directness", "c:direct", "c:indirect"),)
    assert item.causes == (Cause(PAIRING, BRIEF, "changed", told),)


def test_an_item_that_went_is_told_with_the_statement_that_is_gone(old, changed) -> None:
    new = changed(DOCUMENT, statement(old, "example-wages-for-jobs"), "")
    (item,) = differences(old, new).question(*ADDRESSING).items

    assert (item.id, item.state) == (RESPONSE, WENT)
    assert item.causes == (Cause(PAIRING, BRIEF, GONE),)


def test_an_item_that_came_is_told_with_the_statement_that_is_new(old, changed) -> None:
    new = changed(DOCUMENT, FIGURE, FIGURE + SECOND)
    given = {"impact": "example-loans"}
    (item,) = differences(old, new).question("responses-addressing-impact", given).items

    assert (item.id, item.state) == (RESPONSE, CAME)
    assert item.causes == (Cause(f"{STATEMENT}example-wages-for-loans", BRIEF, NEW),)


def test_a_gap_that_came_names_the_statement_that_filled_it(old, changed) -> None:
    new = changed(DOCUMENT, statement(old, "example-wages-for-jobs"), "")
    found = differences(old, new).question("impacts-without-response", {})

    assert [(i.id, i.state) for i in found.items] == [(JOBS, CAME)]
    assert found.items[0].causes == (Cause(PAIRING, BRIEF, GONE),)
    assert [item.id for item in found.old.items] == [LOANS]


def test_another_reason_is_told(old, changed) -> None:
    new = changed(THINGS, "Dock workers lose their jobs", "Dockers lose their jobs")
    (item,) = differences(old, new).question(*ADDRESSING).items
    before, after = "Dock workers lose their jobs", "Dockers lose their jobs"

    assert item.changes == (
        Change("why", f"addresses {before}", f"addresses {after}"),
        Change("addressed", before, after),
    )


def test_evidence_that_is_less_sure_is_told(old, changed) -> None:
    sure = statement(old, "example-jobs-lost")
    new = changed(DOCUMENT, sure, sure.replace("c:asserted", "c:hedged"))
    given = {"group": "workers"}
    found = differences(old, new).question("impacts-on-group", given)
    (item,) = found.items
    (change,) = item.changes

    assert (item.id, found.same) == (JOBS, 1)
    assert change == Change("evidence example-jobs-lost, modality", "asserted", "hedged")
    told = (Change("modality", "c:asserted", "c:hedged"),)
    assert item.causes == (Cause(f"{STATEMENT}example-jobs-lost", BRIEF, "changed", told),)


def test_a_passage_at_another_place_is_told(old, changed) -> None:
    new = changed(DOCUMENT, "oa:start 213 ; oa:end 281", "oa:start 220 ; oa:end 281")
    (item,) = differences(old, new).question(*ADDRESSING).items
    (change,) = item.changes

    assert change == Change("evidence example-wages-for-jobs, spans", "213-281", "220-281")
    told = (Change("spans", "213-281", "220-281"),)
    assert item.causes == (Cause(PAIRING, BRIEF, "changed", told),)


def test_more_evidence_is_told(old, changed) -> None:
    more = statement(old, "example-wages-for-jobs").replace("-for-jobs\n", "-for-jobs-again\n")
    new = changed(DOCUMENT, FIGURE, FIGURE + more)
    (item,) = differences(old, new).question(*ADDRESSING).items
    (change,) = item.changes

    assert (change.what, change.before) == ("evidence example-wages-for-jobs-again", None)
    assert item.causes == (Cause(f"{STATEMENT}example-wages-for-jobs-again", BRIEF, NEW),)


def test_another_figure_is_told(old, changed) -> None:
    new = changed(DOCUMENT, "qudt:numericValue 5", "qudt:numericValue 6")
    (item,) = differences(old, new).things("figures", {}).items

    assert item.changes == (Change("value", "5", "6"),)
    told = (Change("numericValue", "5", "6"),)
    assert item.causes == (Cause(f"{STATEMENT}example-docks", BRIEF, "changed", told),)


def test_a_document_that_is_cited_otherwise_is_told_once(old, changed) -> None:
    new = changed(DOCUMENT, "A brief of our own", "A brief, revised")
    found = differences(old, new).question("impacts-on-group", {"group": "workers"})

    assert found.items == ()
    assert found.differs
    iri = "https://w3id.org/tipgraph/id/document/example-brief"
    assert found.documents == ((iri, Change("title", "A brief of our own", "A brief, revised")),)


def test_a_question_in_plain_words_differs_by_its_items(old, changed) -> None:
    new = changed(DOCUMENT, statement(old, "example-loans"), "")
    releases = differences(old, new)
    found = releases.ask("Which impacts are there on workers?")

    assert [(item.id, item.state) for item in found.items] == [(LOANS, WENT)]
    assert found.items[0].causes == (Cause(f"{STATEMENT}example-loans", BRIEF, GONE),)


def test_what_one_release_does_not_know_is_a_difference(old, changed) -> None:
    new = changed(THINGS, "response:example-wages\n", "response:example-pay\n")
    found = differences(old, new).things("impacts", {"response": "example-pay"})

    assert "no PolicyResponse is known by that name" in found.old.reason
    assert found.new.reason == ""
    assert found.differs


def test_what_no_release_knows_is_a_mistake(old) -> None:
    releases = differences(old, old)

    with pytest.raises(BadParameter, match="no Impact is known"):
        releases.question("responses-addressing-impact", {"impact": "flying"})
    with pytest.raises(NotFound, match="responses-addressing-impact"):
        releases.question("responses-adressing-impact", {})


def test_all_questions_are_asked_for_all_that_they_may_be_about(old, changed) -> None:
    new = changed(DOCUMENT, FIGURE, FIGURE + SECOND)
    found = {each.asked: each for each in differences(old, new).every()}
    differing = {asked.removeprefix("question ") for asked, each in found.items() if each.differs}

    assert len(found) == 43
    # A response for the loans: it is no gap any more.
    assert {"responses-addressing-impact", "impacts-without-response"} <= differing
    assert not differing & {"figures", "impacts-on-group", "response-count-by-pillar"}
    (gap,) = found["question impacts-without-response"].items
    assert (gap.id, gap.state) == (LOANS, WENT)


def test_two_answers_in_python_say_how_they_differ(old, changed) -> None:
    new = changed(DOCUMENT, statement(old, "example-wages-for-jobs"), "")
    first, second = tipgraph.open(old), tipgraph.open(new)
    asked = {"impact": "example-jobs-lost"}
    found = second.responses(**asked).diff(first.responses(**asked))
    plain = second.ask("polar bears").diff(first.ask("impacts on workers"))

    assert [(item.id, item.state) for item in found.items] == [(RESPONSE, WENT)]
    assert found.items[0].causes == (Cause(PAIRING, BRIEF, GONE),)
    assert not first.responses().diff(first.responses()).differs
    assert "polar" in plain.new.reason
    assert plain.old.reason == ""


# where a release is kept


@pytest.fixture
def kept(old: Path, tmp_path: Path) -> dict[str, str]:
    """One release, kept in every way."""
    layout = Layout(data=old)
    build(layout, tmp_path / "graph.store")
    store = Store.load(layout)
    for form, name in (("trig", "graph.trig"), ("nquads", "graph.nq"), ("turtle", "graph.ttl")):
        (tmp_path / name).write_bytes(store.dump(form))
    root = tmp_path / "checkout"
    shutil.copytree(old, root / "data")
    shutil.copytree(EXAMPLE.ontology, root / "ontology")
    bare = Store.load(layout, derived=False)
    (tmp_path / "bare.trig").write_bytes(bare.dump("trig"))
    names = ("graph.store", "graph.trig", "graph.nq", "graph.ttl", "checkout", "bare.trig")
    return {name: str(tmp_path / name) for name in names}


@pytest.mark.parametrize(
    "name", ["graph.store", "graph.trig", "graph.nq", "graph.ttl", "checkout", "bare.trig"]
)
def test_a_release_is_the_same_however_it_is_kept(old, kept, name: str) -> None:
    found = list(Releases(str(old), kept[name]).every())

    assert [each.asked for each in found if each.differs] == []
    assert sum(each.same for each in found) > 10


def test_a_release_that_is_nowhere_is_told(tmp_path) -> None:
    with pytest.raises(BrokenFile, match="is not there; name a store"):
        open_kept(str(tmp_path / "nowhere.trig"))


# the command


def run(*arguments: object):
    return CliRunner().invoke(app, ["diff-answers", *map(str, arguments)])


def test_the_command_tells_in_words_what_differs(old, changed) -> None:
    new = changed(DOCUMENT, "tip:directness c:direct ;", "tip:directness c:indirect ;")
    done = run(old, new, "question", ADDRESSING[0], "impact=example-jobs-lost")

    assert done.exit_code == 1
    assert done.stdout.splitlines()[3:] == [
        "",
        "changed: Wages for a month  <response:example-wages>",
        "  directness: “Direct” is now “Indirect”",
        f"  because statement:example-wages-for-jobs changed ({BRIEF}): {DIRECTNESS}",
    ]


def test_the_command_ends_with_0_where_nothing_differs(old) -> None:
    done = run(old, old, "ask", "impacts on workers")

    assert done.exit_code == 0
    assert "The answers are the same." in done.stdout


def test_the_command_tells_a_summary_of_all_before_the_details(old, changed) -> None:
    new = changed(DOCUMENT, "qudt:numericValue 5", "qudt:numericValue 6")
    done = run(old, new, "--all")
    lines = done.stdout.splitlines()

    assert done.exit_code == 1
    assert lines[0] == "1 of 43 answers differ"
    assert "  question figures: 0 came, 0 went, 1 changed" in lines
    assert lines.index("question figures") > lines.index(
        "  question figures: 0 came, 0 went, 1 changed"
    )
    assert "  value: “5” is now “6”" in lines


def test_json_has_the_statements_that_made_the_difference(old, changed) -> None:
    new = changed(DOCUMENT, statement(old, "example-wages-for-jobs"), "")
    done = run(old, new, "list", "responses", "impact=example-jobs-lost", "--format", "json")
    told = json.loads(done.stdout)

    assert done.exit_code == 1
    assert told["same"] is False
    assert told["old"] == {"place": str(old), "release": "unreleased"}
    (found,) = told["differences"]
    assert found["came"] == found["changed"] == []
    (item,) = found["went"]
    assert item["id"] == RESPONSE
    assert item["because"] == [
        {"statement": PAIRING, "document": BRIEF, "state": "gone", "changes": []}
    ]


def test_markdown_takes_nothing_of_the_graph_for_markup(old, changed) -> None:
    new = changed(THINGS, "Wages for a month", "Wages [x](http://example.org/) <b>*now*</b>")
    found = differences(old, new).question(*ADDRESSING)
    text = written([found], "markdown")

    assert "## question responses-addressing-impact" in text
    assert "- **changed** Wages \\[x\\](http://example.org/) \\<b\\>\\*now\\*\\</b\\>" in text


def test_the_example_of_the_page_gives_what_is_shown(tmp_path) -> None:
    page = (HERE.parent / "docs" / "differences.md").read_text(encoding="utf-8")
    program, shown = re.findall(r"```(?:sh|text)\n(.*?)```", page, re.DOTALL)
    program = re.sub("^tipgraph ", f"'{sys.executable}' -m tipgraph ", program, flags=re.MULTILINE)
    done = subprocess.run(
        ["/bin/sh", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1, done.stderr
    assert done.stdout == shown


MISTAKES = [
    (["question"], 2, "--all alone"),
    ([], 2, "--all alone"),
    (["--all", "ask", "x"], 2, "--all alone"),
    (["guess", "x"], 2, "--all alone"),
    (["ask", "x", "--format", "pdf"], 2, "text, markdown, json"),
    (["list", "responses", "impct=x"], 2, "impact"),
    (["list", "respones"], 4, "responses"),
]


@pytest.mark.parametrize(("arguments", "status", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told(old, arguments, status: int, hint: str) -> None:
    done = run(old, old, *arguments)

    assert done.exception is not None
    assert getattr(done.exception, "exit_status", None) == status
    assert hint in str(done.exception)
