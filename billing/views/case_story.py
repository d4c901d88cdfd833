"""In: a case. Out: all that a person must see to decide it, as frozen rows. I/O: reads.

The value in doubt with its neighbours and whatever it superseded, what the proofs say, the meters
of the span, what people pinned there, and the usage before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from billing.views.case_readings import ShownReadings, shown_readings
from billing.views.review_queue import QueuedCase, case_named, read_queue
from energy.base.period import days_between, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import to_base
from energy.journal.decisions import FindingKey
from energy.metering.channel import Channel, Kind
from energy.metering.checks.catalogue import CHECKER
from energy.metering.review_case import Case, CaseFinding, CaseState, Decision, DecisionKind
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, group_usage
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.as_of import folded_position
from energy.views.computed import channel_usage
from energy.views.corrections import CorrectionRow, read_corrections
from energy.views.findings import FindingRow, findings_of
from energy.views.pinned_notes import PinnedNote, notes_at
from energy.views.point_rows import SegmentRow, channels_of, segments_of
from energy.views.readings_told import ReadingRow
from energy.views.review import decided_case_named, read_decisions
from energy.views.told import Connection

MOST_DAYS = 31
"""Days of usage that are shown one by one; more of them by month."""
_METERED = (Kind.COUNTER, Kind.INTERVAL, Kind.COMPUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageChange:
    """Usage of a day or month of the span."""

    start: datetime
    """In the site's zone."""
    before: Fraction
    """Sum of the intervals that were known. [unit]"""
    after: Fraction
    """[unit]"""
    known_before: int
    """Intervals known."""
    known_after: int
    expected: int
    """Intervals of the day or month."""
    quality_before: Quality
    quality_after: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStory:
    """A case with what a person must see of it."""

    row: QueuedCase | None
    """None when it does not wait any more."""
    findings: tuple[FindingRow, ...]
    """Those of the case, with their proofs."""
    decisions: tuple[Decision, ...]
    """The newest first."""
    proposed: tuple[CorrectionRow, ...]
    """Corrections of a waiting case that wait for a second person, the newest first."""
    readings: tuple[ReadingRow, ...]
    """Those in doubt with every value that was superseded, and the sound ones around each."""
    segments: tuple[SegmentRow, ...]
    """Meters and multipliers of the span."""
    notes: tuple[PinnedNote, ...]
    usage: tuple[UsageChange, ...]
    unit: str
    """Of usage and readings; empty where there are none."""
    resolution: Fraction
    """Of the counts in proofs. [unit / count]"""
    before: int
    """Position whose knowledge `before` of usage is: ahead of the doubt, or of the decision."""
    after: int
    """Position whose knowledge `after` of usage is."""
    doubted: tuple[datetime, ...] = ()
    """Instants of the readings that findings put in doubt."""
    behind_gap: tuple[datetime, ...] = ()
    """Instants of the readings ahead of which sound ones are left out."""

    def doubts(self, row: ReadingRow) -> bool:
        """Return whether a reading is in doubt; what a correction put in its place is not."""
        return row.at in self.doubted and row.quality is not Quality.CORRECTED

    def skips(self, number: int) -> bool:
        """Return whether sound readings are left out right ahead of one, by its place."""
        at = self.readings[number].at
        first = number == 0 or self.readings[number - 1].at != at
        return first and at in self.behind_gap


def read_case(
    database: Database, site: Site, now: datetime, name: str, *, priced: bool = True
) -> CaseStory:
    """Return what is known of a case, waiting or decided.

    Args:
        database: Any pool that may read.
        site: The site.
        now: Present instant.
        name: The case's id or its beginning.
        priced: Whether to say what hangs on it.

    Raises:
        CaseNameError: None begins so, or more than one.
    """
    with database.connection() as connection:
        row = case_named(read_queue(connection, site, now, names=(name,), priced=priced), name)
        if row is None:
            identity = decided_case_named(connection, site.schema, name)
        else:
            identity = row.case.case
        decisions = read_decisions(connection, site.schema, case=identity)
        keys = row.case.findings if row is not None else decisions[0].findings
        point = row.case.point if row is not None else decisions[0].point
        named = [
            FindingKey(code=k.code, channel=k.channel, start=k.start, position=k.position)
            for k in keys
        ]
        findings = tuple(reversed(findings_of(connection, site.schema, named)))
        start = min(each.start for each in keys)
        end = min(max(each.end for each in keys), max(now, start))
        folded = folded_position(connection, site.schema)
        before, after = _positions(decisions, min(each.position for each in keys), folded)
        channel = _channel(connection, site.schema, point, [each.channel for each in keys])
        usage: tuple[UsageChange, ...] = ()
        if channel is not None:
            usage = _usage(connection, site, channel, (start, end), (before, after))
        segments = segments_of(connection, site.schema, point) if point is not None else []
        proposed: tuple[CorrectionRow, ...] = ()
        if row is not None:
            proposed = _proposed(connection, site.schema, identity, keys, (start, end))
        notes = notes_at(connection, site.schema, [point] if point else [], [], start, end)
    shown = _shown(database, site, channel, keys, now)
    return CaseStory(
        row=row,
        findings=findings,
        decisions=tuple(decisions),
        proposed=proposed,
        readings=shown.rows,
        doubted=shown.doubted,
        behind_gap=shown.behind_gap,
        segments=tuple(s for s in segments if s.start <= end and (s.end is None or s.end >= start)),
        notes=tuple(notes),
        usage=usage,
        unit="" if channel is None else channel.facts.unit,
        resolution=Fraction(1) if channel is None else channel.facts.resolution,
        before=before,
        after=after,
    )


