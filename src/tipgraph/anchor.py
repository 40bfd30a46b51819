"""Fill and repair the spans, hashes and phrases of passages in a Turtle text, and nothing else."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .answers import Span
from .moved import CERTAIN, GONE, LIKELY, SURENESS, Marked, Seeker, Whereabouts
from .seek import Reading
from .spans import FEWEST, Spans, inside, mark, parts, phrase, searchable, told
from .terms import PREFIXES, TIP, Iri, Literal, shorten
from .written import Block, Edit, Value, Written, quoted, read_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .sources import Sources

_OA, _TYPE = PREFIXES["oa"], PREFIXES["rdf"] + "type"
_START, _END, _EXACT = _OA + "start", _OA + "end", _OA + "exact"
_SELECTOR, _SOURCE = _OA + "hasSelector", _OA + "hasSource"
_HASH, _LENGTH, _FILE = TIP + "sha256", TIP + "textLength", TIP + "textFile"
_HEX = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True)
class Note:
    """What was found at a thing, on which line, how sure it is, and whether it was put right."""

    line: int
    thing: str
    reason: str
    sure: str
    done: bool


@dataclass(frozen=True, slots=True)
class Anchored:
    """A Turtle text with its passages put right, and a note on each that was not."""

    before: str
    after: str
    notes: tuple[Note, ...]

    @property
    def left(self) -> int:
        """How many things are still wrong."""
        return sum(not note.done for note in self.notes)

    def diff(self, name: str) -> str:
        """The changed lines, as `diff -u` writes them."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, name, name))


@dataclass(frozen=True, slots=True)
class Texts:
    """Where texts are taken from: the copies at hand, those of former editions, and the choice.

    With *edition*, a file that bears a document's name takes the place of the text that was coded.
    What is less sure than *least* is left as it is.
    """

    sources: Sources
    former: Sources | None = None
    edition: bool = False
    least: str = LIKELY


