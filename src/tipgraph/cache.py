"""Answers kept in memory: within a release the same request has the same answer.

A cache belongs to one application over one graph, so it ends with the release that it is of.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .conditional import answer, field, fits

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OK = 200
# What an answer depends on beside its address.
_ASKED = (b"host", b"accept", b"accept-encoding", b"accept-language")
# One answer takes at most this share of the cache.
_SHARE = 16

Key = tuple[object, ...]


@dataclass(slots=True)
class _Kept:
    """An answer as it was sent."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    tag: bytes
    route: str | None = None

    @property
    def size(self) -> int:
        return len(self.body) + 1_024


class Cache:
    """Keeps answers to GET that are tagged and may be stored, those asked for last, in bytes."""

    def __init__(self, app: ASGIApp, most: int, looked: Callable[[bool], None]) -> None:
        """Wrap *app*; keep up to *most* bytes; *looked* hears whether an answer was there."""
        self.app = app
        self._looked = looked
        self._most = most
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self.size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, from memory if it was answered before."""
        if not _may_be_looked_for(scope):
            await self.app(scope, receive, send)
            return
        key = _key(scope)
        kept = self._kept.get(key)
        self._looked(kept is not None)
        state = scope.setdefault("state", {})
        if kept is None:
            await self.app(scope, receive, self._keeping(key, send, scope))
            # The journal wants to know the route, which is told at the end.
            if key in self._kept:
                self._kept[key].route = state.get("route")
            return
        self._kept.move_to_end(key)
        state["route"] = kept.route
        await answer(scope, kept.headers, kept.body, fits(scope, kept.tag), send)

    def _keeping(self, key: Key, send: Send, scope: Scope) -> Send:
        """A *send* that keeps the answer, if it is one to keep."""
        headers: list[tuple[bytes, bytes]] = []
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
                wanted = size <= self._most // _SHARE
                if wanted and not message.get("more_body", False):
                    tag = field(headers, b"etag")
                    self._keep(key, _Kept(headers, b"".join(parts), tag))
            await send(message)

        return keep

    def _keep(self, key: Key, kept: _Kept) -> None:
        if kept.size > self._most // _SHARE or key in self._kept:
            return
        self._kept[key] = kept
        self.size += kept.size
        while self.size > self._most:
            self.size -= self._kept.popitem(last=False)[1].size


def _may_be_looked_for(scope: Scope) -> bool:
    """Whether somebody reads: not what the service asks itself, to describe itself."""
    reads = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
    return reads and not scope.get("state", {}).get("inside")


def _key(scope: Scope) -> Key:
    asked = dict.fromkeys(_ASKED, b"")
    origin = False
    for name, value in scope["headers"]:
        if name in asked:
            asked[name] += value
        origin = origin or name == b"origin"
    path = scope.get("raw_path") or scope["path"]
    return (scope["scheme"], path, scope["query_string"], origin, *asked.values())


def _may_be_kept(method: str, status: int, headers: list[tuple[bytes, bytes]]) -> bool:
    stored = b"no-store" not in field(headers, b"cache-control")
    return method == "GET" and status == _OK and stored and bool(field(headers, b"etag"))
