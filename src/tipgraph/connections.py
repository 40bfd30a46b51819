"""The routes of the network: paths between two things, measures, and files of the whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .answers import Answer
from .citation import CITED, documents
from .errors import BadParameter, NotFound
from .formats import item, items_csv
from .interchange import FILES, written
from .links import Place, citations, pinning
from .measures import MEASURES, Measures
from .negotiation import accepted
from .network import Network
from .parameters import DEFAULT_LIMIT, MAX_LIMIT, TOLD_TYPES, Given, form_of, pinned
from .tellings import measured_meta, ways_csv, ways_json
from .terms import slug
from .ways import LONGEST_WAY, MOST_WAYS, USUAL_LENGTH, USUAL_WAYS, Asking, Ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .answers import Document
    from .evidence import Bench
    from .ways import Found

OF_PATHS = ("from", "to", "causal", "limit", "longest", "format", "release")
OF_NETWORK = ("format", "release")
OF_MEASURES = ("limit", *OF_NETWORK)
_TYPES = {**TOLD_TYPES, **FILES}
_SUMMARY = "How do two things hang together?"
_DIGITS = re.compile(r"[0-9]{1,3}")


def connections_router(bench: Bench) -> APIRouter:
    """The routes `/api/v1/paths` and `/api/v1/network` over *bench*."""
    router = APIRouter(tags=["Network"])
    service = _Connections(bench)

    @router.get("/api/v1/paths", summary=_SUMMARY)
    def paths(request: Request) -> Response:
        return service.paths(request)

    @router.get("/api/v1/network", summary="How does the whole hang together?")
    def network(request: Request) -> Response:
        return service.network(request)

    @router.get("/api/v1/network/{measure}", summary="What does the network as a whole tell?")
    def measured(measure: str, request: Request) -> Response:
        return service.measured(measure, request)

    return router


class _Connections:
    """What the two routes share: the network is read once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._network = Network(bench)
        self._ways = Ways(self._network)
        self._measures = Measures(self._network)

    def paths(self, request: Request) -> Response:
        """The ways between two things, each step with its evidence."""
        given = Given(request.query_params.multi_items())
        given.only(OF_PATHS, "/api/v1/paths")
        form, headers = self._form(request, given, TOLD_TYPES), self._headers(request, given)
        asking = Asking(
            start=_required(given, "from"),
            goal=_required(given, "to"),
            causal=given.truth("causal"),
            most=_number(given, "limit", USUAL_WAYS, MOST_WAYS),
            longest=_number(given, "longest", USUAL_LENGTH, LONGEST_WAY),
        )
        found = self._ways.find(asking)
        here = _here(request, given)
        if form == "csv":
            return _sent(ways_csv(found), form, headers)
        if form in CITED:
            return _sent(self._cited(_told(found), form, given, here), form, headers)
        meta = {
            "total": len(found.ways),
            "returned": len(found.ways),
            "limit": asking.most,
            "reason": found.reason,
            **self._meta("paths", _SUMMARY, given),
        }
        return self._json(ways_json(found, asking, here.of), meta, here, headers)

    def network(self, request: Request) -> Response:
        """The network as a file."""
        given = Given(request.query_params.multi_items())
        given.only(OF_NETWORK, "/api/v1/network")
        form = self._form(request, given, FILES)
        return _sent(written(self._network, form), form, self._headers(request, given))

    def measured(self, measure: str, request: Request) -> Response:
        """A measure of the network, as items."""
        given = Given(request.query_params.multi_items())
        if measure not in MEASURES:
            message = f"There is no measure {measure!r}; there are {', '.join(MEASURES)}."
            raise NotFound(message, suggestions=MEASURES)
        takes = ("group", *OF_MEASURES) if measure == "cover" else OF_MEASURES
        given.only(takes, f"/api/v1/network/{measure}")
        form, headers = self._form(request, given, TOLD_TYPES), self._headers(request, given)
        usual = MAX_LIMIT if form in CITED else DEFAULT_LIMIT
        limit = _number(given, "limit", usual, MAX_LIMIT)
        groups = given.all().get("group", [])
        measured = self._measures.measured(measure, limit, groups)
        if form == "csv":
            answer = Answer(measured.items, measured.total, limit, self._network.sparql)
            return _sent(items_csv(answer), form, headers)
        here = _here(request, given)
        if form in CITED:
            told = documents(measured.items)
            return _sent(self._cited(told, form, given, here), form, headers)
        meta = measured_meta(measured, limit) | self._meta("network", measured.meaning, given)
        return self._json([item(each, here.of) for each in measured.items], meta, here, headers)

    def _meta(self, name: str, summary: str, given: Given) -> dict[str, object]:
        return {
            "release": self._bench.release.version,
            "question": {"name": name, "summary": summary, "parameters": given.joined()},
            "sparql": self._network.sparql,
            "coverage": {slug(e.document.id): e.statement.basis for e in self._bench.coverage},
        }

    def _cited(self, told: Iterable[Document], form: str, given: Given, here: Place) -> str:
        without = ("format", "limit", "release")
        named = (f"{name}={value}" for name, value in given.joined(without).items())
        return citations(self._bench, told, form, here, " ".join([slug(here.path), *named]))

    def _json(
        self,
        items: list[dict[str, object]],
        meta: dict[str, object],
        here: Place,
        headers: Mapping[str, str],
    ) -> Response:
        links = {
            "self": here.url,
            "next": None,
            "permalink": here.pinned(self._bench.release.version).url,
            "csv": here.but(format="csv").url,
        }
        body = {"items": items, "meta": meta, "links": links}
        return JSONResponse(body, headers=headers)

    def _form(self, request: Request, given: Given, offered: Mapping[str, str]) -> str:
        return form_of(given, accepted(request), offered)

    def _headers(self, request: Request, given: Given) -> dict[str, str]:
        release = self._bench.release.version
        return pinning(_here(request, given), release, pinned=pinned(given, release))


def _told(found: Found) -> list[Document]:
    """The documents of the steps of the ways *found*."""
    return [e.document for way in found.ways for step in way.steps for e in step.evidence]


def _required(given: Given, name: str) -> str:
    text = given.once(name)
    if not (text or "").strip():
        message = f"{name} is missing; name a thing by slug, CURIE, IRI or label."
        raise BadParameter(message, parameter=name)
    return str(text)


def _number(given: Given, name: str, usual: int, most: int) -> int:
    text = given.once(name)
    if text is None:
        return usual
    if not (_DIGITS.fullmatch(text) and 1 <= int(text) <= most):
        message = f"{name}={text}: give a whole number from 1 to {most}."
        raise BadParameter(message, parameter=name, value=text)
    return int(text)


def _here(request: Request, given: Given) -> Place:
    return Place(str(request.base_url).rstrip("/"), request.url.path, given.pairs)


def _sent(body: str | bytes, form: str, headers: Mapping[str, str]) -> Response:
    return Response(body, media_type=_TYPES[form], headers=headers)
