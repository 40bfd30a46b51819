"""Which files make the graph, and the named graph that each belongs to."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from . import paths
from .errors import BrokenFile
from .rdf import READ_ENDINGS
from .terms import GRAPH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DERIVED = GRAPH + "derived"


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A file of RDF and the IRI of the named graph that holds it; one with graphs has its own."""

    path: Path
    graph: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one graph, or the files: its ontology, its data, its shapes, its queries."""

    ontology: Path = paths.ONTOLOGY
    data: Path = paths.DATA
    shapes: Path = paths.SHAPES
    queries: Path = paths.QUERIES

    def files(self) -> tuple[GraphFile, ...]:
        """The files of ontology and data in a fixed order, or `BrokenFile` without any."""
        ontology = {"concepts": GRAPH + "concepts"}
        data = {"things": GRAPH + "things", "documents": GRAPH + "doc/{}"}
        found = [
            *_graph_files(self.ontology, GRAPH + "ontology", ontology),
            *_graph_files(self.data, GRAPH + "meta", data),
        ]
        if not found:
            message = f"No RDF file in {self.ontology} or {self.data}; give the folders of a graph."
            raise BrokenFile(message)
        return tuple(found)

    def without_data(self) -> Layout:
        """The same graph with nothing but its ontology, for data that comes from elsewhere."""
        return replace(self, data=Path(os.devnull))

    def shape_files(self) -> tuple[Path, ...]:
        """The SHACL files, in a fixed order."""
        return _rdf_files(self.shapes)

    def queries_in(self, *folder: str) -> tuple[Path, ...]:
        """The query files of one folder below `queries/`, by name."""
        return tuple(sorted(self.queries.joinpath(*folder).glob("*.rq")))


SHIPPED = Layout()


def _graph_files(folder: Path, graph: str, below: Mapping[str, str]) -> Iterator[GraphFile]:
    """The files of *folder*: those at its top in *graph*, those *below* it in graphs of theirs."""
    found = [(_named_graph(path, folder, graph, below), path) for path in _rdf_files(folder)]
    order = ["", *below]

    def place(each: tuple[str, Path]) -> tuple[int, Path]:
        part = each[1].relative_to(folder).parts[0] if each[1] != folder else ""
        return (order.index(part) if part in below else 0, each[1])

    return (GraphFile(path, iri) for iri, path in sorted(found, key=place))


def _named_graph(path: Path, folder: Path, graph: str, below: Mapping[str, str]) -> str:
    inside = path.relative_to(folder).parts if path != folder else ()
    return below.get(inside[0], graph).format(path.stem) if len(inside) > 1 else graph


def _rdf_files(folder: Path) -> tuple[Path, ...]:
    """The RDF files in *folder* and below it, by name; or the file *folder* itself."""
    if folder.is_file():
        return (folder,)
    found = (path for path in folder.rglob("*") if path.suffix in READ_ENDINGS)
    return tuple(sorted(path for path in found if not path.name.startswith(".")))
