"""Questions the graph can answer, one `.rq` file each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .answers import Answer, Item, Named
from .errors import BadParameter, NotFound
from .lookup import plain
from .names import nearest, read_parameter
from .queries import QueryFile, read
from .terms import Iri, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .evidence import Bench
    from .names import Names
    from .store import Rows
    from .terms import Literal, Term

_OWN_IRI = re.compile(r".*/id/([a-z]+)/[^/]+")
_COLUMN = re.compile(r"\{(\w+)\}")
OWN_COLUMNS = {"item", "label", "statement", "passage"}


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

    def answer(self, reply: Reply, limit: int | None = None) -> Answer:
        """The rows of *reply* as items, each with its reasons and evidence."""
        grouped: dict[str, list[dict[str, Term | None]]] = {}
        for row in reply.rows:
            grouped.setdefault(text_of(row["item"]), []).append(row)
        chosen = list(grouped)[:limit]
        called = self._bench.called(
            term.value
            for iri in chosen
            for row in grouped[iri]
            for term in row.values()
            if isinstance(term, Iri)
        )
        evidence = self._bench.evidence(
            text_of(row.get("statement"))
            for iri in chosen
            for row in grouped[iri]
            if row.get("statement")
        )
        items = []
        for iri in chosen:
            rows = grouped[iri]
            support = tuple(
                e
                for statement in dict.fromkeys(text_of(row.get("statement")) for row in rows)
                for e in evidence.get(statement, ())
            )
            items.append(
                Item(
                    id=iri,
                    kind=kind_of(iri),
                    type=type_of(iri),
                    label=text_of(rows[0]["label"]),
                    description=called[iri][1] if iri in called else "",
                    why=_why(reply.question, rows),
                    evidence=support or self._bench.coverage,
                    links=_links(rows, called),
                    values=_values(rows),
                )
            )
        return Answer(tuple(items), len(grouped), limit or len(grouped), reply.sparql)


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
    return [name for name in rows[0] if name not in OWN_COLUMNS]


def _holds_things(rows: list[dict[str, Term | None]], name: str) -> bool:
    return any(isinstance(row[name], Iri) for row in rows)
