"""In: checked facts of a tariff's charges. Out: one frozen value a kind of charge. Pure.

A clause says what is charged, never how: the price model of its kind is a file of its own in
billing/rating/prices. A tariff's clauses stand in the file's order, which is the order of the
charge lines and of the steps: a clause that rests on others (power factor, minimum, surcharge)
sees the lines before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Names = Mapping[str, str]
"""A text by language ("en" always, "zh" if the tariff has it)."""


class TaxMode(StrEnum):
    """Whether prices hold the tax already."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


class TaxRounding(StrEnum):
    """Where tax is rounded: on each charge line, or on the sum of a rate's charge lines."""

    PER_LINE = "per_line"
    PER_RATE = "per_rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """How a charge is taxed."""

    mode: TaxMode
    rate: Decimal
    """For example 0.20. [1]"""
    rounding: TaxRounding


class FixedPer(StrEnum):
    """What a charge without usage is counted by."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    """Once for all days of a named season, prorated by its days."""
    YEAR = "year"


class TierKind(StrEnum):
    """How blocks price a quantity."""

    GRADUATED = "graduated"
    """Each part at its own block's price."""
    VOLUME = "volume"
    """The whole at the price of the block that it ends in."""
    PACKAGE = "package"
    """Each block begun is paid whole: its price is for the block, not for a unit."""


class TierSpan(StrEnum):
    """What the bounds of blocks hold for."""

    DAY = "day"
    """Bounds are multiplied by the days of the billed span."""
    MONTH = "month"
    """Bounds hold for a calendar month, prorated by days in a part of one."""
    YEAR = "year"
    """The quantity goes on counting from 1 January (or the tariff's first month)."""
    PERIOD = "period"
    """Bounds hold for the billed span, whatever its length."""


class TierMode(StrEnum):
    """How blocks and tariff periods meet; required where a tariff has both."""

    CHRONOLOGICAL = "chronological"
    """Usage fills the blocks in the order of time; an interval on a bound is divided."""
    PRO_RATA = "pro_rata"
    """Each tariff period has that part of every block which it has of the whole."""
    PER_PERIOD = "per_period"
    """Each tariff period fills blocks of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One block of a price."""

    upto: Decimal | None
    """Upper bound, cumulative; None for the last block. [bill unit]"""
    price: Decimal
    """[currency / bill unit], or [currency / block] of a package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceParts:
    """A price that a table of months gives: base x factor + the sum of adders."""

    table: str
    """Name of the price table."""
    base: str
    """Column of the base price. [currency / bill unit]"""
    factor: Decimal
    """The tariff period's factor. [1]"""
    adders: tuple[str, ...]
    """Columns added (transmission, losses, funds). [currency / bill unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyClause:
    """A price per unit of quantity, in one tariff period or (None) at all times."""

    key: str
    names: Names
    tiers: tuple[Tier, ...]
    """One without a bound for a plain price."""
    period: str | None = None
    tier_kind: TierKind = TierKind.GRADUATED
    tier_span: TierSpan = TierSpan.MONTH
    quantity: str | None = None
    """Quantity priced (`reactive_import`, `mass`); None for the tariff's own."""
    unit: str | None = None
    """Bill unit of that quantity; None for the tariff's."""
    ratio: Decimal = Decimal(1)
    """Billed part of the quantity (sewage: 0.9 of the water). [1]"""
    parts: PriceParts | None = None
    """Set where the price is made of a table's months; `tiers` are empty then."""
    tax: Tax | None = None
    """Of this charge alone; None for the tariff's."""

    @property
    def price(self) -> Decimal:
        """Return the price of the first block. [currency / bill unit]."""
        return self.tiers[0].price if self.tiers else Decimal(0)

    @property
    def plain(self) -> bool:
        """Return whether it is one price without blocks, of the tariff's own quantity."""
        return len(self.tiers) == 1 and self.quantity is None and self.ratio == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedClause:
    """A price per local day, month, season or year, prorated by days."""

    key: str
    names: Names
    price: Decimal
    """[currency / day or month ...]"""
    per: FixedPer
    agreed: str | None = None
    """Agreed quantity that the price is multiplied by (`area_m2`, `installed_kva`)."""
    unit: str | None = None
    """Unit of the agreed quantity."""
    season: str | None = None
    """Only days of this season are charged (heating); None for all."""
    days_of_month: int | None = None
    """30: a month counts thirty days when a part of one is prorated; None for its own days."""
    tax: Tax | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedClause:
    """A quantity fixed by the contract, priced per unit (agreed kW x hours)."""

    key: str
    names: Names
    price: Decimal
    """[currency / (unit of the first x hours)]"""
    agreed: tuple[str, ...]
    """Agreed quantities that are multiplied, for example (`agreed_kw`, `hours`)."""
    unit: str
    tax: Tax | None = None


class DemandBasis(StrEnum):
    """What a demand charge counts."""

    ACTUAL = "actual"
    CONTRACT = "contract"
    CAPACITY = "capacity"


