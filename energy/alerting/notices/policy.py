"""In: the plan, an alert, a level, the people, the instant. Out: who is told, how and when. Pure.

Registered recipients only. Whoever is blocked, erased or has opted out of a way is not told by it;
a way without an address is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.plan import SEVERITIES, Plan, row_means

HELD_BY_QUIET = frozenset(SEVERITIES) - {"critical"}
"""Severities whose notices may be held; what is critical wakes people."""
_WEEK_MIN = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A registered contact as the plan sees it: no personal field."""

    contact: UUID
    key: str
    ways: frozenset[GatewayKind]
    """Ways for which there is an address."""
    opted_out: frozenset[GatewayKind] = frozenset()
    barred: bool = False
    """Blocked or erased."""

    def usable(self, way: GatewayKind) -> bool:
        """Return whether the contact may be told by a way."""
        return not self.barred and way in self.ways and way not in self.opted_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One person is to be told by one way."""

    contact: UUID
    way: GatewayKind
    not_before: datetime


def recipients(
    plan: Plan,
    *,
    severity: str,
    rule: str,
    level: int,
    groups: Mapping[str, Sequence[str]],
    people: Mapping[str, Recipient],
    used_up: Collection[tuple[UUID, GatewayKind]] = (),
    there: Collection[GatewayKind] = tuple(GatewayKind),
    now: datetime,
) -> list[Wanted]:
    """Return who is told at a level, each person by the first way that is left.

    Args:
        plan: Of the site.
        severity: Of the alert.
        rule: Key of its rule; "" where it tells of a finding.
        level: Which level.
        groups: Keys of contacts by group.
        people: Contacts by key; one that is not here is told nothing.
        used_up: Ways of people that were given up.
        there: Ways for which there is a gateway; who can be told by none of them waits for one,
            unless another way was given up: who has none left is tried again by the duty.
        now: Present instant.
    """
    found: dict[tuple[UUID, GatewayKind], Wanted] = {}
    for row in plan.rows:
        if row.level != level or not row_means(row, severity, rule):
            continue
        if row.hours is not None and not row.hours.watched(now):
            continue
        for key in groups.get(row.group, ()):
            who = people.get(key)
            if who is None:
                continue
            left = [w for w in row.ways if who.usable(w) and (who.contact, w) not in used_up]
            left = [way for way in left if way in there] or (left if not used_up else [])
            if left:
                at = not_before(plan, severity, now)
                wanted = Wanted(contact=who.contact, way=left[0], not_before=at)
                found.setdefault((who.contact, left[0]), wanted)
    return list(found.values())


def opens_at(plan: Plan, severity: str, rule: str, now: datetime) -> datetime:
    """Return when a row of the plan first counts for an alert: now, or when its hours begin.

    Args:
        plan: Of the site.
        severity: Of the alert.
        rule: Key of its rule; "" where it tells of a finding.
        now: Present instant; returned, too, where no row ever counts.
    """
    hours = [row.hours for row in plan.rows if row_means(row, severity, rule)]
    if not hours or None in hours:
        return now
    return _next(now, lambda at: any(each is not None and each.watched(at) for each in hours))


def not_before(plan: Plan, severity: str, now: datetime) -> datetime:
    """Return when a notice of a severity may go: now, or when its quiet hours end."""
    quiet = plan.quiet.get(severity)
    if severity not in HELD_BY_QUIET or quiet is None or not quiet.watched(now):
        return now
    return _next(now, lambda at: not quiet.watched(at))  # quiet all week long would lose it


def _next(now: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """Return now or the next minute at which something holds; now where it does all week not."""
    if holds(now):
        return now
    minute = now.replace(second=0, microsecond=0)
    steps = (minute + timedelta(minutes=step) for step in range(1, _WEEK_MIN + 1))
    return next((later for later in steps if holds(later)), now)


def priority(severity: str) -> int:
    """Return the place of a severity among those that wait; 0 goes first."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheaf:
    """Notices of one person that go as one message."""

    lead: UUID
    with_it: tuple[UUID, ...] = ()


def sheaves(
    waiting: Sequence[tuple[UUID, str]], *, handed: int, per_hour: int
) -> tuple[list[Sheaf], list[UUID]]:
    """Return what goes to one person by one way now, and what waits for the limit.

    Args:
        waiting: Notice and severity, in the order in which they are to go.
        handed: Messages that this person got in the last hour, critical ones apart.
        per_hour: Most of them; 0 is no limit.
    """
    critical = [Sheaf(lead=notice) for notice, severity in waiting if severity == "critical"]
    others = [notice for notice, severity in waiting if severity != "critical"]
    if not per_hour:
        return critical + [Sheaf(lead=notice) for notice in others], []
    left = per_hour - handed
    if left <= 0:
        return critical, others
    if len(others) <= left:
        return critical + [Sheaf(lead=notice) for notice in others], []
    alone, together = others[: left - 1], others[left - 1 :]
    sheaf = Sheaf(lead=together[0], with_it=tuple(together[1:]))
    return critical + [Sheaf(lead=notice) for notice in alone] + [sheaf], []
