"""In: a balance, recent use, a site's rules. Out: how long it lasts, levels passed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from billing.prepaid.month import Step
from billing.prepaid.rules import Rules
from energy.base.clock import MICROSECOND
from energy.base.period import local_day

ZERO = Decimal(0)
LONGEST = 9999
"""Days that are told at most. [d]"""


def daily_use(steps: Iterable[Step], zone: ZoneInfo, days: int) -> list[Decimal]:
    """Return what each of the last settled local days cost, the newest last. [currency].

    Args:
        steps: Settlements with their true-ups, in any order.
        zone: The site's zone.
        days: How many days at most.
    """
    by_day: dict[date, Decimal] = {}
    for step in steps:
        day = local_day(step.until - MICROSECOND, zone)
        by_day[day] = by_day.get(day, ZERO) + step.amount
    if not by_day:
        return []
    newest = max(by_day)
    first = max(min(by_day), newest - timedelta(days=days - 1))
    span = (newest - first).days + 1
    return [by_day.get(first + timedelta(days=n), ZERO) for n in range(span)]


def days_left(balance: Decimal, daily: Iterable[Decimal]) -> int | None:
    """Return how many whole days a balance lasts at the mean of some days; None without use.

    Args:
        balance: Now. [currency]
        daily: What recent days cost. [currency]
    """
    costs = list(daily)
    used = Fraction(sum(costs, ZERO))
    if used <= 0:
        return None
    if balance <= 0:
        return 0
    return min(int(Fraction(balance) * len(costs) / used), LONGEST)


def levels_below(
    balance: Decimal, left: int | None, rules: Rules
) -> tuple[list[Decimal], list[int]]:
    """Return the warn levels that a balance has come down to, in money and in days.

    Args:
        balance: Now. [currency]
        left: How long it lasts; None where nothing is used. [d]
        rules: The site's rules.
    """
    money = [level for level in rules.warn_money if balance <= level]
    days = [level for level in rules.warn_days if left is not None and left <= level]
    return money, days
