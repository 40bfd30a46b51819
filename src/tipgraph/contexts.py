"""The JSON-LD contexts by which plain JSON is RDF, and true RDF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Texts of several languages in one answer: of none of them can be said in which it is.
SEVERAL = "mul"


def context(queries: Path, of: str, language: str) -> dict[str, object]:
    """The context for `things` or `questions` whose texts are in *language*.

    Plain JSON does not say of each text in which language it is, so that where they are in
    several, the context leaves texts out.
    """
    path = queries / "contexts" / f"{of}.jsonld"
    told: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return {key: _in(language, value) for key, value in told.items()}


def _in(language: str, told: object) -> object:
    if not isinstance(told, dict):
        return told
    if told.get("@language"):
        return None if language == SEVERAL else {**told, "@language": language}
    return {key: _in(language, value) for key, value in told.items()}
