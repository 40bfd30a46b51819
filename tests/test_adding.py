"""The page on adding is followed to the letter: its files are written, its commands run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
_STEP = re.compile(
    r"^(?P<how>Write|Add to) `(?P<path>[^`]+)`:\n\n```\w+\n(?P<text>.*?)```$"
    r"|^```console\n(?P<commands>.*?)```$",
    re.DOTALL | re.MULTILINE,
)
# What a checkout has and what was made in it is not copied.
_LEFT_OUT = shutil.ignore_patterns(".*", "build", "dist", "node_modules", "vendor", "__pycache__")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository, whose environment is the one that runs here."""
    copy = tmp_path / "tipgraph"
    shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
    (copy / ".venv").mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name != "installed":
            (copy / ".venv" / part.name).symlink_to(part)
    (copy / ".venv" / "installed").touch()
    (tmp_path / "texts").mkdir()
    return copy


def said(command: str, folder: Path) -> str:
    """What *command* says in *folder*; it must not fail."""
    path = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "TIPGRAPH"))}
    done = subprocess.run(
        [shutil.which("bash"), "-o", "pipefail", "-c", command],
        cwd=folder,
        env=env | {"PATH": path, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def follow(step: re.Match[str], folder: Path) -> None:
    """Do what one block of the page says."""
    if step["path"]:
        path = folder / step["path"]
        assert path.exists() == (step["how"] == "Add to")
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before + step["text"], encoding="utf-8")
        return
    answer = ""
    for line in step["commands"].splitlines():
        if line.startswith("$ "):
            answer = said(line[2:], folder)
        else:
            assert line in answer, f"{line!r} is not in the answer:\n{answer}"


@pytest.mark.parametrize("name", SECTIONS)
def test_what_the_page_says_can_be_done(copy: Path, name: str) -> None:
    steps = list(_STEP.finditer(SECTIONS[name]))

    assert len(steps) >= 2
    for step in steps:
        follow(step, copy)


def test_every_file_and_command_of_the_page_is_followed() -> None:
    found = [step for text in SECTIONS.values() for step in _STEP.finditer(text)]

    assert len(SECTIONS) == 6
    assert len(found) == PAGE.count("```") / 2
