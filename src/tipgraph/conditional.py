"""HEAD, `ETag` and 304 for every address: what GET answers, unless the client has it.

What says `no-store` itself is of the moment, and has no tag.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from . import __version__
from .negotiation import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Weak, as the same bytes may be sent packed or not.
_RELEASE = f'W/"{__version__}-'.encode()
_OK = 200
_NOT_MODIFIED = 304
_ERROR = 400
# What a 304 keeps of the headers of its 200 (RFC 9110, section 15.4.5), and what lets a page of
# another host see it.
_KEPT = {
    b"access-control-allow-origin",
    b"access-control-expose-headers",
    b"cache-control",
    b"content-location",
    b"date",
    b"etag",
    b"expires",
    b"vary",
}


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
                if _own_tag(start):
                    await _begin(scope, start, send)
            elif _own_tag(start):
                if not _without_body(scope, start):
                    await send(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    await _tagged(scope, start, b"".join(parts), send)

        await self._app({**scope, "method": "GET"}, receive, keep)


def _own_tag(start: Message) -> bytes:
    """The tag that an answer brings with it: a long one, which is sent on as it comes."""
    return field(start["headers"], b"etag")


def _without_body(scope: Scope, start: Message) -> bool:
    return scope["method"] == "HEAD" or fits(scope, _own_tag(start))


async def _begin(scope: Scope, start: Message, send: Send) -> None:
    headers = _with_policy(start["headers"])
    if _without_body(scope, start):
        await answer(scope, headers, b"", fits(scope, _own_tag(start)), send)
    else:
        await send({**start, "headers": headers})


async def _tagged(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    headers, tag = tagged(start["status"], start["headers"], body)
    if tag:
        await answer(scope, headers, body, fits(scope, tag), send)
    else:
        await _send(send, start["status"], headers, b"" if scope["method"] == "HEAD" else body)


def tagged(
    status: int, given: Iterable[tuple[bytes, bytes]], body: bytes
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The headers *given* with the length, the policy and the tag of an answer, and that tag.

    An error, and what says `no-store`, has none: it is empty.
    """
    headers, kind, policy = [], b"", b""
    for pair in given:
        name = pair[0].lower()
        if name == b"content-length":
            continue
        kind = pair[1] if name == b"content-type" else kind
        policy = pair[1] if name == b"cache-control" else policy
        headers.append(pair)
    headers.append((b"content-length", str(len(body)).encode()))
    if not policy:
        headers.append((b"cache-control", b"no-store" if status >= _ERROR else b"no-cache"))
    if status != _OK or policy == b"no-store":
        return headers, b""
    tag = tag_of(kind, body)
    headers.append((b"etag", tag))
    return headers, tag


def _with_policy(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """*headers* that say how an answer may be kept, if they do not say so already."""
    if field(headers, b"cache-control"):
        return headers
    return [*headers, (b"cache-control", b"no-cache")]


async def answer(
    scope: Scope, headers: list[tuple[bytes, bytes]], body: bytes, has: bool, send: Send
) -> None:
    """Send a good answer: whole, without its body to HEAD, or as 304 if the client *has* it."""
    if has:
        kept = [(k, v) for k, v in headers if k.lower() in _KEPT]
        await _send(send, _NOT_MODIFIED, kept, b"")
    else:
        await _send(send, _OK, headers, b"" if scope["method"] == "HEAD" else body)


def field(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes:
    """The value of the header *name*; empty without one."""
    return next((v for k, v in headers if k.lower() == name), b"")


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def tag_of(kind: bytes, body: bytes) -> bytes:
    """The tag of the representation *body* of the media type *kind*."""
    digest = hashlib.sha256(kind + b"\n" + body).hexdigest()[:24]
    return b'%b%b"' % (_RELEASE, digest.encode())


def fits(scope: Scope, tag: bytes) -> bool:
    """Whether the client names *tag*, or any, in `If-None-Match`."""
    given = listed(scope, b"if-none-match")
    if not given:
        return False
    tags = {part.strip().removeprefix(b"W/") for part in given.split(b",")}
    return tag.removeprefix(b"W/") in tags or b"*" in tags
