"""Bounds of one connection, and problem documents for what is not HTTP."""

from __future__ import annotations

import asyncio
import json
import resource
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .heads import Head, Plain, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.types import Scope
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from .heads import Headers, Sent

    # An answer that needs no work.
    AtOnce = Callable[[Plain], Sent | None]
    # An answer that is there, or to be awaited.
    Soon = Callable[[Plain], Coroutine[object, object, Sent] | Sent | None]

# The longest address that is read has half of it.
MAX_HEAD = 100_000
# Files that are no connections: those of the store, the workers and the log.
_RESERVED = 128


class _RefusedError(Exception):
    """The request is not to be answered by the application."""


class _Gathered:
    """A transport that writes at once what it is given within one turn of the event loop.

    The head and the body of an answer, written one by one, are two packets and wake a client twice.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Write *data* before the event loop turns."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def write_whole(self, data: bytes) -> None:
        """Write the answer *data* now, as nothing belongs to it that is yet to come."""
        if self._parts:
            self._parts.append(data)
        elif not self._transport.is_closing():
            self._transport.write(data)

    def is_closing(self) -> bool:
        """Whether it is closing: asked for often, and so not left to what is below."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Write what is left and hang up."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.writelines(parts)

    def __getattr__(self, name: str) -> object:
        """All else is as the transport has it."""
        return getattr(self._transport, name)


class _Underway:
    """What stands where the server looks for the request that is being answered."""

    # Nobody waits for it: there is no more to come of the request.
    message_event: ClassVar[asyncio.Event] = asyncio.Event()
    response_complete = False
    disconnected = False
    more_body = False

    def __init__(self, keep_alive: bool) -> None:
        # The server takes it back when it stops.
        self.keep_alive = keep_alive


class Wire(HttpToolsProtocol):
    """One connection; it is closed when a request is too long, too slow or not HTTP."""

    # For a head and a body of the greatest size, over a slow line.
    seconds: ClassVar[float] = 60.0
    _known: AtOnce | None = None
    _soon: Soon | None = None
    _before: tuple[Headers, Head] | None = None
    _answering: asyncio.Task[None] | None = None
    _due: asyncio.TimerHandle | None = None
    _said = False
    _fed = 0
    _begun = False
    # Whether more is to come of what came last.
    _expecting = True
    _head = True
    _fault = (HTTPStatus.BAD_REQUEST, "What came is not an HTTP request.")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are as many connections as there may be."""
        super().connection_made(transport)
        self._gathered = _Gathered(transport, self.loop)
        self.transport = cast("asyncio.Transport", self._gathered)
        self._known = getattr(self.app, "at_once", None)
        self._soon = getattr(self.app, "soon", None)
        self._wait()
        if len(self.connections) > resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _RESERVED:
            message = "There are too many connections; ask again in a second."
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, message)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and give up what nobody waits for any longer."""
        self._done()
        if self._answering is not None:
            self._answering.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self.transport.is_closing():
            return
        self._fed += len(data)
        self._expecting = True
        super().data_received(data)
        # Most requests come whole, and nothing is to be waited for.
        if self._expecting:
            self._wait()
        if self._fed > MAX_HEAD and not self.transport.is_closing():
            self._refuse(*_LONG)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begun = self._expecting = self._head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header has come; one after the body is none of the request (RFC 9110, section 6.5)."""
        if self._head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on, unless it says in no good way whom it asks."""
        self._head = False
        self._fed = 0
        head = self._read_head()
        if len(self.url) + head.size > MAX_HEAD:
            self._fault = _LONG
            raise _RefusedError
        version = self.parser.get_http_version()
        if not head.host and (head.hosts or version != "1.0"):
            message = "The request has not one Host, with a name or a number in it."
            self._fault = (HTTPStatus.BAD_REQUEST, message)
            raise _RefusedError
        plain = self._plain(head) if version == "1.1" else None
        self._said = plain is not None and (self._say_at_once(plain) or self._say_soon(plain))
        if not self._said:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body has come."""
        self._fed = 0
        if not self._said:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """All of the request has come."""
        self._fed = 0
        self._begun = self._expecting = False
        self._done()
        if not self._said:
            super().on_message_complete()
        elif self._answering is None:
            self.on_response_complete()

    def send_400_response(self, _: str) -> None:
        """Refuse what the parser has refused."""
        self._refuse(*self._fault)

    def _read_head(self) -> Head:
        """What the headers say; clients send the same ones again and again."""
        if self._before is None or self._before[0] != self.headers:
            self._before = self.headers, Head.of(self.headers)
        return self._before[1]

    def _plain(self, head: Head) -> Plain | None:
        """The request, if it is a GET that can be answered in its turn."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self.flow.write_paused or self.parser.get_method() != b"GET":
            return None
        path, _, query = self.url.partition(b"?")
        # What stands after that sign is none of the query, which the server sees to otherwise.
        if b"#" in query:
            return None
        key = (self.scheme or "http", path, query, *head.asked)
        return Plain(path, query, head, key, cast("Scope", self.scope))

    def _say_at_once(self, plain: Plain) -> bool:
        """Whether the answer was in memory, and is sent: it needs no task of its own."""
        found = None if self._known is None else self._known(plain)
        if found is None:
            return False
        self._write(found, last=not self.parser.should_keep_alive())
        return True

    def _say_soon(self, plain: Plain) -> bool:
        """Whether the answer comes by the short way."""
        coming = None if self._soon is None else self._soon(plain)
        if coming is None:
            return False
        if isinstance(coming, tuple):
            self._write(coming, last=not self.parser.should_keep_alive())
            return True
        underway = _Underway(self.parser.should_keep_alive())
        self.cycle = cast("RequestResponseCycle", underway)
        self._answering = task = self.loop.create_task(self._say(coming, underway))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return True

    async def _say(self, coming: Coroutine[object, object, Sent], underway: _Underway) -> None:
        try:
            sent = await coming
        except Exception:  # noqa: BLE001 - the journal has told of it
            underway.response_complete = True
            self._refuse(*_OURS)
            return
        underway.response_complete = True
        self._answering = None
        if not self.transport.is_closing():
            self._write(sent, last=not underway.keep_alive)
        self.on_response_complete()

    def _write(self, sent: Sent, *, last: bool) -> None:
        """Write an answer; hang up after the *last* one."""
        status, head, body = sent
        date = lines(self.server_state.default_headers)
        end = b"connection: close\r\n\r\n" if last else b"\r\n"
        self._gathered.write_whole(b"".join([_LINES[status], date, head, end, body]))
        if last:
            self.transport.close()

    def _wait(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(self.seconds, self._late)

    def _done(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        self._due = None
        if not self._begun:
            self.transport.close()
            return
        message = f"The request has not come whole within {self.seconds:g} s; send it faster."
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, message)

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer by a problem document, and hang up."""
        # An answer that is under way is to another request than the one that is refused.
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            self.transport.write(_problem(status, detail))
        self.transport.close()


_LONG = (
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"The address and the headers have more than {MAX_HEAD:,} bytes; send a query by POST.",
)


_OURS = (
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The service made a mistake; it is in its log.",
)
_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}


def _problem(status: HTTPStatus, detail: str) -> bytes:
    fields = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    body = json.dumps(fields).encode()
    again = "Retry-After: 1\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Cache-Control: no-store\r\n{again}Connection: close\r\n\r\n"
    )
    return head.encode() + body
