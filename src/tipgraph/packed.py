"""Long answers packed by gzip, for those who take it."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware

from .negotiation import listed

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

WORTH = 1_000
# Level 9 takes half as long again for a hundredth of the bytes less.
_LEVEL = 6


class Packed:
    """Packs answers of a thousand bytes and more, unless the client does not say it takes that."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap *app*."""
        self._app = app
        self._packing = GZipMiddleware(app, minimum_size=WORTH, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = listed(scope, b"accept-encoding")
        if takes_gzip(given):
            await self._packing(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _varied(message["headers"])
            await send(message)

        await self._app(scope, receive, told)


def packed(
    headers: list[tuple[bytes, bytes]], body: bytes, given: bytes
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """A whole answer as a client gets it that gave *given* as `Accept-Encoding`."""
    if not takes_gzip(given):
        return _varied(headers), body
    if len(body) < WORTH:
        return headers, body
    body = gzip.compress(body, _LEVEL)
    headers = [pair for pair in _varied(headers) if pair[0] != b"content-length"]
    length = str(len(body)).encode()
    return [*headers, (b"content-length", length), (b"content-encoding", b"gzip")], body


@lru_cache(256)
def takes_gzip(given: bytes) -> bool:
    """Whether an `Accept-Encoding` header takes gzip (RFC 9110, section 12.5.3)."""
    weights = {}
    for part in given.lower().decode("latin-1").split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        weights[name] = weight.strip("0.") != ""
    return weights.get("gzip", weights.get("*", False))


def _varied(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """*headers* that say that the answer differs for those who take gzip."""
    varies = [v for k, v in headers if k == b"vary"]
    others = [(k, v) for k, v in headers if k != b"vary"]
    return [*others, (b"vary", b", ".join([*varies, b"Accept-Encoding"]))]
