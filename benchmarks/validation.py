"""Measure the shapes on synthetic graphs with planted faults: as we run them, and pySHACL alone.

    python benchmarks/validation.py 1e4 1e5 --alone 1e5

For each size: the seconds of processor time of both, and whether they found the same. Of a graph
of more triples than `--alone` only ours is measured.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Literal, Namespace
from synthetic import synthesize

from tipgraph.dataset import term_of, union
from tipgraph.store import Store
from tipgraph.terms import Blank
from tipgraph.validate import Rules

if TYPE_CHECKING:
    from rdflib import Graph

    from tipgraph.findings import Violation

TIP = Namespace("https://w3id.org/tipgraph/ontology#")
FAULTS = 8


def planted(data: Graph) -> None:
    """Take values out of *data*, and put others in, in some places of each of three kinds."""
    dice = random.Random(1)
    for predicate in (TIP.modality, TIP.speaker, TIP.sectionTitle):
        for triple in dice.sample(sorted(data.triples((None, predicate, None))), FAULTS):
            data.remove(triple)
    for subject, _, _ in dice.sample(sorted(data.triples((None, TIP.modality, None))), FAULTS):
        data.add((subject, TIP.modality, Literal("another")))


def told(found: list[Violation]) -> set[tuple[str, str, str]]:
    """The findings, with nothing in them that is chance."""
    return {(v.rule, "" if isinstance(v.focus, Blank) else v.focus.value, v.message) for v in found}


def alone(rules: Rules, data: Graph) -> list[Violation]:
    """What pySHACL finds when it is asked about every thing."""
    return rules.by_shapes(data, frozenset(term_of(each) for each in data.all_nodes()))


def seconds(find: object, *given: object) -> tuple[float, list[Violation]]:
    """The processor time of *find*, and what it found."""
    start = time.process_time()
    found = find(*given)  # type: ignore[operator]
    return time.process_time() - start, found


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="+", type=float)
    parser.add_argument("--alone", type=float, default=1e5)
    given = parser.parse_args()
    print("| triples | found | ours, s | pySHACL alone, s | same |\n|---|---|---|---|---|")
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            layout = synthesize(int(size), Path(folder))
            data = union(Store.load(layout))
        planted(data)
        rules = Rules.of(layout)
        ours, found = seconds(rules.by_shapes, data)
        row = f"| {len(data):,} | {len(found)} | {ours:.1f} |"
        if size <= given.alone:
            theirs, whole = seconds(alone, rules, data)
            row += f" {theirs:.1f} | {'yes' if told(found) == told(whole) else 'NO'} |"
        else:
            row += " - | - |"
        print(row, flush=True)


if __name__ == "__main__":
    main()
