"""In: registers of a bench site. Out: the site with them appended, folded and read. I/O.

The product's own way in and out: batches through the ingest door, the follower of every metering
view, the rollups, the two ways to read hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from numpy.typing import NDArray

from bench.beside.registers import HOUR_US, Registers
from bench.ground import BATCH, COPY_ROWS, BenchSite
from bench.project import catch_up
from energy.base.clock import from_us
from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from energy.store.arrays import use_arrays
from energy.views.rollup import roll_up
from energy.views.usage import read_spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A bench site that takes registers."""

    site: BenchSite

    def append(self, registers: Registers, first: int, last: int, batch: int = BATCH) -> None:
        """Append instants [first, last) in transactions of up to 20,000 readings.

        The clock goes along: a reading of the future would be a finding each.
        """
        self.site.clock.move_to(max(self.site.clock.now(), from_us(int(registers.at_us[last - 1]))))
        ingest, meters = self.site.ingest(), len(registers.channel)
        step, most = max(batch // meters, 1), max(COPY_ROWS // meters, 1)
        for low in range(first, last, most):
            high = min(low + most, last)
            starts = range(low, high, step)
            parts = [registers.columns(start, min(start + step, high)) for start in starts]
            accepted = ingest.accept([self.site.chain.batch(part) for part in parts])
            assert accepted.stored == len(parts), "every batch is new"

    def fold(self) -> None:
        """Bring every view and every rollup up to the journal."""
        catch_up(self.site.metering())
        with self.site.database.connection() as connection:
            while roll_up(connection, self.site.schema):
                pass

    def spans(self, channels: Sequence[int], start_us: int, end_us: int) -> dict[int, UsageSpan]:
        """Return the usage of some channels on the grid."""
        period = Period(start=from_us(start_us), end=from_us(end_us))
        with self.site.database.connection() as connection:
            return read_spans(connection, self.site.schema, channels, period)

    def hours(self, channels: Sequence[int], start_us: int, end_us: int) -> pd.DataFrame:
        """Return hours x channels from the interval store; an hour not known whole is empty."""
        spans = self.spans(channels, start_us, end_us)
        return _table([_by_hour(spans[channel]) for channel in channels], channels, start_us)

    def rolled_up(self, channels: Sequence[int], start_us: int, end_us: int) -> pd.DataFrame:
        """Return the same from the rollup that reporting tools read."""
        hours = (end_us - start_us) // HOUR_US
        table = {channel: np.full(hours, np.nan) for channel in channels}
        with self.site.database.connection() as connection:
            cursor: psycopg.Cursor[tuple[Any, ...]] = connection.cursor(binary=True)
            use_arrays(cursor)
            cursor.execute(
                "SELECT channel, array_agg(start_at), array_agg(usage) "
                f"FROM {self.site.schema}.usage_hour WHERE channel = ANY(%s) "
                "AND start_at >= %s AND start_at < %s GROUP BY channel",
                (list(channels), from_us(start_us), from_us(end_us)),
            )
            for channel, at_us, usage in cursor:
                table[channel][(at_us - start_us) // HOUR_US] = usage
        return _table(list(table.values()), channels, start_us)


def _by_hour(span: UsageSpan) -> NDArray[np.float64]:
    per_hour = 3_600 // span.step_s
    missing = (span.quality == Quality.MISSING).reshape(-1, per_hour).any(axis=1)
    return np.where(missing, np.nan, span.usage.reshape(-1, per_hour).sum(axis=1))


def _table(
    columns: Sequence[NDArray[np.float64]], channels: Sequence[int], start_us: int
) -> pd.DataFrame:
    hours = pd.date_range(from_us(start_us), periods=len(columns[0]), freq=timedelta(hours=1))
    return pd.DataFrame(np.column_stack(columns), index=hours, columns=list(channels))
