"""In: facts stated of meters, days. Out: facts on record, what is due. I/O: the journal, views."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.metering.meter_papers import DUE, Fact, MeterPapers
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.meter_facts import DueRow, due_facts
from processes.technician_papers import Filed, papers_of, store_papers
from processes.technician_record import record_of
from processes.technician_site import SiteDesk
from processes.technician_values import FieldRefusedError, Remarks

_SPAN = re.compile(r"(\d{1,5})\s*([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


class DueSpanError(RefusedError):
    """A span of days is none."""

    code = "meter.due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is due of a meter in service."""

    point: str
    serial: str
    what: str
    """A `Fact`."""
    day: date
    days_left: int
    """Below zero where it is over."""


def days_of(text: str) -> int:
    """Return a span such as "90d", "12w", "3m" or "1y" in days. [d].

    Raises:
        DueSpanError: It is none.
    """
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise DueSpanError.of("meter_life.due_span", text=text)
    return int(found[1]) * _DAYS[found[2]]


def due_within(database: Database, site: Site, today: date, days: int) -> list[Due]:
    """Return what is due of the meters in service within some days, the most overdue first.

    Args:
        database: Any pool that may read.
        site: The site.
        today: The present local day.
        days: How far to look. [d]
    """
    with database.connection() as connection:
        rows = due_facts(connection, site.schema, today + timedelta(days=days))
    return [_due(row, today) for row in rows]


def _due(row: DueRow, today: date) -> Due:
    return Due(
        point=row.point,
        serial=row.serial,
        what=row.name,
        day=row.day,
        days_left=(row.day - today).days,
    )


def state_facts(
    desk: SiteDesk, point: str, facts: Mapping[Fact, str], *, reason: str, by: str, remarks: Remarks
) -> Filed:
    """State what is known of the meter that serves a point: its class, seals, next check.

    Args:
        desk: The site.
        point: The metering point.
        facts: By name; days as ISO dates.
        reason: What was done, such as "sealed anew after the calibration".
        by: Id of the person who states it.
        remarks: Photos and a note.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: No meter serves it.
        PapersError: Nothing is stated.
    """
    desk.ready()
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    if meter.serial is None:
        raise FieldRefusedError.of("meter.none", point=point)
    papers, now = papers_of(desk, point), desk.clock.now()
    told = [f"{name.value}={value}" for name, value in sorted(facts.items())]
    day = local_day(now, desk.site.zone).isoformat()
    # Said, told otherwise and said again: what was told in between makes it another command.
    other = _otherwise(desk, papers, meter.serial, facts)
    said = [reason, day, *([str(other)] if other else [])]
    command = id_of("meter facts", desk.site.key, point, meter.serial, *told, *said)
    again = papers.seen(command)
    if not again:
        papers.state_facts(
            at=now,
            serial=meter.serial,
            facts=facts,
            reason=reason.strip(),
            record={**record_of(desk, remarks, (), "meter facts"), "stated_by": by},
            command_id=command,
        )
    return Filed(
        point=point,
        serial=meter.serial,
        at=now.isoformat(),
        position=store_papers(desk, papers),
        documents=tuple(photo.sha256 for photo in remarks.photos),
        expired=any(name in DUE and value < day for name, value in facts.items()),
        again=again,
    )


def _otherwise(desk: SiteDesk, papers: MeterPapers, serial: str, facts: Mapping[Fact, str]) -> int:
    """Return how often something else was stated of a meter than some facts."""
    return sum(
        isinstance(event, MeterPapers.FactsStated)
        and event.serial == serial
        and any(event.facts.get(name.value, value) != value for name, value in facts.items())
        for event in desk.metering.events.get(papers.id)
    )
