"""In: a month of quarter-hours of many meters. Out: how fast they become quantities and money. I/O.

The tariff is one of three tariff periods with two blocks each, filled in the order of time, and a
price of maximum demand. Timed is everything from integers in memory to rounded quantities and
amounts; `rating lines` adds the telling of each charge line. The baselines do the same to a sample
as a notebook (pandas groupby) and as a table with a row per interval (SQL in a real PostgreSQL) do,
but for the rounding and the money.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.ground import BenchSite, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate, ready
from billing.rating.blocks import Series, Stack
from billing.rating.determinants import period_codes
from billing.rating.quantities import Quantities, single
from billing.rating.rate import rate_many, work_out
from billing.tariffs.clauses import (
    DemandBasis,
    DemandClause,
    EnergyClause,
    Tax,
    TaxMode,
    TaxRounding,
    Tier,
    TierMode,
)
from billing.tariffs.tariff import (
    DayClass,
    Rounding,
    Season,
    TariffPeriod,
    TariffVersion,
    When,
)
from energy.base.clock import monotonic_s, to_us
from energy.base.period import span_of_days
from energy.base.units import Utility
from energy.metering.usage import UsageSpan

METERS, TOGETHER, DISTINCT = 60_000, 1_000, 10
"""Channel-months rated; of one stack; stacks that differ, rated in turn."""
SAMPLE = 500
"""Meters that a baseline has."""
TOLD = 2_000
"""Supplies whose charge lines are told."""
ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2025, 7, 1), date(2025, 7, 31)
INTERVALS = 31 * 96
QUARTER_S = 900
BOUND = 2_000_000
"""Upper bound of the first block. [Wh]"""
OWN = "active_import"
_NAMES = {"en": "bench"}
_HOURS = {"peak": ((8, 12), (17, 20)), "flat": ((12, 17), (20, 24)), "valley": ((0, 8),)}
_PRICES = {"peak": "1.0213", "flat": "0.6412", "valley": "0.3187"}


def tariff() -> TariffVersion:
    """Return the tariff of the bench."""
    return TariffVersion(
        tariff="bench",
        version=1,
        names=_NAMES,
        utility=Utility.ELECTRICITY,
        currency="CNY",
        zone=ZONE,
        unit="kWh",
        valid_from=date(2025, 1, 1),
        valid_to=None,
        tax=Tax(mode=TaxMode.INCLUSIVE, rate=Decimal("0.13"), rounding=TaxRounding.PER_LINE),
        rounding=Rounding(amount=2, quantity=3),
        seasons=(Season(key="all", start=None, end=None),),
        day_classes=(DayClass(key="all", weekdays=frozenset(range(7))),),
        periods=tuple(_period(key) for key in _HOURS),
        clauses=(
            *(_energy(key) for key in _HOURS),
            DemandClause(
                key="D",
                names=_NAMES,
                basis=DemandBasis.ACTUAL,
                tiers=(Tier(upto=None, price=Decimal("38.40")),),
            ),
        ),
        gas=None,
        sha256="0" * 64,
        tier_mode=TierMode.CHRONOLOGICAL,
    )


def _period(key: str) -> TariffPeriod:
    spans = tuple((first * 60, after * 60) for first, after in _HOURS[key])
    when = When(seasons=("all",), days=("all",), spans=spans)
    return TariffPeriod(key=key, names=_NAMES, when=(when,))


def _energy(key: str) -> EnergyClause:
    price = Decimal(_PRICES[key])
    tiers = (Tier(upto=Decimal(BOUND) / 1000, price=price), Tier(upto=None, price=price * 2))
    return EnergyClause(key=f"E.{key}", names=_NAMES, tiers=tiers, period=key)


def usage(meters: int, seed: int) -> NDArray[np.int32]:
    """Return made-up usage. [Wh]."""
    return np.random.default_rng(seed).integers(0, 5_000, (meters, INTERVALS), dtype=np.int32)


def rated(version: TariffVersion, columns: NDArray[np.int32]) -> int:
    """Rate a stack; return the money of two of its charges. [1/100 currency]."""
    start = span_of_days(FIRST, LAST, ZONE).start
    series = Series(start=start, step_s=QUARTER_S, shape_s=0, usage=columns)
    stack = Stack(rows=len(columns), series={OWN: series})
    kept = work_out(stack, version, FIRST, LAST).kept
    (windows,) = (kept[key] for key in kept if key.startswith("windows"))
    assert len(windows.amount) == len(columns), "every meter has a demand charge"
    return int(sum(windows.amount) + sum(sum(row) for row in kept["E.peak"][0].amount))


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The rating of a month of all meters, without charge lines."""

    versus: str
    """`pandas`, `sql`, or `` for none: then the time of all meters is the result. [s]"""

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give the sides."""
        return self._sides(ground, 2 if scale.smoke else METERS // TOGETHER)

    @contextmanager
    def _sides(self, ground: Ground, stacks: int) -> Iterator[Sides]:
        version = tariff()
        lots = [usage(TOGETHER, seed) for seed in range(min(stacks, DISTINCT))]

        def act() -> None:
            for n in range(stacks):
                assert rated(version, lots[n % len(lots)]) > 0, "energy costs"

        def seconds() -> float:
            began_s = monotonic_s()
            act()
            return monotonic_s() - began_s

        values = stacks * TOGETHER * INTERVALS
        if not self.versus:
            with ready(Sides(product=seconds)) as sides:
                yield sides
            return
        with ground.site(20) as site:
            sample = lots[0][:SAMPLE]
            summed = _Pandas(sample) if self.versus == "pandas" else _Sql(ground, site, sample)
            yield Sides(
                product=lambda: rate(values, act),
                baseline=lambda: rate(sample.size, summed),
            )


def _slots() -> NDArray[np.int16]:
    start = span_of_days(FIRST, LAST, ZONE).start
    return period_codes(tariff(), to_us(start), INTERVALS, QUARTER_S)


class _Pandas:
    """Sums, maxima and blocks by merge, groupby and cumsum over a long frame."""

    def __init__(self, sample: NDArray[np.int32]) -> None:
        self._sample = sample
        slots = np.arange(INTERVALS, dtype=np.int32)
        self._calendar = pd.DataFrame({"slot": slots, "period": _slots()})
        self._frame = pd.DataFrame(
            {
                "meter": np.repeat(np.arange(len(sample), dtype=np.int32), INTERVALS),
                "slot": np.tile(slots, len(sample)),
                "wh": sample.reshape(-1),
            }
        )

    def __call__(self) -> None:
        frame = self._frame.merge(self._calendar, on="slot")
        filled = frame.groupby("meter")["wh"].cumsum()
        frame["below"] = filled.clip(upper=BOUND) - (filled - frame["wh"]).clip(upper=BOUND)
        sums = frame.groupby(["meter", "period"])[["wh", "below"]].sum()
        most = frame.groupby("meter")["wh"].max()
        assert int(sums["wh"].sum()) == int(self._sample.sum()), "exact"
        assert int(sums["below"].sum()) == BOUND * len(self._sample), "every first block is full"
        assert np.array_equal(most.to_numpy(), self._sample.max(axis=1)), "exact"


class _Sql:
    """Sums, maxima and blocks by SQL over a table with a row per interval."""

    def __init__(self, ground: Ground, site: BenchSite, sample: NDArray[np.int32]) -> None:
        self._site, self._sample = site, sample
        for table, columns in (
            ("per_slot", "slot int4, period int2"),
            ("per_row", "meter int4, slot int4, wh int4"),
        ):
            ground.administer(f"CREATE TABLE {site.schema}.{table} ({columns})")
            ground.administer(f"GRANT ALL ON {site.schema}.{table} TO PUBLIC")
        with site.database.connection() as connection, connection.cursor() as cursor:
            with cursor.copy(f"COPY {site.schema}.per_slot FROM STDIN") as copy:
                for slot, code in enumerate(_slots().tolist()):
                    copy.write_row((slot, code))
            with cursor.copy(f"COPY {site.schema}.per_row FROM STDIN") as copy:
                for meter, row in enumerate(sample.tolist()):
                    for slot, value in enumerate(row):
                        copy.write_row((meter, slot, value))
        ground.administer(f"ANALYZE {site.schema}.per_row")

    def __call__(self) -> None:
        filled = (
            "SELECT meter, slot, wh, sum(wh) OVER (PARTITION BY meter ORDER BY slot) AS c "
            f"FROM {self._site.schema}.per_row"
        )
        with self._site.database.connection() as connection:
            rows = connection.execute(
                "SELECT meter, period, sum(wh), max(wh), "
                f"sum(least(c, {BOUND}) - least(c - wh, {BOUND})) FROM ({filled}) AS filled "
                f"JOIN {self._site.schema}.per_slot USING (slot) GROUP BY meter, period"
            ).fetchall()
        assert sum(int(str(row[2])) for row in rows) == int(self._sample.sum()), "exact"
        below = sum(int(str(row[4])) for row in rows)
        assert below == BOUND * len(self._sample), "every first block is full"


def told(ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
    """Give the side that tells charge lines too. [charge lines / s]."""
    del ground
    version = tariff()
    supplies = [
        (f"meter-{n}", _supply(n, row))
        for n, row in enumerate(usage(50 if scale.smoke else TOLD, 1))
    ]

    def act() -> float:
        began_s = monotonic_s()
        found = rate_many(supplies, versions=[version], first_day=FIRST, last_day=LAST, position=1)
        return sum(len(each.charges) for each in found) / (monotonic_s() - began_s)

    return ready(Sides(product=act))


def _supply(channel: int, row: NDArray[np.int32]) -> Quantities:
    span = UsageSpan(
        channel=channel,
        start=span_of_days(FIRST, LAST, ZONE).start,
        step_s=QUARTER_S,
        usage=row.astype(np.int64),
        quality=np.zeros(len(row), dtype=np.uint8),
    )
    return single(span, Utility.ELECTRICITY)


def memory(ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
    """Give what rating holds at most, the usage of a stack included. [MiB]."""
    del ground, scale
    version = tariff()

    def act() -> float:
        tracemalloc.start()
        for seed in range(2):
            rated(version, usage(TOGETHER, seed))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most / 2**20

    return ready(Sides(product=act))


BENCHES = (
    Bench(
        name="rating",
        says="60,000 channel-months of quarter-hours to quantities and money, all of it",
        unit="s",
        prepare=Core(versus=""),
        aim=Aim.VALUE_AT_MOST,
        target=3.0,
    ),
    Bench(
        name="rating pandas",
        says="the same beside sums and maxima by pandas groupby (500 meters)",
        unit="interval/s",
        prepare=Core(versus="pandas"),
        aim=Aim.RATIO_AT_LEAST,
        target=30.0,
    ),
    Bench(
        name="rating sql",
        says="the same beside SQL over a row per interval in PostgreSQL (500 meters)",
        unit="interval/s",
        prepare=Core(versus="sql"),
    ),
    Bench(
        name="rating lines",
        says="charge lines with their proofs, 2,000 supplies with a month each",
        unit="charge line/s",
        prepare=told,
    ),
    Bench(
        name="rating memory",
        says="most memory that rating a stack of 1,000 holds",
        unit="MiB",
        prepare=memory,
        aim=Aim.VALUE_AT_MOST,
        target=1024.0,
        once=True,
    ),
)
