"""Write proposed statements as a Turtle draft, with their passages, marked as not reviewed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .locate import Found, turtle
from .spans import digest, mark, phrase
from .terms import CONCEPT, ID, PREFIXES, STATEMENT_CLASSES, shorten
from .vocabulary import Near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .proposals import Proposal
    from .spans import Spans
    from .vocabulary import Vocabulary

_SLUG = re.compile(r"[^a-z0-9]+")
_TOLD = {
    "impact": "The document tells of what the graph calls “{about}”.",
    "recommendation": "The document recommends what the graph calls “{about}”.",
    "practice": "The document tells that somebody does what the graph calls “{about}”.",
    "resource": "The document lists a publication or a tool; the response is “{about}”.",
    "cause": "The document says that “{cause}” leads to “{about}”.",
    "figure": "The document gives a number: {value} ({unit}).",
    "link": "The document ties “{response}” to “{impact}”.",
}
_BESIDE = "“{response}” and “{impact}” stand below the same headings; nothing said ties them."
_CURATORS = ID + "actor/tipgraph-curators"
_CLASSES = {"impact": ("Impact", "impact"), "cause": ("Impact", "impact")}
_THING = ("PolicyResponse", "response")
_PLAIN = re.compile(r"\S+( \S+){0,7}")
_CONTACT = re.compile(r"@|(?:\d[ ()./-]{0,2}){6}")
_TRIES = 30
UNNAMED = "To be named"
STATUS = "<http://purl.org/adms/status/UnderDevelopment>"
_SCHEMES = (
    *("groups", "actors", "exploitation-forms", "acts", "means", "channels", "settings"),
    *("drivers", "services", "referral-stages", "places"),
)
_FALLBACK = {
    "Impact": {"theme": ("effects-on-victims",)},
    "PolicyResponse": {
        "responseType": ("advocacy",),
        "pillar": ("protection",),
        "instrumentType": ("information-instrument",),
    },
}


@dataclass(frozen=True, slots=True)
class Paper:
    """The document that is drafted: its name, titles, publisher and date, and its text."""

    slug: str
    title: str
    publisher: str
    issued: str
    file: str
    text: str
    language: str = "en"
    notes: tuple[str, ...] = ()
    is_known: bool = False


@dataclass
class Draft:
    """A draft as it is written: names that are taken, and passages that are there."""

    paper: Paper
    vocabulary: Vocabulary
    taken: set[str] = field(default_factory=set)
    labels: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    passages: dict[Spans, Found] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    phrases: set[str] = field(default_factory=set)
    things_of: dict[int, tuple[str, str]] = field(default_factory=dict)

    def turtle(self, proposals: Sequence[Proposal]) -> str:
        """The draft as a Turtle text."""
        statements = [self._statement(one) for one in proposals]
        passages = [turtle(found) for found in self.passages.values()]
        head = [] if self.paper.is_known else self._head()
        body = "\n".join([*head, *statements, *self.things.values(), *passages])
        return prefixed(body)

    def _head(self) -> list[str]:
        paper = self.paper
        kind = {4: "gYear", 7: "gYearMonth"}.get(len(paper.issued), "date")
        document = [
            "a tip:SourceDocument",
            f"skos:prefLabel {_text(paper.title)}",
            f"dcterms:title {_text(paper.title)}",
            f"dcterms:description {_text('A document to be described by its curator.')}",
            f"dcterms:publisher {shorten(paper.publisher)}",
            f'dcterms:issued "{paper.issued}"^^xsd:{kind}',
            f'dcterms:language "{paper.language}"',
            f'tip:sha256 "{digest(paper.text)}"',
            f"tip:textFile {_string(paper.file)}",
            f"tip:textLength {len(paper.text)}",
            *(f"skos:editorialNote {_text(note)}" for note in paper.notes),
            f"bibo:status {STATUS}",
        ]
        coverage = [
            "a tip:CoverageAssessment",
            f"skos:prefLabel {_text('Coverage of ' + paper.title)}",
            f"tip:assesses doc:{paper.slug}",
            "tip:coverageStatus c:partial",
            "tip:assessedScheme " + ", ".join(f"scheme:{one}" for one in _SCHEMES),
            f"skos:note {_text('Drafted by rules; no curator has read the whole text.')}",
        ]
        return [block(f"doc:{paper.slug}", document), block(f"coverage:{paper.slug}", coverage)]

    def _statement(self, one: Proposal) -> str:
        about, label = self._about(one)
        told = self._texts(one, label)
        passage = self._passage(one.piece.spans, one.piece.section)
        # A name lasts, also when what it is about has got one.
        called = f"{one.kind} {passage.phrase}" if UNNAMED in label else told["called"]
        name = self._free("statement", f"{self.paper.slug}-{_slug(called)}")
        lines = [
            f"a tip:{STATEMENT_CLASSES[one.kind]}",
            f"skos:prefLabel {_text(self._label(told['called']))}",
            f"dcterms:description {_text(self._sentence(one).format_map(told))}",
            *about,
            *self._lists(one),
            f"tip:statedIn doc:{self.paper.slug}",
            f"tip:evidencedBy passage:{passage.name}",
            f"tip:speaker {shorten(_CURATORS if _is_inferred(one) else self.paper.publisher)}",
            f"tip:modality c:{one.modality}",
            "tip:evidenceBasis " + ", ".join(f"c:{basis}" for basis in one.bases),
            *(f"tip:{p} {_terms(iris)}" for p, iris in one.values.items()),
            *self._number(one),
            f"skos:editorialNote {_text(self._note(one))}",
            f"bibo:status {STATUS}",
        ]
        return block(f"statement:{name}", lines)

    def _about(self, one: Proposal) -> tuple[list[str], str]:
        """The lines that say what a statement is about, and how that is called."""
        if one.kind in {"figure", "cause"}:
            return [], one.about.label if one.about else ""
        if one.ends:
            (response, first), (impact, second) = map(self._thing, one.ends)
            lines = [f"tip:addressingResponse {response}", f"tip:addressedImpact {impact}"]
            return lines, f"{first} answers {second}"
        prop = "aboutImpact" if one.kind == "impact" else "aboutResponse"
        thing, label = self._thing(one)
        return [f"tip:{prop} {thing}"], label

    def _thing(self, one: Proposal | Near) -> tuple[str, str]:
        """What a statement is about, and its label: the same each time, also if it has no name."""
        if isinstance(one, Near):
            return shorten(one.iri), one.label
        if one.about is not None:
            return self._thing(one.about)
        if id(one) not in self.things_of:
            cls, space = _CLASSES.get(one.kind, _THING)
            name, label = self._unnamed(one, cls, space)
            self.things_of[id(one)] = f"{space}:{name}", label
        return self.things_of[id(one)]

    @staticmethod
    def _sentence(one: Proposal) -> str:
        return _BESIDE if _is_inferred(one) else _TOLD[one.kind]

    def _unnamed(self, one: Proposal, cls: str, space: str) -> tuple[str, str]:
        """A thing that nothing in the graph fits, with the classes of what is nearest."""
        self.labels[space] += 1
        number = self.labels[space]
        name = self._free(space, f"{self.paper.slug}-to-be-named-{number}")
        label = f"{UNNAMED}: {space} {number} of {self.paper.slug}"
        near = self.vocabulary.facts(one.others[0].iri) if one.others else {}
        facts: Mapping[str, Sequence[str]] = {
            key: near.get(key) or [CONCEPT + one for one in fallback]
            for key, fallback in _FALLBACK[cls].items()
        }
        told = (
            "Drafted, not reviewed: nothing in the graph is near enough; the classes are guessed."
        )
        lines = [
            f"a tip:{cls}",
            f"skos:prefLabel {_text(label)}",
            f"skos:altLabel {_text(f'{space} {number} of {self.paper.slug}')}",
            f"dcterms:description {_text('To be described by the curator.')}",
            *(f"tip:{key} {_terms(values)}" for key, values in facts.items()),
            f"skos:editorialNote {_text(told)}",
            f"bibo:status {STATUS}",
        ]
        self.things[f"{space}:{name}"] = block(f"{space}:{name}", lines)
        return name, label

    def _texts(self, one: Proposal, label: str) -> dict[str, str]:
        """What the words of a label and a description need."""
        cause = one.values.get("cause", ("",))[0]
        told = {"about": label, "cause": self.vocabulary.labels.get(cause, ""), **one.texts}
        for role, end in zip(("response", "impact"), one.ends or (), strict=False):
            told[role] = self._thing(end)[1]
        told["unit"] = {"PERCENT": "per cent", "NUM": "number", "UNITLESS": "multiple"}.get(
            told.get("unit", ""), ""
        )
        called = {
            "figure": f"Figure {told.get('value')} {told['unit']}",
            "cause": f"{told['cause']} leads to {label}",
        }
        told["called"] = called.get(
            one.kind, label if one.kind == "impact" else f"{one.kind.capitalize()}: {label}"
        )
        return told

    def _lists(self, one: Proposal) -> list[str]:
        if one.kind != "resource":
            return []
        title = one.texts["title"]
        known = self.resources.get(title.casefold())
        if known:
            return [f"tip:listsResource {known}"]
        name = self._free("resource", _slug(title) or "resource")
        self.resources[title.casefold()] = f"resource:{name}"
        lines = [
            "a tip:PublishedResource",
            f"skos:prefLabel {_text(title)}",
            f"dcterms:title {_text(title)}",
            f"dcterms:description {_text('A publication or a tool, known by its title alone.')}",
            f"dcterms:publisher {shorten(one.texts['publisher'] or self.paper.publisher)}",
            f"tip:resourceType c:{one.texts['type']}",
            f"bibo:status {STATUS}",
        ]
        self.things[f"resource:{name}"] = block(f"resource:{name}", lines)
        return [f"tip:listsResource resource:{name}"]

    @staticmethod
    def _number(one: Proposal) -> list[str]:
        if one.kind != "figure":
            return []
        texts = {key: one.texts[key] for key in ("measure", "population") if one.texts.get(key)}
        return [
            f"qudt:numericValue {one.texts['value']}",
            f"qudt:hasUnit unit:{one.texts['unit']}",
            *(f"tip:{key} {_text(told)}" for key, told in texts.items()),
        ]

    @staticmethod
    def _note(one: Proposal) -> str:
        words = " ".join(one.words.split())[:40]
        told = f"Drafted, not reviewed. Proposed by the rule {one.kind}/{one.rule}"
        told += f" (“{words}”)." if words else "."
        if one.about is not None and one.kind != "figure":
            told += f" Nearness {one.about.score:.2f}."
        if one.others:
            told += " Near are also " + "; ".join(f"“{o.label}”" for o in one.others) + "."
        return told

    def _passage(self, spans: Spans, section: str | None) -> Found:
        if spans not in self.passages:
            text = self.paper.text
            chosen = _phrase(spans, text, self.phrases)
            self.phrases.add(chosen)
            name = self._free("passage", f"{self.paper.slug}-{_slug(chosen) or 'at'}")
            self.passages[spans] = Found(
                name, self.paper.slug, spans, _clean(section), self.paper.language, chosen,
                mark(spans, text), "", 100,
            )  # fmt: skip
        return self.passages[spans]

    def _label(self, called: str) -> str:
        label = f"{called} ({' '.join(self.paper.title.split(':')[0].split()[:6])})"
        self.labels[label] += 1
        number = self.labels[label]
        return label if number == 1 else f"{label} {number}"

    def _free(self, space: str, name: str) -> str:
        """*name*, or with a number behind if it is taken."""
        chosen, key = name, f"{space}/{name}"
        while f"{ID}{space}/{chosen}" in self.taken:
            self.counts[key] = self.counts[key] + 1
            chosen = f"{name}-{self.counts[key] + 1}"
        self.taken.add(f"{ID}{space}/{chosen}")
        return chosen


def _is_inferred(one: Proposal) -> bool:
    return one.modality == "inferred"


def prefixed(body: str) -> str:
    """*body* below the prefixes that it uses."""
    known = {**PREFIXES, "bibo": "http://purl.org/ontology/bibo/", "scheme": CONCEPT + "scheme/"}
    used = sorted(p for p in known if re.search(rf"(?<![\w:/]){p}:", body))
    return "".join(f"@prefix {p}: <{known[p]}> .\n" for p in used) + f"\n{body}"


def block(subject: str, lines: Sequence[str]) -> str:
    """What is said of *subject*, a line for each property."""
    return subject + "\n    " + " ;\n    ".join(lines) + " .\n"


def _terms(iris: Sequence[str]) -> str:
    return ", ".join(shorten(iri if "://" in iri else CONCEPT + iri) for iri in iris)


def _slug(text: str) -> str:
    words = _SLUG.sub("-", text.lower()).strip("-").split("-")
    return "-".join(words[:10])


def _clean(section: str | None) -> str | None:
    """A title of a section on one line; one that looks like contact data is left out."""
    return " ".join(section.split()) if section and not _CONTACT.search(section) else None


def _phrase(spans: Spans, text: str, taken: set[str]) -> str:
    """A locating phrase with single spaces that is no contact data, or else the first word."""
    tried = set(taken)
    for _ in range(_TRIES):
        chosen = phrase(spans, text, tried)
        if chosen is None:
            break
        if _PLAIN.fullmatch(chosen) and not _CONTACT.search(chosen):
            return chosen
        tried.add(chosen)
    words = text[spans[0].start : spans[0].end].split()
    return next((w for w in words if w.isalpha()), words[0])


def _text(text: str) -> str:
    return _string(" ".join(text.split())) + "@en"


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
