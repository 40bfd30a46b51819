"""Refuse, before an engine sees it, a query text that would reach out, write, or overflow a parser.

Engines call out for SERVICE and overflow their stack on deeply nested text; both are told from the
words of a query alone, following the terminals of the SPARQL 1.1 grammar (section 19.8).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import BadQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100
MAX_OPERATORS = 500
MAX_CHARACTERS = 500_000

_TOKEN = re.compile(
    r"""
    (?P<skip> \#[^\n\r]* | \s+ )
  | (?P<text> \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
            | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
  | (?P<name> [?$@_]?[\w.\-]*:[^\s<>"'{}()\[\];,|^/*+=!&?$\#]* | [?$@][\w\-]+ )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<mark> \|\| | && | \^\^ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
_NESTING_WORDS = {"NOT", "OPTIONAL", "UNION", "MINUS", "EXISTS", "GRAPH", "BIND", "FILTER", "IN"}
_OPERATORS = {"||", "&&", "!", "/", "|", "^", "+", "-", "*", "="}


def check(query: str) -> bool:
    """Whether *query* names its own dataset by FROM.

    Raises `BadQuery` if it asks another service, writes, or nests past the limits.
    """
    if len(query) > MAX_CHARACTERS:
        message = f"The query has {len(query):,} characters; {MAX_CHARACTERS:,} are allowed."
        raise BadQuery(message)
    depth = operators = 0
    form_seen = names_dataset = False
    for kind, text, position in _tokens(query):
        if kind == "word":
            word = text.upper()
            form_seen = form_seen or word in _FORMS
            if word == "SERVICE":
                raise _refused(
                    query, position, "SERVICE is not allowed: no query leaves this store"
                )
            if not form_seen and word in _UPDATES:
                reason = f"{word} is an update, and this store is read-only: send a query instead"
                raise _refused(query, position, reason)
            names_dataset = names_dataset or word == "FROM"
            operators += word in _NESTING_WORDS
        elif kind == "mark":
            depth += (text in "({[") - (text in ")}]")
            operators += text in _OPERATORS
            if depth > MAX_DEPTH:
                raise _refused(query, position, f"The query nests deeper than {MAX_DEPTH} brackets")
        if operators > MAX_OPERATORS:
            raise _refused(query, position, f"The query has more than {MAX_OPERATORS:,} operators")
    return names_dataset


def _tokens(query: str) -> Iterator[tuple[str, str, int]]:
    return (
        (match.lastgroup or "", match[0], match.start())
        for match in _TOKEN.finditer(query)
        if match.lastgroup != "skip"
    )


def _refused(query: str, position: int, reason: str) -> BadQuery:
    line = query.count("\n", 0, position) + 1
    column = position - query.rfind("\n", 0, position)
    return BadQuery(f"{reason} (line {line}, column {column}).", line=line, column=column)
