"""In: a clock. Out: made-up alerts behind the questions about them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from dashboards.queries.alert_rows import (
    AlertBoard,
    AlertEvent,
    AlertStory,
    AlertTab,
    BadActor,
    MinuteReading,
)
from dashboards.queries.rows import AlertRow, Answer
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.alerting.alert import AlertError
from energy.base.ids import id_of
from tests.dashboards.fake_energy import SITE, FakeEnergy

ALERT = id_of("alert", "one")
FOUND = id_of("alert", "found")
"""It tells of findings."""
SHELVED = id_of("alert", "shelved")
"""On a shelf, with a child that is unknown."""


@dataclass
class FakeAlerts(FakeEnergy):
    """Questions about alerts: three stand, one is shelved with a child, one is closed."""

    PERSON: ClassVar[UUID] = UUID(int=7)
    changed: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    """What was done with alerts, by their fields."""
    acknowledged: dict[UUID, str] = field(default_factory=dict)
    more: list[AlertRow] = field(default_factory=list)
    """What stands besides, the newest first."""

    def open_alerts(self, scope: Scope) -> Answer[tuple[AlertRow, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = (*self.more, *self._standing())
        return self._answer(tuple(row for row in rows if row.shelved_until is None))

    def _standing(self) -> tuple[AlertRow, ...]:
        return tuple(replace(row, **self.changed.get(row.alert, {})) for row in self._made_up())

    def _made_up(self) -> tuple[AlertRow, ...]:
        rows = []
        for n, (alert, severity) in enumerate(
            ((ALERT, "high"), (id_of("alert", "two"), "medium"), (id_of("alert", "old"), "low"))
        ):
            by = "Mei Lin" if n == 2 else self.acknowledged.get(alert)
            rows.append(
                AlertRow(
                    alert=alert,
                    severity=severity,
                    rule=f"Building {n + 2} load above limit",
                    point=f"cam-b{n + 2}-elec",
                    meter=f"Building {n + 2} electricity",
                    quantity="active_power",
                    unit="W",
                    value=Decimal(131_250 - 9000 * n),
                    limit=Decimal(120_000 - 9000 * n),
                    raised_at=self.clock.now() - timedelta(minutes=38 + 90 * n),
                    historic=n == 2,
                    acknowledged_at=self.clock.now() - timedelta(minutes=2) if by else None,
                    acknowledged_by=by,
                    incident="I-2026-00012" if n == 1 else "",
                    incident_owner="Mei Lin" if n == 1 else None,
                    place=f"Building {n + 2}",
                )
            )
        return tuple(rows)

    def await_acknowledgement(self, scope: Scope, alert: UUID) -> None:
        assert alert in self.acknowledged

    def _closed(self) -> AlertRow:
        standing = self._standing()[0]
        return replace(
            standing,
            alert=FOUND,
            severity="medium",
            code="usage.frozen",
            cleared_at=self.clock.now() - timedelta(hours=1),
            closed_at=self.clock.now() - timedelta(hours=1),
        )

    def _shelved(self) -> AlertRow:
        return replace(
            self._standing()[0],
            alert=SHELVED,
            shelved_until=self.clock.now() + timedelta(hours=2),
            shelved_by="Mei Lin",
            shelf_reason="A fan is being replaced",
            assigned_to="Mei Lin",
            level=2,
            children=1,
        )

    def _child(self) -> AlertRow:
        return replace(
            self._standing()[1],
            alert=id_of("alert", "child"),
            parent=SHELVED,
            lost_at=self.clock.now() - timedelta(minutes=5),
        )

    def alert_board(self, scope: Scope, tab: AlertTab, selection: Selection) -> Answer[AlertBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        standing = self._standing()
        rows = {
            AlertTab.OPEN: tuple(row for row in standing if row.shelved_until is None),
            AlertTab.SHELVED: (
                *(row for row in standing if row.shelved_until is not None),
                self._shelved(),
            ),
            AlertTab.SUPPRESSED: (),
            AlertTab.CLOSED: (self._closed(),),
        }
        board = AlertBoard(
            tab=tab,
            rows=rows[tab],
            counts={each: len(rows[each]) for each in AlertTab},
            severities=(("high", 1), ("low", 1), ("medium", 1)),
            raised=9,
            tens=91,
            busiest=4,
            busiest_at=self.clock.now() - timedelta(hours=3),
            actors=tuple(
                BadActor(
                    rule="" if n == 2 else f"Building {n + 2} load above limit",
                    code="usage.frozen" if n == 2 else "",
                    point=f"cam-b{n + 2}-elec",
                    meter=f"Building {n + 2} electricity",
                    raised=4 - n,
                )
                for n in range(3)
            ),
        )
        return self._answer(board)

    def alert(self, scope: Scope, alert: UUID) -> Answer[AlertStory] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        several = (*self._standing(), self._closed(), self._shelved(), self._child())
        known = {row.alert: row for row in several}
        if alert not in known:
            return None
        row = known[alert]
        what: list[tuple[str, datetime, str | None, Decimal | None]] = [
            ("raised", row.raised_at, None, row.value)
        ]
        if row.acknowledged_at is not None:
            what.append(("acknowledged", row.acknowledged_at, row.acknowledged_by, None))
        if row.cleared_at is not None:
            what.append(("cleared", row.cleared_at, None, Decimal(0)))
        readings = tuple(
            MinuteReading(
                at=row.raised_at + timedelta(minutes=n),
                least=row.limit + 60 * n - 900,
                greatest=row.limit + 60 * n + 400,
            )
            for n in range(-360, 38)
            if not -200 < n < -120
        )
        return self._answer(
            AlertStory(
                row=row,
                events=tuple(
                    AlertEvent(position=900 + n, at=at, what=word, person=person, value=value)
                    for n, (word, at, person, value) in enumerate(what)
                ),
                first=row.raised_at - timedelta(hours=6),
                last=self.clock.now(),
                readings=() if row.code else readings,
                children=(self._child(),) if row.children else (),
                people=((self.PERSON, "Grace Hopper"),),
                node=("electricity", "f0"),
                camera="https://cam.example/f0",
            )
        )


@dataclass
class FakeAlertDesk:
    """Acts on the alerts of a made-up site."""

    site: FakeAlerts
    name: Callable[[UUID], str]

    def acknowledge(self, alert: UUID, by: UUID, command_id: UUID) -> int:
        self.site.acknowledged[alert] = self.name(by)
        return 1

    def assign(self, alert: UUID, to: UUID, *, by: UUID, command_id: UUID) -> int:
        return self._change(alert, assigned_to="Grace Hopper" if to == self.site.PERSON else "?")

    def shelve(
        self, alert: UUID, until: datetime, reason: str, *, by: UUID, command_id: UUID
    ) -> int:
        if not reason:
            raise AlertError.of("no_reason")
        who = self.name(by)
        return self._change(alert, shelved_until=until, shelf_reason=reason, shelved_by=who)

    def unshelve(self, alert: UUID, *, by: UUID, command_id: UUID) -> int:
        return self._change(alert, shelved_until=None)

    def close(self, alert: UUID, cause: str, words: str, *, by: UUID, command_id: UUID) -> int:
        return self._change(alert, cause=cause, words=words, closed_by=self.name(by))

    def _change(self, alert: UUID, **fields: object) -> int:
        self.site.changed.setdefault(alert, {}).update(fields)
        return 1
