"""Spreadsheets of curators: what is written is read back, and every fault has its cell."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import EXAMPLE_TEXTS
from openpyxl import Workbook, load_workbook

from tipgraph.described import Described
from tipgraph.errors import BrokenFile, TooLarge
from tipgraph.evidence import Bench
from tipgraph.forms import forms
from tipgraph.graph import SHIPPED
from tipgraph.imported import Import, pages
from tipgraph.locate import Coded
from tipgraph.names import Names
from tipgraph.rdf import read, read_files
from tipgraph.revisions import stated
from tipgraph.store import Store
from tipgraph.template import tables, workbook
from tipgraph.terms import STATEMENT_CLASSES

BRIEF = (EXAMPLE_TEXTS / "example-brief.txt").read_text(encoding="utf-8")
DOCUMENT = {
    "Name": "harbour-brief",
    "Title": "A brief of our own",
    "Label": "Harbour brief",
    "Description": "A text written for the tests.",
    "Publisher": "UNICEF",
    "Issued": "2026",
    "Language": "en",
    "Page": "https://example.org/brief",
    "Text file": "example-brief.txt",
    "Coverage status": "Complete",
    "Read for": "Affected groups; Drivers",
    "Coverage note": "Read whole; by one reader.",
}
JOBS = {
    "Kind": "impact",
    "Label": "Jobs lost (harbour brief)",
    "Description": "Dock workers lose their jobs as the harbour closes.",
    "About impact": "Dock workers lose their jobs",
    "Words": "lost their jobs",
    "Modality": "Asserted",
    "Evidence basis": "None given",
    "Speaker": "UNICEF",
    "Affects group": "Workers; Migrant workers",
}
IMPACT = {
    "Label": "Dock workers lose their jobs",
    "Description": "Workers in a harbour lose their work.",
    "Other labels": "harbour jobs lost; dockers out of work",
    "Theme": "Economic hardship",
}


@pytest.fixture(scope="module")
def graph(store: Store) -> Described:
    return stated(store.quads())


@pytest.fixture(scope="module")
def names(store: Store) -> Names:
    return Names(store, SHIPPED)


def book(path: Path, **sheets: list[dict[str, object]]) -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        titles = list(dict.fromkeys(title for row in rows for title in row))
        page.append(titles)
        for row in rows:
            page.append([row.get(title) for title in titles])
    made.save(path)
    return path


@pytest.fixture
def importing(graph: Described, names: Names, tmp_path: Path):
    """What comes of sheets, with the text of the example at hand."""
    coded = {"harbour-brief": Coded("harbour-brief", BRIEF, "en", {})}

    def run(**sheets: list[dict[str, object]]):
        path = book(tmp_path / "sheet.xlsx", **({"Document": [DOCUMENT]} | sheets))
        return Import(forms(graph), names, coded).read(pages(path))

    return run


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    told = [sys.executable, "-m", "tipgraph", *map(str, arguments)]
    # The texts of other documents than those of the test are not looked at.
    environment = {k: v for k, v in os.environ.items() if k != "TIPGRAPH_SOURCES"}
    return subprocess.run(told, capture_output=True, text=True, check=False, env=environment)


def test_a_row_becomes_a_statement_with_its_passage(importing) -> None:
    found = importing(Statements=[JOBS], Impacts=[IMPACT])

    assert found.faults == ()
    text = found.files["documents/harbour-brief.ttl"]
    assert (
        """
statement:harbour-brief-jobs-lost
    a tip:ImpactStatement ;
    skos:prefLabel "Jobs lost (harbour brief)"@en ;
    dcterms:description "Dock workers lose their jobs as the harbour closes."@en ;
    tip:aboutImpact impact:dock-workers-lose-their-jobs ;
    tip:modality c:asserted ;
    tip:evidenceBasis c:none-given ;
    tip:speaker actor:unicef ;
    tip:affectsGroup c:workers, c:migrant-workers ;
    tip:statedIn doc:harbour-brief ;
    tip:evidencedBy passage:harbour-brief-lost-their-jobs .
