"""A graph that is checked again after each change of its files: only what the change can reach."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from .dataset import node, term_of, union
from .exceptions import path_of
from .inspection import quads_of, shown
from .rdf import Quad
from .reach import Reach
from .reading import read_file
from .store import Store
from .terms import Blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from rdflib import Graph
    from rdflib.term import Node

    from .findings import Report, Violation
    from .graph import GraphFile
    from .inspection import Inspector
    from .rdf import Triple
    from .reading import Reading
    from .terms import Term

Stamp = tuple[int, int]
_Found = dict["Term", list["Violation"]]


def watched(inspector: Inspector, pause: Callable[[], object]) -> Iterator[Report]:
    """The report on the graph of *inspector*, and again after each change, until interrupted.

    *pause* waits a little; where the rules change, all is read anew.
    """
    kept = Kept(inspector)
    yield kept.report()
    while True:
        try:
            pause()
            if kept.has_other_rules:
                kept = Kept(replace(inspector))
                yield kept.report()
            elif kept.is_stale:
                yield kept.refreshed()
        except FileNotFoundError:
            # A file went between two looks, as when an editor saves; the next look sees it.
            continue
        except KeyboardInterrupt:
            return


class Kept:
    """A graph, the files that it was read from, and what its shapes found in it."""

    def __init__(self, inspector: Inspector) -> None:
        """Read and check the whole graph of *inspector*.

        What was looked at by the shapes last is in `checked`; None is all.
        """
        self._inspector = inspector
        self._rules = self._rule_stamps()
        self._reach = Reach(inspector.rules.shapes)
        self._stamps: dict[Path, Stamp] = {}
        self._readings: dict[Path, Reading] = {}
        self._graphs: dict[Path, GraphFile] = {}
        self._read()
        self._store = Store.of(self._of(self._readings.keys()))
        self._store.derive(inspector.layout)
        self._data: Graph = union(self._store)
        self._found = _by_thing(self._shapes(None))
        self.checked: frozenset[Term] | None = None

    @property
    def is_stale(self) -> bool:
        """Whether a file was changed, added or removed since it was read."""
        return self._stamped() != self._stamps

    @property
    def has_other_rules(self) -> bool:
        """Whether a shape, a check, a rule of lint or an exception was changed."""
        return self._rule_stamps() != self._rules

    def report(self) -> Report:
        """The report on the graph as it was last read."""
        readings = [self._readings[path] for path in self._stamps]
        found = [violation for each in self._found.values() for violation in each]
        return self._inspector.report(readings, self._store, self._data, None, found)

    def refreshed(self) -> Report:
        """The report on the graph as it is now; of the shapes only what can differ is run."""
        gone, come = self._read()
        added, removed = self._store.change(gone, come, self._inspector.layout)
        for triple in added:
            self._data.add(_nodes(triple))
        only = self.checked = self._reached([*added, *removed])
        for triple in removed:
            self._data.remove(_nodes(triple))
        if only is None:
            self._found = _by_thing(self._shapes(None))
        elif only:
            kept = {thing: found for thing, found in self._found.items() if thing not in only}
            self._found = kept | _by_thing(self._shapes(only))
        return self.report()

    def _shapes(self, only: AbstractSet[Term] | None) -> Sequence[Violation]:
        if "shapes" in self._inspector.skip:
            return ()
        return self._inspector.rules.by_shapes(self._data, only)

    def _reached(self, changed: Sequence[Triple]) -> frozenset[Term] | None:
        found = self._reach.things(map(_nodes, changed), self._data)
        return None if found is None else frozenset(map(term_of, found))

    def _stamped(self) -> dict[Path, Stamp]:
        return _stamps(file.path for file in self._inspector.layout.files())

    def _rule_stamps(self) -> dict[Path, Stamp]:
        layout = self._inspector.layout
        queries = (layout.queries_in(folder) for folder in ("checks", "lint", "derive"))
        excused = path_of(layout.ontology)
        files = [*layout.shape_files(), *(path for paths in queries for path in paths)]
        return _stamps([*files, excused] if excused.is_file() else files)

    def _read(self) -> tuple[list[Quad], list[Quad]]:
        """The quads that are no longer in any file, and those that are new in one."""
        stamps = self._stamped()
        changed = {p for p in (*self._stamps, *stamps) if self._stamps.get(p) != stamps.get(p)}
        before = set(self._of(changed))
        self._readings = {
            path: _read(path) if path in changed else self._readings[path] for path in stamps
        }
        self._stamps = stamps
        self._graphs = {file.path: file for file in self._inspector.layout.files()}
        after = set(self._of(changed))
        gone = before - after
        graphs = {quad.graph for quad in gone}
        beside = {p for p, f in self._graphs.items() if f.graph in graphs or _has_graphs(f)}
        kept = gone.intersection(self._of(beside - changed)) if gone else set()
        return list(gone - kept), list(after - before)

    def _of(self, paths: AbstractSet[Path]) -> list[Quad]:
        """The quads of the files at *paths*, as they were last read, each in its graph."""
        known = [path for path in self._readings if path in paths]
        files = [self._graphs[path] for path in known]
        return list(quads_of(files, [self._readings[path] for path in known]))


def _stamps(paths: Iterable[Path]) -> dict[Path, Stamp]:
    states = ((path, path.stat()) for path in paths)
    return {path: (state.st_mtime_ns, state.st_size) for path, state in states}


def _has_graphs(file: GraphFile) -> bool:
    """Whether *file* may hold quads of graphs other than its own."""
    return file.path.suffix not in {".ttl", ".nt", ".rdf"}


def _read(path: Path) -> Reading:
    reading = shown(read_file(path))
    return replace(reading, text=replace(reading.text, quads=_settled(reading.text.quads, path)))


def _settled(quads: Sequence[Quad], path: Path) -> tuple[Quad, ...]:
    """*quads* with blank nodes named by what is said of them, so that they stay what they were."""
    names = _names(quads, str(path))

    return tuple(
        Quad(
            names[quad.subject] if isinstance(quad.subject, Blank) else quad.subject,
            quad.predicate,
            names[quad.object] if isinstance(quad.object, Blank) else quad.object,
            quad.graph,
        )
        for quad in quads
    )


def _names(quads: Sequence[Quad], seed: str) -> Mapping[Term, Blank]:
    said: dict[Term, list[Quad]] = {}
    nodes: dict[Term, None] = {}
    for quad in quads:
        nodes |= {term: None for term in (quad.subject, quad.object) if isinstance(term, Blank)}
        if isinstance(quad.subject, Blank):
            said.setdefault(quad.subject, []).append(quad)
    names: dict[Term, Blank] = {}
    alike: Counter[str] = Counter()
    for order, term in enumerate(_inner_first(nodes, said)):
        parts = [seed, *sorted(_content(quad, names, order) for quad in said.get(term, ()))]
        key = hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:24]
        alike[key] += 1
        names[term] = Blank(f"{key}{alike[key]}")
    return names


def _content(quad: Quad, names: Mapping[Term, Blank], order: int) -> str:
    value = quad.object
    inner = names.get(value, Blank(f"circle{order}")) if isinstance(value, Blank) else value
    return f"{quad.predicate.value} {inner!r}"


def _inner_first(nodes: Mapping[Term, None], said: Mapping[Term, Sequence[Quad]]) -> list[Term]:
    """Blank nodes, each after those that it speaks of, as far as they make no circle."""
    order: dict[Term, None] = {}
    entered: set[Term] = set()
    for start in nodes:
        open_ = [start]
        while open_:
            term = open_[-1]
            if term in entered:
                open_.pop()
                order.setdefault(term)
                continue
            entered.add(term)
            inner = (quad.object for quad in said.get(term, ()))
            open_ += [each for each in inner if isinstance(each, Blank) and each not in entered]
    return list(order)


def _by_thing(found: Sequence[Violation]) -> _Found:
    things: _Found = {}
    for violation in found:
        things.setdefault(violation.focus, []).append(violation)
    return things


def _nodes(triple: Triple) -> tuple[Node, Node, Node]:
    subject, predicate, value = triple
    return node(subject), node(predicate), node(value)
