"""Words folded in Python are those that the query file for texts folds."""

import unicodedata

import pytest

from tipgraph.graph import SHIPPED
from tipgraph.queries import read
from tipgraph.terms import Literal, sparql
from tipgraph.words import fold, sought

TEXTS = read(SHIPPED.queries / "kinds" / "text.rq").text
FOLDING = TEXTS[TEXTS.index("  BIND(LCASE") : TEXTS.index('  VALUES ?word { "')]
BLOCKS = {
    "Latin": [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x1E00, 0x1F00)],
    "Greek and Cyrillic": range(0x370, 0x530),
    "other": [*range(0x5D0, 0x5EB), *range(0x620, 0x64B), *range(0x4E00, 0x4E20), 0x1F6A2],
}


@pytest.mark.parametrize("block", BLOCKS)
def test_letters_are_folded_alike(store, block: str) -> None:
    texts = [f"x{chr(code)}y" for code in BLOCKS[block] if unicodedata.category(chr(code)) != "Cn"]
    values = " ".join(sparql(Literal(text)) for text in texts)
    rows = store.select(f"SELECT ?text ?words WHERE {{ VALUES ?text {{ {values} }}\n{FOLDING} }}")
    wrong = {
        row["text"].value: (row["words"].value, parted(row["text"].value))
        for row in rows
        if row["words"].value != parted(row["text"].value)
    }

    assert len(rows) == len(texts)
    assert wrong == {}


def parted(text: str) -> str:
    letters = "".join(ch if ch.isalnum() else " " for ch in fold(text))
    return f" {' '.join(letters.split())} "


@pytest.mark.parametrize("text", ["café", "Łódź", "œuvre", "naïve"])
def test_a_mark_that_stands_alone_is_a_mark(store, text: str) -> None:
    apart = Literal(unicodedata.normalize("NFD", text))
    rows = store.select(f"SELECT ?words WHERE {{ VALUES ?text {{ {sparql(apart)} }}\n{FOLDING} }}")

    assert [row["words"].value for row in rows] == [parted(text)] == [f" {fold(text)} "]


def test_a_word_is_given_back_as_it_was_typed() -> None:
    assert [(s.given, s.folded) for s in sought("Éva “Online  Recruitment” e-Justice éva")] == [
        ("Éva", "eva"),
        ("Online  Recruitment", "online recruitment"),
        ("e-Justice", "e justice"),
    ]
