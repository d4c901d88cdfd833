"""In: a point of a profile. Out: what is said alike of every value behind a server. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from adapters.profile_fields import Fields
from energy.metering.channel import ChannelFacts, Kind

MOST_BITS = 64
"""Bits of the widest whole number that a state may be cut from. [bit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerWire:
    """Where a value of a server lies, as far as every protocol says it."""

    scale: Fraction
    """Units of the channel in one of the server. [unit / raw]"""
    bits: tuple[int, int] | None = None
    """First bit and width of a state; None takes the whole value."""


def read_scale_and_bits(
    fields: Fields, facts: ChannelFacts
) -> tuple[Fraction, tuple[int, int] | None]:
    """Return the scale of a value, and the bits of a state; what is wrong goes to the problems.

    Args:
        fields: Reads the point's table; left out, the scale is 1.
        facts: What the value is.
    """
    scale = fields.exact("scale", default=Fraction(1), above_zero=True)
    return scale, fields.bits(most=MOST_BITS if facts.kind is Kind.STATE else 0)
