"""Where a client begins: `/`, the VoID and DCAT descriptions, and the dumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from .dumps import Dumps
from .formats import GRAPH_TYPES
from .negotiation import described, wants_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from .description import Description
    from .evidence import Bench

# The ways in (RFC 8631 for the first two), for a client that has only the address of the service.
WAYS_IN = (
    '</openapi.json>; rel="service-desc"; type="application/json", '
    '</docs>; rel="service-doc"; type="text/html", '
    '</.well-known/void>; rel="describedby", '
    '</catalog>; rel="describedby"'
)
_DOCUMENTED: dict[int | str, dict[str, object]] = {
    200: {"content": {full.split(";")[0]: {} for full in GRAPH_TYPES.values()}}
}


def catalog_router(
    bench: Bench, description: Description, home: Callable[[Request], Response] | None = None
) -> APIRouter:
    """The routes that say what there is, over *bench*; browsers get the page that *home* makes."""
    router = APIRouter(tags=["Description"])
    dumps = Dumps(bench.store)

    @router.get("/", include_in_schema=False)
    def begin(request: Request) -> Response:
        if home is None or not wants_page(request):
            headers = {"Link": WAYS_IN, "Vary": "Accept"}
            return RedirectResponse("/docs", 303, headers)
        page = home(request)
        page.headers["Link"] = WAYS_IN
        return page

    @router.get("/.well-known/void", summary="The graph as VoID", responses=_DOCUMENTED)
    def void(request: Request) -> Response:
        return described(description, "void", request)

    @router.get("/catalog", summary="The graph and its files as DCAT", responses=_DOCUMENTED)
    def catalog(request: Request) -> Response:
        return described(description, "catalog", request)

    @router.get("/dump/{name}", summary="The whole graph as a file", responses=_DOCUMENTED)
    def dump(name: str) -> Response:
        found = dumps.named(name)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(found.size),
            "ETag": f'W/"{found.sha256[:24]}"',
        }
        return StreamingResponse(found.chunks(), 200, headers, GRAPH_TYPES[found.form])

    return router
