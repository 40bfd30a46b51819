"""What the parameters of a request ask for; what is unknown or misspelt is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .citation import CITED
from .errors import BadParameter, NotFound
from .formats import ITEM_TYPES, choose
from .kinds import COMMON
from .languages import DEFAULT, language
from .lookup import EVIDENCE_IN_LISTS, Manner
from .names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .kinds import Kind
    from .queries import QueryFile

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_DIGITS = re.compile(r"[0-9]{1,3}")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}

# What every answer takes, what only a list or a question takes, and what only a list takes.
OF_ALL = ("lang", "fields", "format", "bom", "release")
OF_PAGES = ("limit", "cursor")
OF_LISTS = ("q", "exact", "sort")
# These say how an answer is given, and not what it is.
GIVING = (*OF_ALL, *OF_PAGES)
# The formats that have a column a key, or a key a key.
KEYED = ("json", "csv", "xlsx")
# What answers are given in that are no list of things of a kind.
TOLD_TYPES = {name: ITEM_TYPES[name] for name in ("json", "csv", *CITED)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request wants: which page, in which format, manner and language, of which release."""

    form: str
    manner: Manner
    limit: int
    cursor: str | None = None
    bom: bool = False
    pinned: bool = False


class Given:
    """The parameters of a request, each of which may be given several times."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep *pairs* of name and value, in the order given."""
        self.pairs = tuple(pairs)

    def __contains__(self, name: str) -> bool:
        """Whether the parameter *name* is given."""
        return any(key == name for key, _ in self.pairs)

    def all(self, without: Iterable[str] = ()) -> dict[str, list[str]]:
        """The values of each parameter, but for those named in *without*."""
        found: dict[str, list[str]] = {}
        for name, value in self.pairs:
            if name not in without:
                found.setdefault(name, []).append(value)
        return found

    def joined(self, without: Iterable[str] = ()) -> dict[str, str]:
        """The parameters; the values of what is given several times are joined by commas."""
        return {name: ",".join(values) for name, values in self.all(without).items()}

    def once(self, name: str) -> str | None:
        """The value of a parameter that may be given once."""
        values = [value for key, value in self.pairs if key == name]
        if len(values) > 1:
            message = f"{name} is given {len(values)} times; give it once."
            raise BadParameter(message, parameter=name)
        return values[0] if values else None

    def truth(self, name: str) -> bool:
        """Whether a parameter is true, which it is not unless it is given."""
        text = self.once(name)
        if text is not None and text not in _TRUTH:
            message = f"{name}={text}: give true or false."
            raise BadParameter(message, parameter=name, value=text, suggestions=("true", "false"))
        return _TRUTH[text or "false"]

    def only(self, known: Sequence[str], what: str) -> None:
        """Nothing, if all parameters are among *known*; else `BadParameter` with the nearest."""
        for name, _ in self.pairs:
            if name not in known:
                near = tuple(nearest(name, known)) or tuple(known)
                takes = f"; the nearest are {', '.join(near)}" if near else "; it takes none"
                misplaced = f" ({name} is for lists)" if name in (*OF_LISTS, *OF_PAGES) else ""
                message = f"{what} has no parameter {name!r}{misplaced}{takes}."
                raise BadParameter(message, parameter=name, suggestions=near)


def of_list(given: Given, kind: Kind, accept: str, release: str) -> Wanted:
    """What is wanted of the list of *kind*."""
    given.only((*kind.facets, *OF_LISTS, *GIVING), f"The list of {kind.name}")
    sort = given.once("sort")
    citing = form_of(given, accept) in CITED
    manner = Manner(
        language=language_of(given),
        exact=given.truth("exact"),
        words=given.once("q"),
        sort="label" if sort is None else sort,
        fields=fields(given, (*COMMON, *kind.keys)),
        # Whoever cites wants every document that supports the answer.
        evidence=None if citing else EVIDENCE_IN_LISTS,
    )
    return _wanted(given, manner, accept, release, MAX_LIMIT if citing else DEFAULT_LIMIT)


