"""schemathesis asks the service what its OpenAPI document allows and what it forbids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from schemathesis.config import ChecksConfig

HERE = Path(__file__).parent / "schemathesis"
CONFIG = HERE / "schemathesis.toml"
# The coverage phase goes through every value of every parameter: some minutes for all operations.
# Here it takes one operation of each sort, as those of a sort differ in their vocabularies alone.
# With TIPGRAPH_SCHEMATHESIS=100 it takes all, and so many examples of each.
LONG = os.environ.get("TIPGRAPH_SCHEMATHESIS")
OF_EACH_SORT = (
    "listFigures",
    "getImpact",
    "askImpactsOnGroup",
    "askImpactsInSeveralDocuments",
    "askThingsMatchingWords",
    "listKinds",
    "listQuestions",
    "listGaps",
    "countOverFacets",
    "readContext",
    "querySparql",
    "querySparqlByPost",
    "describeThing",
    "describeConcept",
    "describeScheme",
    "readGraph",
    "readOntologyOfRelease",
    "findPaths",
    "readNetwork",
    "measureCover",
    "begin",
    "readCatalog",
    "takeDump",
    "validate",
    "readHealth",
    "readReadiness",
    "readMetrics",
)


@pytest.fixture(scope="module")
def address(example, served):
    with served(example) as address:
        yield address


def run(address: str, folder: Path, data: Path, *arguments: str) -> dict[str, Any]:
    """What schemathesis reports of the service at *address*."""
    report = folder / "report.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
            *(f"{address}/openapi.json", "--no-color", "--seed", "1"),
            # In one thread: Python 3.11 parses in several at once with a SystemError now and then.
            *("--workers", "1"),
            *("--report-json-path", str(report), *arguments),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HERE / "formats.py"),
            "TIPGRAPH_TEST_DATA": str(data),
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-2_000:]
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    assert told["errors"] == told["failures"] == []
    assert told["warnings"]["missing_deserializer"] == []
    return told


def test_each_operation_does_as_the_document_says(address, example, tmp_path) -> None:
    phases = ("--phases", "examples,fuzzing,stateful", "--max-examples", LONG or "5")
    told = run(address, tmp_path, example.layout.data, *phases)
    assert told["operations"]["total"] > 60
    assert told["test_cases"]["generated"] > 300


def test_each_sort_of_operation_takes_and_refuses_every_sort_of_value(
    address, example, tmp_path
) -> None:
    chosen = [] if LONG else [f"--include-operation-id={name}" for name in OF_EACH_SORT]
    told = run(address, tmp_path, example.layout.data, "--phases", "coverage", *chosen)
    assert told["operations"]["total"] >= len(OF_EACH_SORT)
    assert told["test_cases"]["generated"] > 1_000


def test_no_check_is_turned_off() -> None:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))

    assert config["checks"] == {"enabled": True}
    for operation in config["operations"]:
        for name, check in operation["checks"].items():
            assert name in ChecksConfig.__slots__
            assert set(check) == {"expected-statuses"}
