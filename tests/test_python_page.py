"""docs/python.md says what is so: its code runs and prints what is shown, its columns are all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tipgraph
from tipgraph.library import Graph
from tipgraph.measures import MEASURES
from tipgraph.results import Result
from tipgraph.tables import EVIDENCE

PAGE = (Path(__file__).parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```\n(?:```text\n(.*?)```)?", PAGE, re.DOTALL)

MARK = "next block"


@pytest.fixture(autouse=True)
def _without_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIPGRAPH_SOURCES", raising=False)


def test_the_code_prints_what_is_shown() -> None:
    program = f"\nprint({MARK!r})\n".join(code for code, _ in BLOCKS)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split(f"{MARK}\n") == [shown for _, shown in BLOCKS]


def test_every_block_is_run() -> None:
    assert len(BLOCKS) == PAGE.count("```python") == 6
    assert sum(bool(shown) for _, shown in BLOCKS) == PAGE.count("```text") == 5


def public(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


def test_every_call_is_told() -> None:
    told = set(re.findall(r"`(?:graph\.)?(\w+)(?:\(|`)", PAGE))

    assert public(Graph) - told - {"release"} == set()
    assert public(Result) - told - {"asked", "documents", "release", "cite"} == set()
    for measure in MEASURES:
        assert measure in PAGE


COLUMNS = {
    "gaps": lambda graph: graph.gaps("form-not-covered").frame(),
    "matrix": lambda graph: graph.matrix("pillar", "document", kind="responses").frame(),
    "paths": lambda graph: graph.paths("online-recruitment", "children").frame(),
    "items of any kind": lambda graph: graph.search("zzzzzz").frame(),
}
WORDS = {"string": "string", "Int64": "Int64", "Float64": "Float64", "object": "tuples"}


@pytest.mark.parametrize("answer", COLUMNS)
def test_the_columns_told_are_those_of_the_frame(answer: str) -> None:
    frame = COLUMNS[answer](tipgraph.open())
    (row,) = re.findall(rf"^\| {answer} \| (.*) \|$", PAGE, re.MULTILINE)
    told: dict[str, str] = {}
    for names, dtype in re.findall(r"((?:`\w+`(?:, )?)+) \((\w+)[^)]*\)", row):
        told |= dict.fromkeys(re.findall(r"`(\w+)`", names), dtype)

    assert told == {name: WORDS[str(dtype)] for name, dtype in frame.dtypes.items()}


def test_the_columns_of_evidence_are_told_in_their_order() -> None:
    (told,) = re.findall(r"has text only: (.*?)\. In a list", PAGE, re.DOTALL)

    assert re.findall(r"`(\w+)`", told) == ["id", "label", "document_label", *EVIDENCE]
