"""Which methods an address takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Match

if TYPE_CHECKING:
    from fastapi import Request

_ASKED = ("GET", "POST", "PUT", "PATCH", "DELETE")


def methods(request: Request) -> str:
    """The value of an `Allow` header for the address of *request*.

    Several routes may share an address, and each knows of its own methods only.
    """
    found = [method for method in _ASKED if _takes(request, method)]
    if "GET" in found:
        found.insert(1, "HEAD")
    return ", ".join([*found, "OPTIONS"])


def _takes(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)
