"""In: a finished play. Out: one JSON summary: what was sent, stored, projected and billed. I/O."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from energy.base.period import Period
from energy.base.quality import Quality
from energy.journal.entry import BATCH_TOPIC, decode_batch
from energy.journal.recorder import read_entries
from energy.journal.verify import verify
from energy.metering.channel import Kind
from energy.metering.codec import decode
from energy.store.sites import Site
from energy.system import System
from energy.views.progress import count_readings
from energy.views.registry import load_registry
from energy.views.usage import read_spans
from processes.billing_month import MonthBilled

_SLICE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The one JSON row of `scripts/up --once`."""

    readings_sent: int
    """Distinct (channel, slot) that the simulated meters answered or published."""
    readings_journaled: int
    """Distinct (channel, instant) in the journal."""
    readings_projected: int
    """Rows of the view `reading`."""
    meters: int
    max_error_counts: int
    """Largest difference between billed usage and the simulated register. [count]"""
    invoices: int
    invoice_total: str
    currency: str
    position: int
    chain_ok: bool
    seconds: float

    @property
    def sound(self) -> bool:
        """Return whether nothing is lost, doubled or wrong."""
        sent = self.readings_sent
        return (
            sent > 0
            and sent == self.readings_journaled == self.readings_projected
            and self.max_error_counts == 0
            and self.chain_ok
        )

    def to_json(self) -> str:
        """Return the summary as one row."""
        return json.dumps(asdict(self))


def summarise(
    system: System, site: Site, report: Path, billed: MonthBilled, *, seconds: float
) -> Summary:
    """Return the summary of a play that is over, drained, projected and billed.

    Args:
        system: A system in the writer's role.
        site: The site.
        report: The simulator's play.json.
        billed: What was issued.
        seconds: How long it all took. [s]
    """
    truth = json.loads(report.read_text())
    with system.database.connection() as connection:
        checks = [
            verify(connection, site.schema, name) for name in ("metering", "operations", "books")
        ]
        return Summary(
            readings_sent=truth["readings_sent"],
            readings_journaled=_distinct_in_journal(connection, site.schema),
            readings_projected=count_readings(system.database, site.schema),
            meters=truth["meters"],
            max_error_counts=_largest_error(connection, site, truth),
            invoices=billed.invoices,
            invoice_total=str(billed.total),
            currency=site.currency,
            position=checks[0].position,
            chain_ok=all(check.chain_ok for check in checks),
            seconds=round(seconds, 1),
        )


def _distinct_in_journal(connection: Any, schema: str) -> int:
    """Return how many different (channel, instant) the journal holds, from the journal alone."""
    seen: list[np.ndarray] = []
    after = 0
    while entries := read_entries(connection, schema, "metering", after=after, limit=_SLICE):
        after = entries[-1].position
        for entry in entries:
            if entry.topic == BATCH_TOPIC:
                columns = decode(decode_batch(entry.state).payload)
                seen.append(np.stack([columns.channel.astype(np.int64), columns.at_us], axis=1))
    return len(np.unique(np.concatenate(seen), axis=0)) if seen else 0


def _largest_error(connection: Any, site: Site, truth: dict[str, Any]) -> int:
    """Return the largest error of any meter's usage against its simulated register. [count].

    A span with a missing interval counts as an error of the whole register.
    """
    registry = load_registry(connection, site.schema)
    period = Period(
        start=datetime.fromisoformat(truth["first_slot"]),
        end=datetime.fromisoformat(truth["last_slot"]),
    )
    counters = {
        channel.point: number
        for number, channel in registry.channels.items()
        if channel.facts.kind is Kind.COUNTER and channel.point in truth["registers"]
    }
    assert counters.keys() == truth["registers"].keys(), "every register has its channel"
    spans = read_spans(connection, site.schema, list(counters.values()), period)
    worst = 0
    for point, register in truth["registers"].items():
        span = spans[counters[point]]
        true_counts = register["end_count"] - register["start_count"]
        if (span.quality == Quality.MISSING).any():
            worst = max(worst, true_counts)
            continue
        factor = registry.segments[counters[point]][0].base_per_count
        error = abs(Fraction(int(span.usage.sum())) / factor - true_counts)
        worst = max(worst, -(-error.numerator // error.denominator))
    return worst