"""
        in text
    )
    assert "oa:start 47 ; oa:end 102" in text
    assert 'tip:sectionTitle "Harbours"@en' in text
    assert 'dcterms:issued "2026"^^xsd:gYear' in text
    assert "tip:textLength 282" in text
    assert (
        'skos:altLabel "harbour jobs lost"@en, "dockers out of work"@en'
        in (found.files["things/harbour-brief.ttl"])
    )
    assert len(read(text.encode(), "turtle")) > 20


def test_the_phrase_that_was_given_is_kept_as_the_text_has_it(importing) -> None:
    row = JOBS | {"Phrase": "Jobs when THE  harbour"}
    found = importing(Statements=[row], Impacts=[IMPACT])

    assert found.faults == ()
    assert 'oa:exact "jobs when the harbour"' in found.files["documents/harbour-brief.ttl"]


def test_words_in_several_parts_are_several_spans(importing) -> None:
    row = JOBS | {
        "Words": "took loans\nthey could not pay back. […] at rates nobody had agreed to."
    }
    text = importing(Statements=[row], Impacts=[IMPACT]).files["documents/harbour-brief.ttl"]

    assert "oa:end 151" in text
    assert "oa:start 169 ; oa:end 199" in text


def test_two_rows_of_one_place_share_their_passage(importing) -> None:
    other = JOBS | {"Label": "Work lost", "Spans": "47-102"}
    text = importing(Statements=[JOBS, other], Impacts=[IMPACT]).files[
        "documents/harbour-brief.ttl"
    ]

    assert text.count("a tip:Passage") == 1
    assert text.count("tip:evidencedBy passage:harbour-brief-lost-their-jobs") == 2


FAULTS = [
    ({"Kind": "rumour"}, "A2", "is no kind; take one of impact, recommendation"),
    ({"Affects group": "Workers; Chidren"}, "I2", "nothing is called “Chidren”"),
    ({"Modality": "sure"}, "F2", "nothing is called “sure”"),
    ({"Words": "not in the text"}, "E2", "do not stand in the text: copy them from it"),
    ({"Words": "harbour"}, "E2", "stand in 2 places: give more of them"),
    ({"Words": ""}, "E2", "give words of the passage, or its spans"),
    ({"Spans": "12"}, "J2", "write spans within 0-282"),
    ({"Spans": "5-900"}, "J2", "write spans within 0-282"),
    ({"Label": ""}, "A2", "give a label or a name"),
    ({"Name": "Not A Slug"}, "J2", "give a label or a name"),
    ({"Value": "many"}, "J2", "write a number such as 20 or 3.5"),
    ({"Unit": "kg"}, "J2", "write per cent or number or multiple"),
    ({"Colour": "red"}, "J1", "no column is called “Colour”"),
    ({"Phrase": "no such words"}, "J2", "give two to eight words in a row that stand"),
    ({"Phrase": "took loans"}, "J2", "give two to eight words in a row that stand"),
]


@pytest.mark.parametrize(("change", "cell", "message"), FAULTS)
def test_a_fault_is_told_by_its_cell(importing, change, cell: str, message: str) -> None:
    found = importing(Statements=[JOBS | change], Impacts=[IMPACT])

    assert [f.cell for f in found.faults] == [f"Statements!{cell}"]
    assert message in found.faults[0].message


def test_a_misspelt_value_gets_the_nearest_labels(importing) -> None:
    found = importing(Statements=[JOBS | {"Affects group": "Chidren"}], Impacts=[IMPACT])

    assert "the nearest are Children" in found.faults[0].message


def test_all_faults_are_told_at_once(importing) -> None:
    broken = [JOBS | change | {"Label": f"Row {n}"} for n, (change, _, _) in enumerate(FAULTS[:6])]
    found = importing(Statements=broken, Impacts=[IMPACT | {"Theme": "Nonsense words"}])

    assert [f.cell for f in found.faults] == [
        "Statements!A2",
        "Statements!I3",
        "Statements!F4",
        "Statements!E5",
        "Statements!E6",
        "Statements!E7",
        "Impacts!D2",
    ]


def test_the_same_name_twice_is_a_fault(importing) -> None:
    found = importing(Statements=[JOBS, JOBS | {"Words": "took loans"}], Impacts=[IMPACT])

    assert [str(f) for f in found.faults] == [
        "Statements!B3: harbour-brief-jobs-lost is the name of Statements!B2 too."
    ]


@pytest.mark.parametrize(
    ("sheets", "cell"),
    [({"Document": []}, "Document!A2"), ({"Document": [{"Name": "X Y"}]}, "Document!A2")],
)
def test_a_document_without_a_name_is_a_fault(importing, sheets, cell: str) -> None:
    assert cell in [f.cell for f in importing(Statements=[JOBS], Impacts=[IMPACT], **sheets).faults]


def test_text_that_looks_like_turtle_stays_text(importing) -> None:
    hostile = '" . <http://x> a <http://y> . # \\ \n'
    found = importing(Statements=[JOBS | {"Description": hostile}], Impacts=[IMPACT])
    quads = read(found.files["documents/harbour-brief.ttl"].encode(), "turtle")

    assert hostile.strip() in {q.object.value for q in quads}
    assert "http://x" not in {q.subject.value for q in quads}


def test_a_new_document_passes_all_rules_and_joins_the_data(tmp_path: Path) -> None:
    sheet = book(tmp_path / "s.xlsx", Document=[DOCUMENT], Statements=[JOBS], Impacts=[IMPACT])
    told = ("import", sheet, "--sources", EXAMPLE_TEXTS, "--output", tmp_path)

    done = command(*told)

    assert done.returncode == 0, done.stdout
    text = (tmp_path / "harbour-brief-coverage.ttl").read_text(encoding="utf-8")
    assert "tip:coverageStatus c:complete" in text
    assert "tip:assessedScheme <https://w3id.org/tipgraph/concept/scheme/groups>" in text
    assert 'skos:note "Read whole; by one reader."@en' in text
    written = sorted(tmp_path.rglob("*.ttl"))
    assert [p.name for p in written] == [
        "harbour-brief.ttl",
        "harbour-brief-coverage.ttl",
        "harbour-brief.ttl",
    ]
    assert command("validate", *written).returncode == 0
    assert command(*told).returncode == 2


SHIPPED_DOCUMENTS = sorted(p.stem for p in (SHIPPED.data / "documents").glob("*.ttl"))


@pytest.mark.parametrize("name", SHIPPED_DOCUMENTS)
def test_a_document_of_the_graph_comes_back_from_a_workbook_as_it_was(
    name: str, source_texts: Path, tmp_path: Path
) -> None:
    """All its statements and passages, by the command, through a file and all rules."""
    sheet = tmp_path / "sheet.xlsx"
    assert command("template", sheet, "--document", name).returncode == 0

    done = command("import", sheet, "--sources", source_texts, "--output", tmp_path)

    assert done.returncode == 0, done.stdout
    again = Described.of(read_files([tmp_path / "documents" / f"{name}.ttl"])).things
    before = Described.of(read_files([SHIPPED.data / "documents" / f"{name}.ttl"])).things
    kept = {t: p for t, p in before.items() if "/id/statement/" in t or "/id/passage/" in t}
    assert again == kept


def test_csv_files_come_back_too(source_texts: Path, tmp_path: Path) -> None:
    name = "iom-norway-human-trafficking"
    assert command("template", tmp_path / "csv", "--document", name).returncode == 0
    statements = tmp_path / "csv" / "statements.csv"
    rows = list(csv.reader(io.StringIO(statements.read_bytes().decode("utf-8-sig"))))
    at = rows[0].index("Modality")
    rows[3][at] = "unheard of"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    statements.write_text(out.getvalue(), encoding="utf-8")

    done = command("import", tmp_path / "csv", "--sources", source_texts, "--output", tmp_path)

    assert done.returncode == 1
    assert "statements.csv!Q4: nothing is called “unheard of”" in done.stdout
    assert not (tmp_path / "documents").exists()


def test_what_the_shapes_find_has_its_cell(source_texts: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.xlsx"
    command("template", sheet, "--document", "iom-norway-human-trafficking")
    filled = load_workbook(sheet)
    page = filled["Statements"]
    titles = [cell.value for cell in page[1]]
    speaker, number = titles.index("Speaker") + 1, 5
    page.cell(number, speaker).value = None
    filled.save(sheet)

    done = command("import", sheet, "--sources", source_texts, "--output", tmp_path)

    assert done.returncode == 1
    cell = f"Statements!{page.cell(number, speaker).coordinate}"
    assert f"{cell}: Nobody is named whose claim this is." in done.stdout
    assert done.stdout.count("Statements!") == 1


def test_the_workbook_has_drop_downs_with_the_labels_of_the_graph(graph, names) -> None:
    made = load_workbook(io.BytesIO(workbook(graph, names, {})))
    page, lists = made["Statements"], made["Lists"]
    titles = [cell.value for cell in page[1]]
    by_column = {
        str(v.sqref).partition("2")[0]: v.formula1 for v in page.data_validations.dataValidation
    }
    letter = page.cell(1, titles.index("Modality") + 1).column_letter
    first, _, last = by_column[letter].removeprefix("Lists!").replace("$", "").partition(":")
    listed = [row[0].value for row in lists[f"{first}:{last}"]]

    assert "Asserted" in listed
    assert listed == sorted(listed, key=str.lower)
    kinds = by_column["A"].removeprefix("Lists!").replace("$", "").partition(":")
    assert [row[0].value for row in lists[f"{kinds[0]}:{kinds[2]}"]] == list(STATEMENT_CLASSES)


def test_a_template_is_the_same_each_time(graph, names) -> None:
    assert workbook(graph, names, {}) == workbook(graph, names, {})
    assert tables(graph, names, {}) == tables(graph, names, {})


def test_a_template_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.xlsx").write_bytes(b"mine")
    done = command("template", tmp_path / "mine.xlsx")

    assert done.returncode == 2
    assert (tmp_path / "mine.xlsx").read_bytes() == b"mine"


def test_hostile_workbooks_are_refused(tmp_path: Path) -> None:
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(BrokenFile, match="save it as"):
        pages(tmp_path / "no.xlsx")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(TooLarge, match="unpacks to 60,000,000 bytes"):
        pages(tmp_path / "bomb.xlsx")
    (tmp_path / "long.csv").write_text("Name\n" + "x\n" * 30_000, encoding="utf-8")
    with pytest.raises(TooLarge, match="more than 20,000 rows"):
        pages(tmp_path / "long.csv")
    (tmp_path / "latin.csv").write_bytes("Größe\n".encode("latin-1"))
    with pytest.raises(BrokenFile, match="CSV UTF-8"):
        pages(tmp_path / "latin.csv")
    (tmp_path / "cell.csv").write_text("Name\n" + "x" * 200_000, encoding="utf-8")
    with pytest.raises(BrokenFile, match="larger than field limit"):
        pages(tmp_path / "cell.csv")
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(TooLarge, match="50,000,000 bytes"):
        pages(tmp_path / "huge.csv")


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>', "entities"),
        ("<a>" * 50_000, "save it as"),
        ("", "save it as"),
    ],
)
def test_workbooks_with_hostile_sheets_are_refused(tmp_path: Path, sheet: str, told: str) -> None:
    book, path = Workbook(), tmp_path / "hostile.xlsx"
    book.save(tmp_path / "good.xlsx")
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            hostile = name == "xl/worksheets/sheet1.xml"
            bad.writestr(name, sheet if hostile else good.read(name))

    with pytest.raises(BrokenFile, match=told):
        pages(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_no_workbook(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(BrokenFile, match="a pipe or a device"):
        pages(tmp_path / "pipe.csv")


def test_the_shipped_bench_has_the_classes_that_columns_take(graph, names, store) -> None:
    assert Bench(store, SHIPPED).documents
    empty = [
        column.title
        for form in forms(graph).values()
        for column in form.columns
        if column.is_thing and column.takes != "Statement" and not names.of(column.takes)
    ]
    assert empty == []
