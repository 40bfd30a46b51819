"""HEAD, `ETag` and 304 for every address: what GET answers, unless the client has it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from . import __version__

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OK = 200
_NOT_MODIFIED = 304
_ERROR = 400
# What a 304 keeps of the headers of its 200 (RFC 9110, section 15.4.5).
_KEPT = {b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"}


class Conditional:
    """Answers HEAD as GET without its body, and tags answers by release and representation."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap *app*."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        start: Message = {}
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    await _answer(scope, start, b"".join(parts), send)

        await self._app({**scope, "method": "GET"}, receive, keep)


async def _answer(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
    status = start["status"]
    if status == _OK:
        tag = _tag(headers, body)
        headers.append((b"etag", tag))
        _keep(headers, b"no-cache")
        if _has(scope, tag):
            kept = [(k, v) for k, v in headers if k.lower() in _KEPT]
            await _send(send, _NOT_MODIFIED, kept, b"")
            return
    elif status >= _ERROR:
        _keep(headers, b"no-store")
    headers.append((b"content-length", str(len(body)).encode()))
    await _send(send, status, headers, b"" if scope["method"] == "HEAD" else body)


def _keep(headers: list[tuple[bytes, bytes]], how: bytes) -> None:
    """Say *how* an answer may be kept, unless it says so itself."""
    if all(name.lower() != b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", how))


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _tag(headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    kind = dict(headers).get(b"content-type", b"")
    digest = hashlib.sha256(kind + b"\n" + body).hexdigest()[:24]
    # Weak, as the same bytes may be sent packed or not.
    return f'W/"{__version__}-{digest}"'.encode()


def _has(scope: Scope, tag: bytes) -> bool:
    """Whether the client names *tag*, or any, in `If-None-Match`."""
    given = b",".join(v for k, v in scope["headers"] if k.lower() == b"if-none-match")
    tags = {part.strip().removeprefix(b"W/") for part in given.split(b",")}
    return tag.removeprefix(b"W/") in tags or b"*" in tags
