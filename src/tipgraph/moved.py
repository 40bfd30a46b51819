"""Where a passage went in a text: it stands as coded, was moved, has other words, or is gone."""

from __future__ import annotations

from bisect import bisect, insort
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING

from .answers import Span
from .sections import sentence
from .seek import Hit, Reading
from .spans import Spans, inside, mark, parts, places, shifted, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CERTAIN, LIKELY, DOUBTFUL, GONE = "certain", "likely", "doubtful", "gone"
SURENESS = (CERTAIN, LIKELY, DOUBTFUL, GONE)
_ALIKE = 70.0
# How much closer together, or further apart, two spans of a passage are looked for.
_APART = 60
_TRIES = 20_000
_NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class Marked:
    """How a passage is marked: spans, the hash of their words, and a phrase; each may be empty."""

    spans: Spans
    sha256: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a passage stands, how *sure* that is, and why; *score* says how alike the words are."""

    sure: str
    spans: Spans
    reason: str
    score: int = 100
    by: int | None = None


class Seeker:
    """Looks for passages in one text, and learns from each by how much the text was shifted.

    *former* is the text that was coded; with *edition*, the text is another one than that.
    """

    def __init__(self, text: str, former: str | None = None, *, edition: bool = False) -> None:
        """Know of no shift yet."""
        self.text = text
        self._reading = Reading(text)
        self._former = former
        self.edition = edition
        self._shifts: dict[int, None] = {}
        # Where in the former text each was seen: a span moved as its neighbours did.
        self._seen: list[tuple[int, int]] = []

    def learn(self, many: Iterable[Marked]) -> None:
        """Find by how much the text was shifted, from those of one span, which tell it best."""
        for marked in many:
            if len(marked.spans) == 1 and self._stands(marked) is None:
                self._moved(marked)

    def find(self, marked: Marked) -> Whereabouts:
        """Where the passage stands now."""
        ways = (self._stands, self._again, self._moved, self._apart, self._by_sentence)
        for way in (*ways, self._by_words, self._by_phrase):
            found = way(marked)
            if found is not None:
                return found
        return Whereabouts(GONE, (), "neither its words nor its phrase stand in the text", 0)

    def _stands(self, marked: Marked) -> Whereabouts | None:
        spans = marked.spans
        if not inside(spans, self.text):
            return None
        if marked.sha256:
            same = mark(spans, self.text) == marked.sha256
            return Whereabouts(CERTAIN, spans, "stands as coded", by=0) if same else None
        if not marked.phrase or _holds(spans, marked.phrase, self.text):
            return Whereabouts(CERTAIN, spans, "has no hash yet", by=0)
        return None

    def _moved(self, marked: Marked) -> Whereabouts | None:
        """All its spans further on, or further back, by the same number."""
        if not marked.spans or not marked.sha256:
            return None
        for by in self._shifts:
            if self._fits(shifted(marked.spans, by), marked.sha256):
                return self._shift(marked, [by])
        found = [
            by
            for by in dict.fromkeys(self._candidates(marked))
            if self._fits(shifted(marked.spans, by), marked.sha256)
        ]
        return self._shift(marked, sorted(found, key=abs)) if found else None

    def _shift(self, marked: Marked, found: Sequence[int]) -> Whereabouts:
        by = found[0]
        self._shifts[by] = None
        insort(self._seen, (marked.spans[0].start, by))
        spans = shifted(marked.spans, by)
        reason = f"the text is shifted by {by:+}: the same words stand at {told(spans)}"
        if len(found) == 1:
            return Whereabouts(CERTAIN, spans, reason, by=by)
        reason += f", and in {len(found) - 1} other places; the nearest is taken"
        return Whereabouts(LIKELY, spans, reason, by=by)

    def _candidates(self, marked: Marked) -> Iterator[int]:
        """The shifts that bring a span over the phrase; all of them if it is nowhere."""
        found = places(marked.phrase, self.text)
        for place in found:
            for span in marked.spans:
                yield from range(place.end - span.end, place.start - span.start + 1)
        if not found:
            first, last = _ends(marked.spans)
            yield from range(-first, len(self.text) - last + 1)

    def _apart(self, marked: Marked) -> Whereabouts | None:
        """Its spans by different numbers: words were put between them, or taken out."""
        if len(marked.spans) == 1 or not marked.sha256:
            return None
        for each in self._several_shifts(marked):
            spans = tuple(
                Span(s.start + by, s.end + by) for s, by in zip(marked.spans, each, strict=True)
            )
            if self._fits(spans, marked.sha256):
                by = " and ".join(f"{one:+}" for one in dict.fromkeys(each))
                reason = f"the text is shifted by {by}: the same words stand at {told(spans)}"
                return Whereabouts(CERTAIN, spans, reason, by=each[0])
        return None

    def _several_shifts(self, marked: Marked) -> Iterator[tuple[int, ...]]:
        """A shift for each span: those of its neighbours first, then any two near the phrase."""
        size = len(marked.spans)
        near = [self._near(span.start) for span in marked.spans]
        yield from islice(product(*near), _TRIES)
        found = places(marked.phrase, self.text)
        for cut in range(1, size):
            for by, other in self._two_shifts(marked, found):
                yield (*[by] * cut, *[other] * (size - cut))

    def _near(self, start: int) -> list[int]:
        """By how much the passages next to *start* were shifted, before it and after it."""
        at = bisect(self._seen, (start, 0))
        around = self._seen[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
        return list(dict.fromkeys([*(by for _, by in around), 0]))

    def _two_shifts(self, marked: Marked, found: Sequence[Span]) -> Iterator[tuple[int, int]]:
        known = (0, *self._shifts)
        near = {
            by
            for place in found
            for span in marked.spans
            for by in range(place.end - span.end, place.start - span.start + 1)
        }
        for by in dict.fromkeys((*known, *sorted(near, key=abs))):
            for other in dict.fromkeys((*known, *range(by - _APART, by + _APART + 1))):
                yield by, other
                yield other, by

    def _coded(self, marked: Marked) -> list[str]:
        """The words of each span that were coded, if the text that has them is at hand."""
        former = self._former
        if former is None or not inside(marked.spans, former):
            return []
        return parts(marked.spans, former) if mark(marked.spans, former) == marked.sha256 else []

    def _again(self, marked: Marked) -> Whereabouts | None:
        """By the words that were coded, where each of them stands once."""
        found = [places(words, self.text) for words in self._coded(marked)]
        spans = tuple(one[0] for one in found if len(one) == 1)
        if not spans or len(spans) < len(found) or not self._fits(spans, marked.sha256):
            return None
        by = [now.start - old.start for now, old in zip(spans, marked.spans, strict=True)]
        told_by = " and ".join(f"{one:+}" for one in dict.fromkeys(by))
        reason = f"the text is shifted by {told_by}: the same words stand at {told(spans)}"
        return Whereabouts(CERTAIN, spans, reason, by=by[0])

    def _by_sentence(self, marked: Marked) -> Whereabouts | None:
        """By the hash, if it is that of a sentence in which the phrase stands."""
        for place in places(marked.phrase, self.text) if marked.sha256 else ():
            spans = (sentence(self.text, place),)
            if self._fits(spans, marked.sha256):
                return Whereabouts(
                    CERTAIN, spans, f"the words that were hashed stand at {told(spans)}"
                )
        return None

    def _by_words(self, marked: Marked) -> Whereabouts | None:
        """By what is most like the words that were coded."""
        hits: list[Hit] = []
        coded = self._coded(marked)
        if not coded:
            return None
        for span, words in zip(marked.spans, coded, strict=True):
            near = self._reading.find(words) or self._reading.nearest(words, 1, _ALIKE)
            if not near:
                return None
            expected = span.start + (next(iter(self._shifts), 0))
            hits.append(min(near, key=lambda hit: (-hit.score, abs(hit.span.start - expected))))
        spans = tuple(hit.span for hit in hits)
        if any(one.end > other.start for one, other in pairwise(spans)):
            return None
        return _worded(spans, hits)

    def _by_phrase(self, marked: Marked) -> Whereabouts | None:
        spans, phrase = marked.spans, marked.phrase
        if not phrase:
            return None
        if inside(spans, self.text) and _holds(spans, phrase, self.text):
            return self._rehashed(spans)
        for by in self._shifts:
            there = shifted(spans, by)
            if inside(there, self.text) and _holds(there, phrase, self.text):
                reason = (
                    f"the hash differs: with the text shifted by {by:+}, as for other passages, "
                    f"the phrase stands in {told(there)}, among other words"
                )
                return Whereabouts(DOUBTFUL, there, reason, by=by)
        hits = self._reading.find(phrase) or self._reading.nearest(phrase, 1, _ALIKE)
        return self._around(marked, hits) if hits else None

    def _rehashed(self, spans: Spans) -> Whereabouts:
        if self.edition:
            reason = "the words were changed here: the hash differs, the phrase stands as before"
            return Whereabouts(DOUBTFUL, spans, reason, by=0)
        reason = "the hash is not that of these spans, in which the phrase stands"
        return Whereabouts(LIKELY, spans, reason, by=0)

    def _around(self, marked: Marked, hits: Sequence[Hit]) -> Whereabouts:
        """The sentence around the phrase, where there is nothing better."""
        aim = marked.spans[0].start if marked.spans else 0
        hit = min(hits, key=lambda each: (-each.score, abs(each.span.start - aim)))
        spans = (sentence(self.text, hit.span),)
        where, score = told(spans), round(hit.score)
        if marked.sha256 and mark(spans, self.text) == marked.sha256:
            return Whereabouts(CERTAIN, spans, f"the words that were hashed stand at {where}")
        if hit.exact and len(hits) == 1:
            first = "the hash differs, but " if marked.sha256 else ""
            reason = f"{first}the phrase stands in the sentence at {where}"
            new = not marked.spans and not marked.sha256
            return Whereabouts(LIKELY if new else DOUBTFUL, spans, reason)
        if len(hits) > 1:
            reason = f"the phrase stands in {len(hits)} places; the nearest is at {where}"
        else:
            reason = f"the phrase is gone; what is most like it ({score} %) stands at {where}"
        return Whereabouts(DOUBTFUL, spans, reason, score)

    def _fits(self, spans: Spans, sha256: str) -> bool:
        return inside(spans, self.text) and mark(spans, self.text) == sha256


def _worded(spans: Spans, hits: Sequence[Hit]) -> Whereabouts:
    score = round(min(hit.score for hit in hits))
    if all(hit.exact for hit in hits):
        return Whereabouts(LIKELY, spans, f"the same words stand at {told(spans)}", score)
    if all(hit.score == 100.0 for hit in hits):  # noqa: PLR2004 - the whole is 100 per cent
        other = "white space, hyphens, quotes or case"
        reason = f"the same words stand at {told(spans)}, with other {other}"
        return Whereabouts(LIKELY, spans, reason, score)
    reason = f"the words were changed: the most like them ({score} %) stand at {told(spans)}"
    return Whereabouts(DOUBTFUL, spans, reason, score)


def _holds(spans: Iterable[Span], phrase: str, text: str) -> bool:
    return any(phrase in part for part in parts(tuple(spans), text))


def _ends(spans: Sequence[Span]) -> tuple[int, int]:
    return min(span.start for span in spans), max(span.end for span in spans)
