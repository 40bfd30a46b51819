"""The SPARQL 1.1 Protocol at `/sparql`: queries by GET and by both forms of POST."""

from __future__ import annotations

from binascii import a2b_qp
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from .answers import Asked
from .errors import (
    BadParameter,
    BadQuery,
    LongAddress,
    NotAcceptable,
    UnsupportedMediaType,
)
from .formats import GRAPH_TYPES, ROW_TYPES, choose
from .negotiation import accepted, body_of, described
from .presence import while_there

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from .description import Description

    class Answerer(Protocol):
        """What answers anybody's query."""

        async def answer(self, asked: Asked) -> tuple[bytes, str]:
            """The answer in bytes, with the format used."""

    class Blocking(Protocol):
        """What answers anybody's query and holds up its thread: a store."""

        def answer(self, asked: Asked) -> tuple[bytes, str]:
            """The answer in bytes, with the format used."""


MAX_BODY = 1_000_000
MAX_ADDRESS = 50_000
# Common clients name the format by any of these, and often by all three.
_FORMAT_PARAMETERS = ("format", "output", "results")
# Editors mark the queries of their own with `ac=1`, so that they are not counted; it says nothing.
_KNOWN = {"query", "default-graph-uri", "named-graph-uri", *_FORMAT_PARAMETERS, "ac"}
_EVERY = ROW_TYPES | GRAPH_TYPES
FORMAT_NAMES = {
    **{name: name for name in _EVERY},
    **{full.split(";")[0]: name for name, full in _EVERY.items()},
    "application/json": "json",
    "application/xml": "xml",
    "json-ld": "jsonld",
    "n3": "turtle",
    "nq": "nquads",
    "nt": "ntriples",
    "rdf": "rdfxml",
    "rdf+xml": "rdfxml",
    "ttl": "turtle",
}
# A client that asks for one of these need not know which kind of answer the query gives.
_GRAPH_ALIKE = {"json": "jsonld", "xml": "rdfxml"}
# What a browser would rather have than an answer, or a description, in any format.
_PAGE = {"html": "text/html"}
_SAFE = "=&%+/?:@!$'()*,;~-._"
_LINKS = '</docs>; rel="service-doc"; type="text/html", </catalog>; rel="describedby"'


@dataclass(frozen=True, slots=True)
class Reading:
    """A query, and what the client takes of it: rows and graphs in which format, or None.

    *named* is the format that it names, and *accept* its header.
    """

    asked: Asked
    rows: str | None
    graph: str | None
    named: str | None
    accept: str


class Threads:
    """A store that answers in threads of its own, so that queries hold up nothing else."""

    def __init__(self, store: Blocking, at_once: int = 40) -> None:
        """Ask *store*, up to *at_once* queries side by side."""
        self._store = store
        self._threads = CapacityLimiter(at_once)

    async def answer(self, asked: Asked) -> tuple[bytes, str]:
        """The answer of the store."""
        return await to_thread.run_sync(self._store.answer, asked, limiter=self._threads)


def endpoint_router(answerer: Answerer, description: Description) -> APIRouter:
    """The routes of the protocol, answered by *answerer*; without a query, by *description*."""
    router = APIRouter()

    async def by_get(request: Request) -> Response:
        address = _address(request)
        if _for_reading(address, request):
            return _led_to_the_editor(address, request)
        if not address:
            return await to_thread.run_sync(_describe, description, request)
        return await _answer(answerer, address, None, request)

    async def by_post(request: Request) -> Response:
        body = await body_of(request, MAX_BODY, "")
        kind = _kind(request.headers.get("content-type", ""))
        address = _address(request)
        if kind == "application/x-www-form-urlencoded":
            form = _utf8(body, "body")
            both = f"{address}&{form}" if address else form
            return await _answer(answerer, both, None, request)
        if kind == "application/sparql-query":
            return await _answer(answerer, address, _utf8(body, "body"), request)
        message = (
            f"A body of type {kind or 'none'} is not read here; send "
            "application/x-www-form-urlencoded or application/sparql-query."
        )
        raise UnsupportedMediaType(message)

    # Plain routes: what a framework reads from parameters is read here by the protocol's rules.
    router.add_route("/sparql", by_get, methods=["GET"])
    router.add_route("/sparql", by_post, methods=["POST"])
    return router


def _for_reading(address: str, request: Request) -> bool:
    """Whether a person opens the address, alone or with a query and nothing that says how."""
    given = accepted(request)
    bare = not address or (address.startswith("query=") and "&" not in address)
    if not bare or "text/html" not in given.lower():
        return False
    offered = {**(_EVERY if address else GRAPH_TYPES), **_PAGE}
    return choose(given, offered, aliases=True) == "html"


def _led_to_the_editor(address: str, request: Request) -> Response:
    place = request.scope.get("root_path", "") + "/editor"
    target = f"{place}?{quote(address, safe=_SAFE)}&run=true" if address else place
    return RedirectResponse(target, 303, {"Vary": "Accept", "Link": _LINKS})


def _describe(description: Description, request: Request) -> Response:
    answer = described(description, "service", request)
    answer.headers["Link"] = _LINKS
    return answer


def _address(request: Request) -> str:
    """The parameters in the address, as they came."""
    query: bytes = request.scope["query_string"]
    if len(query) > MAX_ADDRESS:
        message = f"The address has more than {MAX_ADDRESS:,} characters; send the query by POST."
        raise LongAddress(message)
    return _utf8(query, "address")


