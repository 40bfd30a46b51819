"""Open a graph to be compared or released: a folder, a dump, a store, or a revision of git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from .build import MARK, open_built
from .described import Described
from .errors import BadParameter, BrokenFile
from .graph import DERIVED, SHIPPED
from .rdf import READ_ENDINGS, Quad, read, read_files
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLDERS = ("ontology", "data")


def described(place: str) -> Described:
    """What the graph at *place* describes, without the links that follow from its statements.

    *place* is a folder with `data` and `ontology` or with RDF files, an RDF file, a store that
    `tipgraph build` wrote, or a revision of the git repository that one works in.
    """
    return stated(quads(place))


def stated(given: Iterable[Quad]) -> Described:
    """What *given* say, without derived links, also where no named graph tells which those are."""
    asserted = [quad for quad in given if quad.graph != DERIVED]
    store = Store.empty()
    store.add(asserted)
    store.derive(SHIPPED)
    derived = store.derived()
    said = (q for q in asserted if (q.subject, q.predicate, q.object) not in derived)
    return Described.of(said, ((s.value, p.value, o.value) for s, p, o in derived))


def quads(place: str) -> tuple[Quad, ...]:
    """All that the graph at *place* holds."""
    path = Path(place)
    if path.is_file():
        return read_files([path])
    if (path / MARK).is_file():
        return tuple(open_built(path).quads())
    if path.is_dir():
        return read_files(_files(path))
    return _revision(place)


def _files(folder: Path) -> list[Path]:
    parts = [folder / name for name in _FOLDERS if (folder / name).is_dir()] or [folder]
    found = [p for part in parts for p in sorted(part.rglob("*")) if p.suffix in READ_ENDINGS]
    if not found:
        message = f"{folder} holds no RDF file; name a folder that has some."
        raise BrokenFile(message)
    return found


def _revision(name: str) -> tuple[Quad, ...]:
    """The data and the ontology of a revision of git, read without touching the work tree."""
    top = _git("rev-parse", "--show-toplevel")
    if name.startswith("-") or top is None:
        message = f"{name}: there is no such file or folder, and no git repository here to ask."
        raise BadParameter(message)
    archive = _git("archive", "--format=tar", name, "--", *_FOLDERS, folder=top.decode().strip())
    if archive is None:
        message = f"{name}: there is no such file, folder or revision; git tag lists the releases."
        raise BadParameter(message)
    found: list[Quad] = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in sorted(tar.getmembers(), key=lambda one: one.name):
            form = READ_ENDINGS.get(Path(member.name).suffix)
            body = tar.extractfile(member)
            if form and body:
                found += read(body.read(), form)
    return tuple(found)


def _git(*arguments: str, folder: str = ".") -> bytes | None:
    command = ["git", "-C", folder, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
