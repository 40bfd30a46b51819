"""Where else an answer is to be had: `Link` headers of RFC 8288, and the links in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from . import citation
from .formats import ITEM_TYPES
from .terms import BASE, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .answers import Document, Release
    from .evidence import Bench

_CONTEXT = "http://www.w3.org/ns/json-ld#context"
# Servers between may drop an answer whose headers take more than a few kilobytes.
LONGEST_HEADER = 4_000
# Clients give up where a header has 64 kB.
LONGEST_LINE = 60_000
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Place:
    """The address of an answer: its path under *root*, and its parameters."""

    root: str
    path: str
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """The whole address."""
        path = self.root + quote(self.path, safe="/:@!$&'()*+,;=~-._")
        return path + ("?" + urlencode(self.pairs, safe=",") if self.pairs else "")

    def but(self, **changed: str | None) -> Place:
        """The place with the parameters *changed*, or without those that are None."""
        kept = [(name, value) for name, value in self.pairs if name not in changed]
        added = [(name, value) for name, value in changed.items() if value is not None]
        return Place(self.root, self.path, (*kept, *added))

    def pinned(self, release: str) -> Place:
        """The place whose answer is that of *release*, or none."""
        return self.but(release=release)

    def of(self, kind: str, iri: str) -> str:
        """The URL of the thing *iri*: in the list of *kind*, or by its IRI if *kind* is empty."""
        if kind:
            return f"{self.root}/api/v1/{kind}/{quote(slug(iri))}"
        return self.root + urlsplit(iri).path.removeprefix(urlsplit(BASE).path.rstrip("/"))


def links(here: Place, release: str, following: str | None) -> dict[str, str | None]:
    """The links that JSON has: this page, the next, its permalink, other formats."""
    return {
        "self": here.url,
        "next": here.but(cursor=following).url if following else None,
        "permalink": here.pinned(release).url,
        "csv": here.but(format="csv", bom=None).url,
        "jsonld": here.but(format="jsonld", bom=None, fields=None).url,
    }


def header(
    here: Place, form: str, release: Release, following: str | None, context: Mapping[str, str]
) -> str:
    """The `Link` header of an answer in the format *form*; *context* are parameters of the context.

    Where it is too long, the other formats are left out of it, and at last all but the way on.
    """
    on = _link(here.but(cursor=following).url, "next") if following else _link(here.url, "self")
    told = [_link(here.url, "self"), _link(here.but(cursor=None).url, "first")]
    if following:
        told.append(on)
    told.append(_link(here.pinned(release.version).url, "cite-as"))
    if release.licence:
        told.append(_link(release.licence, "license"))
    if form == "json":
        place = Place(here.root, "/api/v1/context.jsonld", tuple(context.items()))
        told.append(_link(place.url, _CONTEXT, "application/ld+json"))
    whole = ", ".join([*told, *_alternates(here, form)])
    return whole if len(whole) <= LONGEST_HEADER else _shortened(", ".join(told), on)


def pinning(here: Place, release: str, *, pinned: bool) -> dict[str, str]:
    """The headers that name the answer at *here* and its permalink; it is kept if *pinned*."""
    own = _link(here.url, "self")
    named = _shortened(f"{own}, {_link(here.pinned(release).url, 'cite-as')}", own)
    kept = {"Cache-Control": FOR_EVER} if pinned else {}
    return {"Vary": "Accept", "Link": named, **kept}


def citations(bench: Bench, found: Iterable[Document], form: str, here: Place, asked: str) -> str:
    """The documents *found*, each with a note on the answer at *here* that it supports."""
    release = bench.release.version
    # Whoever cites means the answer, in whatever format and on however many pages.
    address = here.but(release=release, format=None, limit=None).url if here.root else None
    note = citation.note(release, asked, address)
    unique = {document.id: document for document in found}
    return citation.written(citation.cited(bench, [unique[i] for i in sorted(unique)], note), form)


def _alternates(here: Place, form: str) -> Sequence[str]:
    """The same page in the other formats; fields and bom are for some of them only."""
    plain = here.but(bom=None)
    return [
        _link(
            (plain if name in {"json", "csv", "xlsx"} else plain.but(fields=None))
            .but(format=name)
            .url,
            "alternate",
            full.split(";")[0],
        )
        for name, full in ITEM_TYPES.items()
        if name != form
    ]


def _shortened(told: str, least: str) -> str:
    return told if len(told) <= LONGEST_LINE else least


def _link(target: str, relation: str, kind: str | None = None) -> str:
    tail = f'; type="{kind}"' if kind else ""
    return f'<{target}>; rel="{relation}"{tail}'
