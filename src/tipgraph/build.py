"""Write a store on disk: built aside, put in place whole; a stopped build leaves the old one."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .errors import BrokenFile, Busy
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .graph import Layout

MARK = "tipgraph-store"


def build(layout: Layout, target: Path) -> int:
    """The number of quads of the store that now stands at *target*."""
    target = target.resolve()
    if target.exists() and not _is_ours(target):
        message = f"{target} exists and is not a tipgraph store; name a new folder."
        raise BrokenFile(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        # The lock is held, so what is left aside is from a build that was stopped.
        aside, old = _beside(target, "new"), _beside(target, "old")
        _restore(target, old)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        store = Store.load(layout, aside / "store")
        store.flush()
        count = len(store)
        del store
        (aside / MARK).write_text(f"{count}\n", encoding="utf-8")
        _sync(aside)
        if target.exists():
            target.rename(old)
        aside.rename(target)
        _sync(target.parent)
        shutil.rmtree(old, ignore_errors=True)
    return count


def open_built(target: Path) -> Store:
    """The store that `build` put at *target*, for reading."""
    target = target.resolve()
    old = _beside(target, "old")
    if not target.exists() and _is_ours(old):
        return Store.open(old / "store")
    if not _is_ours(target):
        message = f"{target} is not a store; make one with: tipgraph build {target}"
        raise BrokenFile(message)
    return Store.open(target / "store")


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(f".{target.name}.{suffix}")


def _is_ours(folder: Path) -> bool:
    return (folder / MARK).is_file()


def _restore(target: Path, old: Path) -> None:
    """Put the old store back if a build was stopped between its two renames; else drop it."""
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old)
    else:
        old.rename(target)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    with _beside(target, "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"Another build of {target} is running; wait for it to end."
            raise Busy(message) from error
        yield


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
