"""In: the spools and drains of one process. Out: their metrics and health. Reads the spools."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from prometheus_client.core import Metric

from adapters.errors import SpoolError
from adapters.spool import Spool
from processes.collector_drain import Drain
from processes.collector_hold import REASONS
from processes.communication import Communication
from processes.vitals import Health, counter, gauge

_SITE = ("site",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBacklog:
    """What one site's spool says."""

    site: str
    open_readings: int
    sealed_batches: int
    quarantined: int
    notes: int
    used: int
    """[B]"""
    bound: int
    """[B]"""
    drained: int
    held: tuple[str, ...]
    failing: str


class CollectBoard:
    """How the collector of every site is doing."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._shown: dict[str, tuple[Spool, Drain]] = {}
        self._communication: dict[str, Communication] = {}
        self._complaints: dict[str, Callable[[], Sequence[str]]] = {}
        self._failures: dict[str, str] = {}
        self._clocks: dict[str, Callable[[], dict[str, object]]] = {}

    def show(
        self,
        site: str,
        spool: Spool,
        drain: Drain,
        communication: Communication | None = None,
        complaints: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        """Take up a collector that has begun."""
        with self._lock:
            if complaints is not None:
                self._complaints[site] = complaints
            self._shown[site] = (spool, drain)
            if communication is not None:
                self._communication[site] = communication
            self._failures.pop(site, None)

    def hide(self, site: str) -> None:
        """Let go of a collector that ends: its spool will be closed."""
        with self._lock:
            self._shown.pop(site, None)
            self._communication.pop(site, None)
            self._complaints.pop(site, None)
            self._clocks.pop(site, None)

    def show_clocks(self, site: str, facts: Callable[[], dict[str, object]]) -> None:
        """Take up what tells of a site's clocks."""
        with self._lock:
            self._clocks[site] = facts

    def clocks(self) -> dict[str, object]:
        """Return what the last check of every site's clocks saw."""
        with self._lock:
            known = sorted(self._clocks.items())
        return {site: facts() for site, facts in known}

    def waiting(self) -> dict[str, object]:
        """Return what waits in every spool, by source and by number."""
        with self._lock:  # a spool is closed only after it was hidden
            return {site: _waiting(spool) for site, (spool, _) in sorted(self._shown.items())}

    def fail(self, site: str, cause: str) -> None:
        """Note that a site's collector ended with an error."""
        with self._lock:
            self._failures[site] = cause

    def more(self) -> dict[str, Callable[[], dict[str, object]]]:
        """Return what it answers beside health and metrics, by path."""
        return {
            "/devices": self.communication,
            "/waiting": self.waiting,
            "/clocks": self.clocks,
        }

    def rows(self) -> list[SiteBacklog]:
        """Return what every spool says."""
        rows = []
        with self._lock:  # a spool is closed only after it was hidden
            for site, (spool, drain) in sorted(self._shown.items()):
                try:
                    waiting = spool.backlog()
                except SpoolError as error:
                    self._failures[site] = str(error)
                    continue
                rows.append(
                    SiteBacklog(
                        site=site,
                        open_readings=waiting.open_readings,
                        sealed_batches=waiting.sealed_batches,
                        quarantined=waiting.quarantined,
                        notes=waiting.notes,
                        used=waiting.used,
                        bound=waiting.bound,
                        drained=drain.drained,
                        held=drain.held,
                        failing=drain.failing,
                    )
                )
        return rows

    def communication(self) -> dict[str, object]:
        """Return how the devices, buses and gateways of every site communicate."""
        with self._lock:
            known = sorted(self._communication.items())
        return {
            site: {
                "devices": communication.devices(),
                "buses": communication.buses(),
                "gateways": communication.gateways(),
            }
            for site, communication in known
        }

    def _summaries(self) -> dict[str, Mapping[str, int]]:
        with self._lock:
            known = sorted(self._communication.items())
        return {site: communication.summary() for site, communication in known}

    def health(self) -> Health:
        """Return what holds, what fails, and what waits, site by site."""
        rows = self.rows()
        reasons = [
            f"{row.site}: the spool holds ({', '.join(row.held)})" for row in rows if row.held
        ]
        reasons += [
            f"{row.site}: the journal does not accept: {row.failing}" for row in rows if row.failing
        ]
        with self._lock:
            reasons += [f"{site}: {cause}" for site, cause in sorted(self._failures.items())]
            complaining = sorted(self._complaints.items())
        reasons += [f"{site}: {each}" for site, complaints in complaining for each in complaints()]
        waiting = {
            row.site: {
                "open_readings": row.open_readings,
                "sealed_batches": row.sealed_batches,
                "quarantined": row.quarantined,
                "notes": row.notes,
                "used_mb": row.used // 1_000_000,
                "bound_mb": row.bound // 1_000_000,
                "drained": row.drained,
                "held": list(row.held),
            }
            for row in rows
        }
        facts = {"spools": waiting, "communication": self._summaries()}
        return Health(reasons=tuple(reasons), facts=facts)

    def metrics(self) -> Iterable[Metric]:
        """Return what waits and what holds, by site."""
        rows = self.rows()
        yield gauge(
            "meterline_spool_open_readings",
            "Readings in the spool that are in no numbered batch yet.",
            _SITE,
            [((row.site,), row.open_readings) for row in rows],
        )
        yield gauge(
            "meterline_spool_sealed_batches",
            "Numbered batches that the journal has not accepted yet.",
            _SITE,
            [((row.site,), row.sealed_batches) for row in rows],
        )
        yield gauge(
            "meterline_spool_quarantined",
            "Different refused messages kept.",
            _SITE,
            [((row.site,), row.quarantined) for row in rows],
        )
        yield gauge(
            "meterline_spool_used_bytes",
            "Bytes of the spool in use.",
            _SITE,
            [((row.site,), row.used) for row in rows],
        )
        yield gauge(
            "meterline_spool_held",
            "1 while the spool holds for a reason.",
            ("site", "reason"),
            [((row.site, reason), reason in row.held) for row in rows for reason in REASONS],
        )
        yield gauge(
            "meterline_journal_refuses",
            "1 while the journal does not accept what the spool brings.",
            _SITE,
            [((row.site,), bool(row.failing)) for row in rows],
        )
        summaries = self._summaries()
        yield gauge(
            "meterline_devices",
            "Polled devices by how they stand: failing now, never seen since the start, all.",
            ("site", "standing"),
            [
                ((site, standing), number)
                for site, summary in summaries.items()
                for standing, number in summary.items()
            ],
        )
        yield counter(
            "meterline_drained_readings",
            "Readings that the journal has accepted since the start.",
            _SITE,
            [((row.site,), row.drained) for row in rows],
        )


def _waiting(spool: Spool) -> dict[str, object]:
    try:
        spans, sequences = spool.waiting(), spool.waiting_sequences()
        return {
            "source_epoch": str(spool.stream),
            "head": spool.head_sequence(),
            "sequences": [list(each) for each in sequences],
            "open": spool.open_by_source(),
            "spans": [asdict(span) for span in spans],
        }
    except SpoolError as error:
        return {"failing": str(error)}
