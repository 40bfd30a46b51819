"""Ways and measures of the network as JSON, CSV and text."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from . import formats
from .answers import Answer
from .errors import BadParameter
from .measures import Measures
from .network import STATED
from .tables import spans
from .terms import BASE, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .measures import Measured
    from .network import Network, Node
    from .ways import Asking, Found, Step, Way

COLUMNS = (
    "path",
    "step",
    "source",
    "source_label",
    "relation",
    "target",
    "target_label",
    "link_basis",
    "directness",
    "statement",
    "modality",
    "document",
    "section",
    "phrase",
    "spans",
    "quote",
)


def ways_json(
    found: Found, asking: Asking, address: Callable[[str, str], str]
) -> list[dict[str, object]]:
    """The ways as items; *address* gives the URL of a thing by kind and IRI."""
    asked = {"from": slug(found.start.id), "to": slug(found.goal.id)}
    asked |= {"causal": "true"} if asking.causal else {}
    query = f"api/v1/paths?{urlencode(asked)}"
    root = address("", BASE).rstrip("/")
    return [
        {
            "id": f"{BASE}{query}#{number}",
            "type": "Path",
            "label": " / ".join(node.label for node in way.nodes),
            "description": f"From {found.start.label} to {found.goal.label}: {_steps(way)}.",
            "why": [step.sentence for step in way.steps],
            "evidence": [e for step in way.steps for e in map(formats.evidence, step.evidence)],
            "weight": way.weight,
            "things": [_node(node) for node in way.nodes],
            "steps": [_step(step) for step in way.steps],
            "links": {"self": f"{root}/{query}", "html": address("", found.start.id)},
        }
        for number, way in enumerate(found.ways, 1)
    ]


def _steps(way: Way) -> str:
    count = len(way.steps)
    return "1 step" if count == 1 else f"{count} steps"


def _node(node: Node) -> dict[str, str]:
    return {"id": node.id, "label": node.label, "kind": node.kind}


def _step(step: Step) -> dict[str, object]:
    link = step.link
    return {
        "source": _node(step.source),
        "relation": link.relation,
        "target": _node(step.target),
        "link_basis": None if link.basis == STATED else link.basis,
        "directness": link.directness or None,
        "statements": list(link.statements),
        "documents": list(dict.fromkeys(link.documents)),
        "evidence": [formats.evidence(e) for e in step.evidence],
    }


def ways_csv(found: Found) -> str:
    """The ways as a table: a row for each step and piece of evidence."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(ways_rows(found))
    return out.getvalue()


def ways_rows(found: Found) -> Iterator[tuple[int | str, ...]]:
    """A row for each step of a way and piece of evidence, with the cells of `COLUMNS`."""
    for number, way in enumerate(found.ways, 1):
        for place, step in enumerate(way.steps, 1):
            for row in _rows(step):
                yield (number, place, *row)


def _rows(step: Step) -> list[tuple[str, ...]]:
    link = step.link
    told = (
        *(step.source.id, step.source.label, link.relation, step.target.id, step.target.label),
        *("" if link.basis == STATED else link.basis, link.directness),
    )
    return [
        (
            *told,
            *(e.statement.id, e.statement.modality, e.document.id),
            *((p.section or "", p.phrase, spans(p), p.quote or "") if p else ("", "", "", "")),
        )
        for e in step.evidence
        for p in (e.passage,)
    ]


def ways_text(found: Found) -> str:
    """The ways for a terminal, each step with where it is told."""
    if found.reason:
        return found.reason
    return "\n\n".join(_way_text(n, way) for n, way in enumerate(found.ways, 1))


def _way_text(number: int, way: Way) -> str:
    lines = [f"{number}. " + " / ".join(node.label for node in way.nodes)]
    for step in way.steps:
        lines.append(f"   {step.sentence}")
        lines += [f"   {line}" for e in step.evidence for line in formats.evidence_text(e)]
    return "\n".join(lines)


def measured_text(measured: Measured) -> str:
    """A measure for a terminal: what it means, how it was computed, and its items."""
    head = f"{measured.meaning}\n[{measured.computed}]"
    missed = ", ".join(named.label for named in measured.missed)
    tail = [f"Of these, no response is said to benefit: {missed}."] if missed else []
    return "\n\n".join([head, formats.items_text(measured.items), *tail])


def measured_meta(measured: Measured, limit: int) -> dict[str, object]:
    """What is told of a measure besides its items."""
    return {
        "total": measured.total,
        "returned": len(measured.items),
        "limit": limit,
        "measure": measured.measure,
        "meaning": measured.meaning,
        "computed": measured.computed,
        "missed": [{"id": named.id, "label": named.label} for named in measured.missed],
    }


def overview(network: Network) -> str:
    """The size of the network, for a terminal."""
    nodes, graph = network.nodes, network.graph
    counts = Counter(nodes[iri].kind for iri in graph)
    relations = Counter(key for *_, key in graph.edges(keys=True))
    lines = [f"The network of release {network.bench.release.version}"]
    for title, counted in (("things", counts), ("links", relations)):
        lines += ["", f"{counted.total():,} {title}"]
        lines += [f"  {count:>7,} {name}" for name, count in counted.most_common()]
    return "\n".join(lines)


def network_text(
    network: Network, measure: str | None, limit: int, groups: Sequence[str], form: str
) -> str:
    """What the command line says of *network*: a measure in the form asked for, or its size."""
    if measure is None:
        if groups or form != "text":
            message = "--group and --format are for a measure; name one with --measure."
            raise BadParameter(message, parameter="measure")
        return overview(network)
    measured = Measures(network).measured(measure, limit, groups)
    if form == "json":
        items = [formats.item(each, lambda _kind, iri: iri) for each in measured.items]
        told = {"items": items, "meta": measured_meta(measured, limit)}
        return json.dumps(told, ensure_ascii=False, indent=2)
    if form == "csv":
        return formats.items_csv(Answer(measured.items, measured.total, limit, network.sparql))
    return measured_text(measured)
