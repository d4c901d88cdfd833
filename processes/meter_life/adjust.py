"""In: a certificate's errors, a span. Out: what a decision of two people adds to usage. I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

import numpy as np

from energy.base.errors import RefusedError
from energy.base.ids import id_of, meant_by
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.units import to_base
from energy.journal.application import JournalApplication
from energy.metering.calibration.adjustment import Adjustment, adjustment_id, proposed
from energy.metering.calibration.error_curve import (
    Basis,
    LoadUnit,
    check_error,
    curve_from_json,
    lacking,
)
from energy.metering.calibration.expected import Expected
from energy.metering.calibration.following import FOLLOWS, known_intervals
from energy.metering.channel import Channel
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.adjustments import AdjustmentRow, read_adjustments
from energy.views.as_of import folded_as_of, folded_position
from energy.views.meter_facts import CertificateRow, certificates_of
from energy.views.point_rows import segments_of
from energy.views.told import Connection
from processes.one_by_one import Act, one_by_one
from processes.readings_state import Settle, settled


class AdjustmentError(RefusedError):
    """An adjustment cannot be told from what is given."""

    code = "meter.adjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What error shall be applied to which days."""

    first: date
    last: date
    """Included."""
    error: Fraction | None = None
    """A single weighted error; None for that of the certificate. [%]"""
    full_load: Fraction | None = None
    """Applies the certificate's curve: load of 100 % (or an ampere). [unit of the register / h]"""
    expected: Expected | None = None
    """What each day should have used, where no error tells it."""
    inspection: str = ""
    """Number of the inspection that found it; "" where none did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be added, before anybody proposes it."""

    channel: int
    point: str
    serial: str
    first: date
    last: date
    basis: Basis | Expected
    inspection: str
    certificate: str
    known_position: int
    """Metering position at which the usage was read."""
    usage: int
    """Known usage of the span. [base unit]"""
    missing: int
    """Intervals of which nothing is known: an error adds nothing for them."""
    days: dict[date, int]
    """[base unit]"""

    @property
    def total(self) -> int:
        """Return what is added in all. [base unit]."""
        return sum(self.days.values())


def draft_adjustment(database: Database, site: Site, channel: Channel, asked: Asked) -> Draft:
    """Return what the usage of a span lacks by a meter's error, exact.

    Args:
        database: Any pool that may read.
        site: The site.
        channel: The channel.
        asked: Which error, which days.

    Raises:
        AdjustmentError: The days run backwards, more than one meter served them, or no
            certificate tells the error.
    """
    if asked.last < asked.first:
        raise AdjustmentError.of("days.backwards", first=asked.first, last=asked.last)
    period = span_of_days(asked.first, asked.last, site.zone)
    with database.connection() as connection:
        serials = {
            segment.serial
            for segment in segments_of(connection, site.schema, channel.point)
            if segment.channel == channel.number
            and segment.start < period.end
            and (segment.end is None or segment.end > period.start)
        }
        if len(serials) != 1:
            told = ", ".join(sorted(serials)) or "-"
            raise AdjustmentError.of("adjustment.one_meter", point=channel.point, serials=told)
        (serial,) = serials
        _require_fresh(connection, site, channel, asked)
        certificates = certificates_of(connection, site.schema, serial)
        position = folded_position(connection, site.schema)
        span = folded_as_of(connection, site.schema, site.zone, [channel.number], period, position)[
            channel.number
        ]
    basis = asked.expected or _basis(channel, serial, certificates, asked)
    intervals, _ = known_intervals(span, site.zone)
    known = span.quality != Quality.MISSING
    return Draft(
        channel=channel.number,
        point=channel.point,
        serial=serial,
        first=asked.first,
        last=asked.last,
        basis=basis,
        inspection=asked.inspection,
        certificate=certificates[0].document if certificates else "",
        known_position=position,
        usage=int(span.usage[known].sum()),
        missing=int((~known).sum()),
        days=basis.lacking(asked.first, asked.last, intervals)
        if isinstance(basis, Expected)
        else lacking(intervals, basis),
    )


def _require_fresh(connection: Connection, site: Site, channel: Channel, asked: Asked) -> None:
    """Refuse days to which a decision adds something already.

    Raises:
        AdjustmentError: Names it.
    """
    for row in read_adjustments(connection, site.schema, channels=[channel.number]):
        if _adds_to(row, asked.first, asked.last):
            raise AdjustmentError.of(
                "adjustment.there", id=row.adjustment.hex[:8], first=row.first, last=row.last
            )


def _basis(
    channel: Channel, serial: str, certificates: list[CertificateRow], asked: Asked
) -> Basis:
    """Return the error to be applied.

    Raises:
        AdjustmentError: Nothing tells it.
    """
    newest = certificates[0] if certificates else None
    if asked.full_load is not None:
        curve = next((c for c in certificates if c.errors), None)
        if curve is None:
            raise AdjustmentError.of("adjustment.no_curve", serial=serial, point=channel.point)
        if asked.full_load <= 0:
            raise AdjustmentError.of("adjustment.full_load", unit=channel.facts.unit)
        assert channel.facts.utility is not None, "a channel with usage has a utility"
        unit = LoadUnit(curve.unit).value
        per_unit = to_base(channel.facts.utility, channel.facts.unit)
        return Basis(
            curve=curve_from_json(unit, curve.errors), full_load=asked.full_load * per_unit
        )
    error = asked.error
    if error is None and newest is not None and newest.error_percent is not None:
        error = Fraction(newest.error_percent)
    if error is None:
        raise AdjustmentError.of("adjustment.no_error", serial=serial, point=channel.point)
    check_error(error)
    return Basis(error=error)


