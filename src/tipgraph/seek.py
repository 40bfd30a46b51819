"""Find words in a text as a person remembers them: exactly, by their letters, or nearly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from .answers import Span
from .spans import DASHES, DOUBLE, SINGLE, places

# Marks of layout, what is not seen, and dashes within words, also where a line ends.
_MARKUP = re.compile(
    r"<sup>[^<]*</sup>|</?[A-Za-z][^<>\n]{0,40}>|\*+|^#+(?=\s)"
    r"|[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+"
    rf"|(?<=\w)[-{DASHES}](?:[^\S\n]*\n[^\S\n]*)?(?=\w)",
    re.MULTILINE,
)
_ALIKE = str.maketrans(
    dict.fromkeys(SINGLE, "'") | dict.fromkeys(DOUBLE, '"') | dict.fromkeys(DASHES, "-")
)
_LEAST = 60.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where words stand, or nearly do: *score* is 100 if they are the same."""

    span: Span
    score: float
    exact: bool = False


class Reading:
    """A text as it is read aloud: no case, accents, hyphens, kinds of quotes or marks of layout.

    Places in it are places in the text.
    """

    def __init__(self, text: str) -> None:
        """Read *text*, which is kept as it is."""
        self.text = text

    def find(self, words: str) -> tuple[Hit, ...]:
        """Where *words* stand: exactly if they do so anywhere, else by their letters."""
        exact = tuple(Hit(span, 100.0, exact=True) for span in places(words, self.text))
        return exact or tuple(Hit(span, 100.0) for span in self.loosely(words))

    def loosely(self, words: str) -> tuple[Span, ...]:
        """Where *words* stand if what does not change how they are read does not count."""
        plain = Reading(words).plain
        return tuple(self._back(s.start, s.end) for s in places(plain, self.plain))

    def nearest(self, words: str, most: int = 3, least: float = _LEAST) -> tuple[Hit, ...]:
        """The *most* places that are most like *words*, best first, none below *least*."""
        wanted, rest = Reading(words).plain, self.plain
        found: list[Hit] = []
        while wanted and len(rest) >= len(wanted) and len(found) < most:
            best = fuzz.partial_ratio_alignment(wanted, rest, score_cutoff=least)
            if best is None:
                break
            start, end = _whole(rest, best.dest_start, best.dest_end)
            found.append(Hit(self._back(start, end), best.score))
            # Another character than any of the words, so that it is not found again.
            rest = rest[:start] + "\0" * (end - start) + rest[end:]
        return tuple(found)

    @property
    def plain(self) -> str:
        """The text as it is read."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[str, list[int]]:
        skipped = {n for m in _MARKUP.finditer(self.text) for n in range(m.start(), m.end())}
        letters: list[str] = []
        at: list[int] = []
        for n, letter in enumerate(self.text):
            if n in skipped or (letter.isspace() and (not letters or letters[-1] == " ")):
                continue
            for one in " " if letter.isspace() else _plain(letter):
                letters.append(one)
                at.append(n)
        if letters and letters[-1] == " ":
            letters.pop()
        return "".join(letters), at

    def _back(self, start: int, end: int) -> Span:
        at = self._read[1]
        first, last = at[start], at[end - 1] + 1
        while last < len(self.text) and unicodedata.category(self.text[last]) == "Mn":
            last += 1
        return Span(first, last)


def _plain(letter: str) -> str:
    """*letter* as it is typed without an accent, and in small letters."""
    if letter.isascii():
        return letter.lower().translate(_ALIKE)
    whole = unicodedata.normalize("NFKD", letter.translate(_ALIKE))
    return "".join(one for one in whole if unicodedata.category(one) != "Mn").lower()


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The place from *start* to *end* without broken words at its edges, or spaces."""
    end = min(max(end, start + 1), len(text))
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    while start < end - 1 and text[start] == " ":
        start += 1
    while start < end - 1 and text[end - 1] == " ":
        end -= 1
    return start, end
