"""Where in a Turtle text a thing is described: the line on which its name stands as a subject."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<skip> \#[^\n\r]* | \s+ )
  | (?P<text> \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
            | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
  | (?P<number> [+-]?\d*\.\d+(?:[eE][+-]?\d+)? )
  | (?P<word> @?[\w\-]*:(?:[\w\-:%]|\\.|\.(?=[\w\-:%.\\]))* | @?\w[\w\-]* )
  | (?P<mark> . )
    """,
    re.VERBOSE | re.DOTALL,
)
# How many words declare a prefix, and a base.
_DECLARED = {"PREFIX": 3, "BASE": 2}
_ENDS = {".", "{", "}"}


def lines_of(text: str) -> dict[str, int]:
    """The line of the first description of each IRI in a text of Turtle or a format like it.

    Those are TriG, N-Triples and N-Quads. Relative IRIs are left out.
    """
    prefixes: dict[str, str] = {}
    found: dict[str, int] = {}
    statement: list[str] = []
    line, seen = 1, 0
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "skip":
            continue
        if kind == "mark" and token in _ENDS:
            statement = []
            continue
        if len(statement) > _DECLARED["PREFIX"]:
            continue
        statement.append(token)
        if _declares(statement, prefixes):
            statement = []
        elif len(statement) == 1 and (iri := _iri(token, kind, prefixes)):
            line, seen = line + text.count("\n", seen, match.start()), match.start()
            found.setdefault(iri, line)
    return found


def _declares(statement: list[str], prefixes: dict[str, str]) -> bool:
    """Whether *statement* is a whole declaration of a prefix, which is noted, or of a base."""
    word = statement[0].upper().removeprefix("@")
    whole = len(statement) == _DECLARED.get(word)
    if whole and word == "PREFIX":
        prefixes[statement[1]] = statement[2][1:-1]
    return whole


def _iri(token: str, kind: str | None, prefixes: dict[str, str]) -> str | None:
    if kind == "iri":
        return token[1:-1] if ":" in token else None
    prefix, colon, local = token.partition(":")
    if kind == "word" and colon and prefix + ":" in prefixes:
        return prefixes[prefix + ":"] + re.sub(r"\\(.)", r"\1", local)
    return None
