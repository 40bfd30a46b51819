"""Queries of the plainest form: triples that are joined, and nothing else."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from .syntax import parted, tokens

_MOST = 120
# A longer query is not remembered.
_LONGEST = 4_000
# What stands for a constant in the form of a query, by the sign that the constant begins with.
_STANDS = {"<": "<x:~%d~>", '"': '"~%d~"', "'": '"~%d~"', "#": "#%d"}
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# Outside of constants these would have the form of a query read otherwise than the query.
_OTHER_SIGNS = frozenset("\\\"'")
# What an IRI begins with that is the same wherever it stands.
_SCHEME = re.compile("<[A-Za-z][A-Za-z0-9+.-]*:")
_TRANSITIVE = {"*", "+"}
_END = ("end", "")


class Pattern(NamedTuple):
    """A triple to be found: variables begin with `?`, literals with a quotation mark.

    With *transitive* its predicate is to be followed any number of times.
    """

    subject: str
    predicate: str
    object: str
    transitive: bool = False

    @property
    def variables(self) -> frozenset[str]:
        """The variables at its ends."""
        return frozenset(end for end in (self.subject, self.object) if end[:1] == "?")


class Joined(NamedTuple):
    """A query that joins *patterns*, and gives *cells* terms for each solution.

    *first* solutions are enough if there is but one pattern; without it all are needed.
    """

    patterns: tuple[Pattern, ...]
    cells: int
    first: int | None = None


class _OtherError(Exception):
    """The query is of another form."""


def joined(query: str) -> Joined | None:
    """*query* as it is read, or None if it may be of any other form.

    What is read would pass `syntax.check`, and names no dataset.
    """
    if len(query) > _LONGEST:
        return _read(query)
    parts = parted(query)
    if not _OTHER_SIGNS.isdisjoint("".join(parts[::2])):
        return _read(query)
    constants = parts[1::2]
    parts[1::2] = [_STANDS[text[0]] % number for number, text in enumerate(constants)]
    form = _form("".join(parts))
    if form is None:
        return None
    patterns = tuple([_filled(each, constants) for each in form.patterns])
    return Joined(patterns, form.cells, form.first)


def _read(query: str) -> Joined | None:
    try:
        return _Reader(query).read()
    except _OtherError:
        return None


# Applications ask the same again with other constants, and a constant changes nothing of how a
# query is read: its form alone is read, once. What the constants mean is for `effort` to see.
_form = lru_cache(512)(_read)


def _filled(pattern: Pattern, constants: list[str]) -> Pattern:
    """*pattern* of the form of a query, with the *constants* of the query."""
    return Pattern(
        _put(pattern.subject, constants),
        _put(pattern.predicate, constants),
        _put(pattern.object, constants),
        pattern.transitive,
    )


def _put(term: str, constants: list[str]) -> str:
    if "~" not in term:
        return term
    before, number, local = term.split("~")
    given = constants[int(number)]
    return given if before == '"' else given[1:-1] + local


class _Reader:
    """Reads one query from its tokens; what is not expected is of another form."""

    def __init__(self, query: str) -> None:
        self._tokens = [(m.lastgroup or "", m[0]) for m in islice(tokens(query), _MOST)]
        if len(self._tokens) == _MOST:
            raise _OtherError
        self._tokens += [_END, _END]
        self._at = 0
        self._prefixes: dict[str, str] = {}

    def read(self) -> Joined:
        """The query."""
        while self._took("PREFIX"):
            name = self._next("name")
            # The engine needs no space around a keyword, see `syntax`.
            if "service" in name.lower():
                raise _OtherError
            self._prefixes[name[:-1]] = self._iri()
        streams, cells = True, 0
        if self._took("SELECT"):
            streams = not self._took("DISTINCT")
            cells = self._columns()
        elif self._took("CONSTRUCT"):
            streams, cells = False, 3 * len(self._patterns())
        elif not self._took("ASK"):
            raise _OtherError
        self._took("WHERE")
        patterns = self._patterns()
        limit = self._limit()
        cells = cells or 3 * len(patterns)
        return Joined(patterns, cells, limit if streams and len(patterns) == 1 else None)

    def _columns(self) -> int:
        """How many variables are selected; 0 for all that there are."""
        if self._took("*"):
            return 0
        count = 0
        while self._tokens[self._at][0] == "variable":
            self._at += 1
            count += 1
        if not count:
            raise _OtherError
        return count

    def _limit(self) -> int | None:
        """How many solutions are enough, with those that are passed over."""
        limit, offset = None, 0
        if self._took("LIMIT"):
            limit = self._number()
        if self._took("OFFSET"):
            offset = self._number()
        if self._tokens[self._at] != _END:
            raise _OtherError
        return None if limit is None else limit + offset

    def _number(self) -> int:
        digits = ""
        while self._tokens[self._at][1].isdigit():
            digits += self._next("mark")
        if not digits:
            raise _OtherError
        return int(digits)

    def _patterns(self) -> tuple[Pattern, ...]:
        """The triples of a group, of which there is one at least."""
        self._expect("{")
        found: list[Pattern] = []
        while not self._took("}"):
            subject = self._term()
            self._same_subject(subject, found)
            if not self._took("."):
                self._expect("}")
                break
        if not found:
            raise _OtherError
        return tuple(found)

    def _same_subject(self, subject: str, found: list[Pattern]) -> None:
        while True:
            name = _RDF_TYPE if self._took("a") else self._term()
            transitive = name[:1] not in "?\"'" and self._tokens[self._at][1] in _TRANSITIVE
            self._at += transitive
            found.append(Pattern(subject, name, self._object(), transitive))
            while self._took(","):
                found.append(Pattern(subject, name, self._object(), transitive))
            if not self._took(";"):
                return

    def _object(self) -> str:
        kind, text = self._tokens[self._at]
        if kind != "text":
            return self._term()
        self._at += 1
        if self._took("@"):
            self._next("word")
        elif self._took("^"):
            self._expect("^")
            self._term()
        return text

    def _term(self) -> str:
        """A variable, or an IRI in full."""
        kind, text = self._tokens[self._at]
        if kind == "iri":
            return self._iri()
        self._at += 1
        if kind == "variable":
            return f"?{text[1:]}"
        prefix, colon, local = text.partition(":")
        if kind != "name" or not colon or "\\" in local or prefix not in self._prefixes:
            raise _OtherError
        return self._prefixes[prefix] + local

    def _iri(self) -> str:
        """An IRI that does not depend on where it stands."""
        text = self._next("iri")
        if not _SCHEME.match(text):
            raise _OtherError
        return text[1:-1]

    def _took(self, text: str) -> bool:
        """Whether *text* came next, in any case; it is then passed."""
        kind, given = self._tokens[self._at]
        if given != text and (kind != "word" or given.upper() != text):
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._took(text):
            raise _OtherError

    def _next(self, kind: str) -> str:
        found, text = self._tokens[self._at]
        if found != kind:
            raise _OtherError
        self._at += 1
        return text
