"""Questions the graph can answer, one `.rq` file each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .answers import Answer, Item, Named
from .cursors import cursor as cursor_after
from .cursors import key_after, not_ours
from .errors import BadParameter, NotFound
from .languages import DEFAULT, spoken, tongues
from .lookup import plain
from .names import PLAIN, nearest, read_parameter
from .queries import QueryFile, read
from .terms import Iri, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .answers import Evidence
    from .evidence import Bench
    from .names import Names
    from .queryable import Rows
    from .terms import Literal, Term

_OWN_IRI = re.compile(r".*/id/([a-z]+)/[^/]+")
_COLUMN = re.compile(r"\{(\w+)\}")
_OWN_COLUMNS = {"item", "label", "statement", "passage"}


@dataclass(frozen=True, slots=True)
class Reply:
    """The rows that a question gave, with the SPARQL that ran and the values it ran with."""

    question: QueryFile
    given: Mapping[str, tuple[Iri | Literal, ...]]
    sparql: str
    rows: Rows


class Questions:
    """The question files of a graph, and their answers."""

    def __init__(self, bench: Bench, names: Names) -> None:
        """Ask the store of *bench*; read what people type with *names*."""
        self._bench = bench
        self._names = names

    @cached_property
    def _paths(self) -> Mapping[str, Path]:
        return {path.stem: path for path in self._bench.layout.queries_in("questions")}

    @cached_property
    def all(self) -> Mapping[str, QueryFile]:
        """The questions by name; those with a `#+ position:` come first."""
        found = [read(path) for path in self._paths.values()]
        found.sort(key=lambda q: (int(q.headers.get("position", "999")), q.name))
        return {question.name: question for question in found}

    def named(self, name: str) -> QueryFile:
        """The question called *name*, or `NotFound` with the nearest."""
        path = self._paths.get(name)
        if path is not None:
            return read(path)
        near = tuple(nearest(name, list(self.all)))
        hint = f"; the nearest are {', '.join(near)}" if near else "; see the list of questions"
        message = f"There is no question {name!r}{hint}."
        raise NotFound(message, suggestions=near)

    def ask(self, name: str, given: Mapping[str, str]) -> Reply:
        """The answer to the question *name* with the values *given* as a person types them."""
        question = self.named(name)
        known = {parameter.name: parameter for parameter in question.parameters}
        for key in given:
            if key not in known:
                near = tuple(nearest(key, list(known))) or tuple(known)
                takes = f"it takes {', '.join(near)}" if near else "it takes none"
                message = f"The question {name} has no parameter {key!r}; {takes}."
                raise BadParameter(message, parameter=key, suggestions=near)
        terms = {key: read_parameter(self._names, known[key], text) for key, text in given.items()}
        sparql = question.bind(terms)
        return Reply(question, terms, sparql, self._bench.store.select(sparql))

    def ask_all(self, name: str) -> Reply:
        """The answer to *name* for every thing that its parameters may be; others stay as usual."""
        question = self.named(name)
        terms: dict[str, tuple[Iri | Literal, ...]] = {}
        for parameter in question.parameters:
            if parameter.takes not in PLAIN:
                known = self._names.of(parameter.takes).values()
                iris = sorted({entry.iri for entry in known})
                terms[parameter.name] = tuple(map(Iri, iris))
        sparql = question.bind(terms)
        return Reply(question, terms, sparql, self._bench.store.select(sparql))

    def answer(
        self,
        reply: Reply,
        limit: int | None = None,
        cursor: str | None = None,
        language: str = DEFAULT,
    ) -> Answer:
        """The rows of *reply* as items, each with its reasons and evidence, from *cursor* on."""
        told = spoken(reply.rows, language)
        grouped: dict[str, list[dict[str, Term | None]]] = {}
        for row in told:
            grouped.setdefault(text_of(row["item"]), []).append(row)
        query = f"{language}\n{reply.sparql}"
        start = _start(list(grouped), query, cursor)
        chosen = list(grouped)[start:][:limit]
        rows = {iri: grouped[iri] for iri in chosen}
        more = start + len(chosen) < len(grouped)
        return Answer(
            items=self._items(reply.question, rows, language),
            total=len(grouped),
            limit=limit or len(grouped),
            sparql=reply.sparql,
            next=cursor_after(query, [chosen[-1]]) if more else None,
            languages=tuple(sorted(tongues(told))),
        )

    def _items(
        self,
        question: QueryFile,
        grouped: Mapping[str, list[dict[str, Term | None]]],
        language: str,
    ) -> tuple[Item, ...]:
        every = [row for rows in grouped.values() for row in rows]
        things = (term.value for row in every for term in row.values() if isinstance(term, Iri))
        called = self._bench.called(things, language)
        statements = (text_of(row.get("statement")) for row in every if row.get("statement"))
        evidence = self._bench.evidence(statements, language)
        return tuple(
            Item(
                id=iri,
                kind=kind_of(iri),
                type=type_of(iri),
                label=text_of(rows[0]["label"]),
                description=called[iri][1] if iri in called else "",
                why=_why(question, rows),
                evidence=_support(rows, evidence) or self._bench.coverage_in(language),
                links=_links(rows, called),
                values=_values(rows),
            )
            for iri, rows in grouped.items()
        )


def keys(rows: Rows) -> tuple[str, ...]:
    """The keys that items have besides the common ones where these *rows* answer."""
    own = (n for n in rows.variables if n not in _OWN_COLUMNS and not n.endswith("Label"))
    return tuple(own)


def _start(found: Sequence[str], query: str, cursor: str | None) -> int:
    """Where among the items *found* the page begins that *cursor* leads to."""
    if cursor is None:
        return 0
    last = key_after(query, cursor)
    if len(last) != 1 or last[0] not in found:
        raise not_ours(cursor)
    return list(found).index(str(last[0])) + 1


def _support(
    rows: Sequence[Mapping[str, Term | None]], evidence: Mapping[str, tuple[Evidence, ...]]
) -> tuple[Evidence, ...]:
    statements = dict.fromkeys(text_of(row.get("statement")) for row in rows)
    return tuple(e for statement in statements for e in evidence.get(statement, ()))


_KINDS = {
    "actor": ("actors", "Actor"),
    "document": ("documents", "SourceDocument"),
    "impact": ("impacts", "Impact"),
    "resource": ("resources", "PublishedResource"),
    "response": ("responses", "PolicyResponse"),
    "statement": ("statements", "Statement"),
    # These have an address of their own, and no list.
    "coverage": ("", "CoverageAssessment"),
    "dataset": ("", "Dataset"),
    "passage": ("", "Passage"),
    "person": ("", "Person"),
    "work": ("", "CitedWork"),
}


def kind_of(iri: str) -> str:
    """The plural name of the kind that lists *iri*: empty if none does, `concepts` for concepts."""
    return _kind(iri)[0]


def type_of(iri: str) -> str:
    """The class name that answers give for *iri*."""
    return _kind(iri)[1]


def _kind(iri: str) -> tuple[str, str]:
    match = _OWN_IRI.fullmatch(iri)
    return _KINDS.get(match[1] if match else "", ("concepts", "Concept"))


def _why(question: QueryFile, rows: list[dict[str, Term | None]]) -> tuple[str, ...]:
    template = question.headers.get("why", "")

    def fill(row: Mapping[str, Term | None]) -> str:
        return _COLUMN.sub(lambda m: _shown(row.get(m[1])), template)

    whole = [row for row in rows if all(row.get(c) is not None for c in _COLUMN.findall(template))]
    return tuple(dict.fromkeys(fill(row) for row in whole)) if template else ()


def _shown(term: Term | None) -> str:
    return slug(term.value) if isinstance(term, Iri) else text_of(term)


def _links(
    rows: list[dict[str, Term | None]], called: Mapping[str, tuple[str, str]]
) -> Mapping[str, tuple[Named, ...]]:
    """The things in each column, with their labels."""
    return {
        name: tuple(
            Named(iri, called[iri][0] if iri in called else slug(iri))
            for iri in dict.fromkeys(text_of(row[name]) for row in rows if row[name] is not None)
        )
        for name in _columns(rows)
        if _holds_things(rows, name)
    }


def _values(rows: list[dict[str, Term | None]]) -> Mapping[str, tuple[object, ...]]:
    """The plain values in each column; the labels of things stand with the things."""
    return {
        name: tuple(dict.fromkeys(plain(row[name]) for row in rows if row[name] is not None))
        for name in _columns(rows)
        if not _holds_things(rows, name) and not name.endswith("Label")
    }


def _columns(rows: list[dict[str, Term | None]]) -> list[str]:
    return [name for name in rows[0] if name not in _OWN_COLUMNS]


def _holds_things(rows: list[dict[str, Term | None]], name: str) -> bool:
    return any(isinstance(row[name], Iri) for row in rows)
