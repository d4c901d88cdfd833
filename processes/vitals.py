"""In: how a process is doing. Out: /health and /metrics over HTTP, loopback by default. I/O: TCP.

Names of sites, counts and seconds, never a reading or a person. The port is a setting; when it is
taken (two installations on one machine) any free one is used. `<data_dir>/run/<process>.json`
tells process id and port.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from energy.base.config import Config

log = structlog.get_logger("vitals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether a process does its work."""

    reasons: tuple[str, ...] = ()
    """What is wrong, a sentence each; empty when all is well."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """JSON values that tell more."""

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.reasons


class _Scraped(Collector):
    """Gives the registry what the process says at the moment of the scrape."""

    def __init__(self, metrics: Callable[[], Iterable[Metric]]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics()


class Vitals:
    """The door at which one process tells how it is doing."""

    def __init__(
        self,
        process: str,
        config: Config,
        *,
        health: Callable[[], Health],
        metrics: Callable[[], Iterable[Metric]],
        more: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        """Prepare; nothing listens yet.

        Args:
            process: "collect", "project" or "jobs".
            config: Address, ports and data directory.
            health: Asked at each look at /health; must not wait for anything.
            metrics: Asked at each look at /metrics; must not wait for anything.
            more: Asked at each look at a path of its own, such as "/devices": a JSON value.
        """
        self._process = process
        self._host = config.health_host
        self._wanted: int = getattr(config, f"{process}_port")
        self._file = run_file(config.data_dir, process)
        self._health = health
        self._more = dict(more or {})
        self._registry = CollectorRegistry()
        self._registry.register(_Scraped(metrics))
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        """Port it listens on; 0 before the start."""

    def start(self) -> None:
        """Listen; a process whose address is no address of the machine goes on without."""
        for port in dict.fromkeys((self._wanted, 0)):
            try:
                self._server = _Door((self._host, port), _answers(self))
                break
            except OSError as error:
                log.warning("vitals.port_taken", host=self._host, port=port, cause=str(error))
        if self._server is None:
            return
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, name="vitals", daemon=True).start()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        told = {"pid": os.getpid(), "host": self._host, "port": self.port}
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(self._file)
        log.info("vitals.listening", host=self._host, port=self.port)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            with contextlib.suppress(OSError):
                self._file.unlink()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Return status, content type and body of a path."""
        if path == "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self._registry)
        if path in self._more:
            told = self._more[path]()
            return HTTPStatus.OK, "application/json", json.dumps(told, default=str).encode()
        if path != "/health":
            return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"/health or /metrics\n"
        health = self._health()
        doing = {
            "ok": health.ok,
            "process": self._process,
            "reasons": list(health.reasons),
            **health.facts,
        }
        status = HTTPStatus.OK if health.ok else HTTPStatus.SERVICE_UNAVAILABLE
        return status, "application/json", json.dumps(doing, default=str).encode()


class _Door(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = False
    """A port that another installation listens on is taken, not shared."""


def _answers(vitals: Vitals) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        server_version = "meterline"
        sys_version = ""
        timeout = 5

        def do_GET(self) -> None:
            status, content_type, body = vitals.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing: a scrape is no event."""

    return Answers


def run_file(data_dir: Path, process: str) -> Path:
    """Return the file that tells where a process answers."""
    return data_dir / "run" / f"{process}.json"


def gauge(
    name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], float]]
) -> Metric:
    """Return a gauge with its present values by labels."""
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def counter(
    name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], float]]
) -> Metric:
    """Return a counter with its present values by labels."""
    family = CounterMetricFamily(name, text, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family
