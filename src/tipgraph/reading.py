"""Read the files of a graph whatever is wrong in them: all faults of all files, at their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import BadData, BrokenFile
from .findings import Place
from .places import EXACT, Lines, Text
from .rdf import form_of, in_order
from .terms import PREFIXES, Iri
from .turtle import Stretch, Token, said_of, stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_FAULTS = 50
_PREFIX = re.compile(r"The prefix ([^:\s]*): has not been declared")
_PLACED = re.compile(r"^The data do not parse at line \d+, column \d+: ")
_NOT_AN_END = re.compile(r"[^\r\n]")
_ADVICE = (
    ("Line jumps", "Close the quotation mark on that line; three of them hold several lines."),
    ("Unexpected end of file", "Close the text in quotes, the bracket or the list that is open."),
    ("A dot is expected", "End the statement with a dot, or go on with ; or , ."),
    ("be followed by a dot", "End the statement with a dot."),
    ("should end with a ']'", "Close the bracket with ] before the statement ends."),
    ("Invalid IRI", "Write the address without spaces and marks, or escape them by %."),
    ("No scheme found", "Write the address whole, or declare a base."),
    ("not a valid RDF object", "Write a value there, or take out the comma or semicolon before."),
    ("not a valid subject", "Look for a quotation mark or a dot too many just before."),
    ("UTF-8", "Save the file in UTF-8."),
)
_NO_DOT = ("A dot is expected", "be followed by a dot")
_ADVICE_ELSE = "Correct the text at that place."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the syntax of a text, where, and what to do."""

    place: Place
    message: str
    fix: str


@dataclass(frozen=True)
class Reading:
    """What could be read of a file: its text and quads, its faults, and what they may be about.

    Of a broken statement nothing is read: what it may describe is *spoilt*, and what it speaks of
    *mentioned*.
    """

    text: Text
    faults: tuple[Fault, ...] = ()
    spoilt: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()


def read_file(path: Path) -> Reading:
    """What can be read of the file *path*; `BrokenFile` if it is not there."""
    form = form_of(path)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error}", file=str(path)) from error
    return read_body(body, form, str(path))


def read_body(body: bytes, form: str, file: str) -> Reading:
    """What can be read of *body*, which is in the format *form* and is called *file*."""
    try:
        quads = in_order(body, form)
    except BadData as error:
        return _broken(body, form, file, error)
    return Reading(Text(file, form, body.decode(errors="replace"), quads))


def _broken(body: bytes, form: str, file: str, error: BadData) -> Reading:
    try:
        text = body.decode()
    except UnicodeDecodeError as wrong:
        return Reading(_nothing(file, form), (_not_utf8(body, file, wrong),))
    if form in EXACT and "line" in error.details:
        return _Mending(text, form, file).mended(error)
    line, column = (int(str(error.details.get(key, 1))) for key in ("line", "column"))
    fault = _fault(file, line, column, str(error))
    return Reading(_nothing(file, form), (fault,))


def _nothing(file: str, form: str) -> Text:
    return Text(file, form, "", ())


def _not_utf8(body: bytes, file: str, wrong: UnicodeDecodeError) -> Fault:
    before = body[: wrong.start].decode()
    place = Place(file, *Lines(before).at(len(before)))
    return Fault(place, "The text is not in UTF-8.", "Save the file in UTF-8.")


