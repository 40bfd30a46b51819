"""The sentences of a text, and the headings above them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from .answers import Span
from .seek import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PARAGRAPH = re.compile(r"(?:(?!\n[^\S\n]*\n).)+", re.DOTALL)
_ITEM = re.compile(r"\n(?=[^\S\n]*(?:[•●▪◦·*-]|\(?[0-9a-z]{1,3}[.)])\s)")
_BULLET = re.compile(r"\s*(?:(?:[•●▪◦·]|[*-](?=\s))\s*)?")
_END = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bNo\.)(?<!\b[A-Z]\.)(?<!\bvs\.)(?<!\bDr\.)"
    r"(?<=[.!?])[\"”’)\]*]*(?:<sup>[^<]*</sup>)*(?=\s+[\"“‘'(\[*]*[A-Z0-9])"
)
_LONGEST, _LONGEST_MARKED = 120, 400
_FORBIDDEN = (".", ",", ";", ":", "!")
_FENCES = re.compile(r"^[\W\d_]*$|^-+.*-+$|^page\b", re.IGNORECASE)
_MARKED = re.compile(r"#{1,6}[ \t]+(?P<hashed>[^\n]+)|(?:\*\*|__)(?P<bold>[^\n]+?)(?:\*\*|__)")
# A text with so many marked headings has no others.
_ENOUGH = 3
# Lines of a list, such as links or the words on a cover: so many in a row.
_LIST = 3
_DATED = re.compile(r"\d{4}-\d\d|\d\d?[./]\d\d?[./]\d{2}|©|\S {3,}\S|\t|\w+: \S+ \w+/")
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_NAMED = re.compile(r"\s\W*[A-Z0-9]|[A-Z0-9]{2}|:")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that heads what follows it, where it begins, and whether text follows on that line."""

    at: int
    title: str
    runs_in: bool = False


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
    """The lines of *text* that are marked as headings, or else look like them, in order."""
    blocks = list(_PARAGRAPH.finditer(text))
    marked = [heading for block in blocks if (heading := _marked(block.start(), block[0]))]
    if len(marked) >= _ENOUGH:
        return tuple(marked)
    known = {heading.at for heading in marked}
    plain = [heading for heading in _plain(blocks) if heading.at not in known]
    return tuple(sorted([*marked, *plain], key=lambda heading: heading.at))


def known_headings(text: str, titles: Iterable[str]) -> tuple[Heading, ...]:
    """Where lines of *text* begin with one of *titles*, or else a heading holds it, in order."""
    reading = Reading(text)
    heads = {text.rfind("\n", 0, heading.at) + 1 for heading in headings(text)}
    found = []
    for title in dict.fromkeys(titles):
        places = reading.loosely(title)
        lines = {span.start: text.rfind("\n", 0, span.start) + 1 for span in places}
        begins = [at for at, line in lines.items() if not text[line:at].strip("#*_ \t")]
        holds = [at for at, line in lines.items() if line in heads]
        found += [Heading(at, title) for at in begins or holds]
    return tuple(sorted(found, key=lambda heading: heading.at))


def above(found: Iterable[Heading], at: int) -> Heading | None:
    """The last heading of *found* that begins at or before *at*."""
    return max((h for h in found if h.at <= at), key=lambda heading: heading.at, default=None)


def _marked(at: int, block: str) -> Heading | None:
    """The heading that a paragraph is or begins with, by its marks."""
    line = block.strip()
    match = _MARKED.match(line)
    if match is None:
        return None
    title, rest = match["hashed"] or match["bold"], line[match.end() :].strip("*_# \t")
    leads = title.rstrip("*_ ").endswith((".", ":")) or match["hashed"]
    title = title.strip("#*_ \t")
    longest = _LONGEST if rest else _LONGEST_MARKED
    if not title or len(title) > longest or _FENCES.match(title) or (rest and not leads):
        return None
    start = at + len(block) - len(block.lstrip())
    return Heading(start, title.rstrip(".: ") if rest else title, runs_in=bool(rest))


def _plain(blocks: Sequence[re.Match[str]]) -> Iterator[Heading]:
    """The paragraphs that look like headings: short lines that head something.

    A line that stands twice, an acronym alone, a date or the part of a sentence heads nothing;
    nor does, in a row of such lines, a name or a title.
    """
    lines = [block[0].strip() if _is_line(block[0]) else "" for block in blocks]
    often = Counter(lines)
    rows = _rows(lines)
    for n, (block, line) in enumerate(zip(blocks, lines, strict=True)):
        after = blocks[n + 1][0].lstrip("*_“\"'( \t\n") if n + 1 < len(blocks) else ""
        heads = bool(after) and not after[:1].islower() and often[line] == 1
        listed = rows[n] >= _LIST and _NAMED.search(line)
        if line and heads and not (listed or _ACRONYM.fullmatch(line) or _DATED.search(line)):
            yield Heading(block.start() + len(block[0]) - len(block[0].lstrip()), line)


def _is_line(block: str) -> bool:
    line = block.strip()
    whole = "\n" not in line and len(line) <= _LONGEST and not _FENCES.match(line)
    return whole and line[:1].isupper() and not line.endswith(_FORBIDDEN)


def _rows(lines: Sequence[str]) -> list[int]:
    """How many lines stand in a row where each stands."""
    sizes = ((bool(key), len(list(found))) for key, found in groupby(lines, key=bool))
    return [size if is_line else 0 for is_line, size in sizes for _ in range(size)]


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
