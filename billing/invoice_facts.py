"""In: what books and views know of one account. Out: the values a draft is made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.tariff import TariffVersion
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from energy.views.grounds.rows import Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues the invoices of a site."""

    name: str
    address: str
    tax_number: str
    prefix: str
    """Begins the invoice numbers, for example "CAM"."""
    payment_days: int
    """Days from the invoice's date until it is due. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFacts:
    """Opening and closing register of one meter in the billed days."""

    serial: str
    opening_at: datetime
    opening_count: int
    opening_quality: Quality
    opening_position: int
    closing_at: datetime
    closing_count: int
    closing_quality: Quality
    closing_position: int
    multiplier: Fraction
    resolution: Fraction
    """[unit / count]"""
    modulus: int | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedFacts:
    """What a supply rests on that is a share or a formula."""

    grounds: Grounds
    registers: Sequence[Sequence[RegisterFacts]]
    """Of each of the measured channels at its end, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyFacts:
    """One metering point that the account pays for in some of the billed days."""

    point: str
    name: str
    utility: Utility
    tariff: str
    versions: Sequence[TariffVersion]
    """Published versions of the tariff; empty when there is none."""
    first_day: date
    last_day: date
    channel: int | None
    """Its billing channel; None when that is not exactly one."""
    span: UsageSpan | None
    registers: Sequence[RegisterFacts]
    findings: Sequence[Finding]
    """Do-not-bill findings known before rating."""
    computed: ComputedFacts | None = None
    """None where the channel is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """Everything a draft is a function of."""

    issuer: Issuer
    account: str
    language: str
    currency: str
    zone: str
    first_day: date
    last_day: date
    dated: date
    supplies: Sequence[SupplyFacts]
    findings: Sequence[Finding]
    """What forbids to bill the account at all."""
    run: str
    """Natural key of the bill run."""
    metering_position: int
    books_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice without number and names."""

    document: str
    provenance: str
    findings: tuple[Finding, ...]
    total: Decimal

    @property
    def dirty(self) -> bool:
        """Return whether a finding forbids to bill it."""
        return any(each.severity is Severity.DO_NOT_BILL for each in self.findings)


def finding_document(finding: Finding) -> dict[str, object]:
    """Return a finding as JSON values."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "channel": finding.channel,
        "start": finding.start.isoformat(),
        "end": finding.end.isoformat(),
        "position": finding.position,
        "proof": dict(finding.proof),
    }


def finding_of(stored: Mapping[str, Any]) -> Finding:
    """Return the finding that `finding_document` stored."""
    return Finding(
        code=stored["code"],
        severity=Severity(stored["severity"]),
        channel=stored["channel"],
        start=datetime.fromisoformat(stored["start"]),
        end=datetime.fromisoformat(stored["end"]),
        position=stored["position"],
        proof=stored["proof"],
    )
