"""Step 6 of 6. From: rated supplies of one account. To: the draft of its invoice. Pure.

The document is what the tenant gets: readings, quantities, prices, sums. The provenance is what
an auditor needs to make it again: positions, channels, tariff versions, findings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from billing.basis.basis import BillingBasis
from billing.canonical import canonical_json
from billing.invoices.change import change_of
from billing.invoices.grounds import grounds_document, positions_document
from billing.invoices.invoice_facts import (
    Draft,
    InvoiceFacts,
    RegisterFacts,
    SupplyFacts,
    finding_document,
)
from billing.invoices.sums import sum_of, tax_with_adjustments, totals_with_adjustments
from billing.invoices.supply_rated import rated_supply
from billing.invoices.usage_shown import SHOWN_UNIT, base_total, daily_document, usage_document
from billing.money import display_text, exact_text, plain
from billing.rating.rate import RatedSupply, tariff_spans
from billing.rating.tax import Settlement, settle
from billing.tariffs.tariff import TariffVersion
from energy.base.finding import Finding, Severity
from energy.base.period import span_of_days
from energy.base.units import Utility, to_base
from energy.metering.usage import UsageSpan

SCHEMA = "meterline.invoice/1"
MISMATCH_CODE = "bill.register_mismatch"


def draft_invoice(
    facts: InvoiceFacts, rated_before: Sequence[RatedSupply | None] | None = None
) -> Draft:
    """Return the draft that follows from the facts; the same facts give the same bytes.

    A supply with do-not-bill findings keeps its block and its findings, but has no charges.

    Args:
        facts: Everything it is a function of.
        rated_before: Charge lines of the supplies that were rated with others, in their order.

    Raises:
        RatingError: A tariff period begins inside a usage interval.
    """
    before = rated_before or [None] * len(facts.supplies)
    rated = [
        _rated(supply, facts.metering_position, known)
        for supply, known in zip(facts.supplies, before, strict=True)
    ]
    findings = [*facts.findings, *(each for part in rated for each in part.findings)]
    charges = [charge for part in rated for charge in part.charges]
    settled = settle(charges, facts.currency)
    document = _head(facts) | {
        "supplies": _supply_blocks(facts, rated, settled),
        "tax": tax_with_adjustments(settled.tax_documents(), facts.adjustments),
        "totals": totals_with_adjustments(settled.totals_document(), facts.adjustments),
    }
    if facts.adjustments:
        document["adjustments"] = [dict(entry) for entry in facts.adjustments]
    if facts.replaces is not None:
        document["replaces"] = dict(facts.replaces)
    if facts.previous is not None and (change := change_of(facts.previous, document)) is not None:
        document["change"] = change
    return Draft(
        document=canonical_json(document),
        provenance=canonical_json(_provenance(facts, findings)),
        findings=tuple(findings),
        total=settled.total + sum_of(facts.adjustments),
        first_day=facts.first_day,
        last_day=facts.last_day,
    )


def _head(facts: InvoiceFacts) -> dict[str, object]:
    """Return what a document says of issuer, account and days."""
    return {
        "schema": SCHEMA,
        "kind": "invoice",
        "number": None,
        "dated": facts.dated.isoformat(),
        "due_on": (facts.dated + timedelta(days=facts.issuer.payment_days)).isoformat(),
        "issuer": {
            "name": facts.issuer.name,
            "address": facts.issuer.address,
            "tax_number": facts.issuer.tax_number,
        },
        "account": {
            "key": facts.account,
            "language": facts.language,
            "name": None,
            "address": None,
        },
        "currency": facts.currency,
        "period": {
            "first_day": facts.first_day.isoformat(),
            "last_day": facts.last_day.isoformat(),
            "zone": facts.zone,
        },
    }


def _rated(supply: SupplyFacts, position: int, rated: RatedSupply | None) -> RatedSupply:
    findings = list(supply.findings)
    known = supply.quantities()
    if known is not None and supply.versions:
        rated = rated or rated_supply(supply, known, position)
        findings.extend(rated.findings)
        if supply.span is not None and not rated.findings:
            findings.extend(_mismatch(supply, supply.span, position))
    clean = rated is not None and not any(
        each.severity is Severity.DO_NOT_BILL for each in findings
    )
    return RatedSupply(
        charges=rated.charges if rated is not None and clean else (),
        findings=tuple(findings),
    )


def _mismatch(supply: SupplyFacts, span: UsageSpan, position: int) -> list[Finding]:
    """Return a finding when intervals and registers disagree by a base unit or more.

    Comparable only when registers were read at both ends of the days, without a gap between
    meters; a register that ran over counts by its modulus.
    """
    versions = supply.versions
    period = span_of_days(supply.first_day, supply.last_day, versions[0].zone)
    registers = supply.registers
    if not registers or (registers[0].opening_at, registers[-1].closing_at) != (
        period.start,
        period.end,
    ):
        return []
    if any(a.closing_at != b.opening_at for a, b in pairwise(registers)):
        return []
    proven = sum((_base_units(each, supply.utility) for each in registers), Fraction(0))
    if supply.adjusted:
        proven += sum(supply.adjusted.values())
    billed = base_total(span, period.start, period.end)
    if abs(proven - billed) < len(registers):
        return []
    return [
        Finding(
            code=MISMATCH_CODE,
            severity=Severity.DO_NOT_BILL,
            channel=supply.channel,
            start=period.start,
            end=period.end,
            position=position,
            proof={"registers": str(proven), "intervals": billed},
        )
    ]


def _base_units(register: RegisterFacts, utility: Utility) -> Fraction:
    counts = register.closing_count - register.opening_count
    if counts < 0 and register.modulus is not None:
        counts += register.modulus
    return counts * _base_per_count(
        register.resolution, register.multiplier, to_base(utility, register.unit)
    )


@lru_cache(maxsize=256)
def _base_per_count(
    resolution: Fraction, multiplier: Fraction, base_per_unit: Fraction
) -> Fraction:
    """Return what one count of a register is; there are few kinds. [base unit / count]."""
    return resolution * multiplier * base_per_unit


def _supply_blocks(
    facts: InvoiceFacts, rated: Sequence[RatedSupply], settled: Settlement
) -> list[dict[str, object]]:
    charges = settled.charge_documents()
    blocks: list[dict[str, object]] = []
    for supply, part in zip(facts.supplies, rated, strict=True):
        mine, charges = charges[: len(part.charges)], charges[len(part.charges) :]
        daily = daily_document(supply)
        blocks.append(
            _computed_document(supply)
            | _adjusted_document(supply)
            | _basis_document(supply)
            | {
                "point": supply.point,
                "name": supply.name,
                "utility": supply.utility.value,
                "first_day": supply.first_day.isoformat(),
                "last_day": supply.last_day.isoformat(),
                "tariffs": _tariff_documents(
                    tuple(supply.versions), supply.first_day, supply.last_day
                ),
                "readings": [_register_document(each) for each in supply.registers],
                "usage": usage_document(supply, daily),
                "daily": daily,
                "charges": mine,
            }
        )
    return blocks


def _computed_document(supply: SupplyFacts) -> dict[str, object]:
    """Return what a computed supply rests on; nothing for a measured one."""
    if supply.computed is None:
        return {}
    return {"computed": grounds_document(supply.computed, SHOWN_UNIT, _register_document)}


def _adjusted_document(supply: SupplyFacts) -> dict[str, object]:
    """Return what decisions add to the metered usage; nothing where none does."""
    if not supply.adjusted:
        return {}
    days = sorted(supply.adjusted.items())
    found = [{"day": day.isoformat(), "amount": amount} for day, amount in days]
    inspected = {"inspections": list(supply.inspections)} if supply.inspections else {}
    return {"adjusted": found, **inspected}


def _basis_document(supply: SupplyFacts) -> dict[str, object]:
    """Return what is billed where it is not the intervals."""
    if supply.basis is BillingBasis.INTERVALS:
        return {}
    return {"basis": supply.basis.value}


@lru_cache(maxsize=64)
def _tariff_documents(
    versions: tuple[TariffVersion, ...], first_day: date, last_day: date
) -> tuple[Mapping[str, object], ...]:
    """Return the tariff versions in force, with what turns metered into billed units.

    Made once for all supplies of a run that share them.
    """
    rows: list[Mapping[str, object]] = []
    for tariff, first, last in tariff_spans(versions, first_day, last_day):
        if tariff is None:
            continue
        gas = tariff.gas
        rows.append(
            {
                "tariff": tariff.tariff,
                "name": dict(tariff.names),
                "version": tariff.version,
                "sha256": tariff.sha256,
                "first_day": first.isoformat(),
                "last_day": last.isoformat(),
                "unit": tariff.unit,
                "gas": None
                if gas is None
                else {
                    "calorific_mj_per_m3": plain(gas.calorific_mj_per_m3),
                    "correction": plain(gas.correction),
                },
            }
        )
    return tuple(rows)


def _register_document(register: RegisterFacts) -> dict[str, object]:
    return {
        "serial": register.serial,
        "multiplier": exact_text(register.multiplier),
        "resolution": exact_text(register.resolution),
        "modulus": register.modulus,
        "unit": register.unit,
        "opening": {
            "at": register.opening_at.isoformat(),
            "count": register.opening_count,
            "shown": display_text(register.opening_count, register.resolution),
            "quality": register.opening_quality.name.lower(),
        },
        "closing": {
            "at": register.closing_at.isoformat(),
            "count": register.closing_count,
            "shown": display_text(register.closing_count, register.resolution),
            "quality": register.closing_quality.name.lower(),
        },
    }


def _provenance(facts: InvoiceFacts, findings: Sequence[Finding]) -> dict[str, object]:
    return {
        "run": facts.run,
        "metering_position": facts.metering_position,
        "books_position": facts.books_position,
        "supplies": [
            {
                "point": supply.point,
                "channel": supply.channel,
                "tariff": supply.tariff,
                "first_day": supply.first_day.isoformat(),
                "last_day": supply.last_day.isoformat(),
                "versions": [
                    [each.valid_from.isoformat(), each.version, each.sha256]
                    for each in supply.versions
                ],
                "readings": [
                    [each.serial, each.opening_position, each.closing_position]
                    for each in supply.registers
                ],
            }
            | ({} if supply.computed is None else {"computed": positions_document(supply.computed)})
            for supply in facts.supplies
        ],
        "findings": [json.loads(canonical_json(finding_document(each))) for each in findings],
        **({} if facts.previous is None else {"previous": facts.previous["number"]}),
        **({} if not facts.corrections else {"corrections": _corrections(facts)}),
    }


def _corrections(facts: InvoiceFacts) -> list[list[object]]:
    return [[str(invoice), number] for invoice, number in facts.corrections]
