"""Answer a query where it is asked, if it is surely little work; else leave it to a worker.

To wake a worker and to be woken by it takes longer than most queries of applications. A query
that runs here holds up all others and cannot be stopped, so `effort` bounds it beforehand. For most
queries that join the bound is far too high, so those run here until one of them takes long.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from .degrees import Degrees
from .effort import Efforts
from .errors import TipgraphError
from .joins import joined
from .logs import event

if TYPE_CHECKING:
    from .answers import Asked
    from .pool import Pool
    from .store import Store

# Microseconds of effort: what always runs here, and what runs here unless such took long just now.
LITTLE, SOME = 1_000.0, 20_000.0
# Seconds: what is long, and how many times as long no other such runs here.
_LONG = 0.001
_REST = 20


class Near:
    """Answers queries from *store* where they are asked, and in the workers of *pool*."""

    def __init__(self, store: Store, pool: Pool, pace: float = 1.0) -> None:
        """Count the graph in a thread; until that is done, all goes to the workers.

        With *store* a query takes *pace* times what it takes one in memory.
        """
        self._store = store
        self._pace = pace
        self.pool = pool
        self._efforts: Efforts | None = None
        self._resting_until = 0.0
        self.counting = threading.Thread(target=self._count, daemon=True)
        self.counting.start()

    async def answer(self, asked: Asked) -> tuple[bytes, str]:
        """The answer to anybody's query as `Store.answer` gives it, or the limit it is past."""
        return self.at_once(asked) or await self.pool.answer(asked)

    def at_once(self, asked: Asked) -> tuple[bytes, str] | None:
        """The answer, if it takes little work; None says to ask a worker."""
        if self._efforts is None or asked.default or asked.named:
            return None
        query = joined(asked.query)
        if query is None:
            return None
        effort = self._efforts.of(query) * self._pace
        if effort <= LITTLE:
            return self._answer(asked)
        if effort > SOME or perf_counter() < self._resting_until:
            return None
        # Not by the clock: what others on the machine take says nothing of the query.
        began = thread_time()
        try:
            return self._answer(asked)
        finally:
            self._rest(thread_time() - began)

    def _answer(self, asked: Asked) -> tuple[bytes, str] | None:
        try:
            return self._store.answer_checked(asked, self.pool.limits.bytes)
        except TipgraphError:
            raise
        except BaseException:  # noqa: BLE001 - what ends a worker must not end the service
            return None

    def close(self) -> None:
        """End the workers."""
        self.pool.close()

    def _rest(self, took: float) -> None:
        if took > _LONG:
            self._resting_until = perf_counter() + _REST * took

    def _count(self) -> None:
        try:
            self._efforts = Efforts(Degrees.of(self._store))
        except Exception:  # noqa: BLE001 - the workers answer all
            with suppress(Exception):
                event("not-counted", {}, logging.ERROR, trace=True)
