"""Answers over HTTP: in the format that is wanted, with links and the documents to cite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Response
from fastapi.responses import JSONResponse

from . import citation, formats
from .contexts import SEVERAL
from .languages import DEFAULT
from .links import FOR_EVER, citations, header, links
from .queries import read
from .replies import meta
from .sheets import sheet
from .tables import table
from .terms import BASE, Iri

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Answer, Item
    from .evidence import Bench
    from .links import Place
    from .parameters import Wanted

_THINGS = "things"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, as it is wanted, with where it is and what was asked.

    JSON has the keys of *more* besides.
    """

    answer: Answer
    wanted: Wanted
    here: Place
    name: str
    asked: Mapping[str, str]
    summary: str | None = None
    of: str = _THINGS
    fields: tuple[str, ...] | None = None
    more: Mapping[str, object] = field(default_factory=dict)


class Representations:
    """Gives the answers of one graph in every format."""

    def __init__(self, bench: Bench) -> None:
        """Give the answers of *bench*."""
        self.bench = bench
        self._describe = read(bench.layout.queries / "describe" / "describe.rq")

    def of(self, told: Answered) -> Response:
        """The response in the format that is wanted."""
        form, answer = told.wanted.form, told.answer
        if form == "json":
            items = [formats.item(item, told.here.of, told.fields) for item in answer.items]
            release = self.bench.release.version
            return JSONResponse(
                {
                    "items": items,
                    "meta": meta(self.bench, answer, told.name, told.asked, told.summary),
                    "links": links(told.here, release, answer.next),
                    **told.more,
                },
                headers=self._headers(told),
            )
        if form == "csv":
            return self.sent(told, formats.items_csv(answer, told.fields))
        if form == "xlsx":
            return self.sent(told, sheet(table(answer, told.fields), told.name))
        if form in citation.CITED:
            return self.sent(told, self._citations(told))
        return self.sent(told, self._graph(answer.items, form))

    def _citations(self, told: Answered) -> str:
        """The documents that support an answer, each with the permalink of the answer."""
        asked = " ".join([told.name, *(f"{k}={v}" for k, v in told.asked.items())])
        found = citation.documents(told.answer.items)
        return citations(self.bench, found, told.wanted.form, told.here, asked)

    def sent(self, told: Answered, body: str | bytes) -> Response:
        """The response with *body*, in the format that is wanted."""
        whole = "\ufeff" + body if told.wanted.bom and isinstance(body, str) else body
        kind = formats.ITEM_TYPES[told.wanted.form]
        return Response(whole, media_type=kind, headers=self._headers(told))

    def _headers(self, told: Answered) -> dict[str, str]:
        answer, wanted, release = told.answer, told.wanted, self.bench.release
        tongues = answer.languages
        tongue = tongues[0] if len(tongues) == 1 else SEVERAL if tongues else DEFAULT
        about = {"of": told.of} if told.of != _THINGS else {}
        about |= {"lang": tongue} if tongue != DEFAULT else {}
        found = {
            "Vary": "Accept",
            "Link": header(told.here, wanted.form, release, answer.next, about),
        }
        if tongues and wanted.form in {"json", "csv", "xlsx"}:
            found["Content-Language"] = ", ".join(tongues)
        if wanted.form == "xlsx":
            found["Content-Disposition"] = f'attachment; filename="{told.name}.xlsx"'
        if wanted.pinned:
            found["Cache-Control"] = FOR_EVER
        return found

    def _graph(self, items: Sequence[Item], form: str) -> bytes:
        things = [Iri(item.id) for item in items]
        things += [Iri(e.statement.id) for item in items for e in item.evidence]
        things += [Iri(e.passage.id) for item in items for e in item.evidence if e.passage]
        if not things:
            things = [Iri(BASE + "nothing")]
        query = self._describe.bind({"thing": list(dict.fromkeys(things))})
        return self.bench.store.graph(query, form)
