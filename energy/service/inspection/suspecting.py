"""In: balances, usage, changes of multipliers as rows. Out: what is suspected, ranked. Pure.

Each suspicion bears its figures, so that whoever reads it years later sees why. Nothing is told
twice: what was told of the same thing and reaches into the same days stands already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from energy.base.ids import id_of
from energy.service.inspection.kinds import SuspicionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """Something that somebody should look at."""

    kind: SuspicionKind
    about: str
    """"node:UTILITY/KEY" or "point:KEY"."""
    utility: str
    first: date
    last: date
    """Local days, both included."""
    energy: int = 0
    """What may be missing. [base unit]"""
    figures: Mapping[str, str] = field(default_factory=dict)
    """Exact, by name; texts of the catalogue say them."""

    def id_at(self, site: str, again: int = 0) -> UUID:
        """Return its id: the same thing of the same days is one.

        Args:
            site: Key of the site.
            again: How many of the same thing and days were settled before.
        """
        days = (self.first.isoformat(), self.last.isoformat())
        before = (str(again),) if again else ()
        return id_of("suspicion", site, self.kind, self.about, *days, *before)

    def to_json(self) -> dict[str, Any]:
        """Return it as an event holds it."""
        return {
            "kind": str(self.kind),
            "about": self.about,
            "utility": self.utility,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "energy": self.energy,
            "figures": dict(self.figures),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLoss:
    """What came into a node and what of it went nowhere, over some local days."""

    utility: str
    node: str
    came_in: int
    """[base unit]"""
    residual: int
    """Beside the expected loss. [base unit]"""
    limit_percent: Fraction | None
    """Of the node itself; None where it states none."""
    known: int
    """Intervals in which every meter is known."""
    expected: int
    """Intervals in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointUse:
    """What a tenant used at a point, day by day."""

    point: str
    utility: str
    account: str
    daily: Sequence[int | None]
    """Of each local day; None where not all of it is known. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioChange:
    """Another multiplier of the same meter."""

    point: str
    utility: str
    serial: str
    day: date
    """Local day from which on it counts with the new one."""
    was: Fraction
    now: Fraction
    used_since: int
    """Counted with the new one, up to the last day looked at. [base unit]"""
    ordered: bool
    """Whether a work order at the point covers the day."""


def losses(found: Iterable[NodeLoss], days: tuple[date, date], limit: Fraction) -> list[Suspected]:
    """Return the nodes that lost more than their limit.

    Args:
        found: Of each node.
        days: The first and the last local day.
        limit: Of nodes that state none. [%]
    """
    suspected = []
    for each in found:
        if each.came_in <= 0 or each.residual <= 0:
            continue
        share = Fraction(100 * each.residual, each.came_in)
        most = limit if each.limit_percent is None else each.limit_percent
        if share > most:
            suspected.append(
                Suspected(
                    kind=SuspicionKind.LOSS,
                    about=f"node:{each.utility}/{each.node}",
                    utility=each.utility,
                    first=days[0],
                    last=days[1],
                    energy=each.residual,
                    figures={
                        "came_in": str(each.came_in),
                        "share": str(share),
                        "limit": str(most),
                        "known": f"{each.known}/{each.expected}",
                    },
                )
            )
    return suspected


def zero_uses(found: Iterable[PointUse], days: Sequence[date], least: int) -> list[Suspected]:
    """Return points where a tenant used nothing to the end, but something of another utility.

    Args:
        found: Points that somebody pays for on the last day.
        days: The local days of `PointUse.daily`, in order.
        least: How many days without any use are suspected. [d]
    """
    every = list(found)
    used: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for each in every:
        if any(each.daily[-least:]):
            used[each.account].setdefault(each.utility, each.point)
    suspected = []
    for each in every:
        still = _still_days(each.daily)
        others = {u: p for u, p in used[each.account].items() if u != each.utility}
        if still < least or not others:
            continue
        before = [use for use in each.daily[:-still] if use is not None]
        mean = Fraction(sum(before), len(before)) if before else Fraction(0)
        suspected.append(
            Suspected(
                kind=SuspicionKind.ZERO_USE,
                about=f"point:{each.point}",
                utility=each.utility,
                first=days[-still],
                last=days[-1],
                energy=_half_up(mean * still),
                figures={
                    "days": str(still),
                    "mean": str(mean),
                    "beside": ", ".join(others[utility] for utility in sorted(others)),
                },
            )
        )
    return suspected


def _still_days(daily: Sequence[int | None]) -> int:
    """Return how many days to the end are known to be without use."""
    still = 0
    for use in reversed(daily):
        if use != 0:
            break
        still += 1
    return still


def ratio_changes(found: Iterable[RatioChange], last: date) -> list[Suspected]:
    """Return changes of a multiplier that no work order explains.

    What may be missing is the difference between what was counted with the new multiplier and
    what the old one would have counted; less than nothing where the new one counts more.

    Args:
        found: The changes.
        last: The last local day looked at.
    """
    return [
        Suspected(
            kind=SuspicionKind.RATIO,
            about=f"point:{each.point}",
            utility=each.utility,
            first=each.day,
            last=max(last, each.day),
            energy=_half_up(each.used_since * (each.was / each.now - 1)),
            figures={"serial": each.serial, "was": str(each.was), "now": str(each.now)},
        )
        for each in found
        if not each.ordered and each.was != each.now
    ]


def fresh(found: Iterable[Suspected], known: Iterable[tuple[str, str, date]]) -> list[Suspected]:
    """Return what was not told before.

    Args:
        found: What is suspected now.
        known: Kind, what it is about, and last local day of whatever was told before, whatever
            became of it.
    """
    until: dict[tuple[str, str], date] = {}
    for kind, about, last in known:
        key = (kind, about)
        until[key] = max(last, until.get(key, last))
    return [
        each
        for each in found
        if (each.kind, each.about) not in until or each.first > until[each.kind, each.about]
    ]


def ranked(found: Iterable[Suspected]) -> list[Suspected]:
    """Return suspicions, those with the most energy of their utility first."""
    return sorted(found, key=lambda e: (e.utility, -abs(e.energy), e.kind, e.about, e.first))


def _half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
