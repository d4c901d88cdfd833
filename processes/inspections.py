"""In: a finding, a method. Out: what was missed, proposed and approved to be billed. I/O.

There is one way by which usage is corrected for a meter's error: an adjustment of the metering
journal, proposed by one person and approved by another (processes/meter_life/adjust.py). Bills
that are not issued yet bear it, for others a correction is proposed by `bill find`. Here a finding
becomes such an adjustment, within the rules, and its approval is checked by them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import numpy as np

from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.base.period import Period, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.calibration.expected import Expected
from energy.metering.channel import Channel
from energy.service.inspection.desk import NODE, POINT, InspectionDesk
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Claim, Missed
from energy.service.inspection.kinds import InspectionState, Method
from energy.service.inspection.reads import InspectionRow
from energy.service.work.kinds import OrderState
from energy.store.sites import Site
from energy.system import System
from energy.views.as_of import folded_as_of, folded_position
from energy.views.node_usage import feed_graphs
from energy.views.readings_told import channel_of
from processes.meter_life.adjust import (
    Asked,
    Draft,
    adjustment_named,
    approve_adjustment,
    draft_adjustment,
    propose_adjustment,
    reject_adjustment,
)
from processes.readings_state import Settle, settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be billed in addition."""

    draft: Draft
    channel: Channel
    method: Method
    figures: dict[str, str]
    rules: int


def draft_back_billing(
    system: System, site: Site, desk: InspectionDesk, row: InspectionRow, claim: Claim
) -> Proposal:
    """Return what a finding lets be billed in addition, exact; nothing is stored.

    Args:
        system: Any parts of a process that may read.
        site: The site.
        desk: Of inspections.
        row: The inspection.
        claim: How it is told.

    Raises:
        InspectionError: Its work order is not finished, nothing that was missed was found, the
            rules know no such method or do not reach so far back; its days are not over; they,
            where no error tells what was missed, or days to compare lack usage; nothing was missed.
        AdjustmentError: As `draft_adjustment`.
    """
    if row.order_state != OrderState.ENDED:
        raise InspectionError.of("unsigned", number=row.number)
    first, last = row.first_day, row.last_day
    if first is None or last is None:
        raise InspectionError.of("nothing_missed", number=row.number)
    today = local_day(system.clock.now(), site.zone)
    if last >= today:
        raise InspectionError.of("not_over", number=row.number, last=last)
    version, rules = desk.rules(today)
    if claim.method not in rules.methods:
        known = ", ".join(rules.methods)
        raise InspectionError.of("method", method=str(claim.method), known=known)
    if first < rules.earliest(today):
        told = {"months": rules.longest_months, "earliest": rules.earliest(today)}
        raise InspectionError.of("too_far", first=first, **told)
    point = _point(system, site, row, claim.point, span_of_days(first, last, site.zone))
    with system.database.connection() as connection:
        channel = channel_of(connection, site.schema, point, claim.quantity)
    asked = Asked(first=first, last=last, inspection=row.number)
    if claim.method is Method.ERROR:
        if row.error_percent is None:
            raise InspectionError.of("no_error", number=row.number)
        figures = {"error_percent": row.error_percent}
        asked = replace(asked, error=Fraction(row.error_percent))
    else:
        expected = _expected(system, site, channel, claim)
        figures = {"per_day": str(expected.per_day), **expected.figures}
        asked = replace(asked, expected=expected)
    draft = draft_adjustment(system.database, site, channel, asked)
    if asked.expected is not None and draft.missing:
        # What is read or estimated for them later would be billed beside what is expected of them.
        raise InspectionError.of(
            "missing", number=row.number, count=draft.missing, first=first, last=last
        )
    if draft.total == 0:
        raise InspectionError.of("nothing_added", number=row.number)
    return Proposal(
        draft=draft, channel=channel, method=claim.method, figures=figures, rules=version
    )


def _point(system: System, site: Site, row: InspectionRow, claimed: str, period: Period) -> str:
    """Return the metering point that is charged: that of the suspicion, or one at its node.

    Raises:
        InspectionError: It is about a node and none is named, or another one is.
    """
    if not row.about.startswith(NODE):
        point = row.about.removeprefix(POINT)
        if claimed not in {"", point}:
            raise InspectionError.of("other_point", number=row.number, point=claimed, own=point)
        return point
    if not claimed:
        raise InspectionError.of("which_point", number=row.number)
    utility, _, node = row.about.removeprefix(NODE).partition("/")
    known: set[str] = set()
    with system.database.connection() as connection:
        graphs = feed_graphs(connection, site.schema, Utility(utility), period)
    for key in node.split("+"):
        for _, graph in graphs:
            own = {graph.point_of[key]} if key in graph.point_of else set[str]()
            known |= graph.points_below(key) | own
    if claimed not in known:
        told = row.about.removeprefix(NODE)
        raise InspectionError.of("not_below", number=row.number, point=claimed, node=told)
    return claimed


def _expected(system: System, site: Site, channel: Channel, claim: Claim) -> Expected:
    if claim.method is Method.COMPARISON:
        return _compared(system, site, channel, claim.compared)
    if claim.load is None or claim.hours is None or not (0 < claim.hours <= 24 and claim.load > 0):
        raise InspectionError.of("load")
    assert channel.facts.utility is not None, "a channel with usage has a utility"
    per_unit = to_base(channel.facts.utility, channel.facts.unit)
    return Expected(
        per_day=claim.load * claim.hours * per_unit,
        method=str(Method.LOAD),
        figures={"load": str(claim.load), "hours": str(claim.hours)},
    )


