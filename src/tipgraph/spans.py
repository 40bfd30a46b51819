"""Spans of a text: the words in them, their hash, and where they stand when moved."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
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
_CUT = re.compile(r"[-\u00ad\u2010]\s$")
_MOST_SPACES = 40
# Marks that a page shows, and that a person types as ', " and -.
SINGLE = "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u02bc\u00b4`"
DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_DRESSED = frozenset(f"{SINGLE}{DOUBLE}{DASHES}…")


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


def searchable(words: str) -> bool:
    """Whether *words* will do for a phrase: few, with single spaces, and a page shows all of it."""
    parted = words.split(" ")
    few = len(parted) <= MOST and all(parted)
    plain = "".join(one for one in words if one not in _DRESSED)
    whole = words.isascii() or unicodedata.normalize("NFKC", plain) == plain
    return few and whole and words.isprintable() and not _UNSEARCHABLE.search(words)


def is_typed(words: str) -> bool:
    """Whether a person would type each mark of *words* as it stands."""
    return not _DRESSED & set(words)


def phrase(spans: Sequence[Span], text: str, taken: Collection[str] = ()) -> str | None:
    """A locating phrase for *spans*: words in a row that stand once in *text*, none of *taken*.

    Longer phrases are not better: the first of five words is taken, else of more, else of fewer.
    Words that a person would type as they stand go before others.
    """
    sizes = (5, 6, 7, 8, 4, 3, 2)
    found = (one for size in sizes for span in spans for one in _windows(text, span, size))
    others: list[str] = []
    for one in (one for one in found if one not in taken):
        if is_typed(one) and _once(one, text):
            return one
        others.append(one)
    best = (one for one in others if _once(one, text))
    return next(best, next(filter(is_typed, others), next(iter(others), None)))


def _once(words: str, text: str) -> bool:
    whole, sought = _folded(text), words.casefold()
    first = whole.find(sought)
    return first >= 0 and whole.find(sought, first + 1) < 0


@lru_cache(maxsize=2)
def _folded(text: str) -> str:
    return text.casefold()


def _windows(text: str, span: Span, size: int) -> list[str]:
    words = list(_WORD.finditer(text, span.start, span.end))
    rows = (words[n : n + size] for n in range(len(words) - size + 1))
    whole = (row for row in rows if not _is_cut(text, row[0].start(), row[-1].end()))
    found = (text[row[0].start() : row[-1].end()].strip(_EDGES) for row in whole)
    return [one for one in found if searchable(one) and len(one.split(" ")) == size]


def _is_cut(text: str, start: int, end: int) -> bool:
    """Whether the end of a line cuts the first or the last word of *text* from *start* to *end*."""
    before = text[max(0, start - _MOST_SPACES) : start].rstrip(" ")
    return bool(_CUT.search(before) or _CUT.search(text[end - 1 : end + 1]))
