"""What those who run the service ask it: is it alive, is it ready, what has it done."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from . import paths
from .answers import Asked
from .errors import Busy, NotReady, TipgraphError
from .metrics import Metrics
from .queries import read

if TYPE_CHECKING:
    from .endpoint import Answerer
    from .evidence import Bench

_PATIENCE = 2.0
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass
class Status:
    """What the service knows of itself; it outlives the graphs that are served."""

    metrics: Metrics = field(default_factory=Metrics)
    stopping: bool = False
    fault: str | None = None
    """Why the newest data was not taken up, without a path; None if it was."""


def operations_router(bench: Bench, answerer: Answerer, status: Status) -> APIRouter:
    """The routes `/health`, `/ready` and `/metrics`; *answerer* runs the queries."""
    router = APIRouter(tags=["Operations"])
    readiness = _Readiness(answerer)

    @router.get("/health", summary="Is the service up, and what does it hold?")
    async def health(response: Response) -> dict[str, object]:
        response.headers.update(_NO_STORE)
        return {"status": "ok", "release": bench.release.version, "quads": bench.quads}

    @router.get("/ready", summary="Can the service answer queries now?")
    async def ready(response: Response) -> dict[str, object]:
        response.headers.update(_NO_STORE)
        if status.stopping:
            message = "The service is stopping; ask another."
            raise NotReady(message, retry_after=1)
        workers = await readiness.workers()
        return {"status": "ready", "workers": workers, "reload": status.fault or "ok"}

    @router.get("/metrics", summary="What the service has done, for Prometheus")
    def metrics(request: Request) -> Response:
        page, kind = status.metrics.page(request.headers.get("accept", ""))
        return Response(page, headers={"Content-Type": kind, "Vary": "Accept", **_NO_STORE})

    return router


class _Readiness:
    """Whether queries are answered, found out by one query at a time however often it is asked."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._query = Asked(read(paths.QUERIES / "operations" / "ready.rq").text)
        self._asking: asyncio.Task[object] | None = None
        self._answered = False

    async def workers(self) -> str:
        """`idle`, or `busy` if all that have answered before are at work; or `NotReady`."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait({self._asking}, timeout=_PATIENCE)
        fault = self._asking.result() if done else Busy("No worker is free.")
        if fault is None:
            self._answered = True
            return "idle"
        if isinstance(fault, Busy) and self._answered:
            return "busy"
        message = (
            "The store is being loaded." if isinstance(fault, Busy) else "No query is answered."
        )
        raise NotReady(message, retry_after=1)

    async def _ask(self) -> TipgraphError | None:
        """What went wrong with a query that asks for nothing."""
        try:
            await self._answerer.answer(self._query)
        except TipgraphError as error:
            return error
        return None