class OverBase(StrEnum):
    """What stands at the single price, or what the excess is counted from."""

    CONTRACT = "contract"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverRule:
    """What a demand beyond the contract costs.

    Beyond `at` x contract are billed: the base once, and the excess `factor` times. The three
    rules in use are (contract, threshold), (threshold, threshold), (contract, contract).
    """

    at: Decimal
    """Share of the contract demand above which it applies, for example 1.05. [1]"""
    factor: Decimal
    """Multiple at which the excess is billed. [1]"""
    base: OverBase
    """Billed at the single price: the contract demand, or `at` x contract demand."""
    excess: OverBase = OverBase.THRESHOLD
    """What the excess is counted from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratchet:
    """Earlier maxima that hold on."""

    share: Decimal
    """Part of the highest earlier demand that is billed at least. [1]"""
    months: int
    """Calendar months before the billed one that are looked at."""
    seasons: tuple[str, ...] = ()
    """Only months that begin in these seasons; all when empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A least demand, as a share of an agreed quantity, or a figure in kW."""

    share: Decimal | None = None
    of: str | None = None
    """Agreed quantity, for example `installed_kva`."""
    at_least: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandClause:
    """A price per kW (or kVA) and month of demand."""

    key: str
    names: Names
    basis: DemandBasis
    tiers: tuple[Tier, ...]
    """[currency / (kW month)]"""
    window: int = 15
    """Width of the window. [min]"""
    slip: int | None = None
    """Step of a sliding window; None for windows side by side. [min]"""
    period: str | None = None
    """Only windows that begin in this tariff period; None for all."""
    over: OverRule | None = None
    ratchet: Ratchet | None = None
    floor: Floor | None = None
    agreed: str | None = None
    """Agreed quantity of `contract` and `capacity`: contract_demand_kw, installed_kva."""
    quantity: str | None = None
    unit: str = "kW"
    digits: int | None = None
    """Digits of the billed demand; None for the tariff's quantity digits."""
    prorate: bool = True
    """A part of a month pays that part of the month's price."""
    tax: Tax | None = None
    seasons: tuple[str, ...] = ()
    """Only months whose first day lies in these seasons are charged; all when empty."""

    @property
    def price(self) -> Decimal:
        """Return the price of the first block. [currency / (kW month)]."""
        return self.tiers[0].price


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFactorStep:
    """Rate of one range of power factors."""

    least: Decimal
    """Power factor from which on it holds, up to the next step. [1]"""
    rate: Decimal
    """Surcharge (+) or reward (-). [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFactorClause:
    """A surcharge or reward on other charges, by the month's power factor."""

    key: str
    names: Names
    standard: Decimal
    table: tuple[PowerFactorStep, ...]
    """Ascending by `least`; the first holds below all."""
    table_name: str
    base: tuple[str, ...]
    """Clause keys, or patterns like `E.*`."""
    digits: int = 2
    """Digits of the power factor, half-up."""
    reactive: tuple[str, ...] = ("reactive_import",)
    """Quantities that count as reactive energy (with `reactive_export`: both directions)."""
    tax: Tax | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdderClause:
    """A price per unit of the whole quantity: fixed, or published month by month."""

    key: str
    names: Names
    price: Decimal | None
    """[currency / bill unit]; None where a table gives it."""
    table: str | None = None
    column: str | None = None
    factor: Decimal = Decimal(1)
    tax: Tax | None = None


class MinimumPer(StrEnum):
    """What a minimum holds for."""

    MONTH = "month"
    DAY = "day"
    PERIOD = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumClause:
    """What is missing from the sum of some charges to a least amount."""

    key: str
    names: Names
    amount: Decimal
    """[currency / month ...]"""
    of: tuple[str, ...]
    per: MinimumPer = MinimumPer.MONTH
    prorate: bool = True
    """A part of a month has that part of the minimum."""
    agreed: str | None = None
    """Agreed quantity that the amount is multiplied by; None for none."""
    tax: Tax | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverQuotaClause:
    """A further price for what was used beyond an agreed quota."""

    key: str
    names: Names
    agreed: str
    """Agreed quantity: the quota of a span."""
    tiers: tuple[Tier, ...]
    """Bounds as shares of the quota beyond it (0.10: up to 110 %). [1]"""
    tier_span: TierSpan = TierSpan.MONTH
    tax: Tax | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurchargeClause:
    """A share of other charges (losses, a discount: negative), or an amount a month."""

    key: str
    names: Names
    of: tuple[str, ...]
    share: Decimal | None = None
    amount: Decimal | None = None
    """[currency / month], prorated by days; a discount never exceeds what it is taken from."""
    tax: Tax | None = None


Clause = (
    EnergyClause
    | FixedClause
    | AgreedClause
    | DemandClause
    | PowerFactorClause
    | AdderClause
    | MinimumClause
    | OverQuotaClause
    | SurchargeClause
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMonth:
    """A published row of a price table."""

    month: str
    """YYYY-MM."""
    values: Mapping[str, Decimal]
    """By column. [currency / bill unit]"""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceTable:
    """Prices that are published month by month; a month that is missing is not free: a finding."""

    name: str
    months: Mapping[str, PriceMonth]

    def value(self, month: str, column: str) -> Decimal | None:
        """Return a published value, or None. [currency / bill unit]."""
        row = self.months.get(month)
        return None if row is None else row.values.get(column)
