"""The pages of things: all that the graph knows of one, in sentences, tables and triples."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from . import formats
from .answers import LINKING
from .contexts import context
from .errors import BadParameter
from .languages import DEFAULT
from .lookup import Manner
from .page_home import DIFFERING
from .page_reading import reading
from .page_results import passages_cited
from .parameters import Given
from .questions import kind_of
from .schema_terms import terms
from .terms import CONCEPT, TIP, Blank, Iri, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fastapi import Request, Response

    from .answers import Document, Evidence, Item, Named
    from .gaps import Gaps
    from .kinds import Facet, Kind
    from .names import Entry
    from .pages import Pages
    from .questions import Questions
    from .rdf import Quad
    from .schema_terms import SchemaTerm
    from .terms import Term

    Quads = Callable[[], list[Quad]]

# What a concept brings besides what the list of its kind knows of it.
_OF_TERMS = ("alternative_labels", "example", "scope_note", "notation", "standard_category")
# Of these there are few: their lists are shown where they are not empty.
_FEW = {"resources", "figures"}
_USING = ("impacts", "responses", "resources", "figures", "statements")
# These are told by the columns of the documents, or at the head of the page.
_ELSEWHERE = {"modality", "basis", "link_basis", "addresses_explicitly"}
# These gaps are seen on the page itself: by its documents, and by the links that are marked.
_PLAIN = {"impact-in-one-document", "impact-without-explicit-response"}
_ADDRESSING = ("addresses", "addressed_by")
_SCHEME = CONCEPT + "scheme/"
_TAKEN = ("view", "format", "cursor", "lang")
_VIEWS = ("", "triples")


@dataclass(frozen=True, slots=True)
class Side:
    """What one document says of a thing."""

    document: Document
    evidence: tuple[Evidence, ...]


class ThingPages:
    """Makes the page of any thing of the graph."""

    def __init__(
        self,
        pages: Pages,
        questions: Questions,
        gaps: Gaps,
        scheme: Callable[[str, Request], Response | None],
    ) -> None:
        """Make pages; *questions* tell what differs, *gaps* what lacks, *scheme* makes trees."""
        self._gaps = gaps
        self._scheme = scheme
        self._pages = pages
        self._lookup = pages.lookup
        self._questions = questions
        self._differing: Mapping[str, tuple[str, ...]] | None = None
        self._lists: dict[str, list[tuple[Kind, Facet]]] = {}
        self._terms: Mapping[str, Sequence[SchemaTerm]] = {}
        self._lock = Lock()

    def thing(self, iri: str, request: Request, quads: Quads) -> Response | None:
        """The page of *iri*, or None if the graph says nothing of it."""
        given = Given(self._pages.here(request).pairs)
        given.only(_TAKEN, "The page of a thing")
        view = given.once("view") or ""
        if view not in _VIEWS:
            message = f"view={view}: give triples, or leave it out."
            raise BadParameter(message, parameter="view", value=view, suggestions=("triples",))
        own = not view and iri.startswith(_SCHEME)
        tree = self._scheme(iri, request) if own else None
        if tree is not None:
            return tree
        found = None if view else self._listed(iri)
        if found is None:
            return self._triples(iri, request, quads())
        kind, entry = found
        if kind.name == "documents":
            return self._document(kind, entry, request)
        return self._whole(kind, entry, request)

    def ontology(self, request: Request, quads: Quads) -> Response | None:
        """The page of the ontology, with all its terms."""
        Given(self._pages.here(request).pairs).only(("format", "lang"), "The page of the ontology")
        with self._lock:
            self._terms = self._terms or terms(quads())
        return self._pages.shown(
            request, "ontology.html", parts_of=self._terms, forms=formats.GRAPH_TYPES
        )

    def _listed(self, iri: str) -> tuple[Kind, Entry] | None:
        """The kind that tells most of *iri*, and its name there."""
        named = ("groups", "actors", "concepts") if iri.startswith(CONCEPT) else (kind_of(iri),)
        for name in named:
            kind = self._lookup.kinds.get(name)
            entry = self._lookup.names.of(kind.type).get(iri.casefold()) if kind else None
            if kind is not None and entry is not None and entry.iri == iri:
                return kind, entry
        return None

    def _whole(self, kind: Kind, entry: Entry, request: Request) -> Response:
        item = self._lookup.alone(kind, entry).items[0]
        told = [e for e in item.evidence if e.passage is not None]
        also = self._also(kind, entry)
        return self._pages.shown(
            request,
            "thing.html",
            item=item,
            facts=_facts(item),
            joined=self._joined(item),
            values={**also, **{k: v for k, v in item.values.items() if v and k not in also}},
            sides=_sides(told),
            told=len({e.statement.id for e in told}),
            sureness=_sureness(told),
            differing=self._differ().get(item.id, ()),
            missing=[g for g in self._gaps.all() if g.item.id == item.id and g.kind not in _PLAIN],
            using=self._using(item) if item.id.startswith(CONCEPT) else [],
            cite=self._cite(request, item, told),
            data=self._data(item),
            forms=formats.GRAPH_TYPES,
        )

    def _joined(self, item: Item) -> dict[str, tuple[str, bool]]:
        """Of each response or impact joined to *item* the statement, and if the text pairs them."""
        every = {n.id for key in _ADDRESSING for n in item.links.get(key, ())}
        found: dict[str, tuple[str, bool]] = {}
        for iri, saying in self._pages.bench.sayings.items() if every else ():
            ends = {named.id for named in saying.linked}
            for other in ends & every if item.id in ends else ():
                if saying.paired or other not in found:
                    found[other] = iri, saying.paired
        return found

    def _cite(self, request: Request, item: Item, told: Sequence[Evidence]) -> str:
        """*item* and the passages that speak of it as lines for a list of references."""
        t, here = self._pages.phrases(request), self._pages.here(request)
        address = self._pages.place(request).root + here.path
        release = self._pages.bench.release.version
        own = t("answers.cite_thing", release=release, label=item.label, address=address)
        passages = passages_cited(t, told)
        return "\n".join([own, *([t("answers.cited"), *passages] if passages else [])])

    def _document(self, kind: Kind, entry: Entry, request: Request) -> Response:
        here = self._pages.here(request)
        fields = ("label", "description", *kind.keys)
        item = self._lookup.alone(kind, entry, Manner(fields=fields)).items[0]
        document = self._pages.bench.documents[item.id]
        read = reading(self._lookup, document, here.once("cursor") or None)
        sources = self._pages.bench.sources
        return self._pages.shown(
            request,
            "document.html",
            item=item,
            document=document,
            reading=read,
            at_hand=sources is not None and sources.text(document) is not None,
            differing=(),
            data=self._data(item),
            forms=formats.GRAPH_TYPES,
        )

    def _also(self, kind: Kind, entry: Entry) -> Mapping[str, tuple[object, ...]]:
        """What a group or an actor that is a concept has as a concept."""
        if kind.name == "concepts" or not entry.iri.startswith(CONCEPT):
            return {}
        every = self._lookup.kind("concepts")
        values = self._lookup.alone(every, entry, Manner(fields=_OF_TERMS)).items[0].values
        return {key: found for key, found in values.items() if found}

    def _differ(self) -> Mapping[str, tuple[str, ...]]:
        """Of each thing how documents differ on it; a release does not change."""
        with self._lock:
            if self._differing is None:
                known = [name for name in DIFFERING if name in self._questions.all]
                replies = [self._questions.ask(name, {}) for name in known]
                answers = [self._questions.answer(reply) for reply in replies]
                self._differing = {i.id: i.why for answer in answers for i in answer.items}
            return self._differing

    def _using(self, item: Item) -> list[tuple[Kind, Facet]]:
        """The lists that hold what is told of a concept; a release does not change."""
        if item.id not in self._lists:
            self._lists[item.id] = self._listing(item)
        return self._lists[item.id]

    def _listing(self, item: Item) -> list[tuple[Kind, Facet]]:
        """The lists that have a facet for a concept, one of each wording."""
        names, key, name = self._lookup.names, item.id.casefold(), slug(item.id)
        found: dict[tuple[str, str], tuple[Kind, Facet]] = {}
        for kind in map(self._lookup.kind, _USING):
            for facet in kind.facets.values():
                own = not facet.choices and facet.takes not in {"skos:Concept", "Thing"}
                if own and key in names.of(facet.takes) and self._told(kind, facet, name):
                    found.setdefault((kind.name, facet.wording), (kind, facet))
        return list(found.values())

    def _told(self, kind: Kind, facet: Facet, name: str) -> bool:
        """Whether the list of *kind* with the *facet* of that name has anything."""
        return kind.name not in _FEW or self._lookup.items(kind, {facet.name: [name]}, 1).total > 0

    def _data(self, item: Item) -> dict[str, object]:
        """*item* as JSON-LD, with as much of the context as it needs."""
        fields = ("label", "description", *item.links, *item.values)
        told = formats.item(item, lambda _, iri: iri, fields)
        whole = context(self._pages.bench.layout.queries, "things", DEFAULT)["@context"]
        terms = whole if isinstance(whole, dict) else {}
        kept = {k: v for k, v in terms.items() if not isinstance(v, dict) or k in told}
        kept |= {item.type: terms[item.type]} if item.type in terms else {}
        return {"@context": kept, **{k: v for k, v in told.items() if v not in ([], "")}}

    def _triples(self, iri: str, request: Request, quads: Sequence[Quad]) -> Response | None:
        if not quads:
            return None
        out = [q for q in quads if q.subject == Iri(iri) or isinstance(q.subject, Blank)]
        into = [q for q in quads if q not in out]
        terms = {t.value for q in quads for t in (q.subject, q.predicate, q.object) if _named(t)}
        called = {i: label for i, (label, _) in self._pages.bench.called({*terms, iri}).items()}
        return self._pages.shown(
            request,
            "triples.html",
            iri=iri,
            label=called.get(iri) or slug(iri),
            listed=self._listed(iri) is not None or iri.startswith(_SCHEME),
            outgoing=sorted(out, key=_in_order(iri)),
            incoming=sorted(into, key=_in_order(iri)),
            called=called,
            forms=formats.GRAPH_TYPES,
        )


def _facts(item: Item) -> list[tuple[str, tuple[Named, ...]]]:
    """What *item* is linked to, by key; what is told elsewhere on the page is left out."""
    return [(key, named) for key, named in item.links.items() if named and key not in _ELSEWHERE]


def _sides(told: Iterable[Evidence]) -> list[Side]:
    """What each document says, the most telling first."""
    found: dict[str, list[Evidence]] = defaultdict(list)
    for evidence in told:
        found[evidence.document.id].append(evidence)
    sides = [
        Side(every[0].document, tuple(sorted(every, key=_linking))) for every in found.values()
    ]
    return sorted(sides, key=lambda side: (-len(side.evidence), side.document.label))


def _sureness(told: Iterable[Evidence]) -> list[tuple[str, int]]:
    """How surely the statements of a thing are made, the most frequent first; links left out."""
    own = {e.statement.id: e.statement for e in told if e.statement.kind != LINKING}
    return Counter(statement.modality for statement in own.values()).most_common()


def _linking(evidence: Evidence) -> tuple[bool, bool]:
    """What a document says of a thing itself comes before the links that it has to others."""
    statement = evidence.statement
    return statement.kind == LINKING, statement.modality == "inferred"


def _named(term: Term) -> bool:
    return isinstance(term, Iri)


def _in_order(iri: str) -> Callable[[Quad], tuple[object, ...]]:
    """What is said of the thing itself first, then by property and value."""

    def key(quad: Quad) -> tuple[object, ...]:
        own = quad.subject != Iri(iri)
        term = text_of(quad.object)
        return (own, not quad.predicate.value.startswith(TIP), quad.predicate.value, term)

    return key
