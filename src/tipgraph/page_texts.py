"""The text of a document with its passages marked: `/text/...`, where the text is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from .answers import Named
from .errors import NotFound
from .page_reading import in_order, pieces
from .pages import PAGES
from .terms import ID, slug

if TYPE_CHECKING:
    from .answers import Document, Passage
    from .pages import Pages


def texts_page(pages: Pages) -> APIRouter:
    """The route `/text/...`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/text/{name}")
    def text(name: str, request: Request) -> Response:
        document = _document(pages, name)
        whole = pages.bench.sources.text(document) if pages.bench.sources else None
        if whole is None:
            message = (
                f"The text of “{document.title}” is not on this machine; start the service with "
                "--sources and the folder that has it."
            )
            raise NotFound(message, suggestions=(f"/id/document/{name}",))
        found = _passages(pages, document)
        order = in_order([passage for passage, _ in found.values()])
        return pages.shown(
            request,
            "text.html",
            document=document,
            pieces=pieces(whole, order),
            notes={p.id: (number, p, found[p.id][1]) for number, p in enumerate(order, start=1)},
        )

    return router


def _document(pages: Pages, name: str) -> Document:
    document = pages.bench.documents.get(f"{ID}document/{name}")
    if document is None:
        # The error names the nearest.
        entry = pages.lookup.entry(pages.lookup.kind("documents"), name)
        document = pages.bench.documents[entry.iri]
    return document


def _passages(pages: Pages, document: Document) -> dict[str, tuple[Passage, list[Named]]]:
    """The passages of *document*, each with the statements that rest on it."""
    passages = pages.bench.passages()
    labels = pages.bench.called(passages)
    found: dict[str, tuple[Passage, list[Named]]] = {}
    for statement, several in passages.items():
        named = Named(statement, labels[statement][0] if statement in labels else slug(statement))
        for passage in several:
            if passage.document.id == document.id:
                found.setdefault(passage.id, (passage, []))[1].append(named)
    return found
