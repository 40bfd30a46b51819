"""Check a graph against the shapes and the checks; pySHACL gives the verdict of the shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyshacl import validate as shacl_validate
from rdflib import DCTERMS, RDF, RDFS, SH, SKOS, Graph, URIRef

from .dataset import node, term_of, union
from .errors import BrokenFile, PastLimit
from .exceptions import excuses
from .findings import Report, Violation, written
from .queries import read
from .rdf import read_files
from .screening import TARGETS, class_kinds, suspects
from .shapepaths import path_of
from .terms import Iri, Term, expand, shorten, slug, text_of
from .wording import owner, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from rdflib.term import Node

    from .exceptions import Excuse
    from .findings import Path as PropertyPath
    from .graph import Layout
    from .store import Store

_NAMES = (SKOS.prefLabel, RDFS.label, DCTERMS.title)
_IRI = re.compile(r"https?://[^\s<>\"{}|^`\\]*[^\s<>\"{}|^`\\.,;:!?)]")
_CHECK_COMPONENT = str(SH.SPARQLConstraintComponent)


@dataclass(frozen=True)
class Rules:
    """The shapes and the checks of a graph, read once."""

    shapes: Graph
    checks: tuple[Path, ...]
    lints: tuple[Path, ...] = ()
    excuses: tuple[Excuse, ...] = ()

    @classmethod
    def of(cls, layout: Layout, *, shapes: bool = True) -> Rules:
        """The rules in the files of *layout*, with or without its *shapes*."""
        checks, lints = (layout.queries_in(folder) for folder in ("checks", "lint"))
        read_shapes = _shapes(layout) if shapes else Graph()
        return cls(read_shapes, checks, lints, excuses(layout.ontology))

    def report(
        self,
        store: Store,
        data: Graph,
        progress: Callable[[str], None] = lambda _: None,
        only: AbstractSet[Term] | None = None,
    ) -> Report:
        """The report on *store*, whose triples are *data*; *progress* is told each step.

        With *only*, a set of IRIs and blank nodes, nothing else is reported on.
        """
        progress("shapes")
        found = [*self.by_shapes(data, only), *self.by_checks(store, data, progress, only)]
        found.sort(key=lambda violation: violation.order)
        return Report(tuple(dict.fromkeys(found)), self.constraints, len(self.checks), len(data))

    @property
    def constraints(self) -> int:
        """How many shapes can report something."""
        told = set(self.shapes.subjects(SH.message))
        return len(told or set(self.shapes.subjects(SH.path)))

    def by_shapes(self, data: Graph, only: AbstractSet[Term] | None = None) -> list[Violation]:
        """What pySHACL finds in *data*, or, with *only*, what it finds on those nodes.

        It is asked only about the shapes and things that a quick reading cannot clear.
        """
        doubtful = suspects(self.shapes, data, None if only is None else set(map(node, only)))
        if doubtful is not None:
            found = _by_shapes(data, _aimed(self.shapes, doubtful)) if doubtful else []
        elif only is not None:
            found = _by_shapes(data, _narrowed(self.shapes, data, only))
        else:
            found = self.by_pyshacl(data)
        return _only(found, only)

    def by_pyshacl(self, data: Graph) -> list[Violation]:
        """What pySHACL finds when it looks at everything in *data* itself."""
        return _by_shapes(data, self.shapes)

    def by_checks(
        self,
        store: Store,
        data: Graph,
        progress: Callable[[str], None] = lambda _: None,
        only: AbstractSet[Term] | None = None,
    ) -> list[Violation]:
        """What the checks find in *store*, whose triples are *data*."""
        return self._by_queries("check", self.checks, (store, data), progress, only)

    def by_lint(
        self,
        store: Store,
        data: Graph,
        progress: Callable[[str], None] = lambda _: None,
        only: AbstractSet[Term] | None = None,
    ) -> list[Violation]:
        """What the lint of the ontology finds in *store*, whose triples are *data*.

        What is excused is not told; but that an exception excuses nothing is, in a whole run.
        """
        found = self._by_queries("lint", self.lints, (store, data), progress, only)
        excused = {(each.rule, each.thing): each for each in self.excuses}
        keys = {(v.rule.partition(" ")[2], v.focus.value) for v in found}
        told = [v for v in found if (v.rule.partition(" ")[2], v.focus.value) not in excused]
        idle = () if only is not None else (e for key, e in excused.items() if key not in keys)
        return [*told, *map(_idle, idle)]

    def _by_queries(
        self,
        kind: str,
        paths: Sequence[Path],
        graph: tuple[Store, Graph],
        progress: Callable[[str], None],
        only: AbstractSet[Term] | None,
    ) -> list[Violation]:
        found: list[Violation] = []
        for path in paths:
            progress(path.stem)
            found += _by_query(kind, *graph, path)
        return _only(found, only)


def _idle(excuse: Excuse) -> Violation:
    """That *excuse* is for nothing."""
    return Violation(
        severity="Info",
        rule="lint idle-exception",
        focus=Iri(excuse.thing),
        label="",
        message=f"It is excused from {excuse.rule} and does not need to be.",
        fix="Take the line out of the exceptions.",
        component=_CHECK_COMPONENT,
        place=excuse.place,
    )


def _only(found: list[Violation], only: AbstractSet[Term] | None) -> list[Violation]:
    return found if only is None else [each for each in found if each.focus in only]


def validate(
    store: Store,
    layout: Layout,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """The report on all of *store* by the rules of *layout*; *progress* is told each step."""
    return Rules.of(layout).report(store, union(store), progress)


def _narrowed(shapes: Graph, data: Graph, only: AbstractSet[Term]) -> Graph:
    """*shapes* with the nodes of *only* that they mean as targets.

    The option `focus_nodes` of pySHACL 0.40 drops values inside `sh:not`, `sh:or` and `sh:node`.
    """
    nodes: list[Node] = [node(term) for term in only]
    classes: dict[Node | None, list[Node]] = {}
    for focus in nodes:
        own = data.objects(focus, RDF.type)
        for cls in {c for each in own for c in data.transitive_objects(each, RDFS.subClassOf)}:
            classes.setdefault(cls, []).append(focus)
    narrow = Graph()
    for shape, predicate, value in shapes:
        if predicate == SH.targetClass:
            targets = classes.get(value, [])
        elif predicate == SH.targetSubjectsOf:
            targets = [each for each in nodes if (each, value, None) in data]
        else:
            narrow.add((shape, predicate, value))
            continue
        for focus in targets:
            narrow.add((shape, SH.targetNode, focus))
    return narrow


def _aimed(shapes: Graph, targets: Mapping[Node, Iterable[Node]]) -> Graph:
    """*shapes* with *targets* instead of those that they name."""
    aimed = Graph()
    kinds = class_kinds(shapes)
    for shape, predicate, value in shapes:
        if predicate not in TARGETS and not (predicate == RDF.type and value in kinds):
            aimed.add((shape, predicate, value))
    for shape, nodes in targets.items():
        for each in nodes:
            aimed.add((shape, SH.targetNode, each))
    return aimed


def _shapes(layout: Layout) -> Graph:
    graph = Graph()
    files = layout.shape_files()
    if not files:
        message = f"No shapes in {layout.shapes}; give the folder of the SHACL files."
        raise BrokenFile(message)
    for path in files:
        for quad in read_files([path]):
            graph.add((node(quad.subject), node(quad.predicate), node(quad.object)))
    return graph


def _by_shapes(data: Graph, shapes: Graph) -> list[Violation]:
    try:
        _, results, _ = shacl_validate(
            data, shacl_graph=shapes, inference="none", do_owl_imports=False, meta_shacl=False
        )
    except RecursionError as error:
        message = "The data hold a chain that is too long to be followed; check a part of them."
        raise PastLimit(message) from error
    if not isinstance(results, Graph):
        message = f"The shapes cannot be run: {results}"
        raise BrokenFile(message)
    return [_violation(results, data, shapes, each) for each in results.objects(None, SH.result)]


def _violation(results: Graph, data: Graph, shapes: Graph, result: Node) -> Violation:
    focus = _one(results, result, SH.focusNode)
    path = results.value(result, SH.resultPath)
    steps = None if path is None else path_of(results, path)
    value = results.value(result, SH.value)
    shape = _one(results, result, SH.sourceShape)
    rule, source = owner(shapes, shape)
    component = str(results.value(result, SH.sourceConstraintComponent))
    told = _told(results, shapes, result, (shape, component), steps)
    message, fix = (_by_label(text, data) for text in told)
    return Violation(
        severity=slug(str(results.value(result, SH.resultSeverity))),
        rule=f"shape {rule}",
        focus=term_of(focus),
        label=label(data, focus),
        message=message,
        fix=fix,
        path=steps,
        value=None if value is None or value == focus else term_of(value),
        source=source,
        component=component,
    )


def _told(
    results: Graph,
    shapes: Graph,
    result: Node,
    constraint: tuple[Node, str],
    path: PropertyPath | None,
) -> tuple[str, str]:
    """What is wrong, and what to do: as the shape says it, or else as SHACL's own words have it."""
    shape, component = constraint
    if (shape, SH.message, None) not in shapes:
        words = worded(shapes, shape, component, "" if path is None else written(path))
        if words is not None:
            return words
    messages = list(results.objects(result, SH.resultMessage))
    english = [m for m in messages if (getattr(m, "language", None) or "en").startswith("en")]
    return _advised(" ".join(sorted(map(str, english or messages))))


