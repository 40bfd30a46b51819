"""Items as a page shows them: narrowed by what they hold, a page of them, and how to take them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Response

from . import citation, formats
from .answers import Answer, Named
from .errors import BadParameter
from .sheets import sheet
from .tables import table
from .terms import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fastapi import Request

    from .answers import Document, Evidence, Item
    from .evidence import Bench
    from .pages import Here, Pages
    from .phrases import Phrases

A_PAGE = 20
_ENDINGS = {"bibtex": "bib", "csl": "json"}
TAKEN = ("csv", "xlsx", *citation.CITED)
# Keys by which people narrow, in this order; what all items share tells nothing apart.
KEYS = (
    "pillars",
    "groups",
    "documents",
    "types",
    "themes",
    "addressees",
    "actors",
    "channels",
    "settings",
    "services",
    "forms",
    "places",
    "roles",
    "broader",
)
_MOST_CHOICES = 12
_PYTHON = """\
import json
from urllib.request import Request, urlopen

request = Request("{address}", headers={{"Accept": "application/json"}})
with urlopen(request) as answer:
    items = json.load(answer)["items"]
for item in items:
    print(item["label"], item["why"], item["evidence"][0]["phrase"])
"""


@dataclass(frozen=True)
class Results:
    """The items of an answer that fit what was chosen, and the page of them that is shown."""

    every: tuple[Item, ...]
    fitting: tuple[Item, ...]
    total: int
    shown: tuple[Item, ...]
    page: int
    last: int
    view: str
    kind: str
    facets: tuple[tuple[str, tuple[tuple[Named, int], ...]], ...]
    chosen: tuple[tuple[str, str, str], ...]


def results(items: Sequence[Item], here: Here) -> Results:
    """The *items* that hold what the address of the page names, and the page that it names."""
    fitting = tuple(item for item in items if _fits(item, here))
    page, last = page_of(here, len(fitting))
    return Results(
        every=tuple(items),
        fitting=fitting,
        total=len(fitting),
        shown=fitting[(page - 1) * A_PAGE : page * A_PAGE],
        page=page,
        last=last,
        view=view_of(here),
        kind=items[0].kind if items else "",
        facets=tuple(_facets(fitting)),
        chosen=_chosen(items, here),
    )


def page_of(here: Here, total: int, a_page: int = A_PAGE) -> tuple[int, int]:
    """Which page is asked for, and which is the last of *total* things, *a_page* on each."""
    last = max(1, -(-total // a_page))
    text = here.once("page") or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(last))) or not (
        1 <= int(text) <= last
    ):
        message = f"page={text}: give a whole number from 1 to {last}."
        raise BadParameter(message, parameter="page", value=text)
    return int(text), last


def view_of(here: Here) -> str:
    """Whether a list or a table is asked for."""
    view = here.once("view") or "list"
    if view not in {"list", "table"}:
        message = f"view={view}: give list or table."
        raise BadParameter(message, parameter="view", value=view, suggestions=("list", "table"))
    return view


def ways(
    pages: Pages, request: Request, here: Here, api: str, *, asked: str, items: Iterable[Item]
) -> Mapping[str, object]:
    """Where else the *items* of a page are to be had: *api* is its address below `/api/v1`."""
    place, t = pages.place(request).root, pages.phrases(request)
    whole = f"{place}/api/v1/{api}"
    inside = here.at("/api/v1/") + api
    address = place + here.but(lang=None, format=None).removeprefix(here.root)
    release = pages.bench.release.version
    files = [(form, here.but(format=form)) for form in TAKEN]
    return {
        "files": [*files[:2], ("json", inside), *files[2:]],
        "api": f"curl '{whole}'",
        "python": _PYTHON.format(address=whole),
        "cite": "\n".join(
            [
                t("answers.cite_text", release=release, question=asked, address=address),
                *_documents_cited(t, items),
            ]
        ),
    }


def passages_cited(t: Phrases, every: Iterable[Evidence]) -> list[str]:
    """Each passage of *every* as a line for a list of references."""
    lines = []
    for passage in (e.passage for e in every if e.passage):
        section = t("answers.cite_section", section=passage.section) if passage.section else ""
        told = {"section": section, "phrase": passage.phrase, **_cited(passage.document)}
        lines.append(t("answers.cite_passage", **told))
    return list(dict.fromkeys(lines))


def _documents_cited(t: Phrases, items: Iterable[Item]) -> list[str]:
    lines = [t("answers.cite_document", **_cited(d)) for d in citation.documents(items)]
    return [t("answers.cited"), *lines] if lines else []


def _cited(document: Document) -> Mapping[str, str]:
    url = f" {document.url}" if document.url else ""
    title = document.title.rstrip(".")
    return {"publisher": document.publisher, "issued": document.issued, "title": title, "url": url}


def taken(
    pages: Pages, request: Request, here: Here, items: Iterable[Item], asked: str
) -> Response:
    """*items* as a file in the format that *here* names, with a note of what was *asked*."""
    form, name = here.once("format"), slug(here.path)
    if form not in TAKEN:
        message = f"format={form}: give one of {', '.join(TAKEN)}."
        raise BadParameter(message, parameter="format", value=form, suggestions=TAKEN)
    found = tuple(items)
    answer = Answer(found, len(found), len(found) or 1, "")
    address = pages.place(request).root + here.but(format=None).removeprefix(here.root)
    note = citation.note(pages.bench.release.version, asked, address)
    return Response(
        _written(pages.bench, answer, form, name, note),
        media_type=formats.ITEM_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{_ENDINGS.get(form, form)}"'
        },
    )


def _written(bench: Bench, answer: Answer, form: str, name: str, note: str) -> str | bytes:
    if form == "csv":
        return formats.items_csv(answer)
    if form == "xlsx":
        return sheet(table(answer), name)
    cited = citation.cited(bench, citation.documents(answer.items), note)
    return citation.written(cited, form)


def _fits(item: Item, here: Here) -> bool:
    return all(
        any(slug(named.id) == value for named in item.links.get(key, ()))
        for key, value in here.pairs
        if key in KEYS
    )


def _facets(items: Sequence[Item]) -> Iterable[tuple[str, tuple[tuple[Named, int], ...]]]:
    for key in KEYS:
        counts = Counter(named for item in items for named in item.links.get(key, ()))
        telling = [(each, n) for each, n in counts.items() if n < len(items)]
        telling.sort(key=lambda pair: (-pair[1], pair[0].label.casefold()))
        if telling:
            yield key, tuple(telling[:_MOST_CHOICES])


def _chosen(items: Sequence[Item], here: Here) -> tuple[tuple[str, str, str], ...]:
    labels: Mapping[str, str] = {
        slug(named.id): named.label
        for item in items
        for key in KEYS
        for named in item.links.get(key, ())
    }
    return tuple((k, v, labels.get(v, v)) for k, v in here.pairs if k in KEYS)
