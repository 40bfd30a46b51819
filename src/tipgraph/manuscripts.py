"""The text of a PDF, HTML, DOCX, Markdown or text file, with its headings and items marked.

What hostile files can do is bounded here by size and number, and by `confined` in time and reach.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import BrokenFile, NotInstalled, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MAX_BYTES, MAX_PAGES, MAX_TEXT = 50_000_000, 2_000, 2_000_000
MAX_UNPACKED, MAX_PARTS, MAX_RATIO = 200_000_000, 5_000, 200
MAX_DEPTH = 500
_BLANK = re.compile(r"[ \t\r\n\f\v]+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE
)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_UNWRITTEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]|\r(?!\n)")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HYPHEN = re.compile(r"(?<=[a-z])-$")
# What of a page is not its text.
_UNREAD = "script,style,template,noscript,nav,iframe,object,svg,form,button,head>:not(title)"
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = {*_HEADS, "p", "li", "blockquote", "pre", "dt", "dd", "td", "th", "figcaption", "caption"}
_INLINE = (
    {"a", "abbr", "b", "cite", "code", "em", "font", "i", "label", "mark", "q", "s", "small"}
    | {"span", "strong", "sub", "sup", "time", "u"}
)  # fmt: skip
_LARGER, _APART, _LONGEST = 1.15, 1.6, 160
_DOCX_MAIN = "word/document.xml"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item, or a heading of a *level* from 1 on."""

    text: str
    level: int = 0
    item: bool = False


def form_of(data: bytes, ending: str) -> str:
    """Which format *data* are in, by their first bytes; the ending decides between texts."""
    if not data.strip():
        raise BrokenFile("It is empty; give a document that has text.")
    if data.startswith(_WIDE):
        raise BrokenFile("It is in UTF-16 or UTF-32; save it as UTF-8.")
    if data.lstrip()[:5] == b"%PDF-":
        return "pdf"
    if data[:4] == b"PK\x03\x04":
        return "docx"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        message = "It is an old or an encrypted Office file; save it as .docx without a password."
        raise BrokenFile(message)
    if b"\0" in data[:4096]:
        message = (
            "It is no document that can be read; give a PDF, HTML, DOCX, Markdown or text file."
        )
        raise BrokenFile(message)
    known = {".htm": "html", ".html": "html", ".xhtml": "html", ".md": "markdown"}
    claimed = {**known, ".markdown": "markdown", ".txt": "text", ".text": "text"}
    if ending not in claimed:
        message = (
            f"What ends in “{ending}” is not what it holds, or is not read; "
            "give a file that ends in .pdf, .html, .docx, .md or .txt."
        )
        raise BrokenFile(message)
    return claimed[ending]


def manuscript(data: bytes, ending: str) -> str:
    """The text of a file: paragraphs parted by empty lines, `#` before headings, `-` before items.

    A plain text is left exactly as it is, for others may have marked places in it.
    """
    if len(data) > MAX_BYTES:
        message = f"It has {len(data):,} bytes, and {MAX_BYTES:,} are read at most."
        raise TooLarge(message)
    form = form_of(data, ending)
    text = _plain(data) if form == "text" else written(_READERS[form](data))
    if len(text) > MAX_TEXT:
        message = f"Its text has {len(text):,} characters, and {MAX_TEXT:,} are read at most."
        raise TooLarge(message)
    if not any(ch.isalpha() for ch in text):
        message = "There is no text in it; if it is made of pictures, recognise their text first."
        raise BrokenFile(message)
    return text


def written(blocks: Iterable[Block]) -> str:
    """*blocks* as one text."""
    lines = []
    for block in blocks:
        plain = _BLANK.sub(" ", _CONTROL.sub(" ", block.text)).strip()
        mark = "#" * block.level + " " if block.level else "- " if block.item else ""
        if plain:
            lines.append(mark + plain)
    return "\n\n".join(lines) + "\n"


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = f"It is not UTF-8 at byte {error.start}; save it as UTF-8."
        raise BrokenFile(message) from error


def _plain(data: bytes) -> str:
    """A plain text as it is; one that would be read otherwise than it looks is refused."""
    text = _decoded(data)
    match = _UNWRITTEN.search(text)
    if match is not None:
        told = "a line that ends with CR alone" if match[0] == "\r" else "a control character"
        message = f"It has {told} at character {match.start()}; save it anew as plain text."
        raise BrokenFile(message)
    return text


def _package(name: str) -> Any:  # noqa: ANN401 - a module of another project
    try:
        return import_module(name)
    except ImportError as error:
        message = f"{name} is not installed; run: pip install 'tipgraph[draft]'"
        raise NotInstalled(message) from error


