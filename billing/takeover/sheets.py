"""In: nothing. Out: the sheets of a take-over workbook and what stands in their columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from billing.accounts.agreed import NAMES
from billing.basis.basis import BillingBasis
from energy.base.text import LANGUAGES


class Sheet(StrEnum):
    """A sheet of the workbook, by the name on its tab."""

    PARTIES = "parties"
    ACCOUNTS = "accounts"
    CONTRACTS = "contracts"
    AGREED = "agreed quantities"
    READINGS = "last billing readings"
    METERS = "meter ages"
    RECEIVABLES = "open receivables"
    PREPAID = "prepaid balances"
    DEPOSITS = "deposits"
    NUMBERS = "next numbers"
    CONTROL = "control totals"


class Holds(StrEnum):
    """What a cell holds."""

    KEY = "key"
    """Names something; one row, the same to the sign."""
    TEXT = "text"
    DAY = "day"
    INSTANT = "instant"
    """A day, or a day with its local time."""
    MONEY = "money"
    NUMBER = "number"
    """Not below zero."""
    WHOLE = "whole"
    """At least one."""
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet."""

    name: str
    holds: Holds
    needed: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRule:
    """A sheet's columns, in order."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns whose cells together stand once in the sheet."""
    summed: str = ""
    """Column whose sum the old system states; "" where a count is enough."""

    @property
    def by_name(self) -> dict[str, Column]:
        """Return the columns by name."""
        return {column.name: column for column in self.columns}


def _key(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, holds=Holds.KEY) for name in names)


def _may(holds: Holds, *names: str, choices: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return tuple(Column(name=name, holds=holds, needed=False, choices=choices) for name in names)


def _must(holds: Holds, *names: str, choices: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return tuple(Column(name=name, holds=holds, choices=choices) for name in names)


BASES = tuple(basis.value for basis in BillingBasis)
RULES: Mapping[Sheet, SheetRule] = {
    Sheet.PARTIES: SheetRule(
        columns=(
            *_key("party"),
            *_must(Holds.TEXT, "legal_name"),
            *_may(Holds.TEXT, "billing_address", "supply_address", "delivery_address"),
            *_may(Holds.KEY, "city", "postcode", "country"),
            *_may(Holds.TEXT, "vat_id", "uscc", "contact_name", "contact_phone", "contact_email"),
            *_may(Holds.TEXT, "iban", "mandate_holder", "mandate_reference"),
            *_may(Holds.DAY, "mandate_signed_on"),
        ),
        key=("party",),
    ),
    Sheet.ACCOUNTS: SheetRule(
        columns=(
            *_key("account", "party"),
            *_must(Holds.CHOICE, "language", choices=LANGUAGES),
            *_must(Holds.DAY, "opened_on"),
        ),
        key=("account",),
    ),
    Sheet.CONTRACTS: SheetRule(
        columns=(
            *_key("account", "contract", "point", "tariff"),
            *_may(Holds.DAY, "signed_on"),
            *_must(Holds.DAY, "valid_from"),
            *_may(Holds.DAY, "valid_to"),
            *_must(Holds.CHOICE, "basis", choices=BASES),
            *_may(Holds.WHOLE, "cycle_day", "cycle_months"),
        ),
        key=("account", "point", "valid_from"),
    ),
    Sheet.AGREED: SheetRule(
        columns=(
            *_key("account", "point"),
            *_must(Holds.CHOICE, "name", choices=NAMES),
            *_must(Holds.NUMBER, "value"),
            *_may(Holds.TEXT, "unit"),
            *_must(Holds.DAY, "valid_from"),
            *_may(Holds.DAY, "valid_to"),
        ),
        key=("account", "point", "name", "valid_from"),
        summed="value",
    ),
    Sheet.READINGS: SheetRule(
        columns=(
            *_key("point"),
            *_may(Holds.KEY, "quantity"),
            *_key("serial"),
            *_must(Holds.INSTANT, "read_at"),
            *_must(Holds.NUMBER, "reading"),
        ),
        key=("point", "quantity", "read_at"),
        summed="reading",
    ),
    Sheet.METERS: SheetRule(
        columns=(
            *_key("point", "serial"),
            *_must(Holds.DAY, "installed_on"),
            *_may(Holds.DAY, "calibration_valid_until"),
        ),
        key=("point",),
    ),
    Sheet.RECEIVABLES: SheetRule(
        columns=(
            *_key("account", "number"),
            *_must(Holds.DAY, "dated", "due_on"),
            *_must(Holds.MONEY, "amount"),
        ),
        key=("number",),
        summed="amount",
    ),
    Sheet.PREPAID: SheetRule(
        columns=(
            *_key("account"),
            *_must(Holds.DAY, "first_day"),
            *_must(Holds.MONEY, "balance"),
            *_may(Holds.WHOLE, "cycle_day"),
        ),
        key=("account",),
        summed="balance",
    ),
    Sheet.DEPOSITS: SheetRule(
        columns=(
            *_key("account", "deposit"),
            *_must(Holds.DAY, "paid_on"),
            *_must(Holds.MONEY, "amount"),
        ),
        key=("account", "deposit"),
        summed="amount",
    ),
    Sheet.NUMBERS: SheetRule(
        columns=(
            *_key("prefix"),
            *_must(Holds.WHOLE, "year", "next"),
            *_must(Holds.TEXT, "last_number"),
        ),
        key=("prefix", "year"),
        summed="next",
    ),
    Sheet.CONTROL: SheetRule(
        columns=(
            *_must(Holds.CHOICE, "sheet", choices=tuple(each.value for each in Sheet)[:-1]),
            *_may(Holds.NUMBER, "count"),
            *_may(Holds.MONEY, "sum"),
        ),
        key=("sheet",),
    ),
}
"""Sheet -> its rule, in the order of the workbook."""
CONTENT: tuple[Sheet, ...] = tuple(each for each in Sheet if each is not Sheet.CONTROL)
"""The sheets with what is taken over."""
