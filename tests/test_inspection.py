"""One run tells every fault of every file at its place, of any graph by any shapes."""

import shutil
from pathlib import Path

import pytest
import tiny

from tipgraph.findings import Report
from tipgraph.graph import SHIPPED
from tipgraph.inspection import Inspector
from tipgraph.sources import Sources

FAST = frozenset({"consistency", "lint"})
MODELS = Path(__file__).parent / "models"
needs_java = pytest.mark.skipif(not shutil.which("java"), reason="HermiT needs Java; none is here")


def told(report: Report) -> dict[str, tuple[str, str, int]]:
    """The findings by thing: how bad, by which rule, on which line."""
    return {
        v.focus.value.rsplit("/", 1)[-1]: (v.severity, v.rule, v.line) for v in report.violations
    }


@pytest.fixture
def looked(tmp_path: Path):
    def look(skip: frozenset[str] = FAST, **texts: str) -> Report:
        return Inspector(tiny.written(tmp_path, **texts), skip=skip).whole()

    return look


def test_a_graph_that_is_not_ours_is_checked_by_its_own_shapes(looked, tmp_path: Path) -> None:
    report = looked()

    def line(name: str, words: str) -> int:
        return tiny.line_of(tmp_path, name, words)

    assert told(report) == {
        "untitled": ("Violation", "shape Title", line("books", ":untitled a")),
        "list": ("Violation", "shape BookShape", line("books", "    3 )")),
        "other": (
            "Warning",
            "shape BookShape http://books.example/author",
            line("people", "  :author :nobody"),
        ),
        "old": ("Info", "shape BookShape http://books.example/year", line("books", "  1902 .")),
    }


def test_the_worst_stands_first_and_what_is_alike_together(looked) -> None:
    ranks = [v.rank for v in looked().violations]

    assert ranks == sorted(ranks)
    assert len(ranks) == 4


def test_a_thing_goes_by_its_label(looked) -> None:
    (found,) = [v for v in looked().violations if v.rule == "shape Title"]

    assert found.label == "the book without a title"
    assert found.message == "A book has no title."
    assert found.fix == "Give it :title."


def test_a_shape_without_a_message_is_told_in_plain_words(looked) -> None:
    messages = {v.severity: (v.message, v.fix) for v in looked().violations}

    assert messages["Info"] == (
        "It has more than 1 of <http://books.example/year>.",
        "Keep 1 at most.",
    )
    assert messages["Warning"][0] == (
        "The value of <http://books.example/author> is not a “person” (http://books.example/Person)."
    )


BROKEN = """
:good a :Book ; :title "Good" .
:half a :Book ; :title ;
  :author :ann .
:next a :Book .
:open a :Book ; :title "no end .
:last a :Book ; :title "Last" ; more:words 1 .
:too a :Book ; more:words 2 .
"""


def test_a_broken_file_hides_neither_its_own_faults_nor_those_of_others(
    looked, tmp_path: Path
) -> None:
    report = looked(books=BROKEN)
    syntax = [v for v in report.violations if v.rule == "syntax turtle"]

    assert [(v.line, v.message) for v in syntax] == [
        (tiny.line_of(tmp_path, "books", ":half a"), "; is not a valid RDF object."),
        (
            tiny.line_of(tmp_path, "books", ":open a"),
            "Line jumps are not allowed in string literals, use \\n.",
        ),
        (tiny.line_of(tmp_path, "books", ":last a"), "The prefix more: is used and not declared."),
    ]
    assert "Statements with it: 2" in syntax[2].fix
    others = {name for name, (_, rule, _) in told(report).items() if rule != "syntax turtle"}
    assert others == {"next", "other"}


def test_what_a_broken_statement_describes_is_not_said_to_lack_anything(looked) -> None:
    again = ":half a :Book .\n:open a :Book .\n"

    assert not {"half", "open", "last", "too"} & set(told(looked(books=BROKEN + again)))


def test_a_missing_dot_is_shown_where_it_is_missing(looked, tmp_path: Path) -> None:
    report = looked(books=':a a :Book ; :title "A"\n:b a :Book ; :title "B" .\n')
    (found,) = [v for v in report.violations if v.rule.startswith("syntax")]
    text = (tmp_path / "data" / "deep" / "books.ttl").read_text().splitlines()

    assert text[found.place.line - 1][: found.place.column - 1].endswith('"A"')


