"""In: the documents of two bills of an account. Out: why the second is another amount. Pure.

Volume is what the change of each supply's usage costs at the old prices and the old division into
bands; bands is what the other division costs at the old prices; price is the rest of what usage
costs; corrections are the adjustments; what remains (fixed charges, minima, points that came or
went, roundings) is other. Amounts hold the tax and add up to the difference exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from billing.money import exponent_of, from_units, plain, round_half_up, spread
from energy.base.text import t

Document = Mapping[str, Any]
CAUSES: Final = ("volume", "price", "bands", "corrections", "other")
LANGUAGES: Final = ("en", "zh")
_MOST: Final = Fraction(1, 2)
"""Part of a change from which on it is said to lie in one band."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a difference of two bills is made of. [currency]."""

    amounts: Mapping[str, Fraction]
    """By cause, without "other"."""
    volumes: Mapping[str, Fraction] = field(default_factory=dict)
    """What the usage of each point did. [currency]"""


def effects_between(previous: Document, present: Document) -> Effects:
    """Return the effects of usage and prices between two bills, exact.

    Args:
        previous: The earlier document.
        present: The later one.
    """
    amounts = dict.fromkeys(CAUSES[:-1], Fraction(0))
    volumes: dict[str, Fraction] = {}
    old = {block["point"]: block for block in _blocks(previous)}
    for block in _blocks(present):
        before = old.get(block["point"])
        if before is None:
            continue
        used, was = _used(block), _used(before)
        if not used or not was:
            continue
        now_of, was_of = _priced(present, block), _priced(previous, before)
        paid = sum((amount for _, amount in was_of.values()), Fraction(0))
        at_old = Fraction(0)
        price = Fraction(0)
        for key, (quantity, amount) in now_of.items():
            known = was_of.get(key)
            if known is None or not known[0]:
                at_old += amount  # no price of old: what it costs now, so no price effect
                continue
            old_price = known[1] / known[0]
            at_old += quantity * old_price
            price += amount - quantity * old_price
        volume = paid * used / was - paid
        amounts["volume"] += volume
        amounts["bands"] += at_old - paid * used / was
        amounts["price"] += price
        volumes[block["point"]] = volume
    amounts["corrections"] = _corrections(present) - _corrections(previous)
    return Effects(amounts=amounts, volumes=volumes)


def divided(effects: Effects, difference: Decimal, currency: str) -> dict[str, Decimal]:
    """Return the parts of a difference by cause, rounded; they add up to it.

    Args:
        effects: What is known of it.
        difference: Of two totals. [currency]
        currency: Their currency.

    Raises:
        MoneyError: The currency is unknown.
    """
    digits = exponent_of(currency)
    rounded = {key: round_half_up(value, digits) for key, value in effects.amounts.items()}
    rounded["other"] = difference - sum(rounded.values(), Decimal(0))
    return rounded


def change_of(previous: Document, present: Document) -> dict[str, object] | None:
    """Return why a bill differs from the account's bill before it; None where it does not.

    Args:
        previous: The earlier document, issued.
        present: The later one.
    """
    was, now = (Decimal(each["totals"]["total"]) for each in (previous, present))
    if previous["currency"] != present["currency"] or now == was:
        return None
    effects = effects_between(previous, present)
    parts = divided(effects, now - was, present["currency"])
    percents = _percents(parts, now - was, was) if was > 0 else {}
    point = _moved_most(effects)
    text = {
        language: _sentence(language, previous, present, parts, percents, point)
        for language in LANGUAGES
    }
    return {
        "previous": previous["number"],
        "difference": plain(now - was),
        "parts": [
            {"cause": key, "amount": plain(parts[key])}
            | ({"percent": plain(percents[key])} if percents else {})
            for key in CAUSES
            if parts[key]
        ],
        "text": text,
    }


def _blocks(document: Document) -> Sequence[Mapping[str, Any]]:
    blocks: Sequence[Mapping[str, Any]] = document["supplies"]
    return blocks


def _used(block: Mapping[str, Any]) -> Fraction:
    usage = block["usage"]
    return Fraction(0) if usage is None or usage["total"] is None else Fraction(usage["total"])


def _gross(document: Document, charge: Mapping[str, Any]) -> Fraction:
    """Return a charge line's amount with its tax. [currency]."""
    rate = Fraction(charge["tax_rate"])
    modes = {row["mode"] for row in document["tax"] if row["rate"] == charge["tax_rate"]}
    mode = charge.get("tax_mode") or (modes.pop() if len(modes) == 1 else "exclusive")
    return Fraction(charge["amount"]) * (1 + rate if mode == "exclusive" else 1)


def _priced(
    document: Document, block: Mapping[str, Any]
) -> dict[tuple[str, str | None], tuple[Fraction, Fraction]]:
    """Return quantity and gross amount of what is charged by usage, by clause and band."""
    units = {tariff["unit"] for tariff in block["tariffs"]}
    found: dict[tuple[str, str | None], tuple[Fraction, Fraction]] = {}
    for charge in block["charges"]:
        if charge["unit"] not in units or charge["quantity"] is None:
            continue
        key = (charge["clause"], charge["period"])
        quantity, amount = found.get(key, (Fraction(0), Fraction(0)))
        found[key] = (
            quantity + Fraction(charge["quantity"]),
            amount + _gross(document, charge),
        )
    return found


def _corrections(document: Document) -> Fraction:
    return sum((Fraction(entry["gross"]) for entry in document.get("adjustments", ())), Fraction(0))


