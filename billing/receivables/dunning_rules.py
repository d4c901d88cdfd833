"""In: rules of dunning, overdue items. Out: what level each is at, what a late fee is. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from billing.money import exponent_of, from_units, round_half_up
from billing.receivables.items import OpenItem

ZERO = Decimal(0)


class DayCount(StrEnum):
    """How days become a part of a year."""

    ACTUAL_365 = "actual/365"
    ACTUAL_360 = "actual/360"
    ACTUAL_ACTUAL = "actual/actual"
    """A day of a leap year is 1/366."""
    THIRTY_360 = "30/360"
    """Every month has 30 days; the European rule for the 31st."""


class RatePer(StrEnum):
    """What a rate of being late is of."""

    DAY = "day"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningLevel:
    """One letter: from how many days overdue on, and what it says."""

    level: int
    days: int
    """Days behind the due day from which on it is sent. [d]"""
    pay_within: int
    """Days from the letter until the money must be there. [d]"""
    text: Mapping[str, str]
    """{"en": ..., "zh": ...}"""
    fee: Decimal = ZERO
    """Charged once with the letter. [currency]"""
    disconnection: bool = False
    """Whether the letter says from when on supply may be cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeeRule:
    """What being late costs: a rate on what is overdue, gross, day by day, up to a cap."""

    rate: Decimal
    """A part of one: 0.0005 a day, 0.09 a year. [1/d or 1/a]"""
    per: RatePer
    since: date
    """First due day of documents that it holds for."""
    day_count: DayCount = DayCount.ACTUAL_365
    """How days become years, where the rate is of a year."""
    grace_days: int = 0
    """Nothing is charged where it is paid within so many days; else from the due day on. [d]"""
    cap: Decimal | None = None
    """Part of the item's amount that its fees never exceed. [1]"""
    least: Decimal = ZERO
    """Fees below are not charged yet. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningRules:
    """Everything a site says about late payment."""

    levels: tuple[DunningLevel, ...]
    late_fee: LateFeeRule | None = None

    def document(self) -> dict[str, Any]:
        """Return the rules as JSON values."""
        told = asdict(self)
        for level in told["levels"]:
            level["fee"] = format(level["fee"], "f")
            level["text"] = dict(level["text"])
        told["levels"] = list(told["levels"])
        fee = told["late_fee"]
        if fee is not None:
            fee |= {
                "rate": format(fee["rate"], "f"),
                "per": str(fee["per"]),
                "since": fee["since"].isoformat(),
                "day_count": str(fee["day_count"]),
                "cap": None if fee["cap"] is None else format(fee["cap"], "f"),
                "least": format(fee["least"], "f"),
            }
        return told


def rules_of(told: Mapping[str, Any]) -> DunningRules:
    """Return the rules that `DunningRules.document` told."""
    fee = told.get("late_fee")
    return DunningRules(
        levels=tuple(
            DunningLevel(**{**level, "fee": Decimal(level["fee"])}) for level in told["levels"]
        ),
        late_fee=None
        if fee is None
        else LateFeeRule(
            rate=Decimal(fee["rate"]),
            per=RatePer(fee["per"]),
            since=date.fromisoformat(fee["since"]),
            day_count=DayCount(fee["day_count"]),
            grace_days=fee["grace_days"],
            cap=None if fee["cap"] is None else Decimal(fee["cap"]),
            least=Decimal(fee["least"]),
        ),
    )


DEFAULT_RULES = DunningRules(
    levels=(
        DunningLevel(
            level=1,
            days=7,
            pay_within=10,
            text={"en": "A friendly reminder.", "zh": "温馨提示。"},
        ),
        DunningLevel(
            level=2,
            days=21,
            pay_within=10,
            text={"en": "Please pay without delay.", "zh": "请尽快付款。"},
        ),
        DunningLevel(
            level=3,
            days=45,
            pay_within=7,
            text={
                "en": "Last demand. Supply may be cut after this day.",
                "zh": "最后催告。逾期可能中止供应。",
            },
            disconnection=True,
        ),
    )
)
"""What holds until a site says otherwise: three letters, no fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What was overdue of an item from a day on until the next one."""

    from_day: date
    overdue: Decimal
    """Gross, less what is in dispute. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLetter:
    """A letter that is due to an account."""

    account: str
    level: DunningLevel
    items: tuple[OpenItem, ...]
    """The overdue items not in dispute, whatever level each is at."""
    raised: tuple[str, ...] = field(default=())
    """Numbers of those whose level rises by this letter."""

    @property
    def overdue(self) -> Decimal:
        """Return what is overdue and not in dispute. [currency]."""
        return sum((item.open - item.disputed for item in self.items), ZERO)


