"""Copies of the source documents on this machine: found by hash, quoted by span, checked whole."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import BrokenFile, SourceMismatch
from .moved import CERTAIN, SURENESS, Marked, Seeker, Whereabouts
from .spans import inside, mark, parts, phrase, searchable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .answers import Document, Passage


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a source text or with a passage of it, and where the passage went."""

    document: str
    subject: str
    message: str
    found: Whereabouts | None = None


class Sources:
    """The texts found in one folder, each under the SHA-256 of its file."""

    def __init__(self, folder: Path) -> None:
        """Read every `.txt` file in *folder*; a file that is not UTF-8 is a `BrokenFile`."""
        if not folder.is_dir():
            message = f"{folder} is not a folder; give the folder that holds the source texts."
            raise BrokenFile(message)
        self.folder = folder
        self._texts: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for path in sorted(folder.glob("*.txt")):
            data = path.read_bytes()
            try:
                text = data.decode()
            except UnicodeDecodeError as error:
                message = f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8."
                raise BrokenFile(message) from error
            key = hashlib.sha256(data).hexdigest()
            self._texts[key] = text
            self._names[path.name] = key

    def text(self, document: Document) -> str | None:
        """The text of *document*, if a file with its hash is here."""
        return self._texts.get(document.sha256)

    def hashed(self, sha256: str) -> str | None:
        """The text of the file that has this hash."""
        return self._texts.get(sha256)

    def named(self, file: str) -> tuple[str, str] | None:
        """The text of the file of this name, with its hash."""
        key = self._names.get(file)
        return None if key is None else (self._texts[key], key)

    def require(self, documents: Sequence[Document]) -> None:
        """Raise `SourceMismatch` if a file that bears a document's name has other contents."""
        for document in documents:
            other = self._names.get(document.file)
            if other is not None and other != document.sha256:
                raise SourceMismatch(self._changed(document, other))

    def quote(self, passage: Passage) -> str | None:
        """The words of *passage*, its spans parted by an ellipsis; None without a fitting text."""
        text = self.text(passage.document)
        if text is None or mark(passage.spans, text) != passage.sha256:
            return None
        return " […] ".join(" ".join(part.split()) for part in parts(passage.spans, text))

    def check(
        self,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        former: Sources | None = None,
    ) -> list[Fault]:
        """All faults of the texts here, and of the passages in them.

        A file that bears a document's name but is another text is a new edition, in which the
        passages are looked for; *former* may have the text that was coded.
        """
        faults = [fault for d in documents if (fault := self._document_fault(d)) is not None]
        for document in {p.document.id: p.document for p in passages}.values():
            own = [p for p in passages if p.document.id == document.id]
            faults += self._passage_faults(document, own, former)
        return faults

    def _passage_faults(
        self, document: Document, passages: Sequence[Passage], former: Sources | None
    ) -> Iterator[Fault]:
        coded, other = self.text(document), self.named(document.file)
        if coded is None and other is None:
            return
        text = other[0] if coded is None and other else coded or ""
        seeker = Seeker(text, former.text(document) if former else None, edition=coded is None)
        all_marked = [Marked(p.spans, p.sha256, p.phrase) for p in passages]
        if coded is None:
            seeker.learn(all_marked)
        for passage, marked in zip(passages, all_marked, strict=True):
            found = seeker.find(marked)
            reason = _passage_fault(marked, text, found)
            if reason:
                yield Fault(document.id, passage.id, reason, found)

    def _document_fault(self, document: Document) -> Fault | None:
        text = self.text(document)
        if text is None:
            other = self._names.get(document.file)
            reason = (
                f"no file in {self.folder} has the SHA-256 {document.sha256}; "
                f"put the text of “{document.title}” there as {document.file}"
                if other is None
                else self._changed(document, other)
            )
            return Fault(document.id, document.id, reason)
        if len(text) != document.length:
            reason = f"the text has {len(text)} code points, the graph says {document.length}"
            return Fault(document.id, document.id, reason)
        return None

    def _changed(self, document: Document, found: str) -> str:
        return (
            f"{self.folder / document.file} is not the text that was coded: its SHA-256 is "
            f"{found}, the graph has {document.sha256}. Restore that text, or remove the file."
        )


def summary(faults: Sequence[Fault]) -> list[str]:
    """How many passages of each document moved, and how sure that is, a line for each."""
    counts: dict[str, Counter[str]] = {}
    for fault in faults:
        if fault.found is not None:
            counts.setdefault(fault.document, Counter())[fault.found.sure] += 1
    return [
        f"{document}: " + ", ".join(f"{found[s]} {s}" for s in SURENESS if found[s])
        for document, found in counts.items()
    ]


def _passage_fault(marked: Marked, text: str, found: Whereabouts) -> str | None:
    if found.sure == CERTAIN and found.spans == marked.spans:
        stands = any(marked.phrase in part for part in parts(marked.spans, text))
        if stands and searchable(marked.phrase):
            return None
        hint = phrase(marked.spans, text)
        other = f"; a phrase that does is “{hint}”" if hint else ""
        wrong = (
            "cannot be searched for as it is written" if stands else "does not stand in the spans"
        )
        return (
            f"the words are those that were coded, but the phrase “{marked.phrase}” {wrong}{other}"
        )
    if not inside(marked.spans, text):
        wrong = f"a span lies outside the text of {len(text)} code points"
    else:
        wrong = "the spans hold other words than were coded"
    return f"{wrong}; {found.reason} ({found.sure})"
