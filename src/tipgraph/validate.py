"""Check a graph against the shapes and the checks; pySHACL gives the verdict of the shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyshacl import validate as shacl_validate
from rdflib import RDF, RDFS, SH, SKOS, Graph
from rdflib.collection import Collection
from rdflib.plugins.parsers.notation3 import BadSyntax

from .dataset import node, term_of, union
from .errors import BrokenFile, PastLimit
from .findings import Report, Step, Violation, name
from .queries import read
from .terms import Iri, Term, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from rdflib.term import Node

    from .findings import Path as PropertyPath
    from .graph import Layout
    from .store import Store

_STEPS = {
    "inverse": SH.inversePath,
    "alternative": SH.alternativePath,
    "zeroOrMore": SH.zeroOrMorePath,
    "oneOrMore": SH.oneOrMorePath,
    "zeroOrOne": SH.zeroOrOnePath,
}
_CHECK_COMPONENT = str(SH.SPARQLConstraintComponent)


@dataclass(frozen=True)
class Rules:
    """The shapes and the checks of a graph, read once."""

    shapes: Graph
    checks: tuple[Path, ...]

    @classmethod
    def of(cls, layout: Layout) -> Rules:
        """The rules in the files of *layout*."""
        return cls(_shapes(layout), layout.queries_in("checks"))

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
        shapes = self.shapes if only is None else _narrowed(self.shapes, data, only)
        found = _by_shapes(data, shapes)
        for path in self.checks:
            progress(path.stem)
            found += _by_check(store, data, path)
        if only is not None:
            found = [violation for violation in found if violation.focus in only]
        found.sort(key=lambda violation: violation.order)
        count = len(set(self.shapes.subjects(SH.message)))
        return Report(tuple(dict.fromkeys(found)), count, len(self.checks), len(data))


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


def _shapes(layout: Layout) -> Graph:
    graph = Graph()
    files = layout.shape_files()
    if not files:
        message = f"No shapes in {layout.shapes}; give the folder of the SHACL files."
        raise BrokenFile(message)
    for path in files:
        try:
            graph.parse(path, format="turtle")
        except BadSyntax as error:
            line = int(error.lines) + 1
            message = f"{path}:{line}: {error.message}. Correct the file at that line."
            raise BrokenFile(message, file=str(path), line=line) from error
        except (SyntaxError, OSError, ValueError) as error:
            raise BrokenFile(f"{path} cannot be read: {error}") from error
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
    return [_violation(results, data, each) for each in results.objects(None, SH.result)]


def _violation(results: Graph, data: Graph, result: Node) -> Violation:
    focus = _one(results, result, SH.focusNode)
    path = results.value(result, SH.resultPath)
    value = results.value(result, SH.value)
    messages = sorted(str(m) for m in results.objects(result, SH.resultMessage))
    message, fix = _advised(" ".join(messages))
    shape = str(results.value(result, SH.sourceShape))
    return Violation(
        severity=slug(str(results.value(result, SH.resultSeverity))),
        rule=f"shape {slug(shape)}",
        focus=term_of(focus),
        label=_label(data, focus),
        message=message,
        fix=fix,
        path=None if path is None else _path(results, path),
        value=None if value is None or value == focus else term_of(value),
        source=shape,
        component=str(results.value(result, SH.sourceConstraintComponent)),
    )


def _one(graph: Graph, subject: Node, predicate: Node) -> Node:
    return next(iter(graph.objects(subject, predicate)))


def _advised(text: str) -> tuple[str, str]:
    """What is wrong, which a rule says in its first sentence, and what to do, in the rest."""
    message, stop, fix = text.partition(". ")
    return message + stop.strip(), fix


def _path(graph: Graph, path: Node) -> PropertyPath:
    if (path, RDF.first, None) in graph:
        return Step("sequence", _paths(graph, path))
    for kind, predicate in _STEPS.items():
        inner = graph.value(path, predicate)
        if inner is not None:
            parts = _paths(graph, inner) if kind == "alternative" else (_path(graph, inner),)
            return Step(kind, parts)
    return Iri(str(path))


def _paths(graph: Graph, list_: Node) -> tuple[PropertyPath, ...]:
    return tuple(_path(graph, each) for each in Collection(graph, list_))


def _by_check(store: Store, data: Graph, path: Path) -> list[Violation]:
    check = read(path)
    found = []
    for row in store.select(check.text):
        thing, problem = row["thing"], text_of(row["problem"])
        if thing is None:
            continue
        found.append(
            Violation(
                severity="Violation",
                rule=f"check {path.stem}",
                focus=thing,
                label=_label(data, node(thing)),
                message=f"{problem[:1].upper()}{problem[1:]}.",
                fix=check.headers.get("fix", ""),
                component=_CHECK_COMPONENT,
            )
        )
    return found


def _label(data: Graph, focus: Node) -> str:
    return str(data.value(focus, SKOS.prefLabel) or "")


def lines(report: Report) -> Sequence[str]:
    """The report for a terminal: a line for each finding, and one that sums up."""
    found = [
        f"{v.severity}: {v.thing}{f' “{v.label}”' if v.label else ''}{_place(v)}\n"
        f"    {f'{v.message} {v.fix}'.strip()}"
        f"{f' Value: {name(v.value)}.' if v.value else ''} [{v.rule}]"
        for v in report.violations
    ]
    verdict = "conforms" if report.conforms else f"{len(report.violations)} findings"
    return [
        *found,
        f"{verdict}: {report.shapes} constraints and {report.checks} checks were looked at.",
    ]


def _place(violation: Violation) -> str:
    return "" if violation.line is None else f" (line {violation.line})"
