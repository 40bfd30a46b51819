"""The wheel carries all it needs: installed alone, away from the checkout, it answers."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run([sys.executable, "-m", *command], check=True)
    return next(folder.glob("*.whl"))


def test_it_carries_the_four_folders_and_no_test(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {name.split("/")[2] for name in names if name.startswith("tipgraph/share/")}

    assert shipped == {"ontology", "data", "shapes", "queries"}
    assert [name for name in names if "test" in name] == []
    assert "tipgraph/py.typed" in names
    assert sum(name.endswith(".rq") for name in names) == len(list(ROOT.glob("queries/**/*.rq")))


def test_it_answers_from_its_own_files(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = ["pip", "install", "--quiet", "--no-deps", "--target", target, wheel]
    subprocess.run([sys.executable, "-m", *install], check=True)
    env = os.environ | {"PYTHONPATH": str(target)}

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    where = run("-c", "import tipgraph.paths as p; print(p.__file__, p.DATA)")
    assert where.count(str(target)) == 2
    answer = run("-m", "tipgraph", "question", "impacts-on-group", "group=tenants")
    assert "Landlords demand sex in exchange for rent" in answer
    found = run("-c", "import tipgraph; print(tipgraph.open().impacts(group='tenants'))")
    assert "Landlords demand sex in exchange for rent" in found
