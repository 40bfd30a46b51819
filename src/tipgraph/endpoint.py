"""The SPARQL 1.1 Protocol at `/sparql`: queries by GET and by both forms of POST."""

from __future__ import annotations

import re
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
        """What answers anybody's query."""

        async def answer(self, asked: Asked) -> tuple[bytes, str]:
            """The answer in bytes, with the format used."""

    class Blocking(Protocol):
        """What answers anybody's query and holds up its thread: a store."""

        def answer(self, asked: Asked) -> tuple[bytes, str]:
            """The answer in bytes, with the format used."""


MAX_BODY = 1_000_000
_KNOWN = {"query", "default-graph-uri", "named-graph-uri", "format"}
# What may differ between two answers to one query, wherever it stands in the text.
_VARIES = re.compile(r"RAND|NOW|UUID|BNODE", re.IGNORECASE)
_EVERY = ROW_TYPES | GRAPH_TYPES


class Threads:
    """A store that answers in threads of its own, so that queries hold up nothing else."""

    def __init__(self, store: Blocking, at_once: int = 40) -> None:
        """Ask *store*, up to *at_once* queries side by side."""
        self._store = store
        self._threads = CapacityLimiter(at_once)

    async def answer(self, asked: Asked) -> tuple[bytes, str]:
        """The answer of the store."""
        return await to_thread.run_sync(self._store.answer, asked, limiter=self._threads)


def endpoint_router(answerer: Answerer) -> APIRouter:
    """The routes of the protocol, answered by *answerer*."""
    router = APIRouter()

    async def answered(form: str, text: str | None, request: Request) -> Response:
        return await _answer(answerer, form, text, request)

    async def by_get(request: Request) -> Response:
        return await answered(request.url.query, None, request)

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

    # Plain routes: what a framework reads from parameters is read here by the protocol's rules.
    router.add_route("/sparql", by_get, methods=["GET"])
    router.add_route("/sparql", by_post, methods=["POST"])
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


async def _answer(answerer: Answerer, form: str, text: str | None, request: Request) -> Response:
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
    body, used = await answerer.answer(asked)
    fitting = ROW_TYPES if used in ROW_TYPES else GRAPH_TYPES
    if given.get("format") and used != given["format"][0]:
        message = f"This query cannot be given as {given['format'][0]}; ask for one of "
        raise NotAcceptable(message + f"{', '.join(fitting)}.")
    if (rows if used in ROW_TYPES else graph) is None:
        choose(request.headers.get("accept", ""), fitting, aliases=True)
    headers = {"Vary": "Accept"}
    if _VARIES.search(asked.query):
        headers["Cache-Control"] = "no-store"
    return Response(body, media_type=_EVERY[used], headers=headers)


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
