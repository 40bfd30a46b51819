"""The vocabulary as trees: `/vocabulary`, and the page of each scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from .formats import GRAPH_TYPES
from .lookup import Manner
from .page_lists import cleaned
from .pages import PAGES
from .parameters import Given
from .search import search

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ask import Asker
    from .pages import Pages
    from .trees import Trees

_MOST_FOUND = 60
_FEW = 10


def vocabulary_page(pages: Pages, trees: Trees, asker: Asker) -> APIRouter:
    """The route `/vocabulary`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/vocabulary")
    def vocabulary(request: Request) -> Response:
        given = Given(pages.here(request).pairs)
        given.only(("q", "lang"), "The vocabulary")
        words, found, near = given.once("q"), None, None
        if words and words.strip():
            kind = pages.lookup.kind("concepts")
            manner = Manner(words=words, fields=("label", "description", "why", "schemes"))
            found = pages.lookup.items(kind, {}, _MOST_FOUND, manner=manner)
            if not found.items:
                near = search(
                    words, pages.lookup, asker, kinds=("concepts",), limit=_FEW, manner=manner
                )
        way = cleaned(request)
        return way or pages.shown(
            request,
            "vocabulary.html",
            trees=trees.all.values(),
            words=words or "",
            found=found,
            near=near,
        )

    return router


def scheme_page(pages: Pages, trees: Trees) -> Callable[[str, Request], Response | None]:
    """What makes the page of a scheme, or nothing for what is none."""

    def scheme(iri: str, request: Request) -> Response | None:
        tree = trees.all.get(iri)
        if tree is None:
            return None
        return pages.shown(request, "scheme.html", tree=tree, forms=GRAPH_TYPES)

    return scheme
