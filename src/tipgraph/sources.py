"""Copies of the source documents on this machine: found by hash, quoted by span, checked whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import BrokenFile, SourceMismatch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .answers import Document, Passage


def digest(text: str) -> str:
    """The SHA-256 of *text* in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a source text or with a passage of it, and what to do."""

    document: str
    subject: str
    message: str


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

    def require(self, documents: Sequence[Document]) -> None:
        """Raise `SourceMismatch` if a file that bears a document's name has other contents."""
        for document in documents:
            other = self._names.get(document.file)
            if other is not None and other != document.sha256:
                raise SourceMismatch(self._changed(document, other))

    def quote(self, passage: Passage) -> str | None:
        """The words of *passage*, its spans parted by an ellipsis; None without a fitting text."""
        text = self.text(passage.document)
        if text is None:
            return None
        parts = [text[span.start : span.end] for span in passage.spans]
        if digest("".join(parts)) != passage.sha256:
            return None
        return " […] ".join(" ".join(part.split()) for part in parts)

    def check(self, documents: Sequence[Document], passages: Sequence[Passage]) -> list[Fault]:
        """All faults of the texts here, and of the passages in them."""
        faults = [fault for d in documents if (fault := self._document_fault(d)) is not None]
        for passage in passages:
            text = self.text(passage.document)
            if text is not None:
                reason = _passage_fault(passage, text)
                if reason:
                    faults.append(Fault(passage.document.id, passage.id, reason))
        return faults

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


def _passage_fault(passage: Passage, text: str) -> str | None:
    if any(not 0 <= span.start < span.end <= len(text) for span in passage.spans):
        return f"a span lies outside the text of {len(text)} code points"
    parts = [text[span.start : span.end] for span in passage.spans]
    found = digest("".join(parts))
    if found != passage.sha256:
        return f"the spans hold other words than were coded: SHA-256 {found}, not {passage.sha256}"
    if not any(passage.phrase in part for part in parts):
        return f"the phrase “{passage.phrase}” does not stand in the spans"
    return None
