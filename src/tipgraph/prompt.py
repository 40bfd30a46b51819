"""Queries by GET, answered past the layers that other requests go through.

Those layers cost more than a simple query. What they do to a query is done here by their own
functions, so that the answer is the same; whatever needs more than that is left to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from .cache import MORE, key_of
from .conditional import field, tagged
from .endpoint import MAX_ADDRESS, answered, read
from .errors import TipgraphError
from .near import Near
from .negotiation import listed
from .packed import packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import Scope

    from .cache import Answers
    from .endpoint import Answerer, Reading

ADDRESS = "/sparql"
# A page of another host is answered with headers of its own.
_LEFT = MORE | {b"origin"}
_ORIGIN = b"Origin"


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer with all that is sent of it, and the *error* that it tells of."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    error: TipgraphError | None = None


def reading_of(scope: Scope) -> Reading | None:
    """What a GET asks, if it is a query as most are; None says to go the long way."""
    asked: bytes = scope["query_string"]
    if scope["path"] != ADDRESS or not asked or len(asked) > MAX_ADDRESS:
        return None
    if not _LEFT.isdisjoint([name for name, _ in scope["headers"]]):
        return None
    accept = listed(scope, b"accept")
    # Whether a person or a program asks is found out on the long way.
    if b"text/html" in accept.lower():
        return None
    try:
        return read(asked.decode(), None, accept.decode("latin-1"))
    except (TipgraphError, UnicodeDecodeError):
        return None


class Prompt:
    """Answers queries for one application, and keeps the answers for those who ask again."""

    def __init__(
        self,
        app: FastAPI,
        answerer: Answerer,
        refused: Callable[[Request, Exception], Response],
        looked: Callable[[bool], None],
    ) -> None:
        """Ask *answerer*; *refused* makes the answer of a `TipgraphError`, *looked* counts."""
        self._app = app
        self._near = answerer if isinstance(answerer, Near) else None
        # What is near has been asked when an answer is to be waited for.
        self._answerer = answerer if self._near is None else self._near.pool
        self._refused = refused
        self._looked = looked

    def at_once(self, reading: Reading, scope: Scope) -> Whole | None:
        """The answer to the query of *scope*, if it need not be waited for."""
        if self._near is None:
            return None
        try:
            found = self._near.at_once(reading.asked)
            return None if found is None else self._given(reading, scope, *found)
        except TipgraphError as error:
            return self._refusal(scope, error)

    async def answer(self, reading: Reading, scope: Scope) -> Whole:
        """The answer to the query of *scope*, which is not there `at_once`."""
        try:
            return self._given(reading, scope, *await self._answerer.answer(reading.asked))
        except TipgraphError as error:
            return self._refusal(scope, error)

    def _given(self, reading: Reading, scope: Scope, body: bytes, used: str) -> Whole:
        whole = _whole(answered(reading, body, used), scope, None)
        answers: Answers | None = getattr(self._app.state, "answers", None)
        if answers is not None:
            self._looked(False)
            if field(whole.headers, b"etag"):
                answers.keep(key_of(scope), whole.headers, whole.body, ADDRESS)
        return whole

    def _refusal(self, scope: Scope, error: TipgraphError) -> Whole:
        if hasattr(self._app.state, "answers"):
            self._looked(False)
        return _whole(self._refused(Request({**scope, "app": self._app}), error), scope, error)


def _whole(response: Response, scope: Scope, error: TipgraphError | None) -> Whole:
    body = bytes(response.body)
    headers, _ = tagged(response.status_code, response.raw_headers, body)
    headers, body = packed(headers, body, listed(scope, b"accept-encoding"))
    varied = b", ".join([field(headers, b"vary"), _ORIGIN])
    headers = [(name, value) for name, value in headers if name != b"vary"]
    return Whole(response.status_code, [*headers, (b"vary", varied)], body, error)
