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
    from collections.abc import Callable, Mapping
    from typing import TextIO

FORMS = ("json", "text")
LEVELS = ("debug", "info", "warning", "error")
_ROOT = logging.getLogger()
_LOG = logging.getLogger("tipgraph")
# Made once: `json.dumps` with options of its own makes one for every line.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
_TRACES = logging.Formatter()


def set_up(form: str, level: str, stream: TextIO | None = None) -> None:
    """Send events of *level* and above to *stream*, else standard error, written as *form*."""
    handler = _Lines(stream or sys.stderr, _json if form == "json" else _text)
    _ROOT.handlers[:] = [handler]
    _ROOT.setLevel(logging.WARNING)
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
    if not _LOG.isEnabledFor(level):
        return
    sink = _ROOT.handlers[0] if _ROOT.handlers else None
    if trace or not isinstance(sink, _Lines):
        error = sys.exc_info() if trace else None
        # Where in the code it was logged is of no use here, and costs the most to find.
        record = logging.LogRecord("tipgraph", level, "", 0, name, (), error)
        record.fields = fields
        _LOG.handle(record)
    else:
        sink.tell(name, fields, level)


class _Lines(logging.StreamHandler["TextIO"]):
    """Writes a line for each event, as *written* has its fields."""

    def __init__(self, stream: TextIO, written: Callable[[dict[str, object]], str]) -> None:
        super().__init__(stream)
        self._written = written

    def tell(self, name: str, fields: Mapping[str, object], level: int) -> None:
        """Write that *name* happened; to make a record of it costs more than all the rest."""
        line = self._written(_line(time.time(), level, {"event": name}, fields)) + self.terminator
        self.acquire()
        try:
            self.stream.write(line)
            self.stream.flush()
        except Exception:  # noqa: BLE001 - as all handlers do, it says so and goes on
            self.handleError(logging.LogRecord("tipgraph", level, "", 0, name, (), None))
        finally:
            self.release()

    def format(self, record: logging.LogRecord) -> str:
        """The line of *record*."""
        own = getattr(record, "fields", None)
        said = {"event": record.msg} if own is not None else _of_a_library(record)
        line = _line(record.created, record.levelno, said, own or {})
        if record.exc_info:
            line["trace"] = _TRACES.formatException(record.exc_info)
        return self._written(line)


def _json(line: dict[str, object]) -> str:
    """One JSON object."""
    return _ENCODER.encode(line)


def _text(line: dict[str, object]) -> str:
    """Time, level and event, then NAME=VALUE for each field; a trace follows on its own lines."""
    head = f"{line.pop('time')} {line.pop('level')} {line.pop('event')}"
    trace = line.pop("trace", None)
    pairs = (f"{name}={_plain(value)}" for name, value in line.items())
    return " ".join([head, *pairs]) + (f"\n{trace}" if trace else "")


def _line(
    seconds: float, level: int, said: Mapping[str, object], fields: Mapping[str, object]
) -> dict[str, object]:
    return {
        "time": _time(seconds),
        "level": logging.getLevelName(level).lower(),
        **said,
        "process": os.getpid(),
        **fields,
    }


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
