"""A name, a log line and a count for every request; never what was asked, unless told to."""

from __future__ import annotations

import logging
import os
import re
import time
from typing import TYPE_CHECKING

from .errors import BadParameter, BadQuery, Busy, NotAcceptable, PastLimit, TipgraphError, TooLarge
from .heads import name_in
from .logs import event
from .prompt import ADDRESS, Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .cache import Kept
    from .heads import Plain, Sent
    from .metrics import Metrics

    AtOnce = Callable[[Plain], Kept | None]
    Soon = Callable[[Plain], Coroutine[object, object, Whole] | Whole | None]

_CONVERTER = re.compile(r":[a-z]+\}")
_MOST_LOGGED = 2_000
_OK = 200
_REFUSED = 400
_FAILED = 500


class Routed:
    """Keeps the template of the route that a request takes for the `Journal`.

    The innermost of the middleware: those around it may hand on a copy of the scope.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap *app*."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self._app(scope, receive, send)
        finally:
            scope.setdefault("state", {})["route"] = _template(scope)


class Journal:
    """Names each request, and counts and logs how it ended."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, queries: bool = False) -> None:
        """Wrap *app*; with *queries* the log has the text of the queries."""
        self._app = app
        self._known: AtOnce | None = getattr(app, "at_once", None)
        self._prompt: Soon | None = getattr(app, "soon", None)
        self._metrics = metrics
        self._queries = queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        entry = _Entry(name_in(scope["headers"]), send)
        # Of its own: the server would share one among the requests of a connection.
        state: dict[str, Any] = dict(scope.get("state") or {})
        scope["state"] = state
        self._metrics.request_began()
        try:
            await self._app(scope, receive, entry.send)
        except Exception:
            where = {"id": entry.name, "route": state.get("route")}
            event("bug", where, logging.ERROR, trace=True)
            if not entry.status:
                raise
        finally:
            self._metrics.request_left()
            self._ended(scope["method"], state, entry)

    def at_once(self, plain: Plain) -> Sent | None:
        """The answer to a GET that is in memory, if it is."""
        if self._known is None or self._queries:
            return None
        kept = self._known(plain)
        if kept is None:
            return None
        entry = _Entry(plain.head.name)
        self._metrics.cache_looked(hit=True)
        return self._sent(entry, {"route": kept.route}, (_OK, kept.head, kept.body))

    def soon(self, plain: Plain) -> Coroutine[object, object, Sent] | Sent | None:
        """The answer to a GET that takes the short way, if it does; it may be to be awaited."""
        if self._prompt is None or self._queries:
            return None
        entry = _Entry(plain.head.name)
        coming = self._prompt(plain)
        if coming is None:
            return None
        if isinstance(coming, Whole):
            return self._told(coming, entry)
        self._metrics.request_began()
        return self._awaited(coming, entry)

    async def _awaited(self, coming: Coroutine[object, object, Whole], entry: _Entry) -> Sent:
        try:
            whole = await coming
        except BaseException as error:
            if isinstance(error, Exception):
                event("bug", {"id": entry.name, "route": ADDRESS}, logging.ERROR, trace=True)
            self._ended("GET", {"route": ADDRESS}, entry)
            raise
        finally:
            self._metrics.request_left()
        return self._told(whole, entry)

    def _told(self, whole: Whole, entry: _Entry) -> Sent:
        state = {"route": ADDRESS, "error": whole.error}
        return self._sent(entry, state, (whole.status, whole.head, whole.body))

    def _sent(self, entry: _Entry, state: dict[str, Any], sent: Sent) -> Sent:
        """The answer *sent*, with the name of the request."""
        status, head, body = sent
        entry.status, entry.size = status, len(body)
        self._ended("GET", state, entry)
        return status, b"%b%b: %b\r\n" % (head, *entry.header), body

    def _ended(self, method: str, state: dict[str, Any], entry: _Entry) -> None:
        seconds = time.perf_counter() - entry.began
        route = state.get("route") or "none"
        self._metrics.request_ended(method, route, entry.status, seconds)
        line: dict[str, object] = {
            "method": method,
            "route": route,
            "status": entry.status,
            "ms": round(seconds * 1000, 2),
            "bytes": entry.size,
            "id": entry.name,
        }
        error = state.get("error")
        if error is not None:
            line["error"] = type(error).__name__
        if route == ADDRESS:
            self._query_ended(entry, error)
            if self._queries and "query" in state:
                line["query"] = state["query"][:_MOST_LOGGED]
        event("request", line)

    def _query_ended(self, entry: _Entry, error: TipgraphError | None) -> None:
        outcome = _outcome(entry.status, error)
        self._metrics.query_ended(outcome)
        if isinstance(error, PastLimit):
            stopped = {"reason": outcome, "id": entry.name, **error.details}
            event("query-stopped", stopped, logging.WARNING)


async def _to_nobody(_: Message) -> None:
    """Send nothing: what takes the short way is sent by who asked for it."""


class _Entry:
    """What is seen of one request, which is *named* by the client or gets a new name."""

    def __init__(self, named: bytes | None, send: Send = _to_nobody) -> None:
        name = named or os.urandom(8).hex().encode()
        self.name = name.decode()
        self.began = time.perf_counter()
        self.status = 0
        self.size = 0
        self.header = (b"x-request-id", name)
        self._send = send

    async def send(self, message: Message) -> None:
        """Hand *message* on to the client, with the name of the request."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], self.header]
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)


def _template(scope: Scope) -> str | None:
    """What stands for all paths that take the same route; None if there is none."""
    # Without the convertors of its parameters, which are no news to those who read.
    template = getattr(scope.get("route"), "path_format", None)
    if template is not None:
        return _CONVERTER.sub("}", str(template))
    below = scope.get("root_path", "").removeprefix(scope.get("app_root_path", ""))
    if below:
        return f"{below}/*"
    fixed = "endpoint" in scope and not scope.get("path_params")
    return str(scope["path"]).removeprefix(scope.get("root_path", "")) if fixed else None


def _outcome(status: int, error: TipgraphError | None) -> str:
    """How a query ended, in one word."""
    if isinstance(error, PastLimit):
        limits = {"seconds": "timeout", "megabytes": "memory"}
        return next((word for name, word in limits.items() if name in error.details), "crashed")
    if isinstance(error, TooLarge):
        return "too-large"
    if isinstance(error, Busy):
        return "busy"
    if isinstance(error, (BadQuery, BadParameter, NotAcceptable)):
        return "refused"
    if error is None and status < _REFUSED:
        return "ok" if status else "left"
    return "failed" if error or status >= _FAILED else "refused"
