"""A commit that breaks a graph is refused at its line, in this repository and in any other."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny
import yaml

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}
FOLDERS = ["--data", "data", "--ontology", "ontology.ttl", "--shapes", "shapes.ttl"]
GOOD = ':good a :Book ; :title "Good" .\n'
UNTITLED = f"{GOOD}:untitled a :Book .\n"
BROKEN = f"{GOOD}:broken a :Book ; :title .\n"
WHO = ("NAME", "EMAIL")

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not here")


def run(folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """*command* in *folder*, with no setting of the person who runs it."""
    who = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in WHO}
    place = {"PRE_COMMIT_HOME": str(folder.parent / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
    path = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    env = {k: v for k, v in os.environ.items() if k != "TIPGRAPH_SOURCES" and k[:4] != "GIT_"}
    command = [*map(str, command)]
    return subprocess.run(
        command,
        cwd=folder,
        env=env | who | place | path,
        capture_output=True,
        text=True,
        check=False,
    )


def done(folder: Path, *command: object) -> None:
    found = run(folder, *command)
    assert found.returncode == 0, found.stdout + found.stderr


def installed(folder: Path, repo: str, hook: dict[str, object], **more: str) -> Path:
    """A git repository of a graph of books in *folder*, whose commits *hook* looks at."""
    folder.mkdir()
    tiny.written(folder, books=GOOD, people="", ontology="")
    config = {"repos": [{"repo": repo, "hooks": [hook], **more}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    done(folder, "git", "init", "--quiet")
    done(folder, sys.executable, "-m", "pre_commit", "install")
    return folder


def committed(folder: Path, books: str) -> tuple[int, str]:
    """Whether a commit of *books* is taken, and what is said."""
    tiny.written(folder, books=books, people="", ontology="")
    done(folder, "git", "add", ".")
    found = run(folder, "git", "commit", "--quiet", "--message", "Books")
    return found.returncode, found.stdout + found.stderr


def local(name: str, *args: str) -> dict[str, object]:
    """The hook *name*, run by what is installed here instead of an environment of its own."""
    return HOOKS[name] | {"language": "system", "args": [*args]}


def place(folder: Path, words: str) -> str:
    """The place of *words*, which are in the file of books, as a report tells it."""
    path = folder / "data" / "deep" / "books.ttl"
    line = tiny.line_of(folder, "books", words)
    column = path.read_text(encoding="utf-8").splitlines()[line - 1].index(words) + 1
    return f"data/deep/books.ttl:{line}:{column}"


@pytest.mark.parametrize("name", ["tipgraph-validate", "tipgraph-validate-files"])
def test_a_commit_with_a_fault_is_refused_at_its_place(tmp_path: Path, name: str) -> None:
    folder = installed(tmp_path / "books", "local", local(name, *FOLDERS, "--skip", "lint"))
    assert committed(folder, GOOD)[0] == 0

    status, said = committed(folder, UNTITLED)
    assert status == 1
    assert f"{place(folder, ':untitled')}  " in said
    assert "A book has no title." in said

    status, said = committed(folder, BROKEN)
    assert status == 1
    line = tiny.line_of(folder, "books", ":broken")
    assert f"data/deep/books.ttl:{line}:{len(':broken a :Book ; :title .')}\n" in said

    assert committed(folder, f"{GOOD}:more a :Book ; :title 'More' .\n")[0] == 0


def test_only_what_is_committed_counts(tmp_path: Path) -> None:
    hook = local("tipgraph-validate", *FOLDERS, "--skip", "lint")
    folder = installed(tmp_path / "books", "local", hook)
    assert committed(folder, GOOD)[0] == 0
    tiny.written(folder, books=UNTITLED, people=":ann a :Person .\n", ontology="")
    done(folder, "git", "add", "data/deep/people.ttl")

    assert run(folder, "git", "commit", "--quiet", "--message", "People").returncode == 0


def test_a_passage_that_does_not_fit_its_text_is_refused(tmp_path: Path) -> None:
    hook = local("tipgraph-anchor", "--sources", "texts")
    folder = installed(tmp_path / "books", "local", hook)
    example = ROOT / "tests" / "example"
    shutil.copytree(example / "texts", folder / "texts")
    path = folder / "brief.ttl"
    shutil.copy(example / "data" / "documents" / "example-brief.ttl", path)
    assert committed(folder, GOOD)[0] == 0
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("oa:start 47", "oa:start 48"), encoding="utf-8")

    status, said = committed(folder, GOOD)
    assert status == 1
    assert "passage:example-jobs: would be put right" in said
    assert "oa:start 48" in path.read_text(encoding="utf-8")


def test_the_hooks_and_our_own_are_such_as_pre_commit_reads() -> None:
    for kind, name in (("manifest", MANIFEST), ("config", ROOT / ".pre-commit-config.yaml")):
        done(ROOT, sys.executable, "-m", "pre_commit", f"validate-{kind}", name)


@pytest.mark.skipif(
    not os.environ.get("TIPGRAPH_FETCHES"), reason="TIPGRAPH_FETCHES does not allow to fetch"
)
def test_another_repository_gets_the_hooks_from_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    source = tmp_path / "source"
    kept = ["pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA", MANIFEST.name, ".gitignore"]
    folders = ["src", "ontology", "data", "shapes", "queries"]
    source.mkdir()
    for name in kept:
        shutil.copy(ROOT / name, source / name)
    for name in folders:
        shutil.copytree(ROOT / name, source / name)
    done(source, "git", "init", "--quiet")
    done(source, "git", "add", ".")
    done(source, "git", "commit", "--quiet", "--message", "All")
    hook = {"id": "tipgraph-validate", "args": [*FOLDERS, "--skip", "lint"]}
    folder = installed(tmp_path / "books", str(source), hook, rev="HEAD")

    assert committed(folder, GOOD)[0] == 0
    status, said = committed(folder, UNTITLED)
    assert status == 1
    assert f"{place(folder, ':untitled')}  " in said
