"""Which files make the graph, and the named graph that each belongs to."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from . import paths
from .errors import BrokenFile
from .terms import GRAPH

DERIVED = GRAPH + "derived"


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A Turtle file and the IRI of the named graph that holds it."""

    path: Path
    graph: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one graph: its ontology, its data, its shapes and its queries."""

    ontology: Path = paths.ONTOLOGY
    data: Path = paths.DATA
    shapes: Path = paths.SHAPES
    queries: Path = paths.QUERIES

    def files(self) -> tuple[GraphFile, ...]:
        """The Turtle files of ontology and data in a fixed order, or `BrokenFile` without any."""
        found = [
            *(GraphFile(p, GRAPH + "ontology") for p in _turtle(self.ontology)),
            *(GraphFile(p, GRAPH + "concepts") for p in _turtle(self.ontology / "concepts")),
            *(GraphFile(p, GRAPH + "meta") for p in _turtle(self.data)),
            *(GraphFile(p, GRAPH + "things") for p in _turtle(self.data / "things")),
            *(GraphFile(p, f"{GRAPH}doc/{p.stem}") for p in _turtle(self.data / "documents")),
        ]
        if not found:
            message = (
                f"No Turtle file in {self.ontology} or {self.data}; give the folders of a graph."
            )
            raise BrokenFile(message)
        return tuple(found)

    def without_data(self) -> Layout:
        """The same graph with nothing but its ontology, for data that comes from elsewhere."""
        return replace(self, data=Path(os.devnull))

    def shape_files(self) -> tuple[Path, ...]:
        """The SHACL files, in a fixed order."""
        return _turtle(self.shapes)

    def queries_in(self, *folder: str) -> tuple[Path, ...]:
        """The query files of one folder below `queries/`, by name."""
        return tuple(sorted(self.queries.joinpath(*folder).glob("*.rq")))


SHIPPED = Layout()


def _turtle(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob("*.ttl")))
