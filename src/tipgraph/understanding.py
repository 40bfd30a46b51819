"""What a question in plain words asks for: the kind of answer, its subject, its documents."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .lexicon import words_of
from .words import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .lexicon import Lexicon, Reading, Thing

_JOINTS = ("or", "and")
# Each thing has one of these, or few: to ask for two is to ask for either.
_SORTING = {"ResourceType", "Pillar", "ResponseType"}
UNDECIDED = "?"
# Cues of less weight do not say which statements are to tell of a response.
_TELLING = 5
_LISTED = re.compile(r"\([^()]*\)|\w/\w")
_CAPITAL = re.compile(r"(?<=[^\s.?!:;] )(?:[A-Z][\w'-]+)|\b[A-Z]{2,}\b")


@dataclass(frozen=True, slots=True)
class Want:
    """A kind of answer that words ask for, and which statements are to tell of it."""

    name: str
    sorts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern that speaks for a want, and how strongly."""

    want: str
    sorts: tuple[str, ...]
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question as it was understood.

    *readings* are its words that say something of the subject, *ignored* those that are unknown,
    and *documents* are the source documents that it is limited to.
    """

    question: str
    want: Want
    readings: tuple[Reading, ...]
    ignored: tuple[str, ...]
    documents: tuple[Thing, ...]
    strange: tuple[str, ...]

    @property
    def worth(self) -> float:
        """What all words are worth together."""
        return sum(reading.worth for reading in self.readings)


def cues(path: Path) -> tuple[Cue, ...]:
    """The cues of the file at *path*."""
    lines = [ln for ln in path.read_text(encoding="utf-8").splitlines() if not ln.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Cue(
            row["want"],
            tuple(row["sorts"].split()),
            float(row["weight"]),
            re.compile(row["pattern"]),
        )
        for row in rows
    )


def wanted(folded: str, known: Sequence[Cue]) -> Want:
    """The want for which the cues in *folded* speak most; the one named ? if none does."""
    votes: dict[str, float] = defaultdict(float)
    sorts: dict[str, dict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
    for cue in known:
        if cue.pattern.search(folded):
            votes[cue.want] += cue.weight
            sorts[cue.want][cue.sorts] += cue.weight
    name = max(votes, key=lambda each: votes[each], default=UNDECIDED)
    if votes.get(name, 0) <= 0:
        return Want(UNDECIDED)
    told = [sort for sort, weight in sorts[name].items() if sort and weight >= _TELLING]
    return Want(name, told[0] if len(told) == 1 else ())


def understand(
    question: str,
    lexicon: Lexicon,
    known: Sequence[Cue],
    voices: Mapping[str, Thing],
) -> Understanding:
    """What *question* asks for, by the words that *lexicon* knows."""
    folded = " ".join(fold(question).split())
    want = wanted(folded, known)
    capitals = {w for found in _CAPITAL.findall(question) for w in words_of(found)}
    readings: dict[tuple[str, ...], Reading] = {}
    ignored: list[str] = []
    strange: list[str] = []
    documents: list[Thing] = []
    last: tuple[str, ...] | None = None
    joint = ""
    for reading in lexicon.read(words_of(_LISTED.sub(_parted, question))):
        if reading.given in _JOINTS:
            joint = reading.given
            continue
        sources = [voices.get(t.iri, t) for t in reading.things]
        if sources and all(source.kind == "SourceDocument" for source in sources):
            documents += sources
        elif reading.given in lexicon.stopwords or _small(reading.given):
            continue
        elif not reading.known:
            (strange if reading.given in capitals else ignored).append(reading.given)
        elif last in readings and _alternative(joint, readings[last], reading):
            readings[last] = readings[last].or_else(reading)
        else:
            readings.setdefault(reading.meant, reading)
            last = reading.meant
        joint = ""
    return Understanding(
        question,
        want,
        tuple(readings.values()),
        tuple(ignored),
        tuple(dict.fromkeys(documents)),
        tuple(strange),
    )


def _parted(match: re.Match[str]) -> str:
    """What stands in brackets or between slashes, with its parts as alternatives."""
    return re.sub("[,/;]", " or ", match[0])


def _alternative(joint: str, first: Reading, second: Reading) -> bool:
    """Whether two words are alternatives: parted by "or", or two kinds of a thing by "and"."""
    kinds = [{thing.kind for thing in each.things} & _SORTING for each in (first, second)]
    return joint == "or" or (joint == "and" and bool(kinds[0] & kinds[1]))


def _small(word: str) -> bool:
    return len(word) == 1 or word.isdigit()
