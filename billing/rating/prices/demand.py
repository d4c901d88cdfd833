"""In: the greatest window, agreed kW or kVA, earlier maxima. Out: charge lines of demand. Pure.

A window counts where all of it lies in the billed days and is known; it belongs to the tariff
period that it begins in. Where the meter's own register of maximum demand was read for the days,
that is the demand. Billed is the actual demand (not below ratchet and floor), the contract's (with
its rule for what is beyond it) or the capacity installed, for a month or its prorated part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.money import exact_text, plain, round_half_up
from billing.rating.charge import ChargeLine
from billing.rating.columns import decimal_of
from billing.rating.measured import Measured
from billing.rating.months import Part, months
from billing.rating.prices.demand_windows import digits_of, told, windows_of
from billing.rating.prices.made import Made, made, stated
from billing.rating.prices.seasons import season_runs
from billing.tariffs.clauses import DemandBasis, DemandClause, OverBase, Tier

DEMAND_MISSING = "bill.demand_missing"
AGREED_NAME = {
    DemandBasis.CONTRACT: "contract_demand_kw",
    DemandBasis.CAPACITY: "installed_kva",
}
"""Agreed quantity of a basis where the charge names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Days of one month on which the same is agreed."""

    part: Part
    first_day: date
    last_day: date
    share: Fraction
    """Part of a month's price that they pay. [1]"""
    agreed: Decimal
    floor: Decimal
    """[kW]"""


def charge_lines(usage: Measured, clause: DemandClause) -> list[ChargeLine]:
    """Return the charge lines of a demand charge: for each month, what is billed and any excess.

    Args:
        usage: The supply.
        clause: The price. [currency / (kW month)]

    Raises:
        RatingError: The windows do not fit the grid, or the unit does not fit the quantity.
    """
    lines: list[ChargeLine] = []
    for piece in _kept_pieces(usage, clause):
        lines.extend(_piece_lines(usage, clause, piece, lines))
    return lines


def _kept_pieces(usage: Measured, clause: DemandClause) -> list[_Piece]:
    """Return the pieces, worked out once for a stack where nothing agreed makes them differ."""
    of = clause.floor.of if clause.floor is not None else None
    if clause.agreed or clause.basis in AGREED_NAME or of:
        return list(_pieces(usage, clause))
    key = f"pieces {clause.key}"
    if key not in usage.stack.kept:
        usage.stack.kept[key] = list(_pieces(usage, clause))
    found: list[_Piece] = usage.stack.kept[key]
    return found


def _pieces(usage: Measured, clause: DemandClause) -> Iterator[_Piece]:
    name = clause.agreed or AGREED_NAME.get(clause.basis)
    floor = clause.floor
    for part, run_first, run_last in _runs(usage, clause):
        for begin, end, agreed in usage.product([name] if name else [], run_first, run_last):
            of = [floor.of] if floor is not None and floor.of else []
            for first, last, based in usage.product(of, begin, end):
                least = Decimal(0)
                if floor is not None:
                    least = floor.at_least or Decimal(0)
                    least = max(least, based * floor.share) if floor.share is not None else least
                yield _Piece(
                    part=part,
                    first_day=first,
                    last_day=last,
                    share=_share(usage, clause, part, (last - first).days + 1),
                    agreed=agreed,
                    floor=least,
                )


def _runs(usage: Measured, clause: DemandClause) -> Iterator[tuple[Part, date, date]]:
    """Yield the months with their first and last day in the seasons of the price, run by run."""
    span = usage.span
    for part in months(span.first_day, span.last_day, span.cycle_day):
        if not clause.seasons:
            yield part, part.first_day, part.last_day
            continue
        runs = season_runs(usage.tariff, clause.seasons, part.first_day, part.last_day)
        for first, last in runs:
            yield part, first, last


def _share(usage: Measured, clause: DemandClause, part: Part, days: int) -> Fraction:
    """Return the part of a month's price; not prorated, the billed days of it pay it whole."""
    if clause.prorate:
        return part.share * Fraction(days, part.days)
    first, last = usage.span.whole
    billed = (min(last, part.whole_last) - max(first, part.whole_first)).days + 1
    return Fraction(days, billed)


