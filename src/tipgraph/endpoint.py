"""The SPARQL 1.1 Protocol at `/sparql`: queries by GET and by both forms of POST."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from .answers import Asked
from .errors import BadParameter, BadQuery, NotAcceptable, TooLarge, UnsupportedMediaType
from .formats import GRAPH_TYPES, ROW_TYPES, choose

if TYPE_CHECKING:
    from typing import Protocol

    class Answerer(Protocol):
        """What answers anybody's query: a store, or a pool of workers."""

        def answer(self, asked: Asked) -> tuple[bytes, str]:
            """The answer in bytes, with the format used."""


MAX_BODY = 1_000_000
_KNOWN = {"query", "default-graph-uri", "named-graph-uri", "format"}
_EVERY = ROW_TYPES | GRAPH_TYPES


def endpoint_router(answerer: Answerer, at_once: int = 40) -> APIRouter:
    """The routes of the protocol; up to *at_once* requests wait for *answerer* side by side."""
    router = APIRouter(tags=["SPARQL"])
    # Threads of their own, so that waiting queries hold up nothing else.
    threads = CapacityLimiter(at_once)

    async def answered(form: str, text: str | None, request: Request) -> Response:
        return await to_thread.run_sync(_answer, answerer, form, text, request, limiter=threads)

    @router.get("/sparql", summary="Ask a SPARQL query")
    async def by_get(request: Request) -> Response:
        return await answered(request.url.query, None, request)

    @router.post("/sparql", summary="Ask a SPARQL query in the body")
    async def by_post(request: Request) -> Response:
        body = await _body(request)
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind == "application/x-www-form-urlencoded":
            form = _utf8(body)
            both = f"{request.url.query}&{form}" if request.url.query else form
            return await answered(both, None, request)
        if kind == "application/sparql-query":
            text = _utf8(body)
            return await answered(request.url.query, text, request)
        message = (
            f"A body of type {kind or 'none'} is not read here; send "
            "application/x-www-form-urlencoded or application/sparql-query."
        )
        raise UnsupportedMediaType(message)

    return router


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            message = f"The body is larger than {MAX_BODY:,} bytes."
            raise TooLarge(message)
        parts.append(chunk)
    return b"".join(parts)


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8 at byte {error.start}."
        raise BadQuery(message) from error


def _answer(answerer: Answerer, form: str, text: str | None, request: Request) -> Response:
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        given.setdefault(name, []).append(value)
    for name in given:
        if name == "update":
            message = "This store is read-only: send a query, not an update."
            raise BadQuery(message)
        if name not in _KNOWN:
            message = f"/sparql has no parameter {name!r}; it takes {', '.join(sorted(_KNOWN))}."
            raise BadParameter(message, parameter=name)
    queries = given.get("query", []) if text is None else [text, *given.get("query", [])]
    if len(queries) != 1:
        message = f"Send one query; {len(queries)} came. Put it in the parameter query."
        raise BadQuery(message)
    rows, graph = _formats(request.headers.get("accept", ""), given.get("format", []))
    asked = Asked(
        queries[0],
        rows or "json",
        graph or "turtle",
        tuple(given.get("default-graph-uri", [])),
        tuple(given.get("named-graph-uri", [])),
    )
    body, used = answerer.answer(asked)
    fitting = ROW_TYPES if used in ROW_TYPES else GRAPH_TYPES
    if given.get("format") and used != given["format"][0]:
        message = f"This query cannot be given as {given['format'][0]}; ask for one of "
        raise NotAcceptable(message + f"{', '.join(fitting)}.")
    if (rows if used in ROW_TYPES else graph) is None:
        choose(request.headers.get("accept", ""), fitting, aliases=True)
    return Response(body, media_type=_EVERY[used], headers={"Vary": "Accept"})


def _formats(accept: str, named: list[str]) -> tuple[str | None, str | None]:
    """The row format and the graph format that the client takes; None where it takes none."""
    if named:
        if len(named) > 1:
            message = f"format is given {len(named)} times; give it once."
            raise BadParameter(message, parameter="format")
        if named[0] not in _EVERY:
            message = f"format={named[0]}: give one of {', '.join(_EVERY)}."
            raise BadParameter(message, parameter="format", value=named[0])
        return (named[0], None) if named[0] in ROW_TYPES else (None, named[0])
    found: list[str | None] = []
    for offered in (ROW_TYPES, GRAPH_TYPES):
        try:
            found.append(choose(accept, offered, aliases=True))
        except NotAcceptable:
            # Whether it matters is known when the query has told what kind of answer it gives.
            found.append(None)
    return found[0], found[1]
