"""Open the store that a person names: the shipped files, a folder, or a remote address."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .build import open_built
from .errors import BadParameter
from .graph import SHIPPED
from .store import Store

if TYPE_CHECKING:
    from .loading import Target
    from .queryable import Queryable
    from .transport import Bounds, Credentials

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
