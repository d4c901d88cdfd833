"""In: commands on who issues the invoices of a site. Out: events of the books. Pure."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.invoices.invoice_facts import Issuer
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.store.sites import Site


class CorrectionMode(StrEnum):
    """How a billing entity says what it learned after the issue."""

    CREDIT_REBILL = "credit_rebill"
    """A credit note takes the invoice back, a new invoice holds its days."""
    ADJUST_NEXT = "adjust_next"
    """The next bill of the account holds the difference of each period touched."""


def issuer_id(site: str) -> UUID:
    """Return the id of a site's issuer."""
    return id_of("issuer", site)


def default_issuer(site: Site) -> Issuer:
    """Return an issuer made of the site's name, where none is named."""
    return Issuer(
        name=site.name,
        address="",
        tax_number="",
        prefix=site.key.replace("_", "")[:3].upper(),
        payment_days=30,
    )


class NamedIssuer(JournalAggregate):
    """Who issues a site's invoices; a draft keeps the one it was made with."""

    TOPIC = "issuer"

    class Created(JournalAggregate.Created):
        """The issuer was named."""

        TOPIC = "issuer.named"
        site: str
        issuer: dict[str, Any]

    class Renamed(JournalAggregate.Event):
        """The issuer has another name, address, number, prefix or term from now on."""

        TOPIC = "issuer.renamed"
        issuer: dict[str, Any]

    class CorrectionModeSet(JournalAggregate.Event):
        """Corrections accepted from now on are said so."""

        TOPIC = "issuer.correction_mode_set"
        mode: str
        by: UUID | None

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return issuer_id(site)

    @event(Created)
    def __init__(self, *, site: str, issuer: dict[str, Any], command_id: UUID) -> None:
        """Name the issuer."""
        self.issuer = issuer
        self.correction_mode = CorrectionMode.CREDIT_REBILL

    def rename(self, issuer: Issuer, *, command_id: UUID) -> None:
        """Name another; the same one again changes nothing."""
        if asdict(issuer) != self.issuer:
            self._rename(issuer=asdict(issuer), command_id=command_id)

    @event(Renamed)
    def _rename(self, *, issuer: dict[str, Any], command_id: UUID) -> None:
        self.issuer = issuer

    def set_correction_mode(
        self, mode: CorrectionMode, *, by: UUID | None, command_id: UUID
    ) -> None:
        """Say corrections in another way from now on; the same one again changes nothing."""
        if mode is not self.correction_mode:
            self._set_correction_mode(mode=mode.value, by=by, command_id=command_id)

    @event(CorrectionModeSet)
    def _set_correction_mode(self, *, mode: str, by: UUID | None, command_id: UUID) -> None:
        self.correction_mode = CorrectionMode(mode)
