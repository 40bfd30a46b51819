"""Read a filled-in spreadsheet into Turtle; every fault is told, by the cell that has it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from .answers import Span
from .errors import BadParameter, BrokenFile, TooLarge
from .forms import COVERAGE, KIND, PHRASE, SPANS, TYPES, UNITS, WORDS, Column, Form
from .locate import Coded, Found, locate, marked, turtle
from .manuscripts import refuse_entities
from .names import nearest
from .seek import Reading
from .spans import inside
from .terms import ID, PREFIXES, STATEMENT_CLASSES, TIP, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from .names import Names

MAX_BYTES, MAX_ROWS, MAX_COLUMNS = 50_000_000, 20_000, 200
_SLUG = re.compile(r"[^a-z0-9]+")
_NAMED = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SPAN = re.compile(r"\s*(\d{1,9})\s*[-–]\s*(\d{1,9})\s*")
_PARTS = re.compile(r"\s*(?:\[…\]|\[\.\.\.\]|…)\s*")
_LONG = 8
# What the readers of workbooks raise for what is none; a fault of XML is a SyntaxError.
_UNREADABLE = (
    *(OSError, KeyError, ValueError, TypeError, AttributeError, IndexError),
    *(EOFError, SyntaxError, zipfile.BadZipFile, NotImplementedError, RuntimeError),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number, and the text of its cells by the title of the column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet as it was filled in: what it is called in faults, its titles, its rows."""

    called: str
    titles: tuple[str, ...]
    rows: tuple[Row, ...]

    def cell(self, row: int, title: str | None) -> str:
        """The name of a cell, such as `Statements!B7`; of a row alone it is the first."""
        at = self.titles.index(title) if title in self.titles else 0
        return f"{self.called}!{get_column_letter(at + 1)}{row}"


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in a cell, and what to do."""

    cell: str
    message: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.cell}: {self.message}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read: Turtle by the path of its file, the faults, and the row of each thing."""

    files: Mapping[str, str]
    faults: tuple[CellFault, ...]
    places: Mapping[str, tuple[Page, int]]
    columns: Mapping[str, str]

    def cell(self, thing: str, predicate: str | None) -> str | None:
        """The cell that says *predicate* of *thing*, or the row's first; None for other things."""
        if thing not in self.places:
            return None
        page, row = self.places[thing]
        return page.cell(row, self.columns.get(predicate or ""))


