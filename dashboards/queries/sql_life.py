"""In: a point, selected days. Out: registers, gaps, findings, statements, journal. I/O: PostgreSQL.

Up to RAW_DAYS the register is told reading by reading, beyond that at each midnight, as it stands
in the usage blocks.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from dashboards.queries.life_events import actor_of, documents_of, journal_row
from dashboards.queries.life_rows import (
    FoundRow,
    JournalRow,
    MeterLife,
    RegisterPoint,
    ServedRow,
    StatedRow,
)
from dashboards.queries.rows import Answer, RegisterRow
from dashboards.queries.sql_meters import SqlMeters
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.queries.usage_gaps import completeness_of, expected_of, gaps_of
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.period import Period
from energy.base.units import Utility, to_base
from energy.journal.application import EventDecoder
from energy.journal.entry import Entry
from energy.metering.channel import Kind
from energy.metering.completeness import DUE_AFTER, Completeness
from energy.metering.meter import meter_id
from energy.metering.meter_papers import papers_id
from energy.views.adjustments import read_adjustments
from energy.views.completeness import served_spans
from energy.views.computed import channel_usage
from energy.views.corrections import CorrectionRow, read_corrections
from energy.views.findings import FindingRow, read_findings
from energy.views.point_rows import segments_of

RAW_DAYS = 2
"""Up to so many days every reading is told. [d]"""
MOST_POINTS = 6000
MOST_ENTRIES = 400
"""Entries of the journal that a page tells, the newest."""


class SqlLife:
    """Questions about a metering point's life in SQL."""

    def __init__(self, at: SqlSite, meters: SqlMeters) -> None:
        """Read one site's tables; plate and registers as the point's page has them."""
        self._at = at
        self._points = meters

    def meter_life(
        self, scope: Scope, point: str, selection: Selection
    ) -> Answer[MeterLife] | None:
        """Return the life of a point, and the selected days of it; None without such a point."""
        at, schema = self._at, self._at.schema
        period = selection.period(at.site.zone)
        with at.read(scope, Right.READ_ENERGY) as connection:
            plate = self._points.plate(connection, point)
            if plate is None:
                return None
            registers = {each.channel: each for each in self._points.registers(connection, point)}
            own = _own(at, connection, plate.utility, point, registers)
            counted = None if own is None else _counted(at, connection, own, period)
            statements = read_corrections(connection, schema, channels=tuple(registers))
            findings = [
                each
                for each in read_findings(connection, schema, point=point, open_only=False)
                if each.key.channel
            ]
            entries = _entries(at, connection, point, registers, statements, findings)
            people = [actor_of(event) for _, _, event in entries]
            people += [each.decided_by for each in statements] + [s.proposed_by for s in statements]
            people += [each.resolved_by for each in findings]
            names = at.person_names(connection, sorted({p for p in people if p}))
            life = MeterLife(
                point=point,
                utility=plate.utility,
                quantity=own.quantity if own else "",
                unit=own.unit if own else "",
                **(_NOTHING if counted is None else counted),
                register=() if own is None else _register(at, connection, own, selection),
                midnights=selection.days > RAW_DAYS,
                found=tuple(_found(each, names) for each in findings if _within(each, period)),
                stated=tuple(_stated(s, registers, names) for s in statements if _touch(s, period)),
                served=_served(at, connection, point, registers, entries),
                journal=_journal(at, entries, names),
            )
            return at.answer(connection, life, channels=list(registers))


_NOTHING: dict[str, Any] = {"usage": None, "due": 0, "whole": Completeness(), "gaps": ()}


def _own(
    at: SqlSite,
    connection: Connection,
    utility: Utility | None,
    point: str,
    registers: dict[int, RegisterRow],
) -> RegisterRow | None:
    """Return the channel that counts the point's usage, or computes it; None where none does."""
    own = at.usage_channels(connection).get(utility, {}).get(point) if utility else None
    computed = (each for each in registers.values() if each.kind == Kind.COMPUTED)
    return registers.get(own) if own is not None else next(computed, None)


def _counted(
    at: SqlSite, connection: Connection, own: RegisterRow, period: Period
) -> dict[str, Any]:
    """Return usage, gaps and completeness of a period."""
    found = channel_usage(connection, at.schema, at.site.zone, [own.channel], period)
    usage = found[own.channel]
    served = served_spans(connection, at.schema, [own.channel]).get(own.channel, [])
    until = at.clock.now() - DUE_AFTER
    computed = own.kind == Kind.COMPUTED
    expected = expected_of(usage, None if computed else served, until)
    return {
        "usage": usage,
        "due": int(expected_of(usage, None, until).sum()),
        "whole": completeness_of(usage, expected),
        "gaps": gaps_of(usage, expected),
    }


def _register(
    at: SqlSite, connection: Connection, own: RegisterRow, selection: Selection
) -> tuple[RegisterPoint, ...]:
    if own.kind != Kind.COUNTER:
        return ()
    if selection.days > RAW_DAYS:
        return _midnights(at, connection, own, selection.first, selection.last)
    period = selection.period(at.site.zone)
    rows: list[Row] = connection.execute(
        f"SELECT at, count FROM {at.schema}.reading WHERE channel = %s AND at >= %s AND at < %s "
        "ORDER BY at LIMIT %s",
        (own.channel, period.start, period.end, MOST_POINTS),
    ).fetchall()
    step = float(own.resolution)
    return tuple(RegisterPoint(at=read_at, value=count * step) for read_at, count in rows)