def _compared(
    system: System, site: Site, channel: Channel, days: tuple[date, date] | None
) -> Expected:
    """Return the mean use a day of some days, of which everything is known.

    Raises:
        InspectionError: It is not, or they run backwards.
    """
    if days is None or days[1] < days[0]:
        raise InspectionError.of("compared")
    period = span_of_days(*days, site.zone)
    with system.database.connection() as connection:
        position = folded_position(connection, site.schema)
        span = folded_as_of(connection, site.schema, site.zone, [channel.number], period, position)[
            channel.number
        ]
    if (span.quality == Quality.MISSING).any():
        raise InspectionError.of("compared_missing", first=days[0], last=days[1])
    used, many = int(np.sum(span.usage)), (days[1] - days[0]).days + 1
    told = {"from": days[0].isoformat(), "to": days[1].isoformat(), "used": str(used)}
    return Expected(per_day=Fraction(used, many), method=str(Method.COMPARISON), figures=told)


def back_bill(
    system: System,
    site: Site,
    desk: InspectionDesk,
    row: InspectionRow,
    made: Proposal,
    by: UUID,
    settle: Settle = settled,
) -> UUID:
    """Propose that what was missed is billed; return the adjustment's id.

    The adjustment and what the inspection knows of it are in two journals: a command cut between
    both finds the adjustment when it is repeated.

    Raises:
        InspectionError: Something is proposed and not refused, or it is approved.
        ConflictError: Somebody else changes it again and again.
    """
    known = desk.inspection(row.work_order)
    command = id_of("command", "back-bill", str(row.work_order), str(by), repr(_said(made)))
    again = known.seen(command)
    waits = known.state is InspectionState.PROPOSED and not row.refused
    if waits and not again and known.adjustment is not None:
        raise InspectionError.of("waits", number=row.number)
    if again and not row.refused:
        assert known.adjustment is not None, "the same words proposed it"
        return known.adjustment
    if again:
        command = id_of(str(command), str(row.position))
    reason = f"{row.number}: {row.words}"
    adjustment = propose_adjustment(system, site, made.draft, reason=reason, by=by, settle=settle)
    missed = Missed(
        adjustment=adjustment,
        point=made.draft.point,
        quantity=made.channel.facts.quantity,
        utility=str(made.channel.facts.utility),
        method=str(made.method),
        figures=made.figures,
        first=made.draft.first,
        last=made.draft.last,
        total=made.draft.total,
        rules=made.rules,
    )
    before = known.adjustment if row.refused else None
    try:
        desk.back_bill(row.work_order, missed, instead_of=before, by=by, command_id=command)
    except (InspectionError, ConflictError):
        if desk.inspection(row.work_order).adjustment != adjustment:
            # Somebody else was faster: no verb would ever decide about what nobody knows of.
            reason = row.number
            reject_adjustment(system, site, adjustment.hex, reason=reason, by=by, settle=settle)
        raise
    return adjustment


def _said(made: Proposal) -> tuple[Any, ...]:
    draft = made.draft
    return (draft.channel, str(draft.first), str(draft.last), draft.total, made.figures)


def approve_back_billing(
    system: System,
    site: Site,
    desk: InspectionDesk,
    row: InspectionRow,
    roles: frozenset[str],
    by: UUID,
    settle: Settle = settled,
) -> int:
    """Let what was missed be billed; return the metering position from which on it counts.

    Args:
        system: Parts of a process that may write to both journals.
        site: The site.
        desk: Of inspections.
        row: The inspection.
        roles: That the person has at the site.
        by: The person.
        settle: Lets the views come up to the journal.

    One that was cut between the two journals is finished by anybody, as whom the adjustment names.

    Raises:
        InspectionError: Nothing is proposed, or the person inspected, proposed, or has none of the
            roles of the rules.
        AdjustmentError: As `approve_adjustment`.
        ConflictError: Somebody else changes it again and again.
    """
    known = desk.inspection(row.work_order)
    if known.adjustment is None or known.state is not InspectionState.PROPOSED:
        command = id_of("command", "approve back-billing", str(known.adjustment), str(by))
        if not known.seen(command):
            known.demand_approver(by)
    assert known.adjustment is not None, "something is proposed"
    done, approver = adjustment_named(system.database, site, known.adjustment.hex), by
    if done.state == "approved" and done.decided_by is not None:
        # Cut between the two journals: it counts already, and anybody may say so here.
        approver = done.decided_by
    else:
        known.demand_approver(by)
        _, rules = desk.rules(local_day(system.clock.now(), site.zone))
        if not roles & set(rules.approvers):
            raise InspectionError.of("approver", roles=", ".join(rules.approvers))
        name = known.adjustment.hex
        done = approve_adjustment(system, site, name, inspection=row.number, by=by, settle=settle)
    command = id_of("command", "approve back-billing", str(known.adjustment), str(approver))
    desk.approve(row.work_order, by=approver, command_id=command)
    assert done.decided_position is not None, "it is approved"
    return done.decided_position
