"""The graph's own IRIs, served under the service's address by content negotiation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from .errors import BadQuery, NotFound
from .formats import GRAPH_TYPES, choose
from .queries import read
from .questions import kind_of
from .terms import BASE, Iri, slug

if TYPE_CHECKING:
    from .evidence import Bench

# A triple format must be able to hold what is said; graphs are of no use for one thing.
_FORMATS = {k: v for k, v in GRAPH_TYPES.items() if k not in {"trig", "nquads"}}
_OFFERED = {**_FORMATS, "html": "text/html"}


def entities_router(bench: Bench) -> APIRouter:
    """The routes `/id/...`, `/concept/...` and `/ontology` over *bench*."""
    router = APIRouter(tags=["Entities"])
    describe = read(bench.layout.queries / "describe" / "describe.rq")
    ontology = read(bench.layout.queries / "describe" / "ontology.rq")

    @router.get("/id/{path:path}", summary="What is said of a thing, by its IRI")
    def thing(path: str, request: Request) -> Response:
        return _thing(f"id/{path}", request)

    @router.get("/concept/{path:path}", summary="What is said of a concept, by its IRI")
    def concept(path: str, request: Request) -> Response:
        return _thing(f"concept/{path}", request)

    @router.get("/ontology", summary="The ontology")
    def whole(request: Request) -> Response:
        form = choose(request.headers.get("accept", ""), _FORMATS)
        return _rdf(bench.store.graph(ontology.text, form), form)

    def _thing(path: str, request: Request) -> Response:
        iri = BASE + path
        form = choose(request.headers.get("accept", ""), _OFFERED)
        try:
            found = bench.store.graph(describe.bind({"thing": [Iri(iri)]}), "ntriples")
        except BadQuery:
            # What no IRI may hold names nothing.
            found = b""
        if not found:
            message = f"The graph says nothing of <{iri}>."
            raise NotFound(message)
        if form == "html":
            # Passages, works, schemes and the like are in no list, and so have no answer there.
            if not kind_of(iri) or path.startswith("concept/scheme/"):
                form = "turtle"
            else:
                root = str(request.base_url).rstrip("/")
                return RedirectResponse(f"{root}/api/v1/{kind_of(iri)}/{slug(iri)}", 303)
        return _rdf(bench.store.graph(describe.bind({"thing": [Iri(iri)]}), form), form)

    return router


def _rdf(body: bytes, form: str) -> Response:
    return Response(body, media_type=_FORMATS[form], headers={"Vary": "Accept"})