def test_a_file_that_is_not_utf8_is_told_with_its_place(tmp_path: Path) -> None:
    layout = tiny.written(tmp_path)
    (tmp_path / "data" / "bytes.ttl").write_bytes(b"# one\n<a:b> <a:c> '\xff' .\n")
    report = Inspector(layout, skip=FAST).whole()
    (found,) = [v for v in report.violations if v.rule.startswith("syntax")]

    assert (found.line, found.place.column) == (2, 14)
    assert found.message == "The text is not in UTF-8."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.nt", '<http://books.example/a> <http://books.example/title> "A" \n<a:b> <a:c> 3 .\n'),
        ("a.trig", "@prefix : <http://books.example/> .\n:g { :a :title . }\n:h { :b : }\n"),
    ],
)
def test_other_formats_go_on_after_a_fault_too(tmp_path: Path, name: str, text: str) -> None:
    layout = tiny.written(tmp_path)
    (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    report = Inspector(layout, skip=FAST).whole()

    assert len([v for v in report.violations if v.rule.startswith("syntax")]) == 2


def test_broken_shapes_are_told_beside_the_faults_of_the_data(looked) -> None:
    report = looked(shapes=f"{tiny.SHAPES}:Odd sh:path ; .\n:Even sh:path .\n", books=BROKEN)
    files = [Path(v.place.file).name for v in report.violations]

    assert files == ["books.ttl"] * 3 + ["shapes.ttl"] * 2
    assert [stage.ran for stage in report.stages if stage.name == "shapes"] == [False]


def test_json_tells_its_first_fault(tmp_path: Path) -> None:
    layout = tiny.written(tmp_path)
    (tmp_path / "data" / "a.jsonld").write_text('{"@id":\n ]', encoding="utf-8")
    report = Inspector(layout, skip=FAST).whole()
    (found,) = [v for v in report.violations if v.rule == "syntax jsonld"]

    assert found.line == 2


@needs_java
def test_a_contradiction_is_found_in_the_same_run(looked) -> None:
    report = looked(skip=frozenset(), people=PERSON_AND_BOOK)

    assert "consistency inconsistent" in {v.rule for v in report.violations}


@needs_java
def test_what_hermit_cannot_read_ends_nothing(looked) -> None:
    odd = f"{tiny.ONTOLOGY}:year a owl:DatatypeProperty ; rdfs:range [ a rdfs:Datatype ;\n"
    odd += "  owl:onDatatype xsd:integer ; owl:withRestrictions ( [ xsd:pattern 3 ] ) ] .\n"
    report = looked(skip=frozenset({"lint"}), ontology=odd)
    stages = {stage.name: stage for stage in report.stages}

    assert not stages["consistency"].ran
    assert "HermiT cannot read" in stages["consistency"].note
    assert len(report.violations) == 4


@needs_java
def test_a_class_without_members_is_shown_where_it_is_declared(looked, tmp_path: Path) -> None:
    ontology = f"{tiny.ONTOLOGY}:Both a owl:Class ; rdfs:subClassOf :Book , :Person .\n"
    report = looked(skip=frozenset({"lint"}), ontology=ontology)
    (found,) = [v for v in report.violations if v.rule.startswith("consistency")]

    assert found.rule == "consistency unsatisfiable-class"
    assert found.line == tiny.line_of(tmp_path, "ontology", ":Both a")


PERSON_AND_BOOK = ":ann a :Person , :Book ; :title 1 .\n"


def test_a_stage_that_was_left_out_says_so(looked) -> None:
    stages = {stage.name: stage.ran for stage in looked().stages}

    assert stages == {
        "syntax": True,
        "shapes": True,
        "checks": True,
        "lint": False,
        "consistency": False,
        "evidence": False,
    }


def test_passages_are_held_against_the_texts(tmp_path: Path) -> None:
    example = Path(__file__).parent / "example"
    for path in (example / "texts").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace("e", "a", 1), encoding="utf-8")
    layout = tiny.replace(SHIPPED, data=example / "data")
    skip = frozenset({"shapes", "checks", *FAST})

    whole = Inspector(layout, Sources(example / "texts"), skip).whole()
    changed = Inspector(layout, Sources(tmp_path), skip).whole()

    assert whole.conforms
    assert {v.rule for v in changed.violations} == {"evidence text"}
    assert all(v.place and v.place.exact for v in changed.violations)


def test_a_file_of_the_graph_that_cannot_be_read_is_told_as_in_a_whole_run(tmp_path: Path) -> None:
    layout = tiny.written(tmp_path, books=BROKEN)
    path = tmp_path / "data" / "deep" / "books.ttl"
    alone, whole = Inspector(layout, skip=FAST).files([path]), Inspector(layout, skip=FAST).whole()

    own = [v for v in whole.violations if v.place.file.endswith("books.ttl")]
    assert list(alone.violations) == own
    assert len(own) == 4


def test_beside_the_files_given_what_cannot_be_read_is_told_and_nothing_else(
    tmp_path: Path,
) -> None:
    layout = tiny.written(tmp_path, books=BROKEN)
    path = tmp_path / "data" / "deep" / "people.ttl"
    report = Inspector(layout, skip=FAST).files([path])

    assert [v.rule.split()[0] for v in report.violations] == [*["syntax"] * 3, "shape"]
    assert report.violations[-1].focus.value.endswith("/other")


def test_files_of_the_graph_are_checked_as_edited() -> None:
    paths = [MODELS / "invalid" / name for name in ("StatementSpeaker.ttl", "ConceptExample.ttl")]
    report = Inspector(SHIPPED, skip=FAST).files(paths)

    assert {v.rule for v in report.violations} >= {"shape StatementSpeaker", "shape ConceptExample"}
    assert {Path(v.place.file).name for v in report.violations} <= {p.name for p in paths}
