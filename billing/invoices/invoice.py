"""Step 6 of 6. From: a draft's document. To: an issued invoice, never changed again. Pure.

The document is canonical JSON with commercial content only; positions, ids and instants of the
work stand in `provenance`, a text of its own. A correction is a credit note, never an edit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.accounts.account import PointDays
from billing.canonical import canonical_json, sha256_of
from billing.errors import InvoiceIssuedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

_FINAL = frozenset(
    (
        "account",
        "currency",
        "document",
        "findings",
        "first_day",
        "last_day",
        "number",
        "provenance",
        "run",
        "sha256",
        "state",
    )
)


class InvoiceState(StrEnum):
    """A draft may be drafted again; an issued invoice stays as it is."""

    DRAFT = "draft"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Who the invoice is addressed to, in clear: the law requires it on the issued document."""

    name: str
    address: str
    tax_number: str = ""
    """This and what follows stand on the document only where they are known."""
    city: str = ""
    postcode: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""


ONLY_KNOWN = ("tax_number", "city", "postcode", "country")
"""What a document says of its addressee only where it is known."""


def addressee_on(document: Mapping[str, Any]) -> Addressee:
    """Return whom an issued document is addressed to."""
    account = document["account"]
    more = {key: account[key] for key in ONLY_KNOWN if key in account}
    return Addressee(name=account["name"], address=account["address"], **more)


def invoice_id(site: str, key: str, account: str) -> UUID:
    """Return the id of an account's invoice in a run (by the run's natural key)."""
    return id_of("invoice", site, key, account)


def issued_document(draft: str, *, number: str, addressee: Addressee) -> str:
    """Return the canonical JSON of a draft with its number and addressee.

    Args:
        draft: Canonical JSON of the draft.
        number: The invoice's number.
        addressee: Name and address in clear, and what else is known.
    """
    document = json.loads(draft)
    document["number"] = number
    document["account"]["name"] = addressee.name
    document["account"]["address"] = addressee.address
    document["account"] |= {key: value for key in ONLY_KNOWN if (value := getattr(addressee, key))}
    return canonical_json(document)


class Invoice(JournalAggregate):
    """A bill for an account: a draft until it is issued."""

    TOPIC = "invoice"

    class Created(JournalAggregate.Created):
        """A draft was stored."""

        TOPIC = "invoice.drafted"
        site: str
        run: UUID
        key: str
        account: str
        first_day: date
        last_day: date
        currency: str
        document: str
        provenance: str
        findings: list[dict[str, object]]

    class Redrafted(JournalAggregate.Event):
        """Rating again gave another draft."""

        TOPIC = "invoice.redrafted"
        document: str
        provenance: str
        findings: list[dict[str, object]]

    class Issued(JournalAggregate.Event):
        """The invoice was numbered and is final."""

        TOPIC = "invoice.issued"
        number: str
        document: str
        sha256: str

    @staticmethod
    def create_id(*, site: str, key: str, account: str, **_: object) -> UUID:
        """Return the id from site, run key and account."""
        return invoice_id(site, key, account)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        run: UUID,
        key: str,
        account: str,
        first_day: date,
        last_day: date,
        currency: str,
        document: str,
        provenance: str,
        findings: list[dict[str, object]],
        command_id: UUID,
    ) -> None:
        """Store a draft; `document` bears neither number nor names yet."""
        self.run = run
        self.account = account
        self.first_day = first_day
        self.last_day = last_day
        self.currency = currency
        self.document = document
        self.provenance = provenance
        self.findings = findings
        self.state = InvoiceState.DRAFT
        self.number: str | None = None
        self.sha256 = sha256_of(document)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse to change an issued invoice by any way.

        Raises:
            InvoiceIssuedError: The invoice is issued and the name is part of it.
        """
        if name in _FINAL and self.__dict__.get("state") is InvoiceState.ISSUED:
            raise InvoiceIssuedError(self.__dict__.get("number") or "")
        super().__setattr__(name, value)

    @property
    def total(self) -> Decimal:
        """Return the amount due. [currency]."""
        return Decimal(json.loads(self.document)["totals"]["total"])

    @property
    def points(self) -> list[PointDays]:
        """Return the metering points on the invoice with their days."""
        return [
            PointDays(
                point=block["point"],
                first_day=date.fromisoformat(block["first_day"]),
                last_day=date.fromisoformat(block["last_day"]),
            )
            for block in json.loads(self.document)["supplies"]
        ]

    def redraft(
        self,
        *,
        document: str,
        provenance: str,
        findings: Sequence[Mapping[str, object]],
        command_id: UUID,
    ) -> None:
        """Store another draft; the same draft again changes nothing.

        Raises:
            InvoiceIssuedError: The invoice is issued.
        """
        self._need_draft()
        rows = [dict(finding) for finding in findings]
        if (document, provenance, rows) == (self.document, self.provenance, self.findings):
            return
        self._redraft(
            document=document, provenance=provenance, findings=rows, command_id=command_id
        )

    def issue(self, *, number: str, addressee: Addressee, command_id: UUID) -> None:
        """Make the invoice final.

        Raises:
            InvoiceIssuedError: The invoice is issued.
        """
        self._need_draft()
        document = issued_document(self.document, number=number, addressee=addressee)
        self._issue(
            number=number,
            document=document,
            sha256=sha256_of(document),
            command_id=command_id,
        )

    def _need_draft(self) -> None:
        if self.state is InvoiceState.ISSUED:
            raise InvoiceIssuedError(self.number or "")

    @event(Redrafted)
    def _redraft(
        self,
        *,
        document: str,
        provenance: str,
        findings: list[dict[str, object]],
        command_id: UUID,
    ) -> None:
        self.document = document
        self.provenance = provenance
        self.findings = findings
        self.sha256 = sha256_of(document)

    @event(Issued)
    def _issue(self, *, number: str, document: str, sha256: str, command_id: UUID) -> None:
        self.number = number
        self.document = document
        self.sha256 = sha256
        self.state = InvoiceState.ISSUED  # last: from here on nothing can be set
