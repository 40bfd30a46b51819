"""The peer of the cold question: parse the same files into the same engine, and nothing else."""

import sys
from pathlib import Path

import pyoxigraph

store = pyoxigraph.Store()
for folder in map(Path, sys.argv[1:]):
    for path in sorted(folder.rglob("*.ttl")):
        graph = pyoxigraph.NamedNode(path.as_uri())
        store.bulk_load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE, to_graph=graph)
