"""In: a tariff version and a language. Out: the steps of a bill by it, in order, as texts. Pure.

What `tariff check` prints and what a billing office reads before it publishes: the order of the
charges is the order of the steps, and a charge that rests on others says on which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.money import plain
from billing.tariffs.charge_file import bases_of, matching
from billing.tariffs.clauses import (
    AdderClause,
    AgreedClause,
    Clause,
    DemandBasis,
    DemandClause,
    EnergyClause,
    FixedClause,
    MinimumClause,
    Names,
    OverQuotaClause,
    PowerFactorClause,
    SurchargeClause,
    Tier,
)
from billing.tariffs.tariff import TariffVersion
from energy.base.text import t


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a bill."""

    charge: str
    """Clause id; "" for what concerns all."""
    name: str
    text: str


def steps_of(tariff: TariffVersion, language: str) -> list[Step]:
    """Return the steps by which a bill is made, in order.

    Args:
        tariff: The version.
        language: Of the texts.
    """

    def told(key: str, **values: object) -> str:
        return t(language, f"tariff_step.{key}", **values)

    steps = [Step(charge="", name="", text=text) for text in _before(tariff, told)]
    keys = [clause.key for clause in tariff.clauses]
    for clause in tariff.clauses:
        texts = [_of(clause, tariff, told), *_further(clause, keys, told)]
        if clause.tax is not None:
            texts.append(told("own_tax", rate=percent(clause.tax.rate), mode=told(clause.tax.mode)))
        steps.append(
            Step(
                charge=clause.key,
                name=name_in(clause.names, language),
                text=told("joint").join(text for text in texts if text),
            )
        )
    return [*steps, *(Step(charge="", name="", text=text) for text in _behind(tariff, told))]


def name_in(names: Names, language: str) -> str:
    """Return a name in a language; English where it has none."""
    return names.get(language) or names["en"]


def percent(share: Decimal) -> str:
    """Return a share as a text in per cent."""
    return f"{(share * 100).normalize():f} %"


Say = Callable[..., str]
"""Gives a text of the part `tariff_step` by its key."""


def _before(tariff: TariffVersion, told: Say) -> list[str]:
    texts = []
    if tariff.periods:
        clock = told(f"clock_{tariff.clock}")
        calendar = tariff.calendar
        texts.append(told("interval", zone=tariff.zone.key, clock=clock))
        if calendar is not None:
            years = ", ".join(str(year) for year in sorted(calendar.years)) or "-"
            texts.append(told("calendar", name=calendar.name, years=years))
    if tariff.gas is not None:
        gas = tariff.gas
        value = f"{gas.table}.{gas.column}" if gas.table else plain(gas.calorific_mj_per_m3)
        texts.append(told("gas", z=plain(gas.correction), value=value))
    texts.append(told("quantity", digits=tariff.rounding.quantity, unit=tariff.unit))
    if tariff.tier_mode is not None:
        texts.append(told(f"mode_{tariff.tier_mode}"))
    return texts


def _behind(tariff: TariffVersion, told: Say) -> list[str]:
    return [
        told("rounding", digits=tariff.rounding.amount, currency=tariff.currency),
        told(
            f"tax_{tariff.tax.rounding}",
            rate=percent(tariff.tax.rate),
            mode=told(tariff.tax.mode),
        ),
    ]


def _of(clause: Clause, tariff: TariffVersion, told: Say) -> str:
    money = tariff.currency
    match clause:
        case EnergyClause():
            return _energy(clause, tariff, told)
        case FixedClause(price=price, per=per):
            per_text = told(f"per_{per}")
            if clause.agreed is None:
                return told("fixed", price=plain(price), money=money, per=per_text)
            unit = clause.unit or clause.agreed
            values = {"price": plain(price), "money": money, "per": per_text}
            return told("fixed_agreed", agreed=clause.agreed, unit=unit, **values)
        case AgreedClause():
            product = " x ".join(clause.agreed)
            return told(
                "agreed", product=product, price=plain(clause.price), money=money, unit=clause.unit
            )
        case DemandClause():
            return _demand(clause, tariff, told)
        case PowerFactorClause():
            return told(
                "power_factor",
                digits=clause.digits,
                table=clause.table_name,
                standard=plain(clause.standard),
            )
        case AdderClause():
            return _adder(clause, tariff, told)
        case MinimumClause():
            values = {"amount": plain(clause.amount), "money": money}
            return told("minimum", per=told(f"per_{clause.per}"), **values)
        case OverQuotaClause():
            tiers = _tiers(clause.tiers, money, "", told)
            return told("over_quota", agreed=clause.agreed, tiers=tiers)
        case SurchargeClause():
            return _surcharge(clause, money, told)


