"""The routes for questions in plain words, and for words to search for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from . import formats
from .answers import Answer
from .citation import CITED, documents
from .errors import BadParameter
from .links import Place, citations, pinning
from .negotiation import accepted
from .parameters import Given, of_words
from .replies import body, told
from .search import kinds_of, search
from .terms import slug

if TYPE_CHECKING:
    from .ask import Asker
    from .evidence import Bench
    from .lookup import Lookup
    from .parameters import Wanted

LONGEST = 1_000


def asking_router(bench: Bench, lookup: Lookup, asker: Asker) -> APIRouter:
    """The routes `/api/v1/ask` and `/api/v1/search`."""
    router = APIRouter()
    service = _Service(bench, lookup, asker)

    @router.get("/api/v1/ask", tags=["Questions"], summary="Ask in plain words")
    def ask(request: Request) -> Response:
        return service.ask(request)

    @router.get("/api/v1/search", tags=["Things"], summary="Search the texts of all things")
    def searched(request: Request) -> Response:
        return service.search(request)

    return router


def _text(given: Given) -> str:
    text = given.once("q")
    if text is None or not text.strip() or len(text) > LONGEST:
        message = f"q is to have words, in at most {LONGEST} characters."
        raise BadParameter(message, parameter="q")
    return text


@dataclass(frozen=True)
class _Service:
    """What the two routes share."""

    bench: Bench
    lookup: Lookup
    asker: Asker

    def ask(self, request: Request) -> Response:
        """The answer to a question in plain words, with what was understood."""
        given, wanted = self._asked(request, ("q",))
        reply = self.asker.ask(_text(given))
        shown = reply.items[: wanted.limit]
        answer = Answer(shown, len(reply.items), wanted.limit, reply.sparql)
        return self._respond(request, answer, wanted, told(reply))

    def search(self, request: Request) -> Response:
        """What has the words."""
        given, wanted = self._asked(request, ("q", "kind"))
        kinds = kinds_of(given.all().get("kind", []))
        hits = search(
            _text(given), self.bench, self.lookup, self.asker, kinds=kinds, limit=wanted.limit
        )
        answer = Answer(hits.items, hits.total, wanted.limit, hits.sparql)
        return self._respond(request, answer, wanted, {"words": list(hits.words)})

    def _asked(self, request: Request, own: tuple[str, ...]) -> tuple[Given, Wanted]:
        given = Given(request.query_params.multi_items())
        return given, of_words(given, own, accepted(request), self.bench.release.version)

    def _respond(
        self, request: Request, answer: Answer, wanted: Wanted, more: dict[str, object]
    ) -> Response:
        pairs = tuple(request.query_params.multi_items())
        here = Place(str(request.base_url).rstrip("/"), request.url.path, pairs)
        headers = pinning(here, self.bench.release.version, pinned=wanted.pinned)
        if wanted.form == "json":
            return JSONResponse(body(self.bench, here, answer) | more, headers=headers)
        text = formats.items_csv(answer)
        if wanted.form in CITED:
            found, asked = documents(answer.items), f"{slug(here.path)} {dict(pairs)['q']}"
            text = citations(self.bench, found, wanted.form, here, asked)
        return Response(text, media_type=formats.ITEM_TYPES[wanted.form], headers=headers)
