"""The network as files that Gephi, Cytoscape and spreadsheets read."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from .picture import picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import networkx as nx

    from .network import Network

FILES = {
    "json": "application/json",
    "gexf": "application/gexf+xml",
    "graphml": "application/graphml+xml",
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml",
}
COLUMNS = (
    "source",
    "source_label",
    "source_kind",
    "relation",
    "target",
    "target_label",
    "target_kind",
    "link_basis",
    "directness",
    "weight",
    "statements",
    "documents",
)
# XML 1.0 has no way to write these.
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The day of writing would make another file of the same network.
_DAY = re.compile(rb' lastmodifieddate="[^"]*"')


def written(network: Network, form: str) -> bytes:
    """The *network* as a file of one of `FILES`."""
    writers: Mapping[str, Callable[[], bytes]] = {
        "json": lambda: node_link(network),
        "gexf": lambda: _gexf(_plain(network)),
        "graphml": lambda: _graphml(_plain(network)),
        "csv": lambda: _edges(network).encode(),
        "svg": lambda: picture(network).encode(),
    }
    return writers[form]()


def node_link(network: Network) -> bytes:
    """The network as networkx and Cytoscape.js have it: a list of nodes and one of links."""
    import networkx as nx

    graph = network.graph
    told = nx.node_link_data(graph, edges="edges")
    told["graph"] = {
        "release": network.bench.release.version,
        "nodes": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _gexf(graph: nx.MultiDiGraph[str]) -> bytes:
    import networkx as nx

    out = io.BytesIO()
    nx.write_gexf(graph, out)
    return _DAY.sub(b"", out.getvalue())


def _graphml(graph: nx.MultiDiGraph[str]) -> bytes:
    import networkx as nx

    out = io.BytesIO()
    nx.write_graphml_xml(graph, out)
    return out.getvalue()


def _plain(network: Network) -> nx.MultiDiGraph[str]:
    """The graph with all texts such as XML can hold."""
    graph = network.graph.copy()
    for _, node in graph.nodes(data=True):
        node["label"] = _NO_XML.sub("\ufffd", node["label"])
    # GEXF has identifiers of its own for links; a text is no key that it takes.
    for _, _, key, link in graph.edges(keys=True, data=True):
        link["label"] = key
    return graph


def _edges(network: Network) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    graph = network.graph
    for source, target, link in graph.edges(data=True):
        ends = {"source": source, "target": target}
        ends |= {f"source_{k}": v for k, v in graph.nodes[source].items()}
        ends |= {f"target_{k}": v for k, v in graph.nodes[target].items()}
        told = ends | link
        writer.writerow([told[column] for column in COLUMNS])
    return out.getvalue()
