"""Ask another server over HTTP: within bounds, without redirects, and again where that is safe."""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from .errors import PastLimit, RemoteFault, TooLarge

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from typing import NoReturn

    from typing_extensions import Buffer

_CHUNK = 1 << 16
_PASSING = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_CLOSING = {"Connection", b"Connection"}
_LOST = (ConnectionError, http.client.RemoteDisconnected)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one exchange may take: seconds, bytes, tries, and the first wait between two tries."""

    seconds: float = 60.0
    bytes: int = 1_000_000_000
    tries: int = 4
    wait: float = 0.25
    longest_wait: float = 5.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """The account at the remote store."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other server answered, whole; *framed* tells that its end was marked."""

    kind: str
    headers: HTTPMessage
    body: bytes
    framed: bool


class Transport:
    """Sends requests to the one server that *address* names."""

    def __init__(self, address: str, bounds: Bounds, account: Credentials | None = None) -> None:
        """Keep to *bounds*; give *account* to a server that asks for it."""
        self.bounds = bounds
        self._opener = _opener(address, account)

    def send(self, request: urllib.request.Request, *, repeat: bool = False) -> Reply:
        """The answer to *request*, which is sent again after a passing fault where *repeat*."""
        deadline = time.monotonic() + self.bounds.seconds
        tries = self.bounds.tries if repeat else 1
        wait = self.bounds.wait
        while True:
            tries -= 1
            try:
                return self._send(request, deadline)
            except _Passing as passing:
                pause = max(wait, passing.after)
                too_long = pause > self.bounds.longest_wait
                if tries <= 0 or too_long or time.monotonic() + pause > deadline:
                    raise passing.fault from None
                time.sleep(pause)
                wait *= 2

    def _send(self, request: urllib.request.Request, deadline: float) -> Reply:
        try:
            left = max(0.001, deadline - time.monotonic())
            with self._opener.open(request, timeout=left) as response:
                return self._read(response, deadline)
        except urllib.error.HTTPError as error:
            with error:
                _refused(error)
        except urllib.error.URLError as error:
            self._unreached(error.reason)
        except (OSError, http.client.HTTPException) as error:
            self._unreached(error)

    def _read(self, response: http.client.HTTPResponse, deadline: float) -> Reply:
        parts, size = [], 0
        while chunk := response.read1(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > self.bounds.bytes:
                message = f"The remote store's answer has more than {self.bounds.bytes:,} bytes; "
                raise TooLarge(message + "add a LIMIT, or ask for less.")
            if time.monotonic() > deadline:
                raise self._too_slow()
        framed = response.chunked or response.headers.get("Content-Length") is not None
        if response.length:
            raise _cut(response.status)
        kind = response.headers.get_content_type()
        return Reply(kind, response.headers, b"".join(parts), framed)

    def _unreached(self, reason: object) -> NoReturn:
        if isinstance(reason, TimeoutError):
            raise self._too_slow() from None
        if isinstance(reason, http.client.IncompleteRead):
            raise _cut(HTTPStatus.OK) from None
        fault = RemoteFault(f"The remote store cannot be reached ({_in_words(reason)}); ask later.")
        if isinstance(reason, _LOST):
            raise _Passing(fault) from None
        raise fault from None

    def _too_slow(self) -> PastLimit:
        seconds = self.bounds.seconds
        message = f"The remote store took longer than {seconds:g} s; ask for less."
        return PastLimit(message, seconds=seconds)


class _Passing(Exception):
    """A fault that may be gone in a moment, or after as many seconds as the server says."""

    def __init__(self, fault: RemoteFault, after: float = 0.0) -> None:
        super().__init__()
        self.fault = fault
        self.after = after


def fault(status: int, what: str) -> RemoteFault:
    """The fault that the remote store, having answered *status*, did *what*."""
    return RemoteFault(f"The remote store {what}.", remote_status=int(status))


def _cut(status: int) -> RemoteFault:
    return fault(status, "broke off in the middle of its answer; ask again")


def _refused(error: urllib.error.HTTPError) -> NoReturn:
    """Tell of a status that is no success, without what the other server wrote of it."""
    if HTTPStatus.MULTIPLE_CHOICES <= error.code < HTTPStatus.BAD_REQUEST:
        what = f"redirects ({error.code}), which is not followed; name its final address"
        raise fault(error.code, what) from None
    found = fault(error.code, f"answered with status {error.code}")
    if error.code in _PASSING:
        after = error.headers.get("Retry-After", "")
        raise _Passing(found, float(after) if after.isascii() and after.isdigit() else 0.0)
    raise found from None


def _in_words(reason: object) -> str:
    if isinstance(reason, ConnectionRefusedError):
        return "connection refused"
    if isinstance(reason, _LOST):
        return "connection lost"
    return "no such host" if isinstance(reason, socket.gaierror) else "connection failed"


def _put_all_but_connection(
    connection: http.client.HTTPConnection, header: str | bytes, *values: Buffer | str | int
) -> None:
    if header not in _CLOSING:
        http.client.HTTPConnection.putheader(connection, header, *values)


class _StayingOpen(http.client.HTTPConnection):
    """Lets the server keep the connection, so that it must mark the end of its answer."""

    putheader = _put_all_but_connection


class _StayingOpenSecurely(http.client.HTTPSConnection):
    """The same over TLS."""

    putheader = _put_all_but_connection


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_StayingOpen, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_StayingOpenSecurely, req)


def _opener(address: str, account: Credentials | None) -> urllib.request.OpenerDirector:
    """What opens HTTP alone, no file, and follows no redirect."""
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.ProxyHandler(),
        _Http(),
        _Https(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ]
    if account is not None:
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, address, account.user, account.password)
        handlers.append(urllib.request.HTTPDigestAuthHandler(known))
        handlers.append(urllib.request.HTTPBasicAuthHandler(known))
    for handler in handlers:
        opener.add_handler(handler)
    return opener
