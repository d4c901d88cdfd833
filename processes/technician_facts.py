"""In: a product's register map, a point's channels, an answer. Out: what fits together. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from billing.money import exact_text
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Kind, Side
from processes.meter_profiles import Product
from processes.technician_checks import (
    Check,
    Display,
    Outcome,
    compare_display,
    flow_while_typing,
    refused_checks,
)
from processes.technician_device import Answered
from processes.technician_values import ChecksFailedError, FieldRefusedError


def default_quantities(product: Product) -> list[str]:
    """Return the billed counters of a product and its active power."""
    billed = [q for q, point in product.points.items() if point.billing]
    return [*billed, *(q for q in ("active_power",) if q in product.points)]


def billed_counter(facts: Sequence[ChannelFacts]) -> ChannelFacts:
    """Return the counter whose display is meant by a bare number.

    Raises:
        FieldRefusedError: There is no counter.
    """
    counters = [each for each in facts if each.kind is Kind.COUNTER]
    if not counters:
        raise FieldRefusedError.of("no_counter")
    return next((each for each in counters if each.billing), counters[0])


def import_counter(facts: Sequence[ChannelFacts]) -> ChannelFacts | None:
    """Return the electricity import counter, which must go with the active power."""
    for each in facts:
        if each.utility is Utility.ELECTRICITY and each.quantity == "active_energy_import":
            return each
    return None


def require_same_facts(product: Product, facts: Sequence[ChannelFacts]) -> None:
    """Refuse a product whose registers are not those of the point's channels.

    Raises:
        FieldRefusedError: Unit, resolution or modulus differ.
        UnknownQuantityError: The product lacks a quantity.
    """
    for each in facts:
        own = product.facts(each.quantity)
        if Side.UNKNOWN not in {own.side, each.side} and own.side is not each.side:
            raise FieldRefusedError.of(
                "other_side",
                profile=product.id,
                quantity=each.quantity,
                own=own.side,
                side=each.side,
            )
        if (own.unit, own.resolution, own.modulus) != (each.unit, each.resolution, each.modulus):
            raise FieldRefusedError.of(
                "other_steps",
                profile=product.id,
                quantity=each.quantity,
                own=f"{exact_text(own.resolution)} {own.unit}",
                steps=f"{exact_text(each.resolution)} {each.unit}",
            )


def with_side(
    facts: Sequence[ChannelFacts], stated: Side | None, multiplier: Fraction, profile: str
) -> list[ChannelFacts]:
    """Return the channels with the side of the transformers that they count.

    Args:
        facts: As the profile states them.
        stated: What `field check` has settled; None takes the profile's word.
        multiplier: Ratio that usage is multiplied by.
        profile: Its id.

    Raises:
        FieldRefusedError: Neither the profile nor the technician knows the side, both differ, or
            a ratio would be applied to a register that counts behind it already.
    """
    found = []
    for each in facts:
        if each.utility is not Utility.ELECTRICITY or each.kind is not Kind.COUNTER:
            found.append(each)
            continue
        side = each.side if stated is None else stated
        if side is Side.UNKNOWN:
            raise FieldRefusedError.of("side_unsaid", profile=profile, quantity=each.quantity)
        if each.side not in {Side.UNKNOWN, side}:
            raise FieldRefusedError.of(
                "side_not_stated",
                profile=profile,
                quantity=each.quantity,
                own=each.side,
                side=side,
            )
        if side is Side.PRIMARY and multiplier != 1:
            raise FieldRefusedError.of(
                "counted_twice", quantity=each.quantity, multiplier=exact_text(multiplier)
            )
        found.append(replace(each, side=side))
    return found


def flaw_checks(answered: Answered) -> list[Check]:
    """Return a refusal for every register that holds no usable number."""
    return [
        Check.of("quantity", Outcome.REFUSED, "flawed", quantity=quantity, why=why)
        for quantity, why in answered.flaws.items()
    ]


def display_checks(
    answered: Answered,
    facts: Sequence[ChannelFacts],
    displays: Mapping[str, Display],
    multiplier: Fraction,
) -> list[Check]:
    """Return display against register for every display given.

    Raises:
        FieldRefusedError: A display is of a counter that the point does not have.
    """
    known = {each.quantity: each for each in facts if each.kind is Kind.COUNTER}
    unknown = sorted(set(displays) - set(known))
    if unknown:
        raise FieldRefusedError.of(
            "unknown_counter", unknown=", ".join(unknown), known=", ".join(known)
        )
    values = answered.observed.values
    power_w = values.get("active_power")
    return [
        compare_display(
            display,
            values[quantity],
            quantity=quantity,
            unit=known[quantity].unit,
            resolution=known[quantity].resolution,
            flow=flow_while_typing(power_w, known[quantity].unit, known[quantity].utility),
            multiplier=multiplier,
        )
        for quantity, display in displays.items()
        if quantity in values
    ]


def raise_on(checks: Sequence[Check]) -> None:
    """Refuse when a check forbids to go on.

    Raises:
        ChecksFailedError: Lists every reason.
    """
    if refused_checks(checks):
        raise ChecksFailedError(checks)


def numbered(answered: Answered, channels: Sequence[Channel]) -> dict[int, int]:
    """Return counts by channel number; every channel was answered soundly. [count]."""
    return {channel.number: answered.counts[channel.facts.quantity] for channel in channels}


def counting(channels: Sequence[Channel]) -> list[Channel]:
    """Return the counters among some channels."""
    return [channel for channel in channels if channel.facts.kind is Kind.COUNTER]


def start_counts(answered: Answered, channels: Sequence[Channel]) -> dict[int, int]:
    """Return the counters' counts by channel number. [count]."""
    return numbered(answered, counting(channels))
