"""Check a graph against the shapes and the checks; pySHACL gives the verdict of the shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyshacl import validate as shacl_validate
from rdflib import RDF, SH, SKOS, Graph, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax

from .dataset import union
from .errors import BrokenFile
from .queries import read
from .terms import shorten, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rdflib.term import Node

    from .graph import Layout
    from .store import Store


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """What is wrong with one thing, in plain words, by which rule, and the value at fault."""

    severity: str
    rule: str
    thing: str
    label: str
    message: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found, worst first, and how many rules were looked at."""

    violations: tuple[Violation, ...]
    shapes: int
    checks: int

    @property
    def conforms(self) -> bool:
        """Whether nothing was found, warnings included."""
        return not self.violations


_SEVERITIES = ("Violation", "Warning", "Info")


def validate(
    store: Store,
    layout: Layout,
    progress: Callable[[str], None] = lambda _: None,
    only: frozenset[str] | None = None,
) -> Report:
    """The report on *store* by the rules of *layout*; *progress* is told each step.

    With *only*, a set of IRIs, nothing else is reported on.
    """
    shapes = _shapes(layout)
    data = union(store)
    progress("shapes")
    found = _by_shapes(data, shapes if only is None else _narrowed(shapes, data, only))
    checks = layout.queries_in("checks")
    for path in checks:
        progress(path.stem)
        found += _by_check(store, data, path)
    if only is not None:
        wanted = {shorten(iri) for iri in only}
        found = [violation for violation in found if violation.thing in wanted]
    found.sort(key=lambda v: (_SEVERITIES.index(v.severity), v.rule, v.thing, v.value))
    count = len(set(shapes.subjects(SH.message)))
    return Report(tuple(dict.fromkeys(found)), count, len(checks))


def _narrowed(shapes: Graph, data: Graph, only: frozenset[str]) -> Graph:
    """*shapes* with the nodes of *only* that they mean as targets.

    The option `focus_nodes` of pySHACL 0.40 drops values inside `sh:not`, `sh:or` and `sh:node`.
    """
    nodes = [URIRef(iri) for iri in only]
    narrow = Graph()
    for shape, predicate, value in shapes:
        if predicate == SH.targetClass:
            targets = [node for node in nodes if (node, RDF.type, value) in data]
        elif predicate == SH.targetSubjectsOf:
            targets = [node for node in nodes if (node, value, None) in data]
        else:
            narrow.add((shape, predicate, value))
            continue
        for node in targets:
            narrow.add((shape, SH.targetNode, node))
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
    _, results, _ = shacl_validate(
        data, shacl_graph=shapes, inference="none", do_owl_imports=False, meta_shacl=False
    )
    if not isinstance(results, Graph):
        message = f"The shapes cannot be run: {results}"
        raise BrokenFile(message)
    return [
        _violation(results, data, node) for node in results.subjects(RDF.type, SH.ValidationResult)
    ]


def _violation(results: Graph, data: Graph, node: Node) -> Violation:
    focus = results.value(node, SH.focusNode)
    shape = results.value(node, SH.sourceShape)
    value = results.value(node, SH.value)
    messages = sorted(str(m) for m in results.objects(node, SH.resultMessage))
    return Violation(
        severity=slug(str(results.value(node, SH.resultSeverity))),
        rule=f"shape {slug(str(shape))}",
        thing=_name(focus),
        label=_label(data, focus),
        message=" ".join(messages),
        value="" if value is None or value == focus else _name(value),
    )


def _by_check(store: Store, data: Graph, path: Path) -> list[Violation]:
    check = read(path)
    advice = check.headers.get("fix", "")
    found = []
    for row in store.select(check.text):
        thing, problem = text_of(row["thing"]), text_of(row["problem"])
        label = _label(data, URIRef(thing))
        message = f"{problem[:1].upper()}{problem[1:]}. {advice}".strip()
        found.append(Violation("Violation", f"check {path.stem}", shorten(thing), label, message))
    return found


def _name(node: Node | None) -> str:
    return shorten(str(node)) if isinstance(node, URIRef) else str(node)


def _label(data: Graph, node: Node | None) -> str:
    if node is None:
        return ""
    return str(data.value(node, SKOS.prefLabel) or "")


def lines(report: Report) -> Sequence[str]:
    """The report for a terminal: a line for each finding, and one that sums up."""
    found = [
        f"{v.severity}: {v.thing}{f' “{v.label}”' if v.label else ''}\n"
        f"    {v.message}{f' Value: {v.value}.' if v.value else ''} [{v.rule}]"
        for v in report.violations
    ]
    verdict = "conforms" if report.conforms else f"{len(report.violations)} findings"
    return [
        *found,
        f"{verdict}: {report.shapes} constraints and {report.checks} checks were looked at.",
    ]
