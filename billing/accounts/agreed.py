"""In: what a contract agrees upon. Out: dated agreed quantities, checked. Pure.

A quantity that is agreed, not measured: the contract demand, the kVA installed, the heated area.
Each holds from a local day on until the next one of its name; who rates takes a supply's tuple.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

UNITS: dict[str, str] = {
    "contract_demand_kw": "kW",
    "installed_kva": "kVA",
    "area_m2": "m2",
    "agreed_kw": "kW",
    "hours": "h",
    "quota": "",
    "persons": "person",
}
"""Name -> unit. A quota is in the unit of its supply's bill, so its unit is free."""
NAMES = tuple(UNITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedQuantity:
    """A quantity of a supply that the contract says, on some local days."""

    name: str
    """One of `NAMES`."""
    unit: str
    value: Decimal
    valid_from: date
    """First local day."""
    valid_to: date | None
    """First local day on which it no longer holds; None while open."""

    def on(self, day: date) -> bool:
        """Return whether it holds on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def agreed_on(agreed: Iterable[AgreedQuantity], name: str, day: date) -> AgreedQuantity | None:
    """Return what is agreed under a name on a day, None where nothing is."""
    return next((each for each in agreed if each.name == name and each.on(day)), None)


def agreed_within(
    agreed: Iterable[AgreedQuantity], first_day: date, after: date
) -> tuple[AgreedQuantity, ...]:
    """Return the quantities that hold on some day of a span, cut to it, by name and day.

    Args:
        agreed: Quantities of one supply.
        first_day: First local day.
        after: First local day behind the span.
    """
    cut = [
        replace(
            each,
            valid_from=max(each.valid_from, first_day),
            valid_to=after if each.valid_to is None else min(each.valid_to, after),
        )
        for each in agreed
        if each.valid_from < after and (each.valid_to is None or first_day < each.valid_to)
    ]
    return tuple(sorted(cut, key=lambda each: (each.name, each.valid_from)))


def with_agreed(
    known: Sequence[AgreedQuantity], quantity: AgreedQuantity
) -> tuple[AgreedQuantity, ...]:
    """Return the quantities after another was agreed: on its days it takes the others' place.

    Args:
        known: Quantities of one supply, none of one name on one day twice.
        quantity: The one agreed upon last.
    """
    kept: list[AgreedQuantity] = []
    for each in known:
        if each.name != quantity.name:
            kept.append(each)
            continue
        if each.valid_from < quantity.valid_from:
            end = each.valid_to
            early = quantity.valid_from if end is None else min(end, quantity.valid_from)
            kept.append(replace(each, valid_to=early))
        if quantity.valid_to is not None and (
            each.valid_to is None or quantity.valid_to < each.valid_to
        ):
            kept.append(replace(each, valid_from=max(each.valid_from, quantity.valid_to)))
    return tuple(sorted([*kept, quantity], key=lambda each: (each.name, each.valid_from)))
