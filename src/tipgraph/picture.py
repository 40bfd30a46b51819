"""The network as an SVG picture, which needs nothing to be drawn but the file itself."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from .network import INNER, STATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import networkx as nx

    from .network import Network

SEED = 1
# More cannot be told apart; the most linked are drawn.
MOST_DRAWN = 200
_LABELLED = 30
_SIDE, _EDGE, _LEGEND = 1200, 60, 90
_LONGEST = 40
# How wide a letter and how high a line of a label is, about.
_LETTER, _LINE = 7, 15
# Okabe and Ito's colours, which the colour-blind tell apart.
_COLOURS = {
    "impact": "#d55e00",
    "response": "#0072b2",
    "actor": "#009e73",
    "group": "#cc79a7",
    "driver": "#e69f00",
}
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Places = dict[str, tuple[float, float]]


def picture(network: Network) -> str:
    """The most linked things of *network* and the links between them, laid out by force."""
    graph = _drawn(network.inner)
    places = _places(graph)
    count, whole = len(graph), len(network.inner)
    told = (
        f"{count:,} of {whole:,} things, the most linked, without documents; layout by force, "
        f"seed {SEED}; a broken line is a curator's inference."
    )
    height = _SIDE + _LEGEND
    body = "\n".join([*_lines(graph, places), *_circles(network, graph, places), *_legend(told)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {height}" role="img" '
        'font-family="sans-serif">\n'
        f"<title>Network of impacts, responses, groups, actors and drivers</title>\n"
        f"<desc>{escape(told)}</desc>\n"
        f'<rect width="{_SIDE}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
    )


def _drawn(graph: nx.Graph[str]) -> nx.Graph[str]:
    """The largest part that hangs together of the most linked things."""
    import networkx as nx

    order = sorted(graph, key=lambda iri: (-graph.degree[iri], iri))
    chosen = graph.subgraph(order[:MOST_DRAWN])
    parts = sorted(nx.connected_components(chosen), key=lambda part: (-len(part), min(part)))
    drawn: nx.Graph[str] = nx.Graph()
    own = parts[0] if parts else set()
    drawn.add_nodes_from(sorted(own))
    # In an order of their own, on which the layout depends.
    edges = sorted((min(pair), max(pair)) for pair in chosen.edges if pair[0] in own)
    drawn.add_edges_from((a, b, graph.edges[a, b]) for a, b in edges)
    return drawn


def _places(graph: nx.Graph[str]) -> Places:
    import networkx as nx

    if not len(graph):
        return {}
    laid = nx.spring_layout(
        graph, seed=SEED, iterations=120, method="force", k=3 / len(graph) ** 0.5
    )
    across = [float(x) for x, _ in laid.values()]
    down = [float(y) for _, y in laid.values()]
    return {
        iri: (_scaled(float(x), across), _scaled(float(y), down)) for iri, (x, y) in laid.items()
    }


def _scaled(value: float, of: Iterable[float]) -> float:
    low, high = min(of), max(of)
    share = (value - low) / (high - low) if high > low else 0.5
    return round(_EDGE + share * (_SIDE - 2 * _EDGE), 1)


def _lines(graph: nx.Graph[str], places: Places) -> Iterator[str]:
    for one, other, data in graph.edges(data=True):
        (x, y), (to_x, to_y) = places[one], places[other]
        inferred = data["link"].basis not in {STATED, "explicit-pairing"}
        dashes = ' stroke-dasharray="4 3"' if inferred else ""
        yield (
            f'<line x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}" stroke="#999" '
            f'stroke-opacity="0.5"{dashes}/>'
        )


def _circles(network: Network, graph: nx.Graph[str], places: Places) -> Iterator[str]:
    order = sorted(graph, key=lambda iri: (-graph.degree[iri], iri))
    for iri in order:
        node, (x, y) = network.nodes[iri], places[iri]
        label = _NO_XML.sub("\ufffd", node.label)
        size = round(3 + graph.degree[iri] ** 0.5, 1)
        yield (
            f'<circle cx="{x}" cy="{y}" r="{size}" fill="{_COLOURS[node.kind]}">'
            f"<title>{escape(label)} ({node.kind})</title></circle>"
        )
    yield from _labels(network, order[:_LABELLED], places)


def _labels(network: Network, order: Iterable[str], places: Places) -> Iterator[str]:
    """The labels of the most linked; one that would cover another is left out."""
    taken: list[tuple[float, float, float]] = []
    for iri in order:
        (x, y), label = places[iri], _NO_XML.sub("\ufffd", network.nodes[iri].label)
        text = label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
        # What stands at the right hand is written to its left.
        left = x > _SIDE * 2 / 3
        start = x - 8 - _LETTER * len(text) if left else x + 8
        end = start + _LETTER * len(text)
        if any(start < e and s < end and abs(y - other) < _LINE for s, e, other in taken):
            continue
        taken.append((start, end, y))
        yield (
            f'<text x="{round(x - 8 if left else x + 8, 1)}" y="{y}" '
            f'text-anchor="{"end" if left else "start"}" font-size="12" stroke="white" '
            f'stroke-width="3" paint-order="stroke" fill="#222">{escape(text)}</text>'
        )


def _legend(told: str) -> Iterator[str]:
    for place, kind in enumerate(INNER):
        x = _EDGE + place * 130
        yield f'<circle cx="{x}" cy="{_SIDE + 25}" r="7" fill="{_COLOURS[kind]}"/>'
        yield f'<text x="{x + 14}" y="{_SIDE + 30}" font-size="15" fill="#222">{kind}</text>'
    yield f'<text x="{_EDGE}" y="{_SIDE + 62}" font-size="13" fill="#222">{escape(told)}</text>'
