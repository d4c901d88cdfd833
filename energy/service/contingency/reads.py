"""In: the tables of contingency plans. Out: plans, drills due, activations. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from energy.alerting.notices.reads import read_contacts
from energy.base.period import local_day
from energy.service.contingency.errors import ContingencyError
from energy.service.contingency.steps import (
    CallState,
    ContingencySteps,
    StepState,
    drill_due,
    posts_of,
)
from energy.service.duty.calling import read_calling
from energy.service.duty.reads import read_duty_plan
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A version of a plan."""

    key: str
    version: int
    spec: Mapping[str, Any]
    author: UUID
    written_at: datetime
    reviewed_by: UUID | None
    reviewed_at: datetime | None

    @property
    def steps(self) -> ContingencySteps:
        """Return what it says."""
        return ContingencySteps.from_json(self.spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """When the next drill of a plan is due."""

    key: str
    name: Mapping[str, str]
    version: int
    drilled_on: date | None
    """Local day on which the last drill was closed."""
    due_on: date
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRow:
    """An activation as it stands."""

    activation: UUID
    number: str
    key: str
    version: int
    spec: Mapping[str, Any]
    drill: bool
    reason: str
    incident: str
    activated_at: datetime
    activated_by: UUID
    closed_at: datetime | None
    closed_by: UUID | None
    words: str
    position: int

    @property
    def steps(self) -> ContingencySteps:
        """Return what is carried out."""
        return ContingencySteps.from_json(self.spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """Something that was said of an activation."""

    position: int
    act: str
    """"call", "done", "skipped", "found"."""
    item: int
    result: str
    words: str
    at: datetime
    person: UUID
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step of an activation."""

    step: int
    post: str
    do: Mapping[str, str]
    due_at: datetime
    state: StepState
    at: datetime | None
    person: UUID | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A call of an activation."""

    call: int
    post: str
    contact: str
    people: Sequence[UUID]
    """Who has the post now, or stands in, the first to call first."""
    state: CallState
    at: datetime | None
    person: UUID | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationStory:
    """An activation with all that was said of it."""

    activation: ActivationRow
    steps: Sequence[StepRow]
    calls: Sequence[CallRow]
    findings: Sequence[FactRow]


def demand_named(connection: Connection, schema: str, steps: ContingencySteps) -> None:
    """Refuse posts that the plan of duty does not have, and contacts that there are not.

    Raises:
        ContingencyError: There is one.
    """
    plan = read_duty_plan(connection, schema)
    known = {each.key for each in plan.posts} if plan else set()
    for post in posts_of(steps):
        if post not in known:
            told = ", ".join(sorted(known)) or "-"
            raise ContingencyError.of("no_post", post=post[:40], known=told)
    contacts = {each.key for each in read_contacts(connection, schema)}
    for call in steps.calls:
        if call.contact and call.contact not in contacts:
            raise ContingencyError.of("no_contact", contact=call.contact[:40])


def read_plans(connection: Connection, schema: str) -> list[PlanRow]:
    """Return the versions of all plans, by key, the newest first."""
    return _rows(connection, PlanRow, f"{schema}.contingency_plan", "ORDER BY key, version DESC")


def read_due(connection: Connection, site: Site, now: datetime) -> list[DueRow]:
    """Return when the next drill of each plan that was reviewed is due, the first due first."""
    drilled: list[tuple[Any, ...]] = connection.execute(
        f"SELECT key, max(closed_at) FROM {site.schema}.contingency_activation "
        "WHERE drill AND closed_at IS NOT NULL GROUP BY key".encode()
    ).fetchall()
    last = {key: local_day(at, site.zone) for key, at in drilled}
    holding: dict[str, PlanRow] = {}
    for row in read_plans(connection, site.schema):
        if row.reviewed_at is not None:
            holding.setdefault(row.key, row)
    today = local_day(now, site.zone)
    found = []
    for key, row in holding.items():
        assert row.reviewed_at is not None, "it was looked at"
        reviewed, steps = local_day(row.reviewed_at, site.zone), row.steps
        due = drill_due(steps.drill_days, reviewed, last.get(key))
        found.append(
            DueRow(
                key=key,
                name=steps.name,
                version=row.version,
                drilled_on=last.get(key),
                due_on=due,
                overdue=due < today,
            )
        )
    return sorted(found, key=lambda each: (each.due_on, each.key))


def read_activations(
    connection: Connection, schema: str, *, over: bool = False, named: str | None = None
) -> list[ActivationRow]:
    """Return activations, the latest first.

    Args:
        connection: Any that may read.
        schema: The site's.
        over: Closed ones, too.
        named: Number, or the beginning of an id; of any state.
    """
    where, values = "WHERE true", list[object]()
    if named is not None:
        where += " AND (number = %s OR starts_with(replace(activation::text, '-', ''), %s))"
        values += [named.upper(), named.replace("-", "").lower()]
    elif not over:
        where += " AND closed_at IS NULL"
    table = f"{schema}.contingency_activation"
    return _rows(
        connection, ActivationRow, table, f"{where} ORDER BY activated_at DESC, number", *values
    )


def activation_named(connection: Connection, schema: str, name: str) -> ActivationRow:
    """Return the activation of a number or of the beginning of an id.

    Raises:
        ContingencyError: None is meant, or several are.
    """
    found = read_activations(connection, schema, named=name) if name else []
    if len(found) != 1:
        raise ContingencyError.of("none")
    return found[0]


def last_call(connection: Connection, schema: str, activation: UUID) -> int:
    """Return the position of what was said last of the calls of an activation; 0 of nothing."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT coalesce(max(position), 0) FROM {schema}.contingency_fact "
        "WHERE activation = %s AND act = 'call'".encode(),
        (activation,),
    ).fetchone()
    assert row is not None, "a maximum has a row"
    return int(row[0])


def read_story(
    connection: Connection, site: Site, row: ActivationRow, now: datetime
) -> ActivationStory:
    """Return an activation with its steps, its calls and what was found, as of an instant."""
    facts = _rows(
        connection,
        FactRow,
        f"{site.schema}.contingency_fact",
        "WHERE activation = %s ORDER BY position",
        row.activation,
    )
    steps = row.steps
    calling = read_calling(connection, site, now)
    settled = {each.item: each for each in facts if each.act in {"done", "skipped"}}
    called = {each.item: each for each in facts if each.act == "call"}
    circles = calling.circles if calling else {}
    return ActivationStory(
        activation=row,
        steps=[
            _step(row, n, settled.get(n), row.closed_at or now)
            for n in range(1, len(steps.steps) + 1)
        ],
        calls=[
            CallRow(
                call=n,
                post=each.post,
                contact=each.contact,
                people=list(
                    dict.fromkeys(who for circle in circles.get(each.post, ()) for who in circle)
                ),
                state=CallState(called[n].result) if n in called else CallState.WAITING,
                at=called[n].at if n in called else None,
                person=called[n].person if n in called else None,
                words=called[n].words if n in called else "",
            )
            for n, each in enumerate(steps.calls, 1)
        ],
        findings=[each for each in facts if each.act == "found"],
    )


def _step(row: ActivationRow, n: int, fact: FactRow | None, now: datetime) -> StepRow:
    step = row.steps.steps[n - 1]
    due = step.due_at(row.activated_at)
    skipped = fact is not None and fact.act == "skipped"
    return StepRow(
        step=n,
        post=step.post,
        do=step.do,
        due_at=due,
        state=StepState.of(due, fact.at if fact and not skipped else None, now, skipped=skipped),
        at=fact.at if fact else None,
        person=fact.person if fact else None,
        words=fact.words if fact else "",
    )


def _rows(
    connection: Connection, kind: type[R], table: str, where: str, *values: object
) -> list[R]:
    names = list(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {table} {where}".encode(), values
    ).fetchall()
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]
