"""In: plan, rosters, leave of a site. Out: the shifts ahead that nobody will fill. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from energy.base.period import local_day, midnight
from energy.service.duty.plan import DutyPlan, PostKind, SlotKey
from energy.service.duty.reads import (
    Connection,
    read_away,
    read_changes,
    read_rosters,
    read_sheets,
)
from energy.service.duty.standing import Kind, Sheet, findings, spans
from energy.store.sites import Site

_A_DAY = timedelta(days=1)
_EVERY = "*"
"""Stands for each shift and each post of a day without a roster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A shift that nobody will fill, or a day from which on there is no roster."""

    what: str
    """Slot, or "DAY/*/*"."""
    begins_at: datetime
    subject: str
    """All facts that make it another gap: filled and left again, it is told again."""


def read_gaps(connection: Connection, site: Site, plan: DutyPlan, now: datetime) -> list[Gap]:
    """Return the gaps that somebody is to be told of, the first one first.

    Posts of stand-ins are none, nor is what was left uncovered on purpose.

    Args:
        connection: Any that may read.
        site: The site.
        plan: That holds; it says how many days ahead.
        now: The instant.
    """
    today = local_day(now, site.zone)
    last = today + timedelta(days=plan.gap_days)
    sheets = read_sheets(connection, site.schema, today - _A_DAY, last)
    away = read_away(connection, site.schema, today - _A_DAY, last)
    version: dict[SlotKey, int] = {}
    for each in read_changes(connection, site.schema, today - _A_DAY, last):
        version[each.slot] = each.version
    posts = {each.key for each in plan.posts if each.kind is not PostKind.STAND_IN}
    found = []
    for wrong in findings(sheets, plan, away, site.zone):
        if wrong.kind not in {Kind.OPEN, Kind.LEAVE} or wrong.slot.post not in posts:
            continue
        sheet = next(each for each in sheets if wrong.slot in each.slots)
        period = spans(sheet.shifts, wrong.slot.day, site.zone)[wrong.slot.shift]
        if period.end > now:
            subject = f"{wrong.slot}@{sheet.roster}/{version.get(wrong.slot, 0)}"
            found.append(Gap(what=str(wrong.slot), begins_at=period.start, subject=subject))
    found += _after_the_last(connection, site, sheets, today, last)
    return sorted(found, key=lambda each: (each.begins_at, each.what))


def _after_the_last(
    connection: Connection, site: Site, sheets: list[Sheet], today: date, last: date
) -> list[Gap]:
    """Return the first day ahead that no roster has, if there ever was one."""
    day = today
    while any(each.first <= day <= each.last for each in sheets):
        day += _A_DAY
    known = [row.last_day for row in read_rosters(connection, site.schema) if row.version]
    before = max((each for each in known if each < day), default=None)
    if day > last or before is None:
        return []
    begins_at = midnight(day, site.zone)
    what = f"{day.isoformat()}/{_EVERY}/{_EVERY}"
    return [Gap(what=what, begins_at=begins_at, subject=f"no roster after {before.isoformat()}")]
