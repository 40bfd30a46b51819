"""Open what a command is told to work on, and tell when it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .build import MARK, open_built
from .errors import BrokenFile
from .evidence import Bench
from .graph import SHIPPED
from .sources import Sources
from .store import Store

if TYPE_CHECKING:
    from pathlib import Path

Stamp = tuple[tuple[str, int, int, int], ...]


def open_store(folder: Path | None) -> Store:
    """The store that was built in *folder*, or the shipped files in memory."""
    return Store.load(SHIPPED) if folder is None else open_built(folder)


def open_bench(folder: Path | None, sources: Path | None) -> Bench:
    """The store of *folder* with the texts in *sources*, which must be those that were coded."""
    texts = None if sources is None else Sources(sources)
    bench = Bench(open_store(folder), SHIPPED, texts)
    if texts is not None:
        texts.require(list(bench.documents.values()))
    return bench


def stamp(folder: Path | None) -> Stamp | None:
    """What differs when the store in *folder*, or one of the files, was replaced or changed.

    None while there is nothing to open, as between the two renames of a build.
    """
    try:
        paths = [f.path for f in SHIPPED.files()] if folder is None else [folder / MARK]
        return tuple(_stamp(path) for path in paths)
    except (OSError, BrokenFile):
        return None


def _stamp(path: Path) -> tuple[str, int, int, int]:
    found = path.stat()
    return str(path), found.st_ino, found.st_size, found.st_mtime_ns
