"""In: what books and views know of one account. Out: the values a draft is made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from billing.accounts.agreed import AgreedQuantity
from billing.accounts.terms import Suspension
from billing.basis.basis import BillingBasis
from billing.rating.quantities import OWN, History, Quantities, RegisterMaximum, RegisterSum
from billing.tariffs.tariff import TariffVersion
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
    adjusted: Mapping[date, int] = field(default_factory=dict)
    """What decisions on its meter's error add, by day; its usage holds it. [base unit]"""
    inspections: tuple[str, ...] = ()
    """Numbers of the inspections whose findings are among them."""
    basis: BillingBasis = BillingBasis.INTERVALS
    """What is billed; unless it is the intervals, `span` is None and `sums` hold the usage."""
    sums: tuple[RegisterSum, ...] = ()
    """What registers counted between billing readings, its own and those beside it."""
    maxima: tuple[RegisterMaximum, ...] = ()
    """What the meter's own registers of maximum demand showed, where the contract bills them."""
    shape: UsageSpan | None = None
    """Its intervals where registers are billed: for demand and for showing."""
    beside: Mapping[str, UsageSpan] = field(default_factory=dict)
    """Usage of other quantities that its tariff prices, `reactive_import`, by name."""
    agreed: tuple[AgreedQuantity, ...] = ()
    """What the contract says, cut to the days."""
    history: History = field(default_factory=History)
    """What the account's earlier bills say: demand that holds on, blocks of the year."""
    suspended: tuple[Suspension, ...] = ()
    """Days on which it is suspended, cut to them; says whether fixed charges are due."""

    def quantities(self) -> Quantities | None:
        """Return what the rating takes; None where nothing is known of its usage."""
        own = self.span or self.shape
        if self.channel is None or (own is None and not self.sums):
            return None
        usage = dict(self.beside) if own is None else {OWN[self.utility]: own, **self.beside}
        return Quantities(
            channel=self.channel,
            usage=usage,
            registers=self.sums,
            agreed=self.agreed,
            history=self.history,
            maxima=self.maxima,
        )


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
    adjustments: Sequence[Mapping[str, Any]] = ()
    """Differences of earlier invoices that this one bears, as JSON values."""
    corrections: Sequence[tuple[UUID, int]] = ()
    """The corrections they are of: invoice corrected and number of the proposal."""
    previous: Mapping[str, Any] | None = None
    """Document of the account's invoice before this one; None where there is none."""
    replaces: Mapping[str, str] | None = None
    """The invoice taken back, and by what credit note; None for an ordinary bill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice without number and names."""

    document: str
    provenance: str
    findings: tuple[Finding, ...]
    total: Decimal
    first_day: date
    last_day: date
    """Days that the document says it bills."""

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
