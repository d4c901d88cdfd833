"""In: the tables of switching orders. Out: templates, orders with steps and permits. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.channel import USAGE_KINDS, Kind
from energy.service.switching.confirming import INTERVALS, confirmation
from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import Confirmation, RequestKind, StepState, SwitchingState
from energy.service.switching.steps import SwitchingPlan, SwitchingStep

Connection = psycopg.Connection[tuple[object, ...]]
_MOST_READINGS = 3000
"""Of a point, behind the last step."""
_READ = [int(each) for each in (Quality.MEASURED, Quality.CORRECTED, Quality.MANUAL)]
"""What proves something: no estimate does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """A version of a template."""

    key: str
    version: int
    plan: SwitchingPlan
    author: UUID
    drafted_at: datetime
    reviewed_by: UUID | None
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingRow:
    """A switching order as it stands."""

    switching_order: UUID
    number: str
    about: str
    """"node:UTILITY/KEY"."""
    reason: str
    begins_at: datetime
    ends_at: datetime
    operator: UUID
    guardian: UUID
    template: str
    version: int
    name: Mapping[str, str]
    permit_after: int
    """Number of the step behind which a permit is demanded; 0 where none is."""
    undoes: UUID | None
    request: Mapping[str, Any]
    state: SwitchingState
    author: UUID
    written_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    released_by: UUID | None
    released_at: datetime | None
    words: str
    """Why it is stopped, was aborted or withdrawn."""
    undo: Sequence[int]
    """Steps that must be taken back, in the order of doing so."""
    back: UUID | None
    """The newest order that takes them back."""
    ended_by: UUID | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step of an order as it stands."""

    number: int
    step: SwitchingStep
    state: StepState
    told_by: UUID | None
    told_at: datetime | None
    read_back_by: UUID | None
    read_back_at: datetime | None
    skipped_by: UUID | None
    skipped_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRow:
    """A permit to work."""

    permit: int
    what: str
    place: str
    earthed_at: str
    holder: UUID
    valid_until: datetime
    given_by: UUID
    given_at: datetime
    returned_by: UUID | None
    returned_at: datetime | None
    reason: str

    def overdue(self, at: datetime) -> bool:
        """Return whether it is out at an instant past its validity."""
        returned = self.returned_at is not None and self.returned_at <= at
        return not returned and self.valid_until < at


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """Something that happened to an order."""

    act: str
    person: UUID
    at: datetime
    step: int | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingStory:
    """An order with what belongs to it."""

    order: SwitchingRow
    steps: Sequence[StepRow]
    permits: Sequence[PermitRow]
    facts: Sequence[FactRow]
    confirmation: Confirmation | None
    """What readings say of the request; None where nobody asked, or not all was carried out."""


def read_templates(connection: Connection, schema: str) -> list[TemplateRow]:
    """Return the versions of all templates, the newest of each first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT key, version, spec, author, drafted_at, reviewed_by, reviewed_at "
        f"FROM {schema}.switching_template ORDER BY key, version DESC"
    ).fetchall()
    return [
        TemplateRow(
            key=key,
            version=version,
            plan=SwitchingPlan.from_json(spec),
            author=author,
            drafted_at=drafted_at,
            reviewed_by=reviewed_by,
            reviewed_at=reviewed_at,
        )
        for key, version, spec, author, drafted_at, reviewed_by, reviewed_at in rows
    ]


def read_switching(
    connection: Connection, schema: str, *, over: bool = True, since: datetime | None = None
) -> list[SwitchingRow]:
    """Return the switching orders of a site, the latest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        over: Whether those that ended are wanted, too.
        since: Only those that were not over before it, by plan or in fact; None: all.
    """
    names = list(SwitchingRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.switching_order "
        "WHERE (%(over)s OR ended_at IS NULL) AND (%(since)s::timestamptz IS NULL "
        "OR ended_at IS NULL OR greatest(ended_at, ends_at) > %(since)s) "
        "ORDER BY begins_at DESC, number DESC".encode(),
        {"over": over, "since": since},
    ).fetchall()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return [SwitchingRow(**{**row, "state": SwitchingState(row["state"])}) for row in found]


def switching_named(connection: Connection, schema: str, name: str) -> SwitchingRow:
    """Return the order of a number, for example "S-2026-00017".

    Raises:
        SwitchingError: There is none.
    """
    for each in read_switching(connection, schema):
        if each.number.casefold() == name.strip().casefold():
            return each
    raise SwitchingError.of("none")


