"""Take up new data between two requests: each is answered whole by the one or the other graph."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi.dependencies import models

from .errors import TipgraphError
from .logs import event
from .prompt import reading_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

    from .cache import Kept
    from .endpoint import Reading
    from .heads import Plain
    from .operations import Status
    from .pool import Pool, Reviewers
    from .prompt import Prompt, Whole


class Loaded:
    """An application over one graph of so many *quads*, with the workers that it ends."""

    def __init__(
        self, app: FastAPI, quads: int, pool: Pool | None, reviewers: Reviewers | None = None
    ) -> None:
        """Hold *app*, which closes *pool* when its lifespan ends, and *reviewers*."""
        self.app = app
        self.prompt: Prompt = app.state.prompt
        self.quads = quads
        self.pool = pool
        self._reviewers = reviewers
        self.running = 0
        self._life = AsyncExitStack()

    async def begin(self) -> None:
        """Begin the lifespan of the application."""
        await self._life.enter_async_context(self.app.router.lifespan_context(self.app))

    async def end(self) -> None:
        """End the lifespan of the application, and with it its workers."""
        await self._life.aclose()
        await to_thread.run_sync(self.stop_queries)

    def stop_queries(self) -> None:
        """End all workers; what they were asked is answered by an error."""
        for workers in (self.pool, self._reviewers):
            if workers is not None:
                workers.close()


class Switch:
    """Hands each request to the newest application, and ends an older one after its last."""

    def __init__(
        self, load: Callable[[], Awaitable[Loaded]], first: Loaded, status: Status
    ) -> None:
        """Begin with *first*; `take_up` asks *load* for the next."""
        self._load = load
        self._current = first
        self._older: set[Loaded] = set()
        self._status = status
        self._ending: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._closed = False
        status.metrics.loaded(first.quads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one lifespan of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        chosen = self._current
        chosen.running += 1
        try:
            await chosen.app(scope, receive, send)
        finally:
            self._left(chosen)

    def at_once(self, plain: Plain) -> Kept | None:
        """The answer to a GET that the newest application has in memory."""
        answers = self._current.prompt.answers
        # Who says more than what it asks is looked at as well, by the long way.
        return None if answers is None or plain.head.more else answers.find(plain.key)

    def soon(self, plain: Plain) -> Coroutine[object, object, Whole] | Whole | None:
        """The answer to a GET that needs none of the layers of an application, if it does not.

        It is there, or is to be awaited.
        """
        reading = reading_of(plain)
        if reading is None:
            return None
        prompt = self._current.prompt
        return prompt.at_once(reading, plain) or self._prompt(reading, plain)

    async def _prompt(self, reading: Reading, plain: Plain) -> Whole:
        # Chosen when it begins: until then it could be retired.
        chosen = self._current
        chosen.running += 1
        try:
            return await chosen.prompt.answer(reading, plain)
        finally:
            self._left(chosen)

    async def take_up(self) -> None:
        """Load anew and hand requests to what was loaded; if that fails, the old one goes on."""
        async with self._one_at_a_time:
            if not self._closed:
                await self._take_up()

    @property
    def current(self) -> Loaded:
        """What answers the next request."""
        return self._current

    def stop_queries(self) -> None:
        """End all workers; what they were asked is answered by an error."""
        for each in (self._current, *self._older):
            each.stop_queries()

    async def close(self) -> None:
        """End all applications, whether or not they have answered."""
        self._closed = True
        async with self._one_at_a_time:
            for each in (self._current, *self._older):
                await each.end()
            await asyncio.gather(*self._ending)

    async def _take_up(self) -> None:
        began = time.monotonic()
        try:
            fresh = await self._load()
            await fresh.begin()
        except Exception as error:  # noqa: BLE001 - whatever it is, what works goes on
            self._failed(error)
            return
        old, self._current = self._current, fresh
        self._older.add(old)
        self._status.fault = None
        self._status.metrics.loaded(fresh.quads)
        self._status.metrics.reloaded("ok")
        took = round((time.monotonic() - began) * 1000)
        event("reloaded", {"quads": fresh.quads, "ms": took})
        if not old.running:
            self._retire(old)

    def _failed(self, error: Exception) -> None:
        ours = isinstance(error, TipgraphError)
        self._status.fault = error.title if isinstance(error, TipgraphError) else "Internal error"
        self._status.metrics.reloaded("failed")
        event("reload-failed", {"reason": str(error)}, logging.ERROR, trace=not ours)

    def _left(self, chosen: Loaded) -> None:
        chosen.running -= 1
        if chosen in self._older and not chosen.running:
            self._retire(chosen)

    def _retire(self, old: Loaded) -> None:
        self._older.discard(old)
        ending = asyncio.create_task(_end(old))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._current.begin()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _end(old: Loaded) -> None:
    await old.end()
    del old
    await to_thread.run_sync(_let_go)


def _let_go() -> None:
    """Free what nothing needs: an application refers to itself, and FastAPI remembers its routes.

    Until both are undone its store keeps memory and open files.
    """
    for each in vars(models).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()
    gc.unfreeze()
    settle()


def settle() -> None:
    """Take what is loaded for what stays, and look for garbage in what comes after it alone.

    To look through it all holds up every request for as long as a hundred of them take.
    """
    gc.collect()
    gc.freeze()
