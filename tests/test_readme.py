"""What README and docs say is so: generated parts are current, shown commands run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tipgraph.cli import app
from tipgraph.errors import TipgraphError

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_generated_parts_are_current() -> None:
    """The answer of the first screen, the counts, the questions and the picture among them."""
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == ""
    assert done.returncode == 0


def test_the_python_of_the_readme_runs() -> None:
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert block
    done = subprocess.run(
        [sys.executable, "-c", block[1]], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Migrant domestic workers confined" in done.stdout


@pytest.mark.parametrize("url", re.findall(r"curl '(http://127\.0\.0\.1:8000/api[^']*)'", README))
def test_the_addresses_of_the_readme_answer(client: TestClient, url: str) -> None:
    answer = client.get(url.removeprefix("http://127.0.0.1:8000"))

    assert answer.status_code == 200
    assert len(answer.text) > 500


def test_the_query_of_the_readme_answers(client: TestClient) -> None:
    match = re.search(r"--data-urlencode 'query=(.*?)'", README, re.DOTALL)
    assert match
    rows = client.post("/sparql", data={"query": match[1]}).json()["results"]["bindings"]

    assert [r["impact"]["value"].rsplit("/", 1)[-1] for r in rows] == [
        "confined-migrant-domestic-workers"
    ]


def test_every_command_and_exit_status_is_told() -> None:
    for name in app.commands:
        assert f"tipgraph {name}" in README or f"make {name}" in README
    for error in TipgraphError.__subclasses__():
        assert f"{error.exit_status} " in README


def test_links_of_the_readme_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", README)

    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_versions_agree() -> None:
    from tipgraph import __version__

    places = {
        "pyproject.toml": r'^version = "([^"]+)"',
        "CHANGELOG.md": r"^## \[?([0-9.]+)",
        "CITATION.cff": r'^version: "?([0-9.]+)',
        "data/meta.ttl": r'dcat:version "([^"]+)"',
    }
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in places}
    versions = [re.search(places[name], text, re.MULTILINE) for name, text in texts.items()]

    assert [v and v[1] for v in versions] == [__version__] * 4
