"""In: running processes. Out: how long each part of the way of a crossing took. I/O.

Every so often the load of another meter is set above its rule's limit. The instants are told by
who did each part: meters set, spool, door of the journal, alert fact, notice fact, gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np

from bench.chain.place import HIGH, LOAD, channel_of, meter_of, register_of
from bench.chain.running import Facts, Running, StampedDesk
from bench.modbus import host_of
from energy.base.clock import wait

PARTS = ("poll", "spool", "journal", "rule", "outbox", "gateway", "whole")
"""Meter to disk, disk to the journal's door, its transaction, to the alert fact, to the notice
fact, to the gateway; and from the disk to the gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How long one part took; field names are those of `--json`."""

    name: str
    crossings: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """What a run of crossings showed."""

    planted: int
    told: int
    """Crossings that came to the gateway."""
    messages: int
    """Messages that came to it meanwhile."""
    parts: list[Part]
    readings_per_s: float
    readings_a_batch: float
    bytes_a_reading: float
    """Of the journal, with its indexes. [byte]"""
    cores: Mapping[str, float]
    """Processor time by process and second. [core]"""


def crossed(
    running: Running,
    desk: StampedDesk,
    tell: Callable[[str], None],
    *,
    crossings: int,
    every_s: float,
    settle_s: float,
    start: Callable[[], None],
) -> Crossed:
    """Let meters cross their limits one after the other, and stop the processes.

    Args:
        running: The processes.
        desk: Of the gateway.
        tell: Tells the meters something.
        crossings: How many; each of a meter of its own.
        every_s: Between two of them. [s]
        settle_s: After the start, when connections are opened and rules read. [s]
        start: Starts the processes.
    """
    clock, meters = running.place.clock, running.place.meters
    chosen = [n * meters // crossings for n in range(crossings)]
    register = register_of(LOAD)
    start()
    wait(settle_s)
    after, _ = running.position("notices", "operations")
    before, began = running.cpu_s(), clock.now()
    entries, size = running.position("", "metering")[0], running.place.journal_size()
    came = len(desk.taken)
    planted: dict[int, datetime] = {}
    for meter in chosen:
        planted[meter] = clock.now()
        tell(f"{host_of(meter)} {register} {HIGH}")
        wait(every_s)
    used, seconds = running.cpu_s(), (clock.now() - began).total_seconds()
    entries = running.position("", "metering")[0] - entries
    size = running.place.journal_size() - size
    running.until_so_many(lambda: len(desk.taken), came + crossings)
    noted = running.stop()
    a_batch = noted["readings"] / max(noted["batches"], 1)
    ways = _ways(planted, noted, running.facts(after), desk)
    return Crossed(
        planted=crossings,
        told=len(ways),
        messages=len(desk.taken) - came,
        parts=[_part(name, [way[name] for way in ways]) for name in PARTS] if ways else [],
        readings_per_s=round(entries * a_batch / seconds),
        readings_a_batch=round(a_batch, 1),
        bytes_a_reading=round(size / max(entries * a_batch, 1), 1),
        cores={name: round((used[name] - before[name]) / seconds, 2) for name in before},
    )


def _ways(
    planted: Mapping[int, datetime], noted: Mapping[str, Any], facts: Facts, desk: StampedDesk
) -> list[dict[str, float]]:
    """Return how long each part took, of each crossing that came to the gateway. [s]."""
    alerts = {meter_of(each.channel): each for each in facts.alerts if each.channel}
    found = []
    for meter, set_at in planted.items():
        alert, key = alerts.get(meter), str(meter)
        if alert is None or key not in noted["journaled"]:
            continue
        if alert.channel != channel_of(meter, LOAD):
            continue
        notices = facts.queued.get(alert.originator_id, [])
        told = [each for each in notices if str(each.originator_id) in desk.came]
        if not told:
            continue
        spooled, offered, journaled = (
            datetime.fromisoformat(noted[name][key]) for name in ("spooled", "offered", "journaled")
        )
        came = desk.came[str(told[0].originator_id)]
        steps = (set_at, spooled, offered, journaled, alert.timestamp, told[0].timestamp, came)
        spans = [(later - earlier).total_seconds() for earlier, later in pairwise(steps)]
        whole = (came - spooled).total_seconds()
        found.append(dict(zip(PARTS, (*spans, whole), strict=True)))
    return found


def _part(name: str, seconds: Sequence[float]) -> Part:
    p50, p95, p99, worst = (float(ms) for ms in np.percentile(seconds, [50, 95, 99, 100]) * 1000)
    return Part(
        name=name,
        crossings=len(seconds),
        p50_ms=round(p50, 1),
        p95_ms=round(p95, 1),
        p99_ms=round(p99, 1),
        worst_ms=round(worst, 1),
    )
