"""The notebook runs as it is committed, and its cells yield what they speak of."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from matplotlib.image import imread
from nbclient import NotebookClient
from rdflib import Graph, URIRef

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
LABELS = [
    "Guidance on protecting children online",
    "Internet safety programmes for parents and children",
    "Legislation on all forms of trafficking, notably online exploitation and recruitment",
    "Train authorities in the legislation and in digital evidence",
]
DOCUMENTS = {
    "icat-victims-and-survivors": "ICAT page",
    "iom-norway-human-trafficking": "IOM Norway article",
    "unodc-effects-and-responses": "UNODC study",
    "uscri-far-too-socially-distant": "USCRI brief",
}
ABOUT = URIRef("https://w3id.org/tipgraph/ontology#aboutImpact")
# What the cells leave behind, told by a cell of the test's own.
TELL = """
import json
print(json.dumps({
    "labels": list(table["label"]),
    "pieces": len(evidence),
    "documents": sorted(set(evidence["document_label"])),
    "counts": {str(k): int(v) for k, v in counts.items()},
    "pillars": {p: {d: int(n) for d, n in row.items()} for p, row in pillars.T.items()},
    "gaps": {k: int(n) for k, n in gaps["gap"].value_counts().items()},
    "understood": found.understood["want"],
}))"""


@pytest.fixture(scope="module")
def written() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nbformat.NotebookNode]:
    """The notebook with what its cells put out, and what they leave behind."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(TELL))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TIPGRAPH_SOURCES", raising=False)
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        patch.setenv("MPLCONFIGDIR", str(tmp_path_factory.mktemp("matplotlib")))
        folder = str(tmp_path_factory.mktemp("notebook"))
        client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}})
        yield client.execute()


@pytest.fixture(scope="module")
def left(ran: nbformat.NotebookNode) -> dict[str, Any]:
    return json.loads(ran.cells[-1].outputs[0].text)


def shown(ran: nbformat.NotebookNode, beginning: str) -> dict[str, str]:
    """What the cell that begins so shows, by media type."""
    (cell,) = (cell for cell in ran.cells if cell.source.startswith(beginning))
    found: dict[str, str] = {}
    for output in cell.outputs:
        assert output.output_type != "error"
        found |= output.get("data", {}) if "data" in output else {output.name: output.text}
    return found


def test_the_notebook_is_kept_without_what_it_puts_out(written) -> None:
    nbformat.validate(written)
    cells = [cell for cell in written.cells if cell.cell_type == "code"]

    assert len(cells) > 8
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_every_cell_yields_something_and_no_warning(ran) -> None:
    for cell in ran.cells:
        if cell.cell_type == "code":
            assert cell.outputs, cell.source
            assert [o for o in cell.outputs if o.get("name") == "stderr"] == [], cell.source


def test_the_question_is_understood_and_answered_with_what_responds(ran, left) -> None:
    page = shown(ran, "found = graph.ask")["text/html"]

    assert left["understood"] == "PolicyResponse"
    assert "“online recruitment”, “children”" in page
    assert "Internet safety programmes for parents and children" in page


def test_the_table_has_the_responses_of_the_documents(ran, left) -> None:
    page = shown(ran, "responses = ")["text/html"]

    assert left["labels"] == LABELS
    assert page.count("<tr") == 1 + len(LABELS)


def test_the_evidence_names_documents_and_no_sentence_of_them(ran, left) -> None:
    assert left["documents"] == ["ICAT page", "UNODC study"]
    assert left["pieces"] >= len(LABELS)
    page = shown(ran, "evidence = ")["text/html"]
    assert "online Internet safety programs for parents" in page
    assert "curator-inferred" in page


def test_the_bars_are_the_impacts_that_each_file_of_data_names(left) -> None:
    counts = {}
    for slug, label in DOCUMENTS.items():
        graph = Graph().parse(ROOT / "data" / "documents" / f"{slug}.ttl")
        counts[label] = len(set(graph.objects(None, ABOUT)))

    assert left["counts"] == counts
    assert list(left["counts"].values()) == sorted(counts.values(), reverse=True)


@pytest.mark.parametrize("beginning", ["counts = ", "figure, axes = plt.subplots(figsize=(7, 3)"])
def test_a_figure_is_drawn(ran, beginning: str) -> None:
    data = base64.b64decode(shown(ran, beginning)["image/png"])
    picture = imread(io.BytesIO(data))
    height, width = picture.shape[:2]
    colours = {tuple(pixel) for pixel in picture.reshape(-1, picture.shape[2])[:, :3]}
    inked = (picture[:, :, :3].min(axis=2) < 0.9).mean()

    assert width > 400
    assert height > 150
    assert len(colours) > 20
    assert 0.05 < inked < 0.95


def test_the_grid_is_by_pillar_and_document(left) -> None:
    answer = ROOT / "tests" / "answers" / "response-count-by-pillar.csv"
    rows = csv.DictReader(answer.read_text(encoding="utf-8").splitlines())
    counts = {row["item"].removeprefix("c:").capitalize(): int(row["count"]) for row in rows}

    assert left["pillars"].keys() == counts.keys()
    for pillar, row in left["pillars"].items():
        # A response may stand in several documents.
        assert max(row.values()) <= counts[pillar] <= sum(row.values())


def test_gaps_are_counted_by_kind(ran, left) -> None:
    counts = left["gaps"]

    # Each standard form of exploitation that no document speaks of.
    assert counts["form-not-covered"] == 9
    assert "form-not-covered" in shown(ran, "gaps = ")["text/plain"]


def test_the_citation_is_of_the_documents_behind_the_table(ran) -> None:
    text = shown(ran, "print(responses.permalink)")["stdout"]

    assert "/api/v1/responses?impact=online-recruitment-of-children&release=0.1.0" in text
    assert text.count("\n@") == 2
    assert "@misc{icat-victims-and-survivors," in text
    assert "@techreport{unodc-effects-and-responses," in text
