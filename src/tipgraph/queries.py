"""Query files: SPARQL that runs as it stands, with a header and parameters as `VALUES` lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from .errors import BadParameter, BrokenFile
from .terms import Iri, Literal, sparql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_HEADER = re.compile(r"^#\+ *(?P<key>[a-z]+)(?: +(?P<name>[a-z][a-z_-]*))? *: *(?P<value>.*?) *$")
_VALUES = re.compile(
    r"^(?P<before>[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{)[^{}\n]*\}", re.MULTILINE
)
_PREFIX = re.compile(r"^PREFIX[ \t]+\S+[ \t]*<[^>]*>[ \t]*$\n?", re.MULTILINE)
_COMMENT = re.compile(r"^#.*$\n?", re.MULTILINE)
# A query file of facets is alternatives, each with a table of facets and properties.
_OPEN, _OR, _CLOSE = " WHERE {\n", "\n  UNION\n", "\n}\nORDER BY "
_LAST_ORDER = re.compile(r"\nORDER BY [^{}]*\Z")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query: its name and what it takes, a class name or `text` or `integer`."""

    name: str
    takes: str


@dataclass(frozen=True, slots=True)
class QueryFile:
    """A `.rq` file: its text, and what its header says."""

    name: str
    text: str
    summary: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    example: tuple[tuple[str, str], ...] = ()
    facets: tuple[tuple[str, str], ...] = ()
    sorts: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def bind(self, given: Mapping[str, Sequence[Iri | Literal]]) -> str:
        """The query with the terms *given* in its `VALUES` lines, put there in one pass."""
        missing = [name for name in given if not _has_values(self.text, name)]
        if missing:
            message = f"{self.name} has no parameter {missing[0]}."
            raise BadParameter(message, parameter=missing[0])

        def put(match: re.Match[str]) -> str:
            terms = given.get(match["name"])
            if terms is None:
                return match[0]
            return f"{match['before']} {' '.join(map(sparql, terms))} }}"

        return _VALUES.sub(put, self.text)

    def only(self, facet: str) -> QueryFile:
        """The query with those of its alternatives, and of their rows, that are of *facet*."""
        start, end = self.text.index(_OPEN) + len(_OPEN), self.text.rindex(_CLOSE)
        parts = self.text[start:end].split(_OR)
        kept = [_of_others(facet).sub("", part) for part in parts if f'("{facet}" ' in part]
        return replace(self, text=self.text[:start] + _OR.join(kept) + self.text[end:])

    def default(self, name: str) -> str:
        """What stands in the `VALUES` line of the parameter *name*: `UNDEF` means any."""
        for match in _VALUES.finditer(self.text):
            if match["name"] == name:
                return match[0][len(match["before"]) : -1].strip()
        return ""


@cache
def read(path: Path) -> QueryFile:
    """The query file at *path*, read once; `BrokenFile` if its header and its text do not fit."""
    text = path.read_text(encoding="utf-8")
    single: dict[str, str] = {}
    named: dict[str, list[tuple[str, str]]] = {"param": [], "facet": [], "sort": []}
    for line in text.splitlines():
        match = _HEADER.match(line)
        if match and match["key"] in named and match["name"]:
            named[match["key"]].append((match["name"], match["value"]))
        elif match:
            single[match["key"]] = match["value"]
    if "summary" not in single:
        message = f"{path}: no '#+ summary:' line; say in one sentence what the query finds."
        raise BrokenFile(message)
    for name, _ in named["param"]:
        if not _has_values(text, name):
            message = f"{path}: parameter {name} has no line 'VALUES ?{name} {{ UNDEF }}'; add one."
            raise BrokenFile(message)
    example = tuple(
        (pair.split("=", 1)[0], pair.split("=", 1)[1])
        for pair in single.get("example", "").split()
        if "=" in pair
    )
    return QueryFile(
        name=path.stem,
        text=text,
        summary=single["summary"],
        description=single.get("description", ""),
        parameters=tuple(Parameter(*pair) for pair in named["param"]),
        example=example,
        facets=tuple(named["facet"]),
        sorts=tuple(named["sort"]),
        headers=single,
    )


def join(bound: Sequence[str], variable: str) -> str:
    """One query whose ?*variable* are those that every query of *bound* finds."""
    if len(bound) == 1:
        return bound[0]
    prefixes = sorted({line.strip() for text in bound for line in _PREFIX.findall(text)})
    bodies = (
        _LAST_ORDER.sub("", _COMMENT.sub("", _PREFIX.sub("", text)).strip()) for text in bound
    )
    blocks = "\n".join(
        f"  {{ SELECT DISTINCT ?{variable} WHERE {{\n{_selected(b)}\n  }} }}" for b in bodies
    )
    return "\n".join(
        [
            *prefixes,
            "",
            f"SELECT DISTINCT ?{variable} WHERE {{",
            blocks,
            "}",
            f"ORDER BY ?{variable}",
        ]
    )


def _of_others(facet: str) -> re.Pattern[str]:
    return re.compile(rf'^ *\("(?!{re.escape(facet)}")[^"]*" .*\)\n', re.MULTILINE)


def _selected(body: str) -> str:
    return "{ " + body.replace("\n", "\n    ") + " }"


def _has_values(text: str, name: str) -> bool:
    return any(match["name"] == name for match in _VALUES.finditer(text))
