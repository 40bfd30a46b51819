"""The commands that draft a document, and walk a curator through the draft."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import textwrap
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from .errors import BadParameter
from .graph import SHIPPED

if TYPE_CHECKING:
    from .answers import Document
    from .drafted import Paper
    from .evidence import Bench
    from .names import Names
    from .review import Review
    from .vocabulary import Vocabulary

_PATH = click.Path(path_type=Path)
_store_option = click.option("--store", help="A store, as for `tipgraph question`; else the files.")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HEAD, _TAIL = 3_000, 1_500
_RULES = SHIPPED.queries / "draft"


@dataclass(frozen=True, slots=True)
class _Told:
    """What the command line says of a document: its name, title, publisher and date."""

    name: str
    title: str | None
    publisher: str | None
    issued: str | None


@click.command("draft")
@click.argument("file", type=_PATH)
@click.option("--output", type=_PATH, help="The draft; without it, the name with .draft.ttl.")
@click.option("--texts", type=_PATH, help="Folder for the text; without it, that of the draft.")
@click.option("--name", help="Name of the document, such as my-report; else that of the file.")
@click.option("--title", help="Its title; else the first heading.")
@click.option("--publisher", help="An actor of the graph; else the one named most at the start.")
@click.option("--issued", help="Year or date of issue; else the first year in the text.")
@click.option("--force", is_flag=True, help="Write over a draft that is there.")
@_store_option
def draft_document(
    file: Path,
    *,
    output: Path | None,
    texts: Path | None,
    name: str | None,
    title: str | None,
    publisher: str | None,
    issued: str | None,
    force: bool,
    store: str | None,
) -> None:
    """Propose statements for the document in FILE: PDF, HTML, DOCX, Markdown or text.

    Writes its text, to which the spans refer, and a Turtle draft in which each statement has its
    passage and names the rule that proposed it. All are marked as not reviewed. Nothing is
    fetched, and no other file is read.

    Example: tipgraph draft my-report.pdf --publisher unodc --issued 2021
    """
    from .confined import read_document
    from .evidence import Bench
    from .names import Names
    from .opening import open_store
    from .vocabulary import Vocabulary

    called = name or _named(file)
    if not _NAME.fullmatch(called):
        raise BadParameter(f"--name {called}: write small letters, digits and single hyphens.")
    target = output or Path(f"{called}.draft.ttl")
    if target.exists() and not force:
        raise BadParameter(f"{target} is there already; name another, or add --force.")
    text = read_document(file)
    bench = Bench(open_store(store), SHIPPED)
    vocabulary = Vocabulary(bench.store, _RULES)
    actor = _actor(publisher, Names(bench.store, SHIPPED)) if publisher else None
    if issued and not _DATE.fullmatch(issued):
        raise BadParameter(f"--issued {issued}: write a date such as 2021-05-30, or a year.")
    known = _known(bench, text)
    paper = known or _paper(_Told(called, title, actor, issued), text, vocabulary)
    _write(target, texts or target.parent, paper, bench, vocabulary)


def _write(target: Path, texts: Path, paper: Paper, bench: Bench, vocabulary: Vocabulary) -> None:
    from .clues import Clues
    from .drafted import Draft
    from .pairings import Pairer
    from .proposals import Proposer
    from .queries import read
    from .terms import shorten, text_of

    clues = Clues(_RULES)
    stated = Proposer(vocabulary, clues).propose(paper.text)
    found = [*stated, *Pairer(vocabulary, clues).pair(stated)]
    rows = bench.store.select(read(_RULES / "taken.rq").text)
    taken = {text_of(row["thing"]) for row in rows}
    draft = Draft(paper, vocabulary, taken)
    for row in bench.store.select(read(_RULES / "resources.rq").text):
        draft.resources[text_of(row["label"]).casefold()] = shorten(text_of(row["thing"]))
    written = draft.turtle(found)
    text = texts / paper.file
    if text.exists() and text.read_bytes() != paper.text.encode():
        message = f"{text} is there already with another text; name another folder with --texts."
        raise BadParameter(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    texts.mkdir(parents=True, exist_ok=True)
    text.write_bytes(paper.text.encode())
    target.write_bytes(written.encode())
    counts = Counter(one.kind for one in found)
    for kind, number in sorted(counts.items()):
        print(f"{number:5} {kind}")
    print("\n".join([*paper.notes, f"text: {text}", f"draft: {target}"]))
    beside = "" if texts == target.parent else f" --texts {texts}"
    print(f"Next: tipgraph review {target} --curator NAME{beside}")


def _named(file: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")


def _known(bench: Bench, text: str) -> Paper | None:
    """The document of the graph whose text this is, if there is one."""
    from .drafted import Paper
    from .spans import digest
    from .terms import slug

    key = digest(text)
    found: Document | None = next((d for d in bench.documents.values() if d.sha256 == key), None)
    if found is None:
        return None
    publisher = _publisher_of(bench, found.id)
    return Paper(
        slug(found.id), found.label, publisher, found.issued, found.file, text, is_known=True
    )


def _publisher_of(bench: Bench, document: str) -> str:
    from .queries import read
    from .terms import text_of

    rows = bench.store.select(read(_RULES / "publishers.rq").text)
    return next(text_of(row["speaker"]) for row in rows if text_of(row["document"]) == document)


def _actor(publisher: str, names: Names) -> str:
    return names.find(publisher, "Actor", "--publisher").iri


def _paper(told: _Told, text: str, vocabulary: Vocabulary) -> Paper:
    from .clues import Clues
    from .drafted import Paper
    from .sections import headings

    unread = Clues(_RULES).unread
    heads = [h for h in headings(text) if not any(c.pattern.search(h.title) for c in unread)]
    title = " ".join((told.title or (heads[0].title if heads else told.name)).split())
    publisher = told.publisher or _guess(text, vocabulary)
    years = _YEAR.findall(text[:_HEAD]) or _YEAR.findall(text[-_TAIL:])
    issued = told.issued or (years[0] if years else str(datetime.now(UTC).year))
    if publisher is None:
        message = "Nobody who may have published it is named at its start; give --publisher."
        raise BadParameter(message)
    guessed = {
        f"The title is guessed: {title}.": told.title,
        f"The publisher is guessed: {vocabulary.labels[publisher]}.": told.publisher,
        f"The date of issue is guessed: {issued}.": told.issued,
    }
    notes = tuple(note for note, given in guessed.items() if not given)
    return Paper(told.name, title, publisher, issued, f"{told.name}.txt", text, notes=notes)


def _guess(text: str, vocabulary: Vocabulary) -> str | None:
    """The body that is named most where the text begins."""
    from .terms import ID

    named = [m.iri for m in vocabulary.mentions(text[:_HEAD]) if m.iri.startswith(f"{ID}actor/")]
    return Counter(named).most_common(1)[0][0] if named else None


@click.command("review")
@click.argument("draft", type=_PATH)
@click.option("--curator", required=True, envvar="TIPGRAPH_CURATOR", help="Who decides.")
@click.option("--output", type=_PATH, default=Path(), help="Folder, such as that of the data.")
@click.option("--texts", type=_PATH, help="Folder of the text; without it, that of the draft.")
@_store_option
def review_draft(
    draft: Path, *, curator: str, output: Path, texts: Path | None, store: str | None
) -> None:
    """Walk through a draft: accept, change, name, reject or skip each statement, or undo.

    Commands are read from standard input; ? lists them. Who decided what and when is kept in a
    ledger beside the draft, from which the next review goes on, also after an interrupt. Accepted
    statements are written in house form below the folder of --output.

    Example: tipgraph review my-report.draft.ttl --curator "A. Curator" --output data
    """
    from .review import HELP, keep

    work = _review(draft, curator, texts or draft.parent, store)
    print(HELP)
    with Prompt() as commands:
        try:
            work.run(commands, _tell)
        finally:
            paths = keep(work.files(), output)
    verdicts = Counter(work.ledger.verdicts().values())
    told = [f"{number} {verdict}" for verdict, number in sorted(verdicts.items())]
    print(f"\n{', '.join([*told, f'{len(work.waiting())} waiting'])}")
    print("\n".join(map(str, [*paths, work.ledger.path] if verdicts else paths)))


class Prompt:
    """The lines of standard input, until they end, or an interrupt or a closed terminal does.

    Neither breaks in while a command is carried out: what was begun is done first.
    """

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self._is_over = self._waits = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Take over the signals."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            one = getattr(signal, name, None)
            if one is not None:
                self._before[one] = signal.signal(one, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> str:
        """The next line, when there is one."""
        self._waits = True
        try:
            line = "" if self._is_over else self._line()
        except EOFError:
            line = ""
        self._waits = False
        if not line:
            raise StopIteration
        return line

    @staticmethod
    def _line() -> str:
        if sys.stdin.isatty():
            print("> ", end="", flush=True)
        return sys.stdin.readline()

    def _end(self, *_: object) -> None:
        self._is_over = True
        if self._waits:
            raise EOFError


def _tell(text: str) -> None:
    """Print *text*, in lines that are no wider than the terminal, if it is one."""
    width = shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else 0
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        wide = 0 < width < len(line)
        print(textwrap.fill(line, width, subsequent_indent=f"{indent}    ") if wide else line)
    sys.stdout.flush()


def _review(draft: Path, curator: str, texts: Path, store: str | None) -> Review:
    from .evidence import Bench
    from .forms import forms
    from .ledger import Ledger
    from .names import Names
    from .opening import open_store
    from .rdf import read
    from .review import Manuscript, Review
    from .revisions import stated
    from .spans import digest

    manuscript = Manuscript(draft)
    bench = Bench(open_store(store), SHIPPED)
    form = forms(stated(read(bench.store.dump("nquads"), "nquads")))["Statements"]
    found = [path.read_bytes().decode() for path in sorted(texts.glob("*.txt"))]
    ledger = Ledger.opened(draft.with_suffix(".review.ttl"))
    names = Names(bench.store, SHIPPED)
    return Review(manuscript, ledger, curator, names, form, {digest(text): text for text in found})
