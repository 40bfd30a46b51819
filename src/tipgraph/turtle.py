"""Read Turtle, TriG, N-Triples and N-Quads for the place of each triple, in the engine's order.

What is true of a text is what the engine reads; this tells where it stands. The text must be one
that the engine has read without fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .terms import PREFIXES, XSD, XSD_STRING, Blank, Iri, Literal, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Letters of names are those of Turtle and, for what the engine has read is right, all beyond ASCII.
_LETTER = r"\w\u0080-\U0010ffff"
_TOKEN = re.compile(
    rf"""
    (?P<skip> \#[^\n\r]* | [\ \t\r\n]+ | \A\ufeff )
  | (?P<string> \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
              | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<iri> <[^<>"{{}}|^`\x00-\x20]*> )
  | (?P<number> [+-]?(?:\d+\.\d*[eE][+-]?\d+|\.?\d+[eE][+-]?\d+|\d*\.\d+|\d+)(?![{_LETTER}:]) )
  | (?P<blank> _:[{_LETTER}](?:[{_LETTER}\-]|\.+(?=[{_LETTER}\-]))* )
  | (?P<name> (?:[{_LETTER}](?:[{_LETTER}\-]|\.+(?=[{_LETTER}\-])){{,200}})?:
              (?:[{_LETTER}\-:%]|\\.|\.+(?=[{_LETTER}\-:%\\]))* )
  | (?P<lang> @[a-zA-Z]+(?:-[a-zA-Z0-9]+)* )
  | (?P<word> \w+ )
  | (?P<mark> \^\^ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LINES = {"ntriples", "nquads"}
_LONG = ('"""', "'''")
_RDF = PREFIXES["rdf"]
_FIRST, _REST, _NIL = Iri(_RDF + "first"), Iri(_RDF + "rest"), Iri(_RDF + "nil")
_TYPE = Iri(_RDF + "type")
_DIRECTIVES = {"PREFIX": 2, "BASE": 1, "VERSION": 1}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, of what kind it is, and where it starts."""

    kind: str
    text: str
    at: int

    def is_mark(self, text: str) -> bool:
        """Whether it is the mark *text*."""
        return self.kind == "mark" and self.text == text


@dataclass(frozen=True, slots=True)
class Said:
    """A triple, its named graph, and where its subject, its predicate and its object stand.

    A term that would need the base of the text to be known is None. The names of blank nodes are
    of this reading only.
    """

    subject: Term | None
    predicate: Term | None
    object: Term | None
    subject_at: int
    predicate_at: int
    object_at: int


def tokens(text: str) -> Iterator[Token]:
    """The words of *text*, without spaces and comments; what is no word is a mark."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skip":
            yield Token(match.lastgroup or "mark", match[0], match.start())


@dataclass(frozen=True, slots=True)
class Stretch:
    """A statement of a text by its words: where it starts, and where the next one may."""

    start: int
    end: int
    words: tuple[Token, ...]


def stretches(text: str, form: str) -> Iterator[Stretch]:
    """The statements of *text*, whole or broken: each ends with its dot, brace or, if so, line."""
    words: list[Token] = []
    for token in tokens(text):
        if words and form in _LINES and _breaks(text, words[-1], token):
            yield _stretch(words)
            words = []
        words.append(token)
        if token.kind == "mark" and token.text in ".{}" and form not in _LINES:
            yield _stretch(words)
            words = []
    if words:
        yield _stretch(words)


def _breaks(text: str, last: Token, token: Token) -> bool:
    between = text[last.at + len(last.text) : token.at]
    return "\n" in between or "\r" in between


def _stretch(words: list[Token]) -> Stretch:
    return Stretch(words[0].at, words[-1].at + len(words[-1].text), tuple(words))


def said_of(text: str) -> Callable[[Token], Term | None]:
    """What a word of *text* names, by the prefixes that are declared anywhere in it."""
    reader = _Reader()
    words = list(tokens(text))
    for word, name, iri in zip(words, words[1:], words[2:], strict=False):
        if word.text.lstrip("@").upper() == "PREFIX" and iri.kind == "iri":
            reader.declare(name.text[:-1], iri)
    return lambda word: reader.term(word) if word.kind in {"iri", "name"} else None


def said(text: str, form: str) -> Iterator[Said]:
    """The triples of *text*, which is in the format *form*, in the order of the engine."""
    return _by_line(text) if form in _LINES else _Reader().read(text)


def _by_line(text: str) -> Iterator[Said]:
    reader = _Reader()
    parts: list[tuple[Term | None, int]] = []
    before = ""
    for token in tokens(text):
        if token.is_mark("."):
            (subject, s), (predicate, p), (value, o), *_ = parts
            yield Said(subject, predicate, value, s, p, o)
            parts = []
        elif token.kind == "lang" or before == "^^":
            last, at = parts[-1]
            parts[-1] = (reader.suffixed(last, token), at)
        elif token.text != "^^":
            parts.append((reader.term(token), token.at))
        before = token.text


class _Reader:
    """What is open at one place of a text: its states, subjects and predicates, innermost last."""

    def __init__(self) -> None:
        self._prefixes: dict[str, str] = {}
        self._subjects: list[tuple[Term | None, int]] = []
        self._predicates: list[tuple[Term | None, int]] = []
        self._states: list[Callable[[Token], None]] = [self._statement]
        self._opened: list[int] = []
        self._batch: list[Said] = []
        self._pending: tuple[Term | None, int] = (None, 0)
        self._directive: list[Token] = []
        self._count = 0

    def read(self, text: str) -> Iterator[Said]:
        """The triples of *text*; the engine gives those that end with one token last first."""
        for token in tokens(text):
            self._next(token)
            yield from reversed(self._batch)
            self._batch.clear()

    def declare(self, prefix: str, iri: Token) -> None:
        """Let *prefix* stand for *iri* from now on; for nothing, if that is relative."""
        whole = self.term(iri)
        self._prefixes.pop(prefix, None)
        if whole is not None:
            self._prefixes[prefix] = whole.value

    def term(self, token: Token) -> Term | None:
        """The term that *token* stands for; a string has no language and no datatype yet."""
        if token.kind == "iri":
            iri = unescaped(token.text[1:-1])
            return Iri(iri) if _ABSOLUTE.match(iri) else None
        if token.kind == "name":
            return self._named(token.text)
        if token.kind == "string":
            marks = 3 if token.text.startswith(_LONG) else 1
            return Literal(unescaped(token.text[marks:-marks]))
        if token.kind == "number":
            return Literal(token.text, XSD + _type_of_number(token.text))
        if token.kind == "word" and token.text in {"true", "false"}:
            return Literal(token.text, XSD + "boolean")
        return Blank(token.text[2:])

    def suffixed(self, literal: Term | None, token: Token) -> Term | None:
        """*literal* with the language or the datatype that *token* says."""
        text = literal.value if literal else ""
        if token.kind == "lang":
            return Literal(text, _RDF + "langString", token.text[1:].lower())
        datatype = self.term(token)
        return None if datatype is None else Literal(text, datatype.value or XSD_STRING)

    def _named(self, text: str) -> Iri | None:
        prefix, _, local = text.partition(":")
        base = self._prefixes.get(prefix)
        return None if base is None else Iri(base + re.sub(r"\\(.)", r"\1", local))

    def _next(self, token: Token) -> None:
        self._states.pop()(token)

    def _fresh(self) -> Blank:
        self._count += 1
        return Blank(f" {self._count}")

    def _emit(self, value: Term | None, at: int) -> None:
        (subject, subject_at), (predicate, predicate_at) = self._subjects[-1], self._predicates[-1]
        self._batch.append(Said(subject, predicate, value, subject_at, predicate_at, at))

    def _statement(self, token: Token) -> None:
        self._states.append(self._statement)
        if token.kind == "mark" and token.text in ".{}":
            return
        if token.kind in {"lang", "word"} and token.text != "a":
            word = token.text.lstrip("@").upper()
            if word in _DIRECTIVES:
                self._directive = [token]
                self._states.append(self._in_directive)
                return
            if word == "GRAPH":
                self._states.append(self._graph_name)
                return
        self._states.append(self._end)
        self._states.append(self._verbs)
        self._subject(token)

    def _in_directive(self, token: Token) -> None:
        self._directive.append(token)
        word, *rest = self._directive
        name = word.text.lstrip("@").upper()
        if len(rest) < _DIRECTIVES[name]:
            self._states.append(self._in_directive)
        elif name == "PREFIX":
            self.declare(rest[0].text[:-1], rest[1])

    def _graph_name(self, token: Token) -> None:
        if token.is_mark("["):
            self._states.append(self._graph_name)

    def _subject(self, token: Token) -> None:
        if token.is_mark("["):
            self._subjects.append((self._fresh(), token.at))
            self._states.append(self._closed_subject)
            self._states.append(self._verbs)
        elif token.is_mark("("):
            self._opened.append(token.at)
            self._states.append(self._subject_list)
        else:
            self._subjects.append((self.term(token), token.at))

    def _closed_subject(self, _: Token) -> None:
        """The bracket of a subject is closed; what follows it is about it too."""

    def _end(self, token: Token) -> None:
        """The end of a statement, or the brace after the name of a graph."""
        self._subjects.pop()
        if token.is_mark("}"):
            self._next(token)

    def _verbs(self, token: Token) -> None:
        if token.is_mark(";"):
            self._states.append(self._verbs)
        elif token.kind == "mark":
            self._next(token)
        else:
            verb = _TYPE if token.text == "a" else self.term(token)
            self._predicates.append((verb, token.at))
            self._states.append(self._after_object)
            self._states.append(self._object)

    def _after_object(self, token: Token) -> None:
        if token.is_mark(","):
            self._states.append(self._after_object)
            self._states.append(self._object)
            return
        self._predicates.pop()
        if token.is_mark(";"):
            self._states.append(self._verbs)
        else:
            self._next(token)

    def _object(self, token: Token) -> None:
        if token.is_mark("["):
            self._subjects.append((self._fresh(), token.at))
            self._states.append(self._closed_object)
            self._states.append(self._verbs)
        elif token.is_mark("("):
            self._opened.append(token.at)
            self._states.append(self._object_list)
        elif token.kind == "string":
            self._pending = (self.term(token), token.at)
            self._states.append(self._suffix)
        else:
            self._emit(self.term(token), token.at)

    def _closed_object(self, _: Token) -> None:
        node, at = self._subjects.pop()
        self._emit(node, at)

    def _suffix(self, token: Token) -> None:
        literal, at = self._pending
        if token.is_mark("^^"):
            self._states.append(self._datatype)
        elif token.kind == "lang":
            self._emit(self.suffixed(literal, token), at)
        else:
            self._emit(literal, at)
            self._next(token)

    def _datatype(self, token: Token) -> None:
        literal, at = self._pending
        self._emit(self.suffixed(literal, token), at)

    def _object_list(self, token: Token) -> None:
        opened = self._opened.pop()
        if token.is_mark(")"):
            self._emit(_NIL, opened)
            return
        root = self._fresh()
        self._emit(root, opened)
        self._subjects.append((root, opened))
        self._member(token)

    def _subject_list(self, token: Token) -> None:
        opened = self._opened.pop()
        if token.is_mark(")"):
            self._subjects.append((_NIL, opened))
            return
        root = self._fresh()
        self._subjects += [(root, opened), (root, opened)]
        self._member(token)

    def _member(self, token: Token) -> None:
        self._predicates.append((_FIRST, token.at))
        self._states.append(self._list_rest)
        self._object(token)

    def _list_rest(self, token: Token) -> None:
        old, at = self._subjects.pop()
        self._predicates.pop()
        node: Term = _NIL if token.is_mark(")") else self._fresh()
        self._batch.append(Said(old, _REST, node, at, token.at, token.at))
        if node != _NIL:
            self._subjects.append((node, token.at))
            self._member(token)


def _type_of_number(text: str) -> str:
    if "e" in text.lower():
        return "double"
    return "decimal" if "." in text else "integer"


def unescaped(text: str) -> str:
    """*text* with what its backslashes stand for."""
    if "\\" not in text:
        return text

    def put(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])

    return _ESCAPE.sub(put, text)
