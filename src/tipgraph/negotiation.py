"""What a request accepts, and the descriptions of the service in the format it likes best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Response

from .formats import GRAPH_TYPES, choose

if TYPE_CHECKING:
    from fastapi import Request

    from .description import Description


def accepted(request: Request) -> str:
    """The `Accept` header of *request*; several are one list (RFC 9110, section 5.3)."""
    return ", ".join(request.headers.getlist("accept"))


def described(description: Description, part: str, request: Request) -> Response:
    """The *part* of *description* in the format that the client likes best."""
    form = choose(accepted(request), GRAPH_TYPES)
    body = description.document(part, str(request.base_url).rstrip("/"), form)
    return Response(body, 200, {"Vary": "Accept"}, GRAPH_TYPES[form])
