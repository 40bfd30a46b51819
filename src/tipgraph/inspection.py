"""One run over a graph, or over files of it: syntax, shapes, checks, lint, consistency, evidence.

Every fault of every file is told at its place; one that cannot be read does not hide the others.
"""

from __future__ import annotations

import gc
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from rdflib import OWL, RDF

from .dataset import node, term_of, union
from .errors import BrokenFile
from .evidence import Bench
from .findings import GRAPH, Report, Stage, Violation
from .meant import advised
from .places import Places
from .rdf import Quad
from .reading import Reading, read_file
from .reason import reason
from .store import Store
from .submission import Reviewer
from .terms import PREFIXES, Iri, expand
from .validate import Rules, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from rdflib import Graph

    from .findings import Path as PropertyPath
    from .graph import GraphFile, Layout
    from .sources import Sources
    from .terms import Term

STAGES = ("syntax", "shapes", "checks", "lint", "consistency", "evidence")
_SPARQL = "http://www.w3.org/ns/shacl#SPARQLConstraintComponent"
_TEXT_HASH = Iri(f"{PREFIXES['tip']}sha256")
_SPANS = Iri(f"{PREFIXES['oa']}hasSelector")
_TEXT_FIX = "Put the text that was coded there; a new edition goes in by `tipgraph anchor`."
_PASSAGE_FIX = "Let `tipgraph anchor` put it right in this file, then look at what it changed."
_NO_JAVA = "HermiT needs Java, and none is here; see --reasoner of `tipgraph reason`"
_UNSATISFIABLE = (
    "Nothing can be a member of this class.",
    "Remove one of the axioms that contradict each other: its superclasses, or what is disjoint.",
)
_INCONSISTENT = (
    "The graph contradicts the ontology, so that anything would follow from it.",
    "Look at the findings above first; else take out what was added last, and check again.",
)


@dataclass(frozen=True)
class Inspector:
    """Looks at a graph by its rules; *skip* names the stages that are left out."""

    layout: Layout
    sources: Sources | None = None
    skip: AbstractSet[str] = frozenset()
    beside: str = GRAPH
    progress: Callable[[str], None] = field(default=lambda _: None)

    @cached_property
    def rules(self) -> Rules:
        """The shapes, the checks and the lint, read once."""
        return Rules.of(self.layout, shapes=not self.broken_shapes)

    @cached_property
    def broken_shapes(self) -> tuple[Reading, ...]:
        """The files of shapes that cannot be read whole; then no shape is looked at."""
        readings = (shown(read_file(path)) for path in self.layout.shape_files())
        return tuple(reading for reading in readings if reading.faults)

    def whole(self) -> Report:
        """The report on the whole graph."""
        self.progress("syntax")
        with _loading() as loaded:
            readings, store = _held(self.layout, self.layout.files())
            data = union(store)
            loaded()
            return self.report(readings, store, data, None)

    def files(self, paths: Sequence[Path]) -> Report:
        """The report on the files at *paths*, as if they were files of the graph.

        Of the other files of the graph only what cannot be read is told.
        """
        self.progress("syntax")
        with _loading() as loaded:
            readings = [shown(read_file(path)) for path in paths]
            quads = tuple(dict.fromkeys(q for each in readings for q in each.text.quads))
            ground, broken = self._beside({path.resolve() for path in paths})
            with Reviewer(self.layout, ground).laid(quads, GRAPH) as (store, data):
                loaded()
                things = frozenset(quad.subject for quad in quads)
                return self.report([*readings, *broken], store, data, things)

    def _beside(self, given: AbstractSet[Path]) -> tuple[Store, list[Reading]]:
        """What the files *given* are looked at beside, and its files that cannot be read whole."""
        layout = self.layout if self.beside == GRAPH else self.layout.without_data()
        files = [file for file in layout.files() if file.path.resolve() not in given]
        readings, store = _held(layout, files)
        return store, [reading for reading in readings if reading.faults]

    def report(
        self,
        readings: Sequence[Reading],
        store: Store,
        data: Graph,
        only: AbstractSet[Term] | None,
        by_shapes: Sequence[Violation] | None = None,
    ) -> Report:
        """The report on *store*, whose triples are *data*, with the places of *readings*.

        What the shapes find is looked up, unless it is given.
        """
        run = _Run(self, store, data, only, by_shapes)
        found = [*_unread([*readings, *self.broken_shapes]), *advised(run.found(), store, data)]
        caused = _Causes.of(readings, store).caused
        return self._told(readings, found, run.stages, len(data), caused)

    def _told(
        self,
        readings: Sequence[Reading],
        found: Iterable[Violation],
        stages: Sequence[Stage],
        triples: int,
        caused: Callable[[Violation], bool],
    ) -> Report:
        """*found*, each at its place, without what broken statements may be the cause of."""
        each = {_fault(violation): violation for violation in reversed([*found])}
        kept = [violation for violation in each.values() if not caused(violation)]
        things = {violation.focus for violation in kept if not violation.place}
        places = Places(tuple(reading.text for reading in readings), things)
        told = [v if v.place else replace(v, place=places.placed(v)) for v in kept]
        told.sort(key=_standing)
        checks = len(self.rules.checks) + len(self.rules.lints)
        left_out = len(each) - len(kept)
        note = f"; {left_out} findings that may come of broken statements are left out"
        syntax = Stage("syntax", True, f"{len(readings)} files{note if left_out else ''}")
        return Report(
            tuple(told), self.rules.constraints, checks, triples, (syntax, *stages), len(readings)
        )