def _markdown(data: bytes) -> Iterator[Block]:
    """The blocks of a Markdown text; addresses of links and HTML in it are left out."""
    tokens = _package("markdown_it").MarkdownIt("commonmark").enable("table").parse(_decoded(data))
    level, depth, first = 0, 0, False
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type in {"list_item_open", "list_item_close"}:
            first = token.nesting == 1
            depth += token.nesting
        elif token.type == "inline":
            yield Block(_inline(token.children or ()), level, item=depth > 0 and first)
            level, first = 0, False
        elif token.type in {"fence", "code_block"}:
            yield Block(token.content)


def _inline(tokens: Sequence[Any]) -> str:
    breaks = {"softbreak": " ", "hardbreak": " "}
    told = (
        breaks.get(t.type) or (t.content if t.type in {"text", "code_inline"} else "")
        for t in tokens
    )
    return "".join(told)


def _html(data: bytes) -> Iterator[Block]:
    """The blocks of a page, without scripts, styles, navigation and forms."""
    parser = _package("selectolax.lexbor").LexborHTMLParser(_page(data))
    for node in parser.css(_UNREAD):
        node.decompose()
    title, heads = parser.css_first("title"), parser.css("h1")
    if title is not None and not heads:
        yield Block(title.text(), 1)
    if parser.body is not None:
        yield from _Page().blocks(parser.body)


def _page(data: bytes) -> str:
    match = _CHARSET.search(data[:4096])
    for name in ("utf-8-sig", *([match[1].decode()] if match else [])):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return _decoded(data)


@dataclass
class _Page:
    """A page as it is walked through: words between blocks are paragraphs of their own."""

    loose: list[str] = field(default_factory=list)

    def blocks(self, body: Any) -> Iterator[Block]:  # noqa: ANN401 - selectolax has no types
        waiting: list[tuple[int, Any]] = [(0, body)]
        while waiting:
            depth, node = waiting.pop()
            if depth > MAX_DEPTH:
                raise BrokenFile("It is nested too deeply to be read; save its text alone.")
            if node is None:
                yield from self._paragraph()
                continue
            if node.tag == "-text":
                self.loose.append(node.text())
            elif node.tag == "br":
                self.loose.append("\n")
            elif node.tag in _BLOCKS and not self._holds_blocks(node):
                yield from self._paragraph()
                yield _tagged(node)
            elif not node.tag.startswith(("-", "_", "!")):
                if node.tag not in _INLINE:
                    yield from self._paragraph()
                    waiting.append((0, None))
                within = reversed(list(node.iter(include_text=True)))
                waiting += [(depth + 1, one) for one in within]
        yield from self._paragraph()

    def _paragraph(self) -> Iterator[Block]:
        text = "".join(self.loose)
        self.loose.clear()
        if text.strip():
            yield Block(text)

    @staticmethod
    def _holds_blocks(node: Any) -> bool:  # noqa: ANN401 - selectolax has no types
        return any(one.tag in _BLOCKS or one.tag in {"ul", "ol"} for one in node.css("*")[1:])


def _tagged(node: Any) -> Block:  # noqa: ANN401 - selectolax has no types
    level = int(node.tag[1]) if node.tag in _HEADS else 0
    return Block(node.text(), level, item=node.tag in {"li", "dd"})


def _docx(data: bytes) -> Iterator[Block]:
    """The paragraphs of a DOCX file, and those in its tables, in order."""
    _check_archive(data)
    docx = _package("docx")
    try:
        document = docx.Document(io.BytesIO(data))
        yield from _bodies(document)
    except (KeyError, ValueError, AttributeError, zipfile.BadZipFile, SyntaxError) as error:
        message = f"It cannot be read as DOCX ({error}); open it in a word processor and save it."
        raise BrokenFile(message) from error


def _bodies(body: Any) -> Iterator[Block]:  # noqa: ANN401 - python-docx has no types
    for part in body.iter_inner_content():
        if hasattr(part, "rows"):
            for row in part.rows:
                cells = dict.fromkeys(cell.text for cell in row.cells if cell.text.strip())
                yield Block(" | ".join(cells))
            continue
        style = part.style.name if part.style is not None else ""
        level = re.fullmatch(r"Heading ([1-6])", style)
        title = int(style == "Title")
        is_item = style.startswith("List")
        yield Block(part.text, int(level[1]) if level else title, item=is_item and not level)


def refuse_entities(archive: zipfile.ZipFile) -> None:
    """Refuse an Office file whose XML declares entities, in whatever letters it is written."""
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            plain = archive.read(name).replace(b"\0", b"")
            if _ENTITY.search(plain):
                raise BrokenFile(f"{name} in it declares entities; save the file anew.")


