"""The sentences and items of a text that are its content, each with its section and its lead."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from .answers import Span
from .sections import headings, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .clues import Clues
    from .sections import Heading
    from .spans import Spans

_PARAGRAPH = re.compile(r"\S(?:(?!\n[^\S\n]*\n).)*", re.DOTALL)
_ENDED = re.compile(r"[.!?:;][\"”’)\]*]*(?:<sup>[^<]*</sup>|\[\d+\])*\s*$")
_ITEM = re.compile(r"\s*(?:[•●▪◦·*-]|\(?[0-9a-z]{1,3}[.)])\s")
_OFTEN, _SHORT, _TELLING = 3, 100, 7
# What is longer is no sentence, and patterns would take long on it.
_LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a text by its spans: several where a page or a note cuts it.

    *lead* is the sentence that introduces the list in which it stands.
    """

    spans: Spans
    text: str
    section: str | None
    lead: str = ""
    is_item: bool = False
    is_heading: bool = False

    @property
    def is_telling(self) -> bool:
        """Whether it may state something: a heading only if it has words enough, and no title."""
        told = len(self.text.split()) >= _TELLING and not self.text.startswith("# ")
        return told or not self.is_heading


@dataclass(frozen=True, slots=True)
class _Paragraph:
    start: int
    end: int
    sentences: tuple[Span, ...]
    is_item: bool
    is_heading: bool


def pieces(text: str, clues: Clues) -> tuple[Piece, ...]:
    """The content of *text*, without what *clues* say is none."""
    blocks = _content(text, clues)
    heads = _heads(text, blocks)
    at = [head.at for head in heads]
    found: list[Piece] = []
    lead = ""
    whole = {head.at for head in heads if not head.runs_in}
    for paragraph in _paragraphs(text, blocks, whole):
        if not paragraph.is_item:
            lead = ""
        for span in paragraph.sentences:
            words = text[span.start : span.end]
            above = bisect_right(at, span.start) - 1
            section = heads[above].title if above >= 0 else None
            piece = Piece((span,), words, section, lead, paragraph.is_item, paragraph.is_heading)
            if found and span == paragraph.sentences[0] and _goes_on(found[-1], piece):
                found[-1] = _joined(found[-1], piece)
            else:
                found.append(piece)
        last = text[paragraph.start : paragraph.end].rstrip("* \n")
        lead = found[-1].text if last.endswith(":") and not paragraph.is_item else lead
    return tuple(one for one in found if len(one.text) <= _LONGEST)


def _content(text: str, clues: Clues) -> list[re.Match[str]]:
    """The paragraphs of *text* that are content."""
    blocks = list(_PARAGRAPH.finditer(text))
    plain = [" ".join(block[0].split()) for block in blocks]
    often = Counter(plain)
    return [
        block
        for block, words in zip(blocks, plain, strict=True)
        if not (often[words] >= _OFTEN and len(words) <= _SHORT)
        and not any(clue.pattern.search(words[:_LONGEST]) for clue in clues.unread)
    ]


def _heads(text: str, blocks: Sequence[re.Match[str]]) -> list[Heading]:
    """The headings of *text*; a short line that goes on behind what is no content is none."""
    after = {above.start(): block[0] for above, block in pairwise(blocks)}
    return [
        head
        for head in headings(text)
        if text[head.at] in "#*" or not _is_small(after.get(head.at, ""))
    ]


def _is_small(words: str) -> bool:
    return words.lstrip("*_“\"'(")[:1].islower()


def _paragraphs(
    text: str, blocks: Sequence[re.Match[str]], heads: set[int]
) -> Iterator[_Paragraph]:
    spans = sentences(text)
    begins = [span.start for span in spans]
    for block in blocks:
        within = spans[bisect_left(begins, block.start()) : bisect_left(begins, block.end())]
        if block.start() in heads or not within:
            own = _heading(within)
            yield _Paragraph(block.start(), block.end(), own, is_item=False, is_heading=True)
            continue
        for start, end, own in _items(block, within):
            item = bool(_ITEM.match(text, start))
            yield _Paragraph(start, end, own, is_item=item, is_heading=False)


def _heading(within: Sequence[Span]) -> tuple[Span, ...]:
    """A heading is one piece."""
    return (Span(within[0].start, within[-1].end),) if within else ()


def _items(
    block: re.Match[str], within: Sequence[Span]
) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
    """The items of a list that stand in one block, each with its sentences."""
    lines = [m.start() + 1 for m in re.finditer(r"\n(?=\s*(?:[•●▪◦·*-])\s)", block[0])]
    cuts = [block.start(), *(block.start() + at for at in lines), block.end()]
    for n in range(len(cuts) - 1):
        own = tuple(span for span in within if cuts[n] <= span.start < cuts[n + 1])
        if own:
            yield cuts[n], cuts[n + 1], own


def _goes_on(above: Piece, piece: Piece) -> bool:
    starts_small = _is_small(piece.text)
    whole = above.is_heading or piece.is_heading or piece.is_item
    return starts_small and not whole and not _ENDED.search(above.text)


def _joined(above: Piece, piece: Piece) -> Piece:
    return Piece(
        (*above.spans, *piece.spans),
        f"{above.text} {piece.text}",
        above.section,
        above.lead,
        above.is_item,
    )