def of_thing(given: Given, kind: Kind, accept: str, release: str) -> Wanted:
    """What is wanted of one thing of *kind*."""
    given.only(OF_ALL, f"One of the {kind.name}")
    manner = Manner(language=language_of(given), fields=fields(given, (*COMMON, *kind.keys)))
    return _wanted(given, manner, accept, release, 1)


def of_question(given: Given, question: QueryFile, accept: str, release: str) -> Wanted:
    """What is wanted of a question; its fields are known when it has been answered."""
    own = [parameter.name for parameter in question.parameters]
    given.only((*own, *GIVING), f"The question {question.name}")
    manner = Manner(language=language_of(given))
    return _wanted(given, manner, accept, release, MAX_LIMIT)


def of_words(given: Given, own: Sequence[str], accept: str, release: str) -> Wanted:
    """What is wanted of an answer to words: in which format, and at most how many items."""
    given.only((*own, "limit", "format", "release"), "This address")
    form = form_of(given, accept, TOLD_TYPES)
    limit = limit_of(given, MAX_LIMIT if form in CITED else DEFAULT_LIMIT)
    return Wanted(form=form, manner=Manner(), limit=limit, pinned=pinned(given, release))


def _wanted(given: Given, manner: Manner, accept: str, release: str, limit: int) -> Wanted:
    form = form_of(given, accept)
    bom = given.truth("bom")
    if bom and form != "csv":
        message = f"bom is for CSV, and this is {form}; leave it out, or add format=csv."
        raise BadParameter(message, parameter="bom")
    if "fields" in given and form not in KEYED:
        message = f"fields are for {', '.join(KEYED)}, and this is {form}; leave fields out."
        raise BadParameter(message, parameter="fields")
    return Wanted(
        form=form,
        manner=manner,
        limit=limit_of(given, limit),
        cursor=given.once("cursor"),
        bom=bom,
        pinned=pinned(given, release),
    )


def pinned(given: Given, release: str) -> bool:
    """Whether the answer is pinned to *release*; `NotFound` if it is to another."""
    asked = given.once("release")
    if asked is not None and asked != release:
        message = f"Release {asked} is not served here; release {release} is."
        raise NotFound(message, parameter="release", value=asked, served=release)
    return asked is not None


def language_of(given: Given) -> str:
    """The language wanted."""
    text = given.once("lang")
    return DEFAULT if text is None else language(text)


def form_of(given: Given, accept: str, types: Mapping[str, str] = ITEM_TYPES) -> str:
    """The format wanted of those in *types*: the one named, or the one accepted."""
    named = given.once("format")
    if named is None:
        return choose(accept, types)
    if named not in types:
        message = f"format={named}: give one of {', '.join(types)}."
        near = tuple(nearest(named, list(types))) or tuple(types)
        raise BadParameter(message, parameter="format", value=named, suggestions=near)
    return named


def fields(given: Given, known: Sequence[str]) -> tuple[str, ...] | None:
    """The keys that are asked for, in the order asked; None if all are."""
    if "fields" not in given:
        return None
    parts = [part.strip() for part in given.joined()["fields"].split(",") if part.strip()]
    if not parts:
        message = f"fields is empty; name some of {', '.join(known)}, or leave it out."
        raise BadParameter(message, parameter="fields", suggestions=tuple(known))
    for part in parts:
        if part not in {"id", "type", *known}:
            near = tuple(nearest(part, known)) or tuple(known)
            message = f"fields={part}: there is no such key; the nearest are {', '.join(near)}."
            raise BadParameter(message, parameter="fields", value=part, suggestions=near)
    return tuple(part for part in dict.fromkeys(parts) if part not in {"id", "type"})


def limit_of(given: Given, default: int) -> int:
    """How many items there may be."""
    text = given.once("limit")
    if text is None:
        return default
    if not (_DIGITS.fullmatch(text) and 1 <= int(text) <= MAX_LIMIT):
        message = f"limit={text}: give a whole number from 1 to {MAX_LIMIT}."
        raise BadParameter(message, parameter="limit", value=text)
    return int(text)
