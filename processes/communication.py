"""In: the results of polls. Out: how devices, buses and gateways communicate. In memory.

A gateway is a host, a bus what stands behind one of its ports or a serial port, a device one meter.
Kept are counts since the start and the times of the last answers, in memory only.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from adapters.poll import PolledSource, PollResult
from energy.store.communication import DeviceState

LATENCIES_KEPT = 64
MESSAGE_SIGNS = 300
"""Longest text of a last fault that is told."""


class Connected(Protocol):
    """What a source's questions go through."""

    @property
    def connects(self) -> int:
        """Connections opened since the start."""
        ...


class LinkedSource(PolledSource, Protocol):
    """A polled source whose connections are counted."""

    @property
    def link(self) -> Connected:
        """Return what its questions go through."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the devices of a source are reached."""

    gateway: str
    """Host, or the machine's own serial ports."""
    bus: str
    """Host and port, or serial port."""
    connected: Connected | None = None
    """Counts connections; None where nobody does."""


@dataclass(slots=True)
class _Line:
    """What one device did."""

    source: str
    last_seen: datetime | None = None
    answers: int = 0
    failures: int = 0
    failing: str = ""
    failing_since: datetime | None = None
    message: str = ""
    faults: Counter[str] = field(default_factory=Counter)
    latencies_us: deque[int] = field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))


class Communication:
    """How the devices of one site communicate."""

    def __init__(self) -> None:
        """Begin without sources."""
        self._lock = threading.Lock()
        self._places: dict[str, Place] = {}
        self._lines: dict[str, _Line] = {}

    def know(self, source: str, place: Place, points: Iterable[str]) -> None:
        """Take up a source: its devices are shown before they answer.

        Args:
            source: Key of the source.
            place: Where its devices are reached.
            points: Metering points of its devices.
        """
        with self._lock:
            self._places[source] = place
            for point in points:
                self._lines.setdefault(point, _Line(source))

    def forget(self, source: str) -> None:
        """Let go of a source that is collected no more, and of its devices."""
        with self._lock:
            self._places.pop(source, None)
            self._lines = {p: line for p, line in self._lines.items() if line.source != source}

    def note(self, result: PollResult, now: datetime) -> None:
        """Count what one poll met.

        Args:
            result: The poll's result.
            now: When it ended, aware UTC.
        """
        failed = {failure.point for failure in result.failures}
        with self._lock:
            for point, latency_us in result.answered:
                line = self._lines[point]
                line.last_seen = now
                line.answers += 1
                line.failing = line.message = ""
                line.failing_since = line.failing_since if point in failed else None
                line.latencies_us.append(latency_us)
            for failure in result.failures:
                line = self._lines[failure.point]
                line.failures += 1
                line.faults[failure.code] += 1
                line.failing = failure.code
                line.failing_since = line.failing_since or now
                line.message = failure.message[:MESSAGE_SIGNS]

    def devices(self) -> list[dict[str, object]]:
        """Return a row for every device, those that fail first."""
        with self._lock:
            rows = [self._device(point, line) for point, line in self._lines.items()]
        return sorted(rows, key=lambda row: (not row["failing"], str(row["point"])))

    def states(self) -> list[DeviceState]:
        """Return how every device answers, by metering point."""
        with self._lock:
            return [self._state(point, line) for point, line in sorted(self._lines.items())]

    def buses(self) -> list[dict[str, object]]:
        """Return a row for every bus."""
        return self._groups("bus", lambda place: place.bus)

    def gateways(self) -> list[dict[str, object]]:
        """Return a row for every gateway."""
        return self._groups("gateway", lambda place: place.gateway)

    def summary(self) -> Mapping[str, int]:
        """Return how many devices there are, fail now, and have never answered."""
        with self._lock:
            lines = list(self._lines.values())
        return {
            "devices": len(lines),
            "failing": sum(bool(line.failing) for line in lines),
            "never_seen": sum(line.last_seen is None for line in lines),
        }

    def _state(self, point: str, line: _Line) -> DeviceState:
        place = self._places[line.source]
        latencies = sorted(line.latencies_us)
        return DeviceState(
            point=point,
            source=line.source,
            bus=place.bus,
            gateway=place.gateway,
            last_seen=line.last_seen,
            failing=line.failing,
            failing_since=line.failing_since,
            message=line.message,
            answers=line.answers,
            failures=line.failures,
            latency_p50_us=_quantile_us(latencies, 0.5),
            latency_p99_us=_quantile_us(latencies, 0.99),
        )

    def _device(self, point: str, line: _Line) -> dict[str, object]:
        place = self._places[line.source]
        return {
            "point": point,
            "source": line.source,
            "bus": place.bus,
            "gateway": place.gateway,
            "failing": line.failing,
            "failing_since": line.failing_since.isoformat() if line.failing_since else None,
            "message": line.message,
            **_told([line]),
        }

    def _groups(self, name: str, key: Callable[[Place], str]) -> list[dict[str, object]]:
        with self._lock:
            groups: dict[str, list[_Line]] = {}
            for line in self._lines.values():
                groups.setdefault(key(self._places[line.source]), []).append(line)
            connected: dict[str, dict[int, Connected]] = {}
            for place in self._places.values():
                if place.connected is not None:  # two sources on one bus share its connections
                    connected.setdefault(key(place), {})[id(place.connected)] = place.connected
            return [
                {
                    name: group,
                    "devices": len(lines),
                    "failing": sum(bool(line.failing) for line in lines),
                    "connects": sum(c.connects for c in connected.get(group, {}).values()),
                    **_told(lines),
                }
                for group, lines in sorted(groups.items())
            ]


def _told(lines: Sequence[_Line]) -> dict[str, object]:
    """Return what several devices did together."""
    seen = [line.last_seen for line in lines if line.last_seen is not None]
    faults: Counter[str] = Counter()
    for line in lines:
        faults.update(line.faults)
    ordered = sorted(latency for line in lines for latency in line.latencies_us)
    return {
        "last_seen": max(seen).isoformat() if seen else None,
        "answers": sum(line.answers for line in lines),
        "failures": sum(line.failures for line in lines),
        "faults": dict(sorted(faults.items())),
        "latency_p50_us": _quantile_us(ordered, 0.5),
        "latency_p99_us": _quantile_us(ordered, 0.99),
    }


def _quantile_us(ordered: Sequence[int], share: float) -> int | None:
    if not ordered:
        return None
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
