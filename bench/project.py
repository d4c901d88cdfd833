"""In: a journal of readings. Out: how fast the views take them, live and rebuilt. I/O.

Timed are steps of the product's own follower: read a slice, decode, write the rows and the
position in one transaction. The baseline copies as many rows a transaction into the same table
of a second site, so that keys and partitions are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psycopg

from bench.append import copy_rate
from bench.ground import COPY_ROWS, ZONE, BenchSite, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate
from energy.journal.entry import BATCH_TOPIC, Entry
from energy.journal.follower import Follower
from energy.metering.reading import ReadingColumns
from energy.store.binary_copy import pack
from energy.views.reading import write_readings
from energy.views.rebuild import metering_group, rebuild
from energy.views.worker import positioned


def reading_follower(site: BenchSite) -> Follower:
    """Return a follower that feeds `reading` and `latest` alone."""

    def fold(cursor: psycopg.Cursor[tuple[object, ...]], entries: Sequence[Entry]) -> None:
        batches = [entry for entry in entries if entry.topic == BATCH_TOPIC]
        if batches:
            write_readings(cursor, site.schema, positioned(batches))

    return Follower(site.database, site.schema, "metering", "bench", fold, site.clock)


def all_views(site: BenchSite) -> Follower:
    """Return the product's follower of every metering view."""
    return site.metering()


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Slices of four batches, each projected as soon as it is appended."""

    follower: Callable[[BenchSite], Follower]
    channels: int | None = None
    evening: bool = False
    """Whether most of a day lies behind."""

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        with ground.site(self.channels) as site, ground.site(self.channels) as other:
            follower = self.follower(site)
            if self.evening:
                site.append(scale.evening_scans * site.channels)
            catch_up(follower)
            yield Sides(
                product=lambda: _project(site, follower, scale.slices),
                baseline=lambda: _copy(other, scale.slices),
            )


def catch_up(follower: Follower) -> None:
    """Fold all there is."""
    while follower.step():
        pass


def _project(site: BenchSite, follower: Follower, slices: int) -> float:
    """Append and project so many slices; only the projecting is timed. [reading/s]."""
    elapsed_s = 0.0
    for _ in range(slices):
        site.append(COPY_ROWS)
        elapsed_s += COPY_ROWS / rate(COPY_ROWS, follower.step)
        assert follower.lag == 0, "a step takes the whole slice"
    return slices * COPY_ROWS / elapsed_s


def _copy(site: BenchSite, slices: int) -> float:
    """Copy so many slices into a site's own `reading`. [reading/s]."""
    parts = site.parts(slices)
    return rate(slices * COPY_ROWS, lambda: _copy_readings(site, parts))


def _copy_readings(site: BenchSite, parts: Sequence[ReadingColumns]) -> None:
    with site.database.connection() as connection, connection.cursor() as cursor:
        for number, columns in enumerate(parts):
            stream = pack(
                ("int4", "timestamptz", "int8", "int2", "int8"),
                (
                    columns.channel,
                    columns.at_us,
                    columns.count,
                    columns.quality,
                    np.full(len(columns), number, dtype=np.int64),
                ),
            )
            with cursor.copy(f"COPY {site.schema}.reading FROM STDIN (FORMAT binary)") as copy:
                copy.write(stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """Rebuilds a view from a whole journal: shadow, fold, indexes, swap."""

    view: str
    share: int = 1
    """Part of the scale's readings: 1 / share."""

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        with ground.site() as site, ground.copy_table() as table, ground.owner() as owner:
            readings = site.append(scale.rebuild_readings // self.share)
            group = metering_group(ZONE)

            def rebuilt() -> float:
                done = rebuild(owner, site.schema, group, self.view, site.clock)
                assert done.readings == readings, "the whole journal is folded"
                return readings / done.elapsed_s

            def copy() -> float:
                ground.administer(f"TRUNCATE {table}")
                return copy_rate(ground, table, site.parts(readings // COPY_ROWS))

            yield Sides(product=rebuilt, baseline=copy)


BENCHES = (
    Bench(
        name="project-reading",
        says="fresh slices of 20,000 into `reading` and `latest`; to COPY into the same table",
        unit="reading/s",
        prepare=Live(follower=reading_follower),
        aim=Aim.RATIO_AT_LEAST,
        target=0.7,
    ),
    Bench(
        name="project-all",
        says="the same into every metering view, from local midnight on",
        unit="reading/s",
        prepare=Live(follower=all_views),
    ),
    Bench(
        name="project-all-evening",
        says="the same with 100 channels and 20 hours of 10 s scans behind",
        unit="reading/s",
        prepare=Live(follower=all_views, channels=100, evening=True),
    ),
    Bench(
        name="rebuild-reading",
        says="`view rebuild reading`, indexed and swapped in; to COPY without index",
        unit="reading/s",
        prepare=Rebuild(view="reading"),
        aim=Aim.RATIO_AT_LEAST,
        target=0.4,
    ),
    Bench(
        name="rebuild-all",
        says="`view rebuild metering` of a quarter of it; to COPY without index",
        unit="reading/s",
        prepare=Rebuild(view="metering", share=4),
    ),
)
