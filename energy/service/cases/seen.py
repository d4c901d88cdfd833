"""In: the tables of supply cases. Out: what their applicants see of them. I/O: reads.

An applicant is told the step, what comes next, whose turn it is and by when: no person, no word of
the office, nothing of who paid before. Who reads for an applicant asks functions of the database
that hold nothing else (site_024); staff read the tables and are shown the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from energy.service.cases.kinds import CaseKind, CaseState, CaseStep, Turn
from energy.service.cases.plan import CasePlan
from energy.service.cases.progress import DONE, CasePause, CaseRow, Promised, StepRow
from energy.service.cases.reads import OfferRow, offer_of, read_case_plans, read_offers
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]
_NOBODY = UUID(int=0)
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("place", "node", "point", "account", "leaving", "waits_words"), ""),
    **dict.fromkeys(("work_order", "offered", "ended_at", "ended_by")),
    **dict.fromkeys(("opened_by", "owner"), _NOBODY),
    "position": 0,
}
"""What of a case an applicant is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantView:
    """What an applicant sees of a case: no person, no words of the office."""

    supply_case: UUID
    number: str
    kind: CaseKind
    utility: str
    state: CaseState
    step: CaseStep
    next_step: CaseStep | None
    turn: Turn
    waits_for: str
    """"customer", "part", "permit"; "" where it goes on."""
    wanted_on: date | None
    promised: Promised
    done: Sequence[tuple[CaseStep, datetime]]
    """Steps that came to their end, and when."""
    to_come: Sequence[CaseStep]
    offer: OfferRow | None
    """The newest one."""
    reason: str
    """Why it was refused or withdrawn."""


def seen_of(
    row: CaseRow, plan: CasePlan, offers: Sequence[OfferRow], zone: ZoneInfo, at: datetime
) -> ApplicantView:
    """Return what the applicant sees of a case.

    Args:
        row: The case.
        plan: The version of the steps under which it was opened.
        offers: To the applicant, in order.
        zone: The site's.
        at: The instant.
    """
    is_open = row.state is CaseState.OPEN
    return ApplicantView(
        supply_case=row.supply_case,
        number=row.number,
        kind=row.kind,
        utility=row.utility,
        state=row.state,
        step=row.step,
        next_step=row.next_step,
        turn=row.turn(at),
        waits_for=row.waits_for if row.lapses_at is None or at < row.lapses_at else "",
        wanted_on=row.wanted_on,
        promised=row.promised(plan, zone, at),
        done=[(e.step, e.ended_at) for e in row.been if e.outcome == DONE and e.ended_at],
        to_come=row.steps[row.steps.index(row.step) + 1 :] if is_open else (),
        offer=offers[-1] if offers else None,
        reason=row.reason,
    )


def applicant_view(connection: Connection, site: Site, row: CaseRow, at: datetime) -> ApplicantView:
    """Return what the applicant sees of a case, for the eyes of staff.

    Args:
        connection: Any connection that sees the tables.
        site: The site.
        row: The case.
        at: The instant.
    """
    plan = read_case_plans(connection, site.schema)[row.plan].plan
    offers = read_offers(connection, site.schema, row.supply_case)
    return seen_of(row, plan, offers, site.zone, at)


def read_own_cases(connection: Connection, site: Site, at: datetime) -> list[ApplicantView]:
    """Return the cases that a transaction is to see for an applicant, the newest first.

    Args:
        connection: Of a transaction that sees what is a tenant's own, or one case
            (`energy.store.wall`).
        site: The site.
        at: The instant.
    """
    schema = site.schema
    names = (
        *("supply_case", "number", "kind", "applicant", "utility", "capacity_w", "wanted_on"),
        *("asked_at", "plan", "steps", "step", "state", "waits_for", "lapses_at", "reason"),
    )
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT spec, {', '.join(names)} FROM {schema}.own_case() "
        "ORDER BY asked_at DESC, number DESC".encode()
    ).fetchall()
    been, pauses, offers = (
        _steps(connection, schema),
        _pauses(connection, schema),
        _offers(connection, schema),
    )
    found = []
    for spec, *told in rows:
        case = told[0]
        row = _case(dict(zip(names, told, strict=True)), been[case], pauses[case])
        plan = CasePlan.from_json(spec)
        found.append(seen_of(row, plan, offers[case], site.zone, at))
    return found


def _case(told: dict[str, Any], been: list[StepRow], pauses: list[CasePause]) -> CaseRow:
    kept = {
        "kind": CaseKind(told["kind"]),
        "steps": tuple(CaseStep(step) for step in told["steps"]),
        "step": CaseStep(told["step"]),
        "state": CaseState(told["state"]),
        "opened_at": told["asked_at"],
    }
    return CaseRow(**{**_NOTHING, **told, **kept}, been=been, pauses=pauses)


def _steps(connection: Connection, schema: str) -> dict[UUID, list[StepRow]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT supply_case, place, step, began_at, ended_at, outcome "
        f"FROM {schema}.own_case_step() ORDER BY place"
    ).fetchall()
    found: dict[UUID, list[StepRow]] = defaultdict(list)
    for case, place, step, began_at, ended_at, outcome in rows:
        row = StepRow(
            place=place,
            step=CaseStep(step),
            began_at=began_at,
            ended_at=ended_at,
            owner=_NOBODY,
            ended_by=None,
            words="",
            result={},
            outcome=outcome,
        )
        found[case].append(row)
    return found


def _pauses(connection: Connection, schema: str) -> dict[UUID, list[CasePause]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT supply_case, begin_at, end_at, until_at, waits_for "
        f"FROM {schema}.own_case_pause() ORDER BY begin_at"
    ).fetchall()
    found: dict[UUID, list[CasePause]] = defaultdict(list)
    for case, begin_at, end_at, until_at, waits_for in rows:
        pause = CasePause(begin_at=begin_at, end_at=end_at, until_at=until_at, waits_for=waits_for)
        found[case].append(pause)
    return found


def _offers(connection: Connection, schema: str) -> dict[UUID, list[OfferRow]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT supply_case, quotation, spec, valid_until, lapses_at, quoted_at, accepted_at "
        f"FROM {schema}.own_case_offer() ORDER BY quotation"
    ).fetchall()
    found: dict[UUID, list[OfferRow]] = defaultdict(list)
    for case, quotation, spec, valid_until, lapses_at, quoted_at, accepted_at in rows:
        found[case].append(
            offer_of(quotation, spec, valid_until, lapses_at, quoted_at, None, accepted_at)
        )
    return found
