"""Open the store that a person names, and tell when it has changed.

A store is that of the shipped files, of a folder, or of a remote address.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .build import MARK, open_built
from .errors import BadParameter, BrokenFile
from .evidence import Bench
from .graph import SHIPPED, Layout
from .rdf import read_files
from .sources import Sources
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from .loading import Target
    from .queryable import Queryable
    from .transport import Bounds, Credentials

Stamp = tuple[tuple[str, int, int, int], ...]
REMOTE = "sparql:"
USER = "TIPGRAPH_STORE_USER"
PASSWORD = "TIPGRAPH_STORE_PASSWORD"  # noqa: S105 - the name of the variable, not a password


def open_store(place: str | None, bounds: Bounds | None = None) -> Queryable:
    """The store at *place*: the shipped files, a built folder, or `sparql:` and an address."""
    if place is None:
        return Store.load(SHIPPED)
    if not place.startswith(REMOTE):
        return open_built(Path(place))
    from .remote import RemoteStore

    return RemoteStore.open(place.removeprefix(REMOTE), account(), bounds)


def open_kept(place: str | None, bounds: Bounds | None = None) -> Queryable:
    """The store at *place*, in any way in which a release is kept.

    Besides what `open_store` takes, that is a dump, a folder of `ontology` and `data`, or a folder
    of data files alone, which goes with the shipped ontology.
    """
    if place is None or is_remote(place):
        return open_store(place, bounds)
    path = Path(place)
    if path.is_file():
        return Store.from_dump(read_files([path]), SHIPPED)
    if not path.exists():
        message = (
            f"{path} is not there; name a store that `tipgraph build` wrote, a dump such as "
            "graph.trig, or a folder of ontology and data."
        )
        raise BrokenFile(message)
    layout = _layout(path)
    return open_store(place, bounds) if layout is None else Store.load(layout)


def _layout(folder: Path) -> Layout | None:
    """The files of a graph in *folder*, if it has any; its own queries derive its links."""
    if (folder / "data").is_dir():
        queries = folder / "queries" if (folder / "queries" / "derive").is_dir() else None
        return Layout(
            ontology=folder / "ontology", data=folder / "data", queries=queries or SHIPPED.queries
        )
    bare = any(folder.glob("*.ttl")) or (folder / "documents").is_dir()
    return Layout(data=folder) if bare else None


def open_bench(
    place: str | None,
    sources: Path | None,
    opening: Callable[[str | None], Queryable] = open_store,
) -> Bench:
    """The store at *place* with the texts in *sources*, which must be those that were coded."""
    texts = None if sources is None else Sources(sources)
    bench = Bench(opening(place), SHIPPED, texts)
    if texts is not None:
        texts.require(list(bench.documents.values()))
    return bench


def is_remote(place: str | None) -> bool:
    """Whether *place* is the address of a remote store."""
    return place is not None and place.startswith(REMOTE)


def stamp(place: str | None) -> Stamp | None:
    """What differs when the store in a folder, or one of the shipped files, was changed.

    None where that cannot be seen: of a remote store, and between the two renames of a build.
    """
    if is_remote(place):
        return None
    try:
        paths = [f.path for f in SHIPPED.files()] if place is None else [Path(place) / MARK]
        return tuple(_stamp(path) for path in paths)
    except (OSError, BrokenFile):
        return None


def _stamp(path: Path) -> tuple[str, int, int, int]:
    found = path.stat()
    return str(path), found.st_ino, found.st_size, found.st_mtime_ns


def account() -> Credentials | None:
    """The account at a remote store, which the environment alone names."""
    from .transport import Credentials

    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    return Credentials(user, password or "") if user else None


def absolute(place: str) -> str:
    """*place* as another process finds it, whatever folder it works in."""
    return place if place.startswith(REMOTE) else str(Path(place).resolve())


def target_of(place: str, update: str | None, graph_store: str | None) -> Target:
    """Where a load goes to: the remote store at *place*, with its other addresses if given."""
    from .loading import Target

    if not place.startswith(REMOTE):
        message = f"--store {place}: name a remote store as sparql:http://host/path."
        raise BadParameter(message, parameter="store")
    query = place.removeprefix(REMOTE)
    # Oxigraph and Fuseki update beside their queries; Virtuoso and others at the same address.
    beside = f"{query.removesuffix('/query')}/update" if query.endswith("/query") else query
    return Target(query, update or beside, graph_store)