@dataclass
class _Anchor:
    written: Written
    texts: Texts
    known: Mapping[str, tuple[str, str]]
    edits: list[Edit] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._seekers: dict[str, Seeker | None] = {}
        self._blocks = {block.subject.term: block for block in self.written.blocks}

    def run(self) -> None:
        for block in self.written.blocks:
            if block.values(_FILE):
                self._document(block)
        self._learn()
        taken = {iri: self._phrase(iri) for iri in self._passages()}
        for iri, block in self._passages().items():
            others = [text for other, text in taken.items() if other != iri]
            taken[iri] = self._passage(block, others)

    def _learn(self) -> None:
        """Let each seeker learn from all passages of its document what was shifted."""
        found: dict[str, list[Marked]] = {}
        for block in self._passages().values():
            for source in block.values(_SOURCE):
                found.setdefault(source.term.value, []).append(self._marked(block))
        for document, marked in found.items():
            seeker = self._seeker(document)
            if seeker is not None and seeker.edition:
                seeker.learn(marked)

    def _passages(self) -> Mapping[str, Block]:
        passage = Iri(TIP + "Passage")
        return {
            block.subject.term.value: block
            for block in self.written.blocks
            if any(value.term == passage for value in block.values(_TYPE))
        }

    def _phrase(self, iri: str) -> str:
        return _text(self._part(self._passages()[iri], _EXACT))

    def _document(self, block: Block) -> None:
        """See to the hash and the length of a document's text, and keep its seeker."""
        iri, sha256 = block.subject.term.value, _text(_first(block.values(_HASH)))
        coded = self.texts.sources.hashed(sha256)
        named = self.texts.sources.named(_text(block.values(_FILE)[0]))
        new = not _HEX.fullmatch(sha256)
        if coded is None and (named is None or not (new or self.texts.edition)):
            self._seekers[iri] = None
            self._note(block, _no_text(named), GONE, done=False)
            return
        text, key = (coded, sha256) if coded is not None else named or ("", "")
        self._seekers[iri] = self._over(text, sha256, edition=not new and coded is None)
        changed = self._put(block, _HASH, f'"{key}"') + self._put(block, _LENGTH, str(len(text)))
        if changed:
            self._note(block, "the hash and the length of its text", CERTAIN, done=True)

    def _seeker(self, document: str) -> Seeker | None:
        if document not in self._seekers:
            file, sha256 = self.known.get(document, ("", ""))
            text, named = self.texts.sources.hashed(sha256), self.texts.sources.named(file)
            edition = text is None and self.texts.edition
            if edition and named:
                text = named[0]
            seeker = None if text is None else self._over(text, sha256, edition=edition)
            self._seekers[document] = seeker
        return self._seekers[document]

    def _over(self, text: str, sha256: str, *, edition: bool) -> Seeker:
        former = self.texts.former.hashed(sha256) if self.texts.former else None
        return Seeker(text, former, edition=edition)

    def _passage(self, block: Block, taken: Sequence[str]) -> str:
        """Put one passage right, and give its phrase."""
        marked = self._marked(block)
        source = _first(block.values(_SOURCE))
        seeker = self._seeker(source.term.value) if source else None
        if seeker is None:
            self._note(block, "there is no text of its document here", GONE, done=False)
            return marked.phrase
        found = seeker.find(marked)
        if SURENESS.index(found.sure) > SURENESS.index(self.texts.least):
            self._note(block, found.reason, found.sure, done=False)
            return marked.phrase
        return self._settled(block, marked, found, seeker.text, taken)

    def _settled(
        self, block: Block, marked: Marked, found: Whereabouts, text: str, taken: Sequence[str]
    ) -> str:
        positions = self._positions(block)
        if positions and len(positions) != len(found.spans):
            reason = f"{found.reason}; write {told(found.spans)} by hand in place of the spans"
            self._note(block, reason, found.sure, done=False)
            return marked.phrase
        chosen = _phrase(marked.phrase, found.spans, text, taken)
        changed = self._put_spans(block, positions, found.spans)
        changed += self._put(block, _HASH, f'"{mark(found.spans, text)}"')
        if chosen is None:
            self._note(block, "no words of its spans will do for a phrase", found.sure, done=False)
        elif chosen != marked.phrase:
            self._put_phrase(block, chosen)
            changed += 1
        if changed:
            reason = found.reason
            if chosen and marked.phrase and chosen != marked.phrase:
                reason += f"; the phrase is now “{chosen}”"
            self._note(block, reason, found.sure, done=True)
        return chosen or marked.phrase

    def _marked(self, block: Block) -> Marked:
        spans = tuple(
            Span(_number(_of(pairs, _START)), _number(_of(pairs, _END)))
            for _, pairs in self._positions(block)
        )
        sha256 = _text(_first(block.values(_HASH)))
        in_order = tuple(sorted(spans, key=lambda span: span.start))
        whole = all(span.start >= 0 and span.end >= 0 for span in spans)
        return Marked(
            in_order if whole else (),
            sha256 if _HEX.fullmatch(sha256) else "",
            _text(self._part(block, _EXACT)),
        )

    def _selectors(self, block: Block) -> Iterator[tuple[Value, Mapping[str, Value]]]:
        for value in block.values(_SELECTOR):
            other = self._blocks.get(value.term)
            pairs = value.pairs or (other.pairs if other else ())
            yield value, {pair.predicate: pair.value for pair in pairs}

    def _part(self, block: Block, predicate: str) -> Value | None:
        return next((p[predicate] for _, p in self._selectors(block) if predicate in p), None)

    def _positions(self, block: Block) -> list[tuple[Value, Mapping[str, Value]]]:
        kind = Iri(_OA + "TextPositionSelector")
        found = [
            (value, pairs)
            for value, pairs in self._selectors(block)
            if _START in pairs or _END in pairs or (_TYPE in pairs and pairs[_TYPE].term == kind)
        ]
        return sorted(found, key=lambda one: _number(one[1].get(_START)))

    def _put_spans(
        self, block: Block, positions: Sequence[tuple[Value, Mapping[str, Value]]], spans: Spans
    ) -> int:
        if not positions:
            self._add_selectors(block, [self._position(span) for span in spans])
            return len(spans)
        changed = 0
        for (value, pairs), span in zip(positions, spans, strict=True):
            for predicate, number in ((_START, span.start), (_END, span.end)):
                written = pairs.get(predicate)
                if written is None:
                    at = max((one.end for one in pairs.values()), default=value.start + 1)
                    self._insert(at, f" ; {self.written.short(predicate)} {number}")
                elif _number(written) != number:
                    self._replace(written, str(number))
                else:
                    continue
                changed += 1
        return changed

    def _put_phrase(self, block: Block, chosen: str) -> None:
        written = self._part(block, _EXACT)
        if written is not None:
            self._replace(written, self._quoted_as(written, chosen))
            return
        kind, exact = self.written.short(_OA + "TextQuoteSelector"), self.written.short(_EXACT)
        self._add_selectors(block, [f"[ a {kind} ; {exact} {quoted(chosen)} ]"])

    def _put(self, block: Block, predicate: str, new: str) -> int:
        """Put the value *new* in place of a property's, or behind all others; 1 if it is new."""
        written = _first(block.values(predicate))
        if written is None:
            self.edits.append(self.written.behind(block, f"{self.written.short(predicate)} {new}"))
            return 1
        if self.written.text[written.start : written.end] == new or _same(written, new):
            return 0
        self._replace(written, new)
        return 1

    def _position(self, span: Span) -> str:
        kind = self.written.short(_OA + "TextPositionSelector")
        start, end = self.written.short(_START), self.written.short(_END)
        return f"[ a {kind} ; {start} {span.start} ; {end} {span.end} ]"

    def _add_selectors(self, block: Block, new: Sequence[str]) -> None:
        written = block.values(_SELECTOR)
        margin = self.written.margin(block, 2)
        if written:
            self._insert(written[-1].end, "".join(f" ,{margin}{one}" for one in new))
            return
        joined = f" ,{margin}".join(new)
        pair = f"{self.written.short(_SELECTOR)}{margin}{joined}"
        self.edits.append(self.written.behind(block, pair))

    def _quoted_as(self, written: Value, chosen: str) -> str:
        """*chosen* between the marks of the string that it takes the place of, with its tag."""
        old = self.written.text[written.start : written.end]
        marks = re.match(r"\"\"\"|'''|[\"']", old)
        tag = old[max(old.rfind('"'), old.rfind("'")) + 1 :]
        plain = marks is not None and not set(chosen) & set("\"'\\\n\r")
        return f"{marks[0]}{chosen}{marks[0]}{tag}" if marks and plain else quoted(chosen) + tag

    def _insert(self, at: int, new: str) -> None:
        self.edits.append(Edit(at, at, new))

    def _replace(self, value: Value, new: str) -> None:
        self.edits.append(Edit(value.start, value.end, new))

    def _note(self, block: Block, reason: str, sure: str, *, done: bool) -> None:
        line = self.written.text.count("\n", 0, block.subject.start) + 1
        self.notes.append(Note(line, shorten(block.subject.term.value), reason, sure, done))


