"""The sentences of a text, and the headings above them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from .answers import Span
from .seek import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

_PARAGRAPH = re.compile(r"(?:(?!\n[^\S\n]*\n).)+", re.DOTALL)
_ITEM = re.compile(r"\n(?=[^\S\n]*(?:[•●▪◦·*-]|\(?[0-9a-z]{1,3}[.)])\s)")
_BULLET = re.compile(r"\s*(?:(?:[•●▪◦·]|[*-](?=\s))\s*)?")
_END = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bNo\.)(?<!\b[A-Z]\.)(?<!\bvs\.)(?<!\bDr\.)"
    r"(?<=[.!?])[\"”’)\]*]*(?:<sup>[^<]*</sup>)*(?=\s+[\"“‘'(\[*]*[A-Z0-9])"
)
_LONGEST = 120
_FORBIDDEN = (".", ",", ";", ":", "!")
_FENCES = re.compile(r"^[\W\d_]*$|^-+.*-+$|^page\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that heads what follows it, and where it begins."""

    at: int
    title: str


def sentence(text: str, place: Span) -> Span:
    """The sentence, or the sentences, of *text* in which *place* lies."""
    found = [s for s in sentences(text) if s.start < place.end and place.start < s.end]
    if not found:
        return place
    return Span(min(place.start, found[0].start), max(place.end, found[-1].end))


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of *text*; items of lists and lines between empty ones are sentences too."""
    return tuple(
        Span(start, end)
        for block in _PARAGRAPH.finditer(text)
        for item in _cut(text, block.start(), block.end(), _ITEM)
        for start, end in _trimmed(text, _cut(text, *item, _END))
    )


def headings(text: str) -> tuple[Heading, ...]:
    """The lines of *text* that look like headings, in order."""
    found = (_heading(m.start(), m[0]) for m in _PARAGRAPH.finditer(text))
    return tuple(heading for heading in found if heading is not None)


def known_headings(text: str, titles: Iterable[str]) -> tuple[Heading, ...]:
    """Where lines of *text* begin with one of *titles*, or a heading holds it, in order."""
    reading = Reading(text)
    heads = {heading.at: heading.title for heading in headings(text)}
    found = []
    for title in dict.fromkeys(titles):
        for span in reading.loosely(title):
            line = text.rfind("\n", 0, span.start) + 1
            before = text[line : span.start]
            if not before.strip("#*_ \t") or line + len(before) - len(before.lstrip()) in heads:
                found.append(Heading(span.start, title))
    return tuple(sorted(found, key=lambda heading: heading.at))


def above(found: Iterable[Heading], at: int) -> Heading | None:
    """The last heading of *found* that begins at or before *at*."""
    return max((h for h in found if h.at <= at), key=lambda heading: heading.at, default=None)


def _heading(at: int, block: str) -> Heading | None:
    line = block.strip()
    title = line.lstrip("#").strip("*_ \t")
    if "\n" in line or not title or len(title) > _LONGEST or _FENCES.match(title):
        return None
    marked = line.startswith(("#", "**"))
    plain = not title.endswith(_FORBIDDEN) and title[0].isupper() and not line.startswith("<")
    return Heading(at + len(block) - len(block.lstrip()), title) if marked or plain else None


def _cut(text: str, start: int, end: int, between: re.Pattern[str]) -> list[tuple[int, int]]:
    cuts = [start, *(m.end() for m in between.finditer(text, start, end)), end]
    return [(a, b) for a, b in pairwise(cuts) if a < b]


def _trimmed(text: str, ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found = []
    for start, end in ranges:
        bullet = _BULLET.match(text, start, end)
        first = bullet.end() if bullet else start
        last = start + len(text[start:end].rstrip())
        if first < last:
            found.append((first, last))
    return found
