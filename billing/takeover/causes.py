"""In: our bill and the old system's. Out: why their totals differ, cause by cause. Pure.

The causes of a pair add up exactly to the difference of its totals: each is worked out as an exact
number, what is left over is a cause of its own, and the cents are divided by largest remainder.

Where the old system tells its charges, each is put beside ours: a quantity difference costs the old
price, a price difference our quantity. Where it tells sums alone, a quantity difference costs what
our own charges by quantity cost a unit. The tax that follows from a difference belongs to its
cause; only a tax that does not follow is a difference in tax.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from billing.money import spread
from billing.takeover.bills import DAY_UNIT, TIME_UNITS, Bill, BillCharge

NOTHING = Fraction(0)


class Cause(StrEnum):
    """Why two bills differ."""

    ONLY_OURS = "only_ours"
    """The old system has no such bill."""
    ONLY_THEIRS = "only_theirs"
    """We have no such draft."""
    DAYS = "days"
    """They are for different days."""
    REGISTER = "register"
    """They are for the same days and another quantity."""
    PRICE = "price"
    CHARGE = "charge"
    """A charge stands in one of them only."""
    TAX = "tax"
    ROUNDING = "rounding"
    """At most a cent a charge line."""
    OTHER = "other"


Parts = Mapping[Cause, Fraction]


def causes_of(ours: Bill | None, theirs: Bill | None, digits: int) -> dict[Cause, Decimal]:
    """Return what each cause adds to the difference (ours less theirs). [currency].

    Args:
        ours: Our bill; None where there is none.
        theirs: The old system's; None where there is none.
        digits: Of the currency.
    """
    if ours is None or theirs is None:
        if ours is not None:
            return {Cause.ONLY_OURS: ours.total} if ours.total else {}
        return {Cause.ONLY_THEIRS: -theirs.total} if theirs is not None and theirs.total else {}
    difference = ours.total - theirs.total
    parts = _parts(ours, theirs, digits)
    order = [cause for cause in Cause if parts.get(cause)]
    if not order:
        return {}
    cents = spread(difference, [parts[cause] for cause in order], digits)
    return {cause: amount for cause, amount in zip(order, cents, strict=True) if amount}


def _parts(ours: Bill, theirs: Bill, digits: int) -> Parts:
    """Return the exact parts of a difference; they add up to it."""
    net = _by_charges(ours, theirs) if theirs.charges else _by_sums(ours, theirs)
    net_rest = Fraction(ours.net - theirs.net) - sum(net.values(), NOTHING)
    rate = _rate(ours) if ours.net else _rate(theirs)
    found = defaultdict(Fraction, {cause: part * (1 + rate) for cause, part in net.items()})
    tax_rest = Fraction(ours.tax - theirs.tax) - rate * Fraction(ours.net - theirs.net)
    sums = Fraction(ours.total - theirs.total)
    sums -= Fraction(ours.net - theirs.net) + Fraction(ours.tax - theirs.tax)
    unsure = theirs.charges or (ours.unit and theirs.unit and ours.unit != theirs.unit)
    rests = [
        (Cause.OTHER if unsure else Cause.PRICE, net_rest * (1 + rate)),
        (Cause.TAX, tax_rest),
        (Cause.OTHER, sums),
    ]
    most = Fraction(max(len(ours.charges), len(theirs.charges), 1), 10**digits)
    for cause, rest in sorted(rests, key=lambda each: abs(each[1])):
        small = abs(found[Cause.ROUNDING] + rest) <= most
        found[Cause.ROUNDING if small else cause] += rest
    return found


def _rate(bill: Bill) -> Fraction:
    return Fraction(bill.tax) / Fraction(bill.net) if bill.net else NOTHING


def _by_sums(ours: Bill, theirs: Bill) -> dict[Cause, Fraction]:
    """Return the net parts where the old system tells sums alone."""
    found: dict[Cause, Fraction] = defaultdict(Fraction)
    if ours.unit and theirs.unit and ours.unit != theirs.unit:
        return found  # what cannot be compared is no difference of a register
    quantity = (ours.quantity - theirs.quantity) * _unit_cost(ours, theirs)
    if ours.days == theirs.days:
        found[Cause.REGISTER] += quantity
        return found
    passing = sum((Fraction(c.net) for c in ours.charges if c.unit == DAY_UNIT), NOTHING)
    found[Cause.DAYS] += quantity + passing * (ours.days - theirs.days) / ours.days
    return found


def _unit_cost(ours: Bill, theirs: Bill) -> Fraction:
    """Return what one unit more costs, before tax. [currency / unit]."""
    if ours.quantity:
        # Heat is shown in GJ and may be priced by kWh: then all that is not for time counts.
        by_quantity = [c for c in ours.charges if c.unit == ours.unit] or [
            c for c in ours.charges if c.unit not in TIME_UNITS
        ]
        return sum((Fraction(c.net) for c in by_quantity), NOTHING) / ours.quantity
    return Fraction(theirs.net) / theirs.quantity if theirs.quantity else NOTHING


def _by_charges(ours: Bill, theirs: Bill) -> dict[Cause, Fraction]:
    """Return the net parts where the old system tells its charges."""
    found: dict[Cause, Fraction] = defaultdict(Fraction)
    days = Cause.REGISTER if ours.days == theirs.days else Cause.DAYS
    left = list(theirs.charges)
    for mine in ours.charges:
        pair = next((each for each in left if each.names[0] in mine.names), None)
        if pair is None:
            found[Cause.CHARGE] += Fraction(mine.net)
            continue
        left.remove(pair)
        by_days = mine.unit == DAY_UNIT and ours.days != theirs.days
        for cause, part in _pair(mine, pair).items():
            found[(Cause.DAYS if by_days else days) if cause is Cause.REGISTER else cause] += part
    found[Cause.CHARGE] -= sum((Fraction(each.net) for each in left), NOTHING)
    return found


def _pair(mine: BillCharge, pair: BillCharge) -> dict[Cause, Fraction]:
    """Return the parts of one charge; what they leave over is the rest of the bill."""
    price = _price(pair) if pair.price is not None or pair.quantity else _price(mine)
    quantity = (mine.quantity - pair.quantity) * price
    if mine.price is not None and pair.price is not None:
        by_price = mine.quantity * (mine.price - pair.price)
    else:
        by_price = Fraction(mine.net - pair.net) - quantity
    return {Cause.REGISTER: quantity, Cause.PRICE: by_price}


def _price(charge: BillCharge) -> Fraction:
    if charge.price is not None:
        return charge.price
    return Fraction(charge.net) / charge.quantity if charge.quantity else NOTHING


def sums_of(rows: Iterable[Mapping[Cause, Decimal]]) -> dict[Cause, Decimal]:
    """Return the sum of each cause over many pairs, those that are nothing left out."""
    found: dict[Cause, Decimal] = defaultdict(Decimal)
    for row in rows:
        for cause, amount in row.items():
            found[cause] += amount
    return {cause: found[cause] for cause in Cause if found[cause]}
