"""Log lines on standard error: one JSON object, or one line of text, for each event."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

FORMS = ("json", "text")
LEVELS = ("debug", "info", "warning", "error")
_LOG = logging.getLogger("tipgraph")
# Made once: `json.dumps` with options of its own makes one for every line.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)


def set_up(form: str, level: str, stream: TextIO | None = None) -> None:
    """Send events of *level* and above to *stream*, else standard error, written as *form*."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOG.setLevel(level.upper())
    # What no line of ours tells is not found out for each of them.
    logging.logThreads = logging.logMultiprocessing = False
    logging.logProcesses = False
    # The events of ours say what the server's own lines below a warning would say.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def fall_silent() -> None:
    """Log nowhere from now on, as standard error is gone.

    Lines that can no longer be written would make Python end with status 120.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def event(
    name: str, fields: Mapping[str, object], level: int = logging.INFO, *, trace: bool = False
) -> None:
    """Log that *name* happened, with *fields*; with *trace* also the exception being handled."""
    if _LOG.isEnabledFor(level):
        error = sys.exc_info() if trace else None
        # Where in the code it was logged is of no use here, and costs the most to find.
        record = logging.LogRecord("tipgraph", level, "", 0, name, (), error)
        record.fields = fields
        _LOG.handle(record)


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of *record*."""
        return _ENCODER.encode(_fields(self, record))


class _Text(logging.Formatter):
    """Time, level and event, then NAME=VALUE for each field; a trace follows on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of *record*."""
        fields = _fields(self, record)
        head = f"{fields.pop('time')} {fields.pop('level')} {fields.pop('event')}"
        trace = fields.pop("trace", None)
        pairs = (f"{name}={_plain(value)}" for name, value in fields.items())
        return " ".join([head, *pairs]) + (f"\n{trace}" if trace else "")


def _fields(formatter: logging.Formatter, record: logging.LogRecord) -> dict[str, object]:
    own = getattr(record, "fields", None)
    said = {"event": record.msg} if own is not None else _of_a_library(record)
    line = {
        "time": _time(record.created),
        "level": record.levelname.lower(),
        **said,
        "process": os.getpid(),
        **(own or {}),
    }
    if record.exc_info:
        line["trace"] = formatter.formatException(record.exc_info)
    return line


def _of_a_library(record: logging.LogRecord) -> dict[str, object]:
    return {"event": "library", "logger": record.name, "message": record.getMessage()}


def _time(seconds: float) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return f"{_second(int(seconds))}.{int(seconds % 1 * 1000):03d}Z"


@lru_cache(2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _plain(value: object) -> str:
    """A value on one line; what has a space or a quotation mark is quoted."""
    text = str(value)
    plain = text.isprintable() and text and not set(' "=') & set(text)
    return text if plain else json.dumps(text, ensure_ascii=False)
