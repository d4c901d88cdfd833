"""In: a channel, a span, a method. Out: an estimate drafted, then recorded. I/O: PostgreSQL.

A draft states readings and shows what they would change of each local day; nothing is written
until it is recorded. What the register has told already never changes: an estimate gives a known
total its shape, or fills a total that is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from energy.base.clock import from_us
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.corrections import Corrections
from energy.metering.channel import Channel, Kind
from energy.metering.correction import Estimate
from energy.metering.estimating.asked import EstimateError
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.system import System
from energy.views.as_of import folded_position
from energy.views.corrections import CorrectionRow, read_corrections
from energy.views.estimates import DayEffect, effect_of
from processes.estimates.counters import counter_statement
from processes.estimates.ground import Ground, Statement, ground_of
from processes.estimates.intervals import interval_statement, level_statement

REASON = "reason"
"""Name under which a recorded estimate keeps why it was needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDraft:
    """Readings that a method would state, and what they would change."""

    channel: Channel
    method: str
    inputs: Mapping[str, str]
    """What the method used, by name."""
    readings: tuple[tuple[datetime, int], ...]
    """Instants (UTC) and counts, by instant. [count]"""
    total: int | None
    """What is estimated of a missing total; None where none was missing. [base unit]"""
    days: tuple[DayEffect, ...]
    """Local days that would change; none of a gauge, and none where it is recorded already."""
    usage: UsageSpan | None
    """Usage of the days as it would be; None of a gauge."""
    position: int
    """Metering position whose knowledge it rests on."""


def draft_estimate(
    system: System,
    site: Site,
    channel: Channel,
    first: datetime,
    last: datetime,
    method: str,
    *,
    options: Mapping[str, str] | None = None,
    missing_only: bool = False,
) -> EstimateDraft:
    """Return what a method would state for a span; nothing is written.

    A gap with a measured total is shaped as a whole, also where it reaches beyond the span.

    Args:
        system: Parts of a process.
        site: The site.
        channel: Counter, interval channel or gauge.
        first: Start of the span, aware.
        last: End of the span, aware; what is yet to come is left out.
        method: similar_day, hour_of_week, proportion_of_parent, schedule or linear.
        options: What the method is told, by name: weeks, days, total (in the channel's unit),
            parent ("POINT" or "POINT/quantity"), schedule, temperature (as parent), holidays
            (ISO days with commas).
        missing_only: Leave gaps alone whose total is measured, and what is estimated already.

    Raises:
        EstimateError: There is nothing to estimate, or the method lacks what it needs.
    """
    with system.database.connection() as connection:
        position = folded_position(connection, site.schema)
        ground = ground_of(
            connection,
            site,
            channel,
            (first, min(last, system.clock.now())),
            method,
            options or {},
            position,
        )
        statement = _statement(ground, missing_only=missing_only)
        if not statement.readings:
            raise EstimateError.of("estimate.nothing", key=channel.key)
        usage: UsageSpan | None = None
        days: list[DayEffect] = []
        if channel.facts.kind is not Kind.GAUGE:
            usage, days = effect_of(
                connection, site.schema, site.zone, channel.number, statement.readings, position
            )
    return EstimateDraft(
        channel=channel,
        method=method,
        inputs=_inputs(ground, statement, days),
        readings=tuple((from_us(at_us), count) for at_us, count in statement.readings),
        total=statement.total,
        days=tuple(days),
        usage=usage,
        position=position,
    )


def record_estimate(
    system: System, site: Site, draft: EstimateDraft, *, reason: str, by: UUID, command_id: UUID
) -> int:
    """Record a draft; return the journal's position. The views are not waited for.

    The same draft for the same reason by the same person is recorded once.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        draft: As `draft_estimate` returned it.
        reason: Why it is needed; stands among the inputs.
        by: The person who decides it.
        command_id: Id of the command: given again it records nothing twice.

    Raises:
        EstimateError: The reason is missing, or nothing would change.
        StatementError: The readings cannot be true.
    """
    stated = stated_estimate(system, site, draft, reason=reason, by=by, command_id=command_id)
    known = {row.correction: row.position for row in _said(system, site, draft)}
    if stated.id in known:
        return known[stated.id]
    return JournalApplication(system.database, site.schema, "metering", system.clock).store(stated)


def stated_estimate(
    system: System, site: Site, draft: EstimateDraft, *, reason: str, by: UUID, command_id: UUID
) -> Estimate:
    """Return what `record_estimate` stores, for who stores it with something else.

    Args and errors are those of `record_estimate`.
    """
    if not reason.strip():
        raise EstimateError.of("estimate.no_reason")
    corrections = Corrections(system.database, site.schema, system.clock)
    said = _said(system, site, draft)
    if said and _is_same(said[0], draft, reason, by):
        return corrections.known_estimate(said[0].correction)
    if not draft.days and draft.channel.facts.kind is not Kind.GAUGE:
        raise EstimateError.of("estimate.nothing", key=draft.channel.key)
    return corrections.estimated(
        draft.channel,
        draft.readings,
        method=draft.method,
        inputs={**draft.inputs, REASON: reason.strip()},
        by=by,
        command_id=command_id,
    )


def estimate_command(
    system: System, site: Site, draft: EstimateDraft, reason: str, by: UUID
) -> UUID:
    """Return the id of the command that records a draft.

    The same draft again is the same command, so that one repeated after a lost answer finds its
    own result; once another estimate took its place it is a new one.
    """
    told = " ".join(f"{at.isoformat()}={count}" for at, count in draft.readings)
    others = sum(not _is_same(row, draft, reason, by) for row in _said(system, site, draft))
    words = (draft.method, told, reason.strip(), str(by), str(others))
    return id_of("estimate", site.key, str(draft.channel.number), *words)


def _said(system: System, site: Site, draft: EstimateDraft) -> list[CorrectionRow]:
    """Return the estimates of a channel, the newest first."""
    with system.database.connection() as connection:
        said = read_corrections(connection, site.schema, channels=(draft.channel.number,))
    estimates = [row for row in said if row.kind == "estimate"]
    return sorted(estimates, key=lambda row: -row.position)


def _is_same(row: CorrectionRow, draft: EstimateDraft, reason: str, by: UUID) -> bool:
    same = (row.readings, row.method, row.proposed_by) == (draft.readings, draft.method, by)
    return same and json.loads(row.reason or "{}").get(REASON) == reason.strip()


def _statement(ground: Ground, *, missing_only: bool) -> Statement:
    match ground.channel.facts.kind:
        case Kind.COUNTER:
            return counter_statement(ground, missing_only=missing_only)
        case Kind.INTERVAL:
            return interval_statement(ground)
        case Kind.GAUGE:
            return level_statement(ground)
        case _:
            kind = ground.channel.facts.kind
            raise EstimateError.of("estimate.kind", key=ground.channel.key, kind=kind)


def _inputs(ground: Ground, statement: Statement, days: list[DayEffect]) -> dict[str, str]:
    """Return what the journal keeps of how an estimate came to be."""
    inputs = dict(ground.options) | dict(statement.inputs)
    inputs["known_at"] = str(ground.position)
    inputs["from"] = ground.first.astimezone(ground.site.zone).isoformat()
    inputs["to"] = ground.last.astimezone(ground.site.zone).isoformat()
    if statement.total is not None:
        inputs["estimated"] = str(statement.total)
    if days:
        inputs["intervals_changed"] = str(sum(day.intervals for day in days))
    return inputs