class _Mending:
    """A text whose broken statements are left out one after the other, until it can be read."""

    def __init__(self, text: str, form: str, file: str) -> None:
        self._text, self._form, self._file = text, form, file
        self._lines = Lines(text)
        self._stretches = list(stretches(text, form))
        self._names = said_of(text)
        self._faults: list[Fault] = []
        self._out: set[int] = set()
        self._prefixes: set[str] = set()

    def mended(self, error: BadData) -> Reading:
        """What is left when *error*, and all that come after it, are told and left out."""
        wrong: BadData | None = error
        while wrong is not None and len(self._faults) < MAX_FAULTS:
            if not self._leave_out(wrong):
                return self._unread()
            text = self._rest()
            try:
                quads = in_order(text.encode(), self._form)
            except BadData as another:
                wrong = another
            else:
                rest = Text(self._file, self._form, text, quads)
                out = [self._stretches[number] for number in self._out]
                return Reading(rest, tuple(self._faults), self._spoilt(), self._mentioned(out))
        return self._unread()

    def _unread(self) -> Reading:
        """That nothing of the text could be read."""
        subjects = self._named(word for each in self._stretches for word in each.words[:1])
        nothing = _nothing(self._file, self._form)
        return Reading(nothing, tuple(self._faults), subjects, self._mentioned(self._stretches))

    def _leave_out(self, error: BadData) -> bool:
        """Whether the statements in which *error* is were still there, and are now left out."""
        line, column = (int(str(error.details.get(key, 1))) for key in ("line", "column"))
        if any(words in str(error) for words in _NO_DOT):
            line, column = self._before(line, column)
        number = self._at(self._lines.offset(line, column))
        undeclared = _PREFIX.search(str(error))
        if undeclared is None:
            numbers = {number}
            self._tell(number, line, column, str(error))
        else:
            numbers = {number, *self._using(undeclared[1])}
            if undeclared[1] not in self._prefixes:
                self._tell_prefix(undeclared[1], line, column, len(numbers))
        new = numbers - self._out
        self._out |= numbers
        return bool(new)

    def _before(self, line: int, column: int) -> tuple[int, int]:
        """The end of the word before *line* and *column*: what is missing is missing there."""
        offset = self._lines.offset(line, column)
        words = [word for each in self._stretches for word in each.words if word.at < offset]
        return self._lines.at(words[-1].at + len(words[-1].text)) if words else (line, column)

    def _at(self, offset: int) -> int:
        """The statement at *offset*, or the last one before it that is not yet left out."""
        numbers = range(len(self._stretches))
        before = [n for n in numbers if self._stretches[n].start <= offset and n not in self._out]
        return before[-1] if before else 0

    def _using(self, prefix: str) -> Iterator[int]:
        for number, each in enumerate(self._stretches):
            words = (word for word in each.words if word.kind == "name")
            if not _declares(each) and any(w.text.partition(":")[0] == prefix for w in words):
                yield number

    def _tell(self, number: int, line: int, column: int, text: str) -> None:
        stretch = self._stretches[number]
        if _declares(stretch) and len(stretch.words) > 1:
            self._prefixes.add(stretch.words[1].text.rstrip(":"))
        self._faults.append(_fault(self._file, line, column, text))

    def _tell_prefix(self, prefix: str, line: int, column: int, count: int) -> None:
        known = PREFIXES.get(prefix, "…")
        message = f"The prefix {prefix}: is used and not declared."
        fix = f"Add at the top: @prefix {prefix}: <{known}> . Statements with it: {count}."
        self._prefixes.add(prefix)
        self._faults.append(Fault(Place(self._file, line, column), message, fix))

    def _rest(self) -> str:
        """The text with spaces in the place of what is left out."""
        parts, end = [], 0
        for number in sorted(self._out):
            each = self._stretches[number]
            stop = each.end - (each.words[-1].text in {"{", "}"})
            broken = _NOT_AN_END.sub(" ", self._text[each.start : stop])
            parts += [self._text[end : each.start], broken]
            end = stop
        return "".join([*parts, self._text[end:]])

    def _spoilt(self) -> frozenset[str]:
        """The things that the statements that were left out may describe."""
        words = (
            word
            for number in self._out
            for n, word in enumerate(self._stretches[number].words)
            if n == 0 or self._lines.at(word.at)[1] == 1
        )
        return self._named(words)

    def _mentioned(self, out: Iterable[Stretch]) -> frozenset[str]:
        """The things that the statements *out* speak of."""
        return self._named(word for each in out for word in each.words)

    def _named(self, words: Iterable[Token]) -> frozenset[str]:
        terms = (self._names(word) for word in words)
        return frozenset(term.value for term in terms if isinstance(term, Iri))


def _declares(stretch: Stretch) -> bool:
    return stretch.words[0].text.lstrip("@").upper() == "PREFIX"


def _fault(file: str, line: int, column: int, text: str) -> Fault:
    reason = _PLACED.sub("", text)
    message = f"{reason[:1].upper()}{reason[1:]}"
    fix = next((fix for mark, fix in _ADVICE if mark in reason), _ADVICE_ELSE)
    return Fault(Place(file, line, column), message, fix)
