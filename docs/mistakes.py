"""Make the mistakes that docs/validation.md shows, and write there what `tipgraph validate` says.

Each is a heading of the part "Typical mistakes" with a diff: its lines with "-" stand in the file
that the diff names, and those with "+" take their place. With `--check`, write nothing and exit
with status 1 if the page shows something else.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tipgraph.graph import SHIPPED
from tipgraph.inspection import Inspector
from tipgraph.listing import listed
from tipgraph.sources import Sources

if TYPE_CHECKING:
    from tipgraph.findings import Report

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "validation.md"
EXAMPLE = "tests/example"
_MISTAKE = re.compile(
    r"### (?P<name>[^\n]+)\n\n```diff\n--- (?P<file>\S+)\n(?P<lines>.*?)```\n\n"
    r"```text\n(?P<shown>.*?)```\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Mistake:
    """A change of a file that is a mistake, and what the page shows of its report."""

    name: str
    file: str
    right: str
    wrong: str
    shown: str

    def report(self, folder: Path) -> Report:
        """What is found if it is made in *folder*, which is a copy of the graph."""
        path = folder / self.file
        text = path.read_text(encoding="utf-8")
        if self.right not in text:
            message = f"{self.file} does not have the lines with '-' of “{self.name}”."
            raise SystemExit(message)
        path.write_text(text.replace(self.right, self.wrong, 1), encoding="utf-8")
        try:
            return self._found(folder, path)
        finally:
            path.write_text(text, encoding="utf-8")

    def _found(self, folder: Path, path: Path) -> Report:
        skip = frozenset({"consistency"})
        if self.file.startswith(EXAMPLE):
            example = folder / EXAMPLE
            layout = replace(SHIPPED, data=example / "data")
            return Inspector(layout, Sources(example / "texts"), skip).files([path])
        layout = replace(SHIPPED, data=folder / "data", ontology=folder / "ontology")
        return Inspector(layout, skip=skip).whole()


def mistakes(page: str) -> list[Mistake]:
    """The mistakes that *page* has."""
    return [
        Mistake(
            match["name"],
            match["file"],
            _with(match["lines"], "-"),
            _with(match["lines"], "+"),
            match["shown"],
        )
        for match in _MISTAKE.finditer(page)
    ]


def _with(lines: str, sign: str) -> str:
    return "".join(line[1:] for line in lines.splitlines(keepends=True) if line[:1] == sign)


def copied(folder: Path) -> Path:
    """*folder* with a copy of the graph, and of the example graph with its text."""
    for name in ("data", "ontology", EXAMPLE):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def findings(report: Report) -> str:
    """What a terminal shows of *report*, but for the stages and the counts below."""
    groups = [part for part in listed(report).split("\n\n") if part.startswith("V")]
    return "\n\n".join(groups) + "\n"


def main() -> int:
    """Write, or check, what the page shows."""
    page = PAGE.read_text(encoding="utf-8")
    new = page
    with TemporaryDirectory() as folder:
        os.chdir(copied(Path(folder)))
        for mistake in mistakes(page):
            shown = findings(mistake.report(Path.cwd()))
            head, _, rest = new.partition(f"### {mistake.name}\n")
            new = f"{head}### {mistake.name}\n{rest.replace(mistake.shown, shown, 1)}"
    if new == page:
        return 0
    if "--check" in sys.argv[1:]:
        print("docs/validation.md is out of date; run: make docs")
        return 1
    PAGE.write_text(new, encoding="utf-8")
    print("wrote docs/validation.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