def pages(path: Path) -> dict[str, Page]:
    """The sheets of a workbook, or of a folder of CSV files, by their names."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise BrokenFile(f"{path} is no file, but a pipe or a device; give a workbook.")
    if path.is_dir():
        found = {one.stem.capitalize(): _csv_page(one) for one in sorted(path.glob("*.csv"))}
    elif path.suffix.lower() == ".csv":
        found = {path.stem.capitalize(): _csv_page(path)}
    else:
        found = _workbook(path)
    return found


def _workbook(path: Path) -> dict[str, Page]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > MAX_BYTES:
                message = f"{path} unpacks to {size:,} bytes, and {MAX_BYTES:,} are read at most."
                raise TooLarge(message)
            refuse_entities(archive)
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        return {page.title: _page(page.title, page.iter_rows(values_only=True)) for page in book}
    except _UNREADABLE as error:
        message = f"{path} cannot be read as a workbook ({error}); save it as .xlsx."
        raise BrokenFile(message, file=str(path)) from error


def _csv_page(path: Path) -> Page:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TooLarge(f"{path} has more than {MAX_BYTES:,} bytes, which is the most read.")
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenFile(f"{path} cannot be read: {error}; save it as CSV UTF-8.") from error
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        return _page(path.name, csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise BrokenFile(f"{path} cannot be read: {error}; save it as CSV UTF-8.") from error


def _page(called: str, rows: Iterator[Sequence[object]]) -> Page:
    titles: tuple[str, ...] = ()
    found = []
    for number, cells in enumerate(rows, 1):
        if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
            message = f"{called} has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns."
            raise TooLarge(message)
        texts = [_text(cell) for cell in cells]
        if number == 1:
            titles = tuple(texts)
        elif any(texts):
            found.append(Row(number, dict(zip(titles, texts, strict=False))))
    return Page(called, titles, tuple(found))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


@dataclass
class Import:
    """One import: the forms, the names that the graph knows, and the text of the document."""

    forms: Mapping[str, Form]
    names: Names
    coded: Mapping[str, Coded]
    faults: list[CellFault] = field(default_factory=list)

    def read(self, found: Mapping[str, Page]) -> Imported:
        """The Turtle that *found* say, with all faults."""
        self._pages = {n: _known(found[n], self.forms[n]) for n in self.forms if n in found}
        self._own: dict[str, dict[str, str]] = {}
        self._places: dict[str, tuple[Page, int]] = {}
        self._titles()
        document = self._document()
        self._stem = self.coded[document].stem if document in self.coded else document
        for sheet in ("Impacts", "Responses", "Statements"):
            self._name_all(sheet)
        body = [self._block(sheet, row) for sheet, row in self._rows("Impacts", "Responses")]
        told = self._statements(document) if document else []
        files = {
            f"documents/{document}.ttl": told,
            f"things/{document}.ttl": body,
            f"{document}-coverage.ttl": self._coverage(document),
        }
        columns = {c.iri: c.title for f in self.forms.values() for c in f.columns}
        columns[TIP + "evidencedBy"] = "Words"
        return Imported(
            {path: _file(blocks) for path, blocks in files.items() if blocks},
            tuple(sorted(self.faults, key=self._order)),
            self._places,
            columns,
        )

    def _order(self, fault: CellFault) -> tuple[int, int, int, str]:
        """Where a fault stands: by sheet, by row, by column."""
        called, _, cell = fault.cell.partition("!")
        sheets = [page.called for page in self._pages.values()]
        letters, number = cell.rstrip("0123456789"), cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        place = sheets.index(called) if called in sheets else -1
        return place, int(number), len(letters), letters

    def _fault(self, page: Page, row: int, title: str | None, message: str) -> None:
        self.faults.append(CellFault(page.cell(row, title), message))

    def _rows(self, *sheets: str) -> Iterator[tuple[str, Row]]:
        for sheet in sheets:
            for row in self._pages[sheet].rows if sheet in self._pages else ():
                yield sheet, row

    def _titles(self) -> None:
        for sheet, page in self._pages.items():
            known = [column.title for column in self.forms[sheet].columns]
            for at, title in enumerate(page.titles):
                if title and title not in known:
                    near = nearest(title, [one.casefold() for one in known])
                    hint = f"; the nearest is {near[0]}" if near else ""
                    cell = f"{page.called}!{get_column_letter(at + 1)}1"
                    self.faults.append(CellFault(cell, f"no column is called “{title}”{hint}."))
        for needed in ("Document", "Statements"):
            if needed not in self._pages:
                self.faults.append(CellFault(f"{needed}!A1", "this sheet is missing."))

    def _document(self) -> str:
        page = self._pages.get("Document")
        if page is None or not page.rows:
            called = page.called if page else "Document"
            self.faults.append(CellFault(f"{called}!A2", "give the name of the document."))
            return ""
        name = page.rows[0].cells.get("Name", "")
        if not _NAMED.fullmatch(name):
            self._fault(
                page, page.rows[0].number, "Name", f"“{name}”: write small-letters-like-this."
            )
            return ""
        self._places[f"{ID}document/{name}"] = (page, page.rows[0].number)
        if name not in self.coded:
            message = "no text of it is in the folder of the texts; name its file under Text file."
            self._fault(page, page.rows[0].number, "Text file", message)
        return name

    def _name_all(self, sheet: str) -> None:
        """Give each row its address, by its name or its label."""
        own = self._own.setdefault(sheet, {})
        for _, row in self._rows(sheet):
            page, label = self._pages[sheet], row.cells.get("Label", "")
            name = row.cells.get("Name", "") or self._named(sheet, label)
            iri = self.forms[sheet].space + name
            if not _NAMED.fullmatch(name):
                self._fault(page, row.number, "Name", "give a label or a name.")
            elif iri in self._places:
                other = self._places[iri][0].cell(self._places[iri][1], "Label")
                self._fault(page, row.number, "Label", f"{name} is the name of {other} too.")
            else:
                self._places[iri] = (page, row.number)
            own[label.casefold()] = own[name] = iri

    def _named(self, sheet: str, label: str) -> str:
        plain = _SLUG.sub("-", re.sub(r"\s*\([^)]*\)$", "", label).lower()).strip("-")
        return f"{self._stem}-{plain}" if sheet == "Statements" and plain else plain

    def _iri(self, sheet: str, row: Row) -> str:
        name = row.cells.get("Name", "") or self._named(sheet, row.cells.get("Label", ""))
        return self.forms[sheet].space + name

    def _block(self, sheet: str, row: Row, more: Sequence[str] = ()) -> str:
        """A thing in Turtle, a line for each property."""
        kind = STATEMENT_CLASSES.get(row.cells.get("Kind", "").casefold(), "")
        lines = [f"a tip:{TYPES.get(sheet) or kind or 'Statement'}"]
        for column in self.forms[sheet].columns:
            if column.iri in COVERAGE:
                continue
            text = row.cells.get(column.title, "")
            if column.takes == KIND and not kind:
                message = f"“{text}” is no kind; take one of {', '.join(STATEMENT_CLASSES)}."
                self._fault(self._pages[sheet], row.number, column.title, message)
            elif column.iri and text:
                lines.append(self._pair(sheet, row, column, text))
        lines += more
        name = _written(self._iri(sheet, row))
        return name + "\n    " + " ;\n    ".join(lines) + " .\n"

    def _pair(self, sheet: str, row: Row, column: Column, text: str) -> str:
        """The property of *column* with the values in *text*."""
        values = [v.strip() for v in text.split(";")] if column.parted else [text]
        terms = [self._term(sheet, row, column, v) for v in values if v]
        return f"{_written(column.iri)} {', '.join(filter(None, terms))}"

    def _coverage(self, document: str) -> list[str]:
        """How completely a document was read that the graph does not have yet."""
        if not document or not self._is_new(document):
            return []
        row = self._pages["Document"].rows[0]
        told = [c for c in self.forms["Document"].columns if c.iri in COVERAGE]
        lines = [
            "a tip:CoverageAssessment",
            f"skos:prefLabel {_string('Coverage of ' + row.cells.get('Label', document))}@en",
            f"tip:assesses doc:{document}",
            *(self._pair("Document", row, c, t) for c in told if (t := row.cells.get(c.title))),
        ]
        self._places[f"{ID}coverage/{document}"] = (self._pages["Document"], row.number)
        return [f"coverage:{document}\n    " + " ;\n    ".join(lines) + " .\n"]

    def _is_new(self, document: str) -> bool:
        """Whether the sheet has more of the document than its name."""
        cells = self._pages["Document"].rows[0].cells
        return document in self.coded and any(t for title, t in cells.items() if title != "Name")

    def _term(self, sheet: str, row: Row, column: Column, text: str) -> str | None:
        """*text* as Turtle has it in *column*; nothing, and a fault, if it cannot stand there."""
        if column.takes in {"text", "string"}:
            return _string(text) + ("@en" if column.takes == "text" else "")
        if column.is_thing:
            return self._thing(sheet, row, column, text)
        pattern, wanted = _PLAIN[column.takes]
        if not re.fullmatch(pattern, text):
            message = f"“{text}”: write {wanted}."
            self._fault(self._pages[sheet], row.number, column.title, message)
            return None
        return {
            "unit": f"unit:{UNITS.get(text.casefold(), '')}",
            "address": f"<{text}>",
            "number": text,
            "date": f'"{text}"^^xsd:{_DATES[min(text.count("-"), 2)]}',
        }[column.takes]

    def _thing(self, sheet: str, row: Row, column: Column, text: str) -> str | None:
        for own in self._sheets_of(column.takes):
            iri = self._own.get(own, {}).get(text.casefold())
            if iri:
                return _written(iri)
        try:
            return _written(self.names.find(text, column.takes, column.title).iri)
        except BadParameter as error:
            near = error.details.get("suggestions")
            known = near if isinstance(near, tuple) else ()
            labels = [self._label(column.takes, one) for one in known]
            hint = f"; the nearest are {', '.join(labels)}" if labels else ""
            message = f"nothing is called “{text}” that can stand here{hint}."
            self._fault(self._pages[sheet], row.number, column.title, message)
            return None

    def _sheets_of(self, takes: str) -> tuple[str, ...]:
        return {
            "Impact": ("Impacts",),
            "PolicyResponse": ("Responses",),
            "CausalFactor": ("Impacts",),
            "Statement": ("Statements",),
            "Thing": ("Impacts", "Responses"),
        }.get(takes, ())

    def _label(self, takes: str, name: str) -> str:
        entry = self.names.of(takes).get(name.casefold())
        return entry.label if entry else name

    def _statements(self, document: str) -> list[str]:
        """The blocks of the document, of its statements, and of their passages."""
        found, passages = [], dict[tuple[Span, ...], Found]()
        for _, row in self._rows("Statements"):
            passage = self._passage(document, row, passages)
            more = [f"tip:statedIn doc:{document}"]
            if passage is not None:
                more.append(f"tip:evidencedBy passage:{passage.name}")
            found.append(self._block("Statements", row, more))
        return [*self._head(document), *found, *(turtle(one) for one in passages.values())]

    def _head(self, document: str) -> list[str]:
        """The block of the document, if the sheet has more of it than its name."""
        if not self._is_new(document):
            return []
        row, coded = self._pages["Document"].rows[0], self.coded[document]
        facts = [f'tip:sha256 "{coded.sha256}"', f"tip:textLength {len(coded.text)}"]
        return [self._block("Document", row, facts)]

    def _passage(
        self, document: str, row: Row, passages: dict[tuple[Span, ...], Found]
    ) -> Found | None:
        """The passage of a row: where its words stand, or the spans it gives."""
        coded, page = self.coded.get(document), self._pages["Statements"]
        cells = {c.takes: row.cells.get(c.title, "") for c in self.forms["Statements"].columns}
        if coded is None:
            return None
        known = [one.phrase for one in passages.values()]
        if cells[SPANS]:
            found = self._by_spans(coded, page, row, cells, known)
        else:
            found = self._by_words(coded, page, row, cells[WORDS], cells[PHRASE])
        if found is not None and cells[PHRASE]:
            found = self._phrased(coded, page, row, found, cells[PHRASE])
        return None if found is None else passages.setdefault(found.spans, found)

    def _by_spans(
        self, coded: Coded, page: Page, row: Row, cells: Mapping[str, str], taken: Sequence[str]
    ) -> Found | None:
        told = [_SPAN.fullmatch(one) for one in cells[SPANS].split(",")]
        spans = tuple(Span(int(one[1]), int(one[2])) for one in told if one)
        if len(spans) < len(told) or not inside(spans, coded.text):
            message = f"write spans within 0-{len(coded.text)} such as 12-40, 51-60."
            self._fault(page, row.number, "Spans", message)
            return None
        return marked(coded, spans, cells[PHRASE], taken)

    def _phrased(self, coded: Coded, page: Page, row: Row, found: Found, phrase: str) -> Found:
        """*found* with the phrase that was given for it."""
        given = marked(coded, found.spans, phrase)
        if given.same is None and Reading(given.phrase).plain != Reading(phrase).plain:
            message = "give two to eight words in a row that stand in the passage."
            self._fault(page, row.number, "Phrase", message)
        return given

    def _by_words(
        self, coded: Coded, page: Page, row: Row, words: str, phrase: str
    ) -> Found | None:
        wanted = [part for part in _PARTS.split(words or phrase) if part]
        if not wanted:
            self._fault(page, row.number, "Words", "give words of the passage, or its spans.")
            return None
        whole = len(wanted) == 1 and len(wanted[0].split()) <= _LONG
        found = locate(coded, wanted, whole=whole)
        if len(found) == 1:
            return found[0]
        many = f"stand in {len(found)} places: give more of them"
        reason = many if found else "do not stand in the text: copy them from it"
        self._fault(page, row.number, "Words" if words else "Phrase", f"these words {reason}.")
        return None


# What texts that are no things look like, and how to write them.
_PLAIN = {
    "number": (r"[+-]?\d+(\.\d+)?", "a number such as 20 or 3.5"),
    "unit": (rf"(?i:{'|'.join(UNITS)})", " or ".join(UNITS)),
    "date": (r"\d{4}(-\d\d(-\d\d)?)?", "a date such as 2021-05-30, or a year"),
    "address": (r"https?://[^\s<>\"{}|\\^`]+", "an address that begins with https://"),
}
_DATES = ("gYear", "gYearMonth", "date")
_SPACES = {p: PREFIXES[p] for p in sorted(PREFIXES)}


def _known(page: Page, form: Form) -> Page:
    """*page* with its titles as the form writes them."""
    names = {t: c.title for t in page.titles if (c := form.column(t)) is not None}
    titles = tuple(names.get(title, title) for title in page.titles)
    rows = tuple(
        Row(row.number, {names.get(t, t): text for t, text in row.cells.items()})
        for row in page.rows
    )
    return Page(page.called, titles, rows)


def _file(blocks: Sequence[str]) -> str:
    body = "\n".join(blocks)
    used = [p for p in _SPACES if re.search(rf"(?<![\w:/]){p}:", body)]
    head = "".join(f"@prefix {prefix}: <{_SPACES[prefix]}> .\n" for prefix in used)
    return f"{head}\n{body}"


def _written(iri: str) -> str:
    """*iri* as Turtle has it under the prefixes of this project."""
    short = shorten(iri)
    return f"<{iri}>" if short == iri else short


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
