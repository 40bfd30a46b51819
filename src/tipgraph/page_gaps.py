"""What has no answer, by rank: `/gaps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from .page_lists import cleaned
from .page_results import A_PAGE, page_of
from .pages import PAGES
from .parameters import Given

if TYPE_CHECKING:
    from .gaps import Gaps
    from .pages import Pages


def gaps_page(pages: Pages, gaps: Gaps) -> APIRouter:
    """The route `/gaps`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/gaps")
    def listed(request: Request) -> Response:
        here = pages.here(request)
        given = Given(here.pairs)
        given.only(("gap", "page", "lang"), "The list of gaps")
        chosen = [kind for kind in given.all().get("gap", []) if kind]
        found = gaps.of(chosen)
        page, last = page_of(here, len(found))
        return cleaned(request) or pages.shown(
            request,
            "gaps.html",
            gaps=found[(page - 1) * A_PAGE : page * A_PAGE],
            total=len(found),
            page=page,
            last=last,
            counts=gaps.counts(),
            chosen=chosen,
            documents={d.id: d.label for d in pages.bench.documents.values()},
        )

    return router
