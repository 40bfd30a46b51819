"""How people ask for what: which turns of phrase questions with known answers have, counted."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_WORD = re.compile(r"[a-z']+|\?")
# What is known of a rare turn counts as much as so many questions that are asked as all are.
_DOUBT = 2.0
# Turns are not without regard to each other, so that no want is as unlikely as they say.
_LEAST = -9.0


def turns(folded: str) -> set[str]:
    """The words of a *folded* question and its pairs of neighbours, with its begin and its end."""
    words = _WORD.findall(folded)
    ends = ["^", *words, "$"]
    return {*words, *(f"{one} {other}" for one, other in pairwise(ends))}


@dataclass(frozen=True, slots=True)
class Habits:
    """The logarithms by which a turn, and a question as such, speaks for each want."""

    usual: Mapping[str, float]
    turns: Mapping[str, Mapping[str, float]]

    @classmethod
    def read(cls, path: Path) -> Habits:
        """Those of the counts in the file at *path*, whose first line counts the questions.

        A turn is taken to stand in a question without regard to the others (naive Bayes).
        """
        lines = [ln for ln in path.read_text(encoding="utf-8").splitlines() if ln[:1] != "#"]
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = {row.pop("turn"): {want: int(n) for want, n in row.items()} for row in table}
        questions = rows.pop("")
        every = sum(questions.values())
        usual = {want: log(number / every) for want, number in questions.items()}
        weights: dict[str, dict[str, float]] = {}
        for turn, counts in rows.items():
            share = sum(counts.values()) / every
            odds = {w: (n + _DOUBT * share) / (questions[w] + _DOUBT) for w, n in counts.items()}
            weights[turn] = {want: log(odd / (1 - odd)) for want, odd in odds.items()}
            usual = {want: usual[want] + log(1 - odds[want]) for want in usual}
        return cls(usual, weights)

    def speak(self, folded: str) -> dict[str, float]:
        """How much a *folded* question speaks for each want: 0 for the likeliest, else less."""
        told = dict(self.usual)
        for turn in turns(folded):
            for want, weight in self.turns.get(turn, {}).items():
                told[want] += weight
        most = max(told.values())
        return {want: max(weight - most, _LEAST) for want, weight in told.items()}


def counts(questions: Iterable[tuple[str, str]], least: int = 5) -> str:
    """The lines of a table of turns from folded questions and what each wants.

    What fewer than *least* have is of a subject rather than a turn of phrase.
    """
    seen: dict[str, dict[str, int]] = {}
    number: dict[str, int] = {}
    for folded, want in questions:
        number[want] = number.get(want, 0) + 1
        for turn in turns(folded):
            each = seen.setdefault(turn, {})
            each[want] = each.get(want, 0) + 1
    wants = sorted(number)
    kept = {turn: found for turn, found in seen.items() if sum(found.values()) >= least}
    lines = [("turn", *wants), ("", *(str(number[want]) for want in wants))]
    lines += [(turn, *(str(kept[turn].get(w, 0)) for w in wants)) for turn in sorted(kept)]
    return "".join("\t".join(line) + "\n" for line in lines)