def _piece_lines(
    usage: Measured, clause: DemandClause, piece: _Piece, before: Sequence[ChargeLine]
) -> list[ChargeLine]:
    if _plain(usage, clause):
        return _window_line(usage, clause, piece)
    proof: dict[str, object] = {"basis": clause.basis.value}
    if piece.share != 1:
        proof["months"] = exact_text(piece.share)
    actual = Decimal(0)
    if clause.basis is not DemandBasis.CAPACITY:
        measured = _actual(usage, clause, piece, proof)
        if measured is None:
            return []
        actual = max(measured, _ratcheted(usage, clause, piece, before, proof))
    billed, excess = _billed(usage, clause, piece, actual, proof)
    lines = _blocks(usage, clause, piece, billed, proof)
    if excess and clause.over is not None:
        factor = clause.over.factor
        mark = "over"
        priced = Tier(upto=None, price=clause.price * factor)
        more = proof | {"excess": plain(excess), "factor": plain(factor)}
        lines.append(_line(usage, clause, piece, excess, priced, mark, more))
    return lines


def _plain(usage: Measured, clause: DemandClause) -> bool:
    """Return whether nothing but the greatest window and one price makes the charge."""
    return (
        clause.basis is DemandBasis.ACTUAL
        and len(clause.tiers) == 1
        and clause.ratchet is None
        and clause.floor is None
        and not usage.supply.maxima
    )


def _window_line(usage: Measured, clause: DemandClause, piece: _Piece) -> list[ChargeLine]:
    """Return the line of the greatest window, its money from the stack's columns."""
    proof: dict[str, object] = {"basis": clause.basis.value}
    if piece.share != 1:
        proof["months"] = exact_text(piece.share)
    windows = windows_of(usage, clause, piece.first_day, piece.last_day, piece.share)
    demand = None if windows is None else told(usage, clause, windows, proof)
    if windows is None or demand is None:
        usage.find(DEMAND_MISSING, piece.first_day, piece.last_day, charge=clause.key)
        return []
    proof["actual"] = plain(demand)
    amount = decimal_of(windows.amount[usage.row], usage.tariff.rounding.amount)
    return [_line(usage, clause, piece, demand, clause.tiers[0], "", proof, amount)]


def _billed(
    usage: Measured, clause: DemandClause, piece: _Piece, actual: Decimal, proof: dict[str, object]
) -> tuple[Decimal, Decimal]:
    """Return what is billed at the single price, and what is beyond the contract. [kW]."""
    candidates: dict[str, Decimal] = {}
    if piece.floor:
        candidates["floor"] = _rounded(usage, clause, piece.floor)
    excess = Decimal(0)
    if clause.basis is DemandBasis.ACTUAL:
        candidates["actual"] = actual
    else:
        agreed = _rounded(usage, clause, piece.agreed)
        proof[clause.basis.value] = plain(agreed)
        candidates[clause.basis.value] = agreed
        over = clause.over
        if over is not None and clause.basis is DemandBasis.CONTRACT:
            threshold = _rounded(usage, clause, piece.agreed * over.at)
            if actual > threshold:
                at = {OverBase.CONTRACT: agreed, OverBase.THRESHOLD: threshold}
                candidates[clause.basis.value] = at[over.base]
                excess = actual - at[over.excess]
                proof["threshold"] = plain(threshold)
    if piece.floor:
        proof["floor"] = plain(candidates["floor"])
    return max(candidates.values()), excess


def _actual(
    usage: Measured, clause: DemandClause, piece: _Piece, proof: dict[str, object]
) -> Decimal | None:
    """Return the demand of the days, None with a finding where nothing tells it. [kW]."""
    quantity = clause.quantity or usage.own
    shown = [
        each
        for each in usage.supply.maxima
        if (each.quantity, each.period) == (quantity, clause.period)
        and each.first_day <= piece.last_day
        and piece.first_day <= each.last_day
    ]
    if shown:
        greatest = max(shown, key=lambda each: each.value)
        proof["register"] = plain(greatest.value)
        if greatest.at is not None:
            proof["at"] = greatest.at.isoformat()
        told = _rounded(usage, clause, greatest.value)
        proof["actual"] = plain(told)
        return told
    demand = _window(usage, clause, piece, proof)
    if demand is None:
        usage.find(DEMAND_MISSING, piece.first_day, piece.last_day, charge=clause.key)
        return None
    proof["actual"] = plain(demand)
    return demand


