"""Put the store, the API and the protocol endpoint together into one web application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route

from . import __version__
from .api import api_router
from .ask import Asker
from .asking import asking_router
from .cache import Answers, Cache
from .catalog import catalog_router
from .conditional import Conditional
from .connections import connections_router
from .description import Description
from .direct import Direct
from .endpoint import Threads, endpoint_router
from .entities import entities_router
from .errors import TipgraphError
from .gaps import Gaps
from .journal import Routed
from .lookup import Lookup
from .matrix import Matrices
from .methods import OtherHosts, methods
from .negotiation import wants_page
from .network import Network
from .openapi import PROBLEM, SUMMARY, Specification
from .operations import Status, operations_router
from .overview import overview_router
from .packed import Packed
from .page_ask import ask_page
from .page_check import check_page
from .page_editor import editor_page
from .page_gaps import gaps_page
from .page_home import home_page
from .page_lists import lists_page
from .page_matrix import matrix_page
from .page_network import network_page
from .page_questions import questions_page
from .page_texts import texts_page
from .page_things import ThingPages
from .page_vocabulary import scheme_page, vocabulary_page
from .pages import PAGES, Pages, statics_router
from .prompt import ADDRESS, Prompt
from .questions import Questions
from .reference import Reference
from .trees import Trees
from .validation import Here, validation_router
from .ways import Ways

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from .evidence import Bench
    from .near import Near
    from .pool import Pool
    from .validation import Checker


def create_app(
    bench: Bench,
    pool: Pool | Near | None = None,
    status: Status | None = None,
    cached: int = 0,
    checker: Checker | None = None,
) -> FastAPI:
    """The service over *bench*: `/sparql`, `/api/v1`, the graph's IRIs and `/health`.

    With *pool*, queries at `/sparql` run in its workers and within its limits; *checker* checks the
    data that are sent to `/api/v1/validate`, which is done in this process without it. `/ready` and
    `/metrics` tell of *status*. Up to *cached* bytes of answers are kept, which is right for a
    graph that does not change meanwhile.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if pool is not None:
            await to_thread.run_sync(pool.close)

    lookup = Lookup(bench)
    questions = Questions(bench, lookup.names)
    app = FastAPI(
        title="tipgraph",
        version=__version__,
        summary=SUMMARY,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    status = status or Status()
    answerer = pool or Threads(bench.store)
    description = Description(bench, questions)
    asker = Asker(bench, lookup, questions)
    pages = Pages(bench, lookup)
    trees = Trees(bench)
    checker = checker or Here(bench.layout)
    gaps = Gaps(bench, questions)
    network = Network(bench)
    protocol = endpoint_router(answerer, description)
    routers = [
        protocol,
        catalog_router(bench, description, home_page(pages, gaps, questions)),
        validation_router(checker),
        operations_router(bench, answerer, status),
        connections_router(bench),
        overview_router(bench, lookup, questions),
        asking_router(bench, lookup, asker),
        api_router(bench, lookup, questions),
        entities_router(bench, ThingPages(pages, questions, gaps, scheme_page(pages, trees))),
    ]
    routes = [route.path for each in routers for route in each.routes if isinstance(route, Route)]
    specification = Specification(app, Reference(bench, lookup, questions), routes)
    routers.append(_described(specification, pages))
    app.state.pages = pages
    routers += [
        ask_page(pages, asker),
        lists_page(pages, asker),
        questions_page(pages, questions),
        vocabulary_page(pages, trees, asker),
        matrix_page(pages, Matrices(bench, lookup)),
        gaps_page(pages, gaps),
        network_page(pages, network, Ways(network)),
        check_page(pages, checker),
        editor_page(pages, questions),
        texts_page(pages),
        statics_router(pages),
    ]
    for router in routers:
        app.include_router(router)
    app.add_middleware(Routed)
    app.add_middleware(Direct, path=ADDRESS, router=protocol, refused=_on_error)
    app.add_middleware(Conditional)
    app.add_middleware(Packed)
    app.add_middleware(OtherHosts)
    answers = Answers(cached) if cached else None
    looked = status.metrics.cache_looked
    if answers is not None:
        app.add_middleware(Cache, answers=answers, looked=looked)
    app.state.prompt = Prompt(app, answerer, _on_error, answers, looked)
    app.add_exception_handler(TipgraphError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(ClientDisconnect, _on_left)
    app.add_exception_handler(Exception, _on_bug)
    return app


def _described(specification: Specification, pages: Pages) -> APIRouter:
    """The routes `/openapi.json` and `/docs`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    async def document(request: Request) -> Response:
        servers = [{"url": request.scope.get("root_path") or "/"}]
        return JSONResponse({**await specification.document(), "servers": servers})

    @router.get("/docs")
    async def reference(request: Request) -> Response:
        every = await specification.operations()
        operations = [(each.method.upper(), each.path, each.summary) for each in every]
        return pages.shown(request, "docs.html", operations=operations)

    return router


def problem(status: int, title: str, detail: str, request: Request, **more: object) -> JSONResponse:
    """A problem document of RFC 9457."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    # A fault of ours, or of the moment, may be mended when it is asked for again.
    headers = {"Cache-Control": "no-store"} if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
    return JSONResponse(body, status, headers, media_type=PROBLEM)


def _readable(
    request: Request, status: int, title: str, error: TipgraphError | None = None
) -> Response | None:
    """A problem as a page, at the addresses that have pages or nothing, for who wants pages."""
    pages: Pages | None = getattr(request.app.state, "pages", None)
    route = request.scope.get("route")
    paged = route is None or not {PAGES, "Entities"}.isdisjoint(getattr(route, "tags", ()))
    if pages is None or not paged or not wants_page(request):
        return None
    return pages.problem(request, status, title, error)


def _on_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, TipgraphError):
        raise error
    request.state.error = error
    details = {k: v for k, v in error.details.items() if k != "file"}
    ours = error.http_status == HTTPStatus.INTERNAL_SERVER_ERROR
    detail = f"{error.title}." if ours else str(error)
    answer = _readable(request, error.http_status, error.title, None if ours else error)
    answer = answer or problem(error.http_status, error.title, detail, request, **details)
    if "retry_after" in details:
        answer.headers["Retry-After"] = str(details["retry_after"])
    return answer


def _on_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _on_method(request, error)
    answer = _readable(request, error.status_code, str(error.detail)) or problem(
        error.status_code, str(error.detail), str(error.detail), request
    )
    answer.headers.update(error.headers or {})
    return answer


def _on_method(request: Request, error: HTTPException) -> Response:
    """Which methods the address takes: an answer to OPTIONS, and else a problem."""
    allowed = methods(request)
    if request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Allow": allowed})
    answer = problem(error.status_code, error.detail, f"This address takes {allowed}.", request)
    answer.headers["Allow"] = allowed
    return answer


def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    name = str(first["loc"][-1])
    detail = f"{name}: {first['msg']}."
    return problem(422, "Bad parameter", detail, request, parameter=name)


class _Nothing(Response):
    """What is sent to a client that has gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


def _on_left(_: Request, __: Exception) -> Response:
    return _Nothing()


def _on_bug(request: Request, _: Exception) -> Response:
    """Say that it is our fault, and nothing else; the server logs the trace."""
    detail = "The service made a mistake; it is in its log."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error", detail, request)
