"""In: who holds which points. Out: days on which somebody else pays for one. I/O: one read.

A tenant that left and still pays, or pays for what another tenant holds, is no mistake of the
readings and no bar to a bill: but whoever approves the run must see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

import psycopg

from billing.accounts.account import PointDays
from energy.base.finding import Finding, Severity
from energy.base.period import days_between, span_of_days
from energy.metering.shares.bearer import Hold
from energy.views.shares.bearers import read_bearers, read_holds

HOLDER_CODE = "bill.holder_not_payer"
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHolder:
    """Days on which who pays for a point is not who holds it."""

    first_day: date
    last_day: date
    """Included."""
    holder: str | None
    """Who holds it; None where nobody does and the payer has left."""
    account: str | None
    """Account of the holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderBook:
    """Who holds the points of a site, with the accounts of those that have one."""

    holds: Mapping[str, Sequence[tuple[Hold, str]]]
    """Point -> days held, and the holder's account."""

    def others(
        self, point: str, account: str, first_day: date, last_day: date
    ) -> Iterator[OtherHolder]:
        """Yield the days on which another account than the payer's holds a point. Pure.

        Args:
            point: The metering point.
            account: Who pays for it on all of the days.
            first_day: First local day.
            last_day: Last local day, included.
        """
        mine = self.holds.get(point, ())
        if not mine:
            return
        told = ((day, _other(mine, account, day)) for day in days_between(first_day, last_day))
        for other, days in groupby(told, key=lambda each: each[1]):
            if other is not None:
                every = [day for day, _ in days]
                holder, theirs = other
                yield OtherHolder(
                    first_day=every[0], last_day=every[-1], holder=holder, account=theirs
                )


def read_holders(connection: Connection, schema: str, as_of: int | None = None) -> HolderBook:
    """Return who holds the points of a site: bearers that have an account.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        as_of: Metering position: as known there; None for now.
    """
    accounts = {
        (row.kind, row.bearer.key): row.bearer.account
        for row in read_bearers(connection, schema, as_of=as_of)
    }
    holds: dict[str, list[tuple[Hold, str]]] = {}
    for row in read_holds(connection, schema, as_of=as_of):
        account = accounts.get((row.kind, row.hold.bearer))
        if account is not None:
            holds.setdefault(row.hold.point, []).append((row.hold, account))
    return HolderBook(holds=holds)


def holder_findings(
    held: HolderBook, account: str, paid: Iterable[PointDays], *, zone: ZoneInfo, position: int
) -> list[Finding]:
    """Return a warning for the days on which the payer of a point is not who holds it. Pure.

    Args:
        held: Who holds what.
        account: Who pays.
        paid: The points that it pays for, with the days.
        zone: The site's zone.
        position: Metering position at which the holds are known.
    """
    found = []
    for days in paid:
        for other in held.others(days.point, account, days.first_day, days.last_day):
            period = span_of_days(other.first_day, other.last_day, zone)
            proof = {
                "point": days.point,
                "account": account,
                "holder": other.holder,
                "holder_account": other.account,
                "first_day": other.first_day.isoformat(),
                "last_day": other.last_day.isoformat(),
            }
            found.append(
                Finding(
                    code=HOLDER_CODE,
                    severity=Severity.WARN,
                    channel=None,
                    start=period.start,
                    end=period.end,
                    position=position,
                    proof=proof,
                )
            )
    return found


def _other(
    holds: Sequence[tuple[Hold, str]], account: str, day: date
) -> tuple[str | None, str | None] | None:
    """Return who holds a point instead of the payer on a day; None where all is well."""
    held = [(hold.bearer, theirs) for hold, theirs in holds if hold.on(day)]
    if any(theirs == account for _, theirs in held):
        return None
    if held:
        return held[0]
    left = any(
        theirs == account and hold.valid_to is not None and hold.valid_to <= day
        for hold, theirs in holds
    )
    return (None, None) if left else None
