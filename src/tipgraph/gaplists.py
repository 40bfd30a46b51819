"""Gaps as JSON, as a table for CSV and spreadsheets, and as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import formats
from .kinds import COMMON
from .tables import Table
from .terms import shorten, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .gaps import Gap

_COLUMNS = (
    "rank",
    "gap",
    "id",
    "type",
    "label",
    "why",
    "ground",
    "assessed",
    "sure",
    "doubts",
    "near",
    "documents",
    "statements",
    "because",
)


def gap(value: Gap, address: Callable[[str, str], str]) -> dict[str, object]:
    """A gap as JSON has it: its item, and what makes it a gap."""
    return {
        **formats.item(value.item, address, COMMON),
        "gap": value.kind,
        "rank": value.rank,
        "because": value.because,
        "ground": {"state": value.ground, "assessed": list(map(slug, value.read))},
        "sure": {"level": value.sure, "doubts": list(value.doubts)},
        "near": [{"id": near.id, "label": near.label} for near in value.near],
        "question": value.question,
    }


def table(gaps: Sequence[Gap]) -> Table:
    """A row for each of *gaps*."""
    return Table(
        _COLUMNS,
        tuple(
            (
                g.rank,
                g.kind,
                g.item.id,
                g.item.type,
                g.item.label,
                " | ".join(g.item.why),
                g.ground,
                " | ".join(map(slug, g.read)),
                g.sure,
                " | ".join(g.doubts),
                " | ".join(near.label for near in g.near),
                g.documents,
                g.statements,
                g.because,
            )
            for g in gaps
        ),
    )


def text(gaps: Sequence[Gap]) -> str:
    """*gaps* for a terminal."""
    return "\n\n".join(
        "\n".join(
            [
                f"{g.rank}. {g.item.label}  <{shorten(g.item.id)}>  {g.kind}",
                f"  ground: {g.ground} ({', '.join(map(slug, g.read)) or 'no document'})",
                f"  sure: {g.sure}",
                *(f"    but: {doubt}" for doubt in g.doubts),
                *(f"    near: {near.label}" for near in g.near),
                f"  rank: {g.because}",
            ]
        )
        for g in gaps
    )
