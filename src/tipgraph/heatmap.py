"""A matrix as a picture: SVG that says in words what its colours say."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from .grids import count, shown
from .matrix import FOUND, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .matrix import Cell, Heading, Matrix

_BOX, _GAP, _LETTER, _TOP, _LONGEST = 38, 2, 7, 74, 44
_INDENT = 14
_LEAST = 680
# From pale to dark blue, light falling evenly; the number on each has a contrast of 4.5 at least.
_PALE, _DARK = (222, 235, 247), (8, 48, 107)
_WHITE_FROM = 0.5


def heat_map(matrix: Matrix, measure: str) -> str:
    """*matrix* as SVG: the darker a cell, the more *measure* it has."""
    left = _room("  " * h.level + h.label for h in matrix.row_headings)
    slope = int(_room(h.label for h in matrix.column_headings) * 0.75)
    top = _TOP + slope
    width = max(left + len(matrix.column_headings) * _BOX + slope + 20, _LEAST)
    height = top + len(matrix.row_headings) * _BOX + 20
    title = f"{matrix.kind.name.capitalize()} by {matrix.rows} and {matrix.columns}"
    legend = (
        f"Number of {measure}. 0: the documents were read for it, and none was found. "
        "0?: only some were."
    )
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="en" '
        f'aria-labelledby="title about" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="12">'
    )
    lines = (
        frame,
        f'<title id="title">{escape(title)}: number of {measure}</title>',
        f'<desc id="about">{escape(_about(matrix, measure))}</desc>',
        _UNSEEN,
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="10" y="24" font-size="16" font-weight="bold">{escape(title)}</text>',
        f'<text x="10" y="44">{legend}</text>',
        '<text x="10" y="60">Hatched, -: they were not read for it, so nothing is known.</text>',
        *_columns(matrix, left, top),
        *_rows(matrix, left, top, measure),
        "</svg>\n",
    )
    return "\n".join(lines)


_UNSEEN = (
    '<defs><pattern id="unseen" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="#ffffff"/>'
    '<rect width="1.5" height="6" fill="#bdbdbd"/></pattern></defs>'
)


def _about(matrix: Matrix, measure: str) -> str:
    held = [h for h in matrix.row_headings if h.things]
    most = max(matrix.cells, key=lambda cell: count(cell, measure), default=None)
    told = (
        f"{matrix.total} {matrix.kind.name} have a value of both; {len(held)} of "
        f"{len(matrix.row_headings)} rows have any."
    )
    if most is None or most.state != FOUND:
        return told
    labels = {h.id: h.label for h in (*matrix.row_headings, *matrix.column_headings)}
    where = f"{labels[most.row]}, {labels[most.column]}"
    return f"{told} The most are in {where}: {count(most, measure)} {measure}."


def _columns(matrix: Matrix, left: int, top: int) -> Iterator[str]:
    for number, heading in enumerate(matrix.column_headings):
        x = left + number * _BOX + _BOX // 2
        yield (
            f'<text transform="translate({x},{top - 8}) rotate(-48)">{_whole(heading)}'
            f"{escape(_short(heading.label))}</text>"
        )


def _rows(matrix: Matrix, left: int, top: int, measure: str) -> Iterator[str]:
    most = max((count(cell, measure) for cell in matrix.cells), default=0)
    labels = {h.id: h.label for h in matrix.column_headings}
    for number, heading in enumerate(matrix.row_headings):
        y = top + number * _BOX
        x = 10 + heading.level * _INDENT
        yield f'<g role="group" aria-label={quoteattr(heading.label)}>'
        yield f'<text x="{x}" y="{y + 23}">{_whole(heading)}{escape(_short(heading.label))}</text>'
        for place, cell in enumerate(matrix.lines[number] if labels else ()):
            told = f"{heading.label}, {labels[cell.column]}: {_told(cell)}"
            where = f"translate({left + place * _BOX},{y})"
            yield f'<g transform="{where}"><title>{escape(told)}</title>'
            yield _square(cell, _share(cell, measure, most), measure) + "</g>"
        yield "</g>"


def _square(cell: Cell, share: float, measure: str) -> str:
    found = cell.state == FOUND
    fill = _shade(share) if found else "url(#unseen)" if cell.state == UNKNOWN else "#ffffff"
    ink = "#ffffff" if found and share >= _WHITE_FROM else "#1a1a1a"
    side = _BOX - _GAP
    return (
        f'<rect width="{side}" height="{side}" fill="{fill}" stroke="#9e9e9e"/>'
        f'<text x="{side // 2}" y="23" text-anchor="middle" fill="{ink}">{shown(cell, measure)}'
        "</text>"
    )


def _told(cell: Cell) -> str:
    if cell.state != FOUND:
        return cell.state
    parts = [f"{n} {name if n == 1 else name + 's'}" for name, n in _numbers(cell).items()]
    return ", ".join(parts)


def _numbers(cell: Cell) -> dict[str, int]:
    return {name: count(cell, name + "s") for name in ("thing", "statement", "document")}


def _share(cell: Cell, measure: str, most: int) -> float:
    """How dark a cell is, from 0 to 1: by the root, so that small counts differ too."""
    return sqrt(count(cell, measure) / most) if most else 0.0


def _shade(share: float) -> str:
    # Between the two, no shade is taken on which neither black nor white can be read.
    step = (
        share * 0.45 / _WHITE_FROM if share < _WHITE_FROM else 0.64 + (share - _WHITE_FROM) * 0.72
    )
    parts = (round(p + (d - p) * step) for p, d in zip(_PALE, _DARK, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _room(labels: Iterable[str]) -> int:
    longest = max((min(len(label), _LONGEST) for label in labels), default=0)
    return 24 + longest * _LETTER


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"


def _whole(heading: Heading) -> str:
    return f"<title>{escape(heading.label)}</title>" if len(heading.label) > _LONGEST else ""
