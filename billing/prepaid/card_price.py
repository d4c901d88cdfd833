"""In: a tariff version, what was bought this month, units or money. Out: a priced sale. Pure.

A card meter counts units down and knows no clock: only prices per unit can be sold on a card, in
one price or in blocks of what was bought in the calendar month. Charges by time of use, by demand
or by the day belong to a server-prepaid account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.money import exponent_of, from_units, plain, round_half_up
from billing.prepaid.errors import PrepaidRefusedError
from billing.tariffs.clauses import (
    AdderClause,
    EnergyClause,
    PriceTable,
    Tax,
    TaxMode,
    Tier,
    TierKind,
    TierSpan,
)
from billing.tariffs.tariff import TariffVersion

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldPart:
    """Units of a sale at one price."""

    units: Decimal
    """[unit]"""
    price: Decimal
    """As the tariff has it. [currency / unit]"""

    def document(self) -> dict[str, str]:
        """Return it as an event holds it."""
        return {"units": plain(self.units), "price": plain(self.price)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedSale:
    """What some units cost."""

    units: Decimal
    unit: str
    parts: tuple[SoldPart, ...]
    net: Decimal
    """[currency]"""
    tax: Decimal
    tax_rate: Decimal
    gross: Decimal
    currency: str
    tariff: str
    tariff_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPrices:
    """Prices per unit by block of the month, of one tariff version on one day."""

    tariff: TariffVersion
    blocks: tuple[Tier, ...]
    """Ascending by `upto`; every block's price holds the adders."""
    tax: Tax

    def cost(self, bought: Decimal, units: Decimal) -> tuple[Fraction, tuple[SoldPart, ...]]:
        """Return what units cost behind those bought in the month, unrounded. [currency].

        Args:
            bought: In the calendar month before. [unit]
            units: To be sold. [unit]
        """
        exact, parts, below, left = ZERO, [], Fraction(bought), Fraction(units)
        for block in self.blocks:
            room = None if block.upto is None else max(Fraction(block.upto) - below, ZERO)
            taken = left if room is None else min(left, room)
            if taken > 0:
                parts.append(SoldPart(units=_decimal(taken, units), price=block.price))
                exact += taken * Fraction(block.price)
                below, left = below + taken, left - taken
        return exact, tuple(parts)

    def of_units(self, bought: Decimal, units: Decimal) -> PricedSale:
        """Return the price of some units.

        Raises:
            PrepaidRefusedError: They are not above zero, or finer than the tariff bills.
        """
        if units <= 0 or units != round_half_up(units, self.tariff.rounding.quantity):
            raise PrepaidRefusedError.of("units", digits=self.tariff.rounding.quantity)
        exact, parts = self.cost(bought, units)
        return self._priced(units, parts, round_half_up(self._gross(exact), self._digits))

    def of_money(self, bought: Decimal, money: Decimal) -> PricedSale:
        """Return the most units that some money buys; it is taken whole.

        Args:
            bought: In the calendar month before. [unit]
            money: What the customer gives, with tax. [currency]

        Raises:
            PrepaidRefusedError: It buys nothing.
        """
        digits = self.tariff.rounding.quantity
        left, below, units = Fraction(money), Fraction(bought), ZERO
        for block in self.blocks:
            price = self._gross(Fraction(block.price))
            if price <= 0:
                raise PrepaidRefusedError.of("no_price", tariff=self.tariff.tariff)
            room = None if block.upto is None else max(Fraction(block.upto) - below, ZERO)
            taken = left / price if room is None else min(left / price, room)
            units, below, left = units + taken, below + taken, left - taken * price
        whole = from_units(int(units * 10**digits), digits)
        if whole <= 0:
            raise PrepaidRefusedError.of("money_buys_nothing", money=money)
        return self._priced(whole, self.cost(bought, whole)[1], money)

    def _gross(self, exact: Fraction) -> Fraction:
        inclusive = self.tax.mode is TaxMode.INCLUSIVE
        return exact if inclusive else exact * (1 + Fraction(self.tax.rate))

    @property
    def _digits(self) -> int:
        return exponent_of(self.tariff.currency)

    def _priced(self, units: Decimal, parts: tuple[SoldPart, ...], gross: Decimal) -> PricedSale:
        net = round_half_up(Fraction(gross) / (1 + Fraction(self.tax.rate)), self._digits)
        return PricedSale(
            units=units,
            unit=self.tariff.unit,
            parts=parts,
            net=net,
            tax=gross - net,
            tax_rate=self.tax.rate,
            gross=gross,
            currency=self.tariff.currency,
            tariff=self.tariff.tariff,
            tariff_sha256=self.tariff.sha256,
        )


