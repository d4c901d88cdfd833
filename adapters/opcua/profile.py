"""In: a profile's file. Out: which nodes of a server are which quantities. I/O: files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from adapters.meter_profile import MeterProfile, ProfileReader, ids_in, own_ids, profile_text
from adapters.opcua.node import template_problem
from adapters.server_wire import read_bits, read_scale
from energy.metering.channel import ChannelFacts

PROTOCOL = "opcua"
PROFILES = Path(__file__).parent / "profiles"
CHANGED = "changed"
"""The server dates a value by its last change: an old date tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Where a value lies."""

    node: str
    """Node id with "{meter}" for the meter's name."""
    scale: Fraction
    """Units of the channel in one of the server. [unit / raw]"""
    bits: tuple[int, int] | None = None
    """First bit and width of a state; None takes the whole value."""


class OpcuaReader(ProfileReader[Wire]):
    """Reads where a value lies: node, scale, bits."""

    OWN_KEYS: Mapping[str, str] = {"timestamps": "sampled|changed"}
    WIRE_KEYS = frozenset({"node", "scale", "bits"})

    def wire(self, where: str, row: Mapping[str, object], facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        before = len(self.problems)
        node = self.text("node", row)
        problem = template_problem(node)
        if problem is not None:
            self.problems.append(f"{where}: {problem}")
        scale = read_scale(self.problems, where, row)
        bits = read_bits(self.problems, where, row, facts)
        if len(self.problems) > before:
            return None
        return Wire(node=node, scale=scale, bits=bits)


def load(profile: str) -> MeterProfile[Wire]:
    """Return the checked profile of a meter, one that ships or a site's own.

    Args:
        profile: Id of the profile, the name of its file.

    Raises:
        MeterProfileError: There is no such profile or it has problems.
    """
    return parse(profile_text(profile, PROFILES, PROTOCOL), name=profile)


def parse(text: str, *, name: str) -> MeterProfile[Wire]:
    """Return the checked profile written in a text.

    Raises:
        MeterProfileError: Lists every problem.
    """
    return OpcuaReader(text, name=name).profile()


def shipped() -> list[str]:
    """Return the ids of the profiles that ship."""
    return ids_in(PROFILES)


def known() -> list[str]:
    """Return the ids of all profiles: those that ship and a site's own."""
    return [*shipped(), *own_ids(PROTOCOL)]
