"""The whole graph as pages that need no server and no script: one for each thing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from posixpath import relpath
from typing import TYPE_CHECKING
from urllib.parse import quote

from .changelog import in_words, plural
from .described import DESCRIPTION, LABEL, PREF_LABEL, TYPE, Described, Node, name_of, short
from .markup import Markup, joined, outside, table, tag
from .sheet import CSS
from .spans import digest
from .terms import BASE, CONCEPT, ID, PREFIXES, TIP, Iri, Literal, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .described import Value

ONTOLOGY = BASE + "ontology"
_SKOS, _OA, _RDFS = PREFIXES["skos"], PREFIXES["oa"], PREFIXES["rdfs"]
_EVIDENCED_BY, _STATED_IN = TIP + "evidencedBy", TIP + "statedIn"
_SOURCE, _SELECTOR = _OA + "hasSource", _OA + "hasSelector"
_DEFINITION, _EXAMPLE, _SCHEME = _SKOS + "definition", _SKOS + "example", _SKOS + "inScheme"
_MANNER = (TIP + "modality", TIP + "evidenceBasis")
_STRUCTURE = {TYPE, PREF_LABEL, LABEL, DESCRIPTION, _STATED_IN, _EVIDENCED_BY, *_MANNER}
_LONGEST = 150
_ORDER = (
    "SourceDocument",
    "Impact",
    "PolicyResponse",
    "NamedActor",
    "PublishedResource",
    "CitedWork",
    "ConceptScheme",
)


@dataclass(frozen=True)
class Site:
    """The pages of a graph; *files* are names of files beside it, which the first page links."""

    graph: Described
    title: str
    version: str
    licence: str
    files: Sequence[str] = ()

    def pages(self) -> Mapping[str, bytes]:
        """All pages by their path, and the sheet of their look."""
        found = {"style.css": CSS.encode(), "index.html": self._index()}
        found["ontology.html"] = self._ontology()
        for title, path, things in self._lists:
            found[path] = self._list(title, path, things)
        for thing in self._things:
            found[_path(thing)] = self._thing(thing)
        return found

    @cached_property
    def _things(self) -> list[str]:
        return [t for t in sorted(self.graph.things) if t.startswith((ID, CONCEPT))]

    @cached_property
    def _terms(self) -> list[str]:
        return [t for t in sorted(self.graph.things) if t.startswith(TIP)]

    @cached_property
    def _lists(self) -> list[tuple[str, str, list[str]]]:
        """The lists of things by their class: title, path, and the things by label."""
        by_class: dict[str, list[str]] = defaultdict(list)
        for thing in self._things:
            types = self.graph.types(thing)
            by_class[types[0] if types else ""].append(thing)
        found = []
        for cls, things in by_class.items():
            name = slug(cls) or "others"
            title = plural(name, self._name(cls)) if cls else "Others"
            path = f"lists/{name}.html"
            found.append((title, path, sorted(things, key=lambda t: (self._name(t).lower(), t))))
        places = {name: n for n, name in enumerate(_ORDER)}
        return sorted(found, key=lambda one: (places.get(_stem(one[1]), len(_ORDER)), one[0]))

    @cached_property
    def _implied(self) -> Mapping[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for thing, predicate, value in sorted(self.graph.implied):
            if predicate != TYPE and value in self.graph.things:
                found[thing].append((predicate, value))
        return found

    def _name(self, iri: str) -> str:
        return name_of([self.graph], iri)

    def _link(self, iri: str, here: str, words: str | None = None) -> Markup:
        """A link from the page *here* to what is said of *iri*, in this site or on the Web."""
        text = words or (self._name(iri) if iri in self.graph.things else short(iri))
        if iri.startswith((ID, CONCEPT)) and iri in self.graph.things:
            target = _path(iri)
        elif iri.startswith(TIP) and iri in self.graph.things:
            target = f"ontology.html#{quote(slug(iri))}"
        elif iri == ONTOLOGY:
            target = "ontology.html"
        else:
            return outside(iri, text)
        return tag("a", text, href=_relative(target, here))

    def _property(self, iri: str, here: str) -> Markup:
        return self._link(iri, here, in_words(iri, self._name(iri)))

    def _page(self, here: str, title: str, body: Iterable[str]) -> bytes:
        head = (
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", f"{title} · {self.title}" if title != self.title else title),
            tag("link", rel="stylesheet", href=_relative("style.css", here)),
        )
        skip = tag("a", "Skip to the content", href="#content", class_="skip")
        ways = (("index.html", "Start"), ("ontology.html", "Ontology"))
        nav = tag("nav", joined((tag("a", w, href=_relative(t, here)) for t, w in ways), by=" · "))
        licence = outside(self.licence, "licence") if self.licence else ""
        foot = tag("footer", f"{self.title}, release {self.version}. ", licence)
        main = tag("main", tag("h1", title), "\n", joined(body, by="\n"), id="content")
        parts = (skip, tag("header", nav), main, foot)
        html = tag("html", tag("head", head), "\n", tag("body", joined(parts, by="\n")), lang="en")
        return f"<!doctype html>\n{html}\n".encode()

    def _index(self) -> bytes:
        here = "index.html"
        dataset = next((t for t in self._things if t.startswith(ID + "dataset/")), "")
        lists = [
            tag("li", tag("a", title, href=_relative(path, here)), f" ({len(things)})")
            for title, path, things in self._lists
        ]
        files = [tag("li", tag("a", name, href=f"../{name}")) for name in self.files]
        body = [
            tag("p", self.graph.text(dataset, DESCRIPTION)),
            tag("h2", "What there is"),
            tag("ul", lists),
            tag("p", "The terms that all is said with: ", self._link(ONTOLOGY, here, "ontology")),
        ]
        if files:
            body += [tag("h2", "Files"), tag("ul", files)]
        return self._page(here, self.title, body)

    def _list(self, title: str, here: str, things: Sequence[str]) -> bytes:
        rows = [(self._link(t, here), self._said(t)) for t in things]
        return self._page(here, title, [table(title, ("Name", "What it is"), rows)])

    def _said(self, thing: str) -> str:
        return self.graph.text(thing, DESCRIPTION, _DEFINITION, _SKOS + "note")

    def _thing(self, thing: str) -> bytes:
        here = _path(thing)
        kinds = [self._link(cls, here) for cls in self.graph.types(thing)]
        body = [
            tag("p", joined(kinds, by=", "), class_="kind"),
            tag("p", tag("code", thing)),
            tag("p", self._said(thing)),
            *self._properties(thing, here),
            *self._in_short(thing, here),
            *self._contents(thing, here),
            *self._statements(thing, here),
            *self._incoming(thing, here),
        ]
        return self._page(here, self._heading(thing), [part for part in body if part])

    def _heading(self, thing: str) -> str:
        phrase = next((f"“{p}”" for p in self._phrases(thing)), "")
        return phrase or self._name(thing)

    def _phrases(self, thing: str) -> Iterator[str]:
        for selector in self.graph.values(thing, _SELECTOR):
            values = selector.values(_OA + "exact") if isinstance(selector, Node) else []
            yield from (v.value for v in values if isinstance(v, Literal))

    def _properties(self, thing: str, here: str) -> Iterator[str]:
        """What is said of *thing*: each property with its values."""
        names = sorted({p for p, _ in self.graph.things[thing]} - {TYPE, DESCRIPTION})
        rows = [
            (self._property(name, here), self._values(self.graph.values(thing, name), here))
            for name in names
        ]
        if rows:
            yield table("What is said of it", ("Property", "Value"), rows)

    def _values(self, values: Iterable[Value], here: str) -> Markup:
        return joined((self._value(value, here) for value in values), by=", ")

    def _value(self, value: Value, here: str) -> Markup:
        if isinstance(value, Iri):
            return self._link(value.value, here)
        if isinstance(value, Literal):
            return tag("span", value.value, lang=value.language)
        members = [self._value(one, here) for one in value.members or ()]
        pairs = [
            joined(self._property(p, here), " ", self._value(v, here))
            for p, v in value.pairs
            if p != TYPE
        ]
        return joined("[", joined([*members, *pairs], by=", "), "]")

    def _in_short(self, thing: str, here: str) -> Iterator[str]:
        """The links that follow from statements, a row for each property."""
        rows = [
            (self._property(name, here), joined((self._link(v, here) for _, v in group), by=", "))
            for name, group in groupby(self._implied.get(thing, ()), key=lambda pair: pair[0])
        ]
        if rows:
            yield table("In short, as follows from statements", ("Property", "Value"), rows)

    def _statements(self, thing: str, here: str) -> Iterator[str]:
        """The statements that speak of *thing*, with their evidence."""
        found: dict[str, list[str]] = defaultdict(list)
        for subject, predicate in self.graph.uses.get(thing, ()):
            if self.graph.values(subject, _EVIDENCED_BY) and predicate != _STATED_IN:
                found[subject].append(predicate)
        if not found:
            return
        rows = [
            (joined((self._property(p, here) for p in names), by=", "), *self._evidence(s, here))
            for s, names in sorted(found.items(), key=lambda item: self._place(item[0]))
        ]
        heads = ("As", "Statement", "Speaks of", "How sure", "Document", "Where")
        yield table("Statements about it", heads, rows)

    def _evidence(self, statement: str, here: str) -> tuple[str, ...]:
        """A statement in a table: itself, what else it speaks of, how sure, and its passage."""
        graph = self.graph
        about = [
            joined(in_words(p, self._name(p)), ": ", self._values(graph.values(statement, p), here))
            for p in sorted({p for p, v in graph.things[statement] if isinstance(v, Iri)})
            if p not in _STRUCTURE
        ]
        sure = (self._values(graph.values(statement, p), here) for p in _MANNER)
        passages = graph.iris(statement, _EVIDENCED_BY)
        return (
            joined(self._link(statement, here), tag("p", graph.text(statement, DESCRIPTION))),
            joined(about, by="; "),
            joined(sure, by="; "),
            self._values(graph.values(statement, _STATED_IN), here),
            joined((self._where(one, here) for one in passages), by="; "),
        )

    def _where(self, passage: str, here: str) -> Markup:
        words = self._heading(passage)
        section = self.graph.text(passage, TIP + "sectionTitle")
        return joined(self._link(passage, here, words), f", {section}" if section else "")

    def _place(self, statement: str) -> tuple[str, int, str]:
        """Where a statement stands: by its document and the first of its spans."""
        documents = self.graph.iris(statement, _STATED_IN)
        starts = [
            int(value.value)
            for passage in self.graph.iris(statement, _EVIDENCED_BY)
            for selector in self.graph.values(passage, _SELECTOR)
            if isinstance(selector, Node)
            for value in selector.values(_OA + "start")
            if isinstance(value, Literal) and value.value.isdecimal()
        ]
        return (documents or [""])[0], min(starts, default=0), statement

    def _contents(self, thing: str, here: str) -> Iterator[str]:
        """Of a document, its statements by their kind, in the order of the text."""
        own = [s for s, p in self.graph.uses.get(thing, ()) if p == _STATED_IN]
        by_kind: dict[str, list[str]] = defaultdict(list)
        for statement in sorted(own, key=self._place):
            by_kind[(self.graph.types(statement) or [""])[0]].append(statement)
        heads = ("Statement", "Speaks of", "How sure", "Where")
        for kind, statements in sorted(by_kind.items()):
            title = f"{plural(slug(kind), self._name(kind))} ({len(statements)})"
            rows = []
            for statement in statements:
                said, about, sure, _, where = self._evidence(statement, here)
                rows.append((said, about, sure, where))
            yield table(title, heads, rows)

    def _incoming(self, thing: str, here: str) -> Iterator[str]:
        """What else refers to *thing*, a row for each property."""
        found: dict[str, list[str]] = defaultdict(list)
        for subject, predicate in self.graph.uses.get(thing, ()):
            told = self.graph.values(subject, _EVIDENCED_BY) and predicate != _EVIDENCED_BY
            if not told and subject in self.graph.things and predicate != TYPE:
                found[predicate].append(subject)
        rows = [
            (self._property(name, here), joined((self._shown(s, here) for s in subjects), by=", "))
            for name, subjects in sorted(found.items())
        ]
        if rows:
            yield table("What refers to it", ("As", "Thing"), rows)

    def _shown(self, thing: str, here: str) -> Markup:
        return self._link(thing, here, self._heading(thing))

    def _ontology(self) -> bytes:
        """The page of the ontology: its header, and each term with what is said of it."""
        here = "ontology.html"
        by_kind: dict[str, list[str]] = defaultdict(list)
        for term in self._terms:
            by_kind[(self.graph.types(term) or [""])[-1]].append(term)
        body: list[str] = [tag("p", tag("code", ONTOLOGY)), tag("p", self._said(ONTOLOGY))]
        if ONTOLOGY in self.graph.things:
            body += [*self._properties(ONTOLOGY, here)]
        for kind, terms in sorted(by_kind.items()):
            title = plural(slug(kind), short(kind))
            listed = (self._link(t, here) for t in terms)
            body += [tag("h2", title), tag("p", joined(listed, by=" · "))]
            body += [self._term(term, here) for term in terms]
        title = self.graph.text(ONTOLOGY, PREFIXES["dcterms"] + "title") or "Ontology"
        return self._page(here, title, body)

    def _term(self, term: str, here: str) -> Markup:
        uses = sum(p == term for pairs in self.graph.things.values() for p, _ in pairs)
        uses += sum(p == TYPE for _, p in self.graph.uses.get(term, ()))
        parts = [
            tag("h3", f"{self._name(term)} ", tag("code", short(term))),
            tag("p", self._said(term)),
            *self._properties(term, here),
            *self._of_term(term, here),
            tag("p", f"Stated {uses:,} times in the data."),
        ]
        return tag("section", joined(parts, by="\n"), id=slug(term))

    def _of_term(self, term: str, here: str) -> Iterator[str]:
        """The terms that refer to *term*, such as the classes below it."""
        found: dict[str, list[str]] = defaultdict(list)
        for subject, predicate in self.graph.uses.get(term, ()):
            if subject.startswith(TIP) and predicate != TYPE:
                found[predicate].append(subject)
        rows = [
            (self._property(name, here), joined((self._link(s, here) for s in subjects), by=", "))
            for name, subjects in sorted(found.items())
        ]
        if rows:
            yield table("Terms that refer to it", ("As", "Term"), rows)


def _path(iri: str) -> str:
    """The path of the page on *iri*: the same for no other, and below the folder of the pages."""
    parts = [quote(part, safe="-.").replace("~", "%7E") for part in iri[len(BASE) :].split("/")]
    # A percent sign in the name of a file would be read as an escape by who follows the link.
    kept = (part.replace("%", "~") if part.strip(".") else f"~{len(part)}" for part in parts)
    return "/".join(part if len(part) <= _LONGEST else digest(part) for part in kept) + ".html"


def _relative(target: str, here: str) -> str:
    path, mark, fragment = target.partition("#")
    if path == here and mark:
        return mark + fragment
    start = here.rpartition("/")[0]
    return relpath(path, start or ".") + mark + fragment


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".html")
