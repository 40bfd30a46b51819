"""Counts over two facets are those of a person who counts, and a zero says what it means."""

from __future__ import annotations

import csv
import io
import re
import shutil
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from conftest import EXAMPLE
from openpyxl import load_workbook

from tipgraph.cli import app
from tipgraph.errors import BadParameter
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.heatmap import _DARK, _PALE, _shade
from tipgraph.lookup import Lookup
from tipgraph.matrix import Matrices
from tipgraph.rdf import Quad
from tipgraph.store import Store
from tipgraph.terms import GRAPH, Iri, expand, slug

if TYPE_CHECKING:
    from tipgraph.matrix import Cell, Matrix

SVG = "{http://www.w3.org/2000/svg}"


def made(bench: Bench, rows: str, columns: str, kind: str | None = None) -> Matrix:
    matrices = Matrices(bench, Lookup(bench))
    return matrices.matrix(matrices.kind(rows, columns, kind), rows, columns)


def cell(matrix: Matrix, row: str, column: str) -> Cell:
    return next(c for c in matrix.cells if (slug(c.row), slug(c.column)) == (row, column))


def counts(found: Cell) -> tuple[int, int, int, int]:
    return len(found.things), found.together, found.statements, len(found.documents)


def with_facts(*facts: tuple[str, str, str]) -> Bench:
    store = Store.load(EXAMPLE, derived=False)
    graph = GRAPH + "doc/example-brief"
    store.add([Quad(*(Iri(expand(part) or part) for part in fact), graph) for fact in facts])
    store.derive(EXAMPLE)
    return Bench(store, EXAMPLE)


def test_both_impacts_of_the_brief_affect_workers(example: Bench) -> None:
    found = cell(made(example, "group", "document"), "workers", "example-brief")

    assert counts(found) == (2, 2, 2, 1)
    assert [thing.label for thing in found.things] == [
        "Dock workers lose their jobs",
        "Dock workers take loans",
    ]


def test_a_zero_that_was_looked_for_is_not_one_that_was_not(example: Bench) -> None:
    groups, forms = made(example, "group", "document"), made(example, "form", "document")
    looked, unseen = cell(groups, "children", "example-brief"), forms.cells[0]

    assert (looked.state, list(map(slug, looked.assessed))) == ("none found", ["example-brief"])
    assert (unseen.state, unseen.assessed) == ("not assessed", ())


def test_where_every_thing_has_a_value_a_zero_is_known(example: Bench) -> None:
    matrix = made(example, "type", "pillar")

    assert matrix.kind.name == "responses"
    assert counts(cell(matrix, "funding", "prevention")) == (1, 1, 1, 1)
    assert cell(matrix, "funding", "protection").state == "none found"


def test_a_broader_group_counts_a_thing_of_two_narrower_ones_once() -> None:
    loans = "statement:example-loans"
    bench = with_facts(
        (loans, "tip:affectsGroup", "c:girls"), (loans, "tip:affectsGroup", "c:boys")
    )
    matrix = made(bench, "group", "document")

    for group in ("girls", "boys", "children", "women-and-girls"):
        assert counts(cell(matrix, group, "example-brief")) == (1, 1, 1, 1)
    heading = next(h for h in matrix.row_headings if slug(h.id) == "children")
    assert (heading.things, heading.statements) == (1, 1)


def test_what_two_statements_say_of_a_thing_is_not_said_together(example: Bench) -> None:
    """Jobs were lost by workers, says one statement; that wages help, says another."""
    found = cell(made(example, "group", "pillar", "impacts"), "workers", "prevention")

    assert counts(found) == (1, 0, 2, 1)


def test_the_things_themselves_can_be_rows(example: Bench) -> None:
    matrix = made(example, "impact", "group")

    assert matrix.kind.name == "impacts"
    assert counts(cell(matrix, "example-loans", "workers")) == (1, 1, 1, 1)