def propose_adjustment(
    system: System, site: Site, draft: Draft, *, reason: str, by: UUID, settle: Settle = settled
) -> UUID:
    """Propose what a draft adds; return the adjustment's id.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        draft: What is added.
        reason: Why the error applies to these days.
        by: The person who proposes.
        settle: Lets the views come up to the journal.

    Raises:
        StatementError: The reason is missing, or nothing is added.
    """
    metering = JournalApplication(system.database, site.schema, "metering", system.clock)
    days = [f"{day}={amount}" for day, amount in draft.days.items()]
    told = (str(draft.channel), *days, reason.strip(), str(by))
    command = id_of("meter adjust", site.key, *told, str(_decided(system, site, draft)))
    if metering.find(adjustment_id(command)) is None:
        metering.store(
            proposed(
                channel=draft.channel,
                serial=draft.serial,
                first=draft.first,
                last=draft.last,
                basis={
                    **draft.basis.to_json(),
                    **FOLLOWS,
                    **({"inspection": draft.inspection} if draft.inspection else {}),
                },
                certificate=draft.certificate,
                known_position=draft.known_position,
                days=draft.days,
                reason=reason,
                by=by,
                command_id=command,
            )
        )
    settle(system, site)
    return adjustment_id(command)


def _decided(system: System, site: Site, draft: Draft) -> int:
    """Return how many adjustments of the channel are decided: behind one the same is a new one."""
    with system.database.connection() as connection:
        rows = read_adjustments(connection, site.schema, channels=[draft.channel])
    return sum(row.decided_by is not None for row in rows)


def approve_adjustment(
    system: System,
    site: Site,
    name: str,
    *,
    inspection: str = "",
    by: UUID,
    settle: Settle = settled,
) -> AdjustmentRow:
    """Let an adjustment count, as a second person.

    Approvals of a site come one after the other: what one adds, the next one sees.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        name: Beginning of its id.
        inspection: Number of the inspection whose approval this is; its own rules were looked at.
        by: The person.
        settle: Lets the views come up to the journal, or refuses: they tell what counts already.

    Raises:
        AdjustmentError: No adjustment, or more than one, begins so; another one already adds to
            one of its days; the usage it rests on is another by now; or an inspection found it,
            and is to approve it.
        FourEyesError: The person proposed it.
        CorrectionStateError: It is decided already.
    """
    row = adjustment_named(system.database, site, name)
    if row.inspection != inspection:
        raise AdjustmentError.of("adjustment.inspected", number=row.inspection)
    command = id_of("approve adjustment", str(row.adjustment), str(by))
    with one_by_one(system.database, site, Act.ADJUSTMENTS):
        settle(system, site)
        known, metering = _known(system, site, row)
        if not known.seen(command):
            known.approve(by=by, command_id=command)
            _require_current(system, site, row, known.known_position)
            metering.store(known)
    settle(system, site)
    return adjustment_named(system.database, site, row.adjustment.hex)


def _require_current(system: System, site: Site, row: AdjustmentRow, then: int) -> None:
    """Refuse what would count twice, or no longer follows from the usage.

    Raises:
        AdjustmentError: It does; names the next step.
    """
    own, period = row.adjustment.hex[:8], span_of_days(row.first, row.last, site.zone)
    with system.database.connection() as connection:
        for other in read_adjustments(connection, site.schema, channels=[row.channel]):
            if _adds_to(other, row.first, row.last):
                raise AdjustmentError.of(
                    "adjustment.overlaps",
                    id=other.adjustment.hex[:8],
                    first=other.first,
                    last=other.last,
                    own=own,
                )
        now = folded_position(connection, site.schema)
        before, after = (
            folded_as_of(connection, site.schema, site.zone, [row.channel], period, position)[
                row.channel
            ]
            for position in (then, now)
        )
    known = before.quality != Quality.MISSING
    same = np.array_equal(known, after.quality != Quality.MISSING)
    if not (same and np.array_equal(before.usage[known], after.usage[known])):
        raise AdjustmentError.of("adjustment.changed", first=row.first, last=row.last, own=own)


def _adds_to(row: AdjustmentRow, first: date, last: date) -> bool:
    """Return whether an adjustment counts on one of some days."""
    return row.state == "approved" and row.first <= last and row.last >= first


def reject_adjustment(
    system: System, site: Site, name: str, *, reason: str, by: UUID, settle: Settle = settled
) -> AdjustmentRow:
    """Refuse an adjustment; its author may do so, too.

    Raises:
        AdjustmentError: No adjustment, or more than one, begins so.
        CorrectionStateError: It is decided already.
        StatementError: The reason is missing.
    """
    row = adjustment_named(system.database, site, name)
    known, metering = _known(system, site, row)
    command = id_of("reject adjustment", str(row.adjustment), str(by))
    if not known.seen(command):
        known.reject(by=by, reason=reason, command_id=command)
        metering.store(known)
    settle(system, site)
    return adjustment_named(system.database, site, row.adjustment.hex)


def _known(system: System, site: Site, row: AdjustmentRow) -> tuple[Adjustment, JournalApplication]:
    metering = JournalApplication(system.database, site.schema, "metering", system.clock)
    known: Adjustment | None = metering.find(row.adjustment)
    assert known is not None, "the view names what the journal holds"
    return known, metering


def adjustment_named(database: Database, site: Site, name: str) -> AdjustmentRow:
    """Return the adjustment whose id begins so.

    Raises:
        AdjustmentError: None begins so, or more than one.
    """
    with database.connection() as connection:
        every = read_adjustments(connection, site.schema)
    meant = meant_by(name, every, lambda row: row.adjustment)
    if len(meant) != 1:
        raise AdjustmentError.of("adjustment.unknown", name=name, number=len(meant))
    return meant[0]
