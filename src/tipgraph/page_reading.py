"""A document as it reads: its statements in the order of the text, and the text with its marks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from .lookup import Manner
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .answers import Document, Item, Passage
    from .lookup import Lookup

_MOST = 500


@dataclass(frozen=True, slots=True)
class Section:
    """Statements that stand in one section of a document; it may have no title."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The statements of a document in the order of its text, and the cursor of those after them."""

    sections: tuple[Section, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: the passages that have it, and those that begin or end with it."""

    text: str
    passages: tuple[str, ...]
    begins: tuple[str, ...]
    ends: tuple[str, ...]


def reading(lookup: Lookup, document: Document, cursor: str | None = None) -> Reading:
    """What *document* says, section by section, from *cursor* on."""
    manner = Manner(sort="position", fields=("label", "description", "evidence"))
    given = {"document": [slug(document.id)]}
    answer = lookup.items(lookup.kind("statements"), given, _MOST, cursor, manner)
    sections = groupby(answer.items, key=lambda item: _section(item, document))
    return Reading(
        tuple(Section(title, tuple(items)) for title, items in sections),
        answer.total,
        answer.next,
    )


def pieces(text: str, passages: Iterable[Passage]) -> list[Piece]:
    """*text* cut where passages begin and end; a passage begins and ends once, with its spans."""
    known = list({passage.id: passage for passage in passages}.values())
    spans = [(s.start, s.end, p.id) for p in known for s in p.spans]
    cuts = sorted({0, len(text), *(at for start, end, _ in spans for at in (start, end))})
    starts = {p.id: min(s.start for s in p.spans) for p in known if p.spans}
    ends = {p.id: max(s.end for s in p.spans) for p in known if p.spans}
    return [
        Piece(
            text[start:end],
            tuple(p for a, b, p in spans if a <= start and end <= b),
            tuple(p for p, at in starts.items() if at == start),
            tuple(p for p, at in ends.items() if at == end),
        )
        for start, end in pairwise(cuts)
    ]


def _section(item: Item, document: Document) -> str:
    found = (e.passage for e in item.evidence if e.passage and e.document.id == document.id)
    first = next(found, None)
    return first.section or "" if first else ""


def in_order(passages: Sequence[Passage]) -> list[Passage]:
    """*passages* in the order in which they begin."""
    return sorted(passages, key=lambda p: (min((s.start for s in p.spans), default=0), p.id))
