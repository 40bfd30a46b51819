"""Clients that others generate from the OpenAPI document get the answers of the API."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
CLIENTS = Path(__file__).parent / "clients"
TEXT = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
QUERY = "/api/v1/responses?impact=online-recruitment-of-children"
node = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not on this machine")


@pytest.fixture(scope="module")
def address(bench, served) -> Iterator[str]:
    with served(bench) as address:
        # The first who asks for the document waits for it to be made; generators wait 5 seconds.
        httpx.get(f"{address}/openapi.json", timeout=60)
        yield address


@pytest.fixture(scope="module")
def expected(address) -> str:
    """What the programs of the page print, by the JSON of the API."""
    body = httpx.get(address + QUERY).json()
    lines = []
    for item in body["items"]:
        lines.append(item["label"])
        for evidence in item["evidence"]:
            source, kind = evidence["document"]["publisher"], evidence["statement"]["kind"]
            lines.append(f"  {source}, {kind}: {evidence['phrase']}")
    assert len(body["items"]) == 4
    return "\n".join(lines) + "\n"


def program(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def done(*command: str, cwd: Path) -> str:
    # The generator looks for ruff on the path, as where the environment of the page is activated.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-3_000:]
    return ran.stdout


@pytest.fixture(scope="module")
def python_client(address, tmp_path_factory) -> Path:
    """A folder with the generated package and the program of the page."""
    folder = tmp_path_factory.mktemp("python")
    made = done(
        *(sys.executable, "-m", "openapi_python_client", "generate"),
        *("--url", f"{address}/openapi.json", "--output-path", "client"),
        *("--config", str(CLIENTS / "openapi-python-client.yaml"), "--fail-on-warning"),
        cwd=folder,
    )
    assert "warning" not in made.lower()
    (folder / "client" / "ask.py").write_text(program("python"), encoding="utf-8")
    return folder / "client"


def test_a_python_client_gets_the_answer_of_the_api(python_client, address, expected) -> None:
    assert done(sys.executable, "ask.py", address, cwd=python_client) == expected


def test_a_python_client_is_typed(python_client) -> None:
    (python_client / "wrong.py").write_text(
        program("python").replace("evidence.phrase", "evidence.colour"), encoding="utf-8"
    )
    mypy = (sys.executable, "-m", "mypy", "--strict", "--no-incremental")
    done(*mypy, "ask.py", cwd=python_client)
    refused = subprocess.run(
        [*mypy, "wrong.py"], cwd=python_client, capture_output=True, text=True, check=False
    )
    assert 'has no attribute "colour"' in refused.stdout


@pytest.fixture(scope="module")
def typescript_client(address, tmp_path_factory) -> Path:
    """A folder with the packages, the generated types and the program of the page."""
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CLIENTS / name, folder)
    done("npm", "ci", "--no-audit", "--no-fund", "--silent", cwd=folder)
    document = httpx.get(f"{address}/openapi.json").content
    (folder / "openapi.json").write_bytes(document)
    done("npx", "openapi-typescript", "openapi.json", "--output", "api.ts", cwd=folder)
    (folder / "ask.ts").write_text(program("typescript"), encoding="utf-8")
    return folder


TSC = ("npx", "tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node")


@node
def test_a_typescript_client_gets_the_answer_of_the_api(
    typescript_client, address, expected
) -> None:
    done(*TSC, "ask.ts", cwd=typescript_client)
    assert done("node", "ask.js", address, cwd=typescript_client) == expected


@node
def test_a_slip_does_not_compile(typescript_client) -> None:
    slip = program("typescript").replace(
        'impact: ["online-recruitment-of-children"]', 'pillar: ["preventoin"]'
    )
    (typescript_client / "slip.ts").write_text(slip, encoding="utf-8")
    refused = subprocess.run(
        [*TSC, "--noEmit", "slip.ts"],
        cwd=typescript_client,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Did you mean '\"prevention\"'?" in refused.stdout


def test_the_page_names_the_compiler_options_that_are_used_here() -> None:
    assert " ".join(TSC) in TEXT
