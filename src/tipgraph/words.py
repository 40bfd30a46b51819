"""The words and phrases that a reader seeks, folded as the query file for texts folds them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .errors import BadParameter

MOST_WORDS = 12
LONGEST = 300
_PIECE = re.compile(r'"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+)')
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"'})
# Latin letters that are not a plain letter with a mark.
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "þ": "th",
    }
)


@dataclass(frozen=True, slots=True)
class Sought:
    """A word or phrase as it was given, and folded."""

    given: str
    folded: str


def fold(text: str) -> str:
    """*text* in lower case, Latin letters without their marks."""
    kept, latin = [], False
    for ch in text.lower():
        if unicodedata.category(ch).startswith("M"):
            kept.append("" if latin else ch)
            continue
        bare = unicodedata.normalize("NFD", ch)[0].translate(_LETTERS)
        latin = "a" <= bare <= "zz"
        kept.append(bare if latin else ch)
    return "".join(kept)


def sought(text: str) -> tuple[Sought, ...]:
    """The words of *text*, and its phrases in quotation marks, each once."""
    plain = text.translate(_CURLY)
    if plain.count('"') % 2:
        message = f"q={text}: a quotation mark is left open; close it, or leave it out."
        raise BadParameter(message, parameter="q", value=text)
    given = [match["phrase"] or match["word"] or "" for match in _PIECE.finditer(plain)]
    found: dict[str, str] = {}
    for piece in given:
        found.setdefault(_parted(piece), piece)
    found.pop("", None)
    if not found or len(found) > MOST_WORDS or len(text) > LONGEST:
        message = (
            f"q={text[:60]}: give from one to {MOST_WORDS} words, or phrases in quotation marks, "
            f"in at most {LONGEST} characters."
        )
        raise BadParameter(message, parameter="q", value=text[:LONGEST])
    return tuple(Sought(piece, folded) for folded, piece in found.items())


def _parted(text: str) -> str:
    """The words of *text*, folded, with one space between them."""
    letters = (ch if ch.isalnum() else " " for ch in fold(text))
    return " ".join("".join(letters).split())
