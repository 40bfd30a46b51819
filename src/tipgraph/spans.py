"""Spans of a text: the words in them, their hash, and where they stand when moved."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from .answers import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Spans = tuple[Span, ...]
# What a locating phrase may have, in words.
FEWEST, MOST = 2, 8
_WORD = re.compile(r"\S+")
# Marks of layout, which a person who searches would not type.
_UNSEARCHABLE = re.compile(r"[*<>\[\]|#_`\\\n\"]")
_EDGES = "“”‘’()'.,;:!?–— "


def digest(text: str) -> str:
    """The SHA-256 of *text* in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def inside(spans: Sequence[Span], text: str) -> bool:
    """Whether there are spans, and all of them are whole and lie in *text*."""
    return bool(spans) and all(0 <= span.start < span.end <= len(text) for span in spans)


def parts(spans: Sequence[Span], text: str) -> list[str]:
    """The words of each of *spans*."""
    return [text[span.start : span.end] for span in spans]


def mark(spans: Sequence[Span], text: str) -> str:
    """The hash of the words of *spans*, joined with nothing between them."""
    return digest("".join(parts(spans, text)))


def shifted(spans: Sequence[Span], by: int) -> Spans:
    """*spans*, each *by* so many code points further on."""
    return tuple(Span(span.start + by, span.end + by) for span in spans)


def told(spans: Sequence[Span]) -> str:
    """*spans* for people, as `12–40, 51–60`."""
    return ", ".join(f"{span.start}–{span.end}" for span in spans)


def places(words: str, text: str) -> tuple[Span, ...]:
    """Where exactly *words* stand in *text*."""
    if not words:
        return ()
    return tuple(Span(m.start(), m.end()) for m in re.finditer(re.escape(words), text))


def phrase(spans: Sequence[Span], text: str, taken: Collection[str] = ()) -> str | None:
    """A locating phrase for *spans*: words in a row that stand once in *text*, none of *taken*.

    Longer phrases are not better: the first of five words is taken, else of more, else of fewer.
    """
    sizes = (5, 6, 7, 8, 4, 3, 2)
    found = [one for size in sizes for span in spans for one in _windows(text, span, size)]
    free = [one for one in found if one not in taken]
    return next((one for one in free if text.count(one) == 1), next(iter(free), None))


def _windows(text: str, span: Span, size: int) -> list[str]:
    words = list(_WORD.finditer(text, span.start, span.end))
    rows = (words[n : n + size] for n in range(len(words) - size + 1))
    found = (text[row[0].start() : row[-1].end()].strip(_EDGES) for row in rows)
    return [one for one in found if not _UNSEARCHABLE.search(one) and len(one.split()) == size]
