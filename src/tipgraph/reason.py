"""OWL consistency: HermiT where Java is present, the OWL 2 RL rules where it is not."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, Graph, URIRef

from .errors import BrokenFile
from .numbered import Numbered
from .terms import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERRORS = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reasoner found: which one ran, whether it is consistent, and what is at fault."""

    reasoner: str
    consistent: bool
    unsatisfiable: tuple[str, ...]
    clashes: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the graph is consistent and every class can have members."""
        return self.consistent and not self.unsatisfiable


def reason(graph: Graph, reasoner: str = "auto") -> Verdict:
    """The verdict on *graph* by `hermit` or `owlrl`; `auto` takes HermiT if Java is on the path."""
    if reasoner == "hermit" or (reasoner == "auto" and shutil.which("java")):
        return _hermit(graph)
    return _owlrl(graph)


def _hermit(graph: Graph) -> Verdict:
    import owlready2

    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        # owlready2 reads N-Triples and RDF/XML, not Turtle; a local file keeps it off the network.
        path = Path(folder) / "graph.nt"
        _plain(graph).serialize(path, format="nt", encoding="utf-8")
        ontology = world.get_ontology(path.as_uri())
        with path.open("rb") as file, _readable():
            ontology.load(fileobj=file, only_local=True)
    try:
        with ontology, _readable():
            # Dates and notations are not among the datatypes of OWL 2; HermiT would stop there.
            owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
    except owlready2.OwlReadyInconsistentOntologyError as error:
        clashes = tuple(line for line in str(error).splitlines() if line.strip())[:3]
        return Verdict("HermiT (owlready2)", False, (), clashes)
    empty = tuple(
        sorted(shorten(c.iri) for c in world.inconsistent_classes() if c is not owlready2.Nothing)
    )
    return Verdict("HermiT (owlready2)", True, empty)


@contextmanager
def _readable() -> Iterator[None]:
    """Tell of a graph that HermiT cannot read by its own words."""
    import owlready2

    try:
        yield
    except owlready2.OwlReadyInconsistentOntologyError:
        raise
    except owlready2.base.OwlReadyError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = next((line for line in lines if "Exception" in line), lines[0] if lines else "")
        message = f"HermiT cannot read the graph ({said[:300]}). Keep to OWL 2 DL."
        raise BrokenFile(message) from error


def _plain(graph: Graph) -> Graph:
    """*graph* without imports, which would be fetched, and annotations, which may hold dates."""
    kept = Numbered().graph
    annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty))
    for subject, predicate, value in graph:
        if predicate == OWL.imports or predicate in annotations:
            continue
        kept.add((subject, predicate, value))
    return kept


def _owlrl(graph: Graph) -> Verdict:
    closed = closure(_plain(graph))
    clashes = tuple(sorted({str(error) for error in closed.objects(None, _ERRORS)}))
    empty = tuple(
        sorted(
            shorten(str(cls))
            for cls in set(closed.subjects(RDF.type, OWL.Class))
            if isinstance(cls, URIRef) and cls != OWL.Nothing and _is_empty(closed, cls)
        )
    )
    return Verdict("OWL 2 RL (owlrl)", not clashes, empty, clashes)


def closure(graph: Graph) -> Graph:
    """*graph* with all that the OWL 2 RL rules entail."""
    import owlrl

    closed = Graph()
    for triple in graph:
        closed.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed)
    return closed


def _is_empty(closed: Graph, cls: URIRef) -> bool:
    """Whether *cls* stands below nothing, or below two classes that are disjoint."""
    above = {c for c in closed.objects(cls, RDFS.subClassOf) if isinstance(c, URIRef)} | {cls}
    if OWL.Nothing in above:
        return True
    if any(apart in above for cls in above for apart in closed.objects(cls, OWL.disjointWith)):
        return True
    groups = closed.objects(None, OWL.members)
    return any(len(above & set(closed.items(group))) > 1 for group in groups)
