"""The graph as Python has it: what the commands give, in a line each."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .answers import Answer, Item, Named
from .ask import Asker
from .citation import cited, note, written
from .errors import BadParameter
from .gaps import Gaps
from .languages import language
from .links import Place
from .lookup import Lookup, Manner
from .matrix import Matrices
from .measures import MEASURES, Measures
from .names import nearest
from .network import Network
from .opening import open_bench, open_kept
from .parameters import MAX_LIMIT
from .questions import Questions, keys
from .results import ItemResult, MeasureResult, PlainResult, Result, RowResult
from .rowsets import answered
from .search import kinds_of, search
from .surveys import GapResult, MatrixResult, PathResult
from .terms import slug
from .ways import LONGEST_WAY, MOST_WAYS, USUAL_LENGTH, USUAL_WAYS, Asking, Ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import networkx as nx

    from .evidence import Bench

    Thing = str | Item | Named
    Value = Thing | int | Iterable[Thing]

SOURCES = "TIPGRAPH_SOURCES"
FORMS = ("bibtex", "ris", "csl")
_ALL = sys.maxsize
_GIVING = ("q", "exact", "sort", "lang", "limit")

__all__ = ["Graph", "open_graph"]


def open_graph(
    store: str | Path | None = None, *, sources: str | Path | None = None, service: str = ""
) -> Graph:
    """The shipped graph, or the one at *store*: what `--store` takes, a dump, or a folder of files.

    *sources* is the folder of the documents' texts, for quotations; without it, that which
    TIPGRAPH_SOURCES names. *service* is the address of a service with the same graph, for
    permalinks.
    """
    texts = sources or os.environ.get(SOURCES)
    place = None if store is None else str(store)
    return Graph(open_bench(place, Path(texts) if texts else None, open_kept), service)


class Graph:
    """A graph of policy responses, with the passage behind every answer."""

    def __init__(self, bench: Bench, service: str = "") -> None:
        """Answer from *bench*; permalinks are of the service at the address *service*."""
        self.bench = bench
        self.service = service.rstrip("/")

    @property
    def release(self) -> str:
        """The release of the graph."""
        return self.bench.release.version

    def __len__(self) -> int:
        """The number of quads."""
        return self.bench.quads

    def __repr__(self) -> str:
        """The release and the size."""
        return f"<tipgraph {self.release}: {len(self):,} quads>"

    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """The kinds of things that are listed, each with its facets."""
        return {name: tuple(kind.facets) for name, kind in self._lookup.kinds.items()}

    def questions(self) -> Mapping[str, str]:
        """The question files: what each answers, by its name."""
        return {name: each.summary for name, each in self._questions.all.items()}

    def ask(self, question: str, *, limit: int | None = None) -> PlainResult:
        """The answer to a question in plain words; `answered` says whether it has one."""
        if not question.strip():
            message = "The question is empty; ask something."
            raise BadParameter(message, parameter="question")
        reply = self._asker.ask(question)
        items = reply.items[: _limit(limit)]
        answer = Answer(items, len(reply.items), limit or len(reply.items), reply.sparql)
        here = self._here("ask", {"q": question, "limit": limit})
        of_kind = not reply.want.startswith("question:")
        return PlainResult(self.bench, here, question, answer, _keys(items), of_kind, reply)

    def search(
        self, words: str, *, kind: str | Iterable[str] = (), limit: int | None = 50
    ) -> ItemResult:
        """The things whose texts have *words*, or their beginnings, what is called so first."""
        named = [kind] if isinstance(kind, str) else list(kind)
        kinds, most = kinds_of(named), _limit(limit)
        hits = search(
            words,
            self.bench,
            self._lookup,
            self._asker,
            kinds=kinds,
            limit=_ALL if most is None else most,
        )
        answer = Answer(hits.items, hits.total, limit or hits.total, hits.sparql)
        here = self._here("search", {"q": words, "kind": named, "limit": limit})
        return ItemResult(
            self.bench, here, f"search {words}", answer, _keys(hits.items), of_kind=True
        )

    def question(
        self, name: str, *, lang: str = "en", limit: int | None = None, **given: Value | None
    ) -> ItemResult:
        """The answer to the question file *name*, with the values of its parameters."""
        texts = {key: ",".join(_texts(v)) for key, v in given.items() if v is not None}
        reply = self._questions.ask(name, texts)
        answer = self._questions.answer(reply, _limit(limit), language=language(lang))
        here = self._here(f"questions/{name}", {**texts, **_tongue(lang), "limit": limit})
        asked = " ".join([name, *(f"{key}={text}" for key, text in texts.items())])
        return ItemResult(self.bench, here, asked, answer, _own(keys(reply.rows)), of_kind=False)

    def things(self, kind: str, **given: Value | None) -> ItemResult:
        """The things of *kind*, all with all evidence, that fit each facet *given*.

        Besides facets it takes q, exact, sort, lang and limit, as the lists of the service do.
        """
        one = self._lookup.kind(kind)
        known = {name.replace("-", "_"): name for name in one.facets}
        texts = {known.get(n, n): _texts(v) for n, v in given.items() if v is not None}
        facets = {name: found for name, found in texts.items() if name not in _GIVING}
        manner, limit = _manner(given), _limit(given.get("limit"))
        most = _ALL if limit is None else limit
        answer = self._lookup.items(one, facets, most, manner=manner)
        here = self._here(kind, texts)
        asked = " ".join([kind, *(f"{name}={','.join(found)}" for name, found in texts.items())])
        return ItemResult(self.bench, here, asked, answer, _own(one.keys), of_kind=True)

    def thing(self, kind: str, name: Thing, *, lang: str = "en") -> ItemResult:
        """One thing of *kind* by its slug, CURIE, IRI or label, with all that is known of it."""
        one = self._lookup.kind(kind)
        entry = self._lookup.entry(one, _texts(name)[0])
        answer = self._lookup.alone(one, entry, Manner(language=language(lang), evidence=None))
        here = self._here(f"{kind}/{slug(entry.iri)}", _tongue(lang))
        return ItemResult(self.bench, here, entry.label, answer, _own(one.keys), of_kind=True)

    def actors(self, **given: Value | None) -> ItemResult:
        """The actors that fit each facet given."""
        return self.things("actors", **given)

    def concepts(self, **given: Value | None) -> ItemResult:
        """The concepts that fit each facet given."""
        return self.things("concepts", **given)

    def documents(self, **given: Value | None) -> ItemResult:
        """The source documents that fit each facet given."""
        return self.things("documents", **given)

    def figures(self, **given: Value | None) -> ItemResult:
        """The figures that fit each facet given."""
        return self.things("figures", **given)

    def groups(self, **given: Value | None) -> ItemResult:
        """The affected groups that fit each facet given."""
        return self.things("groups", **given)

    def impacts(self, **given: Value | None) -> ItemResult:
        """The impacts that fit each facet given."""
        return self.things("impacts", **given)

    def resources(self, **given: Value | None) -> ItemResult:
        """The published resources that fit each facet given."""
        return self.things("resources", **given)

    def responses(self, **given: Value | None) -> ItemResult:
        """The policy responses that fit each facet given."""
        return self.things("responses", **given)

    def statements(self, **given: Value | None) -> ItemResult:
        """The statements that fit each facet given."""
        return self.things("statements", **given)

    def matrix(
        self,
        rows: str,
        columns: str,
        *,
        kind: str | None = None,
        empty: bool = False,
        lang: str = "en",
    ) -> MatrixResult:
        """How many things, statements and documents there are over two facets."""
        matrices = Matrices(self.bench, self._lookup)
        chosen = matrices.kind(rows, columns, kind)
        found = matrices.matrix(chosen, rows, columns, language(lang), empty)
        asked = {"rows": rows, "columns": columns, "kind": kind, **_tongue(lang)}
        here = self._here("matrix", asked | ({} if empty else {"empty": "false"}))
        return MatrixResult(self.bench, here, f"matrix {rows} {columns}", found)

    def gaps(self, *kinds: str, lang: str = "en") -> GapResult:
        """What has no answer, by rank: on what ground, and how sure; or gaps of some *kinds*."""
        found = self._gaps.of(kinds, language(lang))
        here = self._here("gaps", {"gap": list(kinds), **_tongue(lang)})
        asked = " ".join(["gaps", *kinds])
        return GapResult(self.bench, here, asked, found, self._gaps.sparql(kinds))

    def paths(
        self,
        start: Thing,
        goal: Thing,
        *,
        causal: bool = False,
        limit: int = USUAL_WAYS,
        longest: int = USUAL_LENGTH,
    ) -> PathResult:
        """How two things hang together: the nearest few ways, each step with its evidence."""
        _within("limit", limit, MOST_WAYS)
        _within("longest", longest, LONGEST_WAY)
        ends = _texts(start)[0], _texts(goal)[0]
        found = self._ways.find(Asking(*ends, causal, limit, longest))
        asked = {"from": ends[0], "to": ends[1], "causal": "true" if causal else None}
        here = self._here("paths", asked | {"limit": limit, "longest": longest})
        named = f"paths from {found.start.label} to {found.goal.label}"
        return PathResult(self.bench, here, named, found, self._network.sparql)

    def network(self) -> nx.MultiDiGraph[str]:
        """The network of things that statements link, for networkx; a copy to work with."""
        return self._network.graph.copy()

    def measure(
        self, measure: str, *, groups: Value = (), limit: int | None = None
    ) -> MeasureResult:
        """A measure of the network: centrality, communities, agreement, or cover of *groups*."""
        if measure not in MEASURES:
            near = tuple(nearest(measure, MEASURES)) or MEASURES
            message = f"There is no measure {measure!r}; there are {', '.join(MEASURES)}."
            raise BadParameter(message, parameter="measure", suggestions=near)
        named, most = _texts(groups), _limit(limit)
        most = _ALL if most is None else most
        found = self._measures.measured(measure, most, named)
        answer = Answer(found.items, found.total, most, self._network.sparql)
        here = self._here(f"network/{measure}", {"group": named, "limit": limit})
        return MeasureResult(self.bench, here, measure, answer, _keys(found.items), False, found)

    def sparql(self, query: str) -> RowResult:
        """The answer to a SPARQL query, as rows: of triples for CONSTRUCT, of one truth for ASK."""
        rows = answered(self.bench.store, query)
        here = Place(self.service, "/sparql", (("query", query),))
        return RowResult(self.bench, here, "a SPARQL query", rows, query)

    def cite(self, *what: Result[object] | Thing, form: str = "bibtex") -> str:
        """The documents behind answers, or named, each once: as bibtex, ris or csl."""
        if form not in FORMS:
            message = f"form={form}: give one of {', '.join(FORMS)}."
            raise BadParameter(message, parameter="form", value=form, suggestions=FORMS)
        if len(what) == 1 and isinstance(what[0], Result):
            return what[0].cite(form)
        notes: dict[str, list[str]] = {}
        for each in what:
            for iri, told in self._supporting(each):
                notes.setdefault(iri, []).append(told)
        known = self.bench.documents
        found = [cited(self.bench, [known[i]], "; ".join(notes[i]))[0] for i in sorted(notes)]
        return written(found, form)

    def _supporting(self, each: Result[object] | Thing) -> list[tuple[str, str]]:
        """The documents that *each* stands for, with a note."""
        if isinstance(each, Result):
            address = each.here.but(release=self.release, limit=None).url if self.service else None
            told = note(self.release, each.asked, address)
            return [(document.id, told) for document in each.documents]
        entry = self._lookup.entry(self._lookup.kind("documents"), _texts(each)[0])
        return [(entry.iri, f"A source document of tipgraph {self.release}")]

    def _here(self, path: str, given: Mapping[str, object]) -> Place:
        """Where a service gives the same; there the pages are of at most `MAX_LIMIT`."""
        told = {name: _texts(value) for name, value in given.items() if value is not None}
        if int(told.get("limit", ["0"])[0]) > MAX_LIMIT:
            del told["limit"]
        pairs = tuple((name, text) for name, texts in told.items() for text in texts)
        return Place(self.service, f"/api/v1/{path}", pairs)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.bench)

    @cached_property
    def _questions(self) -> Questions:
        return Questions(self.bench, self._lookup.names)

    @cached_property
    def _asker(self) -> Asker:
        return Asker(self.bench, self._lookup, self._questions)

    @cached_property
    def _gaps(self) -> Gaps:
        return Gaps(self.bench, self._questions)

    @cached_property
    def _network(self) -> Network:
        return Network(self.bench)

    @cached_property
    def _ways(self) -> Ways:
        return Ways(self._network)

    @cached_property
    def _measures(self) -> Measures:
        return Measures(self._network)


def _texts(value: object) -> list[str]:
    """*value* as a request has it: a thing by its IRI, several in a list."""
    if isinstance(value, (Item, Named)):
        return [value.id]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, (str, int)):
        return [str(value)]
    try:
        return [text for each in value for text in _texts(each)]  # type: ignore[attr-defined]
    except TypeError:
        message = f"{value!r} is no name; give a text, a number, an item, or several."
        raise BadParameter(message) from None


def _manner(given: Mapping[str, object]) -> Manner:
    exact, words, sort = given.get("exact") or False, given.get("q"), given.get("sort") or "label"
    if not isinstance(exact, bool):
        message = f"exact={exact!r}: give True or False."
        raise BadParameter(message, parameter="exact")
    return Manner(
        language=language(str(given.get("lang") or "en")),
        exact=exact,
        words=None if words is None else str(words),
        sort=str(sort),
        evidence=None,
    )


def _limit(value: object) -> int | None:
    """How many items there may be: any number, if *value* is None."""
    if value is not None and (not isinstance(value, int) or value < 1):
        message = f"limit={value!r}: give a whole number from 1, or None for all."
        raise BadParameter(message, parameter="limit")
    return value


def _within(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        message = f"{name}={value}: give a whole number from 1 to {most}."
        raise BadParameter(message, parameter=name)


def _tongue(lang: str) -> dict[str, str]:
    return {} if lang == "en" else {"lang": lang}


def _own(names: Sequence[str]) -> tuple[str, ...]:
    """The keys *names*; what is a column of every frame is none of them."""
    return tuple(name for name in names if name not in {"id", "type", "label"})


def _keys(items: Iterable[Item]) -> tuple[str, ...]:
    """All keys that any of *items* has, in the order in which they come."""
    return tuple(dict.fromkeys(k for i in items for k in (*i.links, *i.values)))
