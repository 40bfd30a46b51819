"""Cursors: where a page of an answer ended, in a form that is not for reading."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING

from .errors import BadParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = 9


def cursor(query: str, key: Sequence[object]) -> str:
    """The cursor that stands after the item with the sort key *key* in the answer to *query*."""
    told = json.dumps([_mark(query.encode()), *key], separators=(",", ":"))
    return _written(told.encode())


def key_after(query: str, given: str) -> list[object]:
    """The sort key in the cursor *given*, or `BadParameter` if it is not one for *query*."""
    try:
        told = base64.b64decode(given + "=" * (-len(given) % 4), b"-_", validate=True)[_MARK:]
    except (binascii.Error, ValueError) as error:
        raise not_ours(given) from error
    if _written(told) != given:
        raise not_ours(given)
    mark, *key = json.loads(told)
    if mark != _mark(query.encode()):
        message = (
            "cursor: this cursor is of another query; facets, q, exact, sort and lang must be as "
            "they were. Start without a cursor."
        )
        raise BadParameter(message, parameter="cursor", value=given)
    return list(key)


def start_after(found: Sequence[str], query: str, given: str | None) -> int:
    """Where among *found*, the answer to *query*, the page begins that the cursor *given* means."""
    if given is None:
        return 0
    last = key_after(query, given)
    if len(last) != 1 or last[0] not in found:
        raise not_ours(given)
    return list(found).index(str(last[0])) + 1


def not_ours(given: str) -> BadParameter:
    """That *given* is no cursor of this service."""
    message = "cursor: this is not a cursor that this service gave; start without one."
    return BadParameter(message, parameter="cursor", value=given)


def _mark(text: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()[:_MARK]).decode()


def _written(told: bytes) -> str:
    """*told* after its own digest, so that a change of either is seen."""
    digest = hashlib.sha256(b"cursor" + told).digest()[:_MARK]
    return base64.urlsafe_b64encode(digest + told).decode().rstrip("=")
