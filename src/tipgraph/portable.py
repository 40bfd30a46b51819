"""Refuse what a remote engine would understand and ours does not, and say which graphs are seen.

Virtuoso calls any SQL procedure, Jena any class of Java, by the IRI of a function or a property;
and Virtuoso adds the graphs that a query names to those that the request allows. So only the names
of vocabularies and of XSD's casts may be called, and graphs are named here, not by the query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .syntax import refused, tokens
from .terms import GRAPH, PREFIXES, Iri, sparql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import Asked
    from .errors import BadQuery

NO_GRAPH = GRAPH + "none"
_SCHEMES = {"doi", "http", "https", "info", "mailto", "tag", "urn"}
# Whose names do something in an engine, as functions or as properties; in lower case.
_ENGINES = (
    "http://aws.amazon.com/",
    "http://jena.apache.org/",
    "http://jena.hpl.hp.com/",
    "http://www.bigdata.com/",
    "http://www.ontotext.com/",
    "http://www.openlinksw.com/",
    "http://www.openrdf.org/",
    "https://jena.apache.org/",
    "http://rdf4j.org/",
    "tag:stardog:",
    "urn:jena:",
    "urn:x-arq:",
)
_ENGINE_PREFIXES = {"bif", "sql", "java"}
_VOCABULARIES = tuple(PREFIXES.values())
_ESCAPED = re.compile(r"\\(.)")
_MAY_BE_ESCAPED = set("_~.-!$&'()*+,;=/?#@%")


@dataclass(frozen=True, slots=True)
class Portable:
    """A query as it is sent, without FROM and comments, and the graphs that it is to see.

    Without any graph it sees all that may be seen.
    """

    text: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class _Reader:
    """Reads a query token by token; keeps its prefixes and what is to be sent."""

    def __init__(self, asked: Asked, graphs: Sequence[str]) -> None:
        self._asked = asked
        self._graphs = graphs
        self._prefixes: dict[str, str] = {}
        self._tokens = list(tokens(asked.query))
        self._parts: list[str] = []
        # What the request names goes before what the query names.
        self._fixed = bool(asked.default or asked.named)
        self._default = list(asked.default)
        self._named = list(asked.named)

    def read(self) -> Portable:
        place = end = 0
        while place < len(self._tokens):
            match = self._tokens[place]
            # Space and comments become one space; what stood together, as in 1.5, stays together.
            self._parts.append(" " if match.start() > end else "")
            place = self._step(place)
            end = self._tokens[place - 1].end()
        if not (self._default or self._named):
            return Portable("".join(self._parts))
        default = self._known(self._default) or (NO_GRAPH,)
        return Portable("".join(self._parts), default, self._known(self._named))

    def _known(self, iris: Sequence[str]) -> tuple[str, ...]:
        return tuple(iri for iri in iris if iri in self._graphs)

    def _visible(self) -> tuple[str, ...]:
        """The graphs that GRAPH may look into."""
        chosen = self._default or self._named
        return (self._known(self._named) if chosen else tuple(self._graphs)) or (NO_GRAPH,)

    def _step(self, place: int) -> int:
        """Read the token at *place*; give the place of the next one to read."""
        match = self._tokens[place]
        is_tag = place > 0 and self._tokens[place - 1][0] == "@"
        word = match[0].upper() if match.lastgroup == "word" and not is_tag else ""
        if word == "BASE":
            raise self._refused(place, "BASE is not allowed at a remote store: write IRIs whole")
        if word == "PREFIX":
            return self._declare(place)
        if word == "FROM":
            return self._name_graph(place)
        if word == "GRAPH":
            return self._look_into(place)
        if "GRAPH" in word or "FROM" in word:
            raise self._refused(place, f"{match[0]} is not allowed at a remote store")
        if match[0] == "\\":
            raise self._refused(place, "An escape outside a text is not allowed at a remote store")
        if self._iri(place) is not None:
            self._allow(place)
        self._parts.append(match[0])
        return place + 1

    def _declare(self, place: int) -> int:
        name, iri = self._tokens[place + 1 : place + 3]
        label = name["prefix"] or ""
        if label.lower() in _ENGINE_PREFIXES:
            raise self._refused(place, f"The prefix {label}: is not allowed at a remote store")
        self._prefixes[label] = iri[0][1:-1]
        self._parts.append(f"PREFIX {name[0]} {iri[0]}")
        return place + 3

    def _name_graph(self, place: int) -> int:
        named = self._tokens[place + 1][0].upper() == "NAMED"
        at = place + 1 + named
        if not self._fixed:
            (self._named if named else self._default).append(self._iri(at) or NO_GRAPH)
        self._parts.append(" ")
        return at + 1

    def _look_into(self, place: int) -> int:
        """Let GRAPH see none but the graphs that may be seen, whatever the request says."""
        seen = self._tokens[place + 1]
        iri = self._iri(place + 1)
        if iri is None:
            among = " ".join(sparql(Iri(g)) for g in self._visible())
            self._parts.append(f"VALUES {seen[0]} {{ {among} }} GRAPH {seen[0]} ")
        else:
            self._parts.append(
                f" GRAPH {sparql(Iri(iri if iri in self._visible() else NO_GRAPH))} "
            )
        return place + 2

    def _allow(self, place: int) -> None:
        iri = self._iri(place) or ""
        scheme = iri.partition(":")[0].lower()
        if scheme not in _SCHEMES or iri.lower().startswith(_ENGINES):
            reason = f"<{iri}> is not allowed at a remote store: it may do something there"
            raise self._refused(place, reason)
        called = place + 1 < len(self._tokens) and self._tokens[place + 1][0] == "("
        if called and not iri.startswith(_VOCABULARIES):
            reason = f"<{iri}> before a bracket is not allowed at a remote store"
            raise self._refused(place, reason)

    def _iri(self, place: int) -> str | None:
        """The IRI that the token at *place* stands for, if it is one."""
        match = self._tokens[place]
        if match.lastgroup == "iri":
            return match[0][1:-1]
        prefix = match["prefix"]
        if prefix is None or prefix == "_" or match[0].startswith("_:"):
            return None
        if prefix not in self._prefixes:
            raise self._refused(place, f"The prefix {prefix}: is not declared")
        local = match[0][len(prefix) + 1 :]
        if any(escape not in _MAY_BE_ESCAPED for escape in _ESCAPED.findall(local)):
            raise self._refused(place, f"{match[0]} has an escape that is not allowed")
        return self._prefixes[prefix] + _ESCAPED.sub(r"\1", local)

    def _refused(self, place: int, reason: str) -> BadQuery:
        return refused(self._asked.query, self._tokens[place].start(), reason)


def portable(asked: Asked, graphs: Sequence[str]) -> Portable:
    """The checked query of *asked* for a remote store whose *graphs* may be seen, or `BadQuery`."""
    return _Reader(asked, graphs).read()
