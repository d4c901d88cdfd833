"""In: three years and three months of 15-minute readings. Out: what one late reading costs. I/O.

Raw rows are kept for 30 days, so a late reading of long ago is folded from the journal through its
index. Timed is the follower's step that takes it, on a long history and on a short one: the ratio
of the two rates is about 1, because the cost lies in the days between the reading's neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from bench.ground import BenchSite, Ground
from bench.measure import Aim, Bench, Scale, Sides
from bench.readings import MIDNIGHT_US
from energy.base.clock import from_us, monotonic_s
from energy.base.quality import Quality
from energy.journal.follower import Follower
from energy.metering.reading import ReadingColumns

CHANNELS = 20
"""One device."""
QUARTER_US = 900_000_000
SCANS_A_DAY = 96
KEPT_DAYS = 30
LATE = 8
"""Late readings a side and round, each of a day of its own."""
_DAY_US = 86_400_000_000


@dataclass(slots=True)
class _History:
    """A site with a history, its raw rows dropped but for the last days."""

    site: BenchSite
    days: int
    follower: Follower = field(init=False)
    next_day: int = field(init=False)

    def __post_init__(self) -> None:
        """Bring the history in and let retention drop the raw rows."""
        self.follower = self.site.metering()
        self.next_day = max(self.days // 3, 3)
        left = self.days
        while left > 0:
            part = min(left, 64)
            self.site.ingest().accept(self.site.batches(part, SCANS_A_DAY * CHANNELS))
            left -= part
            while self.follower.step():
                pass
        self._drop_raw()

    def _drop_raw(self) -> None:
        kept_from = from_us(MIDNIGHT_US) + timedelta(days=self.days - KEPT_DAYS)
        schema = self.site.schema
        with self.site.database.transaction() as connection:
            connection.execute(
                f"INSERT INTO {schema}.series_kept VALUES ('reading', %s, now())", (kept_from,)
            )
            connection.execute(f"DELETE FROM {schema}.reading WHERE at < %s", (kept_from,))

    def take_late(self) -> float:
        """Fold some late readings, one after the other; only the folding is timed. [reading/s]."""
        elapsed_s = 0.0
        for _ in range(LATE):
            self.site.ingest().accept([self.site.chain.batch(self._late())])
            started_s = monotonic_s()
            while self.follower.step():
                pass
            elapsed_s += monotonic_s() - started_s
        return LATE / elapsed_s

    def _late(self) -> ReadingColumns:
        """Return a reading between two of a day that no late reading has come for yet."""
        at_us = MIDNIGHT_US + self.next_day * _DAY_US + 41 * QUARTER_US + QUARTER_US // 2
        self.next_day += 1
        assert self.next_day < self.days - KEPT_DAYS, "the day's raw rows are gone"
        count = self._count_before(at_us)
        return ReadingColumns(
            channel=np.array([1], dtype=np.int32),
            at_us=np.array([at_us], dtype=np.int64),
            count=np.array([count], dtype=np.int64),
            quality=np.array([Quality.MANUAL], dtype=np.uint8),
        )

    def _count_before(self, at_us: int) -> int:
        """Return a count that the register may have shown: the day's boundary has one."""
        with self.site.database.connection() as connection:
            row = connection.execute(
                "SELECT b.start_value + (SELECT sum(u.usage) "
                f"FROM {self.site.schema}.usage_unpack(b) AS u WHERE u.start_at < %(at)s "
                "- interval '15 minutes') "
                f"FROM {self.site.schema}.usage_block AS b WHERE channel = 1 "
                "AND start_at <= %(at)s ORDER BY start_at DESC LIMIT 1",
                {"at": from_us(at_us)},
            ).fetchone()
        assert row is not None, "the day has a block"
        return int(str(row[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A late reading on a long history beside one on a short history."""

    short_days: int

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        with (
            ground.site(CHANNELS, scan_us=QUARTER_US) as site,
            ground.site(CHANNELS, scan_us=QUARTER_US) as other,
        ):
            short_days = min(self.short_days, scale.late_days)
            long, short = _History(site, scale.late_days), _History(other, short_days)
            yield Sides(product=long.take_late, baseline=short.take_late)


BENCHES = (
    Bench(
        name="late-reading",
        says="one reading two years back in 3 years of history, beside 3 months; raw rows 30 days",
        unit="reading/s",
        prepare=Late(short_days=120),
        aim=Aim.RATIO_AT_LEAST,
        target=0.7,
    ),
)
