"""Walk a curator through a draft: accept, change, name, reject or skip each statement.

The draft holds what was changed, a ledger beside it who decided what and when. From the two the
data files are written anew each time, so that a review may be broken off anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .answers import Span
from .drafted import UNNAMED, block, prefixed
from .errors import BadParameter, BrokenFile, TipgraphError
from .forms import UNITS
from .spans import mark, parts
from .terms import PREFIXES, STATEMENT_CLASSES, TIP, Iri, Literal, expand, shorten, slug
from .written import read_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from .forms import Column, Form
    from .names import Names
    from .written import Block, Written

_TYPE, _SKOS = PREFIXES["rdf"] + "type", PREFIXES["skos"]
_LABEL, _NOTE = _SKOS + "prefLabel", _SKOS + "editorialNote"
_ABOUT_TEXT = PREFIXES["dcterms"] + "description"
_STATUS = "http://purl.org/ontology/bibo/status"
_OA, _PROV = PREFIXES["oa"], PREFIXES["prov"]
_REVIEW = "https://w3id.org/tipgraph/id/review/"
_DRAFTED = "Drafted, not reviewed"
_ABOUT = (TIP + "aboutImpact", TIP + "aboutResponse")
_THINGS = {TIP + "Impact", TIP + "PolicyResponse", TIP + "PublishedResource"}
_OWN = "# Written by tipgraph review; a review that goes on writes it anew.\n"
ACCEPTED, REJECTED = "accepted", "rejected"
HELP = """\
a [DESCRIPTION]          accept it, with a description in your own words
c PROPERTY VALUE; VALUE  change what it says, as in: c modality hedged
n LABEL; OTHER; TEXT     name what it is about, if nothing in the graph fits
r REASON                 reject it
s                        skip it for now
q                        quit; the next review goes on from here"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a statement, by whom, when, and why."""

    statement: str
    verdict: str
    curator: str
    at: str
    reason: str = ""


@dataclass
class Ledger:
    """The decisions of a review, kept in a Turtle file to which each is added at once."""

    path: Path
    decisions: list[Decision] = field(default_factory=list)

    @classmethod
    def opened(cls, path: Path) -> Ledger:
        """The ledger at *path*, with what it holds."""
        if not path.exists():
            return cls(path)
        written = read_written(path.read_text(encoding="utf-8"))
        return cls(path, [_decision(b) for b in written.blocks])

    def add(self, decision: Decision) -> None:
        """Keep *decision*."""
        text = "" if self.decisions else _LEDGER_HEAD
        number = len(self.decisions) + 1
        lines = [
            "a prov:Activity",
            f"prov:used {shorten(decision.statement)}",
            f"prov:wasAssociatedWith [ a prov:Agent ; foaf:name {_string(decision.curator)} ]",
            f'prov:endedAtTime "{decision.at}"^^xsd:dateTime',
            f"dcterms:type {_string(decision.verdict)}",
            *([f"skos:note {_string(decision.reason)}@en"] if decision.reason else []),
        ]
        text += "\n" + block(f"review:{self.path.name.split('.')[0]}-{number}", lines)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text)
        self.decisions.append(decision)

    def verdicts(self) -> Mapping[str, str]:
        """The last verdict on each statement that has one."""
        known = (ACCEPTED, REJECTED)
        return {d.statement: d.verdict for d in self.decisions if d.verdict in known}


