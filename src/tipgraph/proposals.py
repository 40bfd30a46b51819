"""Propose statements for the sentences of a text, each with the rule that proposed it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import TooLarge
from .pieces import Piece, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .clues import Clue, Clues
    from .vocabulary import Mention, Near, Vocabulary

# What is drafted at most, so that no text takes for ever.
MAX_PIECES = 10_000
# How near a thing must be to be proposed; a second one must be nearly as near as the first.
LEAST, SECOND, LEAST_OF_CAUSES = 0.25, 0.9, 0.1
_ABOUT = {
    "impact": ("aboutImpact", "Impact"),
    "recommendation": ("aboutResponse", "PolicyResponse"),
    "practice": ("aboutResponse", "PolicyResponse"),
    "resource": ("aboutResponse", "PolicyResponse"),
}
_MARKUP = re.compile(r"<sup>[^<]*</sup>|[*_#]")
_LONGEST_TITLE, _SHORT_HEAD = 30, 5
_TOLD = re.compile(
    r"\b(?:is|are|was|were|has|have|had|should|must|identifies|finds|found|shows|reported|stated)\b"
)
_SENTENCE = re.compile(r"[a-z][.!?][\"”’)\]]*\s+[A-Z]")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A statement that may be made: its kind, where it stands, the rule, and what it says.

    *about* is the thing it is about, or nothing if none is near enough; *others* are near too.
    *values* has the IRIs of each property of tipgraph, *texts* has numbers and words. A link has
    two *ends*: what proposes the response, and what proposes the impact or the impact itself.
    """

    kind: str
    piece: Piece
    rule: str
    words: str
    modality: str
    bases: tuple[str, ...]
    about: Near | None = None
    others: tuple[Near, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    ends: tuple[Proposal, Proposal | Near] | None = None


@dataclass(frozen=True)
class Proposer:
    """What proposes: the words of a graph, and the rules."""

    vocabulary: Vocabulary
    clues: Clues

    def propose(self, text: str) -> tuple[Proposal, ...]:
        """What *text* may be said to state, in its order."""
        found: list[Proposal] = []
        publisher, under = "", None
        every = pieces(text, self.clues)
        if len(every) > MAX_PIECES:
            message = (
                f"It has {len(every):,} sentences; {MAX_PIECES:,} are read at most. Give a part."
            )
            raise TooLarge(message)
        for piece in every:
            plain = bare(piece.text)
            names, heads = self._publisher(plain), self._heads_resources(piece, plain)
            publisher, under = names or publisher, heads or under
            if _SENTENCE.search(plain) or len(plain.split()) > _LONGEST_TITLE:
                under = None
            if (
                names
                or heads
                or any(c.pattern.search(plain.strip()) for c in self.clues.announcing)
            ):
                continue
            resource = self._resource(piece, plain, publisher, under)
            if resource or piece.is_telling:
                found += [resource] if resource else self._statements(piece, plain)
        return tuple(found)

    def _heads_resources(self, piece: Piece, plain: str) -> Clue | None:
        """The rule by which a short heading says that resources are listed below it."""
        if not piece.is_heading or len(plain.split()) > _SHORT_HEAD or ":" in plain:
            return None
        heads = (c for c in self.clues.resources if c.cells["where"] == "heading")
        return next((c for c in heads if c.pattern.search(plain)), None)

    def _statements(self, piece: Piece, plain: str) -> Iterator[Proposal]:
        mentions = self.vocabulary.mentions(plain)
        for kind, (clue, match) in self._kinds(piece, plain).items():
            if kind == "cause":
                yield from self._cause(piece, plain, clue, match)
            else:
                yield from self._about(piece, kind, (clue, match), mentions)
        if not piece.is_heading:
            yield from self._figures(piece, plain)

    def _kinds(self, piece: Piece, plain: str) -> Mapping[str, tuple[Clue, re.Match[str]]]:
        """The kinds of a sentence; of an item that shows none, those of what leads to it."""
        found = self._fitting(plain)
        if piece.lead and not set(found) - {"cause"}:
            led = self._fitting(bare(piece.lead)).items()
            found |= {kind: one for kind, one in led if kind != "cause"}
        return found

    def _fitting(self, plain: str) -> dict[str, tuple[Clue, re.Match[str]]]:
        found: dict[str, tuple[Clue, re.Match[str]]] = {}
        for clue in self.clues.kinds:
            kind, unless = clue.cells["kind"], clue.cells["unless"].split()
            if kind in found or any(one in found for one in unless):
                continue
            match = clue.pattern.search(plain)
            if match:
                found[kind] = clue, match
        return found

    def _about(
        self,
        piece: Piece,
        kind: str,
        rule: tuple[Clue, re.Match[str]],
        mentions: Sequence[Mention],
    ) -> Iterator[Proposal]:
        (clue, match), plain = rule, bare(piece.text)
        _, wanted = _ABOUT[kind]
        near = self.vocabulary.nearest(plain, wanted, about=bare(piece.lead or piece.section or ""))
        good = [one for one in near if one.score >= LEAST]
        chosen = [one for one in good[:2] if one.score >= SECOND * good[0].score]
        place = match.start() if match.string == plain else 0
        values = self._values(kind, mentions, place)
        if kind == "recommendation":
            values["force"] = (self.clues.first("forces", plain).cells["force"],)
        for one in chosen or (None,):
            others = tuple(other for other in near if other != one)[:3]
            yield self._proposal(
                kind, piece, clue.rule, match[0].strip(), about=one, others=others, values=values
            )

    def _proposal(self, kind: str, piece: Piece, rule: str, words: str, **more: object) -> Proposal:
        plain = bare(f"{piece.lead} {piece.text}" if piece.lead else piece.text)
        modality = self.clues.first("modalities", plain, kind).cells["modality"]
        bases = tuple(
            c.cells["basis"] for c in self.clues.bases if c.pattern.search(piece.text.strip())
        )
        return Proposal(kind, piece, rule, words, modality, bases or ("none-given",), **more)  # type: ignore[arg-type] # fields of the class by name

    def _values(
        self, kind: str, mentions: Sequence[Mention], place: int
    ) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        taken: set[str] = set()
        for role in self.clues.roles:
            if role["kind"] != kind:
                continue
            for mention in mentions:
                before = mention.start < place
                here = role["where"] in {"any", "before" if before else "after"}
                if here and role["class"] in mention.classes and mention.iri not in taken:
                    found.setdefault(role["property"], {})[mention.iri] = None
                    if role["class"] == "Actor":
                        taken.add(mention.iri)
        return {name: tuple(iris) for name, iris in found.items()}

    def _cause(
        self, piece: Piece, plain: str, clue: Clue, match: re.Match[str]
    ) -> Iterator[Proposal]:
        """A cause and its effect, if both sides of the words are near enough to a thing each."""
        before, after = plain[: match.start()], plain[match.end() :]
        if not before.strip(" ,“"):
            after, _, before = after.partition(",")
        sides = (after, before) if clue.cells["order"] == "effect-first" else (before, after)
        cause, effect = (self.vocabulary.nearest(one, "Impact", "Driver") for one in sides)
        pairs = [(c, e) for c in cause[:1] for e in effect[:2] if c.iri != e.iri]
        for first, second in pairs[:1]:
            if min(first.score, second.score) >= LEAST_OF_CAUSES:
                values = {"cause": (first.iri,), "effect": (second.iri,)}
                yield self._proposal(
                    "cause", piece, clue.rule, match[0].strip(), about=second, values=values
                )

    def _figures(self, piece: Piece, plain: str) -> Iterator[Proposal]:
        taken: list[tuple[int, int]] = []
        for clue in self.clues.figures:
            for match in clue.pattern.finditer(plain):
                told = match.groupdict()
                value = self.clues.value(told["value"])
                at = match.start("value"), match.end("value")
                if value is None or any(a < at[1] and at[0] < b for a, b in taken):
                    continue
                taken.append(at)
                share = clue.rule == "share"
                outside = clue.cells["unit"] == "PERCENT" and float(value) > 100  # noqa: PLR2004 - per cent
                qualifier = self.clues.first("qualifiers", plain[: at[0]]).cells["qualifier"]
                texts = {
                    "value": value,
                    "unit": clue.cells["unit"],
                    "measure": _few(told.get("measure") or plain[at[1] :]) or "number",
                }
                population = _few(told.get("population") or "")
                if share and not outside and population.lower() not in {"", "the", "a", "an"}:
                    texts["population"] = population
                yield self._proposal(
                    "figure",
                    piece,
                    clue.rule,
                    match[0].strip(),
                    values={"valueQualifier": (qualifier,)},
                    texts=texts,
                )

    def _resource(
        self, piece: Piece, plain: str, publisher: str, under: Clue | None
    ) -> Proposal | None:
        """The listed resource that a line is, if it looks like a title and not like a sentence."""
        title = " ".join(plain.split()).strip(" .[]()")
        if _SENTENCE.search(plain) or len(title.split()) > _LONGEST_TITLE or _TOLD.search(title):
            return None
        lines = (c for c in self.clues.resources if c.cells["where"] == "line")
        clue = next((c for c in lines if c.pattern.search(title)), None)
        if (clue is None or not (publisher and piece.section)) and under is None:
            return None
        chosen = clue or under
        match = chosen.pattern.search(title) if chosen else None
        near = self.vocabulary.nearest(plain, "PolicyResponse")
        about = next((one for one in near if one.score >= LEAST), None)
        kind = chosen.cells["type"] if chosen else ""
        texts = {"title": title, "type": kind, "publisher": publisher}
        return self._proposal(
            "resource",
            piece,
            chosen.rule if chosen else "",
            match[0] if match else "",
            about=about,
            others=tuple(o for o in near if o != about)[:3],
            values=self._values("resource", self.vocabulary.mentions(plain), 0),
            texts=texts,
        )

    def _publisher(self, plain: str) -> str:
        """The actor whose name is the whole of a line."""
        words = " ".join(plain.split())
        named = [m for m in self.vocabulary.mentions(plain) if "Actor" in m.classes]
        whole = [m for m in named if m.end - m.start >= len(words.strip(" .:"))]
        return whole[0].iri if whole else ""


def bare(text: str) -> str:
    """*text* with spaces in place of marks of layout, so that places stay."""
    return _MARKUP.sub(lambda match: " " * len(match[0]), text)


def _few(words: str) -> str:
    """The first words of *words*, in which nothing ends."""
    found = re.match(r"\W*((?:[\w’'-]+ ?){1,5})", words)
    return " ".join(found[1].split()) if found else ""
