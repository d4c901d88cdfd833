"""In: certificates, a day. Out: those that end soon or have ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate of a piece of equipment."""

    certificate: UUID
    equipment: UUID
    kind: str
    number: str
    issued_on: date
    valid_until: date | None
    """Last day on which it holds; None: it does not end."""
    paper: str
    """SHA-256 of the attachment in hex, "" without one."""
    filed_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDue:
    """A certificate that ends."""

    certificate: Certificate
    ends_on: date
    days_left: int
    """Until its last day; below zero it has ended. [d]"""


def certificates_due(
    certificates: Iterable[Certificate], today: date, within_days: int
) -> list[CertificateDue]:
    """Return what ends within some days or has ended, the earliest first.

    Of a piece and a kind the certificate that was issued last counts; of one day, that which ends
    last.

    Args:
        certificates: Of pieces in service.
        today: Present local day.
        within_days: How far ahead. [d]
    """
    newest: dict[tuple[UUID, str], Certificate] = {}
    for each in certificates:
        known = newest.get((each.equipment, each.kind))
        if known is None or _order(each) > _order(known):
            newest[each.equipment, each.kind] = each
    found = [
        CertificateDue(
            certificate=each,
            ends_on=each.valid_until,
            days_left=(each.valid_until - today).days,
        )
        for each in newest.values()
        if each.valid_until is not None and (each.valid_until - today).days <= within_days
    ]
    return sorted(
        found, key=lambda due: (due.ends_on, due.certificate.kind, due.certificate.number)
    )


def _order(certificate: Certificate) -> tuple[date, date, str]:
    return (
        certificate.issued_on,
        certificate.valid_until or date.max,
        certificate.number,
    )