def _window(
    usage: Measured, clause: DemandClause, piece: _Piece, proof: dict[str, object]
) -> Decimal | None:
    """Return the demand of the greatest window, rounded; None where there is none. [kW]."""
    windows = windows_of(usage, clause, piece.first_day, piece.last_day, piece.share)
    return None if windows is None else told(usage, clause, windows, proof)


def _ratcheted(
    usage: Measured,
    clause: DemandClause,
    piece: _Piece,
    before: Sequence[ChargeLine],
    proof: dict[str, object],
) -> Decimal:
    """Return the least that earlier months make one pay; zero without any. [kW]."""
    ratchet = clause.ratchet
    if ratchet is None:
        return Decimal(0)
    looked = {
        month: value
        for month, value in _earlier(usage, clause, before).items()
        if 0 < _months_between(month, piece.part.label) <= ratchet.months
        and (not ratchet.seasons or usage.tariff.season_of(int(month[5:7]), 1) in ratchet.seasons)
    }
    if not looked:
        return Decimal(0)
    month = max(looked, key=lambda each: (looked[each], each))
    least = _rounded(usage, clause, looked[month] * ratchet.share)
    proof["ratchet"] = {
        "month": month,
        "demand": plain(looked[month]),
        "share": plain(ratchet.share),
        "least": plain(least),
    }
    return least


def _earlier(
    usage: Measured, clause: DemandClause, before: Sequence[ChargeLine]
) -> dict[str, Decimal]:
    """Return the greatest demand of each earlier month, of this bill's months too. [kW]."""
    found: dict[str, Decimal] = {}
    told = [
        (each.month, each.value)
        for each in usage.supply.history.maxima
        if each.period == clause.period
    ]
    told += [
        (f"{charge.part_of}"[:7], Decimal(str(charge.proof["actual"])))
        for charge in (*usage.earlier, *before)
        if charge.clause == clause.key and "actual" in charge.proof
    ]
    for month, value in told:
        found[month] = max(found.get(month, value), value)
    return found


def _months_between(month: str, label: str) -> int:
    before, now = (int(text[:4]) * 12 + int(text[5:7]) for text in (month, label))
    return now - before


def _blocks(
    usage: Measured, clause: DemandClause, piece: _Piece, billed: Decimal, proof: dict[str, object]
) -> list[ChargeLine]:
    lines: list[ChargeLine] = []
    low = Decimal(0)
    for n, tier in enumerate(clause.tiers):
        upto = billed if tier.upto is None else min(billed, tier.upto)
        if upto > low or n == 0:
            mark = str(n + 1) if n else ""
            more = proof if len(clause.tiers) == 1 else proof | {"block": n + 1}
            part = _rounded(usage, clause, upto - low)
            lines.append(_line(usage, clause, piece, part, tier, mark, more))
        low = max(low, upto)
    return lines


def _line(
    usage: Measured,
    clause: DemandClause,
    piece: _Piece,
    demand: Decimal,
    tier: Tier,
    mark: str,
    proof: dict[str, object],
    amount: Decimal | None = None,
) -> ChargeLine:
    return made(
        usage,
        clause,
        Made(
            first_day=piece.first_day,
            last_day=piece.last_day,
            quantity=demand if piece.share == 1 else stated(Fraction(demand) * piece.share),
            unit=clause.unit,
            price=tier.price,
            mark=mark,
            period=clause.period,
            amount=amount,
            part_of=piece.part.label,
            proof=proof | ({"demand": plain(demand)} if piece.share != 1 else {}),
        ),
    )


def _rounded(usage: Measured, clause: DemandClause, demand: Decimal | Fraction) -> Decimal:
    return round_half_up(demand, digits_of(usage, clause))
