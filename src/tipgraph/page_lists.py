"""The lists of things by kind, and the search of all texts: `/browse` and `/search`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from .lookup import Manner
from .page_results import A_PAGE, TAKEN, view_of, ways
from .pages import HEADERS, PAGES
from .parameters import OF_LISTS, Given
from .search import KINDS, kinds_of, search
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .ask import Asker
    from .kinds import Facet, Kind
    from .names import Entry
    from .pages import Here, Pages

# So many values are chosen from a list; of more, the name is typed.
CHOICES = 40
_ORDER = (*KINDS[:-1], "statements", "concepts")
_OWN = (*OF_LISTS, "cursor", "view", "lang")
_MOST_FOUND = 60
# By these people narrow first; the others stand below.
_FIRST = ("pillar", "group", "document", "type", "theme", "role", "kind", "scheme")


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet as a form offers it: its values, if they are few, and those chosen."""

    facet: Facet
    values: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]


def lists_page(pages: Pages, asker: Asker) -> APIRouter:
    """The routes `/browse`, `/browse/...` and `/search`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)
    totals: dict[str, int] = {}

    @router.get("/browse")
    def browse(request: Request) -> Response:
        if not totals:
            kinds = (pages.lookup.kind(name) for name in _ORDER)
            totals.update({kind.name: pages.lookup.items(kind, {}, 1).total for kind in kinds})
        return pages.shown(request, "browse.html", totals=totals)

    @router.get("/browse/{name}")
    def listed(name: str, request: Request) -> Response:
        return cleaned(request) or _listed(pages, name, request)

    @router.get("/search")
    def searched(request: Request) -> Response:
        return cleaned(request) or _searched(pages, asker, request)

    return router


def cleaned(request: Request) -> Response | None:
    """The way to the same address without the fields of a form that were left empty."""
    pairs = request.query_params.multi_items()
    kept = [(name, value) for name, value in pairs if value.strip()]
    if len(kept) == len(pairs):
        return None
    target = request.url.replace(query=urlencode(kept))
    path = target.path + (f"?{target.query}" if target.query else "")
    return RedirectResponse(path, 303, HEADERS)


def _listed(pages: Pages, name: str, request: Request) -> Response:
    kind, here, t = pages.lookup.kind(name), pages.here(request), pages.phrases(request)
    chosen = list(_chosen(pages, kind, here))
    given = Given(here.pairs)
    given.only((*kind.facets, *_OWN), f"The list of {name}")
    facets = given.all(without=_OWN)
    sort = given.once("sort") or kind.sorts[0]
    manner = Manner(exact=given.truth("exact"), words=given.once("q"), sort=sort)
    answer = pages.lookup.items(kind, facets, A_PAGE, given.once("cursor"), manner)
    api = f"{name}?" + urlencode([p for p in here.pairs if p[0] not in {"cursor", "view", "lang"}])
    asked = _asked(t.word("kinds", name), chosen)
    told = ways(pages, request, here, api.rstrip("?"), asked=asked, items=answer.items)
    inside = here.at("/api/v1/") + api
    joint = "" if api.endswith("?") else "&"
    files = [(form, f"{inside}{joint}format={form}") for form in TAKEN]
    whole = [*files[:2], ("json", inside.rstrip("?")), *files[2:]]
    choices = list(_choices(pages, kind, here))
    return pages.shown(
        request,
        "list.html",
        kind=kind,
        shown=answer.items,
        total=answer.total,
        next=answer.next,
        view=view_of(here),
        sort=sort,
        first=[each for each in choices if each.facet.name in _FIRST],
        others=[each for each in choices if each.facet.name not in _FIRST],
        chosen=chosen,
        asked=asked,
        sparql=answer.sparql,
        **{**told, "files": whole},
    )


def _choices(pages: Pages, kind: Kind, here: Here) -> Iterator[Choice]:
    for facet in kind.facets.values():
        chosen = here.every(facet.name)
        if facet.choices:
            values = tuple((word, word) for word in facet.choices)
        else:
            entries = set(pages.lookup.names.of(facet.takes).values())
            values = _named(entries) if len(entries) <= CHOICES else ()
        yield Choice(facet, values, chosen)


def _named(entries: set[Entry]) -> tuple[tuple[str, str], ...]:
    ordered = sorted(entries, key=lambda entry: (entry.label.casefold(), entry.iri))
    return tuple((slug(entry.iri), entry.label) for entry in ordered)


def _chosen(pages: Pages, kind: Kind, here: Here) -> Iterator[tuple[str, str, str]]:
    """What narrows the list: parameter, value, and how it is worded."""
    for name, value in here.pairs:
        facet = kind.facets.get(name)
        if facet is not None:
            known = {} if facet.choices else pages.lookup.names.of(facet.takes)
            entry = known.get(value.casefold())
            yield name, value, f"{facet.wording} {entry.label if entry else value}"
        elif name == "q":
            yield name, value, f"“{value}”"


def _asked(kind: str, chosen: Sequence[tuple[str, str, str]]) -> str:
    """What a list was narrowed to, in words."""
    return ": ".join([kind, *filter(None, ["; ".join(wording for _, _, wording in chosen)])])


def _searched(pages: Pages, asker: Asker, request: Request) -> Response:
    here = pages.here(request)
    given = Given(here.pairs)
    given.only(("q", "kind", "lang"), "The search")
    text = given.once("q")
    kinds = kinds_of(given.all().get("kind", []))
    hits = None
    if text:
        hits = search(text, pages.lookup, asker, kinds=kinds, limit=_MOST_FOUND)
    return pages.shown(
        request,
        "search.html",
        text=text or "",
        hits=hits,
        kinds=KINDS,
        chosen=kinds if "kind" in given else (),
    )
