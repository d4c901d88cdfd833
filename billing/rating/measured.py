"""In: a stack of supplies, a tariff version. Out: what a price model may ask of one supply. Pure.

`VersionStack` answers for all supplies at once and keeps the answers; `Measured` is one row of it,
with the supply's registers, agreed quantities and history, and collects what a model finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

from billing.errors import RatingError
from billing.rating.blocks import Grid, Stack
from billing.rating.charge import ChargeLine, TariffSpan
from billing.rating.months import months
from billing.rating.quantities import (
    OWN,
    History,
    Quantities,
    base_per_unit,
    registers_within,
)
from billing.rating.sources import GridSource, RegisterSource, Source
from billing.tariffs.tariff import TariffVersion
from energy.base.finding import Finding, Severity
from energy.base.period import span_of_days

ONE_DAY = timedelta(days=1)
PRICE_MISSING = "bill.price_unpublished"


class VersionStack:
    """Supplies over the days of one tariff version, as columns."""

    def __init__(
        self, stack: Stack, tariff: TariffVersion, first_day: date, last_day: date
    ) -> None:
        """Look at some days of a stack; nothing is computed before it is asked for."""
        self._stack = stack
        self._tariff = tariff
        self._days = (first_day, last_day)
        self._grids: dict[str, Grid] = {}
        self.kept: dict[str, Any] = {}
        """What price models worked out for all supplies, by clause."""

    @property
    def scale(self) -> int:
        """Return what integers are divided by to have base units."""
        return self._stack.scale

    def grid(self, quantity: str) -> Grid | None:
        """Return the columns of a quantity; None where the supplies have no usage of it."""
        series = self._stack.series.get(quantity)
        if series is None:
            return None
        if quantity not in self._grids:
            self._grids[quantity] = Grid(series, self._tariff, *self._days)
        return self._grids[quantity]


class Positions:
    """How far blocks of a year are filled, by charge, as one bill goes on."""

    def __init__(self, history: History) -> None:
        """Begin with what earlier bills say."""
        self._history = history
        self._used: list[tuple[str, date, Fraction]] = []

    def before(self, keys: Sequence[str], day: date) -> Fraction:
        """Return what some charges used in a day's year before it. [bill unit]."""
        opened = sum(
            Fraction(each.quantity)
            for each in self._history.openings
            if each.charge in keys and each.year == day.year
        )
        used = sum(
            quantity
            for key, first, quantity in self._used
            if key in keys and first.year == day.year and first < day
        )
        return Fraction(opened + used)

    def add(self, key: str, first_day: date, quantity: Fraction) -> None:
        """Note what a charge used from a day on. [bill unit]."""
        self._used.append((key, first_day, quantity))


