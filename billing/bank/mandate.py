"""In: mandates of accounts, and collections by them. Out: events of the books. Pure.

Name and IBAN arrive here sealed. The first collection of a mandate is FRST, any later one RCUR; an
item is collected once, unless a person asks for it again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.receivables.errors import PaymentError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_REFERENCE = re.compile(r"[A-Za-z0-9+?/:().,'-]{1,35}")


def checked_iban(text: str) -> str:
    """Return an IBAN without spaces.

    Raises:
        PaymentError: It is none: its form or its check digits are wrong.
    """
    iban = "".join(text.split()).upper()
    if not _IBAN.fullmatch(iban):
        raise PaymentError.of("iban", iban=iban[:40])
    digits = "".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        raise PaymentError.of("iban", iban=iban)
    return iban


def mandate_id(site: str, mandate: str) -> UUID:
    """Return the id of a mandate by its reference."""
    return id_of("mandate", site, mandate)


class Mandate(JournalAggregate):
    """That an account lets us collect what it owes."""

    TOPIC = "mandate"

    class Created(JournalAggregate.Created):
        """The account signed it."""

        TOPIC = "mandate.signed"
        site: str
        mandate: str
        account: str
        person: UUID
        name_sealed: str
        iban_sealed: str
        bic: str
        signed_on: date
        by: UUID

    class Collected(JournalAggregate.Event):
        """Items were put into a file for the bank."""

        TOPIC = "mandate.collected"
        mandate: str
        collection: UUID
        sequence: str
        due_on: date
        items: list[dict[str, str]]
        """Each with `item` and `amount`."""
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Remember them."""
            aggregate.collected += 1
            aggregate.asked |= {each["item"] for each in self.items}

    class Ended(JournalAggregate.Event):
        """It was withdrawn."""

        TOPIC = "mandate.ended"
        mandate: str
        on: date
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Let it hold no longer."""
            aggregate.ended_on = self.on

    @staticmethod
    def create_id(*, site: str, mandate: str, **_: object) -> UUID:
        """Return the id from site and reference."""
        return mandate_id(site, mandate)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        mandate: str,
        account: str,
        person: UUID,
        name_sealed: str,
        iban_sealed: str,
        bic: str,
        signed_on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Note a signed mandate."""
        self.mandate = mandate
        self.account = account
        self.collected = 0
        self.asked: set[str] = set()
        self.ended_on: date | None = None

    def collect(
        self,
        collection: UUID,
        items: Sequence[tuple[str, Decimal]],
        *,
        due_on: date,
        again: Collection[str],
        by: UUID,
        command_id: UUID,
    ) -> str:
        """Put items into a collection; return its sequence type, FRST or RCUR.

        Raises:
            PaymentError: The mandate was withdrawn, or an item was collected before.
        """
        if self.ended_on is not None:
            raise PaymentError.of("mandate_ended", mandate=self.mandate, day=self.ended_on)
        twice = sorted({item for item, _ in items} & self.asked - set(again))
        if twice:
            raise PaymentError.of("collected", item=twice[0])
        sequence = "RCUR" if self.collected else "FRST"
        self.trigger_event(
            self.Collected,
            mandate=self.mandate,
            collection=collection,
            sequence=sequence,
            due_on=due_on,
            items=[{"item": item, "amount": format(amount, "f")} for item, amount in items],
            by=by,
            command_id=command_id,
        )
        return sequence

    def end(self, *, on: date, by: UUID, command_id: UUID) -> None:
        """Withdraw it; again changes nothing."""
        if self.ended_on is None:
            self.trigger_event(
                self.Ended, mandate=self.mandate, on=on, by=by, command_id=command_id
            )


def check_mandate(mandate: str, bic: str) -> None:
    """Refuse what no bank takes.

    Raises:
        PaymentError: The reference or the BIC is wrong.
    """
    if not _REFERENCE.fullmatch(mandate):
        raise PaymentError.of("mandate_reference", mandate=mandate[:60])
    if bic and not _BIC.fullmatch(bic):
        raise PaymentError.of("bic", bic=bic[:20])
