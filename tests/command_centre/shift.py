"""In: the table of a week, alerts as they come. Out: what the desk does, by its own acts. I/O.

Everything has its time: an alert is seen, put aside and closed so many minutes after it was raised,
an outage is planned, reviewed and delayed, operators of messages fail and come back.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from billing.views.outage_tenants import supplied_by
from energy.alerting.desk import AlertDesk
from energy.alerting.notices.codes import short_code
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.suppression import Expected, Why
from energy.alerting.suppression_desk import SuppressionDesk
from energy.base.ids import id_of
from energy.system import System
from processes.review.choice import Chosen
from processes.review.desk import ReviewDesk
from simulator.gateways.desk import Fault as GatewayFault
from tests.command_centre.outside import Outside, certificate
from tests.command_centre.table import Fault, Week, instant
from tests.fixtures.postgres import TestSite, command

DESK, SHIFT, ENGINEER, CLERK = (
    id_of("person", name) for name in ("desk", "shift", "engineer", "clerk")
)
PHONES: Final = {"ada": "+8613800138001", "eve": "+8613800138002"}
_FOUND = (
    *("alert", "key", "point", "about", "code", "severity", "raised_at", "cleared_at"),
    *("closed_at", "cause", "parent", "historic", "suppressed", "level", "seen"),
)


@dataclass(order=True)
class Due:
    """Something that the desk does at an instant."""

    at: datetime
    number: int
    act: Callable[[], None] = field(compare=False)


class Shift:
    """Who sits at the desk."""

    def __init__(
        self, site: TestSite, system: System, week: Week, outside: Outside, pages: Path
    ) -> None:
        """Sit down.

        Args:
            site: The site.
            system: The parts of its processes.
            week: The table.
            outside: The operators, whom it lets fail.
            pages: The certificate of the pages.
        """
        self._site, self._system, self._week = site, system, week
        self._outside, self._pages = outside, pages
        self._due: list[Due] = []
        self._attended: set[int] = set()
        self._number = 0
        self._plan()

    def later(self, at: datetime, act: Callable[[], None]) -> None:
        """Let something be done at an instant."""
        self._number += 1
        heapq.heappush(self._due, Due(at, self._number, act))

    def waits(self, at: datetime) -> bool:
        """Return whether something is to be done by an instant."""
        return bool(self._due) and self._due[0].at <= at

    def act(self) -> bool:
        """Do what is due; return whether anything was."""
        acted = False
        while self.waits(self._site.clock.now()):
            heapq.heappop(self._due).act()
            acted = True
        return acted

    def look(self) -> None:
        """See which alerts have come, and plan what to do about them."""
        now, every = self._site.clock.now(), alerts(self._site)
        for fault in self._week.faults:
            if fault.number in self._attended or now < fault.raised_from:
                continue
            found = alerts_of(fault, every)
            if len(found) == 1:
                self._attended.add(fault.number)
                self._attend(fault, found[0])

    def _attend(self, fault: Fault, row: dict[str, Any]) -> None:
        alert: UUID = row["alert"]
        begun = max(row["raised_at"], fault.begins)
        if fault.shelve:
            at = begun + timedelta(minutes=fault.shelve["after"])
            self.later(at, lambda: self._shelve(fault, alert))
        if not fault.seen:
            return
        at = begun + timedelta(minutes=fault.seen["after"])
        self.later(at, lambda: self._see(fault, alert))
        if "cause" in fault.seen:
            over = max(at, fault.ends) + timedelta(minutes=30)
            self.later(over, lambda: self._close(fault, alert))

    @property
    def _desk(self) -> AlertDesk:
        return AlertDesk(self._site.writer, self._site.site, self._site.clock)

    def _see(self, fault: Fault, alert: UUID) -> None:
        if fault.seen["how"] == "desk":
            self._desk.acknowledge(alert, DESK, command("see", alert))
            return
        phone = PHONES[fault.seen.get("by", "ada")].removeprefix("+")
        outside = self._outside
        gateway = outside.second if fault.way == "second" else outside.first
        gateway.replies.append(gateway.reply_of(phone, f"ok {short_code(alert)}"))

    def _shelve(self, fault: Fault, alert: UUID) -> None:
        until = self._site.clock.now() + timedelta(hours=fault.shelve["hours"])
        reason = fault.shelve["reason"]
        self._desk.shelve(alert, until, reason, by=DESK, command_id=command("shelve", alert))
        self.later(until, lambda: None)  # somebody looks when it comes back

    def _close(self, fault: Fault, alert: UUID) -> None:
        cause, words = fault.seen["cause"], fault.what
        self._desk.close(alert, cause, words, by=SHIFT, command_id=command("close", alert))

    # ------------------------------------------------------------ what is planned for the week
    def _plan(self) -> None:
        def at(said: str, act: Callable[[], None]) -> None:
            self.later(instant(said, self._week.begins), act)

        first, second = self._outside.first.desk, self._outside.second.desk
        numbers = {each.number for each in self._week.faults}
        if 7 in numbers:
            ends_at = self._week.fault(7).begins + timedelta(days=14, minutes=1)
            at("mon 00:00", lambda: self._write_certificate(ends_at))
            at("fri 10:00", self.renew_certificate)
        if 21 in numbers:
            at("mon 09:00", self._plan_outage)
            at("mon 11:00", self._review_outage)
            at("tue 10:00", self._delay_outage)
        if 27 in numbers:
            at("thu 12:00", self._declare_maintenance)
        if 31 in numbers:
            at("fri 15:00", self._settle_finding)
        at("sat 02:00", lambda: first.always(GatewayFault.DOWN))
        at("sat 04:00", lambda: second.plan(GatewayFault.CUT))
        at("sat 06:50", lambda: second.always(GatewayFault.DOWN))
        at("sat 07:20", lambda: second.always(None))
        at("sat 08:30", lambda: first.always(None))

    def renew_certificate(self) -> None:
        """Let the certificate of the pages hold for long."""
        self._write_certificate(self._week.ends + timedelta(days=300))

    def _write_certificate(self, ends_at: datetime) -> None:
        self._pages.write_bytes(certificate(self._week.begins, ends_at))

    @property
    def _outages(self) -> OutageDesk:
        site = self._site
        return OutageDesk(site.writer, site.site, site.clock, supplied_by(site.writer, site.site))

    def _plan_outage(self) -> None:
        row = self._week.fault(21)
        self._outage = self._outages.plan(
            "node:electricity/feeder-cargo",
            begins_at=row.begins,
            ends_at=row.ends,
            reason="new breaker",
            by=ENGINEER,
            command_id=command("outage"),
        )

    def _review_outage(self) -> None:
        self._outages.review(self._outage, by=SHIFT, command_id=command("review"))

    def _delay_outage(self) -> None:
        """Let it end half an hour later, which tells its tenants again."""
        ends_at = self._week.fault(21).ends + timedelta(minutes=30)
        self._outages.change(
            self._outage, ends_at=ends_at, by=ENGINEER, command_id=command("change")
        )
        self._outages.review(self._outage, by=SHIFT, command_id=command("review again"))

    def _declare_maintenance(self) -> None:
        row = self._week.fault(27)
        span = Expected(
            suppression=id_of("span", "battery"),
            why=Why.MAINTENANCE,
            about="point:site-dc-volts",
            begins_at=row.begins,
            ends_at=row.ends + timedelta(hours=1),
        )
        desk = SuppressionDesk(self._site.writer, self._site.schema, self._site.clock)
        desk.declare(span, reason="battery test", by=SHIFT, command_id=command("span"))

    def _settle_finding(self) -> None:
        """Let the billing clerk look at the counter that fell, and accept what it counts since."""
        desk = ReviewDesk(self._system, self._site.site, CLERK, str)
        rows = desk.chosen(Chosen(point="energy-boiler-001-gas"))
        reason = "register exchanged by the supplier"
        desk.accept(rows, reason, limit=Decimal(10**6), may_decide=True)


def alerts(site: TestSite) -> list[dict[str, Any]]:
    """Return every alert with the point and the code that it is about."""
    rows = site.rows(
        "SELECT a.alert, a.key, coalesce(c.point, ''), a.about, coalesce(f.code, ''), "
        "a.severity, a.raised_at, a.cleared_at, a.closed_at, coalesce(a.cause, ''), a.parent, "
        "a.historic, a.suppressed, a.level, a.acknowledged_at FROM {s}.alert AS a "
        "LEFT JOIN {s}.alert_finding AS f USING (alert) "
        "LEFT JOIN {s}.channel AS c ON c.number = a.channel ORDER BY a.raised_at, a.alert"
    )
    return [dict(zip(_FOUND, row, strict=True)) for row in rows]


def alerts_of(fault: Fault, every: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the alerts that may be the one of a row."""
    last = fault.ends if fault.alert.get("historic") else fault.raised_by
    first = fault.raised_from
    if fault.alert.get("historic"):
        first -= timedelta(hours=1)  # the summary begins where the first of its children does
    return [
        row
        for row in every
        if row["parent"] is None and first <= row["raised_at"] <= last and is_of(row, fault.alert)
    ]


def is_of(row: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Return whether an alert is of the rule and the thing that a row names."""
    if "group" in expected:
        old = bool(expected.get("historic"))
        code = "alerts.old" if old else "alerts.many"
        return bool(row["code"] == code and (old or row["key"] == expected["group"]))
    about = expected.get("about")
    if "code" in expected:
        return bool(row["code"] == expected["code"] and row["point"] == about)
    named = about is None or about in {row["point"], row["about"]}
    return bool(row["key"] == expected["rule"] and named)
