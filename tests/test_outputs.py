"""A report reads the same in every format, and each format is what its readers take it for."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import tiny
from jsonschema import Draft202012Validator
from rdflib import RDF, SH, Graph

from tipgraph.baseline import beside, fingerprint, written_baseline
from tipgraph.errors import BadParameter, BrokenFile
from tipgraph.findings import Place, Report, Stage, Violation
from tipgraph.inspection import Inspector
from tipgraph.outputs import WRITERS, Target, paired
from tipgraph.terms import Iri, Literal

FAST = frozenset({"consistency", "lint"})
HOSTILE = '<script>alert("1")</script> %0A::error::x, \x00 & \r\n ]]> \ud7ff'
BROKEN = ":half a :Book ; :title ; .\n"


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Report:
    """A report with findings of all severities, and one on the syntax."""
    folder = tmp_path_factory.mktemp("tiny")
    return Inspector(tiny.written(folder, extra=BROKEN), skip=FAST).whole()


@pytest.fixture
def hostile() -> Report:
    found = Violation(
        severity="Violation",
        rule="shape X",
        focus=Iri("http://a/%0A<x>"),
        label=HOSTILE,
        message=HOSTILE,
        fix=HOSTILE,
        path=Iri("http://a/p"),
        value=Literal(HOSTILE),
        place=Place("a folder/a,b:c%.ttl", 3, 7),
    )
    return Report((found,), 1, 0, 1, (Stage("shapes", True, HOSTILE),), 1)


def test_json_has_all_findings_with_their_places(report: Report) -> None:
    body = json.loads(WRITERS["json"](report))

    assert [(i["file"], i["line"], i["column"]) for i in body["items"]] == [
        (v.place.file, v.place.line, v.place.column) for v in report.violations
    ]
    assert body["meta"]["total"] == len(report.violations) == 5
    assert body["meta"]["counts"] == {"Violation": 3, "Warning": 1, "Info": 1}
    assert {s["name"]: s["ran"] for s in body["meta"]["stages"]}["lint"] is False


def test_text_shows_each_place_as_a_terminal_links_it(report: Report) -> None:
    text = WRITERS["text"](report).decode()

    for violation in report.violations:
        assert f"{violation.place.file}:{violation.place.line}:{violation.place.column}" in text
    assert "5 findings (3 Violation, 1 Warning, 1 Info)" in text
    assert text.index("Violation [syntax turtle]") < text.index("Violation [shape Title]")
    assert text.index("Violation [shape Title]") < text.index("Warning [")


def test_a_table_has_a_row_a_finding(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(WRITERS["csv"](report).decode())))

    assert [int(row["line"]) for row in rows] == [v.line for v in report.violations]


def test_github_shows_each_finding_at_its_line(report: Report) -> None:
    lines = WRITERS["github"](report).decode().splitlines()

    assert [line.split(" ")[0] for line in lines] == [
        *["::error"] * 3,
        "::warning",
        "::notice",
    ]
    assert all(
        f"line={v.line},col={v.place.column}," in line
        for v, line in zip(report.violations, lines, strict=True)
    )


def test_no_text_of_the_data_ends_a_command_of_github(hostile: Report) -> None:
    (line,) = WRITERS["github"](hostile).decode().splitlines()

    assert line.startswith("::error file=a folder/a%2Cb%3Ac%25.ttl,line=3,col=7,title=")
    assert "%250A" in line
    assert "%0D%0A" in line


def test_junit_counts_violations_as_failures(report: Report) -> None:
    suites = ET.fromstring(WRITERS["junit"](report))  # noqa: S314 - our own bytes

    assert suites.get("failures") == "3"
    assert [s.get("name") for s in suites] == [stage.name for stage in report.stages]
    assert len(list(suites.iter("failure"))) == 3
    assert [c.get("line") for c in suites.iter("testcase") if c.find("failure") is not None] == [
        str(v.line) for v in report.violations if v.severity == "Violation"
    ]


def test_junit_is_xml_whatever_the_data_hold(hostile: Report) -> None:
    (failure,) = ET.fromstring(WRITERS["junit"](hostile)).iter("failure")  # noqa: S314

    assert '<script>alert("1")</script>' in failure.get("message")


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [key for key, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_runs_nothing_and_fetches_nothing(hostile: Report) -> None:
    page = Page(WRITERS["html"](hostile).decode())

    assert not {"script", "img", "link", "iframe", "a"} & set(page.tags)
    assert not {"src", "href", "onload", "onclick", "style"} & set(page.attributes)
    assert '<script>alert("1")</script>' in page.text


def test_a_page_tells_every_finding(report: Report) -> None:
    page = Page(WRITERS["html"](report).decode())

    assert page.tags.count("tr") == len(report.violations) + page.tags.count("thead")
    assert all(str(v.place) in page.text for v in report.violations)


def test_the_shacl_report_is_one(report: Report) -> None:
    graph = Graph().parse(data=WRITERS["shacl"](report), format="turtle")
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)

    assert graph.value(node, SH.conforms).toPython() is False
    assert len(list(graph.objects(node, SH.result))) == len(report.violations)


def sarif_schema() -> dict[str, object]:
    """The schema of SARIF, out of the package that its makers publish."""
    folder = os.environ.get("TIPGRAPH_SARIF")
    path = Path(folder or os.devnull) / "sarif-2.1.0.json"
    if not path.is_file():
        pytest.skip("TIPGRAPH_SARIF does not name the folder of SARIF's own multitool")
    return json.loads(path.read_text(encoding="utf-8"))


def test_sarif_keeps_to_its_schema(report: Report, hostile: Report) -> None:
    check = Draft202012Validator(sarif_schema())

    assert not list(check.iter_errors(json.loads(WRITERS["sarif"](report))))
    assert not list(check.iter_errors(json.loads(WRITERS["sarif"](hostile))))
    assert list(check.iter_errors({"version": "2.1.0"}))


def test_sarif_tells_every_finding_at_its_place(report: Report) -> None:
    (run,) = json.loads(WRITERS["sarif"](report))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in run["results"]]

    assert [(r["startLine"], r["startColumn"]) for r in regions] == [
        (v.place.line, v.place.column) for v in report.violations
    ]
    assert [r["level"] for r in run["results"]] == [*["error"] * 3, "warning", "note"]
    assert all(rules[r["ruleIndex"]] == r["ruleId"] for r in run["results"])
    assert run["columnKind"] == "unicodeCodePoints"


def test_a_sarif_file_is_named_by_an_address(hostile: Report) -> None:
    (run,) = json.loads(WRITERS["sarif"](hostile))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]

    assert place["artifactLocation"]["uri"] == "a%20folder/a%2Cb%3Ac%25.ttl"


def test_formats_go_to_their_files_and_one_to_standard_output(tmp_path: Path) -> None:
    assert paired((), ()) == (Target("text"),)
    assert paired(("json",), (tmp_path,)) == (Target("json", tmp_path),)
    assert paired(("text", "sarif"), (tmp_path,)) == (Target("text"), Target("sarif", tmp_path))


@pytest.mark.parametrize(
    ("forms", "outputs"), [(("pdf",), ()), (("json", "html"), ()), ((), ("a", "b"))]
)
def test_a_mistake_in_formats_says_what_to_do(forms, outputs) -> None:
    with pytest.raises(BadParameter, match="format"):
        paired(forms, tuple(map(Path, outputs)))


def test_beside_its_own_baseline_a_graph_conforms(report: Report, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_bytes(written_baseline(report))
    compared = beside(report, tmp_path / "known.json")

    assert compared.conforms
    assert (compared.known, compared.gone) == (5, ())


def test_a_moved_line_is_not_new_and_one_more_of_the_same_is(tmp_path: Path) -> None:
    layout = tiny.written(tmp_path)
    known = tmp_path / "known.json"
    known.write_bytes(written_baseline(Inspector(layout, skip=FAST).whole()))
    more = "\n\n# moved\n" + tiny.BOOKS.replace("1902 .", "1902 .\n:new a :Book .")
    tiny.written(tmp_path, books=more)
    compared = beside(Inspector(layout, skip=FAST).whole(), known)

    assert [v.focus.value for v in compared.violations] == ["http://books.example/new"]
    assert compared.known == 4


def test_what_is_gone_is_told(report: Report, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_bytes(written_baseline(report))
    fewer = tiny.replace(report, violations=report.violations[:-1])
    compared = beside(fewer, tmp_path / "known.json")

    assert compared.conforms
    assert len(compared.gone) == 1
    assert "http://books.example/old" in compared.gone[0]


def test_two_alike_count_twice(tmp_path: Path) -> None:
    found = Violation("Violation", "shape X", Iri("http://a/x"), "", "Wrong.", "")
    (tmp_path / "known.json").write_bytes(written_baseline(Report((found,), 1, 0)))
    compared = beside(Report((found, found), 1, 0), tmp_path / "known.json")

    assert len(compared.violations) == 1
    assert fingerprint(found) == fingerprint(tiny.replace(found, place=Place("it", 9)))


@pytest.mark.parametrize("text", ["", "[]", '{"tipgraph-baseline": 2, "findings": []}', "{}"])
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "known.json").write_text(text, encoding="utf-8")

    with pytest.raises(BrokenFile, match="--write-baseline"):
        beside(Report((), 1, 0), tmp_path / "known.json")


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "tipgraph", "validate", "--skip", "consistency"),
            *("--ontology", "ontology.ttl", "--shapes", "shapes.ttl", "--data", "data"),
            *("--skip", "lint"),
            *map(str, arguments),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


STATUS = [
    ((), "", 1),
    (("--fail-on", "violation"), "", 1),
    (("--fail-on", "violation"), "fixed", 0),
    (("--fail-on", "warning"), "fixed", 1),
    ((), "broken", 3),
]


@pytest.mark.parametrize(("arguments", "state", "status"), STATUS)
def test_the_exit_status_is_that_of_the_worst_that_counts(
    tmp_path: Path, arguments, state: str, status: int
) -> None:
    fixed = re.sub(r"3 \)", '"3" )', tiny.BOOKS).replace(":untitled a", ':untitled :title "U" ; a')
    texts = {"fixed": {"books": fixed}, "broken": {"extra": BROKEN}, "": {}}[state]
    tiny.written(tmp_path, **texts)

    assert run(tmp_path, *arguments).returncode == status


def test_several_formats_come_of_one_run(tmp_path: Path) -> None:
    tiny.written(tmp_path)
    done = run(tmp_path, "--format", "text", "--format", "sarif", "--output", "r.sarif")
    (sarif,) = json.loads((tmp_path / "r.sarif").read_text())["runs"]

    assert f"data/deep/books.ttl:{tiny.line_of(tmp_path, 'books', ':untitled a')}:1" in done.stdout
    assert len(sarif["results"]) == 4


def test_a_baseline_is_taken_up_and_kept(tmp_path: Path) -> None:
    tiny.written(tmp_path)
    first = run(tmp_path, "--baseline", "known.json", "--write-baseline")
    again = run(tmp_path, "--baseline", "known.json")

    assert (first.returncode, again.returncode) == (0, 0)
    assert "4 more are known" in again.stdout
    assert run(tmp_path, "--write-baseline").returncode == 2


def test_a_baseline_does_not_move_when_nothing_else_does(report: Report) -> None:
    backwards = tiny.replace(report, violations=report.violations[::-1])

    assert written_baseline(report) == written_baseline(backwards)