def read_steps(connection: Connection, schema: str, order: UUID) -> list[StepRow]:
    """Return the steps of an order, in order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT step, spec, state, told_by, told_at, read_back_by, read_back_at, skipped_by, "
        f"skipped_at, reason FROM {schema}.switching_step WHERE switching_order = %s "
        "ORDER BY step",
        (order,),
    ).fetchall()
    names = list(StepRow.__dataclass_fields__)
    return [
        StepRow(
            **{
                **dict(zip(names, row, strict=True)),
                "step": SwitchingStep(**row[1]),
                "state": StepState(row[2]),
            }
        )
        for row in rows
    ]


def read_permits(connection: Connection, schema: str, order: UUID) -> list[PermitRow]:
    """Return the permits of an order, in order."""
    names = list(PermitRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.switching_permit "
        "WHERE switching_order = %s ORDER BY permit".encode(),
        (order,),
    ).fetchall()
    return [PermitRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_permits_out(
    connection: Connection, schema: str, period: Period
) -> list[tuple[str, PermitRow]]:
    """Return the permits that were out in a span, each behind the number of its order."""
    names = list(PermitRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT o.number, {', '.join(f'p.{name}' for name in names)} "
        f"FROM {schema}.switching_permit AS p JOIN {schema}.switching_order AS o "
        "USING (switching_order) WHERE p.given_at < %(end)s "
        "AND (p.returned_at IS NULL OR p.returned_at > %(begin)s) "
        "ORDER BY o.begins_at DESC, o.number DESC, p.permit".encode(),
        {"begin": period.start, "end": period.end},
    ).fetchall()
    return [(str(number), PermitRow(**dict(zip(names, row, strict=True)))) for number, *row in rows]


def read_facts(connection: Connection, schema: str, order: UUID) -> list[FactRow]:
    """Return what happened to an order, in order of the journal."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT act, person, at, step, words FROM {schema}.switching_fact "
        "WHERE switching_order = %s ORDER BY position",
        (order,),
    ).fetchall()
    names = list(FactRow.__dataclass_fields__)
    return [FactRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_confirmation(
    connection: Connection,
    schema: str,
    row: SwitchingRow,
    steps: Sequence[StepRow],
    *,
    intervals: int = INTERVALS,
) -> Confirmation | None:
    """Return what readings behind its last step say of the request an order carries out.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        row: The order.
        steps: Its steps.
        intervals: How many intervals between readings a register must stand still.

    Returns:
        None where nobody asked for it, or not every step was carried out.
    """
    done = [each.read_back_at for each in steps if each.read_back_at is not None]
    if not row.request or row.state is not SwitchingState.COMPLETED or not done:
        return None
    counts = _counts_behind(connection, schema, row.request["points"], max(done))
    return confirmation(RequestKind(row.request["kind"]), counts, intervals=intervals)


def _counts_behind(
    connection: Connection, schema: str, points: Sequence[str], since: datetime
) -> dict[str, list[int]]:
    """Return what each register at some points counted from an instant on, each by itself.

    A point without a register has one that says nothing.
    """
    registers: list[tuple[Any, ...]] = connection.execute(
        f"SELECT p.point, c.number, c.kind FROM unnest(%s::text[]) AS p (point) "
        f"LEFT JOIN {schema}.channel AS c ON c.point = p.point AND c.billing AND c.kind = ANY(%s)",
        (list(points), [str(each) for each in USAGE_KINDS]),
    ).fetchall()
    known = {number: kind for _, number, kind in registers if number is not None}
    counts: dict[str, list[int]] = {f"{point}/{number}": [] for point, number, _ in registers}
    keys = {number: f"{point}/{number}" for point, number, _ in registers}
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, count FROM (SELECT r.channel, r.at, r.count, "
        "row_number() OVER (PARTITION BY r.channel ORDER BY r.at) AS place "
        f"FROM {schema}.reading AS r "
        "WHERE r.channel = ANY(%s) AND r.at >= %s AND r.quality = ANY(%s)) AS behind "
        "WHERE place <= %s ORDER BY channel, at",
        (list(known), since, _READ, _MOST_READINGS),
    ).fetchall()
    for channel, count in rows:
        told = counts[keys[channel]]
        # An interval says what was used in it; a counter, where it stands.
        used = known[channel] == Kind.INTERVAL
        told.append(count + (told[-1] if told else 0) if used else count)
    return counts


def read_story(
    connection: Connection, schema: str, row: SwitchingRow, *, intervals: int = INTERVALS
) -> SwitchingStory:
    """Return an order with what belongs to it; see `read_confirmation`."""
    steps = read_steps(connection, schema, row.switching_order)
    return SwitchingStory(
        order=row,
        steps=steps,
        permits=read_permits(connection, schema, row.switching_order),
        facts=read_facts(connection, schema, row.switching_order),
        confirmation=read_confirmation(connection, schema, row, steps, intervals=intervals),
    )