def _percents(
    parts: Mapping[str, Decimal], difference: Decimal, was: Decimal
) -> dict[str, Decimal]:
    """Return whole percents of the earlier total by cause; they add up to the headline."""
    whole = round_half_up(Fraction(difference) * 100 / Fraction(was), 0)
    exact = [Fraction(parts[key]) * 100 / Fraction(was) for key in CAUSES]
    return dict(zip(CAUSES, _spread(whole, exact), strict=True))


def _spread(whole: Decimal, exact: Sequence[Fraction]) -> list[Decimal]:
    """Return whole numbers near some exact ones that add up to a whole, whatever their signs."""
    lifted = [value - value.__floor__() for value in exact]
    floors = [value.__floor__() for value in exact]
    left = int(whole) - sum(floors)
    return [
        from_units(floor + int(extra), 0)
        for floor, extra in zip(floors, spread(Decimal(left), lifted, 0), strict=True)
    ]


def _moved_most(effects: Effects) -> str | None:
    """Return the point whose usage moved the bill most."""
    moved = [(abs(value), point) for point, value in effects.volumes.items() if value]
    return max(moved)[1] if moved else None


def _sentence(
    language: str,
    previous: Document,
    present: Document,
    parts: Mapping[str, Decimal],
    percents: Mapping[str, Decimal],
    point: str | None,
) -> str:
    difference = sum(parts.values(), Decimal(0))
    way = "more" if difference > 0 else "less"
    if not percents:
        money = f"{plain(abs(difference))} {present['currency']}"
        return t(language, f"bill.change.{way}_money", amount=money, number=previous["number"])
    said = [
        _part(language, key, percents[key], _where(language, previous, present, point))
        for key in sorted(CAUSES, key=lambda key: (-abs(parts[key]), CAUSES.index(key)))
        if percents[key]
    ]
    headline = t(
        language,
        f"bill.change.{way}",
        percent=plain(abs(sum(percents.values(), Decimal(0)))),
        number=previous["number"],
    )
    return headline + (t(language, "bill.change.because") + _joined(language, said) if said else "")


def _joined(language: str, said: Sequence[str]) -> str:
    return t(language, "bill.change.between").join(said) + t(language, "bill.change.end")


def _part(language: str, cause: str, percent: Decimal, where: str) -> str:
    name = t(language, f"bill.change.cause.{cause}")
    text = t(language, "bill.change.part", percent=plain(percent), cause=name)
    return text + (where if cause == "volume" else "")


def _where(language: str, previous: Document, present: Document, point: str | None) -> str:
    """Return from which day on, and in which band, usage moved; nothing where that is not clear."""
    if point is None:
        return ""
    before, block = (
        next(each for each in _blocks(document) if each["point"] == point)
        for document in (previous, present)
    )
    day, band = _since(before, block), _band(previous, before, present, block)
    told = ""
    if day is not None:
        month = t(language, f"bill.change.month.m{day.month}")
        shown = t(language, "bill.change.day", day=day.day, month=month)
        told += t(language, "bill.change.since", day=shown)
    if band is not None:
        told += t(language, "bill.change.band", band=band.get(language, band["en"]))
    return told


def _since(before: Mapping[str, Any], block: Mapping[str, Any]) -> date | None:
    """Return the day on which daily usage moved to another level; None where it is not clear.

    The day that divides the days best into two levels; the first must be nearer to the earlier
    bill's level than the second, and the second away from it by a tenth at least.
    """
    daily, old = (list(_known(each["daily"])) for each in (block, before))
    if len(daily) != len(block["daily"]) or len(daily) < 4 or not old:
        return None
    level = sum(old, Fraction(0)) / len(old)
    cuts = range(2, len(daily) - 1)
    cut = max(cuts, key=lambda n: (_gain(daily, n), -n))
    first, second = (sum(p, Fraction(0)) / len(p) for p in (daily[:cut], daily[cut:]))
    steady = abs(first - level) * 2 < abs(second - level)
    if not steady or abs(second - level) * 10 < level:
        return None
    return date.fromisoformat(block["first_day"]) + timedelta(days=cut)


def _known(daily: Sequence[str | None]) -> Iterator[Fraction]:
    return (Fraction(each) for each in daily if each is not None)


def _gain(daily: Sequence[Fraction], cut: int) -> Fraction:
    """Return how much better two levels tell the days than one."""
    first, second = sum(daily[:cut], Fraction(0)), sum(daily[cut:], Fraction(0))
    many = len(daily)
    return first**2 / cut + second**2 / (many - cut) - (first + second) ** 2 / many


def _band(
    previous: Document,
    before: Mapping[str, Any],
    present: Document,
    block: Mapping[str, Any],
) -> Mapping[str, str] | None:
    """Return the name of the band in which most of the change of usage lies, if there is one."""
    old, new = _priced(previous, before), _priced(present, block)
    moved = {
        key: new.get(key, (Fraction(0),))[0] - old.get(key, (Fraction(0),))[0]
        for key in {*old, *new}
        if key[1] is not None
    }
    whole = _used(block) - _used(before)
    if len(moved) < 2 or not whole:
        return None
    key = max(sorted(moved, key=str), key=lambda each: moved[each] / whole)
    if moved[key] / whole < _MOST:
        return None
    charges = (*block["charges"], *before["charges"])
    return dict(next(c["name"] for c in charges if (c["clause"], c["period"]) == key))
