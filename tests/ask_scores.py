"""How well questions in plain words are answered: recall, precision and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tipgraph.terms import shorten

QUESTIONS = Path(__file__).parent / "ask" / "questions.yaml"


@dataclass(frozen=True)
class Score:
    """A question with what was answered: shares are None where there is nothing to share."""

    asked: dict
    answered: bool
    given: tuple[str, ...]
    recall: float | None
    precision: float | None

    @property
    def refused_rightly(self) -> bool:
        return self.answered == self.asked["answered"]


def read_questions(path: Path = QUESTIONS) -> list[dict]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def score(asker, asked: dict) -> Score:
    """The score of one question; items of one line of `same` stand for each other."""
    reply = asker.ask(asked["question"])
    given = tuple(shorten(item.id) for item in reply.items)
    required = set(asked["required"])
    right, found = required | set(asked["also"]), set(given)
    for same in asked.get("same") or []:
        found |= set(same) if found & set(same) else set()
    recall = len(found & required) / len(required) if required else None
    nothing_right = None if required else 1.0
    precision = len(set(given) & right) / len(given) if given else nothing_right
    return Score(asked, reply.answered, given, recall, precision)


def mean(shares) -> float:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else 1.0
