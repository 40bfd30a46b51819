"""Find things of a kind by facets, and say of each why it was found and what is known of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from .answers import Answer, Item, Named
from .errors import BadParameter, NotFound
from .names import Entry, Names, nearest
from .queries import QueryFile, join, read
from .terms import Iri, Literal, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .answers import Evidence
    from .evidence import Bench
    from .terms import Term

EVIDENCE_IN_LISTS = 25
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a kind: its name, what its values are, and how a match is worded."""

    name: str
    takes: str
    wording: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may be given, if the values are words and not things."""
        return tuple(self.takes.split("|")) if "|" in self.takes else ()


@dataclass(frozen=True)
class Kind:
    """A kind of thing, with the query files that list, narrow and describe it."""

    name: str
    listing: QueryFile
    linking: QueryFile
    supporting: QueryFile
    narrowing: QueryFile
    valuing: QueryFile | None

    @property
    def type(self) -> str:
        """The name of the class."""
        return self.listing.headers["class"]

    @cached_property
    def facets(self) -> Mapping[str, Facet]:
        """The facets by name."""
        return {
            name: Facet(name, *value.split(maxsplit=1)) for name, value in self.narrowing.facets
        }


@dataclass(frozen=True, slots=True)
class _Match:
    """An item that fits a facet: why, and by which statements."""

    why: tuple[str, ...]
    statements: tuple[str, ...]


class Lookup:
    """The kinds of things of a graph, and the things of each kind."""

    def __init__(self, bench: Bench) -> None:
        """Look things up with the query files of *bench*."""
        self._bench = bench
        self._store = bench.store
        self.names = Names(bench.store, bench.layout)

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """All kinds by their plural names."""
        folders = sorted(p for p in (self._bench.layout.queries / "kinds").iterdir() if p.is_dir())
        return {
            folder.name: Kind(
                name=folder.name,
                listing=read(folder / "list.rq"),
                linking=read(folder / "links.rq"),
                supporting=read(folder / "evidence.rq"),
                narrowing=read(folder / "facets.rq"),
                valuing=read(folder / "values.rq") if (folder / "values.rq").is_file() else None,
            )
            for folder in folders
        }

    def kind(self, name: str) -> Kind:
        """The kind called *name*, or `NotFound` with the nearest."""
        if name not in self.kinds:
            near = nearest(name, list(self.kinds)) or list(self.kinds)
            message = f"There is no kind {name!r}; the nearest are {', '.join(near)}."
            raise NotFound(message, suggestions=tuple(near))
        return self.kinds[name]

    def items(
        self, kind: Kind, given: Mapping[str, Sequence[str]], limit: int, cursor: str | None = None
    ) -> Answer:
        """The things of *kind* that fit every facet *given*, one page from *cursor* on."""
        matches, bound = self._narrow(kind, given)
        listed = [
            entry
            for entry in self._listed(kind.listing.text)
            if all(entry[1] in match for match in matches)
        ]
        listed.sort(key=lambda entry: (entry[0].casefold(), entry[1]))
        start = _after(listed, cursor)
        page = listed[start : start + limit]
        more = start + limit < len(listed)
        return Answer(
            items=self._describe(kind, page, matches, EVIDENCE_IN_LISTS),
            total=len(listed),
            limit=limit,
            sparql=join(bound, "item") if bound else kind.listing.text,
            next=_cursor(page[-1]) if more else None,
        )

    def thing(self, kind: Kind, name: str) -> Item:
        """The thing of *kind* with the slug *name*, with all evidence, or `NotFound`."""
        try:
            entry = self.names.find(name, kind.type, "slug")
        except BadParameter as error:
            near = error.details["suggestions"]
            hint = f"; the nearest are {', '.join(near)}" if near else ""  # type: ignore[arg-type]
            message = f"There is no {kind.type} {name!r}{hint}."
            raise NotFound(message, suggestions=near) from error
        return self.of(kind, entry)

    def of(self, kind: Kind, entry: Entry) -> Item:
        """The thing *entry* as an item, with all evidence."""
        page = self._listed(kind.listing.bind({"item": [Iri(entry.iri)]}))
        return self._describe(kind, page[:1], [], None)[0]

    def _listed(self, query: str) -> list[tuple[str, str, str]]:
        """The label, the IRI and the description of each thing that *query* lists."""
        return [
            (text_of(row["label"]), text_of(row["item"]), text_of(row["description"]))
            for row in self._store.select(query)
        ]

    def _narrow(
        self, kind: Kind, given: Mapping[str, Sequence[str]]
    ) -> tuple[list[Mapping[str, _Match]], list[str]]:
        matches, bound = [], []
        for name, texts in given.items():
            facet = kind.facets.get(name)
            if facet is None:
                raise _unknown_facet(kind, name)
            values = [value for text in texts for value in self._values(facet, text)]
            query = kind.narrowing.bind({"facet": [Literal(name)], "value": values})
            bound.append(query)
            matches.append(self._matches(facet, query, {text_of(v) for v in values}))
        return matches, bound

    def _values(self, facet: Facet, text: str) -> list[Iri | Literal]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not parts:
            message = f"{facet.name} is empty; give a value, or leave the facet out."
            raise BadParameter(message, parameter=facet.name, value=text)
        if not facet.choices:
            return [Iri(self.names.find(part, facet.takes, facet.name).iri) for part in parts]
        for part in parts:
            if part not in facet.choices:
                message = f"{facet.name}={part}: give one of {', '.join(facet.choices)}."
                suggestions = tuple(nearest(part, facet.choices)) or facet.choices
                raise BadParameter(
                    message, parameter=facet.name, value=part, suggestions=suggestions
                )
        return [Literal(part) for part in parts]

    def _matches(self, facet: Facet, query: str, asked: set[str]) -> Mapping[str, _Match]:
        labels = {} if facet.choices else self.names.of(facet.takes)
        why: dict[str, dict[str, None]] = defaultdict(dict)
        statements: dict[str, dict[str, None]] = defaultdict(dict)
        for row in self._store.select(query):
            item, matched = text_of(row["item"]), text_of(row["matched"])
            entry = labels.get(matched.casefold())
            label = entry.label if entry else slug(matched)
            kin = "" if matched in asked or facet.choices else " (more special than what was asked)"
            why[item][f"{facet.wording} {label}{kin}"] = None
            if row["statement"] is not None:
                statements[item][text_of(row["statement"])] = None
        return {item: _Match(tuple(why[item]), tuple(statements[item])) for item in why}

    def _describe(
        self,
        kind: Kind,
        page: Sequence[tuple[str, str, str]],
        matches: Sequence[Mapping[str, _Match]],
        at_most: int | None,
    ) -> tuple[Item, ...]:
        if not page:
            return ()
        these = {"item": [Iri(iri) for _, iri, _ in page]}
        links = self._by_key(kind.linking, these, _named)
        values = self._by_key(kind.valuing, these, lambda row: plain(row["value"]))
        statements = self._statements(kind, these, matches)
        evidence = self._bench.evidence(
            iri for _, item, _ in page for iri in statements[item][:at_most]
        )
        return tuple(
            Item(
                id=iri,
                kind=kind.name,
                type=kind.type.split(":")[-1],
                label=label,
                description=description,
                why=tuple(w for match in matches for w in match[iri].why),
                evidence=self._support(statements[iri], evidence),
                links=links[iri],
                values=values[iri],
            )
            for label, iri, description in page
        )

    def _support(
        self, statements: Sequence[str], found: Mapping[str, tuple[Evidence, ...]]
    ) -> tuple[Evidence, ...]:
        support = tuple(e for iri in statements for e in found.get(iri, ()))
        return support or self._bench.coverage

    def _statements(
        self, kind: Kind, these: Mapping[str, list[Iri]], matches: Sequence[Mapping[str, _Match]]
    ) -> Mapping[str, list[str]]:
        first: dict[str, dict[str, None]] = defaultdict(dict)
        for match in matches:
            for item, found in match.items():
                first[item].update(dict.fromkeys(found.statements))
        for row in self._store.select(kind.supporting.bind(these)):
            first[text_of(row["item"])][text_of(row["statement"])] = None
        return defaultdict(list, {item: list(found) for item, found in first.items()})

    def _by_key(
        self,
        query: QueryFile | None,
        these: Mapping[str, list[Iri]],
        value: Callable[[dict[str, Term | None]], T],
    ) -> Mapping[str, Mapping[str, tuple[T, ...]]]:
        """What *query* says of each of *these*: every key that it has, with the values found."""
        keys = () if query is None else _keys(query)
        found: dict[str, dict[str, list[T]]] = {
            iri.value: {key: [] for key in keys} for iri in these["item"]
        }
        for row in () if query is None else self._store.select(query.bind(these)):
            found[text_of(row["item"])][text_of(row["key"])].append(value(row))
        return {
            item: {key: tuple(values) for key, values in by_key.items()}
            for item, by_key in found.items()
        }


def _named(row: dict[str, Term | None]) -> Named:
    return Named(text_of(row["target"]), text_of(row["label"]))


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


def _keys(query: QueryFile) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r'"([a-z][a-z_0-9]*)"', query.text)))


def _unknown_facet(kind: Kind, name: str) -> BadParameter:
    near = tuple(nearest(name, list(kind.facets))) or tuple(kind.facets)
    message = f"{kind.name} have no facet {name!r}; the nearest are {', '.join(near)}."
    return BadParameter(message, parameter=name, suggestions=near)


def _cursor(entry: tuple[str, str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([entry[0], entry[1]]).encode()).decode().rstrip("=")


def _after(listed: Sequence[tuple[str, str, str]], cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        label, iri = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        last = (label.casefold(), iri + "")
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        message = "cursor: this is not a cursor that this service gave; start without one."
        raise BadParameter(message, parameter="cursor", value=cursor) from error
    return sum((entry[0].casefold(), entry[1]) <= last for entry in listed)
