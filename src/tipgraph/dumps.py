"""The whole graph as files to take away, each written once, when first asked for."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    class Source(Protocol):
        """What gives the whole graph in a format."""

        def dump(self, form: str) -> bytes:
            """All quads in the format *form*."""


# The ending of a dump's name, and its format.
ENDINGS = {
    "ttl": "turtle",
    "nt": "ntriples",
    "trig": "trig",
    "nq": "nquads",
    "jsonld": "jsonld",
    "rdf": "rdfxml",
}
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Dump:
    """A dump on disk: its format, its size and the hash of its bytes."""

    form: str
    size: int
    sha256: str
    descriptor: int

    def chunks(self) -> Iterator[bytes]:
        """The bytes in parts; several readers do not disturb each other."""
        for start in range(0, self.size, _CHUNK):
            yield os.pread(self.descriptor, _CHUNK, start)


class Dumps:
    """The dumps of *source*, kept in files without a name, which end with the process."""

    def __init__(self, source: Source) -> None:
        """Write nothing yet."""
        self._source = source
        self._kept: dict[str, Dump] = {}
        self._lock = threading.Lock()

    def named(self, name: str) -> Dump:
        """The dump called *name*, such as `tipgraph.ttl`, or `NotFound` with those there are."""
        stem, _, ending = name.partition(".")
        form = ENDINGS.get(ending)
        if stem != "tipgraph" or form is None:
            known = ", ".join(f"tipgraph.{known}" for known in ENDINGS)
            message = f"There is no dump {name!r}; take one of {known}."
            raise NotFound(message)
        with self._lock:
            if form not in self._kept:
                self._kept[form] = self._written(form)
            return self._kept[form]

    def _written(self, form: str) -> Dump:
        data = self._source.dump(form)
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            descriptor = os.dup(file.fileno())
        dump = Dump(form, len(data), hashlib.sha256(data).hexdigest(), descriptor)
        # Not with this object: somebody may still read the dump when the service ends.
        weakref.finalize(dump, os.close, descriptor)
        return dump
