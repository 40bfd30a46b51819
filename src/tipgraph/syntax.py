"""Refuse, before an engine sees it, a query that would reach out, write, or overflow a parser.

Engines call out for SERVICE and overflow their stack on deeply nested or very long text; both are
told from the tokens of a query alone, by the terminals of the SPARQL 1.1 grammar (section 19.8).
The engine needs no space around a keyword, so a word is refused that merely contains SERVICE; only
the local part of a prefixed name, a variable, a string, an IRI and a comment may.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .errors import BadQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 100_000
MAX_TOKENS = 3_000
MAX_DEPTH = 100
MAX_OPERATORS = 200
MAX_JOINS = 120
MAX_RUN = 120

_COMMENT = r"\#[^\n\r]*"
_TEXT = r"""
    \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
  | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*' """
_IRI = r"""<[^<>"{}|^`\\\x00-\x20]*>"""
_TOKEN = re.compile(
    rf"""
    (?P<skip> {_COMMENT} | \s+ )
  | (?P<text> {_TEXT} )
  | (?P<iri> {_IRI} )
  | (?P<name> (?P<prefix> [\w.\-]* ) : (?: [\w.\-:] | %[0-9A-Fa-f]{{2}} | \\. )* )
  | (?P<variable> [?$]\w+ )
  | (?P<word> [^\W\d]\w* )
  | (?P<mark> \|\| | && | . )
    """,
    re.VERBOSE | re.DOTALL,
)
# An IRI without a scheme is none: what it means depends on where it stands.
_ABSOLUTE = f"(?= <[A-Za-z][A-Za-z0-9+.-]*: ) {_IRI}"
_CONSTANT = re.compile(f"({_COMMENT} | {_TEXT} | {_ABSOLUTE})", re.VERBOSE | re.DOTALL)
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
# What takes a parser one level deeper.
_OPERATORS = {"||", "&&", "!", "/", "|", "^", "+", "-", "*", "="}
# What adds a pattern to be joined with all others; engines order joins in more than linear time.
_JOINS = {"{", "[", ".", ";", "~"}


def check(query: str) -> bool:
    """Whether *query* names its own dataset by FROM.

    Raises `BadQuery` if it asks another service, writes, or is past a limit of size or nesting.
    """
    if len(query) > MAX_CHARACTERS:
        message = f"The query has {len(query):,} characters; {MAX_CHARACTERS:,} are allowed."
        raise BadQuery(message)
    depth = parentheses = operators = joins = words = run = 0
    form_seen = names_dataset = False
    for number, match in enumerate(tokens(query), 1):
        kind = match.lastgroup
        # RDF lists stand in parentheses, and what DESCRIBE names before the first group; the rows
        # of VALUES, which may be many, stand in neither.
        run += not joins or parentheses > 0
        if kind == "mark":
            text = match[0]
            depth += (text in "({[") - (text in ")}]")
            parentheses += (text == "(") - (text == ")")
            run *= text not in "{(,)"
            operators += text in _OPERATORS
            joins += text in _JOINS or (text == "," and not parentheses)
        elif kind == "word":
            word = match[0].upper()
            _refuse_calls(query, word, match)
            form_seen = form_seen or word in _FORMS
            names_dataset = names_dataset or word == "FROM"
            if not form_seen and word in _UPDATES:
                reason = f"{word} is an update, and this store is read-only: send a query instead"
                raise refused(query, match.start(), reason)
            words += 1
        elif kind == "name":
            _refuse_calls(query, match["prefix"].upper(), match)
        # No count is above that of the tokens, and no limit is below that of the depth.
        if number > MAX_DEPTH:
            counts = _Counts(number, depth, operators, words, run, joins)
            _refuse_excess(query, match.start(), counts)
    return names_dataset


def tokens(query: str) -> Iterator[re.Match[str]]:
    """The tokens of *query* without spaces and comments; `lastgroup` names what each is."""
    return (match for match in _TOKEN.finditer(query) if match.lastgroup != "skip")


def parted(query: str) -> list[str]:
    """*query* in parts: by turns what lies between its constants, and one of these.

    They are absolute IRIs, strings and comments. Unless there is a backslash, a quotation mark or
    another IRI outside of them, `tokens` parts the query at the same places, whatever they hold: no
    other token has in it what one of them begins with.
    """
    return _CONSTANT.split(query)


class _Counts(NamedTuple):
    """What was counted up to one token."""

    tokens: int
    depth: int
    operators: int
    words: int
    run: int
    joins: int


def _refuse_calls(query: str, word: str, match: re.Match[str]) -> None:
    if "SERVICE" in word:
        reason = "SERVICE is not allowed: no query leaves this store"
        if word != "SERVICE":
            reason += f"; write {word} otherwise if you meant another thing"
        raise refused(query, match.start(), reason)


def _refuse_excess(query: str, position: int, counts: _Counts) -> None:
    if counts.depth > MAX_DEPTH:
        raise refused(query, position, f"The query nests deeper than {MAX_DEPTH} brackets")
    if counts.operators > MAX_OPERATORS or counts.words > MAX_OPERATORS:
        reason = f"The query has more than {MAX_OPERATORS:,} operators or keywords"
        raise refused(query, position, reason)
    if counts.run > MAX_RUN:
        reason = f"The query has a list of more than {MAX_RUN} words; use VALUES"
        raise refused(query, position, reason)
    if counts.joins > MAX_JOINS:
        raise refused(query, position, f"The query has more than {MAX_JOINS:,} patterns")
    if counts.tokens > MAX_TOKENS:
        raise refused(query, position, f"The query has more than {MAX_TOKENS:,} words and signs")


def refused(query: str, position: int, reason: str) -> BadQuery:
    """The error that *query* is refused for *reason* at the character *position*."""
    line = query.count("\n", 0, position) + 1
    column = position - query.rfind("\n", 0, position)
    return BadQuery(f"{reason} (line {line}, column {column}).", line=line, column=column)
