"""In: a formula's versions. Out: which one holds on a local day; versions as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from energy.metering.formula.inputs import DatedConstant


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaVersion:
    """What a formula says from a local day on."""

    channel: int
    version: int
    """From 1."""
    position: int
    """Journal position that told it."""
    valid_from: date
    text: str | None
    """None: from that day on the formula is retired."""
    unit: str
    constants: tuple[DatedConstant, ...]
    reason: str = ""


def in_force(versions: Sequence[FormulaVersion], day: date) -> FormulaVersion | None:
    """Return the version that holds on a local day: the last to begin, of one day the newest.

    Args:
        versions: Of one formula, as known at the position asked for.
        day: The local day.
    """
    begun = [each for each in versions if each.valid_from <= day]
    return max(begun, key=lambda each: (each.valid_from, each.position), default=None)


def constants_to_json(constants: Iterable[DatedConstant]) -> list[dict[str, Any]]:
    """Return dated constants as JSON values, exact."""
    return [
        {
            "name": each.name,
            "unit": each.unit,
            "values": [[day.isoformat(), str(value)] for day, value in each.values],
        }
        for each in constants
    ]


def constants_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[DatedConstant, ...]:
    """Return the constants that constants_to_json stored."""
    return tuple(
        DatedConstant(
            name=each["name"],
            unit=each["unit"],
            values=tuple(
                (date.fromisoformat(day), Fraction(value)) for day, value in each["values"]
            ),
        )
        for each in stored
    )