def _kind(content_type: str) -> str:
    """The media type of a body; `UnsupportedMediaType` if it is not in UTF-8."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            message = f"A body in {value} is not read here; send it in UTF-8."
            raise UnsupportedMediaType(message)
    return kind


def _utf8(data: bytes, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = f"The {where} is not UTF-8 at byte {error.start}."
        raise BadQuery(message) from error


async def _answer(answerer: Answerer, form: str, text: str | None, request: Request) -> Response:
    reading = read(form, text, accepted(request))
    request.state.query = reading.asked.query
    body, used = await while_there(request, answerer.answer(reading.asked))
    return answered(reading, body, used)


def read(form: str, text: str | None, accept: str) -> Reading:
    """What a request asks by the parameters in *form*, or by its body *text*, and *accept*."""
    given = _given(form)
    queries = given.get("query", []) if text is None else [text, *given.get("query", [])]
    if len(queries) != 1:
        message = f"Send one query; {len(queries)} came. Put it in the parameter query."
        raise BadQuery(message)
    named = _named_format([v for name in _FORMAT_PARAMETERS for v in given.get(name, [])])
    rows, graph = _formats(accept, named)
    asked = Asked(
        queries[0],
        rows or "json",
        graph or "turtle",
        tuple(given.get("default-graph-uri", [])),
        tuple(given.get("named-graph-uri", [])),
    )
    return Reading(asked, rows, graph, named, accept)


def answered(reading: Reading, body: bytes, used: str) -> Response:
    """The answer *body* in the format *used*, or `NotAcceptable` if none such was wished for."""
    refuse_unfit(reading, used)
    headers = {"Vary": "Accept"}
    if varies(reading.asked.query):
        headers["Cache-Control"] = "no-store"
    return Response(body, media_type=_EVERY[used], headers=headers)


def refuse_unfit(reading: Reading, used: str) -> None:
    """Raise `NotAcceptable` if no answer in the format *used* was wished for."""
    if (reading.rows if used in ROW_TYPES else reading.graph) is None:
        fitting = ROW_TYPES if used in ROW_TYPES else GRAPH_TYPES
        _refuse(reading.named, reading.accept, fitting)


def varies(query: str) -> bool:
    """Whether two answers to *query* may differ: what makes them stands anywhere in it."""
    text = query.upper()
    # In a tenth of the time of a regular expression.
    return "RAND" in text or "NOW" in text or "UUID" in text or "BNODE" in text


def _given(form: str) -> dict[str, list[str]]:
    """The parameters by name."""
    given: dict[str, list[str]] = {}
    try:
        # Most have a query alone, and it is a long one.
        if form.startswith("query=") and "&" not in form:
            return {"query": [_unquoted(form[6:].encode().replace(b"+", b" ")).decode()]}
        pairs = parse_qsl(form, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        message = "A parameter is not UTF-8 where its percent signs are read; encode it anew."
        raise BadQuery(message) from error
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    for name in given:
        if name == "update":
            message = "This store is read-only: send a query, not an update."
            raise BadQuery(message)
        if name not in _KNOWN:
            message = f"/sparql has no parameter {name!r}; it takes {', '.join(sorted(_KNOWN))}."
            raise BadParameter(message, parameter=name)
    return given


def _unquoted(value: bytes) -> bytes:
    """*value* as `unquote_to_bytes` reads it, in a tenth of its time."""
    # Quoted-printable is the same with another sign, but for line ends, and for signs that no two
    # digits follow; each that they do follow makes it shorter by two bytes.
    read = a2b_qp(value.replace(b"=", b"=3D").replace(b"%", b"="))
    alike = len(read) == len(value) - 2 * value.count(b"%")
    return read if alike and b"\n" not in value and b"\r" not in value else unquote_to_bytes(value)


def _named_format(values: list[str]) -> str | None:
    """The format that all *values* name, if there are any."""
    if not values:
        return None
    # SPARQLWrapper adds an empty value to some of those that it gives.
    told = [value for value in values if value] or values
    names = {_format_called(value) for value in told}
    if len(names) > 1:
        message = f"The request names {len(names)} formats: {', '.join(sorted(names))}; name one."
        raise BadParameter(message, parameter="format")
    return names.pop()


def _format_called(value: str) -> str:
    # Some clients put all media types of a format into one value.
    # A plus sign that somebody types into an address is read as a space there.
    names = (name.strip().replace(" ", "+") for name in value.lower().split(","))
    for name in names:
        if name in FORMAT_NAMES:
            return FORMAT_NAMES[name]
    message = f"format={value}: give one of {', '.join(_EVERY)}."
    raise BadParameter(message, parameter="format", value=value)


@lru_cache(128)
def _formats(accept: str, named: str | None) -> tuple[str | None, str | None]:
    """The row format and the graph format that the client takes; None where it takes none."""
    if named:
        graph = named if named in GRAPH_TYPES else _GRAPH_ALIKE.get(named)
        return (named if named in ROW_TYPES else None), graph
    found: list[str | None] = []
    for offered in (ROW_TYPES, GRAPH_TYPES):
        try:
            found.append(choose(accept, offered, aliases=True))
        except NotAcceptable:
            # Whether it matters is known when the query has told what kind of answer it gives.
            found.append(None)
    return found[0], found[1]


def _refuse(named: str | None, accept: str, fitting: Mapping[str, str]) -> None:
    """Say that the answer cannot be had in the format that was wished for."""
    if named:
        message = f"This query cannot be given as {named}; ask for one of {', '.join(fitting)}."
        raise NotAcceptable(message)
    choose(accept, fitting, aliases=True)
