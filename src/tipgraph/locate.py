"""Find words in a source text, and mark them as a passage: spans, section, phrase and hash."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from .answers import Span
from .sections import above, headings, known_headings, sentence
from .seek import Hit, Reading
from .spans import FEWEST, Spans, digest, inside, mark, parts, phrase, searchable, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SLUG = re.compile(r"[^a-z0-9]+")
_MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class Coded:
    """A document to be marked: its name, its language, its text, and its passages so far.

    *passages* has the phrase, the spans and the section of each, by the passage's slug.
    """

    slug: str
    text: str
    language: str
    passages: Mapping[str, tuple[str, Spans, str | None]]

    @property
    def sha256(self) -> str:
        """The hash of its text."""
        return digest(self.text)

    @property
    def stem(self) -> str:
        """What the names of its passages begin with."""
        names = [name.split("-") for name in self.passages]
        if len(names) == 1:
            return self.slug
        alike = takewhile(lambda same: len(set(same)) == 1, zip(*names, strict=False))
        return "-".join(same[0] for same in alike) or self.slug


@dataclass(frozen=True, slots=True)
class Found:
    """A place for a passage, with all that its description needs."""

    name: str
    document: str
    spans: Spans
    section: str | None
    language: str
    phrase: str
    sha256: str
    quote: str
    score: int
    same: str | None = None
    heading: str | None = None


def locate(coded: Coded, words: Sequence[str], *, whole: bool = True) -> tuple[Found, ...]:
    """Where *words* stand: the first of them in several places, if need be; the rest after it.

    With *whole*, the spans are the sentences around them. What does not stand in the text has
    none: ask `nearest` for what is like it.
    """
    reading = Reading(coded.text)
    first = reading.find(words[0])[:_MOST_HITS]
    found = (_with_rest(reading, hit, words[1:]) for hit in first)
    return tuple(_found(coded, hits, words, whole=whole) for hits in found if hits)


def nearest(coded: Coded, words: Sequence[str], *, whole: bool = True) -> tuple[Found, ...]:
    """The places that are most like *words*, best first."""
    hits = Reading(coded.text).nearest(" ".join(words))
    return tuple(_found(coded, [hit], (), whole=whole) for hit in hits)


def turtle(found: Found) -> str:
    """The passage as the files of the graph write it."""
    quote = f"[ a oa:TextQuoteSelector ; oa:exact {_string(found.phrase)} ]"
    spans = (
        f"[ a oa:TextPositionSelector ; oa:start {s.start} ; oa:end {s.end} ]" for s in found.spans
    )
    selectors = " ,\n        ".join([quote, *spans])
    section = (
        f"    tip:sectionTitle {_string(found.section)}@{found.language} ;\n"
        if found.section
        else ""
    )
    return (
        f"passage:{found.name}\n"
        "    a tip:Passage ;\n"
        f"    oa:hasSource doc:{found.document} ;\n"
        f"    oa:hasSelector\n        {selectors} ;\n"
        f"{section}"
        f'    tip:sha256 "{found.sha256}" .\n'
    )


def lines(found: Found) -> list[str]:
    """What was found, for people, with the Turtle below it."""
    told_section = found.section or "none above"
    if found.heading and found.heading != found.section:
        told_section += f" (nearer is a line that may be a heading: “{found.heading}”)"
    first = [f"spans {told(found.spans)}"]
    if found.score < 100:  # noqa: PLR2004 - the whole is 100 per cent
        first = [f"{found.score} % alike: {first[0]}"]
    if found.same:
        first += [f"passage:{found.same} has these spans already: use it"]
    quote = f"“{found.quote}”"
    return [*first, f"section: {told_section}", quote, "", *turtle(found).splitlines(), ""]


def to_json(found: Sequence[Found]) -> str:
    """All that was found as JSON."""
    items = [
        {
            "name": one.name,
            "document": one.document,
            "score": one.score,
            "spans": [{"start": s.start, "end": s.end} for s in one.spans],
            "section": one.section,
            "phrase": one.phrase,
            "sha256": one.sha256,
            "quote": one.quote,
            "same": one.same,
            "turtle": turtle(one),
        }
        for one in found
    ]
    return json.dumps({"items": items}, ensure_ascii=False, indent=2)


def _with_rest(reading: Reading, first: Hit, rest: Sequence[str]) -> list[Hit]:
    """*first* with the nearest places of *rest* after it, each after the one before."""
    hits = [first]
    for words in rest:
        after = [hit for hit in reading.find(words) if hit.span.start >= hits[-1].span.end]
        if not after:
            return []
        hits.append(after[0])
    return hits


def _found(coded: Coded, hits: Sequence[Hit], words: Sequence[str], *, whole: bool) -> Found:
    text = coded.text
    spans = _apart([sentence(text, hit.span) if whole else hit.span for hit in hits])
    taken = [told for told, _, _ in coded.passages.values()]
    chosen = _typed(spans, text, words, taken) or phrase(spans, text, taken) or ""
    return _made(coded, spans, chosen, round(min(hit.score for hit in hits)))


def marked(coded: Coded, spans: Spans, wanted: str, taken: Sequence[str] = ()) -> Found:
    """The passage of *spans*, with the phrase *wanted* if it stands in them."""
    spans = _apart(spans)
    known = next((one for one in coded.passages.values() if one[1] == spans), None)
    used = [*taken, *(told for told, _, _ in coded.passages.values())]
    chosen = _resolved(spans, coded.text, wanted)
    chosen = chosen or (known[0] if known else None) or phrase(spans, coded.text, used) or ""
    return _made(coded, spans, chosen, 100)


def _resolved(spans: Spans, text: str, wanted: str) -> str:
    """The words of *spans* that somebody typed as *wanted*, if they will do for a phrase."""
    for part in parts(spans, text) if wanted else ():
        hits = Reading(part).find(wanted)
        like = part[hits[0].span.start : hits[0].span.end] if hits else ""
        if searchable(like):
            return like
    return ""


def _made(coded: Coded, spans: Spans, chosen: str, score: int) -> Found:
    """The passage of *spans*; one that the document has already keeps its name and its section."""
    text = coded.text
    same = next((name for name, (_, known, _) in coded.passages.items() if known == spans), None)
    if same is not None:
        chosen, _, section = coded.passages[same]
        heading = None
    else:
        section, heading = _sections(coded, spans)
    return Found(
        name=same or _name(coded, chosen, spans),
        document=coded.slug,
        spans=spans,
        section=section,
        language=coded.language,
        phrase=chosen,
        sha256=mark(spans, text),
        quote=" […] ".join(" ".join(part.split()) for part in parts(spans, text)),
        score=score,
        same=same,
        heading=heading,
    )


def _apart(spans: Sequence[Span]) -> Spans:
    """*spans* in text order; those that overlap are one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(span.end, found[-1].end))
        else:
            found.append(span)
    return tuple(found)


