"""Give up soon what nobody waits for any longer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from fastapi import Request

_T = TypeVar("_T")
# What ends sooner is not worth a look at its client.
_PATIENCE = 0.25


async def while_there(request: Request, work: Coroutine[object, object, _T]) -> _T:
    """What *work* gives; it is cancelled, with `ClientDisconnect`, when the client has gone."""
    loop = asyncio.get_running_loop()
    watching: list[asyncio.Task[None]] = []
    try:
        async with asyncio.timeout(None) as there:

            def watch() -> None:
                watching.append(loop.create_task(_end(there, request)))

            begin = loop.call_later(_PATIENCE, watch)
            try:
                return await work
            finally:
                begin.cancel()
                for task in watching:
                    task.cancel()
    except TimeoutError:
        if there.expired():
            raise ClientDisconnect from None
        raise


async def _end(there: asyncio.Timeout, request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    there.reschedule(asyncio.get_running_loop().time())
