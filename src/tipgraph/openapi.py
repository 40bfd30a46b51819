"""The OpenAPI document: what the service has, with answers that it gave as examples."""

from __future__ import annotations

import json
from asyncio import Event
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from anyio import to_thread

from . import __version__
from .schemas import Schema, ref
from .standing import JSON, Kept, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.types import ASGIApp, Message

    from .reference import Reference

PROBLEM = "application/problem+json"
_TAGS = {
    "Things": "Impacts, responses, groups, actors, documents and the rest, found by facets.",
    "Questions": "Questions that are kept as files; each answer says why, and by which passage.",
    "Network": "How things hang together: paths, centrality, communities, and files for Gephi.",
    "SPARQL": "The SPARQL 1.1 Protocol, for queries; the store is read-only.",
    "Entities": "The IRIs of the graph, under this service's address.",
    "Descriptions": "What the graph holds, and the whole of it as a file.",
    "Validation": "Data of others, checked by the rules of the graph.",
    "Operations": "What those who run the service need.",
}
_ABOUT = (
    "Each item of an answer says why it is there and brings the passages that support it. "
    "Every address that answers GET answers HEAD. Answers carry an `ETag`, and `If-None-Match` "
    "gives 304; what is of the moment says `Cache-Control: no-store` instead. Each answer has "
    "`X-Request-ID`: that of the request, if it is up to 64 letters, digits, dots, hyphens and "
    "underscores, else a new one. What goes wrong is told as `application/problem+json` (RFC "
    "9457), also a method that an address does not have (405). Names of things are given by slug, "
    "CURIE or IRI; a name that the graph does not know is refused with 422 and the nearest that "
    "it knows."
)
_WRONG = {
    400: "The request, its query or its data cannot be read.",
    404: "Nothing has that name.",
    406: "No format that is accepted can be given.",
    413: "What was sent is too large, or the answer would be.",
    414: "The address is too long; send the query by POST.",
    415: "A body of that type is not read.",
    422: "A parameter is unknown, or its value is.",
    500: "The service made a mistake.",
    502: "Where another server is the store: it failed, or its answer is not whole.",
    503: "The service is full, starting or stopping; ask again later.",
    504: "The query took more time or memory than it may.",
}
# How each of these comes about, so that the example is what is then said.
_WAYS = {
    400: ("/sparql?query=SELECT", JSON),
    404: ("/api/v1/impacts/no-such-impact", JSON),
    406: ("/api/v1/impacts", "image/png"),
    422: ("/api/v1/impacts?colour=red", JSON),
}
# Of other operations the first format is shown, which is JSON.
_SHOWN_IN_ALL = {"SPARQL", "Entities", "Descriptions"}
_LONGEST_TEXT = 240
_LONGEST_EXAMPLE = 2_000
_HEADERS: dict[str, Schema] = {
    "ETag": {
        "description": "Names this answer, for `If-None-Match`.",
        "required": True,
        "schema": {"type": "string", "pattern": '^(W/)?"[^"]*"$'},
    },
    "Cache-Control": {
        "description": "How long it may be kept; for good with `release`.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Vary": {"description": "What else it depends on.", "schema": {"type": "string"}},
}
_OF_THE_MOMENT: dict[str, Schema] = {
    "ETagIfKept": {
        **_HEADERS["ETag"],
        "description": "As always, but an answer of the moment has none.",
        "required": False,
    },
    "NoStore": {
        "description": "The answer is of the moment.",
        "required": True,
        "schema": {"type": "string", "enum": ["no-store"]},
    },
}
# The names of headers as they are sent, with those that they have in the document.
_BY_KEPT = {
    Kept.ALWAYS: {"ETag": "ETag", "Cache-Control": "Cache-Control"},
    Kept.UNLESS_OF_THE_MOMENT: {"ETag": "ETagIfKept", "Cache-Control": "Cache-Control"},
    Kept.NEVER: {"Cache-Control": "NoStore"},
}
_NAMED: dict[str, Schema] = {
    "X-Request-ID": {
        "description": "The name of the request in the log of the service.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    }
}
_OF_ITEMS: dict[str, Schema] = {
    "Link": {
        "description": "This page, the next, its permalink, its licence, its context and its other "
        "formats (RFC 8288).",
        "required": True,
        "schema": {"type": "string"},
    },
    "Content-Language": {
        "description": "The languages of its texts.",
        "schema": {"type": "string"},
    },
}
_RETRY = {
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}
_UNLESS = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an answer at hand; 304 says that it still holds.",
    "schema": {"type": "string"},
}


@dataclass(frozen=True, slots=True)
class Given:
    """What the service answered: status, media type, body."""

    status: int
    media: str
    body: bytes


async def ask(app: ASGIApp, address: str, accept: str) -> Given:
    """What *app* answers to GET of *address*, without a network."""
    parts = urlsplit(address)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"accept", accept.encode())],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 0),
        # Nobody asked, so that no count is to know of it.
        "state": {"inside": True},
    }
    start: Message = {}
    parts_of_body: list[bytes] = []

    sent = Event()

    async def receive() -> Message:
        # The request comes once; who waits for its end does so for as long as it takes to answer.
        if sent.is_set():
            await Event().wait()
        sent.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts_of_body.append(message.get("body", b""))

    await app(scope, receive, send)
    headers = dict(start["headers"])
    media = headers.get(b"content-type", b"").decode().split(";")[0]
    return Given(start["status"], media, b"".join(parts_of_body))


