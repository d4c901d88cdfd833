"""In: a clock. Out: a made-up life of a metering point. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from dashboards.queries.life_rows import (
    FoundRow,
    JournalRow,
    MeterLife,
    RegisterPoint,
    ServedRow,
    StatedRow,
)
from dashboards.queries.rows import Answer
from dashboards.queries.usage_gaps import completeness_of, expected_of, gaps_of
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.clock import Clock
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from tests.dashboards.fake_energy import COMPUTED, SITE, ZONE

STEP = timedelta(minutes=15)
QUANTITY = "active_energy_import"
REPLACED = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


class FakeLife:
    """Questions about a point's life."""

    clock: Clock

    def meter_life(
        self, scope: Scope, point: str, selection: Selection
    ) -> Answer[MeterLife] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if not point.startswith("cam-"):
            return None
        now, period = self.clock.now(), selection.period(ZONE)
        many = (period.end - period.start) // STEP
        usage = self._usage(period.start, many, max(0, min(many, (now - period.start) // STEP)))
        expected = expected_of(usage, None, now)
        midnights = selection.days > 2
        step = timedelta(days=1) if midnights else STEP
        shown = [at for n in range(many) if (at := period.start + n * step) < min(now, period.end)]
        life = MeterLife(
            point=point,
            utility=Utility.ELECTRICITY,
            quantity=QUANTITY,
            unit="kWh",
            usage=usage,
            due=int(expected.sum()),
            whole=completeness_of(usage, expected),
            register=()
            if point == COMPUTED
            else tuple(
                RegisterPoint(at=at, value=34_000 + 1.7 * n) for n, at in enumerate(shown[:1000])
            ),
            midnights=midnights,
            gaps=gaps_of(usage, expected),
            found=self._found(period.start),
            stated=self._stated(period.start),
            served=() if point == COMPUTED else self._served(),
            journal=self._journal(),
        )
        return Answer(rows=life, as_of=48_213, age_s=41)

    def _usage(self, start: datetime, many: int, due: int) -> UsageSpan:
        n = np.arange(many)
        quality = np.where(n < due, int(Quality.MEASURED), int(Quality.MISSING))
        for first, last, kind in (
            (18, 24, Quality.MISSING),
            (30, 38, Quality.INTERPOLATED),
            (40, 44, Quality.ESTIMATED),
        ):
            quality[(n % 192 >= first) & (n % 192 < last) & (n < due)] = int(kind)
        usage = np.where(quality == Quality.MISSING, 0, 12_000 + 300 * ((n // 4) % 24))
        return UsageSpan(
            channel=1,
            start=start,
            step_s=900,
            usage=usage.astype(np.int64),
            quality=quality.astype(np.uint8),
        )

    def _found(self, start: datetime) -> tuple[FoundRow, ...]:
        states = (("register.jump", "open"), ("reading.missing", "resolved"))
        return tuple(
            FoundRow(
                code=code,
                quantity=QUANTITY,
                start=start + timedelta(hours=4 + n),
                end=start + timedelta(hours=6 + n),
                position=47_000 + n,
                state=state,
                reason="The gateway was restarted" if state == "resolved" else "",
                decided_by="Ada Lovelace" if state == "resolved" else "",
            )
            for n, (code, state) in enumerate(states)
        )

    def _stated(self, start: datetime) -> tuple[StatedRow, ...]:
        kinds = (("estimate", "hour_of_week", "stands", ""), ("correction", "", "approved", "Ada"))
        return tuple(
            StatedRow(
                kind=kind,
                quantity=QUANTITY,
                method=method,
                start=start + timedelta(hours=10),
                end=start + timedelta(hours=11),
                readings=5,
                state=state,
                reason="weeks: 4" if method else "Display photographed",
                by="Grace Hopper",
                approved_by=approved_by,
                position=47_100 + n,
            )
            for n, (kind, method, state, approved_by) in enumerate(kinds)
        )

    def _served(self) -> tuple[ServedRow, ...]:
        begun = datetime(2025, 3, 3, 9, 30, tzinfo=UTC)
        old = ServedRow(
            quantity=QUANTITY,
            unit="kWh",
            serial="CAM-E-0002",
            start=begun,
            end=REPLACED,
            multiplier="30",
            first=Decimal("0.00"),
            last=Decimal("33012.55"),
            documents=3,
        )
        new = ServedRow(
            quantity=QUANTITY,
            unit="kWh",
            serial="CAM-E-1002",
            start=REPLACED,
            end=None,
            multiplier="40",
            first=Decimal("12.40"),
            last=None,
            documents=2,
        )
        return old, new

    def _journal(self) -> tuple[JournalRow, ...]:
        told = (
            ("correction.approved", "Ada Lovelace", ""),
            ("correction.proposed", "Grace Hopper", "Display photographed"),
            ("readings.estimated", "Grace Hopper", "hour_of_week"),
            ("meter.replaced", "Joan Clarke", "Certificate ended"),
            ("meter.commissioned", "Joan Clarke", ""),
            ("meter.planned", "", ""),
        )
        return tuple(
            JournalRow(
                topic=topic,
                at=REPLACED - timedelta(days=30 * n),
                holds_from=REPLACED if topic == "meter.replaced" else None,
                by=by,
                reason=reason,
                position=47_200 - 9 * n,
            )
            for n, (topic, by, reason) in enumerate(told)
        )
