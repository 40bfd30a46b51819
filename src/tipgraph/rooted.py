"""The address that the outside uses, where a proxy stands before the service."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .errors import BadParameter

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_PORTS = {"http": 80, "https": 443}


class Rooted:
    """Makes every link start with one address, whatever the request says of its host.

    The proxy may hand on the path with or without that of the address.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        """Wrap *app*; *root* is such as `https://data.example.org/tip`."""
        self._app = app
        parts = urlsplit(root)
        if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment:
            message = f"--root-url {root}: give an address such as https://data.example.org/tip."
            raise BadParameter(message)
        self._path = parts.path.rstrip("/")
        self._own = {
            "scheme": parts.scheme,
            "server": (parts.hostname, parts.port or _PORTS[parts.scheme]),
            "root_path": self._path,
        }
        self._host = (b"host", parts.netloc.encode("ascii"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
            path = scope["path"]
            if not f"{path}/".startswith(f"{self._path}/"):
                path = self._path + path
            scope = {**scope, **self._own, "headers": [self._host, *headers], "path": path}
        await self._app(scope, receive, send)
