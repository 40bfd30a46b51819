"""Read statements with their passages and documents, and quote where the text is at hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .answers import Document, Evidence, Named, Passage, Release, Saying, Span, Statement
from .languages import DEFAULT, spoken
from .queries import QueryFile, read
from .terms import BASE, Iri, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .graph import Layout
    from .queryable import Queryable, Rows
    from .sources import Sources
    from .terms import Literal, Term


# What a graph is called that names no release of its own.
UNRELEASED = "unreleased"
_PAIRED = "explicit-pairing"


@dataclass
class Bench:
    """Where evidence is looked up: a store, its query files, and source texts if there are any."""

    store: Queryable
    layout: Layout
    sources: Sources | None = None

    @cached_property
    def quads(self) -> int:
        """The number of quads of the store, counted once: on disk that takes a while."""
        return len(self.store)

    @cached_property
    def release(self) -> Release:
        """The release that is served, as the graph itself says it."""
        rows = list(self.select("release"))
        if not rows:
            return Release(BASE, UNRELEASED, None)
        first = rows[0]
        licence = text_of(first["licence"]) or None
        return Release(text_of(first["dataset"]), text_of(first["version"]), licence)

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """The source documents by IRI, in English as far as they have it."""
        return self.documents_in(DEFAULT)

    @cached_property
    def coverage(self) -> tuple[Evidence, ...]:
        """That each document was assessed: the evidence for what no statement speaks of."""
        return self._coverage(DEFAULT)

    def documents_in(self, language: str) -> Mapping[str, Document]:
        """The source documents by IRI, called as in *language*."""
        found = [_document(row) for row in self.select("documents", language=language)]
        return {document.id: document for document in found}

    def coverage_in(self, language: str) -> tuple[Evidence, ...]:
        """The coverage of each document, called as in *language*."""
        if language == DEFAULT:
            return self.coverage
        return self._coverage(language)

    def select(
        self,
        name: str,
        given: Mapping[str, Sequence[Iri | Literal]] | None = None,
        language: str = DEFAULT,
    ) -> Rows:
        """The rows of the query file *name*, texts in *language* where they are in several."""
        return spoken(self.store.select(self._query(name).bind(given or {})), language)

    def passages(
        self, statements: Sequence[str] | None = None, language: str = DEFAULT
    ) -> dict[str, list[Passage]]:
        """The passages of *statements*, or of all, by the statement's IRI; spans in text order."""
        rows = self.select("passages", _these("statement", statements), language)
        documents = self._documents(language)
        grouped: dict[tuple[str, str], list[dict[str, Term | None]]] = defaultdict(list)
        for row in rows:
            grouped[text_of(row["statement"]), text_of(row["passage"])].append(row)
        found: dict[str, list[Passage]] = defaultdict(list)
        for (statement, _), parts in grouped.items():
            found[statement].append(self._passage(parts, documents))
        return found

    def statements(self, iris: Sequence[str], language: str = DEFAULT) -> dict[str, Statement]:
        """The statements named by *iris*, by IRI."""
        rows = self.select("statements", _these("statement", iris), language)
        values: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        heads: dict[str, tuple[str, str]] = {}
        for row in rows:
            iri = text_of(row["statement"])
            heads.setdefault(iri, (text_of(row["label"]), text_of(row["kind"])))
            values[iri][text_of(row["key"])][slug(text_of(row["value"]))] = None
        return {iri: _statement(iri, *head, values[iri]) for iri, head in heads.items()}

    def called(self, iris: Iterable[str], language: str = DEFAULT) -> dict[str, tuple[str, str]]:
        """The label and the description of each of *iris* that has a label."""
        wanted = [Iri(iri) for iri in dict.fromkeys(iris)]
        rows = self.select("labels", {"thing": wanted}, language) if wanted else ()
        found: dict[str, tuple[str, str]] = {}
        for row in rows:
            texts = (text_of(row["label"]), text_of(row["description"]))
            found.setdefault(text_of(row["thing"]), texts)
        return found

    def evidence(
        self, iris: Iterable[str], language: str = DEFAULT
    ) -> dict[str, tuple[Evidence, ...]]:
        """For each statement of *iris* its evidence, a passage each; unknown IRIs are left out."""
        wanted = list(dict.fromkeys(iris))
        if not wanted:
            return {}
        passages = self.passages(wanted, language)
        return {
            iri: tuple(Evidence(p.document, statement, p) for p in passages.get(iri, ()))
            for iri, statement in self.statements(wanted, language).items()
        }

    @cached_property
    def sayings(self) -> Mapping[str, Saying]:
        """How each statement is said besides its modality, by the statement's IRI."""
        found: dict[str, dict[str, list[Named]]] = defaultdict(lambda: defaultdict(list))
        for row in self.select("sayings"):
            value, label = text_of(row["value"]), text_of(row["label"])
            named = Named(value, label or value)
            found[text_of(row["statement"])][text_of(row["key"])].append(named)
        return {iri: _saying(values) for iri, values in found.items()}

    def stated_in(self) -> dict[str, tuple[str, ...]]:
        """The documents of each statement, by the statement's IRI."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.select("stated"):
            found[text_of(row["statement"])].append(text_of(row["document"]))
        return {statement: tuple(documents) for statement, documents in found.items()}

    def _coverage(self, language: str) -> tuple[Evidence, ...]:
        documents = self._documents(language)
        rows = self.select("coverage", language=language)
        first = {text_of(row["assessment"]): row for row in rows}
        return tuple(_coverage(documents, row) for row in first.values())

    def _documents(self, language: str) -> Mapping[str, Document]:
        return self.documents if language == DEFAULT else self.documents_in(language)

    def _passage(
        self, rows: list[dict[str, Term | None]], documents: Mapping[str, Document]
    ) -> Passage:
        first = rows[0]
        places = dict.fromkeys((int(text_of(r["start"])), int(text_of(r["end"]))) for r in rows)
        section = first["section"]
        passage = Passage(
            id=text_of(first["passage"]),
            document=documents[text_of(first["document"])],
            section=None if section is None else text_of(section),
            phrase=text_of(first["phrase"]),
            spans=tuple(Span(*place) for place in places),
            sha256=text_of(first["sha256"]),
        )
        return (
            passage if self.sources is None else replace(passage, quote=self.sources.quote(passage))
        )

    def _query(self, name: str) -> QueryFile:
        return read(self.layout.queries / "evidence" / f"{name}.rq")


def _these(name: str, iris: Sequence[str] | None) -> Mapping[str, Sequence[Iri]]:
    return {} if iris is None else {name: [Iri(iri) for iri in iris]}


def _coverage(documents: Mapping[str, Document], row: Mapping[str, Term | None]) -> Evidence:
    statement = Statement(
        id=text_of(row["assessment"]),
        label=text_of(row["label"]),
        kind="coverage",
        modality="assessed",
        basis=slug(text_of(row["status"])),
    )
    return Evidence(documents[text_of(row["document"])], statement, passage=None)


def _statement(
    iri: str, label: str, kind: str, values: Mapping[str, Mapping[str, None]]
) -> Statement:
    link_basis = list(values.get("link_basis", ()))
    return Statement(
        id=iri,
        label=label,
        kind=kind,
        modality=", ".join(values["modality"]),
        basis=", ".join(values["basis"]),
        link_basis=link_basis[0] if link_basis else None,
    )


def _saying(values: Mapping[str, Sequence[Named]]) -> Saying:
    limits = (*values.get("scope", ()), *values.get("time", ()))
    return Saying(
        force=tuple(values.get("force", ())),
        limits=tuple(limit.label for limit in limits),
        speakers=tuple(values.get("speakers", ())),
        linked=tuple(values.get("linked", ())),
        paired=any(slug(basis.id) == _PAIRED for basis in values.get("link_basis", ())),
    )


def _document(row: Mapping[str, Term | None]) -> Document:
    url = row["url"]
    return Document(
        id=text_of(row["document"]),
        label=text_of(row["label"]),
        title=text_of(row["title"]),
        publisher=text_of(row["publisher"]),
        issued=text_of(row["issued"]),
        url=None if url is None else text_of(url),
        sha256=text_of(row["sha256"]),
        file=text_of(row["file"]),
        length=int(text_of(row["length"])),
    )
