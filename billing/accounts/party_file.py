"""In: a party as a TOML table has it. Out: its facts, checked. Pure."""

from __future__ import annotations

from datetime import date

from billing.accounts.errors import PartyError
from billing.accounts.party import BankMandate, Contact, PartyFacts, checked
from billing.checked_table import CheckedTable
from energy.base.toml_text import toml_of


def party_of_text(text: str) -> PartyFacts:
    """Return the facts of a party file.

    Raises:
        NoTomlError: It is no TOML.
        PartyError: Lists every problem.
    """
    problems: list[str] = []
    table = CheckedTable(days_as_text(toml_of(text)), "", problems)
    facts = party_of(table)
    table.done()
    if problems:
        raise PartyError.of("account.party_file", problems="\n".join(f"  - {p}" for p in problems))
    return checked(facts)


def party_of(table: CheckedTable) -> PartyFacts:
    """Return the facts of a party's table; its problems are noted there.

    Args:
        table: Keys legal_name, billing_address, supply_address, delivery_address, tax_ids,
            contacts, mandate, city, postcode, country; the caller has read others, and says `done`.
    """
    taxes = table.table("tax_ids") if table.has("tax_ids") else None
    return PartyFacts(
        legal_name=table.text("legal_name"),
        billing_address=_maybe(table, "billing_address"),
        supply_address=_maybe(table, "supply_address"),
        delivery_address=_maybe(table, "delivery_address"),
        tax_ids=() if taxes is None else tuple((kind, taxes.text(kind)) for kind in taxes.keys()),  # noqa: SIM118 - its method
        contacts=tuple(_contact(each) for each in table.tables("contacts")),
        mandate=_mandate(table.table("mandate")) if table.has("mandate") else None,
        city=_maybe(table, "city"),
        postcode=_maybe(table, "postcode"),
        country=_maybe(table, "country"),
    )


def _contact(table: CheckedTable) -> Contact:
    contact = Contact(
        name=table.text("name"),
        duty=_maybe(table, "duty"),
        phone=_maybe(table, "phone"),
        email=_maybe(table, "email"),
    )
    table.done()
    return contact


def _mandate(table: CheckedTable) -> BankMandate:
    mandate = BankMandate(
        iban=table.text("iban").replace(" ", ""),
        holder=table.text("holder"),
        reference=table.text("reference"),
        signed_on=table.day("signed_on"),
        business=_maybe(table, "kind") == "b2b",
    )
    table.done()
    return mandate


def _maybe(table: CheckedTable, key: str) -> str:
    return table.text(key) if table.has(key) else ""


def days_as_text(value: object) -> dict[str, object]:
    """Return a parsed file with its days as texts, as checked tables read them."""

    def told(value: object) -> object:
        if isinstance(value, dict):
            return {key: told(each) for key, each in value.items()}
        if isinstance(value, list):
            return [told(each) for each in value]
        return value.isoformat() if isinstance(value, date) else value

    found = told(value)
    assert isinstance(found, dict), "a file is a table"
    return found