def _typed(spans: Spans, text: str, words: Sequence[str], taken: Sequence[str]) -> str | None:
    """The words that were typed, if they will do for a phrase."""
    if not inside(spans, text):
        return None
    few = (w for w in words if len(w.split()) >= FEWEST and w not in taken)
    fit = [w for w in few if searchable(w)]
    return next((w for w in fit if any(w in part for part in parts(spans, text))), None)


def _sections(coded: Coded, spans: Spans) -> tuple[str | None, str | None]:
    """The section of *spans*, by the titles in use if there are any; and the nearest heading."""
    at = spans[-1].start
    seen = above(headings(coded.text), at)
    titles = [section for _, _, section in coded.passages.values() if section]
    known = above(known_headings(coded.text, titles), at)
    heading = seen.title if seen else None
    if known is None:
        return (None if titles else heading), heading
    nearer = seen is not None and seen.at > known.at
    return known.title, heading if nearer else None


def _name(coded: Coded, chosen: str, spans: Spans) -> str:
    words = _SLUG.sub("-", chosen.lower()).strip("-") or f"at-{spans[0].start}"
    name = f"{coded.stem}-{words}"
    others = (f"{name}-{n}" for n in range(2, len(coded.passages) + 3))
    return next(one for one in (name, *others) if one not in coded.passages)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
