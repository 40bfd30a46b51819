"""Which methods an address takes, and what pages of other hosts may send."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Match

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import ASGIApp

_ASKED = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SENT = ("GET", "HEAD", "POST")
_FIELDS = ("Accept", "Content-Type", "If-None-Match")
_SHOWN = ("ETag", "Link", "Retry-After", "X-Request-ID")
_PROBLEM = "application/problem+json"


class OtherHosts(CORSMiddleware):
    """Answers pages of other hosts; without credentials, of which there are none."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap *app*."""
        super().__init__(
            app,
            allow_origins=("*",),
            allow_methods=_SENT,
            allow_headers=_FIELDS,
            expose_headers=_SHOWN,
            allow_credentials=False,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser may send for such a page; a problem, if it is not what it asks for."""
        answer = super().preflight_response(request_headers)
        if answer.status_code == HTTPStatus.OK:
            return answer
        allowed = f"{', '.join(_SENT)}, with the headers {', '.join(_FIELDS)}"
        body = {
            "type": "about:blank",
            "title": "Bad Request",
            "status": HTTPStatus.BAD_REQUEST,
            "detail": f"A page of another host may send {allowed}; send no more.",
        }
        kept = {k: v for k, v in answer.headers.items() if not k.startswith("content-")}
        return JSONResponse(
            body, HTTPStatus.BAD_REQUEST, kept, media_type="application/problem+json"
        )


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
