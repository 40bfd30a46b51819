"""Read statements with their passages and documents, and quote where the text is at hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .answers import Document, Evidence, Passage, Span, Statement
from .queries import QueryFile, read
from .terms import Iri, slug, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .graph import Layout
    from .queryable import Queryable
    from .sources import Sources
    from .terms import Term


@dataclass
class Bench:
    """Where evidence is looked up: a store, its query files, and source texts if there are any."""

    store: Queryable
    layout: Layout
    sources: Sources | None = None

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """The source documents by IRI."""
        rows = self.store.select(self._query("documents").text)
        found = [_document(row) for row in rows]
        return {document.id: document for document in found}

    @cached_property
    def coverage(self) -> tuple[Evidence, ...]:
        """That each document was assessed: the evidence for what no statement speaks of."""
        rows = self.store.select(self._query("coverage").text)
        return tuple(
            Evidence(
                document=self.documents[text_of(row["document"])],
                statement=Statement(
                    id=text_of(row["assessment"]),
                    label=text_of(row["label"]),
                    kind="coverage",
                    modality="assessed",
                    basis=slug(text_of(row["status"])),
                ),
                passage=None,
            )
            for row in rows
        )

    def passages(self, statements: Sequence[str] | None = None) -> dict[str, list[Passage]]:
        """The passages of *statements*, or of all, by the statement's IRI; spans in text order."""
        rows = self.store.select(_for(self._query("passages"), statements))
        grouped: dict[tuple[str, str], list[dict[str, Term | None]]] = defaultdict(list)
        for row in rows:
            grouped[text_of(row["statement"]), text_of(row["passage"])].append(row)
        found: dict[str, list[Passage]] = defaultdict(list)
        for (statement, _), parts in grouped.items():
            found[statement].append(self._passage(parts))
        return found

    def statements(self, iris: Sequence[str]) -> dict[str, Statement]:
        """The statements named by *iris*, by IRI."""
        rows = self.store.select(_for(self._query("statements"), iris))
        values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        heads: dict[str, tuple[str, str]] = {}
        for row in rows:
            iri = text_of(row["statement"])
            heads[iri] = (text_of(row["label"]), text_of(row["kind"]))
            values[iri][text_of(row["key"])].append(slug(text_of(row["value"])))
        return {iri: _statement(iri, *head, values[iri]) for iri, head in heads.items()}

    def called(self, iris: Iterable[str]) -> dict[str, tuple[str, str]]:
        """The label and the description of each of *iris* that has a label."""
        wanted = [Iri(iri) for iri in dict.fromkeys(iris)]
        rows = self.store.select(self._query("labels").bind({"thing": wanted})) if wanted else ()
        return {
            text_of(row["thing"]): (text_of(row["label"]), text_of(row["description"]))
            for row in rows
        }

    def evidence(self, iris: Iterable[str]) -> dict[str, tuple[Evidence, ...]]:
        """For each statement of *iris* its evidence, a passage each; unknown IRIs are left out."""
        wanted = list(dict.fromkeys(iris))
        if not wanted:
            return {}
        passages = self.passages(wanted)
        return {
            iri: tuple(Evidence(p.document, statement, p) for p in passages.get(iri, ()))
            for iri, statement in self.statements(wanted).items()
        }

    def _passage(self, rows: list[dict[str, Term | None]]) -> Passage:
        first = rows[0]
        spans = tuple(Span(int(text_of(r["start"])), int(text_of(r["end"]))) for r in rows)
        section = first["section"]
        passage = Passage(
            id=text_of(first["passage"]),
            document=self.documents[text_of(first["document"])],
            section=None if section is None else text_of(section),
            phrase=text_of(first["phrase"]),
            spans=spans,
            sha256=text_of(first["sha256"]),
        )
        return (
            passage if self.sources is None else replace(passage, quote=self.sources.quote(passage))
        )

    def _query(self, name: str) -> QueryFile:
        return read(self.layout.queries / "evidence" / f"{name}.rq")


def _for(query: QueryFile, statements: Sequence[str] | None) -> str:
    return (
        query.text
        if statements is None
        else query.bind({"statement": [Iri(s) for s in statements]})
    )


def _statement(iri: str, label: str, kind: str, values: Mapping[str, list[str]]) -> Statement:
    link_basis = values.get("link_basis")
    return Statement(
        id=iri,
        label=label,
        kind=kind,
        modality=", ".join(values["modality"]),
        basis=", ".join(values["basis"]),
        link_basis=link_basis[0] if link_basis else None,
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
