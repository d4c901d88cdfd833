"""In: a year of usage blocks of many channels. Out: how fast a formula over them is told. I/O.

Timed is the whole way: the blocks out of PostgreSQL, unpacked, checked, evaluated exactly and
rounded, with every interval's quality. The baseline reads the same rows and sums them with pandas,
without quality. The blocks are put in place as the view writes them; nothing is folded for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from bench.ground import BenchSite, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate, ready
from energy.base.ids import id_of
from energy.base.period import span_of_days
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.channel import Channel, ChannelFacts, Kind, facts_to_json
from energy.metering.formula.check import Checked, check
from energy.metering.formula.evaluate import Values, per_interval
from energy.metering.formula.exact import Exact, rounded
from energy.metering.formula.formula import Formula
from energy.metering.formula.inputs import Input, ListedCatalogue
from energy.metering.formula.parser import parse
from energy.metering.meter import Meter
from energy.metering.plant import ChannelRegister
from energy.views.computed import channel_usage

UTC_ZONE = ZoneInfo("UTC")
FIRST = date(2023, 1, 1)
LAST = date(2023, 12, 31)
INTERVALS = 365 * 96


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBlocks:
    """One formula over every channel of a site and a year, out of the database."""

    channels: int

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give both sides."""
        return self._sides(ground, 20 if scale.smoke else self.channels)

    @contextmanager
    def _sides(self, ground: Ground, channels: int) -> Iterator[Sides]:
        with ground.site(20) as site:
            number = _planned(site, channels)
            usage = _blocks(site, channels)
            period = span_of_days(FIRST, LAST, UTC_ZONE)
            expected = usage.sum(axis=0)

            def product() -> None:
                with site.database.connection() as connection:
                    found = channel_usage(connection, site.schema, UTC_ZONE, [number], period)
                assert (found[number].usage == expected).all(), "exact"

            def baseline() -> None:
                assert (_pandas_sum(site).to_numpy() == expected).all(), "exact"

            values = channels * INTERVALS
            yield Sides(
                product=lambda: rate(values, product), baseline=lambda: rate(values, baseline)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class InMemory:
    """A formula with a factor, a quotient and a limit over columns in memory."""

    text: str = "max(0, [a] - [b]) * 0.97 + [c] * [a] / ([a] + [b])"

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give both sides."""
        generator = np.random.default_rng(1)
        many = INTERVALS if scale.smoke else 10 * INTERVALS
        columns = {n: generator.integers(1, 5000, many, dtype=np.int64) for n in (1, 2, 3)}
        checked = _checked(self.text)
        none = np.zeros(many, dtype=np.uint8)
        starts = np.arange(0, many, 96, dtype=np.int64)
        values = Values(
            intervals=many,
            step_s=900,
            channels={
                n: Exact(scale=Fraction(3600), num=each, bad=none) for n, each in columns.items()
            },
        )
        frame = pd.DataFrame({"a": columns[1], "b": columns[2], "c": columns[3]})

        def product() -> None:
            usage, _ = rounded(per_interval(checked, values), Fraction(3600), many, starts)
            assert len(usage) == many, "every interval"

        def baseline() -> None:
            a, b, c = frame["a"], frame["b"], frame["c"]
            told = ((a - b).clip(lower=0) * 0.97 + c * a / (a + b)).round()
            assert len(told) == many, "every interval"

        return ready(
            Sides(
                product=lambda: rate(3 * many, product), baseline=lambda: rate(3 * many, baseline)
            )
        )


def _checked(text: str) -> Checked:
    inputs = {name: [Input(channel=_channel(name, n))] for n, name in enumerate(("a", "b", "c"), 1)}
    return check(parse(text), text, ListedCatalogue(channels=inputs), {})


def _channel(point: str, number: int, kind: Kind = Kind.COUNTER) -> Channel:
    facts = ChannelFacts(
        quantity="active_energy_import",
        kind=kind,
        utility=Utility.ELECTRICITY,
        unit="kWh",
        resolution=Fraction(1, 100),
        modulus=10**8 if kind is Kind.COUNTER else None,
        billing=True,
    )
    return Channel(number=number, point=point, facts=facts)


def _planned(site: BenchSite, channels: int) -> int:
    """Plan meters and the formula that sums them; return its channel."""
    journal = JournalApplication(site.database, site.schema, "metering", site.clock)
    command = id_of("bench", site.schema, "formula")
    register = ChannelRegister(site=site.schema, command_id=command)
    register.take(point="before", count=1000, command_id=command)
    stored: list[Meter | ChannelRegister | Formula] = [register]
    for n in range(1, channels + 2):
        point, kind = f"sum-{n}", Kind.COUNTER if n <= channels else Kind.COMPUTED
        number = register.take(point=point, count=1, command_id=command)
        stored.append(
            Meter(
                site=site.schema,
                point=point,
                name=point,
                place="hall",
                utility="electricity",
                channels=[facts_to_json(_channel(point, number, kind))],
                command_id=command,
            )
        )
    listed = ", ".join(f"[sum-{n}]" for n in range(1, channels + 1))
    stored.append(
        Formula(
            site=site.schema,
            point=f"sum-{channels + 1}",
            channel=number,
            valid_from=FIRST,
            text=f"sum({listed})",
            unit="kWh",
            constants=[],
            reason="",
            decided_by=None,
            command_id=command,
        )
    )
    journal.store(*stored)
    follower = site.metering()
    while follower.step():
        pass
    return number


def _pandas_sum(site: BenchSite) -> pd.Series[int]:
    """Return the same sum as a notebook makes it: read the rows, a column a channel, add up."""
    with site.database.connection() as connection:
        rows = connection.execute(
            f"SELECT channel, usage FROM {site.schema}.usage_block WHERE channel > 1000 "
            "ORDER BY channel, day",
            binary=True,
        ).fetchall()
    frame = pd.DataFrame(rows, columns=["channel", "usage"])
    columns = {
        channel: np.concatenate([np.frombuffer(each, dtype=">i4") for each in mine])
        for channel, mine in frame.groupby("channel")["usage"]
    }
    return pd.DataFrame(columns).sum(axis=1)


def _blocks(site: BenchSite, channels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Put a year of blocks in place; return the usage, an array of (channels, intervals)."""
    usage = np.random.default_rng(2).integers(0, 4000, (channels, INTERVALS), dtype=np.int64)
    quality = bytes(96)
    with site.database.connection() as connection, connection.cursor() as cursor:
        for day in range(365):
            start = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=day)
            part = usage[:, day * 96 : (day + 1) * 96]
            packed = part.astype(">i4").tobytes()
            cursor.executemany(  # COPY knows no row security
                f"INSERT INTO {site.schema}.usage_block (channel, day, epoch, position, start_at, "
                "step_s, intervals, usage, quality, total, worst) "
                "VALUES (%s, %s, 0, 1, %s, 900, 96, %s, %s, %s, 0)",
                [
                    (
                        1001 + n,
                        start.date(),
                        start,
                        packed[n * 384 : (n + 1) * 384],
                        quality,
                        int(part[n].sum()),
                    )
                    for n in range(channels)
                ],
            )
    with site.database.connection() as connection:
        connection.execute(f"ANALYZE {site.schema}.usage_block")
    return usage


BENCHES = (
    Bench(
        name="formula year",
        says="a sum of 500 channels and a year from their blocks | the same rows with pandas",
        unit="interval values/s",
        prepare=FromBlocks(channels=500),
        aim=Aim.VALUE_AT_LEAST,
        target=8_760_000,
    ),
    Bench(
        name="formula exact",
        says="limit, factor and quotient, exact and rounded once | the same in pandas floats",
        unit="interval values/s",
        prepare=InMemory(),
        aim=Aim.VALUE_AT_LEAST,
        target=2_000_000,
    ),
)
