"""schemathesis asks the service what its OpenAPI document allows and what it forbids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from schemathesis.checks import CHECKS

HERE = Path(__file__).parent / "schemathesis"
CONFIG = HERE / "schemathesis.toml"
# For each operation and phase; raise it for a longer run.
EXAMPLES = os.environ.get("TIPGRAPH_SCHEMATHESIS", "2")


def test_the_service_does_as_its_document_says(example, serve, tmp_path) -> None:
    report = tmp_path / "report.json"
    with serve(example) as address:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
                *(f"{address}/openapi.json", "--no-color", "--workers", "2", "--seed", "1"),
                *("--max-examples", EXAMPLES, "--report-json-path", str(report)),
            ],
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": str(HERE / "formats.py"),
                "TIPGRAPH_TEST_DATA": str(example.layout.data),
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-2_000:]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert {phase["status"] for phase in told["phases"].values()} == {"success"}
    assert told["test_cases"]["generated"] == told["test_cases"]["without_checks"] + (
        told["test_cases"]["generated"]
    )
    assert told["test_cases"]["generated"] > 3_000
    assert told["warnings"]["missing_deserializer"] == []


def test_no_check_is_turned_off() -> None:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    known = set(CHECKS.get_all_names())

    assert config["checks"] == {"enabled": True}
    for operation in config["operations"]:
        for name, check in operation["checks"].items():
            assert name in known
            assert set(check) == {"expected-statuses"}
