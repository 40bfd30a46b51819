"""One address that is answered without asking which of all routes a request takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route

from .errors import TipgraphError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import APIRouter
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send


class Direct:
    """Hands requests to *path* to the routes of *router* for it, and all others on."""

    def __init__(
        self,
        app: ASGIApp,
        path: str,
        router: APIRouter,
        refused: Callable[[Request, Exception], Response],
    ) -> None:
        """Wrap *app*; *refused* makes the answer of a `TipgraphError`."""
        self._app = app
        self._path = path
        self._refused = refused
        self._routes = {
            method: route
            for route in router.routes
            if isinstance(route, Route) and route.path == path
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ours = scope["type"] == "http" and scope["path"] == scope["root_path"] + self._path
        route = self._routes.get(scope["method"]) if ours else None
        if route is None:
            await self._app(scope, receive, send)
            return
        # Without a route, an address is taken for one that has nothing, or pages.
        scope["route"] = route
        scope.setdefault("state", {})["route"] = self._path
        request = Request(scope, receive)
        try:
            response = await route.endpoint(request)
        except TipgraphError as error:
            response = self._refused(request, error)
        except ClientDisconnect:
            # Nobody is there to be answered.
            return
        await response(scope, receive, send)
