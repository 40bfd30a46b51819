"""Propose which responses of a text answer which of its impacts, where the text supports it.

Headings in pairs, and words such as *to counter*, tie the two. What stands below such a pair and
has words in common is proposed as of one section, and never as more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import TYPE_CHECKING

from .proposals import Proposal, bare
from .vocabulary import Near

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence

    from .clues import Clues
    from .vocabulary import Vocabulary

# How near an impact must be to the words for it, and how alike two sentences of one section.
LEAST, ALIKE = 0.4, 0.1
_TIED = {"linkBasis": ("explicit-pairing",), "directness": ("direct",)}
_BESIDE = {"linkBasis": ("same-section",), "directness": ("indirect",)}
_RESPONSES = ("recommendation", "practice")


@dataclass(frozen=True)
class Pairer:
    """What proposes links: the words of a graph, and the rules."""

    vocabulary: Vocabulary
    clues: Clues

    def pair(self, found: Sequence[Proposal]) -> tuple[Proposal, ...]:
        """The links between what was *found* in a text, of which the surest comes first."""
        links = [*self._by_headings(found), *self._by_words(found), *self._beside(found)]
        chosen: dict[tuple[object, ...], Proposal] = {}
        for link in links:
            chosen.setdefault(tuple(map(_thing, link.ends or ())), link)
        return tuple(chosen.values())

    def _by_headings(self, found: Sequence[Proposal]) -> Iterator[Proposal]:
        """Links of what the heading of an impact tells to all that is below its response."""
        for rule, impacts, responses in self._pairs(found):
            head = min(one.piece.spans[0].start for one in impacts)
            told = [one for one in impacts if one.piece.spans[0].start == head]
            for response, impact in product(responses, told):
                if response.kind in _RESPONSES and impact.kind == "impact":
                    yield _link(rule, response.piece.section or "", (response, impact), _TIED)

    def _by_words(self, found: Sequence[Proposal]) -> Iterator[Proposal]:
        """Links of a response to the impact that its own sentence says it is for."""
        for one in found:
            words = bare(one.piece.text)
            rule, match = self._first("words", words)
            if match and one.kind in _RESPONSES:
                aim = words[match.end() :].split(",")[0]
                near = self.vocabulary.nearest(aim, "Impact")[:1]
                if near and near[0].score >= LEAST:
                    yield _link(rule, match[0], (one, near[0]), _TIED)

    def _beside(self, found: Sequence[Proposal]) -> Iterator[Proposal]:
        """Links of responses to impacts below the same pair of headings, by words in common."""
        for _, above, below in self._pairs(found):
            for response, impact in product(below, [*above, *below]):
                if response.kind in _RESPONSES and impact.kind == "impact":
                    texts = (bare(one.piece.text) for one in (response, impact))
                    if impact.piece != response.piece and self.vocabulary.alike(*texts) >= ALIKE:
                        yield _link("beside", "", (response, impact), _BESIDE)

    def _pairs(
        self, found: Sequence[Proposal]
    ) -> Iterator[tuple[str, Sequence[Proposal], Sequence[Proposal]]]:
        """Sections of an impact with the section of a response behind it, and the rule."""
        above: list[Proposal] = []
        for section, group in groupby(found, key=lambda one: one.piece.section or ""):
            within = list(group)
            rule, _ = self._first("response", section)
            if rule and above:
                yield rule, above, within
            above = within if self._first("impact", section)[0] else []

    def _first(self, where: str, text: str) -> tuple[str, re.Match[str] | None]:
        """The first rule for what stands *where* that fits *text*, and how."""
        clues = (c for c in self.clues.links if c.cells["where"] == where)
        fits = ((clue.rule, clue.pattern.search(text)) for clue in clues)
        return next((one for one in fits if one[1]), ("", None))


def _link(
    rule: str,
    words: str,
    ends: tuple[Proposal, Proposal | Near],
    how: Mapping[str, tuple[str, ...]],
) -> Proposal:
    response, impact = ends
    spans = set(response.piece.spans)
    tied = how is _TIED
    if tied and isinstance(impact, Proposal):
        spans |= set(impact.piece.spans)
    piece = replace(response.piece, spans=tuple(sorted(spans, key=lambda span: span.start)))
    modality, basis = ("asserted", "none-given") if tied else ("inferred", "curator-inference")
    return Proposal("link", piece, rule, words, modality, (basis,), values=how, ends=ends)


def _thing(end: Proposal | Near) -> object:
    """What an end of a link points to: a thing of the graph, or one that is yet to be named."""
    if isinstance(end, Near):
        return end.iri
    return end.about.iri if end.about else id(end)
