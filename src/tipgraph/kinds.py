"""The kinds of things that are listed, each by its query files: facets, sort orders, keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .queries import QueryFile, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The keys of every item; id and type are always given.
COMMON = ("label", "description", "why", "evidence", "links")
# What every kind can be put in order by; the query file order.rq of a kind adds to it.
SORTS = ("label", "documents", "evidence")
# These are statements themselves, and each has one document.
_NOT_COUNTED = {"figures", "statements"}


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a kind: its name, what its values are, and how a match is worded."""

    name: str
    takes: str
    wording: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may be given, if the values are words and not things."""
        return tuple(self.takes.split("|")) if "|" in self.takes else ()


@dataclass(frozen=True)
class Kind:
    """A kind of thing, with the query files that list, narrow, order and describe it."""

    name: str
    listing: QueryFile
    linking: QueryFile
    supporting: QueryFile
    narrowing: QueryFile
    reading: QueryFile
    valuing: QueryFile | None
    ordering: QueryFile | None

    @property
    def type(self) -> str:
        """The name of the class."""
        return self.listing.headers["class"]

    @cached_property
    def facets(self) -> Mapping[str, Facet]:
        """The facets by name."""
        return {
            name: Facet(name, *value.split(maxsplit=1)) for name, value in self.narrowing.facets
        }

    @cached_property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of order.rq that each sort order of its own goes by."""
        own = self.ordering.sorts if self.ordering else ()
        return {name: tuple(columns.split()) for name, columns in own}

    @property
    def sorts(self) -> tuple[str, ...]:
        """What the things of this kind can be put in order by, the usual order first."""
        common: tuple[str, ...] = SORTS[:1] if self.name in _NOT_COUNTED else SORTS
        if self.name == "documents":
            common = tuple(sort for sort in common if sort != "documents")
        return (*common, *self.columns)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys that items of this kind have besides the common ones."""
        files = (file for file in (self.linking, self.valuing) if file)
        return tuple(dict.fromkeys(key for file in files for key in keys(file)))


def kinds(queries: Path) -> Mapping[str, Kind]:
    """All kinds by their plural names, from the folder *queries*."""
    folders = sorted(p for p in (queries / "kinds").iterdir() if p.is_dir())
    return {folder.name: _kind(folder) for folder in folders}


def keys(query: QueryFile) -> tuple[str, ...]:
    """The keys that *query* gives values for."""
    return tuple(dict.fromkeys(re.findall(r'"([a-z][a-z_0-9]*)"', query.text)))


def _kind(folder: Path) -> Kind:
    return Kind(
        name=folder.name,
        listing=read(folder / "list.rq"),
        linking=read(folder / "links.rq"),
        supporting=read(folder / "evidence.rq"),
        narrowing=read(folder / "facets.rq"),
        reading=read(folder.parent / "text.rq"),
        valuing=_perhaps(folder / "values.rq"),
        ordering=_perhaps(folder / "order.rq"),
    )


def _perhaps(path: Path) -> QueryFile | None:
    return read(path) if path.is_file() else None