def _shown(
    database: Database,
    site: Site,
    channel: Channel | None,
    keys: Sequence[CaseFinding],
    now: datetime,
) -> ShownReadings:
    return (
        ShownReadings() if channel is None else shown_readings(database, site, channel, keys, now)
    )


def _proposed(
    connection: Connection,
    schema: str,
    case: UUID,
    keys: Sequence[CaseFinding],
    span: tuple[datetime, datetime],
) -> tuple[CorrectionRow, ...]:
    """Return the proposals about a case: not those that end another one, or another doubt."""
    channels = tuple({each.channel for each in keys})
    rows = read_corrections(connection, schema, channels=channels, state="proposed")
    decided = read_decisions(connection, schema, point=keys[0].point) if rows else []
    others = {each.correction for each in decided if each.case != case}
    codes = {each.code for each in keys}
    return tuple(
        row
        for row in rows
        if row.first <= span[1] and row.last >= span[0] and row.correction not in others
        if row.proposed_by != CHECKER or row.reason.partition(" ")[0] in codes
    )


def _positions(decisions: Sequence[Decision], first: int, folded: int) -> tuple[int, int]:
    """Return the positions of the two figures of usage.

    What ended a case is shown against what was known ahead of it; what waits against what was
    known ahead of the doubt.
    """
    last = next((each for each in decisions if each.kind is not DecisionKind.HELD), None)
    if last is None:
        return max(first - 1, 0), folded
    stated = last.stated_position
    if stated is not None and (
        last.kind is DecisionKind.ESTIMATED or last.correction_state == "approved"
    ):
        return stated - 1, folded
    if last.kind is DecisionKind.ACCEPTED:
        return last.position - 1, folded
    return max(first - 1, 0), folded


def _channel(
    connection: Connection, schema: str, point: str | None, numbers: Sequence[int]
) -> Channel | None:
    """Return the channel of a case: the first in doubt with usage, else the billed one."""
    if point is None:
        return None
    every = [c for c in channels_of(connection, schema, point) if c.facts.kind in _METERED]
    mine = [c for c in every if c.number in numbers]
    return next(iter(mine or sorted(every, key=lambda c: not c.facts.billing)), None)


def _usage(
    connection: Connection,
    site: Site,
    channel: Channel,
    span: tuple[datetime, datetime],
    positions: tuple[int, int],
) -> tuple[UsageChange, ...]:
    first, last = (local_day(at, site.zone) for at in span)
    every = Every.DAY if len(days_between(first, last)) <= MOST_DAYS else Every.MONTH
    if every is Every.MONTH:
        first = max(first.replace(day=1), last - timedelta(days=366))
    utility = channel.facts.utility
    if utility is None:
        return ()
    per_unit = to_base(utility, channel.facts.unit)
    period = span_of_days(first, last, site.zone)

    def known(position: int) -> UsageSpan:
        spans = channel_usage(
            connection, site.schema, site.zone, [channel.number], period, position
        )
        return spans[channel.number]

    then, now = (group_usage(known(position), site.zone, every) for position in positions)
    return tuple(
        UsageChange(
            start=old.start,
            before=Fraction(old.known_usage) / per_unit,
            after=Fraction(new.known_usage) / per_unit,
            known_before=old.known,
            known_after=new.known,
            expected=new.expected,
            quality_before=old.quality,
            quality_after=new.quality,
        )
        for old, new in zip(then, now, strict=True)
    )


def waits(case: Case) -> bool:
    """Return whether a case waits for anybody now, and for no day or second person."""
    return case.state is CaseState.OPEN