def _one(graph: Graph, subject: Node, predicate: Node) -> Node:
    return next(iter(graph.objects(subject, predicate)))


def _advised(text: str) -> tuple[str, str]:
    """What is wrong, which a rule says in its first sentence, and what to do, in the rest."""
    message, stop, fix = text.partition(". ")
    return message + stop.strip(), fix


def _by_query(kind: str, store: Store, data: Graph, path: Path) -> list[Violation]:
    query = read(path)
    at = expand(query.headers.get("at", ""))
    found = []
    for row in store.select(query.text):
        thing, problem = row["thing"], text_of(row["problem"])
        if thing is None:
            continue
        found.append(
            Violation(
                severity=query.headers.get("level", "violation").capitalize(),
                rule=f"{kind} {path.stem}",
                focus=thing,
                label=label(data, node(thing)),
                message=_by_label(f"{problem[:1].upper()}{problem[1:]}.", data),
                fix=query.headers.get("fix", ""),
                path=_path(row, at),
                value=row.get("value"),
                component=_CHECK_COMPONENT,
            )
        )
    return found


def _path(row: Mapping[str, Term | None], at: str | None) -> Iri | None:
    """The property that *row* names, or else the one that its query is *at*."""
    named = row.get("path")
    if isinstance(named, Iri):
        return named
    return None if at is None else Iri(at)


def label(data: Graph, focus: Node) -> str:
    """What *focus* is called in *data*, in English if it is; nothing if it is called nothing."""
    for predicate in _NAMES:
        found = sorted(data.objects(focus, predicate), key=_english_first)
        if found:
            return str(found[0])
    return ""


def _english_first(text: Node) -> tuple[bool, str]:
    return not (getattr(text, "language", None) or "en").startswith("en"), str(text)


def _by_label(text: str, data: Graph) -> str:
    """*text* with things called by their labels in the place of their IRIs."""

    def put(match: re.Match[str]) -> str:
        name, short = label(data, URIRef(match[0])), shorten(match[0])
        return f"“{name}” ({short})" if name else short

    return _IRI.sub(put, text)