def test_no_document_that_was_read_in_part_makes_a_zero(tmp_path) -> None:
    bench = partly_read(tmp_path)
    assert cell(made(bench, "group", "document"), "children", "example-brief").state == (
        "not assessed"
    )


def partly_read(folder) -> Bench:
    text = (EXAMPLE.data / "meta.ttl").read_text(encoding="utf-8")
    (folder / "things").mkdir()
    (folder / "documents").mkdir()
    (folder / "meta.ttl").write_text(text.replace("c:complete", "c:partial"), encoding="utf-8")
    for name in ("things/things.ttl", "documents/example-brief.ttl"):
        (folder / name).write_bytes((EXAMPLE.data / name).read_bytes())
    layout = type(EXAMPLE)(data=folder)
    return Bench(Store.load(layout), layout)


def test_a_zero_is_as_sure_as_the_documents_that_were_read_for_both_values(tmp_path) -> None:
    """The USCRI brief was read in part, and the ICAT page for all but groups."""
    data = tmp_path / "data"
    shutil.copytree(SHIPPED.data, data)
    whole = (data / "meta.ttl").read_text(encoding="utf-8")
    brief = "tip:assesses doc:uscri-far-too-socially-distant ;\n    tip:coverageStatus "
    page = "tip:assesses doc:icat-victims-and-survivors ;\n    tip:coverageStatus c:complete ;\n"
    listed = f"{page}    tip:assessedScheme "
    assert f"{brief}c:complete" in whole
    assert f"{listed}scheme:groups, " in whole
    told = whole.replace(f"{brief}c:complete", f"{brief}c:partial")
    told = told.replace(f"{listed}scheme:groups, ", listed)
    (data / "meta.ttl").write_text(told, encoding="utf-8")
    layout = type(EXAMPLE)(data=data)
    bench = Bench(Store.load(layout), layout)

    both = cell(made(bench, "form", "group"), "organ-removal", "children")
    forms = made(bench, "form", "document")

    assert both.state == "partly assessed"
    assert list(map(slug, both.assessed)) == [
        "iom-norway-human-trafficking",
        "unodc-effects-and-responses",
    ]
    assert cell(forms, "organ-removal", "icat-victims-and-survivors").state == "none found"
    assert cell(forms, "organ-removal", "uscri-far-too-socially-distant").state == "not assessed"


# Counted in the files of the documents: impact statements with tip:exploitationForm.
@pytest.mark.parametrize(
    ("form", "document", "things"),
    [
        ("forced-begging", "unodc-effects-and-responses", 1),
        ("domestic-servitude", "uscri-far-too-socially-distant", 1),
        ("debt-bondage", "iom-norway-human-trafficking", 1),
        # ICAT reports an impact whose form another document names.
        ("debt-bondage", "icat-victims-and-survivors", 0),
        ("organ-removal", "uscri-far-too-socially-distant", 0),
    ],
)
def test_forms_by_document_are_as_counted_by_hand(bench: Bench, form, document, things) -> None:
    found = cell(made(bench, "form", "document"), form, document)

    assert len(found.things) == things
    assert found.state == ("found" if things else "none found")


@pytest.mark.parametrize(
    ("rows", "columns", "kind"),
    [
        ("group", "document", "impacts"),
        ("type", "pillar", "responses"),
        ("actor", "pillar", "responses"),
        ("document", "theme", "impacts"),
        ("kind", "pillar", "responses"),
    ],
)
def test_each_cell_has_what_the_list_with_both_facets_has(client, rows, columns, kind) -> None:
    body = client.get("/api/v1/matrix", params={"rows": rows, "columns": columns}).json()
    filled = [c for c in body["items"] if c["items"]][::9]
    empty = [c for c in body["items"] if not c["items"]][::60]

    assert body["meta"]["kind"] == kind
    assert filled
    for each in (*filled, *empty):
        listed = client.get(each["links"]["list"] + "&fields=label&limit=500").json()
        assert {i["id"] for i in each["items"]} <= {i["id"] for i in listed["items"]}
        assert listed["meta"]["total"] == each["counts"]["listed"]
        if "document" not in (rows, columns):
            assert each["counts"]["things"] == each["counts"]["listed"]