def _adder(clause: AdderClause, tariff: TariffVersion, told: Say) -> str:
    if clause.price is not None:
        values = {"unit": tariff.unit, "money": tariff.currency}
        return told("adder", price=plain(clause.price), **values)
    factor = "" if clause.factor == 1 else f" x {plain(clause.factor)}"
    price = f"{clause.table}.{clause.column}{factor}"
    return told("adder_table", price=price, unit=tariff.unit, money=tariff.currency)


def _surcharge(clause: SurchargeClause, money: str, told: Say) -> str:
    if clause.share is not None:
        key = "discount" if clause.share < 0 else "surcharge"
        return told(key, share=percent(abs(clause.share)))
    return told("surcharge_amount", amount=plain(clause.amount or Decimal(0)), money=money)


def _energy(clause: EnergyClause, tariff: TariffVersion, told: Say) -> str:
    unit = clause.unit or tariff.unit
    quantity = clause.quantity or told("own_quantity")
    if clause.ratio != 1:
        quantity = f"{quantity} x {plain(clause.ratio)}"
    where = told("in_period", period=clause.period) if clause.period else told("at_all_times")
    if clause.parts is not None:
        parts = clause.parts
        price = f"{parts.table}.{parts.base} x {plain(parts.factor)}"
        price += "".join(f" + {parts.table}.{adder}" for adder in parts.adders)
    else:
        price = _tiers(clause.tiers, tariff.currency, unit, told)
    text = told("energy", quantity=quantity, where=where, price=price)
    if len(clause.tiers) > 1:
        kind, span = told(f"tier_{clause.tier_kind}"), told(f"span_{clause.tier_span}")
        text += told("blocks", kind=kind, span=span)
    return text


def _tiers(tiers: Sequence[Tier], money: str, unit: str, told: Say) -> str:
    per = f" {money}/{unit}" if unit else f" {money}"
    if len(tiers) == 1:
        return plain(tiers[0].price) + per
    parts = [
        told("upto", bound=plain(tier.upto), price=plain(tier.price))
        if tier.upto is not None
        else told("beyond", price=plain(tier.price))
        for tier in tiers
    ]
    return "; ".join(parts) + per


def _demand(clause: DemandClause, tariff: TariffVersion, told: Say) -> str:
    price = _tiers(clause.tiers, tariff.currency, clause.unit, told)
    if clause.basis is DemandBasis.CAPACITY:
        return told("demand_capacity", agreed=clause.agreed, price=price)
    where = told("in_period", period=clause.period) if clause.period else told("at_all_times")
    window = told("window", minutes=clause.window)
    if clause.slip is not None:
        window = told("window_sliding", minutes=clause.window, slip=clause.slip)
    key = "demand_contract" if clause.basis is DemandBasis.CONTRACT else "demand_actual"
    return told(key, agreed=clause.agreed or "", window=window, where=where, price=price)


def _further(clause: Clause, keys: Sequence[str], told: Say) -> list[str]:
    texts: list[str] = []
    if isinstance(clause, FixedClause) and clause.season is not None:
        texts.append(told("only_seasons", seasons=clause.season))
    if isinstance(clause, DemandClause):
        if clause.seasons:
            texts.append(told("only_seasons", seasons=", ".join(clause.seasons)))
        if clause.over is not None:
            over = clause.over
            values = {"at": percent(over.at), "factor": plain(over.factor)}
            texts.append(told(f"over_{over.base}_{over.excess}", **values))
        if clause.ratchet is not None:
            ratchet = clause.ratchet
            share, months = percent(ratchet.share), ratchet.months
            texts.append(told("ratchet", share=share, months=months))
            if ratchet.seasons:
                texts.append(told("ratchet_seasons", seasons=", ".join(ratchet.seasons)))
        if clause.floor is not None and clause.floor.share is not None:
            texts.append(told("floor_share", share=percent(clause.floor.share), of=clause.floor.of))
        if clause.floor is not None and clause.floor.at_least is not None:
            texts.append(told("floor", value=plain(clause.floor.at_least), unit=clause.unit))
    _, patterns = bases_of(clause)
    if patterns:
        texts.append(told("rests_on", charges=", ".join(matching(patterns, keys))))
    return texts