def _held(layout: Layout, files: Sequence[GraphFile]) -> tuple[list[Reading], Store]:
    """*files* as they are read, and the store of what they say, with the links of *layout*."""
    readings = [shown(read_file(file.path)) for file in files]
    store = Store.of(quads_of(files, readings))
    store.derive(layout)
    return readings, store


@contextmanager
def _loading() -> Iterator[Callable[[], None]]:
    """Leave what is loaded out of the search for circles of objects; what is given ends loading.

    There are none in a graph, and the search goes through all of it again and again.
    """

    def loaded() -> None:
        gc.freeze()
        gc.enable()

    gc.disable()
    try:
        yield loaded
    finally:
        gc.unfreeze()
        gc.enable()


class _Run:
    """The stages of one run after the syntax, and what each has to say of itself."""

    def __init__(
        self,
        inspector: Inspector,
        store: Store,
        data: Graph,
        only: AbstractSet[Term] | None,
        by_shapes: Sequence[Violation] | None,
    ) -> None:
        self._inspector, self._store, self._data, self._only = inspector, store, data, only
        self._given = by_shapes
        self.stages: list[Stage] = []

    def found(self) -> Iterator[Violation]:
        """What the stages find, one after the other."""
        for name in STAGES[1:]:
            if name in self._inspector.skip:
                self._ran(name, "left out, as was asked", ran=False)
                continue
            self._inspector.progress(name)
            yield from getattr(self, f"_{name}")()

    def _ran(self, name: str, note: str, *, ran: bool = True) -> None:
        self.stages.append(Stage(name, ran, note))

    def _shapes(self) -> Sequence[Violation]:
        if self._inspector.broken_shapes:
            self._ran("shapes", "their files cannot be read whole", ran=False)
            return ()
        rules = self._inspector.rules
        self._ran("shapes", f"{rules.constraints} constraints by pySHACL")
        if self._given is not None:
            return self._given
        return rules.by_shapes(self._data, self._only)

    def _checks(self) -> Sequence[Violation]:
        rules = self._inspector.rules
        self._ran("checks", f"{len(rules.checks)} queries")
        return rules.by_checks(self._store, self._data, self._inspector.progress, self._only)

    def _lint(self) -> Sequence[Violation]:
        rules = self._inspector.rules
        self._ran("lint", f"{len(rules.lints)} queries")
        return rules.by_lint(self._store, self._data, self._inspector.progress, self._only)

    def _consistency(self) -> Sequence[Violation]:
        return consistency(self._data, self._ran)

    def _evidence(self) -> Sequence[Violation]:
        found = evidence(self._store, self._inspector, self._data, self._ran)
        only = self._only
        return found if only is None else [each for each in found if each.focus in only]


def consistency(data: Graph, ran: Callable[..., None]) -> list[Violation]:
    """What HermiT finds in *data*, if Java is here; *ran* is told what was done."""
    if not shutil.which("java"):
        ran("consistency", _NO_JAVA, ran=False)
        return []
    try:
        verdict = reason(data, "hermit")
    except BrokenFile as error:
        ran("consistency", str(error).rstrip("."), ran=False)
        return []
    ran("consistency", verdict.reasoner)
    found = [
        _contradiction("unsatisfiable-class", Iri(expand(name) or name), data, _UNSATISFIABLE)
        for name in verdict.unsatisfiable
    ]
    if not verdict.consistent:
        header = next(iter(sorted(data.subjects(RDF.type, OWL.Ontology), key=str)), None)
        focus = term_of(header) if header is not None else Iri(str(OWL.Ontology))
        found.append(_contradiction("inconsistent", focus, data, _INCONSISTENT))
    return found


def _contradiction(rule: str, focus: Term, data: Graph, words: tuple[str, str]) -> Violation:
    called = label(data, node(focus))
    return Violation("Violation", f"consistency {rule}", focus, called, *words, component=_SPARQL)


