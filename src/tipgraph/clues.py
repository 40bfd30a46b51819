"""The rules by which drafts are proposed: lines of the tables in queries/draft."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .errors import BrokenFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clue:
    """A line of a table: its cells by the titles of the columns, and its pattern."""

    cells: Mapping[str, str]
    pattern: re.Pattern[str]

    @property
    def rule(self) -> str:
        """What the line is called."""
        return self.cells["rule"]

    def fits(self, kind: str) -> bool:
        """Whether the line is for statements of *kind*."""
        return not self.cells.get("kinds") or kind in self.cells["kinds"].split()


class Clues:
    """All tables of a folder, each read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        """Take the rules from *folder*."""
        self._folder = folder

    @cached_property
    def kinds(self) -> tuple[Clue, ...]:
        """Which words make a sentence a statement, and of which kind."""
        return self._table("kinds")

    @cached_property
    def resources(self) -> tuple[Clue, ...]:
        """Which words make a line a listed resource, and of which type."""
        return self._table("resources")

    @cached_property
    def figures(self) -> tuple[Clue, ...]:
        """Which numbers are figures."""
        return self._table("figures")

    @cached_property
    def unread(self) -> tuple[Clue, ...]:
        """Which paragraphs are no content."""
        return self._table("unread")

    @cached_property
    def announcing(self) -> tuple[Clue, ...]:
        """Which sentences only announce what comes."""
        return self._table("announcing")

    @cached_property
    def links(self) -> tuple[Clue, ...]:
        """Which headings and words tie a response to an impact."""
        return self._table("links")

    @cached_property
    def roles(self) -> tuple[Mapping[str, str], ...]:
        """What the things that a sentence names are in a statement."""
        return tuple(self._rows("roles"))

    @cached_property
    def bases(self) -> tuple[Clue, ...]:
        """What a claim rests on."""
        return self._table("bases")

    def first(self, table: str, text: str, kind: str = "") -> Clue:
        """The first line of *table* that fits *text*; the last line of each fits all."""
        lines = self._chosen[table]
        return next((c for c in lines if c.fits(kind) and c.pattern.search(text)), lines[-1])

    def value(self, told: str) -> str | None:
        """The number that *told* says in digits or in words, as a decimal."""
        plain = told.replace(",", "").lower()
        if re.fullmatch(r"\d+(\.\d+)?", plain):
            return plain
        total, part = 0.0, 0.0
        for word in re.findall(r"[a-z]+|[\d.]+", plain):
            number = self._numbers.get(word) if word.isalpha() else float(word.strip(".") or 0)
            if number is None:
                continue
            if number >= 1000:  # noqa: PLR2004 - thousands and above close what stands before
                total, part = total + (part or 1) * number, 0.0
            else:
                part = (part or 1) * number if number == 100 else part + number  # noqa: PLR2004
        whole = total + part
        return None if not whole else f"{whole:.3f}".rstrip("0").rstrip(".")

    @cached_property
    def _numbers(self) -> Mapping[str, float]:
        return {row["word"]: float(row["value"]) for row in self._rows("numbers")}

    @cached_property
    def _chosen(self) -> Mapping[str, tuple[Clue, ...]]:
        return {name: self._table(name) for name in ("modalities", "forces", "qualifiers")}

    @cached_property
    def _number(self) -> str:
        words = "|".join(sorted(self._numbers, key=len, reverse=True))
        return rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|(?:\b(?:{words})\b[ -]?){{1,8}}(?<![ -]))"

    def _table(self, name: str) -> tuple[Clue, ...]:
        return tuple(self._clue(name, row) for row in self._rows(name))

    def _clue(self, name: str, row: Mapping[str, str]) -> Clue:
        pattern = row["pattern"]
        if "{number}" in pattern:
            pattern = pattern.replace("{number}", self._number)
        try:
            return Clue(row, re.compile(pattern, re.IGNORECASE))
        except re.error as error:
            message = f"{self._folder / name}.tsv: the pattern of {row['rule']} is broken: {error}."
            raise BrokenFile(message) from error

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        lines = (self._folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
        told = [line.split("\t") for line in lines if line and not line.startswith("#")]
        for cells in told[1:]:
            yield dict(zip(told[0], [*cells, *([""] * len(told[0]))], strict=False))