def card_prices(tariff: TariffVersion, day: date) -> CardPrices:
    """Return the prices at which units are sold on a day.

    Args:
        tariff: The version in force on the day, with its price tables.
        day: Local day of the sale.

    Raises:
        PrepaidRefusedError: The tariff has charges that no card meter can count.
    """
    energy = [each for each in tariff.clauses if isinstance(each, EnergyClause)]
    adders = [each for each in tariff.clauses if isinstance(each, AdderClause)]
    others = [c.key for c in tariff.clauses if not isinstance(c, EnergyClause | AdderClause)]
    tiered = [each for each in energy if len(each.tiers) > 1]
    barred = [*others, *(e.key for e in energy if not _sellable(e)), *(e.key for e in tiered[1:])]
    if barred or not energy:
        keys = ", ".join(barred) or "-"
        raise PrepaidRefusedError.of("not_for_cards", tariff=tariff.tariff, clauses=keys)
    month = f"{day:%Y-%m}"
    main = tiered[0] if tiered else energy[0]
    added = sum((_adder(each, month, tariff.tables) for each in adders), Decimal(0))
    added += sum((_flat(e, month, tariff.tables) for e in energy if e is not main), Decimal(0))
    blocks = _blocks(main, month, tariff.tables)
    priced: list[EnergyClause | AdderClause] = [*energy, *adders]
    taxes = {each.tax or tariff.tax for each in priced}
    if len(taxes) > 1:
        raise PrepaidRefusedError.of("not_for_cards", tariff=tariff.tariff, clauses="tax")
    return CardPrices(
        tariff=tariff,
        blocks=tuple(Tier(upto=each.upto, price=each.price + added) for each in blocks),
        tax=taxes.pop(),
    )


def _flat(clause: EnergyClause, month: str, tables: Mapping[str, PriceTable]) -> Decimal:
    """Return the price of a clause without blocks. [currency / unit]."""
    return _blocks(clause, month, tables)[0].price


def _sellable(clause: EnergyClause) -> bool:
    """Return whether a clause is one price, or blocks of a month, of the tariff's own quantity."""
    blocks = len(clause.tiers) <= 1 or (
        clause.tier_kind is TierKind.GRADUATED and clause.tier_span is TierSpan.MONTH
    )
    own = clause.period is None and clause.quantity is None and clause.ratio == 1
    return own and blocks


def _blocks(clause: EnergyClause, month: str, tables: Mapping[str, PriceTable]) -> Sequence[Tier]:
    parts = clause.parts
    if parts is None:
        return clause.tiers
    base = _from_table(tables, parts.table, month, parts.base) * parts.factor
    price = sum((_from_table(tables, parts.table, month, a) for a in parts.adders), base)
    return (Tier(upto=None, price=price),)


def _adder(clause: AdderClause, month: str, tables: Mapping[str, PriceTable]) -> Decimal:
    if clause.price is not None:
        return clause.price * clause.factor
    return _from_table(tables, clause.table or "", month, clause.column or "") * clause.factor


def _from_table(tables: Mapping[str, PriceTable], name: str, month: str, column: str) -> Decimal:
    table = tables.get(name)
    value = None if table is None else table.value(month, column)
    if value is None:
        raise PrepaidRefusedError.of("no_table_price", table=name, month=month, column=column)
    return value


def _decimal(value: Fraction, like: Decimal) -> Decimal:
    """Return an exact value with at least the digits of another; blocks have few digits."""
    digits = max(-int(like.as_tuple().exponent), 0)
    while (value * 10**digits).denominator != 1:
        digits += 1
    return from_units(int(value * 10**digits), digits)
