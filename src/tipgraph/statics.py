"""Style sheets, scripts and pictures of the pages, under addresses that change with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import NotFound
from .paths import STATIC

if TYPE_CHECKING:
    from pathlib import Path

PLACE = "/static/"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Static:
    """A file as it is served: under a name with its hash, so that it may be kept for good."""

    name: str
    media: str
    body: bytes


class Statics:
    """The files of one folder, read once."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Read all files in *folder* and below whose kinds are known."""
        paths = sorted(p for p in folder.rglob("*") if p.suffix in _TYPES)
        self._files = {path.name: _hashed(path) for path in paths}
        self._served = {file.name: file for file in self._files.values()}

    def __contains__(self, name: str) -> bool:
        """Whether there is a file called *name*."""
        return name in self._files

    def address(self, name: str) -> str:
        """Where the file called *name* is served."""
        return PLACE + self._files[name].name

    def served(self, name: str) -> Static:
        """The file that is served under *name*, or `NotFound`."""
        if name not in self._served:
            message = f"There is no file {PLACE}{name}; the page that leads to it is of old."
            raise NotFound(message)
        return self._served[name]


def _hashed(path: Path) -> Static:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Static(f"{path.stem}.{digest}{path.suffix}", _TYPES[path.suffix], body)
