"""Step 6 of 6. From: rated supplies of one account. To: the draft of its invoice. Pure.

The document is what the tenant gets: readings, quantities, prices, sums. The provenance is what
an auditor needs to make it again: positions, channels, tariff versions, findings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from billing.canonical import canonical_json
from billing.grounds import grounds_document, positions_document
from billing.invoice_facts import (
    Draft,
    InvoiceFacts,
    RegisterFacts,
    SupplyFacts,
    finding_document,
)
from billing.money import exact_text, plain
from billing.rating import RatedSupply, rate_supply, tariff_spans
from billing.tax import Settlement, settle
from energy.base.finding import Finding, Severity
from energy.base.period import days_between, midnight, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.usage import UsageSpan

SCHEMA = "meterline.invoice/1"
MISMATCH_CODE = "bill.register_mismatch"
SHOWN_UNIT: dict[Utility, str] = {
    Utility.ELECTRICITY: "kWh",
    Utility.WATER: "m3",
    Utility.GAS: "m3",
    Utility.HEATING: "GJ",
    Utility.COOLING: "GJ",
    Utility.STEAM: "t",
}
"""Unit in which metered usage stands on an invoice; finite decimals of the base unit."""
SHOWN_DIGITS = 3
"""Digits after the point of metered usage, at least."""


def draft_invoice(facts: InvoiceFacts) -> Draft:
    """Return the draft that follows from the facts; the same facts give the same bytes.

    A supply with do-not-bill findings keeps its block and its findings, but has no charges.

    Raises:
        RatingError: A tariff period begins inside a usage interval.
    """
    rated = [_rated(supply, facts.metering_position) for supply in facts.supplies]
    findings = [*facts.findings, *(each for part in rated for each in part.findings)]
    charges = [charge for part in rated for charge in part.charges]
    settled = settle(charges, facts.currency)
    document = {
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
        "supplies": _supply_blocks(facts, rated, settled),
        "tax": settled.tax_documents(),
        "totals": settled.totals_document(),
    }
    return Draft(
        document=canonical_json(document),
        provenance=canonical_json(_provenance(facts, findings)),
        findings=tuple(findings),
        total=settled.total,
    )


def _rated(supply: SupplyFacts, position: int) -> RatedSupply:
    findings = list(supply.findings)
    charges: RatedSupply | None = None
    if supply.span is not None and supply.versions:
        charges = rate_supply(
            point=supply.point,
            span=supply.span,
            versions=supply.versions,
            first_day=supply.first_day,
            last_day=supply.last_day,
            position=position,
        )
        findings.extend(charges.findings)
        if not charges.findings:
            findings.extend(_mismatch(supply, supply.span, position))
    clean = charges is not None and not any(
        each.severity is Severity.DO_NOT_BILL for each in findings
    )
    return RatedSupply(
        charges=charges.charges if charges is not None and clean else (),
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
    billed = _base_total(span, period.start, period.end)
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
    factor = register.resolution * register.multiplier * to_base(utility, register.unit)
    return counts * factor


def _base_total(span: UsageSpan, start: datetime, end: datetime) -> int:
    """Return the usage between two instants on the grid. [base unit]."""
    step = timedelta(seconds=span.step_s)
    first = max((start - span.start) // step, 0)
    return int(span.usage[first : max((end - span.start) // step, 0)].sum())


def _supply_blocks(
    facts: InvoiceFacts, rated: Sequence[RatedSupply], settled: Settlement
) -> list[dict[str, object]]:
    charges = settled.charge_documents()
    blocks: list[dict[str, object]] = []
    for supply, part in zip(facts.supplies, rated, strict=True):
        mine, charges = charges[: len(part.charges)], charges[len(part.charges) :]
        blocks.append(
            _computed_document(supply)
            | {
                "point": supply.point,
                "name": supply.name,
                "utility": supply.utility.value,
                "first_day": supply.first_day.isoformat(),
                "last_day": supply.last_day.isoformat(),
                "tariffs": _tariff_documents(supply),
                "readings": [_register_document(each) for each in supply.registers],
                "usage": _usage_document(supply),
                "daily": _daily_document(supply),
                "charges": mine,
            }
        )
    return blocks


def _computed_document(supply: SupplyFacts) -> dict[str, object]:
    """Return what a computed supply rests on; nothing for a measured one."""
    if supply.computed is None:
        return {}
    return {"computed": grounds_document(supply.computed, SHOWN_UNIT, _register_document)}


def _tariff_documents(supply: SupplyFacts) -> list[dict[str, object]]:
    """Return the tariff versions in force, with what turns metered into billed units."""
    rows: list[dict[str, object]] = []
    for tariff, first, last in tariff_spans(supply.versions, supply.first_day, supply.last_day):
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
    return rows


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
            "shown": _shown(register.opening_count, register.resolution),
            "quality": register.opening_quality.name.lower(),
        },
        "closing": {
            "at": register.closing_at.isoformat(),
            "count": register.closing_count,
            "shown": _shown(register.closing_count, register.resolution),
            "quality": register.closing_quality.name.lower(),
        },
    }


def _shown(count: int, resolution: Fraction) -> str:
    """Return a count as the register's display shows it, trailing zeros included."""
    _, _, decimals = exact_text(resolution).partition(".")
    return exact_text(count * resolution, least_digits=len(decimals))


def _shown_usage(base_units: int, supply: SupplyFacts) -> str:
    per_unit = to_base(supply.utility, SHOWN_UNIT[supply.utility])
    return exact_text(base_units / per_unit, least_digits=SHOWN_DIGITS)


def _usage_document(supply: SupplyFacts) -> dict[str, object] | None:
    """Return the usage of the billed days; its total is None where something is missing."""
    if supply.span is None or not supply.versions:
        return None
    days = _daily_document(supply)
    period = span_of_days(supply.first_day, supply.last_day, supply.versions[0].zone)
    total = _base_total(supply.span, period.start, period.end)
    return {
        "unit": SHOWN_UNIT[supply.utility],
        "total": None if None in days else _shown_usage(total, supply),
    }


def _daily_document(supply: SupplyFacts) -> list[str | None]:
    """Return each day's usage in the shown unit; None where something is missing."""
    span = supply.span
    if span is None or not supply.versions:
        return []
    zone = supply.versions[0].zone
    step = timedelta(seconds=span.step_s)
    rows: list[str | None] = []
    for day in days_between(supply.first_day, supply.last_day):
        low = (midnight(day, zone) - span.start) // step
        high = (midnight(day + timedelta(days=1), zone) - span.start) // step
        known = low >= 0 and high <= len(span.usage)
        if not known or (span.quality[low:high] >= Quality.SUSPECT).any():
            rows.append(None)
            continue
        rows.append(_shown_usage(int(span.usage[low:high].sum()), supply))
    return rows


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
    }