def anchor(text: str, texts: Texts, known: Mapping[str, tuple[str, str]]) -> Anchored:
    """*text*, which is Turtle, with the marks of its passages filled and repaired.

    *known* has the file name and the hash of each document of the graph, for passages whose
    document *text* does not describe.
    """
    work = _Anchor(read_written(text), texts, known)
    work.run()
    after = work.written.edited(work.edits)
    return Anchored(text, after, tuple(work.notes))


def _phrase(old: str, spans: Spans, text: str, taken: Sequence[str]) -> str | None:
    """The phrase *old* if it will do and stands in *spans*, else what is like it, or a new one."""
    if not inside(spans, text):
        return None
    words = parts(spans, text)
    if old and searchable(old) and any(old in part for part in words):
        return old
    for part in words if old else ():
        hits = Reading(part).find(old) or Reading(part).nearest(old, 1)
        like = part[hits[0].span.start : hits[0].span.end] if hits else ""
        if len(like.split()) >= FEWEST and searchable(like) and like not in taken:
            return like
    return phrase(spans, text, taken)


def _no_text(named: object) -> str:
    if named is None:
        return "no text has its hash, and no file has its name"
    return "its text was changed since it was coded; --edition takes the new one"


def _first(values: Sequence[Value]) -> Value | None:
    return values[0] if values else None


def _of(pairs: Mapping[str, Value], predicate: str) -> Value | None:
    return pairs.get(predicate)


def _text(value: Value | None) -> str:
    return value.term.value if value is not None and isinstance(value.term, Literal) else ""


def _number(value: Value | None) -> int:
    text = _text(value)
    return int(text) if _NUMBER.fullmatch(text) else -1


def _same(value: Value, new: str) -> bool:
    return _text(value) == new.strip('"')