def _check_archive(data: bytes) -> None:
    """Refuse an archive that unpacks to too much, or holds scripts, or names outer entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if (
                size > min(MAX_UNPACKED, 1_000_000 + MAX_RATIO * len(data))
                or len(members) > MAX_PARTS
            ):
                message = (
                    f"It unpacks to {size:,} bytes in {len(members):,} parts; that is too much."
                )
                raise TooLarge(message)
            names = {member.filename for member in members}
            if any(name.lower().endswith(".bin") and "vba" in name.lower() for name in names):
                raise BrokenFile("It holds macros; save it as .docx without them.")
            if _DOCX_MAIN not in names:
                raise BrokenFile("It is an archive, but no DOCX file; give the document itself.")
            refuse_entities(archive)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        message = f"It cannot be unpacked ({error}); it may be cut short or encrypted."
        raise BrokenFile(message) from error


@dataclass(frozen=True, slots=True)
class _Line:
    page: int
    y: float
    size: float
    text: str


def _pdf(data: bytes) -> Iterator[Block]:
    """The paragraphs of a PDF by the gaps between its lines; larger letters are headings."""
    pypdf = _package("pypdf")
    errors = import_module("pypdf.errors")
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise BrokenFile("It is encrypted; save a copy without a password.")
        if len(reader.pages) > MAX_PAGES:
            message = f"It has {len(reader.pages):,} pages, and {MAX_PAGES:,} are read at most."
            raise TooLarge(message)
        _refuse_scripts(reader)
        lines = [line for n, page in enumerate(reader.pages) for line in _lines(n, page)]
    except (
        errors.PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
    ) as error:
        message = f"It cannot be read as a PDF ({error}); print it into a new PDF."
        raise BrokenFile(message) from error
    return _paragraphs(lines)


def _refuse_scripts(reader: Any) -> None:  # noqa: ANN401 - pypdf is imported when needed
    root = reader.trailer["/Root"].get_object()
    action = root.get("/OpenAction")
    names = root.get("/Names")
    opened = action.get_object() if action is not None else None
    kind = opened.get("/S") if isinstance(opened, dict) else None
    scripts = names is not None and "/JavaScript" in names.get_object()
    scripts = scripts or any("/AA" in page for page in reader.pages)
    if scripts or "/AA" in root or kind in {"/JavaScript", "/Launch", "/SubmitForm"}:
        raise BrokenFile("It holds scripts or starts programs; print it into a new PDF.")


def _lines(number: int, page: Any) -> list[_Line]:  # noqa: ANN401 - pypdf is imported when needed
    found: list[_Line] = []
    held: list[tuple[str, float, float]] = []

    def end() -> None:
        told = "".join(text for text, _, _ in held)
        if told.strip():
            _, y, size = max(held, key=lambda one: len(one[0].strip()))
            found.append(_Line(number, y, size, " ".join(told.split())))
        held.clear()

    def see(text: str, cm: Sequence[float], tm: Sequence[float], _: object, size: float) -> None:
        y, height = tm[5] * cm[3] + cm[5], abs(size * (tm[3] or 1) * (cm[3] or 1))
        for n, part in enumerate(text.split("\n")):
            if n:
                end()
            if part:
                held.append((part, y, height))

    page.extract_text(visitor_text=see)
    end()
    return found


def _paragraphs(lines: Sequence[_Line]) -> Iterator[Block]:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    held: list[_Line] = []
    blocks = []
    for line in lines:
        if held and _parted(held[-1], line):
            blocks.append(_joined(held, body))
            held = []
        held.append(line)
    if held:
        blocks.append(_joined(held, body))
    yield from _titled(blocks)


def _titled(blocks: Iterable[Block]) -> Iterator[Block]:
    """*blocks* with the first of their headings as the title."""
    is_titled = False
    for block in blocks:
        first = block.level > 0 and not is_titled
        is_titled = is_titled or first
        yield replace(block, level=1) if first else block


def _parted(above: _Line, line: _Line) -> bool:
    gap = above.y - line.y
    same = abs(above.size - line.size) <= 0.1 * max(above.size, line.size)
    bullet = re.match(r"[•●▪◦·–-]\s", line.text)
    return bool(
        above.page != line.page
        or not same
        or bullet
        or gap > _APART * line.size
        or gap < -line.size
    )


def _joined(lines: Sequence[_Line], body: float) -> Block:
    text = ""
    for line in lines:
        cut = bool(_HYPHEN.search(text)) and line.text[:1].islower()
        text = text[:-1] + line.text if cut else f"{text} {line.text}".strip()
    bullet = re.match(r"[•●▪◦·–-]\s+", text)
    if bullet:
        return Block(text[bullet.end() :], item=True)
    large = lines[0].size > _LARGER * body and len(text) <= _LONGEST
    return Block(text, 2 if large and any(ch.isalpha() for ch in text) else 0)


_READERS: dict[str, Callable[[bytes], Iterator[Block]]] = {
    "docx": _docx,
    "html": _html,
    "markdown": _markdown,
    "pdf": _pdf,
}
