"""Walk a curator through a draft: accept, change, name, reject, undo or skip.

The draft holds what was changed, a ledger beside it who decided what and when. From the two the
data files are written anew each time, so that a review may be broken off anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .answers import Span
from .drafted import UNNAMED, block, prefixed
from .errors import BadParameter, BrokenFile, TipgraphError
from .forms import UNITS
from .ledger import ACCEPTED, CHANGED, NAMED, REJECTED, TAKEN_BACK, Decision, Step
from .spans import digest, mark, parts
from .terms import PREFIXES, STATEMENT_CLASSES, TIP, Iri, expand, shorten, slug
from .written import Edit, read_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from .forms import Column, Form
    from .ledger import Ledger
    from .names import Names
    from .written import Block, Value, Written

_TYPE, _SKOS = PREFIXES["rdf"] + "type", PREFIXES["skos"]
_LABEL, _NOTE = _SKOS + "prefLabel", _SKOS + "editorialNote"
_ABOUT_TEXT = PREFIXES["dcterms"] + "description"
_STATUS = "http://purl.org/ontology/bibo/status"
_OA = PREFIXES["oa"]
_DRAFTED = "Drafted, not reviewed"
_ABOUT = (TIP + "aboutImpact", TIP + "aboutResponse")
_THINGS = {TIP + "Impact", TIP + "PolicyResponse", TIP + "PublishedResource"}
_KINDS = {TIP + name: kind for kind, name in STATEMENT_CLASSES.items()}
_HIDDEN = {_TYPE, _LABEL, _STATUS, TIP + "evidencedBy", TIP + "statedIn"}
_QUIT, _NEXT = "quit", "next"
_OWN = "# Written by tipgraph review; a review that goes on writes it anew.\n"
HELP = """\
a [DESCRIPTION]          accept it, with a description in your own words
c PROPERTY VALUE; VALUE  change what it says, as in: c modality hedged
n LABEL; OTHER; TEXT     name what it is about, if nothing in the graph fits
r REASON                 reject it
u                        undo: take back the last decision, also of an earlier review
s                        skip it for now
q                        quit; the next review goes on from here"""


@dataclass
class Manuscript:
    """A draft as it is on disk: its blocks by what they are about, to be changed one by one."""

    path: Path

    def __post_init__(self) -> None:
        """Read the draft."""
        self.read()

    def read(self) -> None:
        """Take the draft as it is on disk now."""
        try:
            self.written: Written = read_written(self.path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            message = f"{self.path} cannot be read: {error}; name a draft."
            raise BrokenFile(message) from error
        self.blocks = {b.subject.term.value: b for b in self.written.blocks}

    def statements(self) -> tuple[str, ...]:
        """The statements of the draft, in order."""
        return tuple(i for i, b in self.blocks.items() if b.values(TIP + "evidencedBy"))

    def said(self, iri: str) -> dict[str, list[str]]:
        """What the draft says of a thing: Turtle by property."""
        found: dict[str, list[str]] = {}
        for pair in self.blocks[iri].pairs:
            written = self.written.text[pair.value.start : pair.value.end]
            found.setdefault(pair.predicate, []).append(written)
        return found

    def text(self, iri: str, predicate: str) -> str:
        """The words, or the address, that a property has first."""
        values = self.blocks[iri].values(predicate) if iri in self.blocks else []
        return values[0].term.value if values else ""

    def put(self, iri: str, said: Mapping[str, list[str]]) -> None:
        """Let the draft say *said* of a thing, and nothing else."""
        old, text = self.blocks[iri], self.written.text
        new = _block(self.written, iri, said).rstrip("\n")
        self._keep(text[: old.subject.start] + new + text[old.end + 1 :])

    def rename(self, iri: str, new: str, old_label: str, label: str) -> None:
        """Give a thing another address, and another label, everywhere in the draft."""
        pattern = rf"(?<![\w:/-]){re.escape(shorten(iri))}(?![\w-])"
        text = re.sub(pattern, shorten(new), self.written.text)
        self._keep(text.replace(_string(old_label)[1:-1], _string(label)[1:-1]))

    def repoint(self, iri: str, new: str, old_label: str, label: str) -> None:
        """Let what points to *iri* point to *new*, and call it *label*, all but *iri* itself."""
        edits = []
        for subject, found in self.blocks.items():
            text = self.written.text[found.subject.start : found.end + 1]
            if subject != iri and any(p.value.term == Iri(iri) for p in found.pairs):
                told = re.sub(
                    rf"(?<![\w:/-]){re.escape(shorten(iri))}(?![\w-])", shorten(new), text
                )
                told = told.replace(old_label, label or old_label)
                edits.append(Edit(found.subject.start, found.end + 1, told))
        self._keep(self.written.edited(edits))

    def step(self, was: Written) -> Step:
        """What changed since the draft was *was*, which had as many blocks as it has now."""
        both = zip(was.blocks, self.written.blocks, strict=True)
        old, new = _source(was), _source(self.written)
        changed = [(a, b) for a, b in both if old(a) != new(b)]
        names = [b.subject.term.value for a, b in changed if a.subject.term != b.subject.term]
        after = digest("".join(new(b) for _, b in changed))
        return Step("\n".join(old(a) for a, _ in changed), after, next(iter(names), ""))

    def step_back(self, step: Step) -> None:
        """Let the draft say again what it said before *step*."""
        former = read_written(prefixed(step.before))
        old, new = _source(former), _source(self.written)
        here = [
            self.blocks.get(b.subject.term.value, self.blocks.get(step.named))
            for b in former.blocks
        ]
        now = [b for b in here if b is not None]
        if digest("".join(map(new, now))) != step.after:
            message = "What it changed was changed by hand since; put it back by hand too."
            raise BadParameter(message)
        edits = [
            Edit(b.subject.start, b.end + 1, old(a))
            for a, b in zip(former.blocks, now, strict=True)
        ]
        self._keep(self.written.edited(edits))

    def _keep(self, text: str) -> None:
        known = read_written(text).prefixes
        body = text[text.rfind("@prefix") :].partition("\n")[2] if known else text
        aside = self.path.with_name(f".{self.path.name}.new")
        aside.write_text(prefixed(body.lstrip("\n")), encoding="utf-8")
        aside.replace(self.path)
        self.read()


@dataclass
class Review:
    """A review: a draft, its ledger, who reviews, and the names and forms of the graph."""

    draft: Manuscript
    ledger: Ledger
    curator: str
    names: Names
    form: Form
    texts: Mapping[str, str]
    now: Callable[[], str] = lambda: datetime.now(UTC).isoformat(timespec="seconds")

    def waiting(self) -> tuple[str, ...]:
        """The statements on which nothing is decided yet."""
        done = self.ledger.verdicts()
        return tuple(iri for iri in self.draft.statements() if iri not in done)

    def run(self, commands: Iterator[str], tell: Callable[[str], None]) -> None:
        """Walk through what waits, by *commands*, until they end or one says to quit."""
        places = {iri: n for n, iri in enumerate(self.draft.statements(), 1)}
        skipped: set[str] = set()
        goes = _NEXT
        while goes != _QUIT:
            left = (iri for iri in self.waiting() if iri not in skipped)
            iri = goes if goes in places else next(left, "")
            if iri:
                tell(f"\n[{places[iri]} of {len(places)}]\n" + "\n".join(self.shown(iri)))
            else:
                tell("\nNothing else waits: u takes back the last decision, q quits.")
            goes = self._one(iri, commands, tell)
            if goes == _NEXT and iri not in self.ledger.verdicts():
                skipped.add(iri)

    def _one(self, iri: str, commands: Iterator[str], tell: Callable[[str], None]) -> str:
        """See to one statement, or to none; what comes next, which may be a statement."""
        for line in commands:
            word, _, rest = line.strip().partition(" ")
            if word == "q":
                return _QUIT
            if word == "s" and iri:
                return _NEXT
            try:
                told, goes = self._do(iri, word, rest.strip())
            except TipgraphError as error:
                told, goes = str(error), ""
            tell(told)
            if goes:
                return goes
        return _QUIT

    def _do(self, iri: str, word: str, rest: str) -> tuple[str, str]:
        """Do what *word* says; what is told of it, and what comes next, if this is done with."""
        if word == "u":
            return self.undo()
        deeds: Mapping[str, Callable[[str, str], str]]
        deeds = {"a": self.accept, "r": self.reject, "c": self.change, "n": self.name}
        if not iri or word not in deeds:
            return HELP, ""
        return deeds[word](iri, rest), _NEXT if word in {"a", "r"} else ""

    def undo(self) -> tuple[str, str]:
        """Take back the last decision that stands: what is told, and the statement it was on."""
        standing = self.ledger.standing()
        if not standing:
            raise BadParameter("Nothing was decided that could be taken back.")
        last = standing[-1]
        if last.step.before:
            self.draft.step_back(last.step)
        reason = f"{last.verdict} by {last.curator} at {last.at}"
        self._decide(last.statement, TAKEN_BACK, reason + (f": {last.reason}" * bool(last.reason)))
        return f"taken back: {reason}", last.statement

    def accept(self, iri: str, description: str = "") -> str:
        """Accept a statement, with a description if one is given."""
        if self._unnamed(iri):
            message = "Name what it is about with n, or choose a thing of the graph with c."
            raise BadParameter(message)
        was = self.draft.written
        if description:
            said = self.draft.said(iri) | {_ABOUT_TEXT: [_string(description) + "@en"]}
            self.draft.put(iri, said)
        self._decide(iri, ACCEPTED, "", was)
        return ACCEPTED

    def reject(self, iri: str, reason: str) -> str:
        """Reject a statement for a reason, which is kept."""
        if not reason:
            raise BadParameter("Give a reason after r, such as: r says it twice")
        self._decide(iri, REJECTED, reason)
        return REJECTED

    def change(self, iri: str, told: str) -> str:
        """Change one property of a statement; *told* is its name and the new values."""
        column, text = self._column(told)
        values = [one.strip() for one in text.split(";")] if column.is_thing else [text]
        terms = [self._term(column, one) for one in values if one]
        said = self.draft.said(iri)
        predicate = column.iri or _TYPE
        if column.takes == "kind":
            said = {k: v for k, v in said.items() if k not in _ABOUT}
        was, about = self.draft.written, self._about(iri)
        old = ", ".join(said.get(predicate, []))
        if predicate in _ABOUT:
            said = self._renamed(iri, said, terms)
        self.draft.put(iri, {k: v for k, v in (said | {predicate: terms}).items() if v})
        if predicate in _ABOUT and terms and self._is_unnamed(about):
            self._repoint(about, terms[0])
        reason = f"{column.title}: {old or 'nothing'} → {', '.join(terms)}"
        self._decide(iri, CHANGED, reason, was)
        return f"{column.title}: {', '.join(terms) or 'nothing'}"

    def _repoint(self, old: str, term: str) -> None:
        """Let the links that point to a thing without a name point to what was chosen for it."""
        new = expand(term) or ""
        self.draft.repoint(old, new, self._called(old), self._called(new))

    def _renamed(
        self, iri: str, said: dict[str, list[str]], terms: list[str]
    ) -> dict[str, list[str]]:
        """*said* with the label of another thing in place of that which it was about."""
        old, new = (
            self._called(self._about(iri)),
            self._called(expand(terms[0]) or "") if terms else "",
        )
        if not old or not new:
            return said
        told = {k: said[k] for k in (_LABEL, _ABOUT_TEXT) if k in said}
        return said | {k: [v.replace(old, new) for v in values] for k, values in told.items()}

    def _called(self, iri: str) -> str:
        """The label of a thing of the draft or of the graph, as Turtle has it."""
        label = self.draft.text(iri, _LABEL)
        for kind in ("Impact", "PolicyResponse"):
            entry = self.names.of(kind).get(iri.casefold())
            label = label or (entry.label if entry else "")
        return _string(label)[1:-1]

    def name(self, iri: str, told: str) -> str:
        """Name a thing that the draft left to be named: its label, another name, a description."""
        label, other, text = [*(one.strip() for one in told.split(";", 2)), "", "", ""][:3]
        if not (label and other and text):
            raise BadParameter("Give three parts: n LABEL; OTHER NAME; DESCRIPTION")
        about = self._unnamed(iri)
        if not about:
            raise BadParameter("What it is about has a name; choose another thing with c.")
        said = self.draft.said(about) | {
            _LABEL: [_string(label) + "@en"],
            _SKOS + "altLabel": [_string(other) + "@en"],
            _ABOUT_TEXT: [_string(text) + "@en"],
        }
        new = about.rsplit("/", 1)[0] + "/" + re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")
        if new in self.draft.blocks or self._is_known(new):
            raise BadParameter(f"{shorten(new)} is there already; choose it with c.")
        old, was = self.draft.text(about, _LABEL), self.draft.written
        self.draft.put(about, said)
        self.draft.rename(about, new, old, label)
        self._decide(iri, NAMED, f"{shorten(about)} → {shorten(new)}", was)
        return f"{shorten(new)}: its classes are guessed; see to them in the file of things."

    def shown(self, iri: str) -> Iterator[str]:
        """A statement for people: what it says, and the words on which it rests."""
        found = self.draft.blocks[iri]
        kinds = (_KINDS.get(v.term.value, "") for v in found.values(_TYPE))
        yield f"{' '.join(kinds)}: {self.draft.text(iri, _LABEL)}"
        passage = self.draft.text(iri, TIP + "evidencedBy")
        section = self.draft.text(passage, TIP + "sectionTitle")
        yield f"  “{self._quote(passage)}”" + (f"  (in: {section})" if section else "")
        columns = {column.iri: column for column in self.form.columns}
        for predicate in dict.fromkeys(pair.predicate for pair in found.pairs):
            column = columns.get(predicate)
            told = [self._told(value, column) for value in found.values(predicate)]
            if predicate not in _HIDDEN:
                yield f"  {column.title if column else slug(predicate)}: {'; '.join(told)}"

    def _told(self, value: Value, column: Column | None) -> str:
        """A value as a person would say it, and could type it."""
        if not isinstance(value.term, Iri):
            return value.term.value
        label = self.draft.text(value.term.value, _LABEL)
        known = self.names.known(value.term.value, column.takes) if column else None
        return label or (known.label if known else shorten(value.term.value))

    def files(self) -> Mapping[str, str]:
        """The data files that the accepted statements make: Turtle by path, which may be none."""
        verdicts, all_of_them = self.ledger.verdicts(), self.draft.statements()
        chosen = [i for i in all_of_them if verdicts.get(i) == ACCEPTED]
        if not all_of_them:
            return {}
        document = self.draft.text(all_of_them[0], TIP + "statedIn")
        passages = dict.fromkeys(self.draft.text(i, TIP + "evidencedBy") for i in chosen)
        used = self._used(chosen)
        coverage = [i for i, b in self.draft.blocks.items() if b.values(TIP + "assesses")]
        head = [document] if chosen and document in self.draft.blocks else []
        found = {
            f"documents/{slug(document)}.ttl": [*head, *chosen, *passages],
            f"things/{slug(document)}.ttl": used,
            f"{slug(document)}.ttl": coverage if chosen else [],
        }
        return {path: self._file(iris) if iris else "" for path, iris in found.items()}

    def _used(self, chosen: Iterable[str]) -> list[str]:
        """The things that the draft describes and that *chosen* point to."""
        pointed = [p.value.term for i in chosen for p in self.draft.blocks[i].pairs]
        iris = dict.fromkeys(term.value for term in pointed if isinstance(term, Iri))
        return [i for i in iris if i in self.draft.blocks and self._types(i) & _THINGS]

    def _types(self, iri: str) -> set[str]:
        return {value.term.value for value in self.draft.blocks[iri].values(_TYPE)}

    def _file(self, iris: Iterable[str]) -> str:
        blocks = [_block(self.draft.written, iri, self._clean(iri)) for iri in iris]
        return _OWN + prefixed("\n".join(blocks))

    def _clean(self, iri: str) -> Mapping[str, list[str]]:
        """What is said of a thing, without the marks of a draft."""
        said = {k: v for k, v in self.draft.said(iri).items() if k != _STATUS}
        said[_NOTE] = [v for v in said.pop(_NOTE, []) if _DRAFTED not in v]
        if TIP + "PolicyResponse" in self._types(iri) and iri not in self._linked():
            said[_NOTE].append('"No impact has been linked to it yet."@en')
        return {predicate: values for predicate, values in said.items() if values}

    def _linked(self) -> set[str]:
        """The responses of which an accepted link says that they address an impact."""
        chosen = (i for i, v in self.ledger.verdicts().items() if v == ACCEPTED)
        return {self.draft.text(iri, TIP + "addressingResponse") for iri in chosen}

    def _about(self, iri: str) -> str:
        return self.draft.text(iri, _ABOUT[0]) or self.draft.text(iri, _ABOUT[1])

    def _unnamed(self, iri: str) -> str:
        """The first thing to which a statement points and that has yet to be named, if any."""
        pointed = (pair.value.term.value for pair in self.draft.blocks[iri].pairs)
        return next((thing for thing in pointed if self._is_unnamed(thing)), "")

    def _is_unnamed(self, iri: str) -> bool:
        return (
            self.draft.text(iri, _LABEL).startswith(UNNAMED) and iri not in self.draft.statements()
        )

    def _is_known(self, iri: str) -> bool:
        return any(iri.casefold() in self.names.of(one) for one in ("Impact", "PolicyResponse"))

    def _column(self, told: str) -> tuple[Column, str]:
        """The property that *told* begins with, by its title or its short name; and the rest."""
        names = {c.title.casefold(): c for c in self.form.columns}
        names |= {slug(c.iri).casefold(): c for c in self.form.columns if c.iri}
        fits = [n for n in names if re.match(rf"{re.escape(n)}(?:\s|$)", told.casefold())]
        best = max(fits, key=len, default="")
        if not best or not (names[best].iri or names[best].takes == "kind"):
            known = ", ".join(c.title for c in self.form.columns if c.iri)
            raise BadParameter(f"Nothing that can be changed is called so; take one of {known}.")
        return names[best], told[len(best) :].strip()

    def _term(self, column: Column, text: str) -> str:
        """*text* as Turtle has it for a property."""
        if column.takes == "kind":
            if text.casefold() not in STATEMENT_CLASSES:
                raise BadParameter(
                    f"“{text}” is no kind; take one of {', '.join(STATEMENT_CLASSES)}."
                )
            return f"tip:{STATEMENT_CLASSES[text.casefold()]}"
        if column.is_thing:
            if text in {shorten(iri) for iri in self.draft.blocks}:
                return text
            return shorten(self.names.find(text, column.takes, column.title).iri)
        if column.takes == "number":
            if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
                raise BadParameter(f"“{text}” is no number; write digits such as 20 or 3.5.")
            return text
        if column.takes == "unit":
            if text.casefold() not in UNITS:
                raise BadParameter(f"“{text}” is no unit; take one of {', '.join(UNITS)}.")
            return f"unit:{UNITS[text.casefold()]}"
        return _string(text) + ("@en" if column.takes == "text" else "")

    def _quote(self, passage: str) -> str:
        """The words of a passage, if its text is at hand and is the one that was drafted."""
        spans = tuple(sorted(self._spans(passage), key=lambda span: span.start))
        document = self.draft.text(passage, _OA + "hasSource")
        text = self.texts.get(self.draft.text(document, TIP + "sha256"), "")
        if text and mark(spans, text) == self.draft.text(passage, TIP + "sha256"):
            return " […] ".join(" ".join(part.split()) for part in parts(spans, text))
        return f"{self._phrase(passage)} …"

    def _spans(self, passage: str) -> Iterator[Span]:
        for pairs in self._selectors(passage):
            if _OA + "start" in pairs:
                yield Span(int(pairs[_OA + "start"]), int(pairs[_OA + "end"]))

    def _phrase(self, passage: str) -> str:
        return next((p[_OA + "exact"] for p in self._selectors(passage) if _OA + "exact" in p), "")

    def _selectors(self, passage: str) -> Iterator[Mapping[str, str]]:
        values = self.draft.blocks[passage].values(_OA + "hasSelector")
        return ({pair.predicate: pair.value.term.value for pair in v.pairs} for v in values)

    def _decide(self, iri: str, verdict: str, reason: str = "", was: Written | None = None) -> None:
        """Keep a decision, with what it changed in the draft since that was *was*."""
        step = self.draft.step(was) if was else Step()
        self.ledger.add(Decision(iri, verdict, self.curator, self.now(), reason, step))


def keep(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write *files* into *folder*, but over none that was not written here.

    A file that has become empty, as what it held was taken back, is removed.
    """
    targets = {folder / path: text for path, text in files.items()}
    for path, text in targets.items():
        if text and path.exists() and not _is_own(path):
            message = f"{path} is there already, and is no work of a review; name another --output."
            raise BadParameter(message)
    for path, text in targets.items():
        if not text and path.exists() and _is_own(path):
            path.unlink()
        if not text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.new")
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    return [path for path, text in targets.items() if text]


def _is_own(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith(_OWN)


def _source(written: Written) -> Callable[[Block], str]:
    """What tells how a block of *written* is written, with its full stop."""
    return lambda block: written.text[block.subject.start : block.end + 1]


def _block(written: Written, iri: str, said: Mapping[str, list[str]]) -> str:
    """A block in house form."""
    lines = [f"{_short(written, p)}{_values(p, values)}" for p, values in said.items()]
    return block(shorten(iri), lines)


def _short(written: Written, predicate: str) -> str:
    if predicate == _TYPE:
        return "a"
    short = written.short(predicate)
    return shorten(predicate) if short.startswith("<") else short


def _values(predicate: str, values: list[str]) -> str:
    if predicate == _OA + "hasSelector":
        return "\n        " + " ,\n        ".join(values)
    return " " + ", ".join(values)


def _string(text: str) -> str:
    plain = " ".join(text.split())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
