"""In: commands on parties. Out: events with everything personal sealed. Pure.

A party is a tenant, an owner or a payer: a firm or a person with a legal name, addresses, tax
ids, contacts and a bank mandate. One tenant may have several accounts; which party has which
role for an account from when is told by its contract. All facts of a party arrive here sealed as
one text under the party's own person id: erasing the key erases them in every event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.accounts.errors import PartyError
from billing.canonical import canonical_json
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.secrets import ERASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody to speak to."""

    name: str
    duty: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMandate:
    """The right to draw money from an account at a bank."""

    iban: str
    holder: str
    reference: str
    signed_on: date
    business: bool = False
    """Whether it is one between firms (B2B), not to be given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """Who somebody is."""

    legal_name: str
    billing_address: str = ""
    supply_address: str = ""
    delivery_address: str = ""
    tax_ids: tuple[tuple[str, str], ...] = ()
    """Kind ("vat", "uscc") and number."""
    contacts: tuple[Contact, ...] = ()
    mandate: BankMandate | None = None
    city: str = ""
    """Of the billing address, as this and what follows: e-invoices want them apart."""
    postcode: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2, "GB"."""

    def tax_number(self) -> str:
        """Return the number that a bill names: for VAT, else the first one; "" of none."""
        numbers = dict(self.tax_ids)
        return numbers.get("vat") or next(iter(numbers.values()), "")

    def post_address(self) -> str:
        """Return where papers go: for delivery, else for bills."""
        return self.delivery_address or self.billing_address


def facts_text(facts: PartyFacts) -> str:
    """Return a party's facts as the text that is sealed."""
    document = asdict(facts)
    if facts.mandate is not None:
        document["mandate"]["signed_on"] = facts.mandate.signed_on.isoformat()
    return canonical_json(document)


def facts_from(text: str) -> PartyFacts | None:
    """Return the facts of a sealed text that was opened; None where they were erased."""
    if text == ERASED:
        return None
    told: Mapping[str, Any] = json.loads(text)
    mandate = told["mandate"]
    return PartyFacts(
        legal_name=told["legal_name"],
        billing_address=told["billing_address"],
        supply_address=told["supply_address"],
        delivery_address=told["delivery_address"],
        tax_ids=tuple((kind, number) for kind, number in told["tax_ids"]),
        contacts=tuple(Contact(**each) for each in told["contacts"]),
        mandate=None
        if mandate is None
        else BankMandate(**mandate | {"signed_on": date.fromisoformat(mandate["signed_on"])}),
        city=told.get("city", ""),
        postcode=told.get("postcode", ""),
        country=told.get("country", ""),
    )


def iban_fits(iban: str) -> bool:
    """Return whether the check digits of an IBAN fit (ISO 13616)."""
    letters = iban.replace(" ", "").upper()
    if not letters.isalnum() or not letters.isascii() or not 15 <= len(letters) <= 34:
        return False
    number = "".join(str(int(sign, 36)) for sign in letters[4:] + letters[:4])
    return int(number) % 97 == 1


def country_fits(country: str) -> bool:
    """Return whether a country is told by two letters as ISO 3166-1 alpha-2 has them."""
    return len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()


def checked(facts: PartyFacts) -> PartyFacts:
    """Return the facts of a party.

    Raises:
        PartyError: The legal name is missing, the country is not told by two letters, or the
            check digits of the IBAN do not fit.
    """
    if not facts.legal_name.strip():
        raise PartyError.of("account.no_name")
    if facts.country and not country_fits(facts.country):
        raise PartyError.of("account.country", country=facts.country)
    if facts.mandate is not None and not iban_fits(facts.mandate.iban):
        raise PartyError.of("account.iban", iban=facts.mandate.iban)
    return facts


def party_id(site: str, party: str) -> UUID:
    """Return the id of a party."""
    return id_of("party", site, party)


def party_person(site: str, party: str) -> UUID:
    """Return the person id under which a party's facts are sealed."""
    return id_of("person", "party", site, party)


class Party(JournalAggregate):
    """A firm or a person; its facts are sealed."""

    TOPIC = "party"

    class Created(JournalAggregate.Created):
        """A party is known."""

        TOPIC = "party.opened"
        site: str
        party: str
        person: UUID
        facts_sealed: str
        by: UUID | None

    class Changed(JournalAggregate.Event):
        """A party has other facts from now on."""

        TOPIC = "party.changed"
        party: str
        facts_sealed: str
        by: UUID | None

    @staticmethod
    def create_id(*, site: str, party: str, **_: object) -> UUID:
        """Return the id from site and party key."""
        return party_id(site, party)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        party: str,
        person: UUID,
        facts_sealed: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Make a party known; `facts_sealed` belongs to `person`."""
        self.party = party
        self.person = person
        self.facts_sealed = facts_sealed

    def change(self, facts_sealed: str, *, by: UUID | None, command_id: UUID) -> None:
        """Give a party other facts."""
        self._change(party=self.party, facts_sealed=facts_sealed, by=by, command_id=command_id)

    @event(Changed)
    def _change(self, *, party: str, facts_sealed: str, by: UUID | None, command_id: UUID) -> None:
        self.facts_sealed = facts_sealed
