"""In: a clock. Out: made-up usage, meters and alerts behind the energy questions. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dashboards.queries.rows import (
    Answer,
    DeviceAnswers,
    EnergyFlow,
    FlowEdge,
    FlowNode,
    Health,
    LoadProfile,
    MeterPage,
    MeterPlate,
    MeterRow,
    ReadingRow,
    RegisterRow,
    TariffBand,
    UsageCalendar,
    UsageDay,
    UtilityTile,
)
from dashboards.security.scope import Right, Scope
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import day_period, local_day
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Kind
from energy.metering.completeness import Completeness

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 15, 14, 7, 30, tzinfo=UTC)
SITE = "cambridge"
BUILDINGS = 12
RUN, OLD_RUN = id_of("run", "june"), id_of("run", "may")
INVOICE = id_of("invoice", "A-0002")


COMPUTED = "cam-common.p1"
"""A share of a common meter: it has usage and no register."""


def _computed(page: MeterPage) -> MeterPage:
    """Return the page of what follows from other meters by a rule."""
    own = replace(page.registers[0], kind=Kind.COMPUTED, last_at=None, last=None, billing=True)
    return replace(page, registers=(own,), readings=())


@dataclass
class FakeEnergy:
    """Energy questions over twelve made-up buildings."""

    clock: Clock
    news = 1
    """Another number: something changed."""

    # ---- energy
    def _answer(self, rows):  # noqa: ANN001, ANN202  # any rows
        return Answer(rows=rows, as_of=48_213, age_s=41)

    def _today(self) -> date:
        return local_day(self.clock.now(), ZONE)

    def tiles(self, scope: Scope) -> Answer[tuple[UtilityTile, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = []
        for utility, daily in ((Utility.ELECTRICITY, 18_400_000), (Utility.GAS, 1_910_000)):
            trend = tuple(
                None if n == 4 else int(daily * (1 - 0.3 * (n % 7 in {5, 6}) + 0.02 * n))
                for n in range(14)
            )
            rows.append(
                UtilityTile(
                    utility=utility,
                    today=int(daily * 0.66),
                    yesterday=daily,
                    yesterday_so_far=int(daily * 0.62),
                    quality=Quality.MEASURED if utility is Utility.GAS else Quality.INTERPOLATED,
                    known=712,
                    expected=720,
                    meters=BUILDINGS,
                    last_at=self.clock.now() - timedelta(seconds=41),
                    trend=trend,
                    weekdays=daily,
                    complete=Completeness(expected=1152, measured=1140, shaped=8, estimated=2),
                )
            )
        return self._answer(tuple(rows))

    def usage_calendar(self, scope: Scope, utility: Utility) -> Answer[UsageCalendar]:
        scope.demand(Right.READ_ENERGY, SITE)
        yesterday = self._today() - timedelta(days=1)
        first = yesterday - timedelta(weeks=52, days=yesterday.weekday())
        many = (yesterday - first).days + 1
        days = tuple(None if n % 40 == 9 else 18_000_000 + 90_000 * (n % 7) for n in range(many))
        return self._answer(UsageCalendar(utility=utility, first=first, days=days))

    def load_profile(self, scope: Scope, utility: Utility) -> Answer[LoadProfile]:
        scope.demand(Right.READ_ENERGY, SITE)
        period = day_period(self._today(), ZONE)
        step = timedelta(seconds=900)
        count = (period.end - period.start) // step
        done = (self.clock.now() - period.start) // step
        curve = [
            int((120_000 + 110_000 * max(0.0, math.sin((n - 22) / 50 * math.pi))) * 0.9)
            for n in range(count)
        ]
        known = [
            0 if n >= done or 18 <= n < 28 else 11 if 40 <= n < 44 else BUILDINGS
            for n in range(count)
        ]
        return self._answer(
            LoadProfile(
                utility=utility,
                day=self._today(),
                start=period.start,
                now=self.clock.now(),
                step_s=900,
                usage=tuple(v if k else None for v, k in zip(curve, known, strict=True)),
                known=tuple(known),
                quality=tuple(
                    Quality.INTERPOLATED if 30 <= n < 34 else Quality.MEASURED for n in range(count)
                ),
                meters=BUILDINGS,
                bands=self._bands(period.start),
                tariff="campus-electricity",
                before=tuple(int(v * 0.94) for v in curve),
            )
        )

    def _bands(self, start: datetime) -> tuple[TariffBand, ...]:
        def band(key: str, zh: str, rank: int, first: float, after: float) -> TariffBand:
            return TariffBand(
                start=start + timedelta(hours=first),
                end=start + timedelta(hours=after),
                key=key.lower(),
                names={"en": key, "zh": zh},
                rank=rank,
            )

        return (
            band("Night", "夜间", 0, 0, 7),
            band("Day", "日间", 1, 7, 16),
            band("Evening peak", "晚高峰", 2, 16, 19),
            band("Day", "日间", 1, 19, 24),
        )

    def energy_flow(self, scope: Scope, utility: Utility, day: date) -> Answer[EnergyFlow]:
        scope.demand(Right.READ_ENERGY, SITE)
        nodes = [
            FlowNode(key="grid", name="Grid supply", kind="incomer"),
            FlowNode(key="hv-a", name="Substation A", kind="transformer"),
            FlowNode(key="hv-b", name="Substation B", kind="transformer"),
        ]
        amounts = [2_900_000 // (n + 1) + 240_000 for n in range(BUILDINGS)]
        edges = []
        for n, amount in enumerate(amounts):
            nodes.append(FlowNode(key=f"b{n}", name=f"Building {n + 1}", kind="tenant_meter"))
            source = "hv-a" if n % 2 else "hv-b"
            edges.append(FlowEdge(source=source, target=f"b{n}", amount=None if n == 7 else amount))
        for feeder in ("hv-a", "hv-b"):
            total = sum(e.amount or 0 for e in edges if e.source == feeder)
            edges.append(FlowEdge(source="grid", target=feeder, amount=total + 90_000))
        return self._answer(
            EnergyFlow(utility=utility, day=day, nodes=tuple(nodes), edges=tuple(edges))
        )

    def meters(self, scope: Scope) -> Answer[tuple[MeterRow, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = []
        for n in range(1, BUILDINGS + 1):
            for kind, utility, unit in (
                ("elec", Utility.ELECTRICITY, "kWh"),
                ("gas", Utility.GAS, "m³"),
            ):
                silent = n == 8
                rows.append(
                    MeterRow(
                        point=f"cam-b{n}-{kind}",
                        name=f"Building {n} {utility}",
                        place=f"Building {n}",
                        utility=utility,
                        serial=f"CAM-{kind[0].upper()}-{n:04d}",
                        profile="abb_b23_b24" if kind == "elec" else "pulse",
                        last_at=None if silent else self.clock.now() - timedelta(seconds=41),
                        last=None if silent else Decimal(n * 1234567) / 100,
                        unit=unit,
                        quality=Quality.MISSING if silent else Quality.MEASURED,
                        age_s=None if silent else 41 * n * n,
                        device=self._device(n) if kind == "elec" else None,
                    )
                )
        return self._answer(tuple(rows))

    def _device(self, n: int) -> DeviceAnswers:
        """Building 7's collector is silent, building 8's meter never answered."""
        silent = n == 8
        return DeviceAnswers(
            bus="10.8.1.20:502",
            last_seen=None if silent else self.clock.now() - timedelta(seconds=41),
            failing="modbus.no_answer" if silent else "",
            failing_s=7_300 if silent else None,
            message="unit 8 at 10.8.1.20:502: no answer in 1.0 s" if silent else "",
            answers=0 if silent else 12_345,
            failures=730 if silent else n,
            latency_us=None if silent else 41_300,
            told_age_s=600 if n == 7 else 9,
        )

    def _plate(self, point: str) -> MeterPlate:
        return MeterPlate(
            point=point,
            name="Building 2 electricity",
            place="Building 2",
            utility=Utility.ELECTRICITY,
            serial="CAM-E-0002",
            profile="abb_b23_b24",
            source="modbus-1",
            address="unit 2",
            multiplier="40",
            seal="S-88231",
            commissioned_at=datetime(2025, 3, 3, 9, 30, tzinfo=UTC),
            retired_at=None,
        )

    def meter(self, scope: Scope, point: str) -> Answer[MeterPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if not point.startswith("cam-"):
            return None
        registers = tuple(
            RegisterRow(
                channel=n,
                quantity=quantity,
                kind=kind,
                unit=unit,
                resolution=Decimal(resolution),
                multiplier="40",
                billing=kind == "counter",
                last_at=self.clock.now() - timedelta(seconds=41),
                last=Decimal(last),
                quality=Quality.MEASURED,
            )
            for n, (quantity, kind, unit, resolution, last) in enumerate(
                (
                    ("active_energy_import", "counter", "kWh", "0.01", "34518.27"),
                    ("active_power", "gauge", "W", "1", "96240"),
                ),
                start=1,
            )
        )
        readings = tuple(
            ReadingRow(
                at=self.clock.now() - timedelta(minutes=n, seconds=41),
                quantity="active_energy_import",
                unit="kWh",
                count=3_451_827 - 4 * n,
                value=Decimal(3_451_827 - 4 * n) / 100,
                quality=Quality.SUSPECT if n == 3 else Quality.MEASURED,
                position=48_213 - n,
            )
            for n in range(12)
        )
        days = tuple(
            UsageDay(
                day=self._today() - timedelta(days=30 - n),
                usage=None if n == 11 else 1_500_000 + 60_000 * (n % 5),
                complete=Completeness(
                    expected=96,
                    measured=0 if n in {11, 17} else 96,
                    shaped=48 if n == 17 else 0,
                    estimated=48 if n == 17 else 0,
                ),
                quality=Quality.MISSING
                if n == 11
                else Quality.INTERPOLATED
                if n == 17
                else Quality.MEASURED,
            )
            for n in range(30)
        )
        page = MeterPage(
            plate=self._plate(point), registers=registers, readings=readings, days=days
        )
        return self._answer(_computed(page) if point == COMPUTED else page)

    def token(self, scope: Scope) -> str:
        return f"{scope.person}/{self.news}"

    def health(self) -> Health:
        return Health(
            database_ok=True,
            followers=(("books", 0), ("metering", 3), ("operations", 0)),
            newest_reading_at=self.clock.now() - timedelta(seconds=41),
        )
