"""The routes of the network: paths between two things, measures, and files of the whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .answers import Answer
from .errors import BadParameter, NotFound
from .formats import choose, item, items_csv
from .interchange import FILES, written
from .links import Place
from .measures import MEASURES, Measures
from .network import Network
from .parameters import DEFAULT_LIMIT, MAX_LIMIT, Given
from .tellings import measured_meta, ways_csv, ways_json
from .terms import slug
from .ways import LONGEST_WAY, MOST_WAYS, USUAL_LENGTH, USUAL_WAYS, Asking, Ways

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .evidence import Bench

OF_PATHS = ("from", "to", "causal", "limit", "longest", "format", "release")
OF_NETWORK = ("format", "release")
OF_MEASURES = ("limit", *OF_NETWORK)
TABLES = {key: FILES[key] for key in ("json", "csv")}
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
        form = self._form(request, given, TABLES)
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
            return _sent(ways_csv(found), form)
        meta = {
            "total": len(found.ways),
            "returned": len(found.ways),
            "limit": asking.most,
            "reason": found.reason,
            **self._meta("paths", _SUMMARY, given),
        }
        return self._json(ways_json(found, asking, here.of), meta, here)

    def network(self, request: Request) -> Response:
        """The network as a file."""
        given = Given(request.query_params.multi_items())
        given.only(OF_NETWORK, "/api/v1/network")
        form = self._form(request, given, FILES)
        return _sent(written(self._network, form), form)

    def measured(self, measure: str, request: Request) -> Response:
        """A measure of the network, as items."""
        given = Given(request.query_params.multi_items())
        if measure not in MEASURES:
            message = f"There is no measure {measure!r}; there are {', '.join(MEASURES)}."
            raise NotFound(message, suggestions=MEASURES)
        takes = ("group", *OF_MEASURES) if measure == "cover" else OF_MEASURES
        given.only(takes, f"/api/v1/network/{measure}")
        form = self._form(request, given, TABLES)
        limit = _number(given, "limit", DEFAULT_LIMIT, MAX_LIMIT)
        groups = given.all().get("group", [])
        measured = self._measures.measured(measure, limit, groups)
        if form == "csv":
            answer = Answer(measured.items, measured.total, limit, self._network.sparql)
            return _sent(items_csv(answer), form)
        here = _here(request, given)
        meta = measured_meta(measured, limit) | self._meta("network", measured.meaning, given)
        return self._json([item(each, here.of) for each in measured.items], meta, here)

    def _meta(self, name: str, summary: str, given: Given) -> dict[str, object]:
        return {
            "release": self._bench.release.version,
            "question": {"name": name, "summary": summary, "parameters": given.joined()},
            "sparql": self._network.sparql,
            "coverage": {slug(e.document.id): e.statement.basis for e in self._bench.coverage},
        }

    def _json(
        self, items: list[dict[str, object]], meta: dict[str, object], here: Place
    ) -> Response:
        links = {
            "self": here.url,
            "next": None,
            "permalink": here.but(release=self._bench.release.version).url,
            "csv": here.but(format="csv").url,
        }
        body = {"items": items, "meta": meta, "links": links}
        return JSONResponse(body, headers={"Vary": "Accept"})

    def _form(self, request: Request, given: Given, offered: Mapping[str, str]) -> str:
        asked, served = given.once("release"), self._bench.release.version
        if asked is not None and asked != served:
            message = f"Release {asked} is not served here; release {served} is."
            raise NotFound(message, parameter="release", value=asked, served=served)
        named = given.once("format")
        if named is None:
            return choose(request.headers.get("accept", ""), offered)
        if named not in offered:
            message = f"format={named}: give one of {', '.join(offered)}."
            raise BadParameter(message, parameter="format", value=named, suggestions=tuple(offered))
        return named


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


def _sent(body: str | bytes, form: str) -> Response:
    return Response(body, media_type=FILES[form], headers={"Vary": "Accept"})
