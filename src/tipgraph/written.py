"""A Turtle text as it is written: each value with the place where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from .errors import BadData
from .terms import PREFIXES, XSD, XSD_STRING, Blank, Iri, Literal, Term
from .turtle import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(
    r"""
    (?P<skip> (?: \#[^\n\r]* | \s+ )+ )
  | (?P<string> \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
              | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<iri> <[^<>"{}|^`\x00-\x20]*> )
  | (?P<blank> _:[\w](?:[\w.\-·]*[\w\-·])? )
  | (?P<number> [+-]?(?:\d+\.?\d*[eE][+-]?\d+|\.\d+[eE][+-]?\d+|\d*\.\d+|\d+) )
  | (?P<tag> @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
  | (?P<name> (?:[^\W\d_](?:[\w.\-·]*[\w\-·])?)?:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)
              (?:(?:[\w\-·:.]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w\-·:]|%[0-9A-Fa-f]{2}|\\.))?)? )
  | (?P<word> [A-Za-z]+ )
  | (?P<mark> \^\^ | [.;,()\[\]] )
    """,
    re.VERBOSE | re.DOTALL,
)
_RDF = PREFIXES["rdf"]


@dataclass(frozen=True, slots=True)
class Value:
    """A term, from *start* to *end* in the text; a node in brackets has the pairs within."""

    term: Term
    start: int
    end: int
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A property with one of its values."""

    predicate: str
    value: Value


@dataclass(frozen=True, slots=True)
class Edit:
    """What is written in place of the text from *start* to *end*."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Block:
    """What one sentence of Turtle says of a subject; *end* is where its full stop stands."""

    subject: Value
    pairs: tuple[Pair, ...]
    end: int

    def values(self, predicate: str) -> list[Value]:
        """The values of a property, in order."""
        return [pair.value for pair in self.pairs if pair.predicate == predicate]


@dataclass(frozen=True, slots=True)
class Written:
    """A Turtle text, its prefixes and its blocks, in order."""

    text: str
    prefixes: dict[str, str]
    blocks: tuple[Block, ...]

    def margin(self, block: Block, depth: int = 1) -> str:
        """A line break with the indent of *block*, or a space if it stands on one line."""
        text = self.text[block.subject.start : block.end]
        indent = re.search(r"(\r?\n)([ \t]+)\S", text)
        return indent[1] + indent[2] * depth if indent else " "

    def behind(self, block: Block, pair: str) -> Edit:
        """That *pair*, in Turtle, is written behind all that is said of the subject of *block*."""
        last = max((p.value.end for p in block.pairs), default=block.subject.end)
        return Edit(last, last, f" ;{self.margin(block)}{pair}")

    def edited(self, edits: Iterable[Edit]) -> str:
        """The text with *edits* made; of two at one place, the first given stands first."""
        pieces, at = [], 0
        for edit in sorted(edits, key=lambda one: one.start):
            pieces += [self.text[at : edit.start], edit.new]
            at = edit.end
        return "".join([*pieces, self.text[at:]])

    def short(self, iri: str) -> str:
        """*iri* as this text would write it."""
        for prefix, space in self.prefixes.items():
            local = iri.removeprefix(space)
            if local != iri and re.fullmatch(r"[A-Za-z][\w-]*", local):
                return f"{prefix}:{local}"
        return f"<{iri}>"


def quoted(text: str) -> str:
    """*text* as a string of Turtle on one line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r") + '"'


def read_written(text: str) -> Written:
    """*text* with its places; `BadData` with the line if it is not Turtle."""
    reader = _Reader(text)
    return Written(text, reader.prefixes, tuple(reader.blocks()))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass
class _Reader:
    text: str
    prefixes: dict[str, str] = field(default_factory=dict)
    base: str = ""

    def __post_init__(self) -> None:
        self._tokens = self._cut()
        self._next = next(self._tokens)
        self._count = 0

    def blocks(self) -> Iterator[Block]:
        while self._next.kind != "end":
            if not self._declared():
                subject = self._value()
                pairs = () if self._sees(".") and subject.pairs else self._pairs()
                yield Block(subject, pairs, self._take(".").start)

    def _cut(self) -> Iterator[_Token]:
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None or match.end() == at:
                raise self._wrong(at)
            if match.lastgroup != "skip":
                yield _Token(match.lastgroup or "", match[0], at, match.end())
            at = match.end()
        while True:
            yield _Token("end", "", at, at)

    def _sees(self, *marks: str) -> bool:
        return self._next.kind == "mark" and self._next.text in marks

    def _take(self, mark: str | None = None) -> _Token:
        token = self._next
        if token.kind == "end" or (mark is not None and token.text != mark):
            raise self._wrong(token.start)
        self._next = next(self._tokens)
        return token

    def _declared(self) -> bool:
        word = self._next.text.lower()
        if self._next.kind not in {"tag", "word"} or word.lstrip("@") not in {"prefix", "base"}:
            return False
        self._take()
        prefix = self._take().text.removesuffix(":") if word.endswith("prefix") else None
        space = urljoin(self.base, unescaped(self._take().text[1:-1]))
        if prefix is None:
            self.base = space
        else:
            self.prefixes[prefix] = space
        if word.startswith("@"):
            self._take(".")
        return True

    def _pairs(self) -> tuple[Pair, ...]:
        pairs: list[Pair] = []
        while not self._sees(".", "]"):
            verb = self._take()
            predicate = _RDF + "type" if verb.text == "a" else self._iri(verb)
            pairs.append(Pair(predicate, self._value()))
            while self._sees(","):
                self._take()
                pairs.append(Pair(predicate, self._value()))
            while self._sees(";"):
                self._take()
        return tuple(pairs)

    def _value(self) -> Value:
        token = self._take()
        if token.text == "[" and token.kind == "mark":
            pairs = self._pairs()
            return Value(self._node(), token.start, self._take("]").end, pairs)
        if token.text == "(" and token.kind == "mark":
            # The members of a list are read, so that their ends are known, and not kept.
            while not self._sees(")"):
                self._value()
            return Value(self._node(), token.start, self._take(")").end)
        if token.kind == "string":
            return self._literal(token)
        return Value(self._plain(token), token.start, token.end)

    def _plain(self, token: _Token) -> Term:
        if token.kind == "blank":
            return Blank(token.text[2:])
        if token.kind == "number":
            exponent, point = "e" in token.text.lower(), "." in token.text
            kind = "double" if exponent else "decimal" if point else "integer"
            return Literal(token.text, XSD + kind)
        if token.text in {"true", "false"}:
            return Literal(token.text, XSD + "boolean")
        return Iri(self._iri(token))

    def _literal(self, token: _Token) -> Value:
        marks = 3 if token.text[:3] in {'"""', "'''"} and len(token.text) > 5 else 1  # noqa: PLR2004
        body = unescaped(token.text[marks:-marks])
        if self._next.kind == "tag":
            tag = self._take()
            term = Literal(body, _RDF + "langString", tag.text[1:].lower())
            return Value(term, token.start, tag.end)
        if self._sees("^^"):
            self._take()
            kind = self._take()
            return Value(Literal(body, self._iri(kind)), token.start, kind.end)
        return Value(Literal(body, XSD_STRING), token.start, token.end)

    def _iri(self, token: _Token) -> str:
        if token.kind == "iri":
            return urljoin(self.base, unescaped(token.text[1:-1]))
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self.prefixes:
            raise self._wrong(token.start)
        return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)

    def _node(self) -> Blank:
        self._count += 1
        return Blank(f"[]{self._count}")

    def _wrong(self, at: int) -> BadData:
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        message = f"The Turtle cannot be read at line {line}, column {column}."
        return BadData(message, line=line, column=column)
