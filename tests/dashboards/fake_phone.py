"""In: a clock. Out: a made-up meter before which somebody stands, its display desk. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from dashboards.display_commands import Read, Typed
from dashboards.queries.phone_rows import (
    DemandLimit,
    EnteredRow,
    FoundMeter,
    Happened,
    PhoneMeter,
    PointEvent,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.clock import from_us
from energy.base.errors import UnknownMeterError
from energy.base.units import Utility
from energy.base.wall_time import instants_of
from energy.metering.correction import StatementError
from energy.metering.display_look import Doubt, Doubted
from energy.metering.meter_papers import Fact
from tests.dashboards.fake_energy import SITE, ZONE, FakeEnergy

CHECKS: tuple[dict[str, Any], ...] = (
    {
        "name": "voltage",
        "outcome": "ok",
        "text": "L1 230 V, L2 230 V, L3 230 V",
        "title": "voltage",
        "code": "voltage_ok",
        "values": {"volts": "L1 230 V, L2 230 V, L3 230 V", "dead": "", "low": "45", "high": "300"},
    },
    {
        "name": "rotation",
        "outcome": "noted",
        "text": "the device does not tell its angles",
        "title": "rotation",
        "code": "rotation_untold",
        "values": {},
    },
    {"name": "of old", "outcome": "refused", "text": "a check of the first release"},
)


@dataclass
class FakePhone(FakeEnergy):
    """Questions of a phone, and the desk where its readings come in."""

    entered: dict[UUID, Read] = field(default_factory=dict)
    limit_kw: Decimal | None = Decimal(1500)

    def demand_limit(self, scope: Scope, utility: Utility) -> DemandLimit | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if self.limit_kw is None:
            return None
        return DemandLimit(utility=utility, kw=self.limit_kw, points=2)

    def find_meters(self, scope: Scope, text: str) -> tuple[FoundMeter, ...]:
        rows = self.meters(scope).rows
        sought = text.strip().casefold()
        exact = [row for row in rows if sought in {row.point, row.serial.casefold()}]
        part = [row for row in rows if sought and sought in f"{row.point} {row.name}".casefold()]
        return tuple(
            FoundMeter(
                point=row.point,
                name=row.name,
                place=row.place,
                serial=row.serial,
                utility=row.utility,
            )
            for row in (exact or part)[:12]
        )

    def phone_meter(self, scope: Scope, point: str) -> Answer[PhoneMeter] | None:
        answer = self.meter(scope, point)
        if answer is None:
            return None
        now, today = self.clock.now(), self._today()
        meter = PhoneMeter(
            plate=answer.rows.plate,
            location="Board 3, left of the door",
            registers=answer.rows.registers,
            due=(
                (Fact.BATTERY_UNTIL, today - timedelta(days=12)),
                (Fact.CERTIFICATE_UNTIL, today + timedelta(days=40)),
                (Fact.NEXT_CHECK, date(2030, 5, 1)),
            ),
            checks=CHECKS,
            events=(
                PointEvent(
                    at=now - timedelta(minutes=38),
                    happened=Happened.ALERT,
                    what="Building 2 load above limit",
                    severity="high",
                ),
                PointEvent(
                    at=now - timedelta(days=2), happened=Happened.FINDING, code="register.frozen"
                ),
                PointEvent(
                    at=datetime(2025, 3, 3, 9, 30, tzinfo=now.tzinfo),
                    happened=Happened.SERVED,
                    what="CAM-E-0002",
                    multiplier="40",
                ),
            ),
            entered=tuple(
                EnteredRow(
                    at=read.at,
                    quantity="active_energy_import",
                    value=Decimal(read.shown),
                    unit=read.unit,
                    note="seen at the board",
                    by="Grace Hopper",
                    entered_at=now,
                )
                for read in reversed(self.entered.values())
            ),
            pulses=False,
        )
        return self._answer(meter)

    def await_reading(self, scope: Scope, position: int) -> None:
        assert position == len(self.entered)

    # ---- the desk
    def read(self, typed: Typed) -> Read:
        if not typed.point.startswith("cam-"):
            raise UnknownMeterError(typed.point)
        try:
            value = Decimal(typed.value)
        except ArithmeticError:
            raise StatementError.of("reading.no_number", text=typed.value) from None
        now, last = self.clock.now(), Decimal("34518.27")
        at = now
        if typed.at:
            said = datetime.fromisoformat(typed.at)
            at = said if said.tzinfo else from_us(instants_of(said, ZONE)[0])
        if at > now:
            raise StatementError.of("reading.future", at=at)
        doubts: tuple[Doubt, ...] = ()
        if value < last:
            doubts = (Doubt(doubted=Doubted.BELOW, at=now, count=3_451_827),)
        elif value > last + 100:
            doubts = (Doubt(doubted=Doubted.ABOVE, at=now, count=3_451_827, most=3_461_827),)
        return Read(
            channel=1,
            unit="kWh",
            at=at,
            count=int(value * 100),
            shown=f"{value:.2f}",
            doubts=doubts,
            others=tuple("34618.27" if each.most else "34518.27" for each in doubts),
            beside=False,
        )

    def enter(self, read: Read, note: str, *, by: UUID, command_id: UUID) -> int:
        self.entered.setdefault(command_id, read)
        return len(self.entered)
