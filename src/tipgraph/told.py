"""What `tipgraph serve` was told, as one value that can be handed to another process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .pool import Limits


@dataclass(frozen=True, slots=True)
class Told:
    """What is served, within which limits, and how the service behaves."""

    store: str | None = None
    sources: str | None = None
    limits: Limits = field(default_factory=Limits)
    cache: int = 64
    watch: bool = False
    grace: float = 30.0
    drain: float = 0.0
    root_url: str | None = None
    log_format: str = "json"
    log_level: str = "info"
    log_queries: bool = False

    @property
    def texts(self) -> Path | None:
        """The folder of the source texts, if there is one."""
        return None if self.sources is None else Path(self.sources)

    def to_json(self) -> str:
        """All of it on one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Told:
        """What `to_json` wrote."""
        given = json.loads(text)
        return cls(**given | {"limits": Limits(**given["limits"])})
