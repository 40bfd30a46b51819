"""The routes for questions in plain words, and for words to search for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from .errors import BadParameter
from .kinds import COMMON
from .links import Place
from .negotiation import accepted
from .parameters import GIVING, Given, fields, of_words
from .replies import told
from .representations import Answered, Representations
from .search import KINDS, kinds_of, search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import Item
    from .ask import Asker
    from .evidence import Bench
    from .lookup import Lookup
    from .parameters import Wanted

LONGEST = 1_000


def asking_router(bench: Bench, lookup: Lookup, asker: Asker) -> APIRouter:
    """The routes `/api/v1/ask` and `/api/v1/search`."""
    router = APIRouter()

    representations = Representations(bench)

    @router.get("/api/v1/ask", tags=["Questions"], summary="Ask in plain words")
    def ask(request: Request) -> Response:
        given, wanted = _wanted(request, bench, ("q",))
        reply = asker.ask(_text(given), wanted.limit, wanted.cursor, wanted.manner)
        chosen = _fields(given, reply.items, lookup)
        return representations.of(
            Answered(
                reply.answer,
                wanted,
                _place(request),
                "ask",
                given.joined(without=GIVING),
                fields=chosen,
                more=told(reply),
            )
        )

    @router.get("/api/v1/search", tags=["Things"], summary="Search the texts of all things")
    def searched(request: Request) -> Response:
        given, wanted = _wanted(request, bench, ("q", "kind"))
        kinds = kinds_of(given.all().get("kind", []))
        hits = search(
            _text(given),
            lookup,
            asker,
            kinds=kinds,
            limit=wanted.limit,
            cursor=wanted.cursor,
            manner=wanted.manner,
        )
        chosen = _fields(given, hits.items, lookup)
        return representations.of(
            Answered(
                hits.answer,
                wanted,
                _place(request),
                "search",
                given.joined(without=GIVING),
                fields=chosen,
                more={"words": list(hits.words)},
            )
        )

    return router


def _text(given: Given) -> str:
    text = given.once("q")
    if text is None or not text.strip() or len(text) > LONGEST:
        message = f"q is to have words, in at most {LONGEST} characters."
        raise BadParameter(message, parameter="q")
    return text


def _wanted(request: Request, bench: Bench, own: Sequence[str]) -> tuple[Given, Wanted]:
    given = Given(request.query_params.multi_items())
    return given, of_words(given, own, accepted(request), bench.release.version)


def _fields(given: Given, items: Sequence[Item], lookup: Lookup) -> tuple[str, ...] | None:
    """The keys that are asked for, of those that things of any kind, or the *items*, have."""
    # Of which kinds the items are may differ from page to page.
    known = [key for name in KINDS for key in lookup.kind(name).keys]
    known += [key for item in items for key in (*item.links, *item.values)]
    return fields(given, tuple(dict.fromkeys((*COMMON, *known))))


def _place(request: Request) -> Place:
    pairs = tuple(request.query_params.multi_items())
    return Place(str(request.base_url).rstrip("/"), request.url.path, pairs)
