"""A graph as rdflib holds it, for the tools that work on it: validation and reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import Dataset, Graph, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.util import guess_format

from .errors import BrokenFile

if TYPE_CHECKING:
    from pathlib import Path

    from .store import Store


def of_store(store: Store) -> Dataset:
    """All named graphs of *store*, whose union is what queries see."""
    dataset = Dataset(default_union=True)
    dataset.parse(data=store.dump("nquads"), format="nquads")
    return dataset


def of_file(path: Path, into: Dataset | None = None) -> Dataset:
    """The graphs in the file *path*, added to *into*; `BrokenFile` names file and line."""
    dataset = Dataset(default_union=True) if into is None else into
    form = guess_format(str(path)) or "turtle"
    try:
        if form in {"trig", "nquads"}:
            dataset.parse(path, format=form)
        else:
            dataset.graph(URIRef(path.resolve().as_uri())).parse(path, format=form)
    except BadSyntax as error:
        line = int(error.lines) + 1
        message = f"{path}:{line}: {error.message}. Correct the file at that line."
        raise BrokenFile(message, file=str(path), line=line) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise BrokenFile(message) from error
    except (ValueError, SyntaxError) as error:
        raise BrokenFile(f"{path} cannot be read as {form}: {error}") from error
    return dataset


def union(dataset: Dataset) -> Graph:
    """The triples of all graphs of *dataset* in one graph."""
    graph = Graph()
    for subject, predicate, value, _ in dataset.quads():
        graph.add((subject, predicate, value))
    return graph