def due_letters(
    rules: DunningRules,
    items: Iterable[OpenItem],
    reached: Mapping[str, int],
    credit: Mapping[str, Decimal],
    day: date,
    spared: Collection[str] = (),
) -> list[DueLetter]:
    """Return the letters due on a day: one an account, of the highest level an item rises to.

    An item rises one level at a time, however long nobody looked. An account whose credit covers
    what is overdue gets none.

    Args:
        rules: The site's rules.
        items: Open items of every account.
        reached: Number of an item -> level of its last letter.
        credit: Account -> money and credits not used, above zero. [currency]
        day: Local day.
        spared: Numbers of items under a plan that is kept.
    """
    by_account: dict[str, list[OpenItem]] = {}
    for item in items:
        asked = item.open - item.disputed > 0 and item.number not in spared
        if asked and item.due_on < day:
            by_account.setdefault(item.account, []).append(item)
    letters = []
    for account, overdue in sorted(by_account.items()):
        rises = {item.number: _next_level(rules, item, reached, day) for item in overdue}
        found = [level for level in rises.values() if level is not None]
        owed = sum((item.open - item.disputed for item in overdue), ZERO)
        if not found or owed <= credit.get(account, ZERO):
            continue
        letters.append(
            DueLetter(
                account=account,
                level=max(found, key=lambda level: level.level),
                items=tuple(sorted(overdue, key=lambda item: (item.due_on, item.number))),
                raised=tuple(sorted(n for n, level in rises.items() if level is not None)),
            )
        )
    return letters


def _next_level(
    rules: DunningRules, item: OpenItem, reached: Mapping[str, int], day: date
) -> DunningLevel | None:
    at = reached.get(item.number, 0)
    coming = next((level for level in rules.levels if level.level == at + 1), None)
    if coming is None or (day - item.due_on).days < coming.days:
        return None
    return coming


def year_part(first: date, last: date, day_count: DayCount) -> Fraction:
    """Return the part of a year from one day to another, the first included, the last not. [a]."""
    match day_count:
        case DayCount.ACTUAL_365:
            return Fraction((last - first).days, 365)
        case DayCount.ACTUAL_360:
            return Fraction((last - first).days, 360)
        case DayCount.THIRTY_360:
            days = 360 * (last.year - first.year) + 30 * (last.month - first.month)
            return Fraction(days + min(last.day, 30) - min(first.day, 30), 360)
    parts = Fraction(0)
    while first < last:
        end = min(last, date(first.year + 1, 1, 1))
        parts += Fraction((end - first).days, 366 if calendar.isleap(first.year) else 365)
        first = end
    return parts


def _times(rule: LateFeeRule, first: date, last: date) -> Fraction:
    """Return how often the rate is due between two days. [d or a]."""
    if rule.per is RatePer.DAY:
        return Fraction((last - first).days)
    return year_part(first, last, rule.day_count)


def late_fee(
    rule: LateFeeRule,
    amount: Decimal,
    due_on: date,
    balances: Sequence[Balance],
    day: date,
    charged: Decimal,
    currency: str,
) -> Decimal:
    """Return what is to be charged for an item on a day, beyond what was charged before.

    The fee of all days since the due day is computed at once and rounded once: charging it in
    pieces never adds up to something else. What a payment or a dispute lowered afterwards never
    makes it negative.

    Args:
        rule: The site's rule.
        amount: Of the whole item, gross. [currency]
        due_on: Day until which it could be paid without a fee.
        balances: What was overdue from which day on, in order; the last one up to the day.
        day: Local day up to which the fee runs, not included.
        charged: What was charged for the item before. [currency]
        currency: Of the amounts.

    Returns:
        Zero where the grace has not passed or less than the least would be charged. [currency]
    """
    start = due_on + timedelta(days=1)
    if day <= start + timedelta(days=rule.grace_days):
        return ZERO
    total = Fraction(0)
    for number, held in enumerate(balances):
        first = max(held.from_day, start)
        end = balances[number + 1].from_day if number + 1 < len(balances) else day
        end = min(end, day)
        if first < end and held.overdue > 0:
            total += Fraction(held.overdue) * Fraction(rule.rate) * _times(rule, first, end)
    digits = exponent_of(currency)
    whole = round_half_up(total, digits)
    if rule.cap is not None:  # rounded down: the cap is never passed by half a cent
        most = Fraction(amount) * Fraction(rule.cap) * 10**digits
        whole = min(whole, from_units(most.numerator // most.denominator, digits))
    fee = whole - charged
    return fee if fee > 0 and fee >= rule.least else ZERO