def test_csv_and_spreadsheet_say_the_same_as_json(client) -> None:
    url = "/api/v1/matrix?rows=type&columns=pillar"
    cells = client.get(url).json()["items"]
    rows = list(csv.DictReader(io.StringIO(client.get(url + "&format=csv").text)))
    wide = list(csv.reader(io.StringIO(client.get(url + "&format=csv&count=things").text)))
    book = load_workbook(io.BytesIO(client.get(url + "&format=xlsx").content))

    assert [int(r["things"]) for r in rows] == [c["counts"]["things"] for c in cells]
    assert [int(n) for line in wide[1:] for n in line[1:]] == [int(r["things"]) for r in rows]
    assert book.sheetnames == ["things", "statements", "documents", "cells"]
    sheet = [[str(c) for c in line] for line in book["things"].iter_rows(values_only=True)]
    assert sheet == wide


def test_the_heat_map_says_in_words_what_it_shows(client) -> None:
    answer = client.get("/api/v1/matrix?rows=type&columns=pillar&format=svg")
    root = ET.fromstring(answer.text)  # noqa: S314 - written by the service under test
    body = client.get("/api/v1/matrix?rows=type&columns=pillar").json()
    texts = [node.text for node in root.iter(f"{SVG}text")]

    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title about"
    assert root.find(f"{SVG}title").text == "Responses by type and pillar: number of things"
    assert "responses have a value of both" in root.find(f"{SVG}desc").text
    assert {h["label"] for h in (*body["rows"], *body["columns"])} <= set(texts)
    titles = [node.text for node in root.iter(f"{SVG}title")]
    assert len([t for t in titles if re.search(r": (\d+ thing|none found)", t)]) == len(
        body["items"]
    )


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("share", [n / 50 for n in range(51)])
def test_the_number_in_a_cell_can_be_read_on_its_colour(share: float) -> None:
    ink = luminance("#ffffff" if share >= 0.5 else "#1a1a1a")
    fill = luminance(_shade(share))
    light, dark = max(ink, fill), min(ink, fill)

    assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert len(_PALE) == len(_DARK) == 3


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("rows=grup&columns=pillar", "the nearest are group"),
        ("rows=group", "columns is missing"),
        ("rows=group&columns=group", "rows are the same"),
        ("rows=issuer&columns=driver", "No kind has both the facets issuer and driver"),
        ("rows=group&columns=pillar&kind=impact", "the nearest are impacts"),
        ("rows=driver&columns=theme&kind=responses", "rows=driver: there is no such facet"),
        ("rows=group&columns=theme&count=things", "count is for CSV and SVG"),
        ("rows=group&columns=theme&colour=red", "has no parameter 'colour'"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_what_to_do(client, query, detail) -> None:
    answer = client.get(f"/api/v1/matrix?{query}")

    assert answer.status_code in {404, 422}
    assert detail in answer.json()["detail"]


def test_too_many_cells_are_refused_and_not_cut(client) -> None:
    refused = client.get("/api/v1/matrix?rows=about&columns=group&kind=statements")

    assert refused.status_code == 413
    assert "empty=false" in refused.json()["detail"]


def test_the_same_facet_twice_is_no_matrix(bench: Bench) -> None:
    with pytest.raises(BadParameter, match="give another facet"):
        made(bench, "theme", "theme")


def test_the_command_prints_the_matrix() -> None:
    done = CliRunner().invoke(app, ["matrix", "form", "document"])

    assert done.exit_code == 0
    line = next(line for line in done.output.splitlines() if "Forced begging" in line)
    assert line.split()[-4:] == ["0", "0", "1", "0"]
    assert "  3  UNODC study" in done.output
