"""Recall and precision of questions in plain words, and how long they take.

python benchmarks/ask_quality.py [FILE ...]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from ask_scores import QUESTIONS, Score, mean, read_questions, score

from tipgraph.ask import Asker
from tipgraph.evidence import Bench
from tipgraph.graph import SHIPPED
from tipgraph.store import Store

WORST = 10


def main() -> None:
    """Ask all questions of the files given, or of all that there are, and print their tables."""
    paths = [Path(given) for given in sys.argv[1:]] or sorted(QUESTIONS.parent.glob("*.yaml"))
    asker = Asker.over(Bench(Store.load(SHIPPED), SHIPPED))
    for path in paths:
        scores = [score(asker, asked) for asked in read_questions(path)]
        print(f"{path.name}: {len(scores)} questions")
        table([each for each in scores if each.asked["answered"]])
        refusals(scores)
        speed(asker, [each.asked["question"] for each in scores if each.asked["answered"]])
        worst([each for each in scores if each.asked["answered"]])


def table(answerable: list[Score]) -> None:
    """Recall and precision by what is wanted."""
    groups: dict[str, list[Score]] = defaultdict(list)
    for each in answerable:
        groups[each.asked["want"]].append(each)
    print(f"{'want':20} questions  recall  precision")
    for name, group in [*sorted(groups.items()), ("all", answerable)]:
        recall, precision = mean(s.recall for s in group), mean(s.precision for s in group)
        print(f"{name:20} {len(group):9}  {recall:6.3f}  {precision:9.3f}")


def refusals(scores: list[Score]) -> None:
    """How many questions are refused rightly, and wrongly."""
    refused = [each for each in scores if not each.asked["answered"]]
    right = sum(each.refused_rightly for each in refused)
    wrong = sum(not each.refused_rightly for each in scores if each.asked["answered"])
    print(f"refused rightly: {right} of {len(refused)}; refused wrongly: {wrong}")


def worst(answerable: list[Score]) -> None:
    """The questions that are answered worst."""
    print("worst:")
    order = sorted(
        answerable, key=lambda s: (s.recall or 0 if s.asked["required"] else 1) + (s.precision or 0)
    )
    for each in order[:WORST]:
        shares = f"recall {each.recall} precision {each.precision}"
        print(f"  {each.asked['id']} {shares}: {each.asked['question']}")
    print()


def speed(asker: Asker, questions: list[str]) -> None:
    """How long a question takes, as against its own query alone."""
    shares, times = [], []
    for question in questions:
        start = perf_counter()
        reply = asker.ask(question)
        whole = perf_counter() - start
        if not reply.sparql:
            continue
        start = perf_counter()
        asker.bench.store.select(reply.sparql)
        alone = perf_counter() - start
        shares.append(whole / alone)
        times.append(whole)
    print(f"median {median(times) * 1000:.0f} ms, {median(shares):.1f} times its own query")


if __name__ == "__main__":
    main()
