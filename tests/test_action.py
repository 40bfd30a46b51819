"""The action for GitHub: what its steps do with the environment that GitHub gives them."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import tiny
import yaml

ROOT = Path(__file__).parents[1]
FILE = ROOT / "action.yml"
ACTION = yaml.safe_load(FILE.read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
SCRIPTS = [name for name, step in STEPS.items() if "run" in step]
FOLDERS = {"ontology": "ontology.ttl", "shapes": "shapes.ttl", "skip": "lint\nconsistency\n"}
GOOD = ':good a :Book ; :title "Good" .\n'
UNTITLED = f"{GOOD}:untitled a :Book .\n"
BASH = shutil.which("bash")
_INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")


@dataclass(frozen=True)
class Done:
    """What a step did: its status, its output, and the files in which it tells GitHub of it."""

    status: int
    said: str
    outputs: dict[str, str]
    summary: str


def step(name: str, folder: Path, **given: str) -> Done:
    """What the step *name* does in *folder*, run as GitHub runs a step with `shell: bash`."""
    inputs = {key: each["default"] for key, each in ACTION["inputs"].items()} | given
    temp = folder.parent / "temp"
    temp.mkdir(exist_ok=True)
    files = {key: temp / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    named = {
        key: _INPUT.sub(lambda m: inputs[m[1]], value).replace(
            "${{ github.action_path }}", str(ROOT)
        )
        for key, value in STEPS[name]["env"].items()
    }
    env = os.environ | named | {key: str(path) for key, path in files.items()}
    script = temp / "script.sh"
    script.write_text(STEPS[name]["run"], encoding="utf-8")
    done = subprocess.run(
        [BASH, "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=folder,
        env=env | {"RUNNER_TEMP": str(temp)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = files["GITHUB_OUTPUT"].read_text().splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
    return Done(done.returncode, done.stdout + done.stderr, outputs, summary)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A graph of books where GitHub would have checked it out, and our command installed."""
    folder = tmp_path / "work"
    tiny.written(folder, books=UNTITLED, people="", ontology="")
    program = tmp_path / "temp" / "tipgraph" / "bin" / "tipgraph"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tipgraph "$@"\n')
    program.chmod(0o755)
    return folder


def place(folder: Path) -> tuple[str, int]:
    return "data/deep/books.ttl", tiny.line_of(folder, "books", ":untitled")


def test_a_fault_is_annotated_written_as_sarif_and_fails_the_step(folder: Path) -> None:
    done = step("Validate", folder, **FOLDERS)
    file, line = place(folder)
    log = json.loads((folder / "tipgraph.sarif").read_text(encoding="utf-8"))
    (result,) = log["runs"][0]["results"]
    where = result["locations"][0]["physicalLocation"]

    assert done.status == 1
    assert done.said.startswith(f"::error file={file},line={line},col=1,")
    assert (where["artifactLocation"]["uri"], where["region"]["startLine"]) == (file, line)
    assert done.outputs == {"status": "1", "sarif": "tipgraph.sarif"}
    assert f"        {file}:{line}:1" in done.summary


def test_a_graph_without_fault_passes(folder: Path) -> None:
    tiny.written(folder, books=GOOD, people="", ontology="")
    done = step("Validate", folder, **FOLDERS)

    assert (done.status, done.said, done.outputs["status"]) == (0, "", "0")
    assert "conforms" in done.summary


def test_inputs_choose_the_files_the_level_and_the_baseline(folder: Path) -> None:
    other = step("Validate", folder, **FOLDERS, files="data/deep/people.ttl\n")
    known = {"baseline": str(folder / "known.json")}
    command = [sys.executable, "-m", "tipgraph", "validate", "--data", "data", "--skip", "lint"]
    command += ["--ontology", "ontology.ttl", "--shapes", "shapes.ttl", "--skip", "consistency"]
    command += ["--baseline", "known.json", "--write-baseline"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)

    assert other.status == 0
    assert step("Validate", folder, **FOLDERS, **known).status == 0
    assert step("Validate", folder, **FOLDERS, **{"fail-on": "violation"}).status == 1


def test_a_mistake_in_an_input_is_told(folder: Path) -> None:
    done = step("Validate", folder, **FOLDERS, **{"fail-on": "never"})

    assert (done.status, done.outputs["status"], done.summary) == (2, "2", "")
    assert "'never' is not one of" in done.said


@pytest.mark.parametrize("name", ["files", "skip", "sarif", "data", "fail-on", "baseline"])
@pytest.mark.parametrize(
    "text", ["$(touch pwned)", '"; touch pwned; "', "`touch pwned`", "a\nstatus=0", "--help"]
)
def test_what_an_input_holds_is_never_run(folder: Path, name: str, text: str) -> None:
    done = step("Validate", folder, **(FOLDERS | {name: text}))

    assert not list(folder.parent.rglob("pwned"))
    assert done.status != 0
    assert done.outputs["status"] == str(done.status)


def test_no_script_has_an_expression_in_it() -> None:
    assert SCRIPTS == ["Install tipgraph", "Validate"]
    assert [name for name in SCRIPTS if "${{" in STEPS[name]["run"]] == []


def test_actions_of_others_are_pinned_to_a_commit() -> None:
    used = re.findall(r"uses: (\S+)(.*)", FILE.read_text(encoding="utf-8"))

    assert used
    for name, note in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", note)


def test_the_action_keeps_to_the_schema_of_github() -> None:
    check("vendor.github-actions", FILE)


def check(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_workflows_of_the_page_keep_to_the_schema_and_name_inputs(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
    blocks = [b for b in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "runs-on" in b]
    assert blocks
    for block in blocks:
        path = tmp_path / "workflow.yml"
        path.write_text(block, encoding="utf-8")
        check("vendor.github-workflows", path)
        steps = [s for job in yaml.safe_load(block)["jobs"].values() for s in job["steps"]]
        ours = [s for s in steps if "/tipgraph@" in s.get("uses", "")]
        assert ours
        assert all(set(s.get("with", ())) <= set(ACTION["inputs"]) for s in ours)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_shell_of_a_step_is_sound(name: str, tmp_path: Path) -> None:
    path = tmp_path / "step.sh"
    path.write_text(f"#!/bin/bash\n{STEPS[name]['run']}", encoding="utf-8")
    program = Path(sys.executable).parent / "shellcheck"
    done = subprocess.run([program, path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(
    not os.environ.get("TIPGRAPH_FETCHES"), reason="TIPGRAPH_FETCHES does not allow to fetch"
)
def test_what_is_installed_validates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (folder.parent / "temp" / "tipgraph" / "bin" / "tipgraph").unlink()

    assert step("Install tipgraph", folder).status == 0
    assert step("Validate", folder, **FOLDERS).status == 1
