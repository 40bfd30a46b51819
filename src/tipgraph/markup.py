"""HTML of parts that are escaped unless they are HTML already."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOID = {"br", "hr", "link", "meta"}
_HTTP = re.compile(r"https?://[^\s<>\"]+")


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


def tag(name: str, /, *children: str | Iterable[str], **attributes: str | None) -> Markup:
    """An element with *children*; of an attribute's name a final underscore falls away."""
    told = "".join(
        f' {key.rstrip("_")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{joined(*children)}</{name}>")


def joined(*children: str | Iterable[str], by: str = "") -> Markup:
    """*children* one after the other, with *by* between them."""
    flat = (c for child in children for c in ((child,) if isinstance(child, str) else child))
    parts = (c if isinstance(c, Markup) else escape(c, quote=False) for c in flat)
    return Markup(escape(by, quote=False).join(parts))


def outside(address: str, words: str | None = None) -> Markup:
    """A link to an address on the Web, or its words alone if it is none that is safe to follow."""
    if not _HTTP.fullmatch(address):
        return joined(words or address)
    return tag("a", words or address, href=address, rel="noopener noreferrer")


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """A table with a caption and a row of headings."""
    body = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    head = tag("tr", *(tag("th", one, scope="col") for one in heads))
    return tag("table", tag("caption", caption), tag("thead", head), "\n", joined(body, by="\n"))