def _midnights(
    at: SqlSite, connection: Connection, own: RegisterRow, first: date, last: date
) -> tuple[RegisterPoint, ...]:
    """Return the register at each midnight: blocks hold it times the multiplier, in base units."""
    rows: list[Row] = connection.execute(
        "SELECT DISTINCT ON (b.day) b.start_at, b.start_value, s.multiplier, c.utility "
        f"FROM {at.schema}.usage_block AS b JOIN {at.schema}.channel AS c ON c.number = b.channel "
        f"JOIN {at.schema}.segment AS s ON s.channel = b.channel AND s.start_at <= b.start_at "
        "AND (s.end_at IS NULL OR s.end_at > b.start_at) "
        "WHERE b.channel = %s AND b.day BETWEEN %s AND %s AND b.start_value IS NOT NULL "
        "ORDER BY b.day, b.epoch DESC",
        (own.channel, first, last),
    ).fetchall()
    return tuple(
        RegisterPoint(
            at=read_at,
            value=float(value / (to_base(Utility(utility), own.unit) * Fraction(multiplier))),
        )
        for read_at, value, multiplier, utility in rows
    )


_Told = tuple[int, str, Any]
"""Position, topic and domain event."""


def _entries(
    at: SqlSite,
    connection: Connection,
    point: str,
    registers: Iterable[int],
    statements: Sequence[CorrectionRow],
    findings: Sequence[FindingRow],
) -> list[_Told]:
    """Return what the journal holds about a point, the newest first."""
    streams = {meter_id(at.site.key, point), papers_id(at.site.key, point)}
    streams |= {each.correction for each in statements}
    streams |= {each.finding for each in findings if each.resolved_position is not None}
    adjustments = read_adjustments(connection, at.schema, channels=list(registers))
    streams |= {each.adjustment for each in adjustments}
    rows: list[Row] = connection.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state "
        f"FROM {at.schema}.metering_events WHERE originator_id = ANY(%s) "
        "ORDER BY notification_id DESC LIMIT %s",
        (sorted(streams), MOST_ENTRIES),
        binary=True,
    ).fetchall()
    decoder = EventDecoder()
    return [
        (
            position,
            topic,
            decoder.decode(
                Entry(
                    position=position,
                    stream=stream,
                    version=version,
                    topic=topic,
                    state=bytes(state),
                )
            ),
        )
        for position, stream, version, topic, state in rows
    ]


def _journal(
    at: SqlSite, entries: Sequence[_Told], names: dict[UUID, str]
) -> tuple[JournalRow, ...]:
    return tuple(
        journal_row(position, topic, event, names, at.vault.open)
        for position, topic, event in entries
    )


def _served(
    at: SqlSite,
    connection: Connection,
    point: str,
    registers: dict[int, RegisterRow],
    entries: Sequence[_Told],
) -> tuple[ServedRow, ...]:
    documents: dict[str, set[str]] = defaultdict(set)
    for _, _, event in entries:
        documents[str(getattr(event, "serial", ""))] |= documents_of(event)

    def shown(channel: int, count: int | None) -> Any:
        return None if count is None else count * registers[channel].resolution

    return tuple(
        ServedRow(
            quantity=row.quantity,
            unit=registers[row.channel].unit,
            serial=row.serial,
            start=row.start,
            end=row.end,
            multiplier=row.multiplier,
            first=shown(row.channel, row.start_count),
            last=shown(row.channel, row.end_count),
            documents=len(documents[row.serial]),
        )
        for row in segments_of(connection, at.schema, point)
    )


def _within(finding: FindingRow, period: Period) -> bool:
    return finding.key.start < period.end and finding.end >= period.start


def _found(row: FindingRow, names: dict[UUID, str]) -> FoundRow:
    resolved = row.resolved_position is not None
    state = "open" if row.open else "resolved" if resolved else "explained"
    return FoundRow(
        code=row.key.code,
        quantity=row.quantity or "",
        start=row.key.start,
        end=row.end,
        position=row.key.position,
        state=state,
        reason=row.resolution or "",
        decided_by=names.get(row.resolved_by, "?") if row.resolved_by else "",
    )


def _touch(row: CorrectionRow, period: Period) -> bool:
    return row.first < period.end and row.last >= period.start


def _stated(
    row: CorrectionRow, registers: dict[int, RegisterRow], names: dict[UUID, str]
) -> StatedRow:
    return StatedRow(
        kind=row.kind,
        quantity=registers[row.channel].quantity,
        method=row.method or "",
        start=row.first,
        end=row.last,
        readings=len(row.readings),
        state=row.state,
        reason=_inputs(row.reason) if row.kind == "estimate" else row.reason,
        by=names.get(row.proposed_by, "?"),
        approved_by=names.get(row.decided_by, "?") if row.decided_by else "",
        position=row.position,
    )


def _inputs(told: str) -> str:
    """Return what a method used, name by name."""
    try:
        inputs = json.loads(told)
    except json.JSONDecodeError:
        return told
    pairs = inputs.items() if isinstance(inputs, dict) else ()
    return ", ".join(f"{name}: {value}" for name, value in pairs)
