"""Step 6 of 6, of what is computed. From: what a charge rests on. To: its part of the bill. Pure.

A supply that is a share or a formula has no register of its own. Its block of the document says by
what it was computed, and names the registers at the end of that. Other tenants' meters are not in
it: of them stands the sum that a key weighed against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from billing.invoices.invoice_facts import ComputedFacts, RegisterFacts
from billing.money import exact_text
from energy.base.units import BASE_UNIT, Utility, to_base
from energy.metering.shares.part import KeyKind
from energy.views.grounds.rows import (
    Counted,
    FormulaGrounds,
    FormulaSpan,
    KeyFigures,
    ShareGrounds,
    ShareSpan,
)

_DIGITS = 3
_WEIGHED_IN = {KeyKind.AREA: "m2", KeyKind.HEADCOUNT: "", KeyKind.FIXED: ""}


def grounds_document(
    facts: ComputedFacts,
    shown_unit: Mapping[Utility, str],
    register: Callable[[RegisterFacts], Mapping[str, object]],
) -> dict[str, object]:
    """Return what a supply rests on, as JSON values.

    Args:
        facts: What it rests on.
        shown_unit: Unit in which usage stands on an invoice.
        register: Returns a register as it stands on an invoice.
    """
    grounds = facts.grounds
    return {
        "steps": [
            _formula(step) if isinstance(step, FormulaGrounds) else _share(step, shown_unit)
            for step in grounds.steps
        ],
        "registers": [
            {**_counted(each.counted), "readings": [register(one) for one in own]}
            for each, own in zip(grounds.registers, facts.registers, strict=True)
        ],
        "left_out": grounds.left_out,
    }


def positions_document(facts: ComputedFacts) -> list[list[object]]:
    """Return where the readings behind a supply stand in the journal, one row a register."""
    return [
        [each.counted.point, one.serial, one.opening_position, one.closing_position]
        for each, own in zip(facts.grounds.registers, facts.registers, strict=True)
        for one in own
    ]


def _share(step: ShareGrounds, shown_unit: Mapping[Utility, str]) -> dict[str, object]:
    unit = shown_unit[step.utility]
    per_unit = to_base(step.utility, unit)
    return {
        "kind": "share",
        "point": step.point,
        "share": step.share,
        "name": step.name,
        "part": step.part,
        "node": step.node,
        "unit": unit,
        "carried_unit": BASE_UNIT[step.utility],
        "spans": [_share_span(each, unit, per_unit) for each in step.spans],
        "inputs": [_counted(each) for each in step.inputs],
        "own": [_counted(each) for each in step.own],
    }


def _share_span(span: ShareSpan, unit: str, per_unit: Fraction) -> dict[str, object]:
    def used(base: int | None) -> str | None:
        return None if base is None else exact_text(base / per_unit, least_digits=_DIGITS)

    return {
        **_days(span),
        "keys": [_key(each, unit, per_unit) for each in span.keys],
        "vacancy": None if span.vacancy is None else span.vacancy.value,
        "owner": span.owner,
        "vacant": list(span.vacant),
        "holder": span.holder,
        "portion": _text(span.least),
        "portion_most": _text(span.most),
        "whole": used(span.whole),
        "usage": used(span.usage),
        "carried": None if span.carried is None else str(span.carried),
        "position": span.position,
    }


def _key(key: KeyFigures, unit: str, per_unit: Fraction) -> dict[str, object]:
    by_usage = key.by is KeyKind.ENERGY
    size = per_unit if by_usage else Fraction(1)
    return {
        "by": key.by.value,
        "portion": str(key.portion),
        "own": None if key.own is None else exact_text(key.own / size),
        "all": None if key.every is None else exact_text(key.every / size),
        "unit": unit if by_usage else _WEIGHED_IN[key.by],
    }


def _formula(step: FormulaGrounds) -> dict[str, object]:
    return {
        "kind": "formula",
        "point": step.point,
        "name": step.name,
        "spans": [_formula_span(each) for each in step.spans],
    }


def _formula_span(span: FormulaSpan) -> dict[str, object]:
    return {
        **_days(span),
        "version": span.version,
        "valid_from": span.valid_from.isoformat(),
        "text": span.text,
        "unit": span.unit,
        "constants": [
            [name, _text(value), unit, since.isoformat()]
            for name, value, unit, since in span.constants
        ],
        "inputs": _all_counted(span.inputs),
        "position": span.position,
    }


def _days(span: ShareSpan | FormulaSpan) -> dict[str, str]:
    return {"first_day": span.first_day.isoformat(), "last_day": span.last_day.isoformat()}


def _all_counted(counted: Iterable[Counted]) -> list[dict[str, object]]:
    return [_counted(each) for each in counted]


def _counted(counted: Counted) -> dict[str, object]:
    return {
        "point": counted.point,
        "name": counted.name,
        "quantity": counted.quantity,
        "value": _text(counted.value),
        "unit": counted.unit,
    }


def _text(value: Fraction | None) -> str | None:
    """Return a number as a decimal; a fraction a/b where it is none that ends."""
    return None if value is None else exact_text(value)
