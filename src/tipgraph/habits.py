"""How people ask for what: which words, turns of phrase and cues speak for which kind of answer."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from typing import TYPE_CHECKING

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_WORD = re.compile(r"[a-z']+|\?")
_PLAIN = re.compile(r"[a-z]+")
# The bounds of what cues say, and of how much a long question is one.
_LEAST, _MOST, _LONG = -40.0, 60.0, 20
_STEM = snowballstemmer.stemmer("english").stemWord
_ALWAYS = ""
# What says less than this for each kind is left out of the table.
_NOTHING = 0.05

__all__ = ["Habits", "lines", "turns"]


def turns(folded: str, votes: Mapping[str, float]) -> dict[str, float]:
    """What a *folded* question has by which the kind of answer is told, and how much of it.

    Its words, its pairs of neighbours with its begin and its end, the stems of its words, the
    *votes* of cues in tens, its length in tens of words, and what every question has.
    """
    words = _WORD.findall(folded)
    ends = ["^", *words, "$"]
    found = dict.fromkeys([*words, *(f"{one} {other}" for one, other in pairwise(ends))], 1.0)
    found |= dict.fromkeys((f"{_STEM(word)}-" for word in _PLAIN.findall(folded)), 1.0)
    found |= {f"cue {k}": min(max(n, _LEAST), _MOST) / 10 for k, n in votes.items()}
    return found | {"length": min(len(folded.split()), _LONG) / 10, _ALWAYS: 1.0}


@dataclass(frozen=True, slots=True)
class Habits:
    """How much each turn speaks for each kind of answer, in a logistic regression."""

    kinds: tuple[str, ...]
    weights: Mapping[str, tuple[float, ...]]

    @classmethod
    def read(cls, path: Path) -> Habits:
        """Those of the file at *path*: a line for each turn, a column for each kind."""
        text = path.read_text(encoding="utf-8")
        rows = csv.reader(
            (ln for ln in text.splitlines() if ln[:1] != "#"),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        )
        _, *kinds = next(rows)
        return cls(tuple(kinds), {turn: tuple(map(float, told)) for turn, *told in rows})

    def likely(self, folded: str, votes: Mapping[str, float]) -> dict[str, float]:
        """The logarithm of how probable each kind is that a *folded* question asks for."""
        sums = [0.0] * len(self.kinds)
        for turn, much in turns(folded, votes).items():
            for at, weight in enumerate(self.weights.get(turn, ())):
                sums[at] += weight * much
        most = max(sums)
        whole = most + log(sum(exp(each - most) for each in sums))
        return {kind: each - whole for kind, each in zip(self.kinds, sums, strict=True)}


def lines(kinds: Iterable[str], weights: Mapping[str, Iterable[float]]) -> str:
    """The lines of a table of *weights*; without the turns that say next to nothing."""
    rows = {turn: [f"{each:.2f}" for each in weights[turn]] for turn in sorted(weights)}
    kept = (
        (turn, *told)
        for turn, told in rows.items()
        if turn == _ALWAYS or any(abs(float(each)) >= _NOTHING for each in told)
    )
    return "".join("\t".join(line) + "\n" for line in (("turn", *kinds), *kept))
