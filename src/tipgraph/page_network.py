"""The network around a thing, to walk on from there: `/network`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .network import INNER, OUTER
from .page_lists import cleaned
from .page_results import page_of
from .pages import PAGES
from .parameters import Given
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .network import Link, Network, Node
    from .pages import Pages
    from .ways import Ways

# More are not drawn, nor told by one answer.
MOST_LINKS = 2_000
MOST_THINGS = 1_000
# Links on one page of the table of all, and things whose links are told one after the other.
_A_PAGE = 200
_MOST_GROWN = 20
_TAKEN = ("from", "also", "whole", "page", "lang")
KINDS = (*INNER, *OUTER)


@dataclass(frozen=True, slots=True)
class Whole:
    """As much of the network as one picture holds, and how much there is."""

    links: tuple[Link, ...]
    things: int
    all_links: int
    all_things: int


@dataclass(frozen=True, slots=True)
class Step:
    """A link as seen from one of its ends: the *other* end, and whether the link leads there."""

    link: Link
    other: Node
    onward: bool


def network_page(pages: Pages, network: Network, ways: Ways) -> APIRouter:
    """The routes `/network`, `/network/around` and `/network/whole`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)
    drawn = lru_cache(1)(partial(most_linked, network))

    @router.get("/network")
    def explore(request: Request) -> Response:
        if Given(request.query_params.multi_items()).truth("whole"):
            return cleaned(request) or _all(pages, network, drawn(), request)
        return cleaned(request) or _explored(pages, network, ways, request)

    @router.get("/network/around")
    def around(request: Request) -> Response:
        given = Given(request.query_params.multi_items())
        given.only(("thing", "lang"), "What is around a thing")
        node = ways.node(given.once("thing") or "", "thing")
        return JSONResponse(_data(pages, request, network, network.around.get(node.id, ())))

    @router.get("/network/whole")
    def whole(request: Request) -> Response:
        Given(request.query_params.multi_items()).only(("lang",), "The whole network")
        return JSONResponse(_data(pages, request, network, drawn().links))

    return router


def _explored(pages: Pages, network: Network, ways: Ways, request: Request) -> Response:
    given = Given(pages.here(request).pairs)
    given.only(_TAKEN, "The network")
    named = given.once("from")
    start = ways.node(named, "from") if named else None
    others = [ways.node(each, "also") for each in given.all().get("also", [])] if start else []
    grown = [node for node in (start, *others[: _MOST_GROWN - 1]) if node]
    return pages.shown(
        request,
        "network.html",
        start=start,
        given=named or "",
        around=[(node, _steps(network, node)[:MOST_LINKS]) for node in dict.fromkeys(grown)],
        whole=None,
        kinds=KINDS,
        begins=[] if start else _beginnings(network),
    )


def _all(pages: Pages, network: Network, whole: Whole, request: Request) -> Response:
    """All that is drawn of the whole, link by link."""
    Given(pages.here(request).pairs).only(_TAKEN, "The network")
    page, last = page_of(pages.here(request), len(whole.links), _A_PAGE)
    links = whole.links[(page - 1) * _A_PAGE : page * _A_PAGE]
    return pages.shown(
        request,
        "network.html",
        start=None,
        given="",
        around=[],
        whole=whole,
        links=[(network.nodes[link.source], link, network.nodes[link.target]) for link in links],
        page=page,
        last=last,
        kinds=KINDS,
        begins=[],
    )


def _steps(network: Network, start: Node) -> list[Step]:
    """The links of *start*, by relation and by what they lead to."""
    links = network.around.get(start.id, ())
    steps = [
        Step(link, network.nodes[link.target if onward else link.source], onward)
        for link in links
        for onward in (link.source == start.id,)
    ]
    steps.sort(key=lambda s: (not s.onward, s.link.relation, s.other.label.casefold(), s.other.id))
    return steps


def _beginnings(network: Network) -> list[Node]:
    """Things from which much can be reached: the most linked of the kinds that people ask of."""
    wanted = ("impact", "response", "actor", "group")
    found = {
        kind: [iri for iri in _most_linked(network) if network.nodes[iri].kind == kind][:3]
        for kind in wanted
    }
    return [network.nodes[iri] for iris in found.values() for iri in iris]


def _most_linked(network: Network) -> Sequence[str]:
    counts: dict[str, int] = {}
    for link in network.inner_links:
        for end in (link.source, link.target):
            counts[end] = counts.get(end, 0) + 1
    return sorted(counts, key=lambda iri: (-counts[iri], iri))


def most_linked(network: Network) -> Whole:
    """The things that are most linked and their surest links, so that each thing has one."""
    ranked = _most_linked(network)
    shown = set(ranked[:MOST_THINGS])
    every = sorted(network.inner_links, key=lambda link: (link.weight, link.source, link.target))
    met: set[str] = set()
    first: list[Link] = []
    others: list[Link] = []
    for link in every:
        ends = {link.source, link.target}
        if ends <= shown:
            (others if ends <= met else first).append(link)
            met |= ends
    links = tuple([*first, *others][:MOST_LINKS])
    return Whole(links, len(met), len(every), len(ranked))


def _data(
    pages: Pages, request: Request, network: Network, links: Iterable[Link]
) -> dict[str, object]:
    """*links* with their ends, as the script of the page draws them."""
    here, t = pages.here(request), pages.phrases(request)
    shown = list(links)[:MOST_LINKS]
    ends = dict.fromkeys(end for link in shown for end in (link.source, link.target))
    return {
        "nodes": [
            {
                "id": iri,
                "label": network.nodes[iri].label,
                "kind": network.nodes[iri].kind,
                "page": here.thing(iri),
            }
            for iri in ends
        ],
        "links": [
            {
                "source": link.source,
                "target": link.target,
                "relation": t.word("relations", link.relation),
                "basis": link.basis,
                "ground": t.word("values", link.basis).lower(),
                "statements": [
                    {"name": slug(iri), "page": here.thing(iri), "document": slug(document)}
                    for iri, document in zip(link.statements, link.documents, strict=True)
                ],
            }
            for link in shown
        ],
    }
