"""In: the tables of plans, readings, alerts, work orders. Out: plans, what is due. I/O: reads.

A plan was done where somebody recorded it, or a work order of the plan about the piece ended; of a
standby piece only what passed counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from energy.base.period import midnight
from energy.base.quality import Quality
from energy.service.equipment.maintenance import Due, DueState, Every, PlanSpec, RunHours, due
from energy.service.equipment.reads import EquipmentRow, read_equipment
from energy.service.equipment.words import CHANNEL, EquipmentError, Relation
from energy.service.work.kinds import OrderState

Connection = psycopg.Connection[tuple[object, ...]]
_PER_HOUR = {"h": 1, "min": 60, "s": 3600}
"""Units in which counters tell run hours, and how many make an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan of maintenance as it stands."""

    plan: UUID
    number: str
    spec: PlanSpec
    version: int
    """1, and one more for each change."""
    ended_on: date | None
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPlanRow:
    """What a plan said before a change."""

    version: int
    spec: PlanSpec
    changed_at: datetime
    """When another version took its place."""
    changed_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """How a plan stands for a piece."""

    plan: PlanRow
    piece: EquipmentRow
    last_done: datetime | None
    due: Due
    again: datetime | None = None
    """When its rule raised the first alert behind the last order of it that is over and behind
    its last doing; None where it did not, or no order was ever over."""
    failed: datetime | None = None
    """When a test by calendar or run hours did not pass last, and none passed since."""


def read_plans(connection: Connection, schema: str) -> list[PlanRow]:
    """Return the plans of a site in the order of their numbers."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT plan, number, spec, ended_on, position, "
        f"(SELECT 1 + count(*) FROM {schema}.maintenance_plan_past AS o WHERE o.plan = p.plan) "
        f"FROM {schema}.maintenance_plan AS p ORDER BY number"
    ).fetchall()
    return [
        PlanRow(
            plan=plan,
            number=number,
            spec=PlanSpec.from_json(spec),
            version=version,
            ended_on=ended,
            position=position,
        )
        for plan, number, spec, ended, position, version in rows
    ]


def read_past_plans(connection: Connection, schema: str, plan: UUID) -> list[PastPlanRow]:
    """Return what a plan said before it was changed, its first version first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT version, spec, changed_at, changed_by FROM {schema}.maintenance_plan_past "
        "WHERE plan = %s ORDER BY version",
        (plan,),
    ).fetchall()
    return [
        PastPlanRow(version=number, spec=PlanSpec.from_json(spec), changed_at=at, changed_by=by)
        for number, spec, at, by in rows
    ]


def find_plan(connection: Connection, schema: str, number: str) -> PlanRow:
    """Return the plan of a number.

    Raises:
        EquipmentError: There is none.
    """
    for row in read_plans(connection, schema):
        if row.number == number.upper():
            return row
    raise EquipmentError.of("no_plan")


def read_due(connection: Connection, schema: str, zone: ZoneInfo, at: datetime) -> list[DueRow]:
    """Return how each plan stands for each piece in service, what is due first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        at: The instant.
    """
    pieces = [row for row in read_equipment(connection, schema) if row.out_on is None]
    last, over = _last_done(connection, schema, at), _last_over(connection, schema)
    failed = _last_failed(connection, schema, at)
    found = []
    for plan in read_plans(connection, schema):
        if plan.ended_on is not None:
            continue
        spec = plan.spec
        raised = _raised(connection, schema, spec.rule) if spec.rule else []
        for piece in pieces:
            if piece.number != spec.equipment and piece.kind != spec.of_class:
                continue
            by_hours = spec.every is Every.HOURS
            done = last.get((plan.number, piece.number))
            worked = over.get((plan.number, piece.number))
            how = due(
                spec,
                done,
                at,
                since=piece.in_service_since,
                zone=zone,
                hours=read_run_hours(connection, schema, piece.equipment, zone) if by_hours else (),
                raised=raised,
            )
            again = None if worked is None else _first(raised, max(worked, done or worked), at)
            vain = None if spec.every is Every.ALERT else failed.get((plan.number, piece.number))
            vain = None if vain is not None and done is not None and done >= vain else vain
            found.append(
                DueRow(plan=plan, piece=piece, last_done=done, due=how, again=again, failed=vain)
            )
    order = list(DueState)
    return sorted(
        found,
        key=lambda row: (
            order.index(row.due.state),
            row.due.on or date.max,
            *(row.plan.number, row.piece.number),
        ),
    )


def _last_done(
    connection: Connection, schema: str, at: datetime
) -> dict[tuple[str, str], datetime]:
    """Return when plans were last done, by the numbers of plan and piece."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT plan, number, max(done_at) FROM ("
        f"SELECT p.number AS plan, e.number, d.done_at FROM {schema}.maintenance_done AS d "
        f"JOIN {schema}.maintenance_plan AS p USING (plan) "
        f"JOIN {schema}.equipment AS e USING (equipment) "
        "WHERE coalesce((d.result ->> 'passed')::boolean, true) "
        f"UNION ALL SELECT w.plan, w.equipment, w.done_at FROM {schema}.work_order AS w "
        f"JOIN {schema}.maintenance_plan AS p ON p.number = w.plan "
        "WHERE w.state = 'ended' AND p.spec ->> 'kind' = 'maintenance') AS found "
        "WHERE done_at <= %s GROUP BY plan, number",
        (at,),
    ).fetchall()
    return {(plan, number): done for plan, number, done in rows}


