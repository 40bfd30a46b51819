"""How likely a thing that meets some words of a question is an answer to it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .understanding import Understanding

FEATURES = ("near", "share", "telling", "told", "like", "likest")

__all__ = ["FEATURES", "Candidate", "Judged", "Weights", "features", "judge", "weights"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing with its score, what each word adds to it, and how like the question it is.

    *told* is 1 if documents tell of it as is asked, as of a recommendation, and -1 if they do not.
    """

    item: str
    score: float
    met: Mapping[int, float]
    like: float
    told: int = 0


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature adds to the logarithm of the odds, in a logistic regression.

    Given is what is as likely as *least*, and the likeliest if it is as likely as *some*.
    """

    constant: float
    features: Mapping[str, float]
    least: float
    some: float

    def odds(self, found: Mapping[str, float]) -> float:
        """The logarithm of the odds that what has the features *found* is an answer."""
        return self.constant + sum(n * found[name] for name, n in self.features.items())

    def threshold(self, odds: Sequence[float]) -> float:
        """The least odds of those that are given, as logarithms."""
        likeliest = max(odds, default=_odds(self.least))
        return max(min(_odds(self.least), likeliest), _odds(self.some))


@dataclass(frozen=True, slots=True)
class Judged:
    """The odds, as logarithms, that things are answers: *times* their score, and of each its own.

    Given is what has at least the odds *least*.
    """

    times: float
    own: Mapping[str, float]
    least: float
    best: float

    def odds(self, item: str, score: float) -> float:
        """The odds of *item* with so high a score."""
        return self.times * score + self.own.get(item, -inf)


def judge(known: Weights, understood: Understanding, candidates: Sequence[Candidate]) -> Judged:
    """How likely each of *candidates* is an answer to what is *understood*."""
    odds = [known.odds(each) for each in features(understood, candidates)]
    # The odds grow with the score by so much; the rest is of the thing.
    top = max((each.score for each in candidates), default=1.0)
    times = known.features["near"] / top + known.features["share"] / understood.worth
    own = {c.item: of - times * c.score for c, of in zip(candidates, odds, strict=True)}
    return Judged(times, own, known.threshold(odds), max(odds, default=_odds(known.some)))


def features(understood: Understanding, candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """The features of each of *candidates*, as against the others and against the question."""
    telling = {n: r.worth for n, r in enumerate(understood.readings, 1) if r.telling}
    best = max((each.score for each in candidates), default=1.0)
    likest = max((each.like for each in candidates), default=1.0) or 1.0
    return [
        {
            "near": each.score / best,
            "share": each.score / understood.worth,
            "telling": sum(each.met.get(n, 0.0) for n in telling) / (sum(telling.values()) or 0.1),
            "told": float(each.told),
            "like": each.like,
            "likest": each.like / likest,
        }
        for each in candidates
    ]


def weights(path: Path) -> Mapping[str, Weights]:
    """The weights of the file at *path*, by what is wanted."""
    text = path.read_text(encoding="utf-8")
    rows = csv.DictReader((ln for ln in text.splitlines() if ln[:1] != "#"), delimiter="\t")
    return {
        row["want"]: Weights(
            float(row["constant"]),
            {name: float(row[name]) for name in FEATURES},
            float(row["least"]),
            float(row["some"]),
        )
        for row in rows
    }


def _odds(probable: float) -> float:
    return log(probable / (1 - probable))
