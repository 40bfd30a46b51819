"""The words of the pages: a file for each language, with every phrase that a page shows."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .languages import DEFAULT
from .paths import PHRASES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, by names such as `home.title`."""

    language: str
    name: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **parts: object) -> str:
        """The phrase called *key* with its *parts*; `n` chooses between one and several."""
        counted = f"{key}.one" if parts.get("n") == 1 else f"{key}.many"
        return self.texts[counted if counted in self.texts else key].format(**parts)

    def has(self, key: str) -> bool:
        """Whether there is a phrase called *key*."""
        return key in self.texts

    def word(self, section: str, name: str) -> str:
        """What *section* calls *name*: a key, a kind or a facet; its own name if nothing else."""
        plain = name.replace("_", " ").replace("-", " ")
        return self.texts.get(f"{section}.{name}", plain[:1].upper() + plain[1:])


def languages(folder: Path = PHRASES) -> Mapping[str, Phrases]:
    """The phrases of each language that *folder* has a file for, the usual one first."""
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    return {tag: found[tag] for tag in sorted(found, key=lambda tag: (tag != DEFAULT, tag))}


def _read(path: Path) -> Phrases:
    texts = dict(_flat(tomllib.loads(path.read_text(encoding="utf-8")), ""))
    return Phrases(path.stem, texts["language"], texts)


def _flat(table: Mapping[str, object], before: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{before}{key}.")
        else:
            found.append((before + key, str(value)))
    return found
