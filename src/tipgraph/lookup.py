"""Find things of a kind by facets and words, and say of each why it was found and what is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from .answers import Answer, Item, Named
from .cursors import cursor as cursor_after
from .cursors import start_after
from .errors import BadParameter, NotFound
from .kinds import Facet, Kind, keys, kinds
from .languages import DEFAULT, spoken, tongues
from .names import Entry, Names, nearest
from .orders import Listed, Orders
from .queries import QueryFile, join
from .terms import XSD, Iri, Literal, expand, slug, text_of
from .words import sought

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from .answers import Evidence
    from .evidence import Bench
    from .queryable import Rows
    from .terms import Term
    from .words import Sought

EVIDENCE_IN_LISTS = 25
# Named only where the word stands nowhere else: it is not shown.
_SOUGHT = "hidden label"
PLACES = {
    "label": "its label",
    "title": "its title",
    "alternative label": "its alternative label",
    "description": "its description",
    _SOUGHT: "the words that it is sought by",
    "measure": "its measure",
    "population": "its population",
    "phrase": "the locating phrase of a passage",
}
T = TypeVar("T")

__all__ = [
    "EVIDENCE_IN_LISTS",
    "PLACES",
    "Facet",
    "Kind",
    "Lookup",
    "Manner",
    "Match",
    "choice",
    "places_of",
    "plain",
]


@dataclass(frozen=True, slots=True)
class Manner:
    """How things are sought and told, besides the facets.

    *exact* leaves out narrower concepts; *words* are sought in the texts; *sort* is the name of an
    order, after a minus if it runs backwards; *fields* are the keys wanted, all if it is None;
    *evidence* is how many statements of an item bring theirs in a list, all if it is None.
    """

    language: str = DEFAULT
    exact: bool = False
    words: str | None = None
    sort: str = "label"
    fields: tuple[str, ...] | None = None
    evidence: int | None = EVIDENCE_IN_LISTS

    def wants(self, *names: str) -> bool:
        """Whether any of the keys *names* is wanted."""
        return self.fields is None or any(name in self.fields for name in names)


PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Match:
    """An item that fits a facet or has a word: why, and by which statements."""

    why: tuple[str, ...]
    statements: tuple[str, ...]


class Lookup:
    """The kinds of things of a graph, and the things of each kind."""

    def __init__(self, bench: Bench) -> None:
        """Look things up with the query files of *bench*."""
        self._bench = bench
        self._store = bench.store
        self._orders = Orders(bench)
        self.names = Names(bench.store, bench.layout)

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """All kinds by their plural names."""
        return kinds(self._bench.layout.queries)

    def kind(self, name: str) -> Kind:
        """The kind called *name*, or `NotFound` with the nearest."""
        if name not in self.kinds:
            near = nearest(name, list(self.kinds)) or list(self.kinds)
            message = f"There is no kind {name!r}; the nearest are {', '.join(near)}."
            raise NotFound(message, suggestions=tuple(near))
        return self.kinds[name]

    def items(
        self,
        kind: Kind,
        given: Mapping[str, Sequence[str]],
        limit: int,
        cursor: str | None = None,
        manner: Manner = PLAIN,
    ) -> Answer:
        """The things of *kind* that fit every facet *given*, one page from *cursor* on."""
        order = self._orders.of(kind, manner.sort, manner.language)
        matches, bound = self._narrow(kind, given, manner)
        listed = [one for one in order.things if all(one.iri in match for match in matches)]
        sparql = join(bound, "item") if bound else kind.listing.text
        query = f"{kind.name}\n{manner.sort}\n{manner.language}\n{sparql}"
        start = order.after(listed, cursor, query)
        page = listed[start : start + limit]
        more = start + limit < len(listed)
        items, languages = self._describe(kind, page, matches, manner.evidence, manner)
        return Answer(
            items=items,
            total=len(listed),
            limit=limit,
            sparql=sparql,
            next=cursor_after(query, page[-1].key) if more else None,
            languages=languages,
        )

    def thing(self, kind: Kind, name: str) -> Item:
        """The thing of *kind* that *name* means, with all evidence, or `NotFound`."""
        return self.of(kind, self.entry(kind, name))

    def entry(self, kind: Kind, name: str) -> Entry:
        """The thing of *kind* with the slug, CURIE, IRI or label *name*, or `NotFound`."""
        try:
            return self.names.find(name, kind.type, "slug")
        except BadParameter as error:
            near = error.details["suggestions"]
            hint = f"; the nearest are {', '.join(near)}" if near else ""  # type: ignore[arg-type]
            message = f"There is no {kind.type} {name!r}{hint}."
            raise NotFound(message, suggestions=near) from error

    def of(self, kind: Kind, entry: Entry) -> Item:
        """The thing *entry* as an item, with all evidence."""
        return self.alone(kind, entry).items[0]

    def alone(self, kind: Kind, entry: Entry, manner: Manner = PLAIN) -> Answer:
        """The thing *entry* as the one item of an answer, with all evidence."""
        sparql = kind.listing.bind({"item": [Iri(entry.iri)]})
        page = self._orders.listed(sparql, manner.language)[:1]
        items, languages = self._describe(kind, page, [], None, manner)
        return Answer(items, 1, 1, sparql, languages=languages)

    def ranked(
        self,
        chosen: Sequence[Kind],
        found: Mapping[str, Match],
        sparql: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        manner: Manner = PLAIN,
    ) -> Answer:
        """The things *found* by *sparql*, in that order, each of the first kind that lists it."""
        listed = {
            one.iri: (kind, one)
            for kind in reversed(chosen)
            for one in self._orders.of(kind, "label", manner.language).things
            if one.iri in found
        }
        order, query = [iri for iri in found if iri in listed], f"{manner.language}\n{sparql}"
        start = start_after(order, query, cursor)
        page = order[start:][:limit]
        items: dict[str, Item] = {}
        tongues: set[str] = set()
        for kind in chosen:
            things = [one for of, one in map(listed.__getitem__, page) if of is kind]
            some, told = self._describe(kind, things, [found], manner.evidence, manner)
            items |= {item.id: item for item in some}
            tongues.update(told)
        more = start + len(page) < len(order)
        return Answer(
            items=tuple(items[iri] for iri in page),
            total=len(order),
            limit=limit or len(order),
            sparql=sparql,
            next=cursor_after(query, [page[-1]]) if more and page else None,
            languages=tuple(sorted(tongues)),
        )

    def _narrow(
        self, kind: Kind, given: Mapping[str, Sequence[str]], manner: Manner
    ) -> tuple[list[Mapping[str, Match]], list[str]]:
        matches, bound = [], []
        for name, texts in given.items():
            facet = kind.facets.get(name)
            if facet is None:
                raise _unknown_facet(kind, name)
            values = list(dict.fromkeys(v for text in texts for v in self._values(facet, text)))
            query = _narrowed(kind, facet, values, manner.exact)
            bound.append(query)
            asked = {text_of(value) for value in values}
            matches.append(self._matches(facet, query, asked, manner.language))
        for word in sought(manner.words) if manner.words is not None else ():
            chosen = Iri(expand(kind.type) or expand(f"tip:{kind.type}") or kind.type)
            query = kind.reading.bind({"class": [chosen], "word": [Literal(word.folded)]})
            bound.append(query)
            matches.append(self._found(word, query))
        return matches, bound

    def _values(self, facet: Facet, text: str) -> list[Iri | Literal]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not parts:
            message = f"{facet.name} is empty; give a value, or leave the facet out."
            raise BadParameter(message, parameter=facet.name, value=text)
        if not facet.choices:
            found = self.names.several(text, facet.takes, facet.name)
            return [Iri(entry.iri) for entry in found]
        for part in parts:
            if part not in facet.choices:
                message = f"{facet.name}={part}: give one of {', '.join(facet.choices)}."
                suggestions = tuple(nearest(part, facet.choices)) or facet.choices
                raise BadParameter(
                    message, parameter=facet.name, value=part, suggestions=suggestions
                )
        return [Literal(part) for part in parts]

    def _matches(
        self, facet: Facet, query: str, asked: set[str], language: str
    ) -> Mapping[str, Match]:
        rows = [
            (text_of(row["item"]), text_of(row["matched"]), row["statement"])
            for row in self._store.select(query)
        ]
        matched = dict.fromkeys(iri for _, iri, _ in rows)
        labels = {} if facet.choices else self._bench.called(matched, language)
        why: dict[str, dict[str, None]] = defaultdict(dict)
        statements: dict[str, dict[str, None]] = defaultdict(dict)
        for item, iri, statement in rows:
            label = labels[iri][0] if iri in labels else choice(facet, iri)
            kin = "" if iri in asked or facet.choices else " (more special than what was asked)"
            why[item][f"{facet.wording} {label}{kin}"] = None
            if statement is not None:
                statements[item][text_of(statement)] = None
        return {item: Match(tuple(why[item]), tuple(statements[item])) for item in why}

    def _found(self, word: Sought, query: str) -> Mapping[str, Match]:
        places: dict[str, dict[str, str]] = defaultdict(dict)
        statements: dict[str, dict[str, None]] = defaultdict(dict)
        for row in self._store.select(query):
            item, place = text_of(row["item"]), text_of(row["place"])
            where = f" “{text_of(row['text'])}”" if place == "alternative label" else ""
            places[item].setdefault(place, PLACES[place] + where)
            if row["statement"] is not None:
                statements[item][text_of(row["statement"])] = None
        return {
            item: Match(
                (f"has “{word.given}” in {', '.join(found[p] for p in places_of(found))}",),
                tuple(statements[item]),
            )
            for item, found in places.items()
        }

    def _describe(
        self,
        kind: Kind,
        page: Sequence[Listed],
        matches: Sequence[Mapping[str, Match]],
        at_most: int | None,
        manner: Manner,
    ) -> tuple[tuple[Item, ...], tuple[str, ...]]:
        if not page:
            return (), ()
        these = {"item": [Iri(one.iri) for one in page]}
        linked = self._read(kind.linking, these, manner)
        valued = self._read(kind.valuing, these, manner)
        links = _by_key(kind.linking, linked, page, _named)
        values = _by_key(kind.valuing, valued, page, lambda row: plain(row["value"]))
        support = self._support(kind, these, matches, at_most, manner)
        items = tuple(
            Item(
                id=one.iri,
                kind=kind.name,
                type=kind.type.split(":")[-1],
                label=one.label,
                description=one.description,
                why=tuple(w for match in matches for w in match[one.iri].why),
                evidence=support.get(one.iri, ()),
                links=links[one.iri],
                values=values[one.iri],
            )
            for one in page
        )
        told = [tongues(rows) for rows in (linked, valued) if rows is not None]
        own = (tongue for one in page for tongue in one.languages)
        return items, tuple(sorted(frozenset(own).union(*told)))

    def _read(
        self, query: QueryFile | None, these: Mapping[str, list[Iri]], manner: Manner
    ) -> Rows | None:
        """The rows of *query* on *these*, if any key that it gives is wanted."""
        if query is None or not manner.wants(*keys(query)):
            return None
        return spoken(self._store.select(query.bind(these)), manner.language)

    def _support(
        self,
        kind: Kind,
        these: Mapping[str, list[Iri]],
        matches: Sequence[Mapping[str, Match]],
        at_most: int | None,
        manner: Manner,
    ) -> Mapping[str, tuple[Evidence, ...]]:
        if not manner.wants("evidence"):
            return {}
        statements = self._statements(kind, these, matches)
        items = [iri.value for iri in these["item"]]
        found = self._bench.evidence(
            (iri for item in items for iri in statements[item][:at_most]), manner.language
        )
        support = {
            item: tuple(e for iri in statements[item] for e in found.get(iri, ())) for item in items
        }
        if all(support.values()):
            return support
        coverage = self._bench.coverage_in(manner.language)
        return {item: evidence or coverage for item, evidence in support.items()}

    def _statements(
        self, kind: Kind, these: Mapping[str, list[Iri]], matches: Sequence[Mapping[str, Match]]
    ) -> Mapping[str, list[str]]:
        first: dict[str, dict[str, None]] = defaultdict(dict)
        for match in matches:
            for item, found in match.items():
                first[item].update(dict.fromkeys(found.statements))
        for row in self._store.select(kind.supporting.bind(these)):
            first[text_of(row["item"])][text_of(row["statement"])] = None
        return defaultdict(list, {item: list(found) for item, found in first.items()})


def places_of(found: Collection[str]) -> list[str]:
    """Those of the places in *found* that are named, in order."""
    return [p for p in PLACES if p in found and (p != _SOUGHT or len(found) == 1)]


def _by_key(
    query: QueryFile | None,
    rows: Rows | None,
    page: Sequence[Listed],
    value: Callable[[dict[str, Term | None]], T],
) -> Mapping[str, Mapping[str, tuple[T, ...]]]:
    """What *rows* say of each thing of *page*: every key that *query* has, with its values."""
    named = () if query is None else keys(query)
    found: dict[str, dict[str, list[T]]] = {one.iri: {key: [] for key in named} for one in page}
    for row in rows or ():
        found[text_of(row["item"])][text_of(row["key"])].append(value(row))
    return {
        item: {key: tuple(values) for key, values in by_key.items()}
        for item, by_key in found.items()
    }


def _named(row: dict[str, Term | None]) -> Named:
    return Named(text_of(row["target"]), text_of(row["label"]))


def choice(facet: Facet, iri: str) -> str:
    """The word of *facet* that stands for *iri*: practice for the class PracticeStatement."""
    name = slug(iri).lower()
    words = (w for w in facet.choices if name.startswith(w) or w.startswith(name))
    return next(words, slug(iri))


def _narrowed(kind: Kind, facet: Facet, values: Sequence[Iri | Literal], exact: bool) -> str:
    """The query for the things of *kind* whose *facet* has one of *values*; words are exact."""
    given: dict[str, Sequence[Iri | Literal]] = {"facet": [Literal(facet.name)], "value": values}
    if not facet.choices:
        given["exact"] = [Literal("true" if exact else "false", XSD + "boolean")]
    return kind.narrowing.only(facet.name).bind(given)


def plain(term: Term | None) -> object:
    """The Python value of *term*: numbers and truth values as such, all else as text."""
    if isinstance(term, Literal):
        kind = slug(term.datatype)
        if kind in {"integer", "nonNegativeInteger", "int", "long"}:
            return int(term.value)
        if kind in {"decimal", "double", "float"}:
            return float(term.value)
        if kind == "boolean":
            return term.value in {"true", "1"}
    return text_of(term)


def _unknown_facet(kind: Kind, name: str) -> BadParameter:
    near = tuple(nearest(name, list(kind.facets))) or tuple(kind.facets)
    message = f"{kind.name} have no facet {name!r}; the nearest are {', '.join(near)}."
    return BadParameter(message, parameter=name, suggestions=near)