@dataclass(slots=True, kw_only=True, eq=False)
class Measured:
    """One supply over the days of one tariff version."""

    stack: VersionStack
    row: int
    """Its row in the stack."""
    supply: Quantities
    span: TariffSpan
    position: int
    """Metering position that usage reflects; stands in findings."""
    positions: Positions
    """Of the blocks of a year."""
    earlier: Sequence[ChargeLine] = ()
    """Charge lines of the supply under the versions before, on the same bill."""
    charges: list[ChargeLine] = field(default_factory=list)
    """Charge lines of the clauses before, in order."""
    findings: list[Finding] = field(default_factory=list)
    bill: Sequence[Measured] = ()
    """The supply's days under each version on the same bill, these among them."""

    @property
    def tariff(self) -> TariffVersion:
        """Return the tariff version."""
        return self.span.tariff

    def find(
        self,
        code: str,
        first_day: date | None = None,
        last_day: date | None = None,
        severity: Severity = Severity.DO_NOT_BILL,
        **proof: object,
    ) -> None:
        """Note a finding.

        Args:
            code: Its stable code.
            first_day: First local day concerned; None for all days of the version.
            last_day: The last, included.
            severity: Whether it forbids a bill.
            proof: JSON values that let a person judge it.
        """
        span = self.span
        days = span_of_days(
            first_day or span.first_day, last_day or span.last_day, self.tariff.zone
        )
        self.findings.append(
            Finding(
                code=code,
                severity=severity,
                channel=self.supply.channel,
                start=days.start,
                end=days.end,
                position=self.position,
                proof=proof,
            )
        )

    def source(self, quantity: str, *, alone: bool = False) -> tuple[Source, int] | None:
        """Return where a quantity's sums are from and the supply's row there, None without any.

        Args:
            quantity: Its name.
            alone: Whether only this supply's row is wanted.
        """
        span = self.span
        sums = registers_within(self.supply.registers, quantity, span.first_day, span.last_day)
        if sums:
            keys = [each.key for each in self.tariff.periods]
            return RegisterSource(sums, keys, self.supply.scale), 0
        grid = self.stack.grid(quantity)
        if grid is None:
            return None
        if alone:
            return GridSource(grid, self.stack.scale, slice(self.row, self.row + 1)), 0
        return GridSource(grid, self.stack.scale), self.row

    def on_grid(self, quantity: str) -> bool:
        """Return whether a quantity is billed by its intervals, not by sums between readings."""
        if self.stack.grid(quantity) is None:
            return False
        first, last = self.span.first_day, self.span.last_day
        registers = self.supply.registers
        return not registers or not registers_within(registers, quantity, first, last)

    def total(self, quantity: str, first_day: date, last_day: date) -> Fraction | None:
        """Return all of a quantity in some of the days, None where it is not told. [base unit]."""
        found = self.source(quantity)
        if found is None:
            return None
        source, row = found
        sums = source.sums(first_day, last_day)
        return None if sums is None else Fraction(int(sums.whole[row]), source.scale)

    def bill_per_base(self, quantity: str | None, unit: str | None) -> Fraction:
        """Return bill units in one base unit of a quantity; None for the tariff's own."""
        if quantity is None and unit is None:
            return self.tariff.bill_units_per_base
        name = quantity or self.own
        return 1 / base_per_unit(name, unit or self.tariff.unit)

    def energy_factor(self, first_day: date, last_day: date) -> Decimal | None:
        """Return what a month's published calorific value multiplies gas by; 1 without a table.

        Args:
            first_day: First local day.
            last_day: The last, included, of the same calendar month where a table is used.

        Returns:
            The factor [MJ/m3]; None with a finding where the month is not published.

        Raises:
            RatingError: The days are of several calendar months.
        """
        gas = self.tariff.gas
        if gas is None or gas.table is None or gas.column is None:
            return Decimal(1)
        month = f"{first_day:%Y-%m}"
        if month != f"{last_day:%Y-%m}":
            raise RatingError(
                f"Blocks of tariff {self.tariff.tariff} hold from {first_day} to {last_day}, but "
                "each calendar month has a calorific value of its own. Bill calendar months."
            )
        table = self.tariff.tables.get(gas.table)
        value = None if table is None else table.value(month, gas.column)
        if value is None:
            self.find(
                PRICE_MISSING,
                first_day,
                last_day,
                table=gas.table,
                month=month,
                columns=[gas.column],
            )
            return None
        return value * gas.mj_per_table_unit

    def bill_units(self, first_day: date, last_day: date) -> Fraction | None:
        """Return the tariff's own quantity in some of the days, exactly; None where not told.

        Args:
            first_day: First local day.
            last_day: The last, included.
        """
        gas = self.tariff.gas
        parts = [(first_day, last_day)]
        if gas is not None and gas.table is not None:
            parts = [(part.first_day, part.last_day) for part in months(first_day, last_day)]
        whole = Fraction(0)
        for first, last in parts:
            base, factor = self.total(self.own, first, last), self.energy_factor(first, last)
            if base is None or factor is None:
                return None
            whole += base * self.bill_per_base(None, None) * Fraction(factor)
        return whole

    @property
    def own(self) -> str:
        """Return the name of the quantity that the tariff prices."""
        return OWN[self.tariff.utility]

    def agreed(
        self, name: str, first_day: date, last_day: date
    ) -> list[tuple[date, date, Decimal | None]]:
        """Return what is agreed under a name by runs of days; None where nothing is.

        Args:
            name: `contract_demand_kw`, `area_m2` ...
            first_day: First local day.
            last_day: The last, included.
        """
        runs: list[tuple[date, date, Decimal | None]] = []
        day = first_day
        while day <= last_day:
            value = self._agreed_on(name, day)
            if runs and runs[-1][2] == value:
                runs[-1] = (runs[-1][0], day, value)
            else:
                runs.append((day, day, value))
            day += ONE_DAY
        return runs

    def product(
        self, names: Sequence[str], first_day: date, last_day: date
    ) -> list[tuple[date, date, Decimal]]:
        """Return the product of agreed quantities by runs of days; a missing one is a finding."""
        runs = [(first_day, last_day, Decimal(1))]
        for name in names:
            runs = [
                (begin, end, product * value)
                for first, last, product in runs
                for begin, end, value in self._stated(name, first, last)
            ]
        return runs

    def based_on(self, patterns: Sequence[str]) -> list[ChargeLine]:
        """Return the charge lines so far whose clause is one of some keys or patterns."""
        return [
            charge
            for charge in self.charges
            if any(fnmatchcase(charge.clause, pattern) for pattern in patterns)
        ]

    def _stated(
        self, name: str, first_day: date, last_day: date
    ) -> list[tuple[date, date, Decimal]]:
        stated: list[tuple[date, date, Decimal]] = []
        for first, last, value in self.agreed(name, first_day, last_day):
            if value is None:
                self.find("bill.agreed_missing", first, last, agreed=name)
            else:
                stated.append((first, last, value))
        return stated

    def _agreed_on(self, name: str, day: date) -> Decimal | None:
        held = [
            each
            for each in self.supply.agreed
            if each.name == name
            and each.valid_from <= day
            and (each.valid_to is None or day < each.valid_to)
        ]
        return max(held, key=lambda each: each.valid_from).value if held else None
