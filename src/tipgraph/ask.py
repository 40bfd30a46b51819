"""Answer questions in plain words, without a language model."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from .lexicon import Lexicon, Thing
from .lookup import Lookup, Match, plain
from .queries import read
from .questions import Questions
from .terms import Iri, Literal, expand, text_of
from .understanding import Understanding, understand, wants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from .answers import Item
    from .evidence import Bench
    from .queryable import Rows
    from .terms import Term
    from .understanding import Want

_TABLE = re.compile(r"VALUES \((?P<names>[?\w ]+)\) \{ \([^\n]*\) \}")
_LEAST = re.compile(r"(?<=HAVING\(SUM\(\?points\) >= )[0-9.]+")
# Of all that the words of a question are worth, a thing must meet so much.
PART = 0.45
_NONE = "owl:bottomObjectProperty"
_TOLD = {"recommendation": "tip:recommendedIn", "practice": "tip:practisedIn"}
_ASKED = "question:"
# What a question may be about that names no kind of answer; the better met is taken.
_EITHER = ("Impact", "PolicyResponse itself")
_IMPACTS_FIRST = 1.2

__all__ = ["Asker", "Reply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a question in plain words, with what was understood.

    If it was not *answered*, *reason* says why and *nearest* which words the graph does know.
    """

    understood: Understanding
    answered: bool
    reason: str
    want: str
    items: tuple[Item, ...] = ()
    sparql: str = ""
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reach:
    """How the things of a want are reached from statements, and by what these are met."""

    kinds: tuple[str, ...]
    reach: tuple[str, ...]
    via: tuple[tuple[str, str], ...]
    best: float


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query finds, best first, with the words met and the statements, and the query."""

    matches: Mapping[str, Match]
    best: float
    sparql: str
    want: str


class Asker:
    """Answers questions in plain words from a graph."""

    def __init__(self, bench: Bench, lookup: Lookup, questions: Questions) -> None:
        """Answer with what *lookup* and *questions* find in *bench*."""
        self.bench = bench
        self._lookup = lookup
        self._questions = questions
        self._folder = bench.layout.queries / "ask"
        self._rank = read(self._folder / "rank.rq")
        self._wants = wants(self._folder / "wants.tsv")
        self._reaches = _reaches(self._folder / "reaches.tsv")
        self._lock = Lock()
        self._lexicon: Lexicon | None = None

    @classmethod
    def over(cls, bench: Bench) -> Asker:
        """One who answers from *bench* alone."""
        lookup = Lookup(bench)
        return cls(bench, lookup, Questions(bench, lookup.names))

    @property
    def lexicon(self) -> Lexicon:
        """The words that the graph knows, read when first asked for."""
        with self._lock:
            if self._lexicon is None:
                self._lexicon = Lexicon(self.bench.store, self._folder)
            return self._lexicon

    def ask(self, question: str) -> Reply:
        """The answer to *question*, or why there is none."""
        understood = self.understand(question)
        want = understood.want
        if want.name.startswith(_ASKED):
            return self._filed(understood)
        refusal = _refusal(understood)
        if refusal:
            strange = (*understood.strange, *understood.ignored)
            near = tuple(dict.fromkeys(n for w in strange for n in self.lexicon.nearest(w)))
            return Reply(understood, False, refusal, want.name, nearest=near[:6])
        names = _EITHER if want.name == "?" else (_full_name(want),)
        found = max((self._find(understood, name) for name in names), key=_weight)
        kinds = self._reaches[found.want].kinds
        items = [
            item
            for kind in kinds
            for item in self._lookup.ranked(self._lookup.kind(kind), found.matches)
        ]
        order = list(found.matches)
        items.sort(key=lambda item: order.index(item.id))
        reason = "" if items else "The documents were assessed whole, and nothing was found."
        return Reply(understood, True, reason, found.want, tuple(items), found.sparql)

    def understand(self, question: str) -> Understanding:
        """What *question* asks for."""
        return understand(question, self.lexicon, self._wants, self._voices)

    @cached_property
    def _voices(self) -> Mapping[str, Thing]:
        """The document that is meant where its publisher is named."""
        rows = self.bench.store.select(read(self._folder / "voices.rq").text)
        called = {iri: document.label for iri, document in self.bench.documents.items()}
        pairs = [(text_of(row["actor"]), text_of(row["document"])) for row in rows]
        return {actor: Thing(iri, called[iri], "SourceDocument") for actor, iri in pairs}

    def _filed(self, understood: Understanding) -> Reply:
        """The answer of the question file that the words name."""
        name, *given = understood.want.name.removeprefix(_ASKED).split()
        reply = self._questions.ask(name, dict(_pair(each) for each in given))
        items = self._questions.answer(reply).items
        return Reply(understood, True, "", understood.want.name, items, reply.sparql)

    def _find(self, understood: Understanding, name: str) -> _Found:
        """What the words of *understood* find of the want *name*, the tail cut off."""
        query = self._query(understood, name)
        least = max(0.1, PART * understood.worth)
        rows = self.bench.store.select(_LEAST.sub(f"{least:.3f}", query))
        best = max((float(text_of(row["score"])) for row in rows), default=0.0)
        least = round(max(least, self._reaches[name].best * best), 3)
        matches = _matches(understood, rows, least)
        return _Found(matches, best, _LEAST.sub(f"{least:.3f}", query), name)

    def _query(self, understood: Understanding, name: str) -> str:
        reach, told = self._reaches[name], [_TOLD[s] for s in understood.want.sorts]
        told = told if name == "PolicyResponse" else []
        given: dict[str, Sequence[Iri | Literal]] = {
            "reach": _iris([] if told else reach.reach),
            "reached": _iris(reach.reach if told else []),
            "told": _iris(told),
            "itself": _iris(
                ["tip:FigureStatement" if name == "FigureStatement" else "owl:Nothing"]
            ),
        }
        if understood.documents:
            given["document"] = [Iri(thing.iri) for thing in understood.documents]
        tables = {
            "?word ?form ?worth": _forms(understood),
            "?word ?concept ?worth": _concepts(understood),
            "?via ?near": " ".join(f"({via} {near})" for via, near in reach.via),
        }
        query = self._rank.bind(given)
        return _TABLE.sub(lambda m: f"VALUES ({m['names']}) {{ {tables[m['names']]} }}", query)


def _refusal(understood: Understanding) -> str:
    """Why the question is not answered: nothing, if its words are known well enough."""
    known, unknown = len(understood.readings), len(understood.ignored) + len(understood.strange)
    strange = (*understood.strange, *understood.ignored)
    if understood.strange or (strange and unknown >= known):
        return f"The graph does not know {', '.join(f'“{word}”' for word in strange)}."
    if not known and not understood.documents:
        return "The question has no word that says what it is about; name a subject."
    return ""


def _matches(understood: Understanding, rows: Rows, least: float) -> dict[str, Match]:
    """The things of *rows* that score *least*, with the words that the best statement met."""
    first: dict[str, dict[str, Term | None]] = {}
    statements: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if float(text_of(row["score"])) >= least:
            first.setdefault(text_of(row["item"]), row)
            statements[text_of(row["item"])].append(text_of(row["statement"]))
    return {
        item: Match((*_why(understood, row), *_roundabout(row)), tuple(statements[item]))
        for item, row in first.items()
    }


def _roundabout(row: Mapping[str, Term | None]) -> tuple[str, ...]:
    """That a thing is met by an impact that it addresses, and how surely it does."""
    if text_of(row["side"]) != "2":
        return ()
    told = [
        w for name, w in (("far", "indirectly"), ("inferred", "by inference")) if plain(row[name])
    ]
    return (" ".join(("met by an impact that it addresses", *told)),)


def _why(understood: Understanding, row: Mapping[str, Term | None]) -> tuple[str, ...]:
    """Which words of the question are met, what they were taken for, and which are not met."""
    met = {int(number) for number in text_of(row["met"]).split()}
    numbered = list(enumerate(understood.readings, 1))
    whys = [f"meets {_taken(reading.given, reading.things)}" for n, reading in numbered if n in met]
    missed = [f"“{reading.given}”" for n, reading in numbered if n not in met]
    return (*whys, *([f"does not meet {', '.join(missed)}"] if missed else []))


def _taken(given: str, things: Sequence[Thing]) -> str:
    labels = dict.fromkeys(thing.label for thing in things)
    return f"“{given}”" + (f" ({'; '.join(labels)})" if labels else "")


def _weight(found: _Found) -> float:
    """How well a want is met; impacts come first, unless responses are clearly better met."""
    return found.best * (_IMPACTS_FIRST if found.want == _EITHER[0] else 1)


def _full_name(want: Want) -> str:
    return " ".join((want.name, *want.sorts)) if want.name == "Actor" else want.name


def _forms(understood: Understanding) -> str:
    return " ".join(
        f'({at} " {form} " {reading.worth * near:.3f})'
        for at, reading in enumerate(understood.readings, 1)
        for form, near in reading.forms.items()
    )


def _concepts(understood: Understanding) -> str:
    return " ".join(
        f"({at} <{thing.iri}> {reading.worth:.3f})"
        for at, reading in enumerate(understood.readings, 1)
        for thing in reading.things
    )


def _iris(names: Iterable[str]) -> list[Iri | Literal]:
    return [Iri(expand(name) or name) for name in (*names,) or (_NONE,)]


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _reaches(path: Path) -> Mapping[str, _Reach]:
    lines = [ln for ln in path.read_text(encoding="utf-8").splitlines() if not ln.startswith("#")]
    return {
        row["want"]: _Reach(
            tuple(row["kinds"].split()),
            tuple(row["reach"].split()),
            tuple(_pair(each) for each in row["via"].split()),
            float(row["best"]),
        )
        for row in csv.DictReader(lines, delimiter="\t")
    }
