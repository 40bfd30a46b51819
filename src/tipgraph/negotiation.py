"""What a request accepts and brings, and descriptions of the service as it likes them best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Response

from .errors import TooLarge
from .formats import GRAPH_TYPES, choose

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import Scope

    from .description import Description


def accepted(request: Request) -> str:
    """The `Accept` header of *request*."""
    return listed(request.scope, b"accept").decode("latin-1")


def listed(scope: Scope, name: bytes) -> bytes:
    """The values of the header *name* as the one list that several are (RFC 9110, section 5.3)."""
    return b", ".join([value for key, value in scope["headers"] if key == name])


def wants_page(request: Request) -> bool:
    """Whether the client would rather have a page than data: browsers do, `*/*` does not."""
    offered = {"data": "application/octet-stream", "page": "text/html"}
    given = accepted(request)
    return "text/html" in given.lower() and choose(given, offered) == "page"


def described(description: Description, part: str, request: Request) -> Response:
    """The *part* of *description* in the format that the client likes best."""
    form = choose(accepted(request), GRAPH_TYPES)
    body = description.document(part, str(request.base_url).rstrip("/"), form)
    return Response(body, 200, {"Vary": "Accept"}, GRAPH_TYPES[form])


async def body_of(request: Request, most: int, advice: str) -> bytes:
    """The body of *request*; `TooLarge` with *advice* as soon as it has more than *most* bytes."""
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise TooLarge(f"The body is larger than {most:,} bytes{advice}.")
        parts.append(chunk)
    return b"".join(parts)
