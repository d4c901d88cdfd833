"""In: a point of a profile. Out: the scale and the bits of a server's value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from energy.metering.channel import ChannelFacts, Kind

MOST_BITS = 64


def read_scale(problems: list[str], where: str, row: Mapping[str, object]) -> Fraction:
    """Return units of the channel in one of the server; notes a problem when it is no number.

    Args:
        problems: Takes the problem.
        where: Begins it.
        row: The point's table; left out, the scale is 1.
    """
    value = row.get("scale", "1")
    try:
        if isinstance(value, str) and Fraction(value) > 0:
            return Fraction(value)
    except (ValueError, ZeroDivisionError):
        pass
    problems.append(f'{where}: scale must be an exact text such as "0.001"')
    return Fraction(1)


def read_bits(
    problems: list[str], where: str, row: Mapping[str, object], facts: ChannelFacts
) -> tuple[int, int] | None:
    """Return first bit and width of a state; None takes the whole value.

    Args:
        problems: Takes the problem.
        where: Begins it.
        row: The point's table.
        facts: What the value is.
    """
    value = row.get("bits")
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and all(type(each) is int for each in value):
        first, width = value
        if facts.kind is Kind.STATE and first >= 0 and width >= 1 and first + width <= MOST_BITS:
            return first, width
    problems.append(f"{where}: bits = [first, width] is for a state of at most {MOST_BITS} bits")
    return None