class Specification:
    """The OpenAPI document of *app*, made when it is first asked for."""

    def __init__(self, app: ASGIApp, reference: Reference, routes: Iterable[str]) -> None:
        """Describe those operations of *reference* for which *app* has *routes*."""
        self._app = app
        self._reference = reference
        self._routes = frozenset(routes)
        self._operations: Sequence[Operation] | None = None
        self._document: Schema | None = None

    async def document(self) -> Schema:
        """The document; the first who asks waits a few seconds."""
        if self._document is None:
            self._document = await self._made()
        return self._document

    async def operations(self) -> Sequence[Operation]:
        """The operations that the document describes."""
        if self._operations is None:
            found = await to_thread.run_sync(self._reference.operations, self._routes)
            self._operations = tuple(found)
        return self._operations

    async def _made(self) -> Schema:
        operations = await self.operations()
        paths: dict[str, Schema] = {}
        for each in operations:
            paths.setdefault(each.path, {})[each.method] = await self._described(each)
        problems = sorted({500, *(status for each in operations for status in each.problems)})
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "tipgraph",
                "version": __version__,
                "summary": SUMMARY,
                "description": _ABOUT,
                "license": {"name": "MIT AND CC-BY-4.0", "identifier": "MIT AND CC-BY-4.0"},
            },
            "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
            "paths": paths,
            "components": {
                "schemas": dict(sorted(self._reference.schemas.items())),
                "responses": {f"Problem{s}": await self._problem(s) for s in problems},
                "headers": _HEADERS | _OF_THE_MOMENT | _NAMED | _OF_ITEMS,
                "parameters": {"IfNoneMatch": _UNLESS},
            },
        }

    async def _described(self, operation: Operation) -> Schema:
        parameters: list[Schema] = list(operation.parameters)
        if _tagged(operation):
            parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
        found = {
            "operationId": operation.name,
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": operation.description,
            "parameters": parameters,
            "requestBody": operation.body,
            "responses": {**await self._answers(operation), **_others(operation)},
        }
        return {key: value for key, value in found.items() if value}

    async def _answers(self, operation: Operation) -> Schema:
        content = {
            media: await self._content(operation, media, schema)
            for media, schema in operation.answers.items()
        }
        found = {"description": "The answer.", "headers": _headers(operation), "content": content}
        return {"200": found} if content else {}

    async def _content(self, operation: Operation, media: str, schema: Schema) -> Schema:
        first = media == next(iter(operation.answers))
        if first and operation.shown:
            return {"schema": schema, "example": operation.shown}
        if not operation.example or not (first or operation.tag in _SHOWN_IN_ALL):
            return {"schema": schema}
        given = await ask(self._app, operation.example, media)
        if given.status != HTTPStatus.OK or given.media != media:
            return {"schema": schema}
        if media.endswith("json"):
            return {"schema": schema, "example": brief(json.loads(given.body))}
        text = given.body.decode()
        return {"schema": schema} | ({"example": text} if len(text) < _LONGEST_EXAMPLE else {})

    async def _problem(self, status: int) -> Schema:
        content: Schema = {"schema": ref("Problem")}
        if status in _WAYS:
            content["example"] = json.loads((await ask(self._app, *_WAYS[status])).body)
        later = _RETRY if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        return {
            "description": _WRONG[status],
            "headers": {**later, **_NAME_OF_REQUEST},
            "content": {PROBLEM: content},
        }


SUMMARY = "Policy responses to trafficking in persons, each answer with its evidence."


def _tagged(operation: Operation) -> bool:
    """Whether 304 may be its answer."""
    kept = operation.kept is not Kept.NEVER
    return operation.method == "get" and kept and bool(operation.answers)


def _headers(operation: Operation) -> Schema:
    by_get = operation.method == "get" or operation.kept is Kept.NEVER
    names = {**(_BY_KEPT[operation.kept] if by_get else {}), "Vary": "Vary"}
    if operation.of_items:
        names |= {name: name for name in _OF_ITEMS}
    return {sent: _header(name) for sent, name in names.items()} | _NAME_OF_REQUEST


def _header(name: str) -> Schema:
    return {"$ref": f"#/components/headers/{name}"}


_NAME_OF_REQUEST = {name: _header(name) for name in _NAMED}


def _others(operation: Operation) -> Mapping[str, Schema]:
    found: dict[str, Schema] = {}
    if operation.elsewhere:
        found["303"] = {
            "description": operation.elsewhere,
            "headers": {
                "Location": {"required": True, "schema": {"type": "string"}},
                **_NAME_OF_REQUEST,
            },
        }
    if _tagged(operation):
        found["304"] = {"description": "The answer at hand still holds."}
    for status in sorted({*operation.problems, 500}):
        found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return found


def brief(value: object) -> object:
    """*value* with one element of each list, and long texts cut."""
    if isinstance(value, dict):
        return {key: brief(each) for key, each in value.items()}
    if isinstance(value, list):
        return [brief(each) for each in value[:1]]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT and " " in value:
        return value[:_LONGEST_TEXT] + " …"
    return value
