"""Count how the questions at hand ask for what: `python tests/ask_habits.py` writes the table."""

from __future__ import annotations

from ask_scores import read_questions

from tipgraph import paths
from tipgraph.habits import counts
from tipgraph.words import fold

TABLE = paths.QUERIES / "ask" / "habits.tsv"
HEAD = """\
# How many questions of tests/ask/questions.yaml that want each of these have a word, or two in a
# row; ^ is the begin and $ the end. Written by tests/ask_habits.py, anew when questions are added.
"""
# What there are too few of to learn from.
FEW = {"count", "none"}


def table() -> str:
    asked = (each for each in read_questions() if each["answered"] and each["want"] not in FEW)
    return HEAD + counts((" ".join(fold(q["question"]).split()), q["want"]) for q in asked)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
