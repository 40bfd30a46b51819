"""Typical mistakes are told where they are, in the words that the page on checking shows."""

import importlib.util
import sys
from pathlib import Path

import pytest
import tiny

from tipgraph.findings import Report, Violation
from tipgraph.inspection import Inspector

PAGE = Path(__file__).parents[1] / "docs" / "mistakes.py"
SPEC = importlib.util.spec_from_file_location("mistakes", PAGE)
made = importlib.util.module_from_spec(SPEC)
sys.modules["mistakes"] = made
SPEC.loader.exec_module(made)
MISTAKES = {each.name: each for each in made.mistakes(made.PAGE.read_text(encoding="utf-8"))}
# The rule that must be told first, and what stands in the text at its place.
FIRST = {
    "A property is misspelt": ("check undefined-term", "tip:affectGroup c:people"),
    "A statement lost its evidence": (
        "shape StatementEvidence",
        "statement:iom-norway-gender-considerations-in-protection-responses\n",
    ),
    "A concept is misspelt": ("shape StatementModality", "c:hedgd ;"),
    "A number is written as text": ("shape PassageSpanNumber", '"186" ;'),
    "A quotation mark is missing": ("syntax turtle", "\n"),
    "A concept was deleted, not deprecated": ("shape StatementService", "c:vaccination ;"),
    "The words of a passage moved": ("evidence passage", "oa:hasSelector\n"),
}
FAST = frozenset({"consistency", "checks", "lint"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.copied(tmp_path_factory.mktemp("graph"))


@pytest.mark.parametrize("name", FIRST)
def test_a_mistake_is_told_first_where_it_is_and_as_the_page_shows(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    mistake = MISTAKES[name]
    report = mistake.report(folder)
    first = report.violations[0]
    text = (folder / first.place.file).read_text(encoding="utf-8")
    if first.place.file == mistake.file:
        text = text.replace(mistake.right, mistake.wrong, 1)
    rest = "".join(text.splitlines(keepends=True)[first.place.line - 1 :])

    assert (first.rule, rest[first.place.column - 1 :].startswith(FIRST[name][1])) == (
        FIRST[name][0],
        True,
    )
    assert made.findings(report) == mistake.shown


def test_the_page_shows_no_other_mistakes() -> None:
    assert set(MISTAKES) == set(FIRST)


@pytest.fixture
def looked(tmp_path: Path):
    def look(**texts: str) -> Report:
        return Inspector(tiny.written(tmp_path, **texts), skip=FAST).whole()

    return look


def of(report: Report, name: str) -> list[Violation]:
    return [v for v in report.violations if v.focus.value.endswith(f"/{name}")]


def test_a_name_that_nothing_describes_is_told_with_the_one_that_was_meant(looked) -> None:
    people = ":margaret a :Person ; rdfs:label 'Margaret' .\n:b a :Book ; :title 'B' ; :author "
    near = of(looked(people=f"{people} :margarett ."), "b")
    far = of(looked(people=f"{people} :marianne ."), "b")
    there = of(looked(people=f"{people} :good ."), "b")
    beyond = of(looked(people=f"{people} <http://elsewhere.example/margaret> ."), "b")

    assert near[0].fix.startswith(
        "Nothing describes http://books.example/margarett: was “Margaret” "
        "(http://books.example/margaret) meant?"
    )
    assert far[0].fix.startswith("Nothing describes http://books.example/marianne, and no name")
    assert [each[0].fix[:8] for each in (there, beyond)] == ["Point to", "Point to"]


def test_what_a_broken_statement_may_be_the_cause_of_is_counted_and_not_told(looked) -> None:
    shapes = f"""{tiny.SHAPES}
:Writer a sh:NodeShape ; sh:targetClass :Person ;
  sh:property [ sh:path [ sh:inversePath :author ] ; sh:minCount 1 ] ,
    [ sh:path :born ; sh:minCount 1 ] .
"""
    books = ":b a :Book ; :title 'B' ; :author :ann ; :year .\n:c a :Book ; :title 'C' ."
    people = ":ann a :Person .\n:bob a :Person .\n:d a :Book ; :title 'D' ; :author :b ."
    report = looked(shapes=shapes, books=books, people=people)

    assert len(of(report, "bob")) == 2
    assert [v.path.value.rpartition("/")[2] for v in of(report, "ann")] == ["born"]
    assert of(report, "d") == []
    assert report.stages[0].note.endswith(
        "; 2 findings that may come of broken statements are left out"
    )


def test_a_fault_that_two_parts_of_a_shape_find_is_told_once(looked) -> None:
    shapes = f"""{tiny.SHAPES}
:Dated a sh:NodeShape ; sh:targetClass :Book ; sh:property [ sh:path :year ;
  sh:datatype xsd:integer ; sh:minInclusive 1450 ; sh:message "No year. Write one."@en ] .
"""
    report = looked(shapes=shapes, books=":b a :Book ; :title 'B' ; :year 'soon' .")

    assert [v.message for v in of(report, "b")] == ["No year."]
