"""In: what a site file agrees with an account. Out: terms, checked, and how to tell them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.accounts.agreed import NAMES, UNITS, AgreedQuantity
from billing.accounts.contract import Contract
from billing.accounts.cycle import MONTHS, DatedCycle, ReadingCycle
from billing.accounts.errors import PartyError
from billing.accounts.party import PartyFacts, checked
from billing.accounts.party_file import days_as_text, party_of
from billing.accounts.roles import PartyRole
from billing.accounts.terms import BasisTerm, DatedParty, SignedContract
from billing.basis.basis import BillingBasis
from billing.checked_table import CheckedTable

TERM_KEYS = frozenset({"contracts", "agreed", "basis", "cycle", "roles"})
"""Keys of an account's table that say what is agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTerms:
    """What is agreed with an account from the beginning."""

    contracts: tuple[SignedContract, ...] = ()
    agreed: tuple[tuple[str, AgreedQuantity, str], ...] = ()
    """Point, quantity, number of the contract."""
    bases: tuple[BasisTerm, ...] = ()
    cycles: tuple[tuple[str, DatedCycle], ...] = ()
    """Utility ("" for all) and cycle."""
    parties: tuple[DatedParty, ...] = field(default_factory=tuple)

    def __bool__(self) -> bool:
        """Return whether anything is agreed."""
        return any((self.contracts, self.agreed, self.bases, self.cycles, self.parties))

    def tell(self, contract: Contract, *, command_id: Callable[[str], UUID]) -> None:
        """Tell them to a contract; what it holds already is not told again.

        Args:
            contract: The account's.
            command_id: Makes the id of a command of its words.
        """
        for signed in self.contracts:
            contract.sign(signed, by=None, command_id=command_id(str(signed)))
        for point, quantity, number in self.agreed:
            command = command_id(f"{point} {quantity}")
            contract.agree(point, quantity, contract=number, by=None, command_id=command)
        for basis in self.bases:
            contract.set_basis(basis, by=None, command_id=command_id(str(basis)))
        for utility, cycle in self.cycles:
            command = command_id(f"{utility} {cycle}")
            contract.set_cycle(utility, cycle, by=None, command_id=command)
        for party in self.parties:
            contract.name_party(party, by=None, command_id=command_id(str(party)))


def read_terms_of(
    raw: Mapping[str, Any], where: str, points: Sequence[str], parties: Sequence[str]
) -> tuple[PlannedTerms, list[str]]:
    """Return what an account's table agrees, and its problems.

    Args:
        raw: The table.
        where: Which account it is, for problems.
        points: Points that the account pays for.
        parties: Keys of the parties of the file.
    """
    problems: list[str] = []
    asked = days_as_text({key: raw[key] for key in TERM_KEYS if key in raw})
    table = CheckedTable(asked, where, problems)
    contracts = tuple(_contract(each) for each in table.tables("contracts"))
    numbers = [each.number for each in contracts]
    terms = PlannedTerms(
        contracts=contracts,
        agreed=tuple(_agreed(each, points, numbers) for each in table.tables("agreed")),
        bases=tuple(_basis(each, points) for each in table.tables("basis")),
        cycles=tuple(_cycle(each) for each in table.tables("cycle")),
        parties=tuple(_role(each, parties) for each in table.tables("roles")),
    )
    return terms, problems


def read_parties_of(document: Mapping[str, Any]) -> tuple[dict[str, PartyFacts], list[str]]:
    """Return the parties of a site file by key, and its problems."""
    problems: list[str] = []
    found: dict[str, PartyFacts] = {}
    table = CheckedTable(days_as_text({"party": document.get("party", [])}), "", problems)
    for each in table.tables("party"):
        key = each.key("key")
        facts = party_of(each)
        each.done()
        try:
            checked(facts)
        except PartyError as error:
            each.note("", str(error))
        if key in found:
            each.note("key", f"{key!r} stands twice")
        found[key] = facts
    return found, problems


def _contract(table: CheckedTable) -> SignedContract:
    signed = SignedContract(
        number=table.text("number"),
        signed_on=table.day("signed_on"),
        valid_from=table.day("from"),
        valid_to=_until(table),
        utilities=table.texts("utilities") if table.has("utilities") else (),
        document=table.text("document") if table.has("document") else "",
    )
    table.done()
    return signed


def _agreed(
    table: CheckedTable, points: Sequence[str], numbers: Sequence[str]
) -> tuple[str, AgreedQuantity, str]:
    name = _one_of(table, "name", NAMES)
    unit = UNITS.get(name, "")
    if not unit or table.has("unit"):
        unit = table.text("unit")
        if UNITS.get(name) and unit != UNITS[name]:
            table.note("unit", f"{name} is agreed in {UNITS[name]}")
    quantity = AgreedQuantity(
        name=name,
        unit=unit,
        value=table.decimal("value", least=Decimal(0)),
        valid_from=table.day("from"),
        valid_to=_until(table),
    )
    contract = _one_of(table, "contract", numbers) if table.has("contract") else ""
    point = _one_of(table, "point", points)
    table.done()
    return point, quantity, contract


def _basis(table: CheckedTable, points: Sequence[str]) -> BasisTerm:
    registers: dict[str, str] = {}
    if table.has("registers"):
        bands = table.table("registers")
        registers = {band: bands.text(band) for band in bands.keys()}  # noqa: SIM118 - its method
    term = BasisTerm(
        point=_one_of(table, "point", points),
        basis=table.choice("basis", BillingBasis),
        valid_from=table.day("from"),
        window_h=table.whole("window_h", least=0, most=24 * 31) if table.has("window_h") else 72,
        tolerance_percent=table.decimal("tolerance_percent", least=Decimal(0))
        if table.has("tolerance_percent")
        else Decimal("0.5"),
        registers=registers,
    )
    table.done()
    return term


def _cycle(table: CheckedTable) -> tuple[str, DatedCycle]:
    months = table.whole("months", least=1, most=12) if table.has("months") else 1
    if months not in MONTHS:
        table.note("months", f"{months} is none of {', '.join(map(str, MONTHS))}")
        months = 1
    cycle = ReadingCycle(
        months=months,
        anchor_day=table.whole("anchor_day", least=1, most=28) if table.has("anchor_day") else 1,
        anchor_month=table.whole("anchor_month", least=1, most=12)
        if table.has("anchor_month")
        else 1,
    )
    utility = table.text("utility") if table.has("utility") else ""
    dated = DatedCycle(cycle=cycle, valid_from=table.day("from"))
    table.done()
    return utility, dated


def _role(table: CheckedTable, parties: Sequence[str]) -> DatedParty:
    dated = DatedParty(
        role=table.choice("role", PartyRole),
        party=_one_of(table, "party", parties),
        valid_from=table.day("from"),
    )
    table.done()
    return dated


def _one_of(table: CheckedTable, key: str, known: Sequence[str]) -> str:
    value = table.text(key)
    if value and value not in known:
        table.note(key, f"{value!r} is none of {', '.join(known) or '(none)'}")
    return value


def _until(table: CheckedTable) -> date | None:
    if not table.has("to"):
        return None
    end, begun = table.day("to"), table.day("from")
    if end <= begun:
        table.note("to", "is not behind `from`")
    return end
