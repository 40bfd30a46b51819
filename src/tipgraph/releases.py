"""Ask two releases of the graph the same, to see how the answers differ."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from .ask import Asker
from .differences import Difference, Side, difference
from .errors import BadParameter, NotFound
from .lookup import Lookup, Manner
from .opening import open_bench, open_kept
from .questions import Questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .answers import Item

    # What a release answers, and why it does not if so.
    Told = tuple[tuple[Item, ...], str]

# What stands for the files that came with tipgraph.
SHIPPED = "shipped"


class Release:
    """A release at a *place*, asked by the question files of this tipgraph."""

    def __init__(self, place: str) -> None:
        """Open what stands at *place*."""
        self.place = place
        self.bench = open_bench(None if place == SHIPPED else place, None, open_kept)
        self.lookup = Lookup(self.bench)
        self.questions = Questions(self.bench, self.lookup.names)

    def question(self, name: str, given: Mapping[str, str]) -> Told:
        """The answer to a question file."""
        return self.questions.answer(self.questions.ask(name, given)).items, ""

    def every(self, name: str) -> Told:
        """The answer to a question file for all that its parameters may be."""
        return self.questions.answer(self.questions.ask_all(name)).items, ""

    def things(self, name: str, given: Mapping[str, str]) -> Told:
        """The things of a kind that fit each facet given."""
        kind = self.lookup.kind(name)
        facets = {facet: [text] for facet, text in given.items()}
        manner = Manner(evidence=None)
        return self.lookup.items(kind, facets, sys.maxsize, manner=manner).items, ""

    def ask(self, question: str) -> Told:
        """The answer to a question in plain words."""
        reply = Asker(self.bench, self.lookup, self.questions).ask(question)
        return reply.items, "" if reply.answered else reply.reason

    def side(self, items: tuple[Item, ...], reason: str) -> Side:
        """An answer of this release."""
        return Side(self.place, self.bench.release.version, items, reason)


class Releases:
    """Two releases, and how their answers differ."""

    def __init__(self, old: str, new: str) -> None:
        """Open what stands at *old* and at *new*."""
        self._old, self._new = Release(old), Release(new)

    def question(self, name: str, given: Mapping[str, str]) -> Difference:
        """How the answer to a question file differs."""
        return self._difference(_said("question", name, given), lambda r: r.question(name, given))

    def things(self, kind: str, given: Mapping[str, str]) -> Difference:
        """How the list of a kind by facets differs."""
        return self._difference(_said("list", kind, given), lambda r: r.things(kind, given))

    def ask(self, question: str) -> Difference:
        """How the answer to a question in plain words differs."""
        return self._difference(f"ask {question}", lambda r: r.ask(question))

    def every(self) -> Iterator[Difference]:
        """How the answers to all question files differ, each asked for all that it may be about."""
        for name in self._new.questions.all:
            yield self._difference(f"question {name}", partial(Release.every, name=name))

    def _difference(self, asked: str, asking: Callable[[Release], Told]) -> Difference:
        sides, faults = [], []
        for release in (self._old, self._new):
            try:
                sides.append(release.side(*asking(release)))
            except (BadParameter, NotFound) as error:
                # What one release does not know is a difference; what neither does is a mistake.
                sides.append(release.side((), str(error)))
                faults.append(error)
        if len(faults) == len(sides):
            raise faults[-1]
        return difference(asked, sides[0], sides[1], (self._old.bench, self._new.bench))


def _said(what: str, name: str, given: Mapping[str, str]) -> str:
    return " ".join([what, name, *(f"{key}={text}" for key, text in given.items())])