def evidence(
    store: Store, inspector: Inspector, data: Graph, ran: Callable[..., None]
) -> list[Violation]:
    """What does not fit between the passages of *store* and the texts of the sources."""
    if inspector.sources is None:
        ran("evidence", "no texts: name their folder by --sources", ran=False)
        return []
    bench = Bench(store, inspector.layout)
    try:
        documents = list(bench.documents.values())
        passages = {p.id: p for each in bench.passages().values() for p in each}
        faults = inspector.sources.check(documents, list(passages.values()))
    except (ValueError, KeyError):
        ran("evidence", "the passages cannot be read; correct the other findings", ran=False)
        return []
    ran("evidence", f"{len(documents)} documents and {len(passages)} passages")
    return [
        Violation(
            severity="Violation",
            rule="evidence text" if fault.subject == fault.document else "evidence passage",
            focus=Iri(fault.subject),
            label=label(data, node(Iri(fault.subject))),
            message=f"{fault.message[:1].upper()}{fault.message[1:].rstrip('.')}.",
            fix=_TEXT_FIX if fault.subject == fault.document else _PASSAGE_FIX,
            path=_TEXT_HASH if fault.subject == fault.document else _SPANS,
            component=_SPARQL,
        )
        for fault in faults
    ]


def quads_of(files: Sequence[GraphFile], readings: Sequence[Reading]) -> Iterator[Quad]:
    """The quads of *readings*, each in its own graph or else in that of its file."""
    for file, reading in zip(files, readings, strict=True):
        for quad in reading.text.quads:
            graph = quad.graph or file.graph
            yield Quad(quad.subject, quad.predicate, quad.object, graph)


def _fault(violation: Violation) -> Violation:
    """*violation* without the part of a shape that found it: two may find the same fault."""
    return replace(violation, component="")


@dataclass(frozen=True)
class _Causes:
    """What broken statements may describe and speak of, and which links are derived."""

    spoilt: frozenset[str]
    mentioned: frozenset[str]
    derived: frozenset[Term]

    @classmethod
    def of(cls, readings: Sequence[Reading], store: Store) -> _Causes:
        """The broken statements of *readings* as causes of what is found in *store*."""
        spoilt = frozenset[str]().union(*(reading.spoilt for reading in readings))
        mentioned = frozenset[str]().union(*(reading.mentioned for reading in readings))
        links = (triple[1] for triple in store.derived()) if mentioned else ()
        return cls(spoilt, mentioned, frozenset(links))

    def caused(self, violation: Violation) -> bool:
        """Whether *violation* may come of a broken statement.

        That is so of what it describes, of values that it describes, and, where a rule looks at
        what others say of a thing, of what it speaks of.
        """
        if violation.place or not self.mentioned:
            return False
        value = None if violation.value is None else violation.value.value
        if violation.focus.value in self.spoilt or value in self.spoilt:
            return True
        return violation.focus.value in self.mentioned and self._looks_elsewhere(violation)

    def _looks_elsewhere(self, violation: Violation) -> bool:
        kind, path = violation.rule.partition(" ")[0], violation.path
        return kind == "check" or (kind == "shape" and (path is None or self._leads_back(path)))

    def _leads_back(self, path: PropertyPath) -> bool:
        if isinstance(path, Iri):
            return path in self.derived
        return path.kind == "inverse" or any(map(self._leads_back, path.parts))


def _unread(readings: Sequence[Reading]) -> Iterator[Violation]:
    for reading in readings:
        focus = Iri(f"file:{quote(reading.text.file)}")
        for fault in reading.faults:
            yield Violation(
                severity="Violation",
                rule=f"syntax {reading.text.form}",
                focus=focus,
                label="",
                message=fault.message,
                fix=fault.fix,
                component=_SPARQL,
                place=fault.place,
            )


def _standing(violation: Violation) -> tuple[object, ...]:
    """Where *violation* stands in a report: the worst first, then by rule, then by place."""
    kind = violation.rule.partition(" ")[0]
    place = violation.place
    where = ("", 0, 0) if place is None else (place.file, place.line, place.column)
    kinds = ("syntax", "consistency", "shape", "check", "evidence", "lint")
    return (violation.rank, kinds.index(kind), *where, *violation.order[1:])


def shown(reading: Reading) -> Reading:
    """*reading* with its file as a person here would name it."""
    path = Path(reading.text.file)
    short = os.path.relpath(path)
    if short.startswith("..") or short == reading.text.file:
        return reading
    faults = tuple(replace(f, place=replace(f.place, file=short)) for f in reading.faults)
    return replace(reading, text=replace(reading.text, file=short), faults=faults)
