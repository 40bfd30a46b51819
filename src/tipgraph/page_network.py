"""The network around a thing, to walk on from there: `/network`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .network import INNER, OUTER
from .page_lists import cleaned
from .pages import PAGES
from .parameters import Given
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .network import Link, Network, Node
    from .pages import Here, Pages
    from .ways import Ways

# More are not drawn, nor told by one answer.
MOST_LINKS = 2_000
MOST_THINGS = 1_000
_TAKEN = ("from", "also", "lang")
KINDS = (*INNER, *OUTER)


@dataclass(frozen=True, slots=True)
class Step:
    """A link as seen from one of its ends: the *other* end, and whether the link leads there."""

    link: Link
    other: Node
    onward: bool


def network_page(pages: Pages, network: Network, ways: Ways) -> APIRouter:
    """The routes `/network`, `/network/around` and `/network/whole`."""
    router = APIRouter(tags=[PAGES], include_in_schema=False)

    @router.get("/network")
    def explore(request: Request) -> Response:
        return cleaned(request) or _explored(pages, network, ways, request)

    @router.get("/network/around")
    def around(request: Request) -> Response:
        given = Given(request.query_params.multi_items())
        given.only(("thing",), "What is around a thing")
        node = ways.node(given.once("thing") or "", "thing")
        return JSONResponse(_data(pages.here(request), network, network.around.get(node.id, ())))

    @router.get("/network/whole")
    def whole(request: Request) -> Response:
        Given(request.query_params.multi_items()).only((), "The whole network")
        shown = set(_most_linked(network))
        links = [link for link in network.inner_links if {link.source, link.target} <= shown]
        return JSONResponse(_data(pages.here(request), network, links))

    return router


def _explored(pages: Pages, network: Network, ways: Ways, request: Request) -> Response:
    given = Given(pages.here(request).pairs)
    given.only(_TAKEN, "The network")
    named = given.once("from")
    start = ways.node(named, "from") if named else None
    steps = _steps(network, start) if start else []
    return pages.shown(
        request,
        "network.html",
        start=start,
        given=named or "",
        steps=steps[:MOST_LINKS],
        kinds=KINDS,
        begins=[] if start else _beginnings(network),
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
    return sorted(counts, key=lambda iri: (-counts[iri], iri))[:MOST_THINGS]


def _data(here: Here, network: Network, links: Iterable[Link]) -> dict[str, object]:
    """*links* with their ends, as the script of the page draws them."""
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
                "relation": link.relation,
                "basis": link.basis,
                "statements": [
                    {"name": slug(iri), "page": here.thing(iri), "document": slug(document)}
                    for iri, document in zip(link.statements, link.documents, strict=True)
                ],
            }
            for link in shown
        ],
    }
