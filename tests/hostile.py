"""Requests that nobody sends in good faith, the same ones in every run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FRAGMENTS = [
    *"{}()<>[]\"'\\.;,#*+|!^/?$@:-=~_\0",
    "SELECT",
    "SERVICE <http://127.0.0.1:1/>",
    "FROM <file:///etc/passwd>",
    "LOAD <http://127.0.0.1:1/>",
    "INSERT DATA { <a:b> <a:b> 1 }",
    "?x",
    "OPTIONAL {",
    "UNION",
    "MINUS {",
    "VALUES ?x {",
    "BIND(",
    "FILTER NOT EXISTS {",
    "GROUP BY",
    "LIMIT -1",
    "OFFSET 99999999999999999999",
    "1e999",
    "^^<a:b>",
    "@en-x-",
    "<<",
    ">>",
    "_:b",
    "\\u0000",
    "\\UFFFFFFFF",
    "é\U0001f6a2\u202e\ufeff",
]
VALUES = [
    "",
    " ",
    ",",
    "children",
    "children,children",
    "c:children",
    "https://w3id.org/tipgraph/concept/children",
    "<https://w3id.org/tipgraph/concept/children>",
    "> } DELETE WHERE { ?s ?p ?o } #",
    '"} UNION { ?s ?p ?o } #',
    "UNDEF } VALUES ?x { 1",
    "\\",
    "\0",
    "%00",
    "../../etc/passwd",
    "http://127.0.0.1:1/",
    "file:///etc/passwd",
    "' OR 1=1 --",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1:1/}",
    "<script>alert(1)</script>",
    "a" * 5_000,
    "é" * 500,
    "\U0001f6a2\u202e\ufeff\ud7ff",
    "-1",
    "0",
    "1e9",
    "99999999999999999999999",
    "NaN",
    "true",
    "null",
    "[]",
]


def mutated(texts: Sequence[str], number: int, seed: int = 1) -> Iterator[str]:
    """*number* queries, each one of *texts* with one to four faults in it."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run, and no secret
    for _ in range(number):
        text = chance.choice(texts)
        for _ in range(chance.choice([1, 1, 2, 4])):
            text = _fault(text, chance)
        yield text


def _fault(text: str, chance: random.Random) -> str:
    at, other = chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)
    before, after = text[:at], text[at:]
    return chance.choice(
        [
            lambda: before + chance.choice(FRAGMENTS) + after,
            lambda: before + after[chance.randint(1, 20) :],
            lambda: before + text[other : other + 40] + after,
            lambda: before + chr(chance.randrange(1, 0x3000)) + after[1:],
        ]
    )()


def addresses(
    facets: dict[str, Sequence[str]],
    questions: dict[str, Sequence[str]],
    number: int,
    seed: int = 1,
) -> Iterator[str]:
    """*number* addresses of REST with parameters of which at least one is hostile."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run, and no secret
    common = ("q", "sort", "lang", "fields", "exact", "limit", "cursor", "format", "bom")
    for _ in range(number):
        kind = chance.choice(sorted(facets))
        name = chance.choice(sorted(questions))
        path, known = chance.choice(
            [
                (kind, (*facets[kind], *common)),
                (kind, (*facets[kind], *common)),
                (f"questions/{name}", (*questions[name], *common)),
                (f"{kind}/{_escaped(chance)}", common),
                (_escaped(chance), common),
            ]
        )
        names = [*known] * 4 + [chance.choice(VALUES)]
        pairs = [
            (chance.choice(names), chance.choice(VALUES))
            for _ in range(chance.choice([1, 1, 1, 4]))
        ]
        yield f"/api/v1/{path}?" + "&".join(f"{quote(k)}={quote(v)}" for k, v in pairs)


def _escaped(chance: random.Random) -> str:
    return quote(chance.choice(VALUES), safe="")
