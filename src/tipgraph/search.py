"""Full text over all kinds of things: ranked, by the beginnings of words, tolerant of a slip."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import BadParameter
from .lookup import PLACES, PLAIN, Match, places_of
from .terms import Iri, Literal, expand, text_of
from .words import sought

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Answer, Item
    from .ask import Asker
    from .evidence import Bench
    from .lookup import Lookup, Manner
    from .words import Sought

# Statements repeat what the things say that they are about; concepts come after what uses them.
KINDS = (
    "responses",
    "impacts",
    "groups",
    "actors",
    "documents",
    "resources",
    "figures",
    "concepts",
)
_WORTH = {
    "label": 8,
    "title": 8,
    "alternative label": 6,
    "measure": 4,
    "description": 3,
    "population": 3,
    "hidden label": 2,
    "phrase": 1,
}

__all__ = ["KINDS", "Hits", "kinds_of", "search"]


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search finds, best first, and the words that were sought."""

    answer: Answer
    words: tuple[str, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The things found, of one page."""
        return self.answer.items


@dataclass(frozen=True, slots=True)
class _Hit:
    """A thing that has all words: its worth, and why it was found."""

    worth: int
    match: Match


def search(
    text: str,
    lookup: Lookup,
    asker: Asker,
    *,
    kinds: Sequence[str],
    limit: int,
    cursor: str | None = None,
    manner: Manner = PLAIN,
) -> Hits:
    """The things of *kinds* whose texts have words that begin as those of *text*, best first."""
    words = [_spelt(word, asker) for word in sought(text)]
    hits: dict[str, _Hit] = {}
    queries = []
    for name in kinds:
        kind = lookup.kind(name)
        chosen = Iri(expand(kind.type) or expand(f"tip:{kind.type}") or kind.type)
        query = kind.reading.bind(
            {"class": [chosen], "word": [Literal(folded) for _, folded in words]}
        )
        queries.append(query)
        for iri, hit in _hits(query, words, asker.bench).items():
            hits.setdefault(iri, hit)
    order = sorted(hits, key=lambda iri: (-hits[iri].worth, iri))
    found = {iri: hits[iri].match for iri in order}
    every = [lookup.kind(name) for name in kinds]
    answer = lookup.ranked(
        every, found, "\n".join(queries), limit=limit, cursor=cursor, manner=manner
    )
    return Hits(answer, tuple(folded for _, folded in words))


def kinds_of(given: Sequence[str]) -> tuple[str, ...]:
    """The kinds to search: those *given*, parted by commas, or all."""
    named = [part.strip() for text in given for part in text.split(",") if part.strip()]
    for name in named:
        if name not in KINDS:
            message = f"kind={name}: give some of {', '.join(KINDS)}."
            raise BadParameter(message, parameter="kind", value=name, suggestions=KINDS)
    return tuple(dict.fromkeys(named)) or KINDS


def _spelt(word: Sought, asker: Asker) -> tuple[str, str]:
    """The word as given, and as it is sought: the nearest known, where none begins like it."""
    known = " " in word.folded or asker.lexicon.begins(word.folded)
    return word.given, word.folded if known else asker.lexicon.spelt(word.folded)


def _hits(query: str, words: Sequence[tuple[str, str]], bench: Bench) -> Mapping[str, _Hit]:
    places: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    statements: dict[str, dict[str, None]] = defaultdict(dict)
    for row in bench.store.select(query):
        item = text_of(row["item"])
        places[item][text_of(row["word"])].add(text_of(row["place"]))
        if row["statement"] is not None:
            statements[item][text_of(row["statement"])] = None
    asked = {folded for _, folded in words}
    return {
        item: _Hit(
            sum(max(_WORTH[place] for place in found[word]) for word in asked),
            Match(_why(words, found), tuple(statements[item])),
        )
        for item, found in places.items()
        if asked <= set(found)
    }


def _why(words: Sequence[tuple[str, str]], found: Mapping[str, set[str]]) -> tuple[str, ...]:
    return tuple(
        f"has “{given}”{'' if folded.startswith(given.lower()) else f' (read as “{folded}”)'} in "
        + ", ".join(PLACES[place] for place in places_of(found[folded]))
        for given, folded in words
    )