_LEDGER_HEAD = "".join(
    f"@prefix {p}: <{PREFIXES.get(p, _REVIEW)}> .\n"
    for p in ("dcterms", "foaf", "prov", "review", "skos", "statement", "xsd")
)


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
        waiting = self.waiting()
        for number, iri in enumerate(waiting, 1):
            tell(f"\n[{number} of {len(waiting)}]")
            if not self._one(iri, commands, tell):
                return

    def _one(self, iri: str, commands: Iterator[str], tell: Callable[[str], None]) -> bool:
        """See to one statement; False if the review ends with it."""
        tell("\n".join(self.shown(iri)))
        for line in commands:
            word, _, rest = line.strip().partition(" ")
            if word == "q":
                return False
            if word == "s":
                return True
            try:
                told, done = self._do(iri, word, rest.strip())
            except TipgraphError as error:
                told, done = str(error), False
            tell(told)
            if done:
                return True
        return False

    def _do(self, iri: str, word: str, rest: str) -> tuple[str, bool]:
        if word == "a":
            return self.accept(iri, rest), True
        if word == "r":
            return self.reject(iri, rest), True
        if word == "c":
            return self.change(iri, rest), False
        if word == "n":
            return self.name(iri, rest), False
        return HELP, False

    def accept(self, iri: str, description: str = "") -> str:
        """Accept a statement, with a description if one is given."""
        about = self._about(iri)
        if self.draft.text(about, _LABEL).startswith(UNNAMED):
            message = "Name what it is about with n, or choose a thing of the graph with c."
            raise BadParameter(message)
        if description:
            said = self.draft.said(iri) | {_ABOUT_TEXT: [_string(description) + "@en"]}
            self.draft.put(iri, said)
        self._decide(iri, ACCEPTED)
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
        old = ", ".join(said.get(predicate, []))
        if predicate in _ABOUT:
            said = self._renamed(iri, said, terms)
        self.draft.put(iri, {k: v for k, v in (said | {predicate: terms}).items() if v})
        self._decide(iri, "changed", f"{column.title}: {old or 'nothing'} → {', '.join(terms)}")
        return f"{column.title}: {', '.join(terms) or 'nothing'}"

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
        about = self._about(iri)
        if not (label and other and text):
            raise BadParameter("Give three parts: n LABEL; OTHER NAME; DESCRIPTION")
        if not self.draft.text(about, _LABEL).startswith(UNNAMED):
            raise BadParameter("What it is about has a name; choose another thing with c.")
        said = self.draft.said(about) | {
            _LABEL: [_string(label) + "@en"],
            _SKOS + "altLabel": [_string(other) + "@en"],
            _ABOUT_TEXT: [_string(text) + "@en"],
        }
        new = about.rsplit("/", 1)[0] + "/" + re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")
        if new in self.draft.blocks or self._is_known(new):
            raise BadParameter(f"{shorten(new)} is there already; choose it with c.")
        old = self.draft.text(about, _LABEL)
        self.draft.put(about, said)
        self.draft.rename(about, new, old, label)
        self._decide(iri, "named", f"{shorten(about)} → {shorten(new)}")
        return f"{shorten(new)}: its classes are guessed; see to them in the file of things."

    def shown(self, iri: str) -> Iterable[str]:
        """A statement for people: what it says, and the words on which it rests."""
        said = self.draft.said(iri)
        yield f"{said[_TYPE][0]}  {self.draft.text(iri, _LABEL)}"
        passage = self.draft.text(iri, TIP + "evidencedBy")
        section = self.draft.text(passage, TIP + "sectionTitle")
        yield f"  “{self._quote(passage)}”" + (f"  ({section})" if section else "")
        hidden = {_TYPE, _LABEL, _STATUS, TIP + "evidencedBy", TIP + "statedIn"}
        for predicate, values in said.items():
            if predicate not in hidden:
                yield f"  {slug(predicate)}: {', '.join(values)}"

    def files(self) -> Mapping[str, str]:
        """The data files that the accepted statements make: Turtle by path."""
        verdicts = self.ledger.verdicts()
        chosen = [i for i in self.draft.statements() if verdicts.get(i) == ACCEPTED]
        if not chosen:
            return {}
        document = self.draft.text(chosen[0], TIP + "statedIn")
        passages = dict.fromkeys(self.draft.text(i, TIP + "evidencedBy") for i in chosen)
        used = self._used(chosen)
        coverage = [i for i, b in self.draft.blocks.items() if b.values(TIP + "assesses")]
        head = [document] if document in self.draft.blocks else []
        found = {
            f"documents/{slug(document)}.ttl": [*head, *chosen, *passages],
            f"things/{slug(document)}.ttl": used,
            f"{slug(document)}.ttl": coverage,
        }
        return {path: self._file(iris) for path, iris in found.items() if iris}

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
        if TIP + "PolicyResponse" in self._types(iri):
            said[_NOTE].append('"No impact has been linked to it yet."@en')
        return {predicate: values for predicate, values in said.items() if values}

    def _about(self, iri: str) -> str:
        return self.draft.text(iri, _ABOUT[0]) or self.draft.text(iri, _ABOUT[1])

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

    def _decide(self, iri: str, verdict: str, reason: str = "") -> None:
        self.ledger.add(Decision(iri, verdict, self.curator, self.now(), reason))


def keep(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write *files* into *folder*, but over none that was not written here."""
    targets = {folder / path: text for path, text in files.items()}
    for path in targets:
        if path.exists() and not path.read_text(encoding="utf-8").startswith(_OWN):
            message = f"{path} is there already, and is no work of a review; name another --output."
            raise BadParameter(message)
    for path, text in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(targets)


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


def _decision(told: Block) -> Decision:
    def text(predicate: str) -> str:
        values = told.values(predicate)
        return values[0].term.value if values else ""

    agent = told.values(_PROV + "wasAssociatedWith")
    names = [p.value.term for value in agent for p in value.pairs]
    curator = next((term.value for term in names if isinstance(term, Literal)), "")
    return Decision(
        text(_PROV + "used"),
        text(PREFIXES["dcterms"] + "type"),
        curator,
        text(_PROV + "endedAtTime"),
        text(_SKOS + "note"),
    )


def _string(text: str) -> str:
    plain = " ".join(text.split())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
