"""Queries by GET, answered past the layers that other requests go through.

Those layers cost more than a simple query. What they do to a query is done here by their own
functions, so that the answer is the same; whatever needs more than that is left to them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request

from .answers import Asked
from .conditional import field, tag_of, tagged
from .endpoint import MAX_ADDRESS, Reading, answered, read, refuse_unfit, varies
from .errors import TipgraphError
from .heads import lines
from .near import Near
from .packed import WORTH, packed, takes_gzip

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.responses import Response

    from .cache import Answers
    from .endpoint import Answerer
    from .heads import Headers, Plain

ADDRESS = "/sparql"
_PATH = ADDRESS.encode()
_OK = 200
_ORIGIN = b"Origin"
_GZIP = b"gzip"
# What stands for the length and the tag of an answer in its head.
_LENGTH, _TAG = b"%d", b"%b"


class Whole(NamedTuple):
    """An answer with the *head* that is sent of it, its tag, and the *error* that it tells of."""

    status: int
    head: bytes
    body: bytes
    tag: bytes
    error: TipgraphError | None = None


def reading_of(plain: Plain) -> Reading | None:
    """What a GET asks, if it is a query as most are; None says to go the long way."""
    asked, head = plain.query, plain.head
    if plain.path != _PATH or not asked or len(asked) > MAX_ADDRESS:
        return None
    # A page of another host is answered with headers of its own. Whether a person or a program
    # asks is found out on the long way.
    if head.more or head.origin or head.page:
        return None
    try:
        return read(asked.decode(), None, head.accept)
    except (TipgraphError, UnicodeDecodeError):
        return None


class Prompt:
    """Answers queries for one application, and keeps the answers for those who ask again."""

    def __init__(
        self,
        app: FastAPI,
        answerer: Answerer,
        refused: Callable[[Request, Exception], Response],
        answers: Answers | None,
        looked: Callable[[bool], None],
    ) -> None:
        """Ask *answerer*; *refused* makes the answer of a `TipgraphError`.

        What may be kept is put into *answers*; *looked* counts that it was not there.
        """
        self._app = app
        self._near = answerer if isinstance(answerer, Near) else None
        # What is near has been asked when an answer is to be waited for.
        self._answerer = answerer if self._near is None else self._near.pool
        self._refused = refused
        self.answers = answers
        self._looked = looked

    def at_once(self, reading: Reading, plain: Plain) -> Whole | None:
        """The answer to the query of *plain*, if it need not be waited for."""
        if self._near is None:
            return None
        try:
            found = self._near.at_once(reading.asked)
            return None if found is None else self._given(reading, plain, *found)
        except TipgraphError as error:
            return self._refusal(plain, error)

    async def answer(self, reading: Reading, plain: Plain) -> Whole:
        """The answer to the query of *plain*, which is not there `at_once`."""
        try:
            return self._given(reading, plain, *await self._answerer.answer(reading.asked))
        except TipgraphError as error:
            return self._refusal(plain, error)

    def _given(self, reading: Reading, plain: Plain, body: bytes, used: str) -> Whole:
        refuse_unfit(reading, used)
        whole = _whole(reading, body, used, plain.head.encoding)
        if self.answers is not None:
            self._looked(False)
            if whole.tag:
                self.answers.keep(plain.key, whole.head, whole.body, whole.tag, ADDRESS)
        return whole

    def _refusal(self, plain: Plain, error: TipgraphError) -> Whole:
        if self.answers is not None:
            self._looked(False)
        response = self._refused(Request({**plain.whole_scope(), "app": self._app}), error)
        headers, body, tag = _layered(response, plain.head.encoding)
        return Whole(response.status_code, lines(headers), body, tag, error)


def _whole(reading: Reading, body: bytes, used: str, encoding: bytes) -> Whole:
    gzip = takes_gzip(encoding)
    if varies(reading.asked.query) or (gzip and len(body) >= WORTH):
        headers, body, tag = _layered(answered(reading, body, used), encoding)
        return Whole(_OK, lines(headers), body, tag)
    kind, head = _form(used, gzip)
    tag = tag_of(kind, body)
    return Whole(_OK, head % (len(body), tag), body, tag)


@lru_cache
def _form(used: str, gzip: bool) -> tuple[bytes, bytes]:
    """The type, and the head without length and tag, of plain answers in the format *used*."""
    reading = Reading(Asked(""), used, used, None, "")
    headers, *_ = _layered(answered(reading, b"", used), _GZIP if gzip else b"")
    stand = {b"content-length": _LENGTH, b"etag": _TAG}
    return field(headers, b"content-type"), lines((k, stand.get(k, v)) for k, v in headers)


def _layered(response: Response, encoding: bytes) -> tuple[Headers, bytes, bytes]:
    """The headers, the body and the tag of *response*, as the layers would send it."""
    body = bytes(response.body)
    headers, tag = tagged(response.status_code, response.raw_headers, body)
    headers, body = packed(headers, body, encoding)
    varied = b", ".join([field(headers, b"vary"), _ORIGIN])
    headers = [(name, value) for name, value in headers if name != b"vary"]
    return [*headers, (b"vary", varied)], body, tag
