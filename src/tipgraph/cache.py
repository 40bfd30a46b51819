"""Answers kept in memory: within a release the same request has the same answer.

A cache belongs to one application over one graph, so it ends with the release that it is of.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .conditional import answer, field, fits
from .heads import key_of, lines, pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .heads import Headers, Key

_OK = 200
# One answer takes at most this share of the cache.
_SHARE = 16
# What an answer takes beside its bytes and those of its key.
_OVERHEAD = 2_048


@dataclass(slots=True)
class Kept:
    """An answer as it was sent, and the template of the *route* that it was sent from."""

    head: bytes
    """Its headers, as they were sent."""
    body: bytes
    tag: bytes
    size: int
    route: str | None = None


class Answers:
    """Answers to GET that are tagged and may be stored, those asked for last, in bytes."""

    def __init__(self, most: int) -> None:
        """Keep up to *most* bytes."""
        self.most = most
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self.size = 0

    def find(self, key: Key) -> Kept | None:
        """The answer to the request of *key*."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def keep(
        self, key: Key, head: bytes, body: bytes, tag: bytes, route: str | None = None
    ) -> None:
        """Keep an answer and its *tag*, unless it takes too large a share."""
        size = _size(key, head, body)
        if size > self.most // _SHARE or key in self._kept:
            return
        self._kept[key] = Kept(head, body, tag, size, route)
        self.size += size
        while self.size > self.most:
            self.size -= self._kept.popitem(last=False)[1].size


class Cache:
    """Answers from memory what was answered before, and keeps what may be kept."""

    def __init__(self, app: ASGIApp, answers: Answers, looked: Callable[[bool], None]) -> None:
        """Wrap *app*, keep in *answers*; *looked* hears whether an answer was there."""
        self.app = app
        self.answers = answers
        self._looked = looked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, from memory if it was answered before."""
        if not _may_be_looked_for(scope):
            await self.app(scope, receive, send)
            return
        key = key_of(scope)
        kept = self.answers.find(key)
        self._looked(kept is not None)
        state = scope.setdefault("state", {})
        if kept is None:
            await self.app(scope, receive, self._keeping(key, send, scope))
            # The journal wants to know the route, which is told at the end.
            kept = self.answers.find(key)
            if kept is not None:
                kept.route = state.get("route")
            return
        state["route"] = kept.route
        await answer(scope, pairs(kept.head), kept.body, fits(scope, kept.tag), send)

    def _keeping(self, key: Key, send: Send, scope: Scope) -> Send:
        """A *send* that keeps the answer, if it is one to keep."""
        headers: Headers = []
        parts: list[bytes] = []
        wanted, size = False, 0

        async def keep(message: Message) -> None:
            nonlocal wanted, size
            if message["type"] == "http.response.start":
                headers[:] = message["headers"]
                wanted = _may_be_kept(scope["method"], message["status"], headers)
            elif wanted:
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                wanted = size <= self.answers.most // _SHARE
                if wanted and not message.get("more_body", False):
                    tag = field(headers, b"etag")
                    self.answers.keep(key, lines(headers), b"".join(parts), tag)
            await send(message)

        return keep


def _may_be_looked_for(scope: Scope) -> bool:
    """Whether somebody reads: not what the service asks itself, to describe itself."""
    reads = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
    return reads and not scope.get("state", {}).get("inside")


def _size(key: Key, head: bytes, body: bytes) -> int:
    return _OVERHEAD + sum(map(len, key)) + len(head) + len(body)


def _may_be_kept(method: str, status: int, headers: Headers) -> bool:
    stored = b"no-store" not in field(headers, b"cache-control")
    return method == "GET" and status == _OK and stored and bool(field(headers, b"etag"))
