"""Check data that somebody hands in, beside the graph or its ontology, as a file of it would be."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from .dataset import node, union
from .errors import BadData
from .findings import BESIDE, ONTOLOGY
from .graph import DERIVED
from .meant import advised
from .places import Places, Text
from .rdf import in_order
from .store import Store
from .validate import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rdflib import Graph
    from rdflib.term import Node

    from .findings import Report, Submission
    from .graph import Layout
    from .rdf import Quad, Triple
    from .store import Ground, Laid

    Nodes = tuple[Node, Node, Node]


class Reviewer:
    """Checks submissions one at a time; the graph, the ontology and the rules are read once.

    It changes nothing outside itself, fetches nothing, and knows no limit of time: run it where
    it can be stopped.
    """

    def __init__(self, layout: Layout, store: Store | None = None) -> None:
        """Check by the rules of *layout*, beside *store* or else the graph of its files."""
        self._layout = layout
        self._store = store
        self._lock = Lock()

    def loaded(self) -> Reviewer:
        """The same reviewer, with the rules and both grounds read."""
        for beside in BESIDE:
            self.review((), beside)
        return self

    def check(self, submission: Submission) -> Report:
        """The report on *submission*, with the place of each finding in it."""
        quads = in_order(submission.body, submission.form)
        report = self.review(tuple(dict.fromkeys(quads)), submission.beside)
        if report.conforms:
            return report
        text = submission.body.decode(errors="replace")
        things = {violation.focus for violation in report.violations}
        places = Places((Text("", submission.form, text, quads),), things)
        placed = (replace(v, place=places.placed(v)) for v in report.violations)
        return replace(report, violations=tuple(placed))

    def review(
        self,
        quads: Sequence[Quad],
        beside: str,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Report:
        """The report on the things that *quads* describe, each as they alone say it."""
        with self.laid(quads, beside) as (store, data):
            only = frozenset(quad.subject for quad in quads)
            report = self.rules.report(store, data, progress, only)
            found = tuple(advised(report.violations, store, data))
        triples = len({(q.subject, q.predicate, q.object) for q in quads})
        return replace(report, violations=found, triples=triples)

    @contextmanager
    def laid(self, quads: Sequence[Quad], beside: str) -> Iterator[tuple[Store, Graph]]:
        """The store and the triples of *quads* on what they stand beside, for one at a time."""
        if any(quad.graph == DERIVED for quad in quads):
            message = f"The data name the graph {DERIVED}; it is built, so leave it out."
            raise BadData(message)
        ground = self._ontology if beside == ONTOLOGY else self._graph
        with self._lock:
            laid = ground.quads.under(quads)
            with ground.changed(laid) as data:
                yield laid.store, data

    @cached_property
    def rules(self) -> Rules:
        """The shapes and checks, read once."""
        return Rules.of(self._layout)

    @cached_property
    def _graph(self) -> _Ground:
        store = Store.load(self._layout) if self._store is None else self._store
        return _Ground.of(store, self._layout)

    @cached_property
    def _ontology(self) -> _Ground:
        return _Ground.of(Store.load(self._layout.without_data()), self._layout)


@dataclass(frozen=True)
class _Ground:
    """What submissions are checked beside, as the engine and as rdflib hold it."""

    quads: Ground
    data: Graph

    @classmethod
    def of(cls, store: Store, layout: Layout) -> _Ground:
        return cls(store.ground(layout), union(store))

    @contextmanager
    def changed(self, laid: Laid) -> Iterator[Graph]:
        """The graph with the changes of *laid*, which are taken back at the end.

        If most of it is new, it is another graph.
        """
        if len(laid.store) > 2 * len(self.data):
            yield union(laid.store)
            return
        added, removed = (list(map(_nodes, triples)) for triples in laid.changes())
        try:
            _exchange(self.data, removed, added)
            yield self.data
        finally:
            _exchange(self.data, added, removed)


def _exchange(data: Graph, gone: Sequence[Nodes], come: Sequence[Nodes]) -> None:
    for triple in gone:
        data.remove(triple)
    for triple in come:
        data.add(triple)


def _nodes(triple: Triple) -> Nodes:
    subject, predicate, value = triple
    return node(subject), node(predicate), node(value)
