"""A GET as most are, and what its headers say: read once for all that come with the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .negotiation import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.types import Scope

# What asks for more than the answer, or brings more than a question.
MORE = {b"if-none-match", b"expect", b"upgrade", b"content-length", b"transfer-encoding"}
# What an answer depends on beside its address.
_ASKED = (b"host", b"accept", b"accept-encoding", b"accept-language")
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~-]{1,255})(:[0-9]{0,5})?")
_NAME = re.compile(rb"[A-Za-z0-9._-]{1,64}")

Headers = list[tuple[bytes, bytes]]
# The status, the headers and the body of an answer, as they are sent.
Sent = tuple[int, bytes, bytes]
# What the answer to a GET depends on.
Key = tuple[str | bytes, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What the headers of a request say."""

    size: int
    """Their bytes."""
    hosts: int
    """How many hosts they name."""
    host: bool
    """Whether that is one, with a name or a number in it."""
    more: bool
    """Whether more is asked than the answer, or more brought than a question."""
    origin: bool
    """Whether a page of another host asks."""
    asked: Key
    """What the answer depends on beside its address."""
    page: bool
    """Whether a page in HTML would do, which is so of browsers."""
    accept: str
    encoding: bytes
    name: bytes | None
    """The name of the request, if it has one that is fit for a log line."""

    @classmethod
    def of(cls, headers: Headers) -> Head:
        """What *headers* say, whose names are in lower case."""
        names = {name for name, _ in headers}
        hosts = [value for name, value in headers if name == b"host"]
        scope = {"headers": headers}
        accept = listed(scope, b"accept")
        return cls(
            sum(len(name) + len(value) + 4 for name, value in headers),
            len(hosts),
            len(hosts) == 1 and bool(_HOST.fullmatch(hosts[0])),
            not MORE.isdisjoint(names),
            b"origin" in names,
            asked_of(headers),
            b"text/html" in accept.lower(),
            accept.decode("latin-1"),
            listed(scope, b"accept-encoding"),
            name_in(headers),
        )


class Plain(NamedTuple):
    """A GET that brings nothing but its headers; *scope* has no address of it yet."""

    path: bytes
    query: bytes
    head: Head
    key: Key
    scope: Scope

    def whole_scope(self) -> Scope:
        """The scope, as an application takes it."""
        path = self.path.decode("latin-1")
        given = {"method": "GET", "path": path, "raw_path": self.path}
        return {**self.scope, **given, "query_string": self.query}


def key_of(scope: Scope) -> Key:
    """What the answer to a GET depends on."""
    path = scope.get("raw_path") or scope["path"]
    return (scope["scheme"], path, scope["query_string"], *asked_of(scope["headers"]))


def asked_of(headers: Headers) -> Key:
    """What the answer to a GET with *headers* depends on beside its address."""
    asked = dict.fromkeys(_ASKED, b"")
    origin = False
    for name, value in headers:
        if name in asked:
            # Two headers are not the same as one with the text of both.
            asked[name] += value + b"\n"
        origin = origin or name == b"origin"
    return (b"origin" if origin else b"", *asked.values())


def name_in(headers: Headers) -> bytes | None:
    """The name that the client gave the request, if it is fit for a log line."""
    for key, value in headers:
        if key == b"x-request-id" and _NAME.fullmatch(value):
            return bytes(value)
    return None


def lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """*headers* as they are sent."""
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])


def pairs(head: bytes) -> Headers:
    """The headers that are sent as *head*."""
    each: Sequence[bytes] = head.split(b"\r\n")[:-1]
    return [(name, value) for name, _, value in (line.partition(b": ") for line in each)]
