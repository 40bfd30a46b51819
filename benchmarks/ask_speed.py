"""How long a question in plain words takes, as a multiple of its own SPARQL query alone.

On the shipped graph, and on synthetic ones, with how both grow. The words of a
graph are read at the first question, which stands by itself.

    python benchmarks/ask_speed.py
    python benchmarks/ask_speed.py --sizes shipped,1e5,1e6 --questions 30
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from ask_scores import QUESTIONS, read_questions
from growth import prepared

from tipgraph.ask import Asker
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

AIM = 20
REPEATS = 3


@dataclass(frozen=True)
class Speed:
    """The seconds of processor time of a question as a whole, and of its query alone."""

    whole: float
    alone: float

    @property
    def ratio(self) -> float:
        """The whole as a multiple of the query."""
        return self.whole / self.alone


@dataclass(frozen=True)
class Graph:
    """A graph that was asked: its size, the first question, and each that it answered."""

    name: str
    quads: int
    first: float
    asked: int
    speeds: Mapping[str, Speed]

    def middle(self, questions: Sequence[str]) -> Speed:
        """The medians over *questions*."""
        chosen = [self.speeds[question] for question in questions]
        return Speed(median(s.whole for s in chosen), median(s.alone for s in chosen))


def seconds(work: Callable[[], object]) -> float:
    """The processor time of *work*: others who use the machine do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def speed(asker: Asker, question: str) -> Speed | None:
    """How long *question* takes, or None where it is refused and there is no query."""
    reply = asker.ask(question)
    if not reply.sparql:
        return None
    wholes, queries = [], []
    for _ in range(REPEATS):
        # By turns, so that the drift of the machine meets both.
        wholes.append(seconds(lambda: asker.ask(question)))
        queries.append(seconds(lambda: asker.bench.store.select(reply.sparql)))
    return Speed(min(wholes), min(queries))


def asked(size: str, folder: Path, questions: Sequence[str]) -> Graph:
    """What *questions* take on the graph of *size*."""
    store, layout = prepared(size, folder, SHIPPED.queries)
    asker = Asker.over(Bench(store, layout))
    gc.collect()
    first = seconds(lambda: asker.ask(questions[0]))
    speeds: dict[str, Speed] = {}
    for number, question in enumerate(questions, 1):
        print(f"    {size} {number} of {len(questions)}", file=sys.stderr, flush=True)
        if found := speed(asker, question):
            speeds[question] = found
    return Graph(size, len(store), first, len(questions), speeds)


def ratios(graphs: Sequence[Graph]) -> list[str]:
    """For each graph, how much more than its own query a question takes."""
    lines = [
        "| graph | quads | questions | refused | median | 90th percentile | worst | the first |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for graph in graphs:
        found = [one.ratio for one in graph.speeds.values()]
        first = graph.first / median(one.alone for one in graph.speeds.values())
        lines.append(
            f"| {graph.name} | {graph.quads:,} | {graph.asked} | {graph.asked - len(found)} "
            f"| {median(found):.1f} | {quantiles(found, n=10)[-1]:.1f} | {max(found):.1f} "
            f"| {first:.0f} |"
        )
    return lines


def growth(graphs: Sequence[Graph], fixed: int) -> list[str]:
    """How the questions that all graphs answer grow, and their queries, from the first graph on."""
    common = [q for q in graphs[0].speeds if all(q in graph.speeds for graph in graphs)]
    base, size = graphs[0].middle(common), graphs[0].quads - fixed
    lines = [
        f"| graph | size | question ({len(common)}) | its query | question / query |",
        "|---|---|---|---|---|",
    ]
    for graph in graphs:
        now = graph.middle(common)
        whole, alone = now.whole / base.whole, now.alone / base.alone
        lines.append(
            f"| {graph.name} | {(graph.quads - fixed) / size:.1f} | {whole:.1f} | {alone:.1f} "
            f"| {whole / alone:.2f} |"
        )
    return lines


def main() -> None:
    """Print how a question compares with its query, and how both grow."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="shipped,1e5", help="shipped, or triples such as 1e6")
    parser.add_argument("--questions", type=int, help="so many of them, evenly chosen; else all")
    given = parser.parse_args()
    every = [each["question"] for each in read_questions(QUESTIONS) if each["answered"]]
    step = max(1, len(every) // given.questions) if given.questions else 1
    questions = every[::step]
    with tempfile.TemporaryDirectory() as folder:
        graphs = [asked(size, Path(folder), questions) for size in given.sizes.split(",")]
    print(
        f"A question as a multiple of its own query alone; at most {AIM} at the median is the aim"
    )
    print("\n".join(["", *ratios(graphs), ""]))
    print("How they grow: medians, as multiples of those on the first graph\n")
    # The ontology is in every graph and does not grow.
    print("\n".join(growth(graphs, len(Store.load(SHIPPED.without_data())))))


if __name__ == "__main__":
    main()