def _last_failed(
    connection: Connection, schema: str, at: datetime
) -> dict[tuple[str, str], datetime]:
    """Return when tests of plans last did not pass, by the numbers of plan and piece."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT p.number, e.number, max(d.done_at) FROM {schema}.maintenance_done AS d "
        f"JOIN {schema}.maintenance_plan AS p USING (plan) "
        f"JOIN {schema}.equipment AS e USING (equipment) "
        "WHERE NOT (d.result ->> 'passed')::boolean AND d.done_at <= %s GROUP BY 1, 2",
        (at,),
    ).fetchall()
    return {(plan, number): failed for plan, number, failed in rows}


def _last_over(connection: Connection, schema: str) -> dict[tuple[str, str], datetime]:
    """Return when the work of the last order that is over was, by the numbers of plan and piece.

    What is raised between the end of the work and the signature was not worked on.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT plan, equipment, max(coalesce(done_at, ended_at)) FROM {schema}.work_order "
        "WHERE ended_at IS NOT NULL AND plan <> '' GROUP BY plan, equipment"
    ).fetchall()
    return {(plan, number): worked for plan, number, worked in rows}


def _first(raised: Sequence[datetime], behind: datetime, at: datetime) -> datetime | None:
    """Return the first instant behind one and not behind another."""
    return min((each for each in raised if behind < each <= at), default=None)


def orders_of(
    connection: Connection, schema: str, plan: str, piece: str
) -> tuple[UUID | None, int]:
    """Return the work order of a plan about a piece that is not over, and how many were cancelled.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        plan: Number of the plan.
        piece: Number of the piece.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT work_order, state FROM {schema}.work_order WHERE plan = %s AND equipment = %s "
        "ORDER BY number",
        (plan, piece),
    ).fetchall()
    over = {OrderState.ENDED, OrderState.CANCELLED}
    waiting = next((order for order, state in rows if state not in over), None)
    return waiting, sum(state == OrderState.CANCELLED for _, state in rows)


def ordered_since(
    connection: Connection, schema: str, about: tuple[str, str], since: datetime
) -> bool:
    """Return whether a work order of a plan about a piece came up at an instant or later.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        about: Numbers of plan and piece.
        since: The instant.
    """
    row = connection.execute(
        f"SELECT FROM {schema}.work_order WHERE plan = %s AND equipment = %s AND since >= %s "
        "LIMIT 1",
        (*about, since),
    ).fetchone()
    return row is not None


def _raised(connection: Connection, schema: str, rule: str) -> list[datetime]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT a.raised_at FROM {schema}.alert AS a JOIN {schema}.rule AS r USING (rule) "
        "WHERE r.key = %s AND NOT a.historic ORDER BY a.raised_at",
        (rule,),
    ).fetchall()
    return [raised for (raised,) in rows]


def read_run_hours(
    connection: Connection, schema: str, equipment: UUID, zone: ZoneInfo
) -> RunHours:
    """Return how long a piece ran since its first reading, one value a day.

    Empty where nothing tells it, or nothing does now. Each channel tells them of the days on which
    the piece runs by it; the first one of the days before, too. What a counter that was exchanged
    had shown stays counted.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        equipment: The piece.
        zone: The site's zone.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.number, c.kind, c.unit, c.resolution, r.valid_from, r.valid_to "
        f"FROM {schema}.equipment_relation AS r JOIN {schema}.channel AS c "
        "ON r.about = %s || c.point || '/' || c.quantity "
        "WHERE r.equipment = %s AND r.relation = %s "
        "AND (r.valid_to IS NULL OR r.valid_to > r.valid_from) ORDER BY r.valid_from, r.position",
        (CHANNEL, equipment, Relation.RUNS_BY.value),
    ).fetchall()
    found: list[tuple[datetime, Fraction]] = []
    for place, (channel, kind, unit, resolution, first, end) in enumerate(rows):
        if kind == "state":
            told = _of_state(connection, schema, channel)
        else:
            told = _of_counter(connection, schema, channel, unit, resolution)
        begins = midnight(first, zone) if place else None
        ends = None if end is None else midnight(end, zone)
        mine = [
            each
            for each in told
            if (begins is None or each[0] >= begins) and (ends is None or each[0] < ends)
        ]
        if end is None and not mine:
            return []  # what came before does not tell how long it ran since
        total = found[-1][1] if found else Fraction(0)
        for number, (at, shown) in enumerate(mine):
            step = shown - mine[number - 1][1] if number else Fraction(0)
            total += max(step, Fraction(0))
            found.append((at, total))
    return found if any(end is None for *_, end in rows) else []


def _of_counter(
    connection: Connection, schema: str, channel: int, unit: str, resolution: str
) -> RunHours:
    """Return what a counter of hours, minutes or seconds shows; what is suspect tells nothing."""
    if unit not in _PER_HOUR:
        return []
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT DISTINCT ON (date_trunc('day', at, 'UTC')) at, count "
        f"FROM {schema}.reading WHERE channel = %s AND quality <> %s "
        "ORDER BY date_trunc('day', at, 'UTC'), at DESC",
        (channel, int(Quality.SUSPECT)),
    ).fetchall()
    return [(at, number * Fraction(resolution) / _PER_HOUR[unit]) for at, number in rows]


def _of_state(connection: Connection, schema: str, channel: int) -> RunHours:
    """Return hours in which a state is not 0, added up."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT min(start_at), max(start_at) + interval '1 hour', "
        "coalesce(sum(duration_us) FILTER (WHERE state <> 0), 0)::bigint "
        f"FROM {schema}.state_hour WHERE channel = %s "
        "GROUP BY date_trunc('day', start_at, 'UTC') ORDER BY 1",
        (channel,),
    ).fetchall()
    total = Fraction(0)
    found = [(first, total) for first, _, _ in rows[:1]]
    for _, at, ran_us in rows:
        total += Fraction(ran_us, 3_600_000_000)
        found.append((at, total))
    return found
