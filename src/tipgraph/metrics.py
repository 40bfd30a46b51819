"""Counts of what the service does, for Prometheus; right whichever of its processes is asked.

With several processes each writes into files of the folder that `PROMETHEUS_MULTIPROC_DIR` names,
and whoever is asked adds them up.
"""

from __future__ import annotations

import os
import struct
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from . import __version__
from .footprint import footprint

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prometheus_client.metrics_core import Metric


FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_TRIES = 3
_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}


class Metrics:
    """The counts of one process, and the sums over all."""

    def __init__(self, root: int | None = None) -> None:
        """Begin to count; *root* is the process above all those of the service, else this one."""
        disable_created_metrics()
        several = FOLDER in os.environ
        self._here = CollectorRegistry()
        self._asked = CollectorRegistry() if several else self._here
        if several:
            MultiProcessCollector(self._asked)
        self._asked.register(_Taken(root or os.getpid()))
        self._declare()
        self._killed = 0
        self._hit = self._cache.labels("hit")
        self._miss = self._cache.labels("miss")
        # To find the counter of some labels costs more than to count.
        self._count = cache(self._requests.labels)
        self._time = cache(self._seconds.labels)
        self._ended = cache(self._queries.labels)

    def _declare(self) -> None:
        own = self._here
        self._requests = Counter(
            "tipgraph_requests", "Requests that ended.", ("method", "route", "status"), registry=own
        )
        self._seconds = Histogram(
            "tipgraph_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=own,
        )
        self._in_flight = Gauge(
            "tipgraph_requests_in_flight",
            "Requests under way.",
            multiprocess_mode="livesum",
            registry=own,
        )
        self._queries = Counter(
            "tipgraph_queries", "Queries at /sparql by how they ended.", ("outcome",), registry=own
        )
        self._workers = Gauge(
            "tipgraph_workers",
            "Workers by what they do.",
            ("state",),
            multiprocess_mode="livesum",
            registry=own,
        )
        self._replaced = Counter(
            "tipgraph_workers_replaced", "Workers that were killed or died.", registry=own
        )
        self._cache = Counter(
            "tipgraph_cache", "Looks into the cache of answers.", ("result",), registry=own
        )
        self._quads = Gauge(
            "tipgraph_quads",
            "Quads of the graph that is served.",
            multiprocess_mode="livemostrecent",
            registry=own,
        )
        self._release = Gauge(
            "tipgraph_release_info",
            "The release, as a label.",
            ("release",),
            multiprocess_mode="livemax",
            registry=own,
        )
        self._reloads = Counter(
            "tipgraph_reloads",
            "Times that new data was to be taken up.",
            ("outcome",),
            registry=own,
        )
        self._loaded = Gauge(
            "tipgraph_loaded_timestamp_seconds",
            "When the graph that is served was taken up.",
            multiprocess_mode="livemostrecent",
            registry=own,
        )

    def request_began(self) -> None:
        """Count a request that is under way."""
        self._in_flight.inc()

    def request_left(self) -> None:
        """Count that a request is under way no longer."""
        self._in_flight.dec()

    def request_ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request to a route template, which ended with *status* after *seconds*."""
        self._count(method if method in _METHODS else "other", route, str(status)).inc()
        self._time(route).observe(seconds)

    def query_ended(self, outcome: str) -> None:
        """Count a query by its *outcome*."""
        self._ended(outcome).inc()

    def loaded(self, quads: int) -> None:
        """Tell that a graph of so many *quads* is served from now on."""
        self._quads.set(quads)
        self._release.labels(__version__).set(1)
        self._loaded.set(time.time())
        # What it counts starts anew with its pool.
        self._killed = 0

    def reloaded(self, outcome: str) -> None:
        """Count that new data was taken up (`ok`), or could not be (`failed`)."""
        self._reloads.labels(outcome).inc()

    def workers(self, busy: int, idle: int, killed: int) -> None:
        """Take over how many workers are *busy* and *idle*, and were *killed* since their start."""
        self._workers.labels("busy").set(busy)
        self._workers.labels("idle").set(idle)
        if killed > self._killed:
            self._replaced.inc(killed - self._killed)
        self._killed = killed

    def cache_looked(self, hit: bool) -> None:
        """Count a look into the cache of answers."""
        (self._hit if hit else self._miss).inc()

    def page(self, accept: str) -> tuple[bytes, str]:
        """All counts as *accept* wants them, OpenMetrics or Prometheus text, with the type."""
        encoder, kind = choose_encoder(accept)
        for _ in range(_TRIES):
            # The files of a process that died may go while they are read, and those of one that
            # begins may be empty yet.
            with suppress(FileNotFoundError, struct.error):
                return encoder(self._asked), kind
        return encoder(self._asked), kind


def forget(pid: int, folder: Path) -> None:
    """Take the numbers of now of a process that ended out of the sums; its counts stay."""
    mark_process_dead(pid, str(folder))


class _Taken(Collector):
    """The names that Prometheus knows for a process, as the sum over those of the service."""

    def __init__(self, root: int) -> None:
        self._root = root

    def collect(self) -> Iterable[Metric]:
        taken = footprint(self._root)
        if taken is None:
            return
        yield CounterMetricFamily(
            "process_cpu_seconds", "Processor time of all processes.", taken.cpu_seconds
        )
        for name, what, value in (
            ("process_resident_memory_bytes", "Memory of all processes.", taken.resident_bytes),
            ("process_open_fds", "Open files of all processes.", taken.open_files),
            ("process_start_time_seconds", "When the first process began.", taken.began),
            ("tipgraph_processes", "Processes of the service.", taken.processes),
        ):
            yield GaugeMetricFamily(name, what, value)
