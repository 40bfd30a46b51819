"""The operations of the service, one for each kind and question, as OpenAPI describes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from . import schemas
from .errors import BadParameter
from .formats import ITEM_TYPES
from .interchange import FILES
from .kinds import COMMON
from .languages import DEFAULT
from .lookup import plain
from .measures import MEASURES
from .overviews import SCHEMAS, overviews
from .parameters import MAX_LIMIT, TOLD_TYPES
from .queries import read
from .questions import keys
from .schemas import Schema, camel, many, ref
from .search import KINDS
from .standing import OF_STORES, TEXT, Operation, by_media, chosen, in_query, slug_of, standing
from .terms import CONCEPT, GRAPH, Literal, shorten, slug, text_of
from .ways import LONGEST_WAY, MOST_WAYS, USUAL_LENGTH, USUAL_WAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .evidence import Bench
    from .kinds import Facet, Kind
    from .lookup import Lookup
    from .queries import Parameter, QueryFile
    from .questions import Questions, Reply


class Reference:
    """The operations over a graph, and the schemas that they name."""

    def __init__(self, bench: Bench, lookup: Lookup, questions: Questions) -> None:
        """Describe what *lookup* and *questions* find in *bench*."""
        self._bench = bench
        self._lookup = lookup
        self._questions = questions
        self.schemas: dict[str, Schema] = {**schemas.SHARED, **SCHEMAS}

    def operations(self, routes: Iterable[str]) -> tuple[Operation, ...]:
        """The operations at *routes*; `schemas` is complete when this is done."""
        there = set(routes)
        every = (
            *(each for kind in self._lookup.kinds.values() for each in self._of_kind(kind)),
            *map(self._question, self._questions.all.values()),
            *overviews(self._bench, self._lookup, self._questions),
            *self._asking(),
            *standing(self._graphs()),
            *self._network(),
        )
        return tuple(operation for operation in every if operation.route in there)

    def _graphs(self) -> list[str]:
        """The named graphs of the store, without what their IRIs have in common."""
        query = read(self._bench.layout.queries / "describe" / "graphs.rq")
        found = (text_of(row["graph"]) for row in self._bench.store.select(query.text))
        return [iri.removeprefix(GRAPH) for iri in found if iri.startswith(GRAPH)]

    def _of_kind(self, kind: Kind) -> Iterator[Operation]:
        one = camel(kind.name).removesuffix("s")
        some = self._lookup.items(kind, {}, 1).items
        links = some[0].links if some else ()
        values = self._values(kind, some[0].values if some else ())
        self.schemas |= schemas.answers(one, "Page", links, values, f"Of the {kind.name}.")
        facets = [self._facet(kind, facet) for facet in kind.facets.values()]
        first = kind.narrowing.default("facet").strip('"')
        shown = {
            p["name"]: p["example"][0] for p in facets if p["name"] == first and "example" in p
        }
        yield Operation(
            "/api/v1/{kind:kind}",
            f"/api/v1/{kind.name}",
            f"list{camel(kind.name)}",
            "Things",
            kind.listing.summary,
            _item_answers(f"{one}Page"),
            (404, 406, 422, *OF_STORES),
            (*facets, *_OF_LISTS, _sort(kind.sorts), *_OF_PAGES, *self._of_all(kind.keys)),
            "Facets narrow the list; a thing must fit all that are given. Several values of one "
            "facet are alternatives. Narrower concepts and more special impacts are included, "
            "unless exact is true. fields are for JSON, CSV and spreadsheets, bom is for CSV.",
            example=f"/api/v1/{kind.name}?{urlencode({**shown, 'limit': 1})}",
            of_items=True,
        )
        name = slug(some[0].id) if some else ""
        about = f"The last part of the IRI of one of the {kind.name}."
        yield Operation(
            "/api/v1/{kind}/{name:path}",
            f"/api/v1/{kind.name}/{{slug}}",
            f"get{one}",
            "Things",
            f"What is known of one of the {kind.name}, with all evidence?",
            _item_answers(f"{one}Page"),
            (404, 406, 422, *OF_STORES),
            (slug_of(kind.type, about, name), *self._of_all(kind.keys)),
            example=f"/api/v1/{kind.name}/{name}",
            of_items=True,
        )

    def _of_all(self, own: Iterable[str]) -> tuple[Schema, ...]:
        """The parameters of every answer, whose items have keys of their *own*."""
        keys = many({"type": "string", "enum": ["id", "type", *COMMON, *own]}, minItems=1)
        about = "The keys that items are to have, besides id and type."
        shown = {"style": "form", "explode": False, "example": ["label", "evidence"]}
        release = self._bench.release.version
        pinned = "Answer for this release or not at all: the address is then one for good."
        return (
            _LANGUAGE,
            in_query("fields", about, keys, **shown),
            _FORMAT,
            _BOM,
            chosen("release", pinned, [release], release),
        )

    def _values(self, kind: Kind, keys: Iterable[str]) -> Mapping[str, list[object]]:
        """All values that the things of *kind* have under each of *keys*."""
        found: dict[str, list[object]] = {key: [] for key in keys}
        for row in self._bench.store.select(kind.valuing.text) if kind.valuing else ():
            # What is no thing of the kind may have such values too.
            found.setdefault(text_of(row["key"]), []).append(plain(row["value"]))
        return {key: found[key] for key in keys}

    def _facet(self, kind: Kind, facet: Facet) -> Schema:
        values: Schema = {"type": "string", "enum": list(facet.choices)}
        if not facet.choices:
            values = self._names(facet.takes)
        about = f"Keep what {facet.wording} one of these."
        return _several(facet.name, about, values, self._best(kind, facet))

    def _best(self, kind: Kind, facet: Facet) -> str:
        """The value of *facet* that most things have; any, if none has any."""
        if facet.choices:
            totals = {
                c: self._lookup.items(kind, {facet.name: [c]}, 1).total for c in facet.choices
            }
            return max(totals, key=lambda choice: totals[choice])
        query = kind.narrowing.only(facet.name).bind({"facet": [Literal(facet.name)]})
        found = Counter(text_of(row["matched"]) for row in self._bench.store.select(query))
        best = max(found, key=lambda value: (found[value], value), default=None)
        return slug(best) if best else self._first(facet.takes)

    def _first(self, class_name: str) -> str:
        """The slug of a thing of a class; nothing if there is none."""
        slugs = (slug(entry.iri) for entry in self._lookup.names.of(class_name).values())
        return min(slugs, default="")

    def _names(self, class_name: str) -> Schema:
        """What names a thing of a class: a choice of concepts, or a slug, CURIE or IRI."""
        local = class_name.rsplit(":", 1)[-1]
        name = f"{local}Name"
        if name not in self.schemas:
            entries = {e.iri: e.label for e in self._lookup.names.of(class_name).values()}
            if entries and all(iri.startswith(CONCEPT) for iri in entries):
                self.schemas[name] = _choice(entries, local)
            else:
                self.schemas[name] = _name(entries, local)
        return ref(name)

    def _question(self, question: QueryFile) -> Operation:
        title = camel(question.name)
        ask, answer = self._questions.ask, self._questions.answer
        example, reply = self._shown(question)
        # With no value given as well as with the example's, so that few columns stay empty.
        replies = [reply, ask(question.name, {})] if example else [reply]
        items = [item for each in replies for item in answer(each).items]
        own = keys(reply.rows)
        links = dict.fromkeys(key for i in items for key in i.links)
        links |= dict.fromkeys(key for key in own if f"{key}Label" in reply.rows.variables)
        values: dict[str, list[object]] = {
            key: [value for i in items for value in i.values.get(key, ())]
            for key in own
            if key not in links
        }
        self.schemas |= schemas.answers(title, "Answer", links, values, question.summary)
        parameters = [self._parameter(p, example.get(p.name)) for p in question.parameters]
        return Operation(
            "/api/v1/questions/{name}",
            f"/api/v1/questions/{question.name}",
            f"ask{title}",
            "Questions",
            question.summary,
            _item_answers(f"{title}Answer"),
            (404, 406, 422, *OF_STORES),
            (*parameters, *_OF_PAGES, *self._of_all(own)),
            question.description,
            example=f"/api/v1/questions/{question.name}?{urlencode({**example, 'limit': 1})}",
            of_items=True,
        )

    def _network(self) -> Iterator[Operation]:
        """Paths, the network as a file, and its measures."""
        self.schemas |= schemas.network()
        release = self._bench.release.version
        pinned = chosen("release", "Answer for this release or not at all.", [release], release)
        common, failures = (chosen("format", "The format.", TOLD_TYPES, "json"), pinned), (406, 422)
        ends = [self._first(name) for name in ("Impact", "AffectedGroup")]
        address = f"/api/v1/paths?{urlencode(dict(zip(('from', 'to'), ends, strict=True)))}"
        yield Operation(
            *("/api/v1/paths", "/api/v1/paths", "findPaths", "Network"),
            "How do two things hang together?",
            by_media(TOLD_TYPES, {"json": ref("PathAnswer"), "csl": _CSL}),
            (404, *failures),
            (*_ends(ends), *_OF_PATHS, *common),
            "The nearest few ways, each step with its statements and passages. Where nothing is "
            "found, meta.reason says why. Documents, resources and bare concepts only end a path.",
            example=address,
        )
        yield Operation(
            *("/api/v1/network", "/api/v1/network", "readNetwork", "Network"),
            "How does the whole hang together?",
            by_media(FILES, {"json": ref("NetworkGraph")}),
            (404, *failures),
            (chosen("format", "The kind of file.", FILES, "json"), pinned),
            "Impacts, responses, actors, groups, drivers and documents, with what links them.",
            example="/api/v1/network",
        )
        groups = _several(
            "group",
            "Groups to reach; without any, all that an impact affects.",
            self._names("AffectedGroup"),
            ends[1],
        )
        for measure in MEASURES:
            yield Operation(
                "/api/v1/network/{measure}",
                f"/api/v1/network/{measure}",
                f"measure{camel(measure)}",
                "Network",
                f"What does the network tell by {measure}?",
                by_media(TOLD_TYPES, {"json": ref("MeasuredAnswer"), "csl": _CSL}),
                (404, *failures),
                (*([groups] if measure == "cover" else []), _OF_PAGES[0], *common),
                "meta.meaning says what it means, meta.computed how it was computed.",
                example=f"/api/v1/network/{measure}?limit=1",
            )

    def _asking(self) -> Iterator[Operation]:
        """Questions in plain words, and search."""
        self.schemas |= schemas.asking()
        release = self._bench.release.version
        words: Schema = {"type": "string", "format": "words", "minLength": 1}
        kind: Schema = {"type": "string", "enum": list(KINDS)}
        shared = (
            _OF_PAGES[0],
            chosen("format", "The format, where `Accept` cannot be sent.", TOLD_TYPES, "json"),
            chosen("release", "Answer for this release or not at all.", [release], release),
        )
        for name, summary, more in (
            ("ask", "Ask in plain words", ()),
            (
                "search",
                "Search the texts of all things",
                (_several("kind", "Kinds of things; without it, all.", kind, KINDS[0]),),
            ),
        ):
            yield Operation(
                f"/api/v1/{name}",
                f"/api/v1/{name}",
                f"{name}Words",
                "Questions" if name == "ask" else "Things",
                summary,
                by_media(TOLD_TYPES, {"json": ref(f"{camel(name)}Answer"), "csl": _CSL}),
                (404, 406, 422),
                (
                    in_query("q", "The words.", words, required=True, example="children"),
                    *more,
                    *shared,
                ),
                example=f"/api/v1/{name}?q=children&limit=1",
            )

    def _shown(self, question: QueryFile) -> tuple[dict[str, str], Reply]:
        """The example of *question* and its answer; none, where the graph lacks what it names."""
        example = dict(question.example)
        try:
            return example, self._questions.ask(question.name, example)
        except BadParameter:
            return {}, self._questions.ask(question.name, {})

    def _parameter(self, parameter: Parameter, example: str | None) -> Schema:
        plain = {"text": TEXT, "integer": {"type": "integer", "minimum": 0}}
        described: Schema = {"name": parameter.name, "in": "query"}
        if parameter.takes in plain:
            shown = int(example) if example and parameter.takes == "integer" else example
            return described | {
                "description": f"Takes {parameter.takes}; without it, any.",
                "schema": plain[parameter.takes],
                "example": shown,
            }
        return _several(
            parameter.name,
            f"Names of {parameter.takes}; without it, any.",
            self._names(parameter.takes),
            example or self._first(parameter.takes),
        )


def _choice(entries: Mapping[str, str], local: str) -> Schema:
    labels = {slug(iri): label for iri, label in entries.items()}
    return {
        "type": "string",
        "enum": sorted(labels),
        "x-enum-descriptions": [labels[name] for name in sorted(labels)],
        "description": f"A {local} by its slug; its CURIE and its IRI are read as well.",
    }


def _name(entries: Mapping[str, str], local: str) -> Schema:
    first = min(entries, default="")
    return {
        "type": "string",
        # A format of our own, as no pattern tells a name from a word: see the 422.
        "format": f"name-of-{local}",
        "description": f"A {local} by its slug, its CURIE or its IRI.",
        "examples": [slug(first), shorten(first), first] if first else [],
    }


def _several(name: str, description: str, values: Schema, example: str) -> Schema:
    """A parameter that may be given several times."""
    if not example:
        # The graph has nothing of the class, so there is nothing that may be given.
        return in_query(name, description, many(values, maxItems=0))
    each = many(values, minItems=1)
    return in_query(name, description, each, style="form", explode=True, example=[example])


def _sort(sorts: Iterable[str]) -> Schema:
    choices = [*sorts, *(f"-{name}" for name in sorts)]
    return chosen("sort", "The order; with a minus, backwards.", choices, choices[0])


_OF_LISTS = (
    in_query(
        "q",
        "Words, or phrases in quotation marks, that the texts of a thing have: up to 12, in up to "
        "300 characters.",
        {"type": "string", "format": "words"},
        example="children",
    ),
    in_query(
        "exact",
        "Without narrower concepts and more special impacts.",
        {"type": "boolean", "default": False},
        example=False,
    ),
)
_CSL: Schema = many({"type": "object"}, description="Documents as CSL-JSON has them.")
_OF_PAGES = (
    in_query(
        "limit",
        "At most so many items.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
        example=10,
    ),
    in_query(
        "cursor",
        "Where the next page begins: taken from `links.next` of the page before, whose facets, "
        "words, order and language it goes with.",
        {"type": "string", "format": "cursor"},
    ),
)
_LANGUAGE = in_query(
    "lang",
    "The language of texts, where they are in several: a tag of BCP 47.",
    {"type": "string", "format": "language-tag", "default": DEFAULT},
    example=DEFAULT,
)
_FORMAT = chosen("format", "The format, where `Accept` cannot be sent.", ITEM_TYPES, "json")
_BOM = in_query(
    "bom",
    "Begin CSV with a byte order mark, as some spreadsheet programs need.",
    {"type": "boolean", "default": False},
    example=False,
)


_OF_PATHS = (
    in_query(
        "causal",
        "Only stated causes, from cause to effect.",
        {"type": "boolean", "default": False},
        example=False,
    ),
    in_query(
        "limit",
        "At most so many paths.",
        {"type": "integer", "minimum": 1, "maximum": MOST_WAYS, "default": USUAL_WAYS},
        example=1,
    ),
    in_query(
        "longest",
        "At most so many steps.",
        {"type": "integer", "minimum": 1, "maximum": LONGEST_WAY, "default": USUAL_LENGTH},
        example=USUAL_LENGTH,
    ),
)


def _ends(names: Sequence[str]) -> Iterator[Schema]:
    """The parameters that name the two ends of a path."""
    for end, name in zip(("from", "to"), names, strict=True):
        about = "A thing of any kind, by slug, CURIE, IRI or label."
        schema = {"type": "string", "format": "name-of-Node", "minLength": 1}
        yield in_query(end, about, schema, required=True, **({"example": name} if name else {}))


def _item_answers(name: str) -> dict[str, Schema]:
    return by_media(
        ITEM_TYPES, {"json": {"anyOf": [ref(name), ref(f"{name}Part")]}, "xlsx": {}, "csl": _CSL}
    )
